//! Counts matches by category and severity: full windows by their tables, the rest by positions,
//! and rows only where the index cannot answer.

use std::ops::Range;
use std::sync::Arc;

use super::answer::{Answer, Corruption, Result};
use super::bits::Bits;
use super::kinds::Tally;
use super::merge::deleted_from;
use super::question::Wanted;
use super::run::Run;
use super::scan;
use super::view::{WindowSource, read};
use annals_store::Order;

/// Counts the positions of a range that match.
pub(super) fn counts(answer: &mut Answer<'_>, range: &Range<u64>) -> Result<Tally> {
    let mut tally = Tally::default();
    let view = answer.view;
    for number in view.windows(range) {
        let part = view.within(number, range);
        let full = part == (0..view.size);
        match view.source(number) {
            WindowSource::Rows => {
                let first = view.first_of(number);
                let rows = first + part.start as u64..first + part.end as u64;
                tally.add_rows(scan::counts(answer.connection, answer.question.asked, &rows)?);
            }
            WindowSource::Run(run) if full && takes_all(answer, run, number) => {
                run.tally_all(number, &mut tally).map_err(|_| Corruption::Run(Arc::clone(run)))?;
            }
            WindowSource::Run(run) => {
                if let Some(bits) = answer.window(number, part, Order::Asc, usize::MAX)? {
                    let counted = run.tally_some(number, &bits, &mut tally);
                    counted.map_err(|_| Corruption::Run(Arc::clone(run)))?;
                }
            }
            WindowSource::Memory(window) => {
                let covered = {
                    let window = read(window);
                    window.from.clamp(part.start, part.end)..window.next.clamp(part.start, part.end)
                };
                if let Some(bits) =
                    answer.window(number, covered.clone(), Order::Asc, usize::MAX)?
                {
                    read(window).kinds().tally(&bits, &mut tally);
                }
                let first = view.first_of(number);
                for rest in [part.start..covered.start, covered.end..part.end] {
                    if !rest.is_empty() {
                        let rows = first + rest.start as u64..first + rest.end as u64;
                        let rows = scan::counts(answer.connection, answer.question.asked, &rows)?;
                        tally.add_rows(rows);
                    }
                }
            }
        }
    }
    Ok(tally)
}

/// `true` if all positions of a window match, as they were written.
fn takes_all(answer: &Answer<'_>, run: &Run, number: u64) -> bool {
    let (view, question) = (answer.view, answer.question);
    if question.wanted != Wanted::All || question.metadata {
        return false;
    }
    if deleted_from(run, number, &view.dead).is_some() {
        return false;
    }
    if !question.period {
        return true;
    }
    let mut bits = Bits::all(view.size);
    let filter = question.asked.filter();
    let periods = read(answer.periods);
    let doubtful = periods.narrow(view.first_of(number), &mut bits, view.size, filter);
    doubtful.is_empty() && bits.count() == view.size
}
