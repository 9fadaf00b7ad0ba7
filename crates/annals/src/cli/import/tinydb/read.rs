//! A reader of TinyDB files, row by row in the file's own order, which never holds the JSON
//! document in memory as a whole.

use std::io::Read;

use anyhow::{Result, bail};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Tables that hold tracking events: TinyDB's own default, and the one named for them.
const TABLES: [&str; 2] = ["tracking_events", "_default"];

/// A callback for each row and its name: `tracking_events.12`.
type Each<'a> = &'a mut dyn FnMut(String, Value) -> Result<()>;

/// Reads the rows. Returns the names of tables that were skipped.
///
/// # Errors
/// The document is cut or not JSON, has no such table, or `each` failed.
pub(super) fn rows(input: impl Read, each: Each<'_>) -> Result<Vec<String>> {
    let mut found = Found { each, failed: None, tables: 0, left: Vec::new() };
    let mut document = serde_json::Deserializer::from_reader(input);
    let read = Document(&mut found).deserialize(&mut document).and_then(|()| document.end());
    if let Some(error) = found.failed {
        return Err(error);
    }
    if let Err(error) = read {
        bail!("not a complete JSON document: {error}");
    }
    if found.tables == 0 {
        bail!(
            "holds neither a list of tracking events nor a table `tracking_events` or `_default`; \
             is it the file that the application's TinyDB writes?"
        );
    }
    Ok(found.left)
}

struct Found<'a> {
    each: Each<'a>,
    /// The error of the callback; JSON's own errors can hold only a text.
    failed: Option<anyhow::Error>,
    tables: usize,
    left: Vec<String>,
}

impl Found<'_> {
    fn row<E: serde::de::Error>(&mut self, place: String, value: Value) -> Result<(), E> {
        (self.each)(place, value).map_err(|error| {
            self.failed = Some(error);
            E::custom("stopped")
        })
    }
}

/// A reader of the document: a list of rows, or tables by name.
struct Document<'a, 'b>(&'a mut Found<'b>);

impl<'de> DeserializeSeed<'de> for Document<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, document: D) -> Result<(), D::Error> {
        document.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of tracking events, or tables by name")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, rows: A) -> Result<(), A::Error> {
        self.0.tables += 1;
        Table { found: self.0, name: "" }.visit_seq(rows)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut tables: A) -> Result<(), A::Error> {
        while let Some(name) = tables.next_key::<String>()? {
            if TABLES.contains(&name.as_str()) {
                self.0.tables += 1;
                tables.next_value_seed(Table { found: self.0, name: &name })?;
            } else {
                tables.next_value::<IgnoredAny>()?;
                self.0.left.push(name);
            }
        }
        Ok(())
    }
}

/// A reader of one table: rows by number, as TinyDB writes them, or as a list.
struct Table<'a, 'b> {
    found: &'a mut Found<'b>,
    name: &'a str,
}

impl<'de> DeserializeSeed<'de> for Table<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, table: D) -> Result<(), D::Error> {
        table.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Table<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a table: rows by number, or a list of rows")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while let Some(key) = rows.next_key::<String>()? {
            let place = format!("{}.{key}", self.name);
            self.found.row::<A::Error>(place, rows.next_value()?)?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        let mut number = 0_usize;
        while let Some(value) = rows.next_element()? {
            let place = format!("{}[{number}]", self.name);
            self.found.row::<A::Error>(place, value)?;
            number += 1;
        }
        Ok(())
    }
}
