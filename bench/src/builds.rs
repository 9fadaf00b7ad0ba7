//! Compares two builds of the server by single posts in turn, for a change that is smaller than the
//! difference between two hours.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::server::Server;
use crate::writes::{Load, posts};
use crate::{Engine, row};

/// Connections that post.
const CONNECTIONS: usize = 256;
/// Turns of each build, after one that is not counted.
const TURNS: usize = 8;

/// A build and its measured turns.
struct Build {
    name: String,
    server: Server,
    turns: Vec<Turn>,
}

struct Turn {
    load: Load,
    commits: f64,
    /// The processors' idle share of the turn, 0 to 1.
    idle: f64,
}

/// Measures the build beside this program and another one.
pub async fn compare(other: &Path, engine: Engine, seconds: u64) -> Result<()> {
    let this = std::env::current_exe()?.with_file_name("annals");
    let mut builds = Vec::new();
    for program in [other.to_owned(), this] {
        let name = program.display().to_string();
        let server = Server::start_program(&program, engine).await?;
        builds.push(Build { name, server, turns: Vec::new() });
    }
    for turn in 0..=TURNS {
        for build in &mut builds {
            let measured = measure_turn(&build.server, seconds).await?;
            if turn > 0 {
                build.turns.push(measured);
            }
        }
    }
    for build in &builds {
        build.print();
    }
    Ok(())
}

async fn measure_turn(server: &Server, seconds: u64) -> Result<Turn> {
    let (commits, idle) = (commits_of(server).await?, idle_since_boot()?);
    let load = posts(server, CONNECTIONS, seconds).await?;
    let processors = std::thread::available_parallelism()?.get() as f64;
    let idle = (idle_since_boot()? - idle).as_secs_f64() / (load.took.as_secs_f64() * processors);
    Ok(Turn { load, commits: commits_of(server).await? - commits, idle })
}

impl Build {
    fn print(&self) {
        let mut rates: Vec<f64> = self.turns.iter().map(|turn| turn.load.rate()).collect();
        rates.sort_by(f64::total_cmp);
        let (Some(low), Some(high)) = (rates.first(), rates.last()) else { return };
        let sum = |of: fn(&Turn) -> f64| self.turns.iter().map(of).sum::<f64>();
        let events = sum(|turn| turn.load.events as f64);
        let each = sum(|turn| turn.load.cpu.as_secs_f64()) * 1e6 / events;
        let mean = rates.iter().sum::<f64>() / rates.len() as f64;
        println!("{}", self.name);
        row(
            &format!("durable single posts, {CONNECTIONS} connections"),
            &format!("{mean:.0}/s, {each:.1} µs"),
            &format!(
                "{low:.0} to {high:.0}/s; {:.0} a commit, {:.0} % idle",
                events / sum(|turn| turn.commits),
                100.0 * sum(|turn| turn.idle) / self.turns.len() as f64,
            ),
        );
    }
}

/// Number of commits so far.
async fn commits_of(server: &Server) -> Result<f64> {
    let text = server.connect().await?.get("/metrics").await?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let count = text.lines().find_map(|line| line.strip_prefix("annals_commit_events_count "));
    count.context("commits are not counted")?.parse().context("/metrics")
}

/// The idle time of all processors together, waiting for the disk included (proc(5): the fourth and
/// fifth number, in ticks of 10 ms).
fn idle_since_boot() -> Result<Duration> {
    let stat = std::fs::read_to_string("/proc/stat")?;
    let ticks = stat.lines().next().unwrap_or_default().split_ascii_whitespace().skip(4).take(2);
    let ticks = ticks.map(str::parse::<u64>).sum::<Result<u64, _>>().context("/proc/stat")?;
    Ok(Duration::from_millis(ticks * 10))
}
