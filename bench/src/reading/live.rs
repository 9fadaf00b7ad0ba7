//! Streams: the time from an event's acknowledgement until every reader has it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tokio::sync::{Mutex, mpsc};

use super::schedule::Times;
use crate::server::Server;

/// Number of events to append.
const EVENTS: usize = 200;

/// Opens streams, appends one event at a time, and times its arrival on each stream.
pub async fn latency(server: &Server, streams: usize) -> Result<Times> {
    let (sender, mut appended) = mpsc::unbounded_channel::<(usize, Instant)>();
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    let mut readers = Vec::new();
    for _ in 0..streams {
        let mut lines =
            server.connect().await?.follow("/api/v1/events/stream?action=lamp_lit").await?;
        let sender = sender.clone();
        readers.push(tokio::spawn(async move {
            while let Some(text) = lines.next().await? {
                let now = Instant::now();
                for (_, rest) in
                    text.match_indices("\"lamp\":").map(|(at, _)| text.split_at(at + 7))
                {
                    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
                    let _ = sender.send((digits.parse()?, now));
                }
            }
            anyhow::Ok(())
        }));
    }
    drop(sender);
    let mut poster = server.poster().await?;
    for lamp in 0..EVENTS {
        let body = format!(r#"{{"action":"lamp_lit","metadata":{{"lamp":{lamp}}}}}"#);
        poster.post(|out| out.push_str(&body)).await?;
        acknowledged.lock().await.push(Instant::now());
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    let mut times = Vec::with_capacity(EVENTS * streams);
    while times.len() < EVENTS * streams {
        let next = tokio::time::timeout(Duration::from_secs(10), appended.recv()).await;
        let (lamp, at) =
            next.context("a stream left an event out")?.context("all streams ended")?;
        let acknowledged = acknowledged.lock().await;
        let since = acknowledged.get(lamp).context("an event that was not sent")?;
        times.push(at.saturating_duration_since(*since));
    }
    readers.iter().for_each(tokio::task::JoinHandle::abort);
    Ok(Times::new(times))
}
