//! The demo's sources, merged by time.

use annals_event::Time;

use super::examples::Examples;
use super::families;
use crate::cli::import::mapping::Mapping;
use crate::cli::import::prepare::{Prepare, Step, in_file};
use crate::cli::import::read;
use crate::cli::import::record::Record;
use crate::cli::import::shift::whole_days;
use crate::cli::import::sort::{CHUNK_BYTES, Merge, Sorted, Sorter};
use crate::cli::import::when::DAY;

/// The size of the demo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// Everything: some 350,000 events over twenty months.
    #[default]
    Full,
    /// The last 30 days, for a quick start: about a tenth.
    Small,
}

/// The end of the course in the demo: the evening of day 238 (27 May 2015), three days before its
/// exam. After the exam nearly everybody is gone, and the dashboard would show nothing.
const COURSE_ENDS: &str = "2015-05-28T00:00:00Z";

/// A file and the mapping that reads it.
struct Source {
    data: &'static str,
    mapping: &'static str,
    /// The demo's own rules, after those of the mapping.
    further_rules: &'static str,
}

const CLICKS: Source = Source {
    data: "data/oulad_aaa_clicks.csv.gz",
    mapping: "mappings/oulad-clicks.toml",
    further_rules: "",
};
const ASSESSMENTS: Source = Source {
    data: "data/oulad_aaa_assessments.csv",
    mapping: "mappings/oulad-assessments.toml",
    further_rules: "",
};
/// The web log without style sheets and pictures, which are not visits of people.
const WEB_LOG: Source = Source {
    data: "data/apache_combined.log.gz",
    mapping: "mappings/web-log.toml",
    further_rules: "\n[[rules]]\nwhen = { path = '.*' }\nskip = true\n",
};

/// Returns everything up to `now`, in the order of time. Records that must wait are kept in
/// `temp_dir`.
pub fn sources(
    examples: &Examples,
    now: Time,
    size: Size,
    temp_dir: &std::path::Path,
) -> anyhow::Result<impl Iterator<Item = anyhow::Result<Record>> + Send + 'static + use<>> {
    let days = match size {
        Size::Full => 100_000,
        Size::Small => 30,
    };
    let from = now.plus_micros(-days * DAY);
    let course_ends: Time = COURSE_ENDS.parse()?;
    // Clicks and assessments are one course. One shift in full days keeps the students' hours and
    // deadlines.
    let course = whole_days(course_ends, now);
    let place = |time: Time| {
        let moved = time.plus_micros(course);
        (time < course_ends && moved >= from).then_some(moved)
    };
    let clicks = read_sorted(examples, &CLICKS, temp_dir, place)?;
    let assessments = read_sorted(examples, &ASSESSMENTS, temp_dir, place)?;

    // The log is a few days long and ends now, to the second. Its order is only nearly right, so
    // its last time is known only after sorting.
    let log = read_sorted(examples, &WEB_LOG, temp_dir, Some)?;
    let shift = log.span.map_or(0, |(_, last)| now.micros_since(last));
    let log = log.map(move |record| {
        let mut record = record?;
        record.time = record.time.plus_micros(shift);
        Ok(record)
    });

    let families = families::records(now, days.min(60))?;
    let families = families.into_iter().map(Ok);
    let sources: Vec<Box<dyn Iterator<Item = anyhow::Result<Record>> + Send>> =
        vec![Box::new(families), Box::new(clicks), Box::new(assessments), Box::new(log)];
    Merge::new(sources)
}

/// Reads a file's records in the order of time, at the times that `place` returns; `None` omits
/// one.
fn read_sorted(
    examples: &Examples,
    source: &Source,
    temp_dir: &std::path::Path,
    place: impl Fn(Time) -> Option<Time>,
) -> anyhow::Result<Sorted> {
    let mapping =
        Mapping::parse(&(examples.text(source.mapping)? + source.further_rules), source.mapping)?;
    let input = read::open(examples.open(source.data)?)?;
    // The data is public, so the hash of sessions needs no secret.
    let mut prepare = Prepare::open(input, Some(&mapping), b"demo")?;
    let mut sorter = Sorter::new(temp_dir, CHUNK_BYTES);
    loop {
        match in_file(prepare.step(), source.data)? {
            Step::End => return sorter.finish(),
            Step::Record(mut record) => {
                if let Some(time) = place(record.time) {
                    record.time = time;
                    sorter.push(record)?;
                }
            }
            Step::Skipped => {}
            Step::Bad { line, why } => anyhow::bail!("{}: line {line}: {why}", source.data),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::story::MINUTE;
    use super::*;
    use std::collections::{HashMap, HashSet};

    fn now() -> Time {
        "2026-11-21T08:30:00Z".parse().unwrap()
    }

    /// Passes every record of the demo to `each`, checks the order, and returns the first time.
    fn each_record(size: Size, mut each: impl FnMut(&Record)) -> Time {
        let dir = tempfile::tempdir().unwrap();
        let (mut first, mut last) = (None, Time::MIN);
        for record in sources(&Examples::Embedded, now(), size, dir.path()).unwrap() {
            let record = record.unwrap();
            assert!(record.time >= last && record.time <= now());
            last = record.time;
            first = first.or(Some(record.time));
            each(&record);
        }
        assert!(now().micros_since(last) < 5 * MINUTE);
        first.unwrap()
    }

    #[test]
    fn a_small_demo_is_the_last_thirty_days() {
        let (mut counts, mut ids) = (HashMap::new(), HashSet::new());
        let first = each_record(Size::Small, |record| {
            let draft = record.draft().unwrap();
            assert!(ids.insert(draft.id));
            let kind = draft.actor.map_or("system", |actor| actor.kind.as_str());
            *counts.entry(kind).or_insert(0) += 1;
        });
        assert!(now().micros_since(first) <= 30 * DAY);
        assert_eq!(counts["anonymous"], 10_000 - 5_417);
        assert!(counts["user"] > 10_000, "{counts:?}");
        assert!(counts["child"] > 500, "{counts:?}");
    }

    #[test]
    fn the_whole_demo_is_in_order_and_ends_now() {
        let mut count = 0;
        let first = each_record(Size::Full, |_| count += 1);
        assert!(count > 350_000, "{count}");
        // Retention deletes activity after 730 days; the demo must not begin to disappear at once.
        assert!(now().micros_since(first) < 700 * DAY);
    }
}
