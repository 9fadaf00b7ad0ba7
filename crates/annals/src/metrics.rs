//! Metrics of the process, for Prometheus.
//!
//! The registry belongs to one server, not to the process: a program that embeds Annals keeps its
//! own. Labels contain only words of this program, never a sender's. So their number is bounded and
//! they name nobody.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use parking_lot::Mutex;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// The media type of [`Metrics::encode`].
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Counters, gauges and histograms of one server.
pub struct Metrics {
    registry: Registry,
    events: Family<EventOutcome, Counter>,
    /// The outcomes counted so far, because a metric family does not list its labels.
    outcomes: Mutex<BTreeSet<EventOutcome>>,
    commit_events: Histogram,
    commit_seconds: Histogram,
    requests: Family<Request, Histogram, fn() -> Histogram>,
    head: Gauge<u64, AtomicU64>,
    streams: Gauge<u64, AtomicU64>,
    followers: Family<Follower, Gauge<u64, AtomicU64>>,
}

/// The outcome of an event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EncodeLabelSet)]
struct EventOutcome {
    /// `accepted`, `duplicate`, `rejected`, `dropped` or `failed`.
    outcome: &'static str,
    /// The reason, if there is one.
    reason: &'static str,
}

/// A request and its status.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: &'static str,
    /// The route's pattern.
    route: String,
    status: u16,
}

/// A follower.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Follower {
    follower: &'static str,
}

/// Makes a histogram from one millisecond to 16 seconds.
fn request_histogram() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 4.0, 8))
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut registry = Registry::with_prefix("annals");
        let events = Family::default();
        registry.register("events", "Events received, by outcome", events.clone());
        // One event to the largest batch of 4,096.
        let commit_events = Histogram::new(exponential_buckets(1.0, 4.0, 7));
        registry.register("commit_events", "Events in one commit", commit_events.clone());
        let commit_seconds = Histogram::new(exponential_buckets(0.000_25, 2.0, 14));
        let help = "How long a commit took, with its fsync";
        registry.register_with_unit("commit", help, Unit::Seconds, commit_seconds.clone());
        let requests = Family::new_with_constructor(request_histogram as fn() -> Histogram);
        let help = "How long requests took until their answer began";
        registry.register_with_unit("request", help, Unit::Seconds, requests.clone());
        let head = Gauge::default();
        registry.register("head", "Position of the last event of the journal", head.clone());
        let streams = Gauge::default();
        registry.register("streams", "Streams that are open now", streams.clone());
        let followers = Family::default();
        let help = "Events a follower has not read yet";
        registry.register("follower_lag", help, followers.clone());
        Metrics {
            registry,
            events,
            outcomes: Mutex::default(),
            commit_events,
            commit_seconds,
            requests,
            head,
            streams,
            followers,
        }
    }
}

impl Metrics {
    /// Counts events with the same outcome.
    pub fn events(&self, outcome: &'static str, reason: &'static str, count: u64) {
        if count > 0 {
            let outcome_labels = EventOutcome { outcome, reason };
            self.events.get_or_create(&outcome_labels).inc_by(count);
            self.outcomes.lock().insert(outcome_labels);
        }
    }

    /// Returns outcome, reason and number of events.
    pub fn outcomes(&self) -> Vec<(&'static str, &'static str, u64)> {
        let outcomes = self.outcomes.lock().clone();
        let count = |outcome_labels: &EventOutcome| {
            self.events.get(outcome_labels).map_or(0, |counter| counter.get())
        };
        outcomes
            .iter()
            .map(|outcome_labels| {
                (outcome_labels.outcome, outcome_labels.reason, count(outcome_labels))
            })
            .collect()
    }

    /// Records a commit.
    pub fn commit(&self, events: usize, took: Duration) {
        self.commit_events.observe(events as f64);
        self.commit_seconds.observe(took.as_secs_f64());
    }

    /// Records an answered request.
    pub fn request(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let request = Request { method, route: route.to_owned(), status };
        self.requests.get_or_create(&request).observe(took.as_secs_f64());
    }

    /// Records the position of the head.
    pub fn head(&self, seq: u64) {
        self.head.set(seq);
    }

    /// Records the number of open streams.
    pub fn streams(&self, open: usize) {
        self.streams.set(open as u64);
    }

    /// Records the lag of a follower.
    pub fn follower(&self, follower: &'static str, lag: u64) {
        self.followers.get_or_create(&Follower { follower }).set(lag);
    }

    /// Renders everything as OpenMetrics text.
    pub fn encode(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_counted_is_rendered() {
        let metrics = Metrics::default();
        metrics.events("accepted", "", 3);
        metrics.events("dropped", "recording_off", 1);
        metrics.events("rejected", "invalid", 0);
        metrics.commit(3, Duration::from_millis(2));
        metrics.request("GET", "/api/v1/events/{id}", 404, Duration::from_millis(1));
        metrics.head(7);
        metrics.streams(2);
        metrics.follower("rollups", 5);
        let text = metrics.encode();
        for line in [
            "annals_events_total{outcome=\"accepted\",reason=\"\"} 3",
            "annals_events_total{outcome=\"dropped\",reason=\"recording_off\"} 1",
            "annals_commit_events_sum 3.0",
            "annals_commit_seconds_count 1",
            "annals_request_seconds_count{method=\"GET\",route=\"/api/v1/events/{id}\",status=\"404\"} 1",
            "annals_head 7",
            "annals_streams 2",
            "annals_follower_lag{follower=\"rollups\"} 5",
            "# EOF",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        assert!(!text.contains("rejected"));
        let outcomes = [("accepted", "", 3), ("dropped", "recording_off", 1)];
        assert_eq!(metrics.outcomes(), outcomes);
    }
}
