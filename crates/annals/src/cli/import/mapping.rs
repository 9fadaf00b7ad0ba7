//! The mapping file, which turns rows of a file into events. `docs/import.md` describes it.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use serde::Deserialize;

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Comma-separated values, RFC 4180.
    Csv,
    /// One JSON object a line.
    Ndjson,
    /// The combined log format of Apache and nginx.
    CombinedLog,
}

/// A mapping file as written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The mapping's name, part of every event's id: two mappings of one file make two sets of
    /// events.
    pub name: String,
    /// The file's format.
    pub format: Format,
    /// CSV: the separator of cells; a comma if absent.
    #[serde(default = "comma")]
    pub delimiter: char,
    /// CSV without a header: the columns' names.
    pub columns: Option<Vec<String>>,
    /// The time of a row.
    pub time: TimeSpec,
    /// The values of an event's fields.
    pub event: toml::Table,
    /// Exceptions; the first that matches decides.
    #[serde(default)]
    pub rules: Vec<RuleSpec>,
}

/// `[time]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeSpec {
    /// The column, or a template of several.
    pub column: String,
    /// The format's name or a pattern.
    #[serde(rename = "as")]
    pub format: String,
    /// `day_offset`: the day that is day 0.
    pub origin: Option<toml::Value>,
    /// The time zone of patterns without an offset; UTC if absent.
    pub timezone: Option<String>,
    /// The spread of rows that know only their day.
    pub spread: Option<SpreadSpec>,
}

/// `[time.spread]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpreadSpec {
    /// The template whose value makes rows one session.
    pub group: String,
    /// The earliest start of a session, `HH:MM`.
    pub from: String,
    /// The latest start of a session, `HH:MM`.
    pub to: String,
    /// The shortest and the longest gap between two rows.
    pub gap_seconds: [u32; 2],
}

/// `[[rules]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSpec {
    /// Column to pattern; all must match their full cells.
    pub when: BTreeMap<String, String>,
    /// `true` leaves the row out.
    #[serde(default)]
    pub skip: bool,
    /// The fields that differ from `[event]`.
    #[serde(default)]
    pub set: toml::Table,
}

fn comma() -> char {
    ','
}

impl Mapping {
    /// Reads a mapping; `file` is its name in errors.
    pub fn parse(text: &str, file: &str) -> anyhow::Result<Mapping> {
        let mapping: Mapping = toml::from_str(text).with_context(|| format!("mapping {file}"))?;
        if mapping.name.trim().is_empty() {
            bail!("mapping {file}: `name` is empty");
        }
        if !mapping.delimiter.is_ascii() {
            bail!("mapping {file}: `delimiter` must be one ASCII character");
        }
        Ok(mapping)
    }
}

#[cfg(test)]
mod tests {
    use super::super::template::Columns;
    use super::*;

    const HEAD: &str = "name = 'x'\nformat = 'csv'\ntime = { column = 'at', as = 'rfc3339' }\n";

    fn error(tail: &str) -> String {
        let columns = ["at", "who", "n"].map(str::to_owned).to_vec();
        let plan = Mapping::parse(&format!("{HEAD}{tail}"), "x.toml")
            .and_then(|mapping| mapping.plan(&mut Columns::fixed(columns)));
        format!("{:#}", plan.map(|_| ()).unwrap_err())
    }

    #[test]
    fn mistakes_name_the_key() {
        for (tail, names) in [
            ("[event]\naction = 'a'\ncolour = 'red'", "event.colour"),
            ("[event]\naction = 'a'\nactor.size = '1'", "event.actor.size"),
            ("[event]\naction = '{whom}'", "event.action"),
            ("[event]\naction = { by = 'whom', table = {} }", "no column `whom`"),
            ("[event]\naction = { value = '{n}', typ = 'int' }", "typ"),
            (
                "[event]\naction = 'a'\nmetadata.n = { value = '{n}', type = 'integer' }",
                "event.metadata.n",
            ),
            ("[event]\naction = 'a'\nactor = 'me'", "event.actor"),
            ("[event]\naction = 'a'\n[[rules]]\nwhen = { who = '(' }", "rules[1].when.who"),
            (
                "[event]\naction = 'a'\n[[rules]]\nwhen = {}\nset = { actions = 'b' }",
                "rules[1].set.actions",
            ),
            ("[event]\nmessage = 'no action'", "event.action"),
            ("[event]\naction = 'a'\n[events]", "events"),
        ] {
            let error = error(tail);
            assert!(error.contains(names), "{tail}: {error}");
        }
    }
}
