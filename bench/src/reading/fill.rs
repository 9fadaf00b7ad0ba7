//! Appends many events: a school's year, nearly in order.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::Result;
use tokio::task::JoinHandle;

use crate::event::{Metadata, learner};
use crate::server::Server;

/// Events in a batch.
const BATCH: usize = 1_000;
/// Connections that send them.
const SENDERS: usize = 4;

/// Appends this many events.
pub async fn fill(server: &Server, events: usize) -> Result<()> {
    let next = Arc::new(AtomicUsize::new(0));
    send(server, next, events, events, Arc::default()).await?.await??;
    Ok(())
}

/// Appends at full rate after the events that are there, until `stop`. Returns how many, in how
/// many seconds.
pub async fn load(
    server: &Server,
    events: usize,
    stop: Arc<AtomicBool>,
) -> Result<JoinHandle<Result<(usize, f64)>>> {
    send(server, Arc::new(AtomicUsize::new(events)), usize::MAX, events, stop).await
}

async fn send(
    server: &Server,
    next: Arc<AtomicUsize>,
    end: usize,
    year: usize,
    stop: Arc<AtomicBool>,
) -> Result<JoinHandle<Result<(usize, f64)>>> {
    let (began, first) = (Instant::now(), next.load(Ordering::Relaxed));
    let mut senders = Vec::new();
    for _ in 0..SENDERS {
        let mut poster = server.poster().await?;
        let (next, stop) = (Arc::clone(&next), Arc::clone(&stop));
        senders.push(tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let from = next.fetch_add(BATCH, Ordering::Relaxed);
                if from >= end {
                    break;
                }
                let numbers = from..end.min(from + BATCH);
                poster.post_all(numbers, |out, number| event(out, number, year)).await?;
            }
            anyhow::Ok(())
        }));
    }
    Ok(tokio::spawn(async move {
        for sender in senders {
            sender.await??;
        }
        Ok((next.load(Ordering::Relaxed) - first, began.elapsed().as_secs_f64()))
    }))
}

/// Writes an event of a year with `year` events, with about 110 bytes of metadata.
fn event(out: &mut String, number: usize, year: usize) {
    const KINDS: [(&str, &str); 4] = [
        ("quest", "quest_started"),
        ("quest", "quest_completed"),
        ("navigation", "page_view"),
        ("badge", "badge_viewed"),
    ];
    // Mixed, so that fields do not change in step, and the same in every run.
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 24;
    let (category, action) = KINDS[mixed % KINDS.len()];
    let severity = if mixed.is_multiple_of(1_000) { "warning" } else { "info" };
    // All events of a session are one learner's.
    let (learner, quest) = (learner(number), mixed / 11 % 300);
    // Events beyond the year are close together, since they must not be in the future.
    let (within, beyond) = (number.min(year), number.saturating_sub(year) / 10_000);
    let second = (within as u128 * 365 * 86_400 / year as u128) as u64 + beyond as u64;
    // Some arrive late, from devices that were offline for up to two days.
    let late = if mixed.is_multiple_of(50) { mixed as u64 / 50 % 172_800 } else { 0 };
    let occurred_at = time(1_735_689_600 + second.saturating_sub(late));
    // Writing to memory cannot fail.
    let _ = write!(
        out,
        r#"{{"category":"{category}","action":"{action}","severity":"{severity}","occurred_at":"{occurred_at}","actor":{{"type":"user","id":"learner-{learner}","name":"Learner {learner}"}},"entity":{{"type":"quest","id":"quest-{quest}","name":"Volcano {quest}"}},"session_id":"visit-{}","metadata":{}}}"#,
        number / 20,
        Metadata(number),
    );
}

/// The time in RFC 3339, in 2025 or 2026.
fn time(second: u64) -> String {
    const LENGTHS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let (days, rest) = (second / 86_400 - 20_089, second % 86_400);
    let (year, mut day) = (2025 + days / 365, days % 365);
    let mut month = 0;
    while day >= LENGTHS[month] {
        day -= LENGTHS[month];
        month += 1;
    }
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    format!("{year}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", month + 1, day + 1)
}
