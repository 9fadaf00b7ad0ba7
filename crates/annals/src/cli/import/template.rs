//! Texts with `{column}` in them, and the other ways a mapping makes a value.

use std::collections::HashMap;

use csv::StringRecord;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::id::hex;

/// The columns of a file: fixed by its header, or (NDJSON) whatever the mapping asks for.
#[derive(Clone, Debug)]
pub struct Columns {
    names: Vec<String>,
    open: bool,
}

impl Columns {
    /// Makes exactly these columns.
    pub fn fixed(names: Vec<String>) -> Columns {
        Columns { names, open: false }
    }

    /// Makes columns that accept any name.
    pub fn open() -> Columns {
        Columns { names: Vec::new(), open: true }
    }

    /// Returns the names in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns the position of a column.
    pub fn find(&mut self, name: &str) -> Result<usize, String> {
        if let Some(at) = self.names.iter().position(|known| known == name) {
            return Ok(at);
        }
        if self.open {
            self.names.push(name.to_owned());
            return Ok(self.names.len() - 1);
        }
        let known = self.names.join(", ");
        Err(format!("the file has no column `{name}`; it has: {known}, @day, @line"))
    }
}

/// The row that a template is expanded for.
pub struct RowContext<'a> {
    /// The row's cells.
    pub cells: &'a StringRecord,
    /// The row's day in UTC, before any shift.
    pub day: &'a str,
    /// The row's line in the file.
    pub line: u64,
    /// The key of hashes.
    pub secret: &'a [u8],
}

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Column(usize),
    Day,
    Line,
}

/// A text with `{column}` in it; `{{` and `}}` are literal braces.
#[derive(Clone, Debug)]
pub struct Template(Vec<Part>);

impl Template {
    /// Reads a template and finds its columns.
    pub fn parse(text: &str, columns: &mut Columns) -> Result<Template, String> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut chars = text.chars().peekable();
        while let Some(char) = chars.next() {
            match char {
                '{' | '}' if chars.next_if_eq(&char).is_some() => plain.push(char),
                '{' => {
                    let mut name = String::new();
                    loop {
                        match chars.next() {
                            Some('}') => break,
                            Some(other) => name.push(other),
                            None => return Err(format!("`{{{name}` is not closed")),
                        }
                    }
                    if !plain.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut plain)));
                    }
                    parts.push(match name.as_str() {
                        "@day" => Part::Day,
                        "@line" => Part::Line,
                        _ => Part::Column(columns.find(&name)?),
                    });
                }
                '}' => return Err("a lone `}`; write `}}` for a brace".into()),
                other => plain.push(other),
            }
        }
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Template(parts))
    }

    /// Reads a column by its bare name, or a template if the text has braces.
    pub fn column(text: &str, columns: &mut Columns) -> Result<Template, String> {
        if text.contains('{') {
            return Template::parse(text, columns);
        }
        Ok(Template(vec![Part::Column(columns.find(text)?)]))
    }

    /// Makes a template of just this cell.
    pub fn cell(at: usize) -> Template {
        Template(vec![Part::Column(at)])
    }

    /// Returns the text for a row; `None` if a cell in it is empty, because half a text is
    /// misleading.
    pub fn expand(&self, context: &RowContext<'_>) -> Option<String> {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Day => text.push_str(context.day),
                Part::Line => text.push_str(&context.line.to_string()),
                Part::Column(at) => match context.cells.get(*at) {
                    None | Some("") => return None,
                    Some(cell) => text.push_str(cell),
                },
            }
        }
        (!text.is_empty()).then_some(text)
    }
}

/// A choice by the value of another column.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// The template whose value decides.
    pub by: Template,
    /// The template for each value.
    pub table: HashMap<String, Template>,
    /// The template for any other value.
    pub default: Option<Template>,
}

impl Lookup {
    /// Returns the text for a row.
    pub fn expand(&self, context: &RowContext<'_>) -> Option<String> {
        let chosen = self.by.expand(context).and_then(|key| self.table.get(&key));
        chosen.or(self.default.as_ref())?.expand(context)
    }
}

/// A way to make a value.
#[derive(Clone, Debug)]
pub enum Expr {
    /// A text with columns in it.
    Template(Template),
    /// A choice.
    Lookup(Lookup),
    /// A keyed hash of several texts, as 32 hexadecimal digits.
    Hash(Vec<Template>),
    /// The first whole number minus the second.
    Difference(Template, Template),
}

impl Expr {
    /// Returns the value for a row, if there is one.
    pub fn expand(&self, context: &RowContext<'_>) -> Result<Option<String>, String> {
        Ok(match self {
            Expr::Template(template) => template.expand(context),
            Expr::Lookup(lookup) => lookup.expand(context),
            Expr::Hash(parts) => Some(hash(parts, context)),
            Expr::Difference(left, right) => match (left.expand(context), right.expand(context)) {
                (Some(left), Some(right)) => {
                    let number = |text: &str| {
                        let wrong = |_| format!("must be a whole number, not `{text}`");
                        text.parse::<i64>().map_err(wrong)
                    };
                    let difference = number(&left)?.checked_sub(number(&right)?);
                    Some(difference.ok_or("the numbers are too large")?.to_string())
                }
                _ => None,
            },
        })
    }
}

fn hash(parts: &[Template], context: &RowContext<'_>) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104)")]
    let mut mac = Hmac::<Sha256>::new_from_slice(context.secret).expect("any length");
    for part in parts {
        let text = part.expand(context).unwrap_or_default();
        // With its length, so that ("a", "bc") and ("ab", "c") differ.
        mac.update(&(text.len() as u64).to_be_bytes());
        mac.update(text.as_bytes());
    }
    let mut digits = hex(&mac.finalize().into_bytes());
    digits.truncate(32);
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(template: &str, cells: &[&str]) -> Result<Option<String>, String> {
        let mut columns = Columns::fixed(vec!["a".into(), "b".into()]);
        let template = Template::parse(template, &mut columns)?;
        let cells = StringRecord::from(cells.to_vec());
        Ok(template.expand(&RowContext { cells: &cells, day: "2026-11-21", line: 7, secret: b"" }))
    }

    #[test]
    fn columns_are_put_in() {
        let text = expand("{{{a}}}-{b}@{@day}:{@line}", &["x", "y"]).unwrap();
        assert_eq!(text.as_deref(), Some("{x}-y@2026-11-21:7"));
        assert_eq!(expand("id-{a}", &["", "y"]).unwrap(), None);
    }

    #[test]
    fn mistakes_are_named() {
        assert!(expand("{c}", &[]).unwrap_err().contains("no column `c`"));
        assert!(expand("{a", &[]).unwrap_err().contains("not closed"));
        assert!(expand("a}", &[]).unwrap_err().contains("lone"));
    }
}
