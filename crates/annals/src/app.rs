//! The composition root: builds the parts, starts them in order and stops them in reverse.

use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use annals_event::Actor;
use anyhow::{Context as _, Result};
use axum::Router;
use axum::serve::ListenerExt as _;
use tokio::net::{TcpListener, UnixListener};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::access::{Access, RecordingPolicies, Tokens};
use crate::background::Background;
use crate::calendar::Calendar;
use crate::catalog::Catalog;
use crate::clock::Clock;
use crate::config::{ClientIp, Config, ConfigError};
use crate::data_dir::{DataDir, Hold};
use crate::follow::{AuditFiles, BadgeParts, Badges, Followers, Parts};
use crate::http::Http;
use crate::id::Random;
use crate::journal::{Cursors, Journal};
use crate::metrics::Metrics;
use crate::record::{Intake, IpPrefixes, Redactor};
use crate::recorder::{Recorder, Works};
use crate::service::{self, Awards, Core, Services};
use crate::store::sqlite::SqliteDerived;
use crate::store::{DerivedStore, Identity};
use crate::{follow, recorder, schedule};

mod open;

pub use open::{migrate, open_at, open_existing, open_existing_at, seed, seed_of};

/// How long a shutdown waits for what is under way.
const DRAIN: Duration = Duration::from_secs(10);

/// Annals, running: the journal is open and can be written.
pub struct App {
    services: Arc<Services>,
    http: Http,
    data_dir: DataDir,
    writer: JoinHandle<()>,
    /// How long a client may take nothing.
    stall: Duration,
    recorder: Recorder,
    recording: recorder::Worker,
    /// Cancelled when the followers are to end; also where nobody says so.
    following: DropGuard,
    followers: JoinHandle<()>,
    /// Let go last, when nothing is written any more.
    _hold: Hold,
}

/// What goes on beside requests while Annals runs.
pub struct Running {
    stop: CancellationToken,
    operator: JoinHandle<std::io::Result<()>>,
    jobs: JoinHandle<()>,
    /// Absent where another program's server takes the requests.
    network: Option<JoinHandle<std::io::Result<()>>>,
    /// What has ended that must not.
    dead: Option<&'static str>,
    /// The local socket's path goes through it.
    _directory: File,
    /// A program that forgets to end it does not leave it running for ever.
    _ended: DropGuard,
}

impl App {
    /// Opens the journal and starts its writer. One process at a time can.
    pub async fn start(
        config: &Config,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<App> {
        App::start_with(config, clock, random, recorder::CAPACITY).await
    }

    /// As [`App::start`], with room for so many events that are recorded within the process and
    /// wait to be written.
    pub async fn start_with(
        config: &Config,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        waiting: usize,
    ) -> Result<App> {
        let data_dir = DataDir::new(&config.data_dir);
        let hold = data_dir.hold()?;
        let badge_rules = badge_rules(config)?;
        let journal = config.journal()?;
        let store = open_at(&journal, config, seed(&*clock, &*random)).await;
        let store = store.with_context(|| format!("cannot open the journal {journal}"))?;
        let head = store.head().await?;
        let catalog = Arc::new(catalog(config)?);
        store.keep_classes(&catalog).await?;
        let tokens = config.jwt.as_ref().map(Tokens::new).transpose()?;
        let bootstrap = config.admin_key.as_ref().map(|key| key.reveal());
        // Before anything is loaded: what changes meanwhile is loaded again.
        let config_version = store.config_version().await?;
        let access = Access::load(store.clone(), clock.clone(), random.clone(), bootstrap, tokens);
        let access = access.await?;
        let metrics = Arc::new(Metrics::default());
        let (journal, writer) =
            Journal::start(Arc::clone(&store), Arc::clone(&clock), head, Arc::clone(&metrics));
        let intake = Arc::new(intake(config, &catalog, access.recording_policies())?);
        // Before anything is taken in: what was switched off stays off from the first event on.
        intake.set_recording(service::recording_switch(&*store).await?);
        let works = Works {
            intake: Arc::clone(&intake),
            journal: journal.clone(),
            clock: Arc::clone(&clock),
            random: Arc::clone(&random),
        };
        let (recorder, recording) = Recorder::start(works, waiting);
        let calendar = Calendar::of(&config.timezone)?;
        let path = config.data_dir.join("derived.db");
        let derived: Arc<dyn DerivedStore> =
            Arc::new(SqliteDerived::new(&path, &store.identity())?);
        let badges = Badges::new(badge_rules, calendar.clone(), Arc::clone(&store));
        let erasing = service::erasing(&store);
        let awards = Awards {
            intake: Arc::clone(&intake),
            clock: Arc::clone(&clock),
            random: Arc::clone(&random),
        };
        let parts = Parts {
            store: Arc::clone(&store),
            badges: BadgeParts {
                badges: badges.clone(),
                journal: journal.clone(),
                award: Arc::new(awards),
                erasing: erasing.clone(),
            },
            derived: Arc::clone(&derived),
            catalog: Arc::clone(&catalog),
            calendar: calendar.clone(),
            pages: config.pages.clone(),
            audit_files: audit_files(config, &store.identity()),
        };
        let following = CancellationToken::new();
        let (followers, follower_tasks) = Followers::start(&parts, &journal, &clock, &following);
        let core = Core {
            config: Arc::new(config.clone()),
            cursors: Cursors::new(&store.identity()),
            store,
            journal,
            followers,
            derived,
            calendar,
            access,
            intake,
            catalog,
            badges,
            started_at: clock.now(),
            clock,
            random,
            background: Background::start()?,
            metrics,
            erasing,
        };
        let erasures = config.data_dir.join("erasures");
        let services = Arc::new(Services::new(core, erasures, config_version));
        Ok(App {
            http: Http::new(Arc::clone(&services)),
            services,
            data_dir,
            writer,
            stall: Duration::from_secs(config.streams.stall_seconds.into()),
            recorder,
            recording,
            following: following.drop_guard(),
            followers: follower_tasks,
            _hold: hold,
        })
    }

    /// What it does, whoever asks for it.
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// Its services as an API.
    pub fn http(&self) -> &Http {
        &self.http
    }

    /// What puts events on the record from within this process.
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// Serves until `shutdown` resolves or a part that must not end has ended.
    pub async fn serve(
        mut self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()>,
    ) -> Result<()> {
        self.http.set_origin(format!("http://{}", listener.local_addr()?));
        let mut running = self.begin().await?;
        let stop = running.stop.clone();
        let network = serve_network(listener, self.http.router(), self.stall, stop);
        running.network = Some(tokio::spawn(network));
        tokio::select! {
            () = shutdown => {}
            // A writer that is gone would leave every append waiting: better to end and be
            // started again.
            _ = &mut self.writer => running.dead = Some("the journal's writer ended"),
        }
        self.end(running).await
    }

    /// Begins what goes on beside requests: commands over the local socket, background work.
    pub async fn begin(&self) -> Result<Running> {
        let (directory, socket) = self.local_socket()?;
        self.act("server_started").await?;
        let stop = CancellationToken::new();
        let operator =
            tokio::spawn(serve_operator(socket, self.http.operator_router(), stop.clone()));
        let jobs = tokio::spawn(schedule::run(Arc::clone(&self.services), stop.clone()));
        let ended = stop.clone().drop_guard();
        Ok(Running {
            stop,
            operator,
            jobs,
            network: None,
            dead: None,
            _directory: directory,
            _ended: ended,
        })
    }

    /// Ends what was begun, writes what waits and closes the journal.
    pub async fn end(self, running: Running) -> Result<()> {
        // The first act of the shutdown: what follows may fail, and then it is still known.
        if running.dead.is_none()
            && let Err(error) = self.act("server_shutting_down").await
        {
            tracing::warn!(%error, "the shutdown could not be put on the record");
        }
        running.stop.cancel();
        // Jobs and requests wait for it.
        self.services.retention.stop().await;
        let streams = tokio::time::timeout(DRAIN, self.http.close_streams()).await;
        if streams.is_err() {
            tracing::warn!(
                open = self.http.open_streams(),
                "streams were cut: their clients took nothing more"
            );
        }
        if let Some(network) = running.network {
            drained(network).await.context("the server's socket failed")?;
        }
        drained(running.operator).await.context("the local socket failed")?;
        running.jobs.await?;
        let _ = std::fs::remove_file(self.data_dir.path().join("annals.sock"));
        match running.dead {
            Some(what) => anyhow::bail!(what),
            None => self.stop().await,
        }
    }

    /// Writes what waits, then closes the journal.
    pub async fn stop(self) -> Result<()> {
        let services = &self.services;
        services.retention.stop().await;
        let noted = services.access.note_uses().await;
        self.recording.finish().await;
        // Before the journal: one of them writes there.
        drop(self.following);
        self.followers.await.context("the followers failed")?;
        services.journal.stop();
        self.writer.await.context("the journal's writer failed")?;
        services.derived.close().await;
        services.store.close().await;
        noted.context("the last uses of keys could not be noted")
    }

    async fn act(&self, action: &str) -> Result<()> {
        Ok(self.services.audit(&Actor::default(), service::act(action)).await?)
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

/// Waits for the requests that are being answered, but not for ever: a client that takes nothing
/// must not keep the server from ending.
async fn drained(serving: JoinHandle<std::io::Result<()>>) -> Result<()> {
    match tokio::time::timeout(DRAIN, serving).await {
        Ok(ended) => Ok(ended??),
        Err(_) => {
            tracing::warn!("requests were cut: they took longer than the shutdown waits");
            Ok(())
        }
    }
}

async fn serve_network(
    listener: TcpListener,
    router: Router,
    stall: Duration,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let millis = u32::try_from(stall.as_millis()).unwrap_or(u32::MAX);
    let listener = listener.tap_io(move |socket| {
        // Events are small and should go out at once.
        let _ = socket.set_nodelay(true);
        // Nothing above sees a client that no longer takes its bytes; the kernel does.
        let _ = rustix::net::sockopt::set_tcp_user_timeout(&*socket, millis);
    });
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

fn intake(
    config: &Config,
    catalog: &Arc<Catalog>,
    people: &Arc<RecordingPolicies>,
) -> Result<Intake> {
    let ClientIp { v4_bits, v6_bits } = config.client_ip;
    let further = config.redaction.keys.iter().map(String::as_str);
    let keys = Redactor::DEFAULT_KEYS.into_iter().chain(further);
    Ok(Intake::new(Arc::clone(catalog))
        .with_redactor(Redactor::new(keys))
        .with_people(Arc::clone(people), config.require_consent)
        .with_prefixes(IpPrefixes { v4: v4_bits, v6: v6_bits }))
}

/// Where audit files lie, and of which journal they are: after a restore, of another one.
fn audit_files(config: &Config, journal: &Identity) -> AuditFiles {
    AuditFiles {
        folder: config.data_dir.join("logs"),
        max_bytes: config.audit_files.max_bytes,
        backups: config.audit_files.backups,
        journal: format!("{} {}", journal.id, journal.epoch),
    }
}

/// What children can earn beside points, by the operator's file; nothing without one.
fn badge_rules(config: &Config) -> Result<follow::Rules> {
    let Some(path) = &config.points.rules else {
        return Ok(follow::Rules::default());
    };
    let wrong = |problem: String| ConfigError::Value { key: "points.rules", problem };
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| wrong(format!("names {file}, which cannot be read: {error}")))?;
    Ok(follow::Rules::parse(&text, &file).map_err(|error| wrong(format!("is wrong: {error}")))?)
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
