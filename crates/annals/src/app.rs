//! The composition root: builds the parts, starts them in order and stops them in reverse.

use std::fs::File;
use std::sync::{Arc, OnceLock};

use anyhow::{Context as _, Result};
use axum::Router;
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::access::Access;
use crate::catalog::Catalog;
use crate::clock::Clock;
use crate::config::{ClientIp, Config};
use crate::data_dir::{DataDir, Hold};
use crate::http::{Http, RateLimits, Services};
use crate::id::{self, Random};
use crate::journal::{Cursors, Journal};
use crate::metrics::Metrics;
use crate::record::{Intake, IpPrefixes, Redactor};
use crate::store::sqlite::SqliteStore;
use crate::store::{Identity, Store};
use crate::{http, schedule};

/// Annals, running: the journal is open and can be written.
pub struct App {
    http: Http,
    data_dir: DataDir,
    writer: JoinHandle<()>,
    /// Let go last, when nothing is written any more.
    _hold: Hold,
}

impl App {
    /// Opens the journal and starts its writer. One process at a time can.
    pub async fn start(
        config: &Config,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<App> {
        let data_dir = DataDir::new(&config.data_dir);
        let hold = data_dir.hold()?;
        let store = open(config, &*clock, &*random)?;
        let head = store.head().await?;
        let catalog = Arc::new(catalog(config)?);
        let intake = intake(config, &catalog)?;
        let bootstrap = config.admin_key.as_ref().map(|key| key.reveal());
        let access =
            Access::load(Arc::clone(&store), Arc::clone(&clock), Arc::clone(&random), bootstrap);
        let access = access.await?;
        let metrics = Arc::new(Metrics::default());
        let (journal, writer) =
            Journal::start(Arc::clone(&store), Arc::clone(&clock), head, Arc::clone(&metrics));
        let http = Http::new(Services {
            cursors: Cursors::new(&store.identity()),
            store,
            journal,
            access,
            intake,
            catalog,
            started_at: clock.now(),
            clock,
            random,
            metrics,
            limits: RateLimits::new(&config.rate_limit),
            trusted_proxies: config.trusted_proxies.clone(),
            base_path: config.base_path.clone(),
            origin: OnceLock::new(),
            last_probe: Mutex::default(),
        });
        Ok(App { http, data_dir, writer, _hold: hold })
    }

    /// The services, as requests see them.
    pub fn http(&self) -> &Http {
        &self.http
    }

    /// Serves until `shutdown` resolves or a part that must not end has ended.
    pub async fn serve(
        mut self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()>,
    ) -> Result<()> {
        let origin = format!("http://{}", listener.local_addr()?);
        self.http.origin.get_or_init(|| origin);
        let (_directory, socket) = self.local_socket()?;
        self.act("server_started").await?;
        let stop = CancellationToken::new();
        let network = self.http.router();
        let serving = tokio::spawn(serve_network(listener, network, stop.clone()));
        let operator =
            tokio::spawn(serve_operator(socket, self.http.operator_router(), stop.clone()));
        let jobs = tokio::spawn(schedule::run(self.http.clone(), stop.clone()));
        let dead = tokio::select! {
            () = shutdown => None,
            // A writer that is gone would leave every append waiting: better to end and be
            // started again.
            _ = &mut self.writer => Some("the journal's writer ended"),
        };
        // The first act of the shutdown: what follows may fail, and then it is still known.
        if dead.is_none()
            && let Err(error) = self.act("server_shutting_down").await
        {
            tracing::warn!(%error, "the shutdown could not be put on the record");
        }
        stop.cancel();
        serving.await?.context("the server's socket failed")?;
        operator.await?.context("the local socket failed")?;
        jobs.await?;
        let _ = std::fs::remove_file(self.data_dir.path().join("annals.sock"));
        match dead {
            Some(what) => anyhow::bail!(what),
            None => self.stop().await,
        }
    }

    /// Writes what waits, then closes the journal.
    pub async fn stop(self) -> Result<()> {
        let http = &self.http;
        let noted = http.access.note_uses().await;
        http.journal.stop();
        self.writer.await.context("the journal's writer failed")?;
        http.store.close().await;
        noted.context("the last uses of keys could not be noted")
    }

    async fn act(&self, action: &str) -> Result<()> {
        let act = http::act(annals_event::Actor::default(), action);
        self.http.audit(act).await.map_err(|problem| anyhow::anyhow!(problem.detail))
    }

    /// The socket for commands beside this server. Only this user may open the directory, and so
    /// the socket.
    fn local_socket(&self) -> Result<(File, UnixListener)> {
        // Left over from a server that was killed: this one holds the directory.
        let _ = std::fs::remove_file(self.data_dir.path().join("annals.sock"));
        let (directory, path) = self.data_dir.socket()?;
        let listener = UnixListener::bind(path).context("cannot open the local socket")?;
        Ok((directory, listener))
    }
}

async fn serve_network(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let service = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await
}

async fn serve_operator(
    listener: UnixListener,
    router: Router,
    stop: CancellationToken,
) -> std::io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await
}

fn open(config: &Config, clock: &dyn Clock, random: &dyn Random) -> Result<Arc<dyn Store>> {
    let seed =
        Identity { id: id::uuid_v7(random, clock.now()), epoch: 1, cursor_key: id::bytes(random) };
    let path = config.journal()?;
    let store = SqliteStore::open(&path, seed, id::bytes(random))
        .with_context(|| format!("cannot open the journal {}", path.display()))?;
    Ok(Arc::new(store))
}

fn intake(config: &Config, catalog: &Arc<Catalog>) -> Result<Intake> {
    let ClientIp { v4_bits, v6_bits } = config.client_ip;
    let further = config.redaction.keys.iter().map(String::as_str);
    let keys = Redactor::DEFAULT_KEYS.into_iter().chain(further);
    Ok(Intake::new(Arc::clone(catalog))
        .with_redactor(Redactor::new(keys))
        .with_prefixes(IpPrefixes { v4: v4_bits, v6: v6_bits }))
}

/// The built-in catalog, with the deployment's own file over it.
fn catalog(config: &Config) -> Result<Catalog> {
    let Some(path) = &config.catalog else {
        return Ok(Catalog::builtin());
    };
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the catalog {}", path.display()))?;
    Ok(Catalog::with_overrides(&text, &path.display().to_string())?)
}
