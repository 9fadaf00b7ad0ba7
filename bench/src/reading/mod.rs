//! Reading: lists, words, counts, exports, streams, memory and the start.
//!
//! Lists are called on a schedule and timed from when they were due, so that a slow answer is not
//! hidden by the calls that waited for it.

mod direct;
mod export;
mod fill;
mod live;
mod schedule;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tokio::task::JoinHandle;

use crate::server::Server;
use crate::{Engine, millis, row};
use schedule::{Schedule, Times};

/// List queries, run once idle and once while batches are appended.
const LISTS: [(&str, &str); 15] = [
    ("first page", ""),
    ("category", "category=quest"),
    ("action", "action=badge_viewed"),
    ("severity", "severity=warning"),
    ("actor", "actor=learner-17"),
    ("actor_type", "actor_type=user"),
    ("subject", "subject=learner-17"),
    ("entity_type", "entity_type=quest"),
    ("entity_id", "entity_id=quest-7"),
    ("session_id", "session_id=visit-17"),
    ("not a category", "category=!navigation"),
    ("actor and category", "actor=learner-17&category=badge"),
    ("category and action, never together", "category=badge&action=page_view"),
    ("severity and entity", "severity=warning&entity_id=quest-7"),
    ("a day and a category", "from=2025-06-01&to=2025-06-02&category=quest"),
];
const WORDS: [(&str, &str); 3] = [
    ("one word", "q=volcano"),
    ("one word, rare", "q=4711"),
    ("three words", "q=learner+volcano+17"),
];
const COUNTS: [(&str, &str); 4] = [
    ("a month", "from=2025-06-01&to=2025-07-01"),
    ("a month and a category", "from=2025-06-01&to=2025-07-01&category=quest"),
    ("a year and a learner", "from=2025-01-01&to=2026-01-01&actor=learner-17"),
    ("a year and a word", "from=2025-01-01&to=2026-01-01&q=volcano"),
];

/// Measures lists only, idle and under load, on a journal of this many events.
pub async fn lists(engine: Engine, events: usize) -> Result<()> {
    let server = filled(engine, events).await?;
    let deep = deep_pages(&server).await?;
    listed(&server, "idle", &deep)?;
    let stop = Arc::new(AtomicBool::new(false));
    let load = fill::load(&server, events, Arc::clone(&stop)).await?;
    listed(&server, "under load", &deep)?;
    appended(stop, load).await
}

/// Measures exports only, on a journal of this many events.
pub async fn exports(engine: Engine, events: usize) -> Result<()> {
    let mut server = filled(engine, events).await?;
    export::measure(&mut server).await
}

/// Measures everything, on a journal of this many events.
pub async fn measure(engine: Engine, events: usize) -> Result<()> {
    let mut server = filled(engine, events).await?;
    let index = server.index_bytes()? as f64 / events as f64;
    row("list index and full text, bytes an event", &format!("{index:.1}"), "");
    row("memory after filling, peak", &format!("{} MB", server.memory("VmHWM")? / 1_000), "");
    let start = server.restart().await?;
    row("start, to serving", &format!("{:.0} ms", millis(start)), "");
    row("memory, idle after the start", &format!("{} MB", server.memory("VmRSS")? / 1_000), "");
    row("limit: the newest 50 rows, by position", &describe(direct::newest(&server).await?), "");

    let deep = deep_pages(&server).await?;
    listed(&server, "idle", &deep)?;
    counted(&server, "idle")?;
    let stop = Arc::new(AtomicBool::new(false));
    let load = fill::load(&server, events, Arc::clone(&stop)).await?;
    listed(&server, "under load", &deep)?;
    counted(&server, "under load")?;
    appended(stop, load).await?;
    server.settled().await?;
    row(
        "live, 200 streams, from acknowledgement",
        &describe(live::latency(&server, 200).await?),
        "",
    );
    export::measure(&mut server).await?;
    row("memory, peak of all", &format!("{} MB", server.memory("VmHWM")? / 1_000), "");
    Ok(())
}

/// Starts a server with this many events and waits until it is idle.
async fn filled(engine: Engine, events: usize) -> Result<Server> {
    let server = Server::start(engine).await?;
    let began = Instant::now();
    fill::fill(&server, events).await?;
    let rate = events as f64 / began.elapsed().as_secs_f64();
    row(&format!("reading: {events} events filled in"), &format!("{rate:.0} events/s"), "");
    server.settled().await?;
    let journal = server.journal_bytes()? as f64 / events as f64;
    row("bytes per event, the journal", &format!("{journal:.0}"), "");
    Ok(server)
}

/// Ends a load, and prints how much it was.
async fn appended(stop: Arc<AtomicBool>, load: JoinHandle<Result<(usize, f64)>>) -> Result<()> {
    stop.store(true, Ordering::Relaxed);
    let (appended, seconds) = load.await??;
    row("appended meanwhile", &format!("{:.0} events/s", appended as f64 / seconds), "");
    Ok(())
}

/// Runs every list, with and without words, once a schedule. A call that reads nothing is timed
/// beside them, since no list can be faster.
fn listed(server: &Server, when: &str, deep: &[(&str, String); 2]) -> Result<()> {
    let schedule = Schedule { rate: 100, long: Duration::from_secs(3) };
    let nothing = describe(schedule.call(server, "/healthz")?);
    row(&format!("limit, {when}: a call that reads nothing"), &nothing, "");
    let path = |query: &str| format!("/api/v1/events?limit=50&{query}");
    let lists = LISTS.iter().map(|(name, query)| ("list", *name, path(query)));
    let words = WORDS.iter().map(|(name, query)| ("words", *name, path(query)));
    let deep_lists = deep.iter().map(|(name, path)| ("list", *name, path.clone()));
    for (what, name, path) in lists.chain(words).chain(deep_lists) {
        let mut times = schedule.call(server, &path)?;
        let recorded = times.at(99);
        row(&format!("{what}, {when}: {name}"), &describe(times), "");
        // A cursor belongs to its own order.
        if path.contains("cursor=") {
            continue;
        }
        // The same list in the order in which events happened, next to it.
        let mut times = schedule.call(server, &format!("{path}&by=occurred"))?;
        let ratio = times.at(99).as_secs_f64() / recorded.as_secs_f64();
        row(
            &format!("{what}, {when}, by occurred: {name}"),
            &describe(times),
            &format!("{ratio:.1} times the p99 by recorded"),
        );
    }
    Ok(())
}

/// Runs every count once a schedule.
fn counted(server: &Server, when: &str) -> Result<()> {
    for (name, query) in COUNTS {
        let schedule = Schedule { rate: 10, long: Duration::from_secs(5) };
        let times = schedule.call(server, &format!("/api/v1/stats?{query}"))?;
        row(&format!("counts, {when}: {name}"), &describe(times), "");
    }
    Ok(())
}

fn describe(mut times: Times) -> String {
    format!("p50 {:.2} ms, p99 {:.2} ms", millis(times.at(50)), millis(times.at(99)))
}

/// The paths of page 2,000, by recorded and by occurred.
async fn deep_pages(server: &Server) -> Result<[(&'static str, String); 2]> {
    Ok([
        ("page 2,000", page_2000(server, "").await?),
        ("page 2,000, by occurred", page_2000(server, "&by=occurred").await?),
    ])
}

/// The path of page 2,000 of a list, reached by its cursor.
async fn page_2000(server: &Server, query: &str) -> Result<String> {
    let mut connection = server.connect().await?;
    let first = format!("/api/v1/events?limit=50{query}");
    let mut path = first.clone();
    for _ in 1..2_000 {
        let page = connection.get(&path).await?;
        let text = String::from_utf8_lossy(&page).into_owned();
        let cursor =
            text.split_once("\"next_cursor\":\"").and_then(|(_, rest)| rest.split('"').next());
        let cursor = cursor.context("the journal is too short for 2,000 pages")?;
        path = format!("{first}&cursor={cursor}");
    }
    Ok(path)
}
