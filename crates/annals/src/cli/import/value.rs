//! The values of a mapping: TOML in, expressions with known columns out.

use toml::{Table, Value};

use super::field::{Field, Kind};
use super::template::{Columns, Expr, Lookup, Template};

/// One field's value.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The field.
    pub field: Field,
    /// The way its text is made.
    pub expr: Expr,
    /// The type of the text in `metadata`.
    pub kind: Kind,
}

/// Puts the key before an error.
pub fn at(key: impl Into<String>) -> impl FnOnce(String) -> String {
    let key = key.into();
    move |error| format!("{key}: {error}")
}

/// Returns the fields of a table, whose groups may be sub-tables or dotted names.
pub fn assignments(
    table: &Table,
    at_key: &str,
    columns: &mut Columns,
) -> Result<Vec<Assignment>, String> {
    let mut found = Vec::new();
    walk(table, "", at_key, columns, &mut found)?;
    Ok(found)
}

fn walk(
    table: &Table,
    prefix: &str,
    at_key: &str,
    columns: &mut Columns,
    found: &mut Vec<Assignment>,
) -> Result<(), String> {
    for (key, value) in table {
        let name = format!("{prefix}{key}");
        let full = format!("{at_key}.{name}");
        match value {
            Value::Table(group) if Field::is_group(&name) => {
                walk(group, &format!("{name}."), at_key, columns, found)?;
            }
            _ => {
                let field = name.parse::<Field>();
                let field = field.map_err(|()| format!("{full}: is not a field of an event"))?;
                let (expr, kind) = expr(value, columns).map_err(at(full))?;
                found.push(Assignment { field, expr, kind });
            }
        }
    }
    Ok(())
}

/// Reads one value: a text, a constant, or a table that describes how it is made.
pub fn expr(value: &Value, columns: &mut Columns) -> Result<(Expr, Kind), String> {
    let template = |value: &Value, columns: &mut Columns| match value {
        Value::String(text) => Template::parse(text, columns),
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) => {
            Template::parse(&value.to_string(), columns)
        }
        _ => Err("must be a text".to_owned()),
    };
    let Value::Table(table) = value else {
        let kind = match value {
            Value::Integer(_) => Kind::Int,
            Value::Float(_) => Kind::Number,
            Value::Boolean(_) => Kind::Bool,
            _ => Kind::Text,
        };
        return Ok((Expr::Template(template(value, columns)?), kind));
    };

    const KNOWN: [&str; 7] = ["value", "type", "by", "table", "default", "hash", "difference"];
    if let Some(key) = table.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        return Err(format!("`{key}` is none of {}", KNOWN.join(", ")));
    }
    let kind = match table.get("type") {
        None => Kind::Text,
        Some(name) => {
            let kind = name.as_str().and_then(Kind::from_name);
            kind.ok_or_else(|| format!("type: must be one of {}", Kind::NAMES))?
        }
    };
    let list = |value: &Value, columns: &mut Columns| {
        let items = value.as_array().ok_or("must be a list of texts")?;
        let parts = items.iter().map(|item| template(item, columns));
        parts.collect::<Result<Vec<_>, String>>()
    };
    let expr = if let Some(value) = table.get("value") {
        Expr::Template(template(value, columns)?)
    } else if let Some(by) = table.get("by") {
        let by = by.as_str().ok_or("by: must name a column")?;
        let choices = table.get("table").and_then(Value::as_table);
        let choices = choices.ok_or("table: is missing; it needs a value for each case")?;
        let choices =
            choices.iter().map(|(key, value)| Ok((key.clone(), template(value, columns)?)));
        Expr::Lookup(Lookup {
            table: choices.collect::<Result<_, String>>()?,
            by: Template::column(by, columns)?,
            default: match table.get("default") {
                Some(default) => Some(template(default, columns)?),
                None => None,
            },
        })
    } else if let Some(parts) = table.get("hash") {
        Expr::Hash(list(parts, columns)?)
    } else if let Some(parts) = table.get("difference") {
        match list(parts, columns)?.as_slice() {
            [left, right] => Expr::Difference(left.clone(), right.clone()),
            _ => return Err("difference: must be two texts".into()),
        }
    } else {
        return Err("must have `value`, `by`, `hash` or `difference`".into());
    };
    Ok((expr, kind))
}
