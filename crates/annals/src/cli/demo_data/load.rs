//! The loader of the demo's data.

use std::path::Path;
use std::sync::Arc;

use annals_event::Time;
use anyhow::Context;

use super::examples::Examples;
use super::sources::{Size, sources};
use crate::cli::import::Summary;
use crate::cli::import::deliver::{count_results, in_background};
use crate::cli::import::progress::Progress;
use crate::cli::import::send::{BATCH_EVENTS, Batches, Sink, send};

/// Loads the demo's data, oldest first, into a journal that does not contain it yet: another `now`
/// gives the same ids other times, which the server refuses. The bar begins with a guess, because
/// the number of events is known only at the end.
pub async fn load(
    examples: Examples,
    now: Time,
    size: Size,
    temp_dir: &Path,
    sink: &mut dyn Sink,
    progress: Arc<dyn Progress>,
) -> anyhow::Result<Summary> {
    progress.note("reading the example data");
    let temp_dir = temp_dir.to_owned();
    let reading = tokio::task::spawn_blocking(move || sources(&examples, now, size, &temp_dir));
    let records = reading.await?.context("the example data")?;

    let about = match size {
        Size::Full => 360_000,
        Size::Small => 30_000,
    };
    let mut summary = Summary::default();
    let mut batches = in_background(Batches::new(records, BATCH_EVENTS));
    while let Some(batch) = batches.recv().await {
        let batch = batch?;
        let results = send(sink, &batch).await?;
        summary.rows += batch.lines.len() as u64;
        let lines = batch.lines.iter().map(|line| (*line, None));
        count_results(&mut summary, lines.zip(results), false, &*progress)?;
        progress.sending(summary.rows, about.max(summary.rows));
    }
    progress.finish();
    Ok(summary)
}
