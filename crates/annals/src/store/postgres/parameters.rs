//! The parameters of a query. The text never contains values, so that each connection parses it
//! once and may keep its plan ([`super::pools`]).

use std::ops::Range;

use bytes::BytesMut;
use deadpool_postgres::Object;
use tokio_postgres::Row;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::super::Result;
use super::super::predicate::Parameter;
use super::error::failed;
use super::rows::bound;

/// A parameter and the type it is sent as.
pub(super) type Typed<'a> = (&'a (dyn ToSql + Sync), Type);

type Written = std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>>;

impl ToSql for Parameter {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Written {
        match self {
            // PostgreSQL cannot store NUL, so no row has it; NULL equals nothing.
            Parameter::Text(text) if text.contains('\0') => Ok(IsNull::Yes),
            Parameter::Text(text) => text.to_sql(ty, out),
            Parameter::Integer(number) => number.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        [Type::TEXT, Type::INT8].contains(ty)
    }

    to_sql_checked!();
}

fn type_of(parameter: &Parameter) -> Type {
    match parameter {
        Parameter::Text(_) => Type::TEXT,
        Parameter::Integer(_) => Type::INT8,
    }
}

pub(super) fn typed(parameters: &[Parameter]) -> Vec<Typed<'_>> {
    parameters.iter().map(|p| (p as &(dyn ToSql + Sync), type_of(p))).collect()
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
            Value::Of(parameter) => (*parameter, type_of(parameter)),
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
