//! The parameters of a query. The text never contains values, so that each connection parses it
//! once and may keep its plan ([`super::pools`]).

use std::ops::Range;

use deadpool_postgres::Object;
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use super::error::failed;
use super::numbers::bound;
use annals_store::Result;
use annals_store::predicate::Parameter;

/// A parameter and the type it is sent as.
pub(super) type Typed<'a> = (&'a (dyn ToSql + Sync), Type);

/// The value of a text with a NUL. PostgreSQL cannot store NUL, so no row has it; NULL equals nothing.
const NOTHING: Option<&str> = None;

fn of(parameter: &Parameter) -> Typed<'_> {
    match parameter {
        Parameter::Text(text) if text.contains('\0') => (&NOTHING, Type::TEXT),
        Parameter::Text(text) => (text, Type::TEXT),
        Parameter::Integer(number) => (number, Type::INT8),
    }
}

pub(super) fn typed(parameters: &[Parameter]) -> Vec<Typed<'_>> {
    parameters.iter().map(of).collect()
}

/// The parameters of a query that is being written.
pub(super) struct Parameters<'q> {
    all: Vec<Value<'q>>,
}

enum Value<'q> {
    Of(&'q Parameter),
    Number(i64),
    Numbers(Vec<i64>),
    Keys(Vec<i32>),
}

impl Value<'_> {
    fn typed(&self) -> Typed<'_> {
        match self {
            Value::Of(parameter) => of(parameter),
            Value::Number(number) => (number, Type::INT8),
            Value::Numbers(numbers) => (numbers, Type::INT8_ARRAY),
            Value::Keys(keys) => (keys, Type::INT4_ARRAY),
        }
    }
}

impl<'q> Parameters<'q> {
    /// Begins with the parameters of a condition, which it already numbers.
    pub(super) fn of(condition: &'q [Parameter]) -> Parameters<'q> {
        Parameters { all: condition.iter().map(Value::Of).collect() }
    }

    fn push(&mut self, value: Value<'q>) -> String {
        self.all.push(value);
        format!("${}", self.all.len())
    }

    /// Adds a number; returns its placeholder.
    pub(super) fn number(&mut self, number: u64) -> String {
        self.push(Value::Number(bound(number)))
    }

    /// Adds a moment in microseconds; returns its placeholder.
    pub(super) fn moment(&mut self, micros: i64) -> String {
        self.push(Value::Number(micros))
    }

    /// Adds an array of numbers; returns its placeholder.
    pub(super) fn numbers(&mut self, numbers: impl Iterator<Item = u64>) -> String {
        self.push(Value::Numbers(numbers.map(bound).collect()))
    }

    /// Adds an array of keys; returns its placeholder.
    pub(super) fn keys(&mut self, keys: Vec<i32>) -> String {
        self.push(Value::Keys(keys))
    }

    /// Adds a range's bounds; returns their placeholders.
    pub(super) fn range(&mut self, range: &Range<u64>) -> (String, String) {
        (self.number(range.start), self.number(range.end))
    }

    /// Runs the query.
    pub(super) async fn ask(&self, client: &Object, sql: &str) -> Result<Vec<Row>> {
        let (values, types): (Vec<_>, Vec<Type>) = self.all.iter().map(Value::typed).unzip();
        let statement = client.prepare_typed_cached(sql, &types).await.map_err(failed)?;
        client.query(&statement, &values).await.map_err(failed)
    }
}
