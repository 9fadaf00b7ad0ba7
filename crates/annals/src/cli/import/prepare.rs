//! Preparation of rows: from a file to records for the sorter.

use std::io::BufRead;

use annals_event::{Draft, FieldError, Time};
use anyhow::{Context, bail};
use serde_json::{Map, Value};

use super::field::short;
use super::ids::{Content, content};
use super::mapping::{Format, Mapping};
use super::plan::Plan;
use super::read::{Next, Row, Source, sniff};
use super::record::Record;
use super::template::Columns;

/// Fields that only the server writes. An export has them, an import ignores them.
const SERVERS_OWN: [&str; 3] = ["cursor", "created_at", "anonymised_at"];

/// The result of a row.
#[derive(Debug)]
pub enum Step {
    /// An event.
    Record(Record),
    /// A rule of the mapping left it out.
    Skipped,
    /// The row cannot become an event.
    Bad {
        /// The row's line.
        line: u64,
        /// The reason.
        why: String,
    },
    /// The file has ended.
    End,
}

enum How {
    /// Each row has cells for a plan.
    Cells(Plan),
    /// Each row is JSON, whose values are looked up for a plan.
    Json(Plan, Columns),
    /// Each line is an event already.
    Events,
}

/// A reader of a file that makes records of its rows, in the file's order.
pub struct Prepare {
    source: Source,
    how: How,
    name: String,
    secret: Vec<u8>,
    row: Row,
    /// `true` for a CSV without a mapping: it may be our own export, whose text cells are escaped.
    escaped: bool,
    /// `true` for an export of Annals, which ends with the number of its events.
    export: bool,
    seen: u64,
    count: Option<u64>,
}

impl Prepare {
    /// Opens a file. Without a mapping the file must be in Annals' own format: NDJSON of events or
    /// drafts, or CSV with the fields' names as header.
    pub fn open(
        mut input: Box<dyn BufRead + Send>,
        mapping: Option<&Mapping>,
        secret: &[u8],
    ) -> anyhow::Result<Prepare> {
        let format = match mapping {
            Some(mapping) => mapping.format,
            None => sniff(&mut *input)?,
        };
        let delimiter = mapping.map_or(',', |mapping| mapping.delimiter);
        let names = mapping.and_then(|mapping| mapping.columns.as_deref());
        let (source, mut columns) = Source::new(input, format, delimiter, names)?;
        let export = columns.names().iter().any(|name| name == "created_at");
        let how = match (mapping, format) {
            (Some(mapping), Format::Ndjson) => How::Json(mapping.plan(&mut columns)?, columns),
            (Some(mapping), _) => How::Cells(mapping.plan(&mut columns)?),
            (None, Format::Ndjson) => How::Events,
            (None, _) => How::Cells(Plan::by_names(&mut columns).map_err(anyhow::Error::msg)?),
        };
        Ok(Prepare {
            source,
            how,
            name: mapping.map_or("annals", |mapping| &mapping.name).to_owned(),
            secret: secret.to_vec(),
            row: Row::default(),
            escaped: mapping.is_none(),
            export: export && mapping.is_none(),
            seen: 0,
            count: None,
        })
    }

    /// Returns the result of the next row.
    pub fn step(&mut self) -> anyhow::Result<Step> {
        let bad = |line, why| Ok(Step::Bad { line, why });
        match self.source.next(&mut self.row)? {
            Next::End => return self.end(),
            Next::Count(count) => return self.counted(count),
            Next::Bad(why) => {
                self.seen += 1;
                return bad(self.row.line, why);
            }
            Next::Row => {}
        }
        if let (How::Events, Some(count)) = (&self.how, count_line(&self.row.text)) {
            return self.counted(count);
        }
        self.seen += 1;
        let line = self.row.line;
        match self.read() {
            Err(why) => bad(line, why),
            Ok(None) => Ok(Step::Skipped),
            Ok(Some((time, draft))) => Ok(Step::Record(match draft.id {
                Some(_) => Record::new(time, line, draft)?,
                None => Record::of_row(time, line, draft, self.content())?,
            })),
        }
    }

    fn read(&mut self) -> Result<Option<(Time, Draft)>, String> {
        let Row { line, cells, text } = &mut self.row;
        match &mut self.how {
            How::Cells(plan) => {
                if self.escaped && cells.iter().any(is_escaped) {
                    let plain = |cell| if is_escaped(cell) { &cell[1..] } else { cell };
                    *cells = cells.iter().map(plain).collect();
                }
                plan.read(cells, *line, &self.secret)
            }
            How::Json(plan, columns) => {
                let object = object(text)?;
                *cells = columns.names().iter().map(|name| find(&object, name)).collect();
                plan.read(cells, *line, &self.secret)
            }
            How::Events => {
                let mut object = object(text)?;
                for key in SERVERS_OWN {
                    let found = object.remove(key).is_some();
                    self.export |= found && key == "created_at";
                }
                let draft = Draft::from_json(Value::Object(object)).map_err(all)?;
                let time =
                    draft.occurred_at.ok_or("occurred_at: is missing; an import needs a time")?;
                if draft.action.is_empty() {
                    return Err("action: is missing".into());
                }
                Ok(Some((time, draft)))
            }
        }
    }

    fn content(&self) -> Content {
        let row = &self.row;
        match self.how {
            How::Cells(_) => {
                let cells: Vec<&[u8]> = row.cells.iter().map(str::as_bytes).collect();
                content(&self.name, &cells)
            }
            _ => content(&self.name, &[row.text.as_bytes()]),
        }
    }

    fn counted(&mut self, count: u64) -> anyhow::Result<Step> {
        if count != self.seen {
            let seen = self.seen;
            bail!(
                "the export ends with a count of {count} events, but has {seen}: it was cut or changed; export it again"
            );
        }
        self.count = Some(count);
        match self.source.next(&mut self.row)? {
            Next::End => Ok(Step::End),
            _ => bail!("line {}: something follows the end of the export", self.row.line),
        }
    }

    fn end(&self) -> anyhow::Result<Step> {
        if self.export && self.count.is_none() {
            bail!(
                "the export lacks its last line with the count: the file was cut; export it again"
            );
        }
        Ok(Step::End)
    }
}

/// Returns `true` if an export has escaped this text. Exports put an apostrophe before a text that
/// a spreadsheet would read as a formula, and before an apostrophe.
fn is_escaped(cell: &str) -> bool {
    let mut chars = cell.chars();
    chars.next() == Some('\'')
        && matches!(chars.next(), Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\''))
}

/// Puts the errors about a draft into one sentence.
fn all(errors: Vec<FieldError>) -> String {
    let said: Vec<String> =
        errors.into_iter().map(|error| format!("{}: {}", error.field, error.message)).collect();
    said.join("; ")
}

fn object(text: &str) -> Result<Map<String, Value>, String> {
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(format!("not a JSON object: `{}`", short(text))),
        Err(error) => Err(format!("not JSON: {error}")),
    }
}

/// Returns a value by its dotted name, as text.
fn find(object: &Map<String, Value>, name: &str) -> String {
    // A key may contain dots itself, so the full name is tried first.
    let found = object.get(name).or_else(|| {
        let (first, rest) = name.split_once('.')?;
        rest.split('.').try_fold(object.get(first)?, |value, key| value.get(key))
    });
    match found {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// Parses `{"count":N}`, the end mark of an NDJSON export.
fn count_line(text: &str) -> Option<u64> {
    if text.len() > 40 {
        return None;
    }
    let object = object(text).ok()?;
    let count = object.get("count")?.as_u64()?;
    (object.len() == 1).then_some(count)
}

/// Names the file in an error.
pub fn in_file<T>(result: anyhow::Result<T>, file: &str) -> anyhow::Result<T> {
    result.with_context(|| file.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::import::read::open;

    fn steps(text: &str, mapping: Option<&str>) -> anyhow::Result<Vec<Step>> {
        let mapping = mapping.map(|text| Mapping::parse(text, "m.toml").unwrap());
        let input = open(Box::new(std::io::Cursor::new(text.as_bytes().to_vec())))?;
        let mut prepare = Prepare::open(input, mapping.as_ref(), b"secret")?;
        let mut steps = Vec::new();
        loop {
            match prepare.step()? {
                Step::End => return Ok(steps),
                step => steps.push(step),
            }
        }
    }

    fn draft(step: &Step) -> Draft {
        match step {
            Step::Record(record) => record.draft().unwrap(),
            other => panic!("{other:?}"),
        }
    }

    const EVENT: &str = r#"{"id":"0190a0b0-0000-7000-8000-000000000000","cursor":"c","occurred_at":"2026-01-01T00:00:00Z","created_at":"2026-01-02T00:00:00Z","category":"quest","action":"quest_viewed","severity":"info","actor":{"type":"user","id":"u"},"message":"m","metadata":{}}"#;

    #[test]
    fn an_export_comes_back_with_its_ids() {
        let steps = steps(&format!("{EVENT}\n{{\"count\":1}}\n"), None).unwrap();
        let draft = draft(&steps[0]);
        assert_eq!(draft.id.unwrap().to_string(), "0190a0b0-0000-7000-8000-000000000000");
        assert_eq!(draft.occurred_at, Some("2026-01-01T00:00:00Z".parse().unwrap()));
    }

    #[test]
    fn an_exported_action_is_no_pair() {
        let text = "category,action,occurred_at\nMy shop,order/paid,2026-01-01T00:00:00Z\n";
        let draft = draft(&steps(text, None).unwrap()[0]);
        assert_eq!((draft.category.as_deref(), &*draft.action), (Some("My shop"), "order/paid"));
    }

    #[test]
    fn a_cut_export_is_an_error_that_says_so() {
        let half = &EVENT[..EVENT.len() / 2];
        for text in [
            format!("{EVENT}\n"),
            format!("{EVENT}\n{half}"),
            format!("{EVENT}\n{{\"count\":2}}\n"),
            format!("{EVENT}\n{{\"count\":1}}\n{EVENT}\n"),
            "id,occurred_at,created_at,action\n,2026-01-01T00:00:00Z,,a\n".to_owned(),
        ] {
            let error = format!("{:#}", steps(&text, None).unwrap_err());
            assert!(error.contains("cut") || error.contains("follows"), "{error}");
        }
    }

    #[test]
    fn drafts_need_no_end_mark_and_bad_lines_are_named() {
        let text = "{\"action\":\"a\",\"occurred_at\":\"2026-01-01T00:00:00Z\"}\nnope\n{\"action\":\"a\"}\n{\"action\":\"a\",\"colour\":1,\"occurred_at\":\"2026-01-01T00:00:00Z\"}\n";
        let steps = steps(text, None).unwrap();
        assert!(matches!(&steps[0], Step::Record(record) if record.content().is_some()));
        let lines: Vec<u64> = steps[1..]
            .iter()
            .map(|step| match step {
                Step::Bad { line, .. } => *line,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(lines, [2, 3, 4]);
    }

    #[test]
    fn our_own_csv_is_read_by_its_header_and_unescaped() {
        let text = "id,cursor,occurred_at,created_at,action,actor.type,entity.name,metadata,points.delta\n,c,2026-01-01T00:00:00Z,x,a,child,'=1+1,\"{\"\"n\"\":1}\",-5\n#count,1\n";
        let draft = draft(&steps(text, None).unwrap()[0]);
        assert_eq!(draft.entity.unwrap().name.as_deref(), Some("=1+1"));
        assert_eq!(draft.metadata["n"], 1);
        assert_eq!(draft.points.unwrap().delta, -5);
        let error = steps("when,what\n1,2\n", None).unwrap_err();
        assert!(error.to_string().contains("--mapping"), "{error}");
    }

    #[test]
    fn json_of_others_is_read_by_a_mapping() {
        let mapping = "name='x'\nformat='ndjson'\ntime={column='ts',as='unix_ms'}\n[event]\naction='{what.verb}'\nactor={type='user',id='{who}'}\n[[rules]]\nwhen={who='bot.*'}\nskip=true";
        let text = "{\"ts\":1431857103000,\"who\":7,\"what\":{\"verb\":\"opened\"}}\n{\"ts\":1,\"who\":\"bot1\"}\n";
        let steps = steps(text, Some(mapping)).unwrap();
        let draft = draft(&steps[0]);
        assert_eq!(draft.action, "opened");
        assert_eq!(draft.actor.unwrap().id.as_deref(), Some("7"));
        assert!(matches!(steps[1], Step::Skipped));
    }
}
