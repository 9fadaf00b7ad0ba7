//! The newest events, as they were written: readers at the head read them here and no rows.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use annals_event::Event;
use parking_lot::{Mutex, MutexGuard};

use super::Scoped;

/// The most events to keep.
const EVENTS: usize = 16_384;
/// The most bytes of personal parts to keep.
const BYTES: usize = 8 * 1024 * 1024;

/// An event that was written, with its size: the bytes of its personal part.
pub type Written = (Arc<Event>, usize);

/// Events without a gap, up to the last one written.
#[derive(Default)]
pub struct RecentEvents(Mutex<Buffer>);

#[derive(Default)]
struct Buffer {
    events: VecDeque<Written>,
    bytes: usize,
}

impl RecentEvents {
    /// Adds committed events, in order.
    pub fn add(&self, events: Vec<Written>) {
        let mut kept = self.kept();
        let last = kept.events.back().map(|(event, _)| event.seq + 1);
        // A commit whose result was lost leaves a gap.
        if last != events.first().map(|(event, _)| event.seq) {
            *kept = Buffer::default();
        }
        kept.bytes += events.iter().map(|(_, bytes)| bytes).sum::<usize>();
        kept.events.extend(events);
        while kept.events.len() > EVENTS || kept.bytes > BYTES {
            kept.bytes -= kept.events.pop_front().map_or(0, |(_, bytes)| bytes);
        }
    }

    /// The matching events at these positions, as their viewer may see them; `None` unless all
    /// positions are here.
    pub fn read(&self, filter: &Scoped, range: &Range<u64>) -> Option<Vec<Arc<Event>>> {
        let all: Vec<_> = {
            let kept = self.kept();
            let (first, _) = kept.events.front()?;
            let from = usize::try_from(range.start.checked_sub(first.seq)?).ok()?;
            let to = usize::try_from(range.end.checked_sub(first.seq)?).ok()?;
            if from > to || to > kept.events.len() {
                return None;
            }
            kept.events.range(from..to).map(|(event, _)| Arc::clone(event)).collect()
        };
        let wanted = all.iter().filter(|event| filter.matches(event));
        Some(wanted.map(|event| filter.shown(event)).collect())
    }

    /// Forgets everything, because stored events may have been deleted or changed.
    pub fn forget(&self) {
        *self.kept() = Buffer::default();
    }

    fn kept(&self) -> MutexGuard<'_, Buffer> {
        self.0.lock()
    }
}

#[cfg(test)]
mod tests {
    use proptest::strategy::{Strategy as _, ValueTree as _};
    use proptest::test_runner::TestRunner;

    use super::*;
    use crate::Scope;
    use crate::filter::Filter;

    fn events(range: Range<u64>, bytes: usize) -> Vec<Written> {
        let event = annals_event::testing::event();
        let event = event.new_tree(&mut TestRunner::deterministic()).unwrap().current();
        range.map(|seq| (Arc::new(Event { seq, ..event.clone() }), bytes)).collect()
    }

    fn read(recent: &RecentEvents, range: Range<u64>) -> Option<Vec<u64>> {
        let all = Scope::everything().over(Filter::default());
        Some(recent.read(&all, &range)?.iter().map(|event| event.seq).collect())
    }

    #[test]
    fn what_is_kept_is_the_end_without_a_gap() {
        let recent = RecentEvents::default();
        assert_eq!(read(&recent, 1..9), None);
        recent.add(events(5..8, 1));
        recent.add(events(8..10, 1));
        assert_eq!(read(&recent, 4..9), None);
        assert_eq!(read(&recent, 6..9), Some(vec![6, 7, 8]));
        assert_eq!(read(&recent, 6..10), Some(vec![6, 7, 8, 9]));
        assert_eq!(read(&recent, 6..11), None);
        assert_eq!(read(&recent, 10..20), None);
        recent.add(events(12..13, 1));
        assert_eq!(read(&recent, 9..13), None);
        assert_eq!(read(&recent, 12..13), Some(vec![12]));
        recent.forget();
        assert_eq!(read(&recent, 12..13), None);
        recent.add(events(13..14, 1));
        assert_eq!(read(&recent, 13..14), Some(vec![13]));
    }

    #[test]
    fn a_viewer_reads_no_more_here_than_from_rows() {
        let recent = RecentEvents::default();
        recent.add(events(1..3, 1));
        let nothing = Scope::nothing().over(Filter::default());
        assert_eq!(recent.read(&nothing, &(1..3)), Some(Vec::new()));
    }

    #[test]
    fn memory_is_bounded_by_number_and_by_bytes() {
        let recent = RecentEvents::default();
        recent.add(events(1..20_001, 1));
        assert_eq!(read(&recent, 3_616..3_617), None);
        assert_eq!(read(&recent, 3_617..3_618), Some(vec![3_617]));
        recent.add(events(20_001..20_101, BYTES / 10));
        assert_eq!(read(&recent, 20_090..20_092), None);
        assert_eq!(read(&recent, 20_092..20_101).unwrap().len(), 9);
    }
}
