//! Tests of complete imports into a sink that records what it receives.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use annals_event::{Draft, Time, Uuid};
use async_trait::async_trait;

use super::send::{ItemResult, Sink, Status};
use super::{Busy, Options, Quiet, ShiftTo, Summary, run};
use crate::catalog::Catalog;
use crate::id::SystemRandom;
use crate::record::{Intake, Sender, Source};

/// A sink that knows ids as the server does.
#[derive(Default)]
struct Journal {
    drafts: Vec<Draft>,
    by_id: HashMap<Uuid, usize>,
    posts: usize,
    /// Fails with a lost connection on this post, after the events were recorded.
    breaks_at: Option<usize>,
    /// Answers that it is busy on this post.
    busy_at: Option<usize>,
}

#[async_trait]
impl Sink for Journal {
    async fn post(&mut self, ndjson: Vec<u8>) -> anyhow::Result<Vec<ItemResult>> {
        self.posts += 1;
        if self.busy_at == Some(self.posts) {
            return Err(Busy { retry_after: Duration::from_millis(1) }.into());
        }
        let mut results = Vec::new();
        for line in ndjson.split(|byte| *byte == b'\n') {
            if line.is_empty() {
                continue;
            }
            let draft: Draft = serde_json::from_slice(line)?;
            let id = draft.id.unwrap();
            let (status, error) = match self.by_id.get(&id) {
                _ if draft.action == "refused" => (Status::Rejected, Some("action: no".into())),
                None => (Status::Accepted, None),
                Some(at) if self.drafts[*at] == draft => (Status::Duplicate, None),
                Some(_) => (Status::Rejected, Some("id_conflict".into())),
            };
            if status == Status::Accepted {
                self.by_id.insert(id, self.drafts.len());
                self.drafts.push(draft);
            }
            results.push(ItemResult { status, error });
        }
        if self.breaks_at == Some(self.posts) {
            anyhow::bail!("the connection was lost");
        }
        Ok(results)
    }
}

fn example(path: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    root.join(path)
}

fn now() -> Time {
    "2026-11-21T08:30:00Z".parse().unwrap()
}

async fn import(options: &Options, journal: &mut Journal) -> anyhow::Result<Summary> {
    run(options, &SystemRandom, journal, Arc::new(Quiet)).await
}

fn options(file: impl Into<PathBuf>, mapping: Option<&str>, dir: &Path) -> Options {
    Options { mapping: mapping.map(PathBuf::from), ..Options::new(file, dir, now()) }
}

fn is_in_order(journal: &Journal) -> bool {
    journal.drafts.is_sorted_by_key(|draft| draft.occurred_at)
}

#[tokio::test]
async fn every_example_is_read_completely_and_sorted() {
    for (file, mapping, rows) in [
        ("data/oulad_aaa_clicks.csv.gz", "oulad-clicks", 350_298),
        ("data/oulad_aaa_assessments.csv", "oulad-assessments", 3_149),
        ("data/apache_combined.log.gz", "web-log", 10_000),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let mut options = options(example(file), Some(mapping), dir.path());
        options.strict = true;
        let mut journal = Journal::default();
        let summary = import(&options, &mut journal).await.unwrap();
        assert_eq!((summary.rows, summary.accepted), (rows, rows), "{file}");
        assert_eq!((summary.bad_rows, summary.skipped, summary.shift_us), (0, 0, 0));
        assert!(is_in_order(&journal), "{file}");
        assert!(journal.drafts.iter().all(|draft| draft.category.is_some()));
    }
}

#[tokio::test]
async fn a_web_log_distinguishes_pages_from_files_and_hides_addresses() {
    let dir = tempfile::tempdir().unwrap();
    let file = example("data/apache_combined.log.gz");
    let mut journal = Journal::default();
    let options = options(file, Some("web-log"), dir.path());
    import(&options, &mut journal).await.unwrap();
    let mut actions: HashMap<&str, usize> = HashMap::new();
    for draft in &journal.drafts {
        *actions.entry(&draft.action).or_default() += 1;
        let session = draft.session_id.as_deref().unwrap();
        assert!(session.len() == 32 && !session.contains('.'), "{session}");
    }
    let mut actions: Vec<_> = actions.into_iter().collect();
    actions.sort_unstable();
    let expected = [
        ("api_error", 3),
        ("asset_requested", 5_417),
        ("feed_requested", 180),
        ("file_downloaded", 204),
        ("page_view", 3_780),
        ("request_made", 35),
        ("request_redirected", 164),
        ("request_refused", 217),
    ];
    assert_eq!(actions, expected);
}

#[tokio::test]
async fn a_broken_import_goes_on_without_doubles_and_with_the_same_shift() {
    let dir = tempfile::tempdir().unwrap();
    let file = example("data/oulad_aaa_assessments.csv");
    let mut options = options(file, Some("oulad-assessments"), dir.path());
    options.shift_to = Some(ShiftTo::Now);
    options.batch = 500;
    let mut journal = Journal { breaks_at: Some(3), busy_at: Some(2), ..Journal::default() };
    assert!(import(&options, &mut journal).await.is_err());
    // One batch is known to have arrived; the second arrived, but its answer was lost.
    assert_eq!(journal.drafts.len(), 1_000);

    options.now = options.now.plus_micros(3_600_000_000);
    let summary = import(&options, &mut journal).await.unwrap();
    assert_eq!((summary.resumed_after, summary.duplicates), (500, 500));
    assert_eq!((summary.accepted, summary.rejected), (2_149, 0));
    assert_eq!(summary.last_time, Some(now()), "the first run's shift holds");
    assert_eq!(journal.drafts.len(), 3_149);
    assert!(is_in_order(&journal));

    let again = import(&options, &mut journal).await.unwrap();
    assert_eq!((again.accepted, again.duplicates), (0, 3_149));
}

#[tokio::test]
async fn bad_rows_are_counted_and_strict_sends_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("events.ndjson");
    let good =
        |action| format!("{{\"action\":\"{action}\",\"occurred_at\":\"2026-01-01T00:00:00Z\"}}\n");
    let bad = "{\"action\":1}\n".repeat(12);
    fs::write(&file, good("a") + &bad + &good("refused")).unwrap();

    let mut options = options(&file, None, dir.path());
    let mut journal = Journal::default();
    let summary = import(&options, &mut journal).await.unwrap();
    assert_eq!((summary.rows, summary.bad_rows), (14, 12));
    assert_eq!((summary.accepted, summary.rejected), (1, 1));
    assert_eq!(summary.faults.len(), 10);
    assert_eq!(summary.faults[0].line, Some(2));

    options.strict = true;
    let mut journal = Journal::default();
    let error = import(&options, &mut journal).await.unwrap_err();
    assert!(format!("{error:#}").contains("events.ndjson: line 2: "), "{error:#}");
    assert_eq!(journal.posts, 0);
}

#[tokio::test]
async fn an_empty_file_and_a_missing_mapping() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("empty.ndjson");
    fs::write(&file, "{\"count\":0}\n").unwrap();
    let mut journal = Journal::default();
    let summary = import(&options(&file, None, dir.path()), &mut journal).await;
    assert_eq!(summary.unwrap(), Summary::default());
    let error = import(&options(&file, Some("nowhere"), dir.path()), &mut journal).await;
    assert!(error.unwrap_err().to_string().contains("mapping nowhere"));
}

#[tokio::test]
async fn logs_that_overlap_do_not_double_and_equal_lines_all_count() {
    let line = |second: u32, path: &str| {
        format!(
            "192.0.2.1 - - [17/May/2015:10:05:{second:02} +0000] \"GET /{path} HTTP/1.1\" 200 5 \"-\" \"-\"\n"
        )
    };
    let lines: Vec<String> =
        [(1, "a"), (2, "b"), (2, "b"), (2, "c"), (2, "b"), (3, "d"), (3, "d"), (4, "e")]
            .map(|(second, path)| line(second, path))
            .into();
    let dir = tempfile::tempdir().unwrap();
    let mut journal = Journal::default();
    for (name, part, new) in [("1.log", 0..6, 6), ("2.log", 1..8, 2), ("3.log", 0..8, 0)] {
        let file = dir.path().join(name);
        fs::write(&file, lines[part.clone()].concat()).unwrap();
        let options = options(&file, Some("web-log"), dir.path());
        let summary = import(&options, &mut journal).await.unwrap();
        let old = part.len() as u64 - new;
        assert_eq!((summary.accepted, summary.duplicates), (new, old), "{name}");
    }
    assert_eq!(journal.drafts.len(), lines.len());
}

#[tokio::test]
async fn no_line_of_a_web_log_is_refused() {
    let at = "[17/May/2015:10:05:03 +0000]";
    let long = "x".repeat(5_000);
    let lines = [
        format!(r#"ppp.example.net - - {at} "GET / HTTP/1.1" 200 5 "-" "-""#),
        format!(r#"unix: - - {at} "GET / HTTP/1.1" 200 5 "-" "-""#),
        format!(r#"fe80::1%eth0 - - {at} "GET / HTTP/1.1" 200 5 "-" "-""#),
        format!(r#"- - - {at} "GET / HTTP/1.1" 000 0 "-" "-""#),
        format!(r#"example.org:443 192.0.2.1 - - {at} "GET / HTTP/1.1" 200 5 "-" "-""#),
        format!(r#"192.0.2.1 - - {at} "\x16\x03\x01{long}" 400 5 "-" "-""#),
        format!(r#"192.0.2.1 - - {at} "-" 408 0 "-" "-""#),
        format!(
            r#"192.0.2.1 - - {at} "GET /{long}?{long} HTTP/1.1" 200 5 "http://e.org/{long}" "{long}""#
        ),
        format!(r#"192.0.2.1 - - {at} "GET /{long} HTTP/1.1" 500 5 "-" "-""#),
    ];
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("access.log");
    let mut bytes = lines.join("\n").into_bytes();
    bytes.extend(format!("\n192.0.2.1 - - {at} \"GET /\u{e4}").into_bytes());
    bytes.extend(b"\xff HTTP/1.1\" 200 5 \"-\" \"-\"\n");
    fs::write(&file, bytes).unwrap();
    let mut options = options(&file, Some("web-log"), dir.path());
    options.strict = true;
    let mut journal = Journal::default();
    let summary = import(&options, &mut journal).await.unwrap();
    assert_eq!((summary.rows, summary.accepted), (10, 10));
    // The server takes each as it is.
    let intake = Intake::new(Arc::new(Catalog::builtin()));
    let sender = Sender { source: Source::Service, trusted_time: true, ..Sender::default() };
    for draft in journal.drafts {
        let entry = intake.process(&sender, draft.clone(), now(), &SystemRandom);
        assert!(entry.is_ok(), "{draft:?}: {entry:?}");
    }
}
