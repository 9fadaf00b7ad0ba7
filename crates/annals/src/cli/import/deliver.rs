//! The second half of an import: it sends the sorted records, from where an earlier run stopped.

use annals_event::Time;
use anyhow::bail;
use tokio::sync::mpsc;

use super::options::Options;
use super::progress::Progress;
use super::record::Record;
use super::send::{Batch, Batches, ItemResult, Sink, Status, send};
use super::state::{self, State};
use super::summary::{Fault, Summary};

/// The records to send.
pub(super) struct Load<'a, I> {
    /// The records, in the order of time.
    pub(super) records: I,
    /// Number of records.
    pub(super) count: u64,
    /// Time of the earliest record.
    pub(super) first: Time,
    /// Time of the latest record.
    pub(super) last: Time,
    /// Names a row in its file, if its line is not enough.
    pub(super) place: &'a (dyn Fn(u64) -> Option<String> + Sync),
}

/// Sends batch by batch, and saves the progress after each.
pub(super) async fn deliver<I>(
    options: &Options,
    kept: &State,
    load: Load<'_, I>,
    mut summary: Summary,
    sink: &mut dyn Sink,
    progress: &dyn Progress,
) -> anyhow::Result<Summary>
where
    I: Iterator<Item = anyhow::Result<Record>> + Send + 'static,
{
    let Load { records, count, first, last, place } = load;
    let mut state = match kept.load()? {
        Some(earlier) => state::Progress {
            sent: if earlier.done { 0 } else { earlier.sent },
            done: false,
            ..earlier
        },
        None => state::Progress {
            file: options.file.display().to_string(),
            shift_us: options.shift_to.map_or(0, |to| to.micros(last, options.now)),
            sent: 0,
            done: false,
        },
    };
    if state.sent > 0 {
        progress.note(&format!("continuing after {} events of an earlier run", state.sent));
    }
    // Save before anything is sent: a second run must find the shift.
    kept.save(&state)?;
    summary.shift_us = state.shift_us;
    summary.resumed_after = state.sent;
    summary.first_time = Some(first.plus_micros(state.shift_us));
    summary.last_time = Some(last.plus_micros(state.shift_us));

    let shift = state.shift_us;
    let from = usize::try_from(state.sent).unwrap_or(usize::MAX);
    let records = records.skip(from).map(move |record| {
        let mut record = record?;
        record.time = record.time.plus_micros(shift);
        Ok(record)
    });
    let mut batches = in_background(Batches::new(records, options.batch));
    while let Some(batch) = batches.recv().await {
        let batch = batch?;
        let results = send(sink, &batch).await?;
        let lines = batch.lines.iter().map(|line| (*line, place(*line)));
        count_results(&mut summary, lines.zip(results), options.strict, progress)?;
        state.sent += batch.lines.len() as u64;
        kept.save(&state)?;
        progress.sending(state.sent, count);
    }
    state.done = true;
    kept.save(&state)?;
    progress.finish();
    Ok(summary)
}

/// Makes batches in a thread of their own, two ahead of the network.
pub fn in_background<I>(batches: Batches<I>) -> mpsc::Receiver<anyhow::Result<Batch>>
where
    I: Iterator<Item = anyhow::Result<Record>> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(2);
    tokio::task::spawn_blocking(move || {
        for batch in batches {
            // The receiver is gone: the import was given up.
            if sender.blocking_send(batch).is_err() {
                break;
            }
        }
    });
    receiver
}

/// Adds up the results of a batch, with each row's line and name.
pub fn count_results(
    summary: &mut Summary,
    results: impl Iterator<Item = ((u64, Option<String>), ItemResult)>,
    strict: bool,
    progress: &dyn Progress,
) -> anyhow::Result<()> {
    for ((line, place), result) in results {
        match result.status {
            Status::Accepted => summary.accepted += 1,
            Status::Duplicate => summary.duplicates += 1,
            Status::Dropped => summary.dropped += 1,
            Status::Rejected => {
                summary.rejected += 1;
                let error = result.error.unwrap_or_else(|| "rejected".into());
                let (line, error) = match place {
                    Some(place) => (None, format!("{place}: {error}")),
                    None => (Some(line), error),
                };
                if strict {
                    bail!("{}", Fault { line, error });
                }
                summary.fault(line, error, progress);
            }
        }
    }
    Ok(())
}
