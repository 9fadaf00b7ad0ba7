//! The server's own log: to standard error, and the last lines in memory.
//!
//! The log is not the audit record. It is about the program itself, it is in memory only while the
//! process runs, and it never contains texts of events or their senders. One process has one log,
//! so the lines in memory are the process's, too.

use std::collections::VecDeque;
use std::io::{self, IsTerminal as _, Write};

use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::{Map, Value};
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt};

use crate::config::LogFormat;

/// Number of lines kept in memory.
pub const LINES: usize = 500;
/// Bytes of a line kept in memory.
const LINE_BYTES: usize = 4_096;

static RECENT: Mutex<VecDeque<String>> = Mutex::new(VecDeque::new());

/// A line of the log.
#[derive(Debug, serde::Serialize, Deserialize, utoipa::ToSchema)]
pub struct LogLine {
    /// When it was written.
    #[serde(rename(deserialize = "timestamp"))]
    pub at: String,
    /// `ERROR`, `WARN`, `INFO`, `DEBUG` or `TRACE`.
    pub level: String,
    /// The message.
    #[serde(default)]
    pub message: String,
    /// The details.
    #[serde(flatten)]
    #[schema(value_type = Object, inline, additional_properties)]
    pub fields: Map<String, Value>,
}

/// Starts the log. `level` is a level such as `info`, or per module, as `annals=debug`.
///
/// # Errors
/// The level is invalid.
pub fn start(level: &str, format: LogFormat) -> Result<(), ParseError> {
    // The migration runner logs every step of every start; our own log has its failures.
    let filter = EnvFilter::try_new(format!("refinery_core=warn,{level}"))?;
    let to_stderr = fmt::layer().with_writer(io::stderr).with_target(false);
    let to_stderr = match format {
        LogFormat::Text => to_stderr.with_ansi(io::stderr().is_terminal()).boxed(),
        LogFormat::Json => to_stderr.json().flatten_event(true).boxed(),
    };
    let to_memory = fmt::layer().with_writer(Memory).with_target(false);
    let to_memory = to_memory.json().flatten_event(true).with_current_span(false);
    // A second start in one process, as in tests, keeps the first log.
    let _ = tracing_subscriber::registry().with(filter).with(to_stderr).with(to_memory).try_init();
    Ok(())
}

/// Returns the last lines, oldest first.
pub fn recent() -> Vec<LogLine> {
    let lines = RECENT.lock();
    lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// A writer that keeps lines in memory.
struct Memory;

impl Write for Memory {
    /// Keeps a line; the formatter passes one complete line at a time.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if line.len() <= LINE_BYTES {
            let mut lines = RECENT.lock();
            if lines.len() == LINES {
                lines.pop_front();
            }
            lines.push_back(String::from_utf8_lossy(line).into_owned());
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Memory {
    type Writer = Memory;

    fn make_writer(&'a self) -> Memory {
        Memory
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept_and_no_more() {
        for number in 0..LINES + 10 {
            let line = format!(
                "{{\"timestamp\":\"2026-11-21T10:00:00Z\",\"level\":\"INFO\",\"message\":\"m\",\"number\":{number}}}\n"
            );
            Memory.write_all(line.as_bytes()).unwrap();
        }
        let lines = recent();
        assert_eq!(lines.len(), LINES);
        assert_eq!(lines[0].fields["number"], 10);
        assert_eq!((lines[0].level.as_str(), lines[0].message.as_str()), ("INFO", "m"));
        assert_eq!(lines[0].at, "2026-11-21T10:00:00Z");
    }
}
