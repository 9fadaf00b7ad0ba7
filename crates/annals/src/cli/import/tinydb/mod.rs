//! `annals import --from tinydb`: the points log of an application that kept it in a TinyDB file.
//!
//! ```text
//! file ─read─► rows ─row─► records ─sort─► by time ─► children ─► deliver (as every import)
//!                              └─► chain: does each balance begin where the one before it ended?
//! ```
//!
//! The rows are points events, so they move balances (`store::Account::follow`). Therefore a child
//! that has points events outside the file gets no new ones from it, and its balance is never
//! overwritten. The id of a row shows whether it is recorded already.

mod chain;
mod children;
mod read;
mod row;

use std::collections::BTreeSet;
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use annals_event::{Points, Time, Uuid};
use anyhow::{Context as _, Result, bail};
use jiff::tz::TimeZone;

use self::row::Row;
use super::deliver::{Load, deliver};
use super::options::Options;
use super::progress::Progress;
use super::record::Record;
use super::run::Counted;
use super::sort::{CHUNK_BYTES, Sorted, Sorter};
use super::state::State;
use super::summary::Summary;
use crate::cli::client::Client;

/// The options that only such a file needs.
pub(super) struct Ask {
    /// The zone of times that name none.
    pub(super) zone: TimeZone,
    /// `true` adds children that are not in the directory.
    pub(super) create_children: bool,
}

/// The data of a row that is kept while its event waits to be sent.
struct Converted {
    place: String,
    child: String,
    account: Option<String>,
    id: Uuid,
    time: Time,
    points: Points,
}

/// A file that was read.
struct Log {
    /// In the file's order: the record's `line` is the number here.
    rows: Vec<Converted>,
    sorted: Sorted,
    zoneless: u64,
    summary: Summary,
}

/// Imports a file.
pub(super) async fn import(
    options: &Options,
    ask: Ask,
    client: &mut Client,
    progress: Arc<dyn Progress>,
) -> Result<Summary> {
    let (task_options, task_progress) = (options.clone(), Arc::clone(&progress));
    let (zone, file) = (ask.zone.clone(), options.file.display().to_string());
    let reading =
        tokio::task::spawn_blocking(move || read_log(&task_options, &zone, &*task_progress));
    let Log { rows, sorted, zoneless, mut summary } = reading.await?.context(file)?;
    let name = ask.zone.iana_name().unwrap_or("UTC").to_owned();
    if zoneless > 0 {
        let note = format!(
            "{zoneless} times without a zone were read as {name}; use --timezone to change that"
        );
        summary.notes.push(note);
    }
    chain::check(&rows, &mut summary);
    children::look_up(client, &rows, ask.create_children, &mut summary).await?;
    let kept_out = children::kept_out(client, &rows, &mut summary).await?;
    for note in &summary.notes {
        progress.note(note);
    }
    let Some((first, last)) = sorted.span else {
        progress.finish();
        return Ok(summary);
    };
    // Another selection of rows is another import, with a progress of its own.
    let selection = format!("tinydb {name} {kept_out:?}");
    let kept = State::of(&options.data_dir, &options.file, &selection, &options.target)?;
    let count = sorted.count - kept_out.len() as u64;
    let records = sorted
        .filter(move |record| !record.as_ref().is_ok_and(|record| kept_out.contains(&record.line)));
    let place = |row: u64| Some(rows.get(usize::try_from(row).ok()?)?.place.clone());
    let load = Load { records, count, first, last, place: &place };
    deliver(options, &kept, load, summary, client, &*progress).await
}

/// Reads the full file; nothing is sent before every row was seen.
fn read_log(options: &Options, zone: &TimeZone, progress: &dyn Progress) -> Result<Log> {
    let file = File::open(&options.file)?;
    let size = file.metadata()?.len();
    let bytes = Arc::new(AtomicU64::new(0));
    let input = super::read::open(Box::new(Counted { file, read: Arc::clone(&bytes) }))?;
    let directory = options.data_dir.join("imports");
    std::fs::create_dir_all(&directory).with_context(|| directory.display().to_string())?;
    let mut sorter = Sorter::new(&directory, CHUNK_BYTES);
    let (mut rows, mut summary, mut zoneless) = (Vec::<Converted>::new(), Summary::default(), 0);
    let left = read::rows(input, &mut |place, value| {
        summary.rows += 1;
        if summary.rows.is_multiple_of(4_096) {
            progress.reading(bytes.load(Ordering::Relaxed), size);
        }
        match row::read(&place, value, zone) {
            Ok(row) => {
                zoneless += u64::from(row.zoneless);
                let Row { time, draft, child, account, id, points, .. } = row;
                sorter.push(Record::new(time, rows.len() as u64, draft)?)?;
                rows.push(Converted { place, child, account, id, time, points });
            }
            Err(why) if options.strict => bail!("{place}: {why}"),
            Err(why) => {
                summary.bad_rows += 1;
                summary.fault(None, format!("{place}: {why}"), progress);
            }
        }
        Ok(())
    })?;
    for table in left {
        summary.notes.push(format!("the table `{table}` contains something else and was skipped"));
    }
    progress.reading(size, size);
    Ok(Log { rows, sorted: sorter.finish()?, zoneless, summary })
}

/// Returns rows by number, in the order in which their events are sent.
fn in_order(rows: &[Converted]) -> Vec<&Converted> {
    let mut order: Vec<&Converted> = rows.iter().collect();
    order.sort_by_key(|row| row.time);
    order
}

/// Numbers of rows.
type Numbers = BTreeSet<u64>;

#[cfg(test)]
mod tests;
