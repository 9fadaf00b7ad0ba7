//! Opens a database: roles, migrations, identity.

use std::sync::atomic::{AtomicI64, AtomicU64};

use annals_event::Uuid;
use refinery_core::{Migration, Runner};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error};

use super::PostgresStore;
use super::blocks::Blocks;
use super::end::Ends;
use super::error::{chain, failed};
use super::journal::OpenJournal;
use super::pooler::refuse_lost_sessions;
use super::pools::Pools;
use super::target::Target;
use super::viewer::ViewerKey;
use super::watch::Watch;
use annals_store::migrations;
use annals_store::migrations::Migrations;
use annals_store::recent::RecentEvents;
use annals_store::{Identity, Result, Seed, StoreError};

/// The schema's migrations, in their order.
const MIGRATIONS: Migrations = migrations![
    "V1__journal",
    "V2__append",
    "V3__viewers",
    "V4__points",
    "V5__retention",
    "V6__vacuum",
    "V7__frozen_days",
];

const HISTORY: &str = "annals_schema_history";
/// The oldest PostgreSQL with views that run with their caller's rights.
const OLDEST: i32 = 150_000;
/// The lock that lets one process at a time migrate a schema: `annals` in ASCII.
const MIGRATING: i64 = 0x61_6e_6e_61_6c_73;

impl PostgresStore {
    /// Opens the journal, or creates it if this login may.
    pub async fn open(url: &str, connections: usize, seed: &Seed) -> Result<PostgresStore> {
        let target = Target::parse(url)?;
        check_sessions(&target).await?;
        migrate(&target, seed).await?;
        Self::enter(target, connections).await
    }

    /// Opens an existing journal of this program's schema.
    pub async fn open_existing(url: &str, connections: usize) -> Result<PostgresStore> {
        let target = Target::parse(url)?;
        check_sessions(&target).await?;
        Self::enter(target, connections).await
    }

    /// Migrates the schema and does nothing else: for a login that owns it.
    pub async fn migrate(url: &str, seed: &Seed) -> Result<()> {
        let target = Target::parse(url)?;
        check_sessions(&target).await?;
        migrate(&target, seed).await
    }

    async fn enter(target: Target, connections: usize) -> Result<PostgresStore> {
        let journal = enter(&target).await?;
        let pools = Pools::new(&target, connections)?;
        Ok(PostgresStore { journal, pools, watch: Watch::start(target.clone()), target })
    }
}

/// Opens a connection outside the pools. It lives until the client is dropped.
pub(super) async fn connect(target: &Target) -> Result<Client> {
    let connected = target.config.connect(target.tls.clone()).await;
    let (client, connection) = connected.map_err(|error| {
        StoreError::Unavailable(format!("no connection to PostgreSQL: {}", chain(&error)))
    })?;
    tokio::spawn(connection);
    Ok(client)
}

fn runner() -> Runner {
    #[expect(
        clippy::expect_used,
        reason = "the names are fixed, and each opening runs through them"
    )]
    let migration = |(name, sql): &(&str, &str)| {
        Migration::unapplied(name, sql).expect("a migration is called V<number>__<words>")
    };
    let mut runner = Runner::new(&MIGRATIONS.iter().map(migration).collect::<Vec<_>>());
    runner.set_migration_table_name(HISTORY);
    runner
}

/// The newest migration that this program knows.
fn newest() -> (i32, String) {
    let known = runner();
    let all = known.get_migrations().iter().map(|m| (m.version(), m.name().to_owned()));
    all.max().unwrap_or_default()
}

/// The newest migration applied to the database.
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

/// `true` if the schema is the one this program knows; a newer one is refused.
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

/// Refuses a server that is too old or lacks what the journal needs.
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

/// Refuses a pooler that keeps no sessions, before anything is written through it.
async fn check_sessions(target: &Target) -> Result<()> {
    refuse_lost_sessions(&connect(target).await?, &connect(target).await?).await
}

/// Creates or migrates the schema, and creates the journal in it.
pub(super) async fn migrate(target: &Target, seed: &Seed) -> Result<()> {
    let mut client = connect(target).await?;
    check_server(&client).await?;
    if is_current(&client).await? {
        return Ok(());
    }
    let lock = "SELECT pg_advisory_lock($1)";
    client.execute(lock, &[&MIGRATING]).await.map_err(failed)?;
    // Another process may have migrated meanwhile. The lock ends with the connection.
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

/// Creates the roles that the schema grants rights to, and makes this login a member of each.
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
            // Another database's journal on this server created the role at the same moment.
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

/// The error for a statement that needs an owner, or the right to create roles.
fn not_ours(error: Error) -> StoreError {
    StoreError::NotAJournal(format!(
        "the schema cannot be made: {}; docs/postgres.md has the four statements that a \
         superuser runs once",
        chain(&error)
    ))
}

/// Writes the journal's own rows, if there are none yet.
async fn plant(client: &Client, seed: &Seed) -> Result<()> {
    let Identity { id, epoch, cursor_key } = &seed.identity;
    let epoch = i32::try_from(*epoch).unwrap_or(i32::MAX);
    let width = super::numbers::bound(seed.partition_width);
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

/// Opens a journal with this program's schema; refuses it if this login lacks its roles, or if the
/// roles are unsafe.
pub(super) async fn enter(target: &Target) -> Result<OpenJournal> {
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
    // The writer's role last, since the connection keeps it.
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
    Ok(OpenJournal {
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

#[cfg(test)]
mod tests {
    use annals_store::migrations::assert_compiled_in;

    use super::*;

    #[test]
    fn every_migration_is_compiled_in() {
        assert_compiled_in(concat!(env!("CARGO_MANIFEST_DIR"), "/src/migrations"), MIGRATIONS);
    }
}
