//! Opening a database: who we are there, migrations, identity.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use annals_event::Uuid;
use deadpool_postgres::Object;
use refinery::Runner;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error};

use super::super::recent::RecentEvents;
use super::super::{Appended, Entry, Identity, Result, StoreError};
use super::PostgresStore;
use super::blocks::Blocks;
use super::end::Ends;
use super::error::{chain, failed};
use super::parameters::Parameters;
use super::pools::Pools;
use super::rows;
use super::target::Target;
use super::viewer::ViewerKey;
use super::watch::Watch;

mod migrations {
    refinery::embed_migrations!("src/store/postgres/migrations");
}

const HISTORY: &str = "annals_schema_history";
/// The oldest PostgreSQL with views that ask as their caller.
const OLDEST: i32 = 150_000;
/// The lock under which one process at a time brings a schema up to date: `annals` in ASCII.
const MIGRATING: i64 = 0x61_6e_6e_61_6c_73;

/// What a journal that is made now begins with.
pub struct Seed {
    /// Its identity and the key of its cursors.
    pub identity: Identity,
    /// The key under which ids of deleted events are remembered.
    pub id_key: [u8; 32],
    /// The key under which viewers are signed.
    pub viewer_key: [u8; 32],
    /// Positions in one partition.
    pub partition_width: u64,
}

/// What an open journal knows of itself.
pub(super) struct Journal {
    pub(super) identity: Identity,
    pub(super) id_key: [u8; 32],
    pub(super) viewer_key: ViewerKey,
    /// Who we are among the servers that have it open.
    pub(super) holder: Uuid,
    /// Makes the keys of the list index.
    pub(super) blocks: Blocks,
    /// The journal's end, where this process wrote it.
    pub(super) ends: Ends,
    /// The newest events that this process has written.
    pub(super) recent: RecentEvents,
    /// How far the journal is known to go.
    seen: AtomicU64,
    /// How many events were rewritten or deleted, when it was last asked.
    pub(super) gone: AtomicI64,
}

impl Journal {
    /// How far the journal goes, or went when it was last looked at: never less than anybody was
    /// told before this was asked for.
    pub(super) async fn head(&self, client: &Object) -> Result<u64> {
        let sql = "SELECT seq FROM annals_journal_head";
        let found = Parameters::of(&[]).ask(client, sql).await?;
        let head = rows::whole(found.first().ok_or_else(rows::no_head)?, 0)?;
        self.saw(head);
        Ok(head)
    }

    /// A range as far as there is something in it.
    pub(super) async fn within(&self, client: &Object, range: &Range<u64>) -> Result<Range<u64>> {
        let known = self.known();
        let end = if range.end <= known { known } else { self.head(client).await? + 1 };
        Ok(range.start.max(1)..range.end.min(end))
    }

    /// The position behind the last one that this process knows of.
    pub(super) fn known(&self) -> u64 {
        self.seen.load(Ordering::Relaxed) + 1
    }

    /// Remembers how far it goes.
    pub(super) fn saw(&self, head: u64) {
        self.seen.fetch_max(head, Ordering::Relaxed);
    }

    /// Takes note that whatever stood there is other than it was, and how far it goes now.
    pub(super) fn replaced(&self, head: u64) {
        self.seen.store(head, Ordering::Relaxed);
        self.recent.forget();
    }

    /// Keeps what was just appended for those who follow closely.
    pub(super) fn written<'a>(&self, all: impl Iterator<Item = (Entry, &'a Appended)>) {
        let placed = all.filter_map(|(mut entry, appended)| {
            let Appended::Accepted { seq, created_at } = *appended else {
                return None;
            };
            if entry.derived.occurred_at {
                entry.event.occurred_at = created_at;
            }
            entry.event.seq = seq;
            entry.event.created_at = created_at;
            Some(entry)
        });
        self.add(placed.collect());
    }

    /// As [`Journal::written`], of what has its place.
    pub(super) fn add(&self, entries: Vec<Entry>) {
        if let Some(last) = entries.last() {
            self.saw(last.event.seq);
            let events = entries
                .into_iter()
                .map(|entry| (Arc::new(entry.event), entry.personal.as_bytes().len()));
            self.recent.add(events.collect());
        }
    }
}

impl PostgresStore {
    /// Opens the journal, making it if it does not exist and this login may.
    pub async fn open(url: &str, connections: usize, seed: &Seed) -> Result<PostgresStore> {
        let target = Target::parse(url)?;
        migrate(&target, seed).await?;
        Self::enter(target, connections).await
    }

    /// Opens a journal that is there, as this program knows it.
    pub async fn open_existing(url: &str, connections: usize) -> Result<PostgresStore> {
        Self::enter(Target::parse(url)?, connections).await
    }

    /// Brings the schema up to date, and nothing more: for a login that owns it.
    pub async fn migrate(url: &str, seed: &Seed) -> Result<()> {
        migrate(&Target::parse(url)?, seed).await
    }

    async fn enter(target: Target, connections: usize) -> Result<PostgresStore> {
        let journal = enter(&target).await?;
        let pools = Pools::new(&target, connections)?;
        Ok(PostgresStore { journal, pools, watch: Watch::start(target.clone()), target })
    }
}

/// A connection of its own, outside the pools. It lives until the client is dropped.
pub(super) async fn connect(target: &Target) -> Result<Client> {
    let connected = target.config.connect(target.tls.clone()).await;
    let (client, connection) = connected.map_err(|error| {
        StoreError::Unavailable(format!("no connection to PostgreSQL: {}", chain(&error)))
    })?;
    tokio::spawn(connection);
    Ok(client)
}

fn runner() -> Runner {
    let mut runner = migrations::migrations::runner();
    runner.set_migration_table_name(HISTORY);
    runner
}

/// The newest migration this program knows.
fn newest() -> (i32, String) {
    let known = runner();
    let all = known.get_migrations().iter().map(|m| (m.version(), m.name().to_owned()));
    all.max().unwrap_or_default()
}

/// The newest migration the database has had.
async fn applied(client: &Client) -> Result<Option<(i32, String)>> {
    let sql = "SELECT to_regclass('annals.annals_schema_history') IS NOT NULL";
    let there: bool = client.query_one(sql, &[]).await.map_err(failed)?.get(0);
    if !there {
        return Ok(None);
    }
    let sql = "SELECT version, name FROM annals.annals_schema_history
               ORDER BY version DESC LIMIT 1";
    let row = client.query_opt(sql, &[]).await.map_err(failed)?;
    Ok(row.map(|row| (row.get(0), row.get(1))))
}

/// Whether the schema is as this program knows it; a newer one is refused.
async fn is_current(client: &Client) -> Result<bool> {
    let known = newest();
    match applied(client).await? {
        Some(found) if found.0 > known.0 => Err(StoreError::Newer {
            found: format!("V{}__{}", found.0, found.1),
            known: format!("V{}__{}", known.0, known.1),
        }),
        Some(found) => Ok(found.0 == known.0),
        None => Ok(false),
    }
}

/// Expects a server that can do what is asked of it.
async fn check_server(client: &Client) -> Result<()> {
    let sql = "SELECT current_setting('server_version_num')::int,
                      current_setting('server_encoding'), current_setting('fsync')";
    let row = client.query_one(sql, &[]).await.map_err(failed)?;
    let refused = |why: &str| Err(StoreError::NotAJournal(why.to_owned()));
    if row.get::<_, i32>(0) < OLDEST {
        return refused("Annals needs PostgreSQL 15 or newer");
    }
    if row.get::<_, &str>(1) != "UTF8" {
        return refused("the database must have the encoding UTF8 (`createdb -E UTF8`)");
    }
    if row.get::<_, &str>(2) != "on" {
        tracing::warn!("PostgreSQL runs with fsync off: a power cut loses what was acknowledged");
    }
    Ok(())
}

/// Brings the schema up to date, making it where there is none; and the journal in it.
pub(super) async fn migrate(target: &Target, seed: &Seed) -> Result<()> {
    let mut client = connect(target).await?;
    check_server(&client).await?;
    if is_current(&client).await? {
        return Ok(());
    }
    let lock = "SELECT pg_advisory_lock($1)";
    client.execute(lock, &[&MIGRATING]).await.map_err(failed)?;
    // Another may have done it while we waited. The lock goes with the connection.
    if is_current(&client).await? {
        return Ok(());
    }
    make_roles(&client).await?;
    let sql = "SELECT to_regnamespace('annals') IS NOT NULL";
    let there: bool = client.query_one(sql, &[]).await.map_err(failed)?.get(0);
    if !there {
        client.batch_execute("CREATE SCHEMA annals").await.map_err(not_ours)?;
    }
    client.batch_execute("SET search_path = annals, pg_temp").await.map_err(failed)?;
    runner().run_async(&mut client).await.map_err(|error| {
        use std::error::Error as _;
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        StoreError::NotAJournal(format!(
            "the schema cannot be brought up to date: {error} {cause}; run `annals migrate` as \
             the schema's owner (docs/postgres.md)"
        ))
    })?;
    plant(&client, seed).await
}

/// The roles that the schema's rights are given to, and we as one who may act as each.
async fn make_roles(client: &Client) -> Result<()> {
    for role in ["annals_writer", "annals_reader"] {
        let sql = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)";
        let there: bool = client.query_one(sql, &[&role]).await.map_err(failed)?.get(0);
        let made = if there {
            Ok(())
        } else {
            client.batch_execute(&format!("CREATE ROLE {role} NOLOGIN")).await
        };
        let known = [SqlState::DUPLICATE_OBJECT, SqlState::UNIQUE_VIOLATION];
        match made {
            // Another database's journal on this server made it at the same moment.
            Err(error) if error.code().is_some_and(|code| known.contains(code)) => {}
            Err(error) => return Err(not_ours(error)),
            Ok(()) => {}
        }
        let sql = "SELECT pg_has_role(session_user, $1, 'MEMBER')";
        let member: bool = client.query_one(sql, &[&role]).await.map_err(failed)?.get(0);
        if !member {
            let sql = format!("GRANT {role} TO CURRENT_USER");
            client.batch_execute(&sql).await.map_err(not_ours)?;
        }
    }
    Ok(())
}

/// What only an owner, or who may make roles, can do.
fn not_ours(error: Error) -> StoreError {
    StoreError::NotAJournal(format!(
        "the schema cannot be made: {}; docs/postgres.md has the four statements that a \
         superuser runs once",
        chain(&error)
    ))
}

/// The journal itself, where there is none yet.
async fn plant(client: &Client, seed: &Seed) -> Result<()> {
    let Identity { id, epoch, cursor_key } = &seed.identity;
    let epoch = i32::try_from(*epoch).unwrap_or(i32::MAX);
    let width = super::rows::bound(seed.partition_width);
    let sql = "INSERT INTO annals_journal (id, epoch, cursor_key, id_key, partition_width)
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    let keys = (&cursor_key[..], &seed.id_key[..]);
    client.execute(sql, &[id, &epoch, &keys.0, &keys.1, &width]).await.map_err(failed)?;
    let sql = "INSERT INTO annals_journal_head (turn, seq, created_at, frontier, room, keys)
               VALUES (0, 0, 0, '{}', 0, '{}') ON CONFLICT DO NOTHING";
    client.execute(sql, &[]).await.map_err(failed)?;
    let (inner, outer) = ViewerKey::pads(&seed.viewer_key);
    let sql = "INSERT INTO annals_viewer_key (inner_pad, outer_pad) VALUES ($1, $2)
               ON CONFLICT DO NOTHING";
    client.execute(sql, &[&&inner[..], &&outer[..]]).await.map_err(failed)?;
    client.execute("SELECT annals_make_room(0)", &[]).await.map_err(failed)?;
    Ok(())
}

/// Expects a journal of this program's schema, and that we may act as its roles, which are what
/// they should be. Answers the journal.
pub(super) async fn enter(target: &Target) -> Result<Journal> {
    let client = connect(target).await?;
    if !is_current(&client).await? {
        return Err(StoreError::NotAJournal(
            "there is no journal in this database, or one of an older Annals; start the server \
             on it, or run `annals migrate`"
                .to_owned(),
        ));
    }
    let sql = "SELECT rolname::text FROM pg_roles WHERE rolname = 'annals_reader'
               AND (rolsuper OR rolbypassrls)";
    if !client.query(sql, &[]).await.map_err(failed)?.is_empty() {
        return Err(StoreError::NotAJournal(
            "the role annals_reader bypasses row-level security, so that everybody would see \
             everybody; `ALTER ROLE annals_reader NOSUPERUSER NOBYPASSRLS`"
                .to_owned(),
        ));
    }
    // The reader last tried first: the connection goes on as the writer.
    for role in ["annals_reader", "annals_writer"] {
        client.batch_execute(&format!("SET ROLE {role}")).await.map_err(|error| {
            StoreError::NotAJournal(format!(
                "this login may not act as {role} ({}); `GRANT annals_writer, annals_reader TO` \
                 it",
                chain(&error)
            ))
        })?;
    }
    let sql = "SELECT j.id, j.epoch, j.cursor_key, j.id_key, k.inner_pad, gen_random_uuid()
               FROM annals.annals_journal j, annals.annals_viewer_key k";
    let row = client.query_one(sql, &[]).await.map_err(failed)?;
    let damaged = || StoreError::Damaged("the journal's keys cannot be read".to_owned());
    let bytes = |index: usize| row.try_get::<_, &[u8]>(index).map_err(failed);
    let id: Uuid = row.try_get(0).map_err(failed)?;
    let epoch: i32 = row.try_get(1).map_err(failed)?;
    let cursor_key = bytes(2)?.try_into().map_err(|_| damaged())?;
    let identity = Identity { id, epoch: epoch.unsigned_abs(), cursor_key };
    Ok(Journal {
        blocks: Blocks::new(&identity),
        ends: Ends::default(),
        recent: RecentEvents::default(),
        seen: AtomicU64::new(0),
        gone: AtomicI64::new(0),
        identity,
        id_key: bytes(3)?.try_into().map_err(|_| damaged())?,
        viewer_key: ViewerKey::of(bytes(4)?.try_into().map_err(|_| damaged())?),
        holder: row.try_get(5).map_err(failed)?,
    })
}
