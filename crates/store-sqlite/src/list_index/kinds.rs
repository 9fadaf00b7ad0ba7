//! The kind of every event: category and severity in one small code, so that matches are counted
//! without reading rows.

use std::collections::{BTreeMap, HashMap};

use annals_event::Severity;

use super::bits::Bits;
use super::coding::{put, read_varint};
use annals_store::Counts;

/// The code of a position without an event.
const NOTHING: u16 = u16::MAX;

/// The kinds of one window's events.
#[derive(Clone, Debug, Default)]
pub(super) struct Kinds {
    table: Vec<(String, u8)>,
    codes: HashMap<String, [u16; Severity::ALL.len()]>,
    /// The code of each position.
    column: Vec<u16>,
}

/// The counts so far, by category and severity.
#[derive(Debug, Default)]
pub(super) struct Tally(BTreeMap<String, [u64; Severity::ALL.len()]>);

impl Tally {
    fn add(&mut self, category: &str, severity: u8, count: u64) {
        let severity = usize::from(severity).min(Severity::ALL.len() - 1);
        if count == 0 {
            return;
        }
        match self.0.get_mut(category) {
            Some(counts) => counts[severity] += count,
            None => {
                let mut counts = [0; Severity::ALL.len()];
                counts[severity] = count;
                self.0.insert(category.to_owned(), counts);
            }
        }
    }

    /// Adds counts from elsewhere.
    pub(super) fn add_rows(&mut self, rows: Rows) {
        rows.iter().for_each(|(category, severity, count)| self.add(category, *severity, *count));
    }

    pub(super) fn counts(self) -> Counts {
        let sum = |severity: &Severity| -> u64 {
            self.0.values().map(|counts| counts[usize::from(severity.code())]).sum()
        };
        let severities = Severity::ALL
            .iter()
            .map(|severity| (severity.as_str().to_owned(), sum(severity)))
            .filter(|(_, count)| *count > 0)
            .collect();
        let categories: Vec<(String, u64)> =
            self.0.iter().map(|(name, counts)| (name.clone(), counts.iter().sum())).collect();
        let total = categories.iter().map(|(_, count)| count).sum();
        Counts { total, categories, severities }
    }
}

impl Kinds {
    pub(super) fn new(size: usize) -> Kinds {
        Kinds { column: vec![NOTHING; size], ..Kinds::default() }
    }

    pub(super) fn set(&mut self, at: usize, category: &str, severity: Severity) {
        let codes = match self.codes.get_mut(category) {
            Some(codes) => codes,
            None => {
                let none = [NOTHING; Severity::ALL.len()];
                self.codes.entry(category.to_owned()).or_insert(none)
            }
        };
        let code = &mut codes[usize::from(severity.code())];
        if *code == NOTHING {
            // With 65,536 events of as many kinds, the last code would equal `NOTHING`.
            *code = (self.table.len() as u16).min(NOTHING - 1);
            self.table.push((category.to_owned(), severity.code()));
        }
        self.column[at] = *code;
    }

    /// Counts these positions.
    pub(super) fn tally(&self, wanted: &Bits, tally: &mut Tally) {
        let mut counts = vec![0_u64; self.table.len()];
        for at in wanted.iter() {
            if let Some(count) = counts.get_mut(usize::from(self.column[at])) {
                *count += 1;
            }
        }
        for ((category, severity), count) in self.table.iter().zip(counts) {
            tally.add(category, *severity, count);
        }
    }

    /// Writes the table and the column without deleted positions; also returns how many events they
    /// count.
    pub(super) fn write(&self, dead: Option<&Bits>) -> (Vec<u8>, Vec<u8>, u64) {
        let live = |at: usize| dead.is_none_or(|dead| !dead.contains(at));
        let code = |at: usize| if live(at) { self.column[at] } else { NOTHING };
        let narrow = self.table.len() < 0xff;
        let mut counts = vec![0_u64; self.table.len()];
        let mut column = Vec::with_capacity(self.column.len() * 2);
        for code in (0..self.column.len()).map(code) {
            if let Some(count) = counts.get_mut(usize::from(code)) {
                *count += 1;
            }
            match narrow {
                true => column.push(code.min(0xff) as u8),
                false => column.extend(code.to_le_bytes()),
            }
        }
        let mut table = Vec::new();
        put(&mut table, self.table.len() as u64);
        for ((category, severity), count) in self.table.iter().zip(&counts) {
            put(&mut table, category.len() as u64);
            table.extend_from_slice(category.as_bytes());
            table.push(*severity);
            put(&mut table, *count);
        }
        (table, column, counts.iter().sum())
    }

    /// Reads the output of [`Kinds::write`]; `None` if it is something else.
    pub(super) fn read(rows: &[u8], column: &[u8], size: usize) -> Option<Kinds> {
        let table: Vec<(String, u8)> =
            table(rows)?.into_iter().map(|(name, severity, _)| (name, severity)).collect();
        let wide = |byte: &u8| if *byte == 0xff { NOTHING } else { u16::from(*byte) };
        let column: Vec<u16> = if table.len() < 0xff {
            column.iter().map(wide).collect()
        } else {
            column.as_chunks().0.iter().map(|chunk| u16::from_le_bytes(*chunk)).collect()
        };
        (column.len() == size).then(|| Kinds { table, column, ..Kinds::default() })
    }
}

/// Counts these positions from a written table and column.
pub(super) fn tally_written(
    rows: &[u8],
    column: &[u8],
    wanted: &Bits,
    tally: &mut Tally,
) -> Option<()> {
    let table = table(rows)?;
    let mut counts = vec![0_u64; table.len()];
    let mut count = |code: usize| {
        if let Some(count) = counts.get_mut(code) {
            *count += 1;
        }
    };
    if table.len() < 0xff {
        wanted.iter().for_each(|at| count(column.get(at).copied().unwrap_or(0xff).into()));
    } else {
        let column = column.as_chunks().0;
        let code = |at: usize| column.get(at).map_or(NOTHING, |code| u16::from_le_bytes(*code));
        wanted.iter().for_each(|at| count(code(at).into()));
    }
    for ((category, severity, _), count) in table.iter().zip(counts) {
        tally.add(category, *severity, count);
    }
    Some(())
}

/// Category, severity and count.
pub(super) type Rows = Vec<(String, u8, u64)>;

/// Reads a table: the counts of a full window.
pub(super) fn table(mut bytes: &[u8]) -> Option<Rows> {
    let count = read_varint(&mut bytes)?;
    let mut table = Vec::new();
    for _ in 0..count {
        let length = usize::try_from(read_varint(&mut bytes)?).ok()?;
        let category = str::from_utf8(bytes.get(..length)?).ok()?.to_owned();
        bytes = &bytes[length..];
        let (severity, rest) = bytes.split_first()?;
        bytes = rest;
        table.push((category, *severity, read_varint(&mut bytes)?));
    }
    bytes.is_empty().then_some(table)
}
