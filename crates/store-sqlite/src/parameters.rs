//! The parameters of a condition, as SQLite takes them.

use annals_store::predicate::Parameter;
use rusqlite::types::ToSqlOutput;
use rusqlite::{Params, params_from_iter};

/// The parameters, in order.
pub(crate) fn bind(parameters: &[Parameter]) -> impl Params {
    params_from_iter(parameters.iter().map(|parameter| match parameter {
        Parameter::Text(text) => ToSqlOutput::from(text.as_str()),
        Parameter::Integer(number) => ToSqlOutput::from(*number),
    }))
}
