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

/// Longest time that a shutdown waits for streams and requests in progress.
const DRAIN: Duration = Duration::from_secs(10);

/// A running Annals: the journal is open and can be written.
pub struct App {
    services: Arc<Services>,
    http: Http,
    data_dir: DataDir,
    writer: JoinHandle<()>,
    /// Longest time that a client may take no data.
    stall: Duration,
    recorder: Recorder,
    recording: recorder::Worker,
    /// Stops the followers when it is dropped, also without a shutdown.
    following: DropGuard,
    followers: JoinHandle<()>,
    /// The lock on the data directory; dropped last, after the last write.
    _hold: Hold,
}

/// The tasks that run beside requests.
pub struct Running {
    stop: CancellationToken,
    operator: JoinHandle<std::io::Result<()>>,
    jobs: JoinHandle<()>,
    /// The server on the network; `None` if another program's server takes the requests.
    network: Option<JoinHandle<std::io::Result<()>>>,
    /// A message about the part that ended although it must not; `None` if none did.
    dead: Option<&'static str>,
    /// Kept open, because the path of the local socket goes through it.
    _directory: File,
    /// Stops the tasks when it is dropped, if the program does not call [`App::end`].
    _ended: DropGuard,
}

impl App {
    /// Opens the journal and starts its writer. Only one process at a time can use the data
    /// directory.
    pub async fn start(
        config: &Config,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<App> {
        App::start_with(config, clock, random, recorder::CAPACITY).await
    }

    /// Does the same as [`App::start`], with room for `waiting` events that were recorded within
    /// the process and are not written yet.
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
        let tokens = config.jwt.as_ref().map(Tokens::new).transpose()?;
        let bootstrap = config.admin_key.as_ref().map(|key| key.reveal());
        // Read before anything is loaded, so that later changes are loaded again.
        let config_version = store.config_version().await?;
        let access = Access::load(store.clone(), clock.clone(), random.clone(), bootstrap, tokens);
        let access = access.await?;
        let metrics = Arc::new(Metrics::default());
        let (journal, writer) =
            Journal::start(Arc::clone(&store), Arc::clone(&clock), head, Arc::clone(&metrics));
        let intake = Arc::new(intake(config, &catalog, access.recording_policies())?);
        // Set before the first event is taken in, so that what was switched off stays off.
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

    /// Returns the services.
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// Returns the API of the services.
    pub fn http(&self) -> &Http {
        &self.http
    }

    /// Returns the recorder, which records events from within this process.
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// Serves until `shutdown` resolves or a part that must not end has ended.
    pub async fn serve(
        mut self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()>,
    ) -> Result<()> {
        let mut running = self.begin().await?;
        let stop = running.stop.clone();
        let network = serve_network(listener, self.http.server_router(), self.stall, stop);
        running.network = Some(tokio::spawn(network));
        tokio::select! {
            () = shutdown => {}
            // Without the writer every append would wait for ever, so the server ends, to be
            // started again.
            _ = &mut self.writer => running.dead = Some("the journal's writer ended"),
        }
        self.end(running).await
    }

    /// Starts the local socket for commands, and background work.
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

    /// Stops the tasks, writes waiting events and closes the journal.
    pub async fn end(self, running: Running) -> Result<()> {
        // Recorded first, because later steps of the shutdown may fail.
        if running.dead.is_none()
            && let Err(error) = self.act("server_shutting_down").await
        {
            tracing::warn!(%error, "the shutdown could not be put on the record");
        }
        running.stop.cancel();
        // Stopped first, because jobs and requests wait for the retention run.
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

    /// Writes waiting events, then closes the journal.
    pub async fn stop(self) -> Result<()> {
        let services = &self.services;
        services.retention.stop().await;
        let noted = services.access.note_uses().await;
        self.recording.finish().await;
        // Stopped before the journal, because the badges follower appends to it.
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

    /// Opens the local socket for commands. Only this user may open its directory, and so the
    /// socket.
    fn local_socket(&self) -> Result<(File, UnixListener)> {
        // A socket that exists was left by a server that was killed, because this one holds the
        // lock.
        let _ = std::fs::remove_file(self.data_dir.path().join("annals.sock"));
        let (directory, path) = self.data_dir.socket()?;
        let listener = UnixListener::bind(path).context("cannot open the local socket")?;
        Ok((directory, listener))
    }
}

/// Waits for requests in progress, up to [`DRAIN`]: a client that takes no data must not keep the
/// server from ending.
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
        // Only the kernel notices a client that no longer takes its bytes.
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

/// Returns the settings of the audit files. They name the journal and its epoch, which a restore
/// changes.
fn audit_files(config: &Config, journal: &Identity) -> AuditFiles {
    AuditFiles {
        folder: config.data_dir.join("logs"),
        max_bytes: config.audit_files.max_bytes,
        backups: config.audit_files.backups,
        journal: format!("{} {}", journal.id, journal.epoch),
    }
}

/// Reads the badge rules from the operator's file; without a file there are none.
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

/// Returns the built-in catalog, with the overrides of the deployment's own file.
fn catalog(config: &Config) -> Result<Catalog> {
    let Some(path) = &config.catalog else {
        return Ok(Catalog::builtin());
    };
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the catalog {}", path.display()))?;
    Ok(Catalog::with_overrides(&text, &path.display().to_string())?)
}
