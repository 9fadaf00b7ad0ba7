//! The real server, or the parse-only one, as its own process on an empty data directory.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use annals_throwaway_postgres::Cluster;
use anyhow::{Context as _, Result};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::Engine;
use crate::client::Connection;
use crate::post::Poster;
use crate::postgres;

const KEY: &str = "a-bench-key-of-at-least-32-characters";

/// A server process that ends when this value is dropped.
pub struct Server {
    program: PathBuf,
    process: Child,
    /// The PostgreSQL server, if the journal is in one.
    cluster: Option<Cluster>,
    data_dir: TempDir,
    address: String,
}

impl Server {
    /// Starts a server. `ANNALS_BENCH_DIR` names the disk to measure; the default is the working
    /// directory's. PostgreSQL's files are in `/tmp`.
    pub async fn start(engine: Engine) -> Result<Server> {
        Server::start_program(&beside("annals")?, engine).await
    }

    /// Starts another build, like [`Server::start`].
    pub async fn start_program(program: &Path, engine: Engine) -> Result<Server> {
        let cluster = (engine == Engine::Postgres).then(postgres::start).transpose()?;
        let data_dir = directory()?;
        let (process, address) = spawn_annals(program, data_dir.path(), cluster.as_ref()).await?;
        let program = program.to_owned();
        Ok(Server { program, process, cluster, data_dir, address })
    }

    /// Starts the parse-only server: the same HTTP stack, which records nothing.
    pub async fn parse_only() -> Result<Server> {
        let program = std::env::current_exe()?;
        let (process, address) = spawn(&program, &["--parse-only".as_ref()]).await?;
        Ok(Server { program, process, cluster: None, data_dir: directory()?, address })
    }

    /// Ends the server as an operator would and starts it again. Returns the time of the start.
    pub async fn restart(&mut self) -> Result<Duration> {
        let id = self.process.id().context("the server runs")?.to_string();
        Command::new("kill").args(["-TERM", &id]).status().await?;
        self.process.wait().await?;
        let began = Instant::now();
        (self.process, self.address) =
            spawn_annals(&self.program, self.data_dir(), self.cluster()).await?;
        Ok(began.elapsed())
    }

    /// Opens a connection to the server.
    pub async fn connect(&self) -> Result<Connection> {
        Connection::open(&self.address, KEY).await
    }

    /// The address, `host:port`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The admin's key.
    pub fn key(&self) -> &'static str {
        KEY
    }

    /// The data directory, which holds a SQLite journal.
    pub fn data_dir(&self) -> &Path {
        self.data_dir.path()
    }

    /// The PostgreSQL server that keeps the journal.
    pub fn cluster(&self) -> Option<&Cluster> {
        self.cluster.as_ref()
    }

    /// A directory on the disk that keeps the journal.
    pub fn disk(&self) -> PathBuf {
        self.cluster().map_or_else(|| self.data_dir().to_owned(), Cluster::directory)
    }

    /// Number of events in the journal.
    pub async fn count(&self) -> Result<u64> {
        let stats = self.connect().await?.get("/api/v1/stats").await?;
        let text = String::from_utf8_lossy(&stats).into_owned();
        let total = text.split_once("\"total\":").map(|(_, rest)| rest);
        let digits: String =
            total.unwrap_or_default().chars().take_while(char::is_ascii_digit).collect();
        digits.parse().context("the counts cannot be read")
    }

    /// Bytes of the journal, after a checkpoint of the write-ahead log.
    pub fn journal_bytes(&self) -> Result<u64> {
        if let Some(cluster) = self.cluster() {
            return postgres::journal_bytes(cluster);
        }
        let journal = rusqlite::Connection::open_with_flags(
            self.data_dir().join("journal.db"),
            rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY,
        )?;
        let sql = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
        Ok(journal.query_row(sql, [], |row| row.get::<_, i64>(0))?.unsigned_abs())
    }

    /// Bytes of the list index.
    pub fn index_bytes(&self) -> Result<u64> {
        if let Some(cluster) = self.cluster() {
            return postgres::index_bytes(cluster);
        }
        let files = std::fs::read_dir(self.data_dir().join("journal.db-index"))?;
        files.map(|file| Ok(file?.metadata()?.len())).sum()
    }

    /// Opens a connection that posts.
    pub async fn poster(&self) -> Result<Poster> {
        Poster::open(&self.address, KEY).await
    }

    /// The CPU time so far, in user mode and in the kernel.
    pub fn cpu(&self) -> Result<Duration> {
        let stat = self.proc("stat")?;
        // The name in brackets may hold anything. After it come the state and numbers; the 12th and
        // 13th are ticks of 10 ms (proc(5), USER_HZ).
        let (_, fields) = stat.rsplit_once(") ").context("proc(5)")?;
        let ticks = fields.split(' ').skip(11).take(2).map(str::parse::<u64>);
        let ticks = ticks.sum::<Result<u64, _>>()?;
        Ok(Duration::from_millis(ticks * 10))
    }

    /// Waits until the server and the database have no background work left.
    pub async fn settled(&self) -> Result<()> {
        if let Some(cluster) = self.cluster() {
            postgres::settled(cluster).await?;
        }
        let mut quiet = 0;
        // Periodic work comes at least every five seconds.
        while quiet < 6 {
            let before = self.cpu()?;
            tokio::time::sleep(Duration::from_secs(1)).await;
            let computed = self.cpu()?.saturating_sub(before);
            quiet = if computed < Duration::from_millis(50) { quiet + 1 } else { 0 };
        }
        Ok(())
    }

    /// The memory in kilobytes: `VmRSS` now, `VmHWM` the most so far.
    pub fn memory(&self, name: &str) -> Result<u64> {
        let status = self.proc("status")?;
        let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        let digits: String = line.chars().filter(char::is_ascii_digit).collect();
        digits.parse().context("the server's memory cannot be read")
    }

    fn proc(&self, file: &str) -> Result<String> {
        let id = self.process.id().context("the server runs")?;
        Ok(std::fs::read_to_string(format!("/proc/{id}/{file}"))?)
    }
}

fn directory() -> Result<TempDir> {
    let directory = std::env::var_os("ANNALS_BENCH_DIR").unwrap_or_else(|| ".".into());
    Ok(TempDir::with_prefix_in("annals-bench-", directory)?)
}

/// The path of a program beside this one.
fn beside(name: &str) -> Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name(name))
}

async fn spawn_annals(
    program: &Path,
    data_dir: &Path,
    cluster: Option<&Cluster>,
) -> Result<(Child, String)> {
    let mut arguments: Vec<&OsStr> =
        ["serve", "--listen", "127.0.0.1:0", "--data-dir"].map(OsStr::new).into();
    arguments.push(data_dir.as_os_str());
    let url = cluster.map(postgres::url);
    if let Some(url) = &url {
        arguments.extend(["--database", url].map(OsStr::new));
    }
    spawn(program, &arguments).await
}

/// Starts a program. Returns its address, once it listens.
async fn spawn(program: &Path, arguments: &[&OsStr]) -> Result<(Child, String)> {
    let mut process = Command::new(program)
        .args(arguments)
        .env_remove("ANNALS_BENCH_DIR")
        .env("ANNALS_ADMIN_KEY", KEY)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start {}; run `make build`", program.display()))?;
    let stdout = process.stdout.take().context("the server has a standard output")?;
    let mut lines = BufReader::new(stdout).lines();
    let mut address = None;
    // With a key set, the server prints no other line.
    while address.is_none() {
        let Some(line) = lines.next_line().await? else { break };
        let rest = line.split_once("listening on http://").map(|(_, rest)| rest);
        address = rest.map(|rest| rest.trim_end_matches('/').to_owned());
    }
    Ok((process, address.context("the server did not start")?))
}
