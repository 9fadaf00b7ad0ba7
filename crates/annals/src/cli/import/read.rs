//! A reader of files, row by row, in constant memory; gzip is recognised by its first bytes.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, bail};
use csv::{ByteRecord, StringRecord};
use flate2::read::MultiGzDecoder;

use super::combined_log;
use super::mapping::Format;
use super::template::Columns;

/// Bytes of the longest row that is read: many times the largest event.
const ROW_BYTES: u64 = 1024 * 1024;

/// One row of a file, reused from row to row.
#[derive(Default)]
pub struct Row {
    /// The line it begins on, from 1.
    pub line: u64,
    /// The cells (CSV, logs).
    pub cells: StringRecord,
    /// The text (NDJSON, logs).
    pub text: String,
}

/// The next item of a file.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// A row.
    Row,
    /// A row that cannot be read, and the reason.
    Bad(String),
    /// The end mark of an export of Annals, with its count of events.
    Count(u64),
    /// The end of the file.
    End,
}

/// Opens any input, decompressed if necessary.
pub fn open(input: Box<dyn Read + Send>) -> anyhow::Result<Box<dyn BufRead + Send>> {
    let mut input = BufReader::with_capacity(64 * 1024, input);
    // A gzip member begins with 1f 8b. One `fill_buf` may give a single byte from a pipe, but
    // never from a file that has two.
    let gzip = input.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    Ok(if gzip {
        Box::new(BufReader::with_capacity(64 * 1024, MultiGzDecoder::new(input)))
    } else {
        Box::new(input)
    })
}

/// Guesses the format of a file without a mapping from its first byte.
pub fn sniff(input: &mut dyn BufRead) -> anyhow::Result<Format> {
    let head = input.fill_buf()?;
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let first_line = text.lines().next().unwrap_or_default();
    if text.starts_with('{') {
        return Ok(Format::Ndjson);
    }
    if text.starts_with('[') {
        bail!(
            "this is one JSON array; write one object a line (NDJSON), so that it can be read piece by piece"
        );
    }
    if combined_log::parse(first_line, &mut StringRecord::new()).is_ok() {
        bail!("this looks like a web server's log; use --mapping web-log");
    }
    Ok(Format::Csv)
}

/// A file being read.
pub struct Source {
    reader: Reader,
    line: u64,
}

enum Reader {
    Csv { reader: csv::Reader<Limited>, spent: Arc<AtomicU64>, columns: usize, record: ByteRecord },
    Lines { input: Box<dyn BufRead + Send>, format: Format },
}

impl Source {
    /// Starts to read, and finds the columns.
    pub fn new(
        input: Box<dyn BufRead + Send>,
        format: Format,
        delimiter: char,
        columns: Option<&[String]>,
    ) -> anyhow::Result<(Source, Columns)> {
        if format != Format::Csv {
            let columns = match format {
                Format::CombinedLog => {
                    Columns::fixed(combined_log::COLUMNS.map(str::to_owned).to_vec())
                }
                _ => Columns::open(),
            };
            let reader = Reader::Lines { input, format };
            return Ok((Source { reader, line: 0 }, columns));
        }
        let spent = Arc::new(AtomicU64::new(0));
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(u8::try_from(delimiter).unwrap_or(b','))
            .has_headers(columns.is_none())
            // Length is checked below, so that one bad row is one error.
            .flexible(true)
            .from_reader(Limited { input, spent: spent.clone() });
        let names: Vec<String> = match columns {
            Some(columns) => columns.to_vec(),
            None => {
                let header = reader.headers().context("the header")?.iter();
                header.map(|name| name.trim_start_matches('\u{feff}').trim().to_owned()).collect()
            }
        };
        let reader = Reader::Csv { reader, spent, columns: names.len(), record: ByteRecord::new() };
        Ok((Source { reader, line: 0 }, Columns::fixed(names)))
    }

    /// Reads the next row into `row`.
    pub fn next(&mut self, row: &mut Row) -> anyhow::Result<Next> {
        match &mut self.reader {
            Reader::Csv { reader, spent, columns, record } => {
                spent.store(0, Ordering::Relaxed);
                let more = reader.read_byte_record(record);
                let more = more.with_context(|| format!("after line {}", row.line))?;
                if !more {
                    return Ok(Next::End);
                }
                row.line = record.position().map_or(0, csv::Position::line);
                if let Some(count) = count_row(record) {
                    return Ok(Next::Count(count));
                }
                if record.len() != *columns {
                    let found = record.len();
                    return Ok(Next::Bad(format!("{found} cells where the header has {columns}")));
                }
                Ok(match StringRecord::from_byte_record(record.clone()) {
                    Ok(cells) => {
                        row.cells = cells;
                        Next::Row
                    }
                    Err(_) => Next::Bad("not UTF-8".into()),
                })
            }
            Reader::Lines { input, format } => {
                let mut bytes = Vec::new();
                loop {
                    self.line += 1;
                    row.line = self.line;
                    bytes.clear();
                    let read = input.take(ROW_BYTES).read_until(b'\n', &mut bytes);
                    let read = read.with_context(|| format!("in line {}", row.line))?;
                    if read == 0 {
                        return Ok(Next::End);
                    }
                    if read as u64 == ROW_BYTES && bytes.last() != Some(&b'\n') {
                        skip_line(input)?;
                        return Ok(Next::Bad("longer than 1 MiB".into()));
                    }
                    if !bytes.trim_ascii().is_empty() {
                        break;
                    }
                }
                let text = String::from_utf8_lossy(bytes.trim_ascii());
                // A client may put any bytes into a log, and that is no reason to lose its line.
                if matches!(text, Cow::Owned(_)) && *format != Format::CombinedLog {
                    return Ok(Next::Bad("not UTF-8".into()));
                }
                row.text.clear();
                row.text.push_str(text.trim_start_matches('\u{feff}'));
                if *format == Format::CombinedLog {
                    return Ok(match combined_log::parse(&row.text, &mut row.cells) {
                        Ok(()) => Next::Row,
                        Err(why) => Next::Bad(why),
                    });
                }
                Ok(Next::Row)
            }
        }
    }
}

/// Parses `#count,N`, the end mark of a CSV export.
fn count_row(record: &ByteRecord) -> Option<u64> {
    if record.get(0)? != b"#count" {
        return None;
    }
    std::str::from_utf8(record.get(1)?).ok()?.parse().ok()
}

fn skip_line(input: &mut dyn BufRead) -> std::io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        let (used, found) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (buffer.len(), false),
        };
        input.consume(used);
        if found || used == 0 {
            return Ok(());
        }
    }
}

/// A limit that stops an endless CSV row (an open quote) from filling the memory.
struct Limited {
    input: Box<dyn BufRead + Send>,
    spent: Arc<AtomicU64>,
}

impl Read for Limited {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let spent = self.spent.load(Ordering::Relaxed);
        if spent > ROW_BYTES {
            return Err(std::io::Error::other("a row longer than 1 MiB: is a quote left open?"));
        }
        let read = self.input.read(buffer)?;
        self.spent.store(spent + read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn rows(bytes: &[u8], format: Format) -> anyhow::Result<Vec<(u64, Next, String)>> {
        let input = open(Box::new(std::io::Cursor::new(bytes.to_vec())))?;
        let (mut source, _) = Source::new(input, format, ',', None)?;
        let (mut row, mut rows) = (Row::default(), Vec::new());
        loop {
            let next = source.next(&mut row)?;
            if next == Next::End {
                return Ok(rows);
            }
            let text = row.cells.get(0).unwrap_or(&row.text).to_owned();
            rows.push((row.line, next, text));
        }
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(bytes).unwrap();
        gzip.finish().unwrap()
    }

    #[test]
    fn gzip_is_recognised_in_several_members_and_when_cut() {
        let mut file = gzip(b"a,b\n1,2\n");
        file.extend(gzip(b"3,4\n"));
        assert_eq!(rows(&file, Format::Csv).unwrap().len(), 2);
        file.truncate(file.len() - 4);
        assert!(rows(&file, Format::Csv).is_err());
    }

    #[test]
    fn bad_csv_rows_are_distinguished() {
        let rows = rows(b"a,b\n\"x\ny\",1\n3\n\xff,1\n#count,2\n", Format::Csv).unwrap();
        assert_eq!(rows[0], (2, Next::Row, "x\ny".into()));
        assert_eq!(rows[1].0, 4);
        assert!(matches!(&rows[1].1, Next::Bad(why) if why.contains("1 cells")));
        assert_eq!(rows[2].1, Next::Bad("not UTF-8".into()));
        assert_eq!(rows[3].1, Next::Count(2));
    }

    #[test]
    fn an_open_quote_does_not_fill_the_memory() {
        let mut file = b"a,b\n1,\"open".to_vec();
        file.resize(8 * 1024 * 1024, b'x');
        let error = rows(&file, Format::Csv).unwrap_err();
        assert!(format!("{error:#}").contains("quote left open"), "{error:#}");
    }

    #[test]
    fn lines_skip_blanks_and_bound_length() {
        let mut file = b"{}\n\n{\"a\":1}\n".to_vec();
        file.resize(file.len() + 3 * 1024 * 1024, b'x');
        file.extend(b"\n{}");
        let rows = rows(&file, Format::Ndjson).unwrap();
        assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), [1, 3, 4, 5]);
        assert!(matches!(&rows[2].1, Next::Bad(_)));
    }
}
