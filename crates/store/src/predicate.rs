//! Turns filter and scope into a `WHERE` condition, with the SQL dialect as a value.

use super::scope::{HiddenActions, Scoped, View};
use crate::filter::{Field, Term};

/// A parameter of a condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Parameter {
    /// A text.
    Text(String),
    /// An integer.
    Integer(i64),
}

/// Adds a parameter and returns its placeholder.
pub type Push<'a> = &'a mut dyn FnMut(Parameter) -> String;

/// An engine's SQL where it is not standard.
pub struct Dialect {
    /// The placeholder of the n-th parameter, counted from 1.
    pub parameter: fn(usize) -> String,
    /// The time when an event occurred.
    pub occurred_at: &'static str,
    /// A condition that is true if a metadata field has one of the values, and never if it is
    /// absent.
    pub metadata: fn(&str, &[String], Push<'_>) -> String,
    /// A condition that is true if the searched columns contain all folded words of a parameter.
    pub words: fn(&str) -> String,
}

/// A condition and its parameters, in order.
#[derive(Debug, Default, PartialEq)]
pub struct Predicate {
    /// Conditions joined by `AND`, at least that of the scope.
    pub sql: String,
    /// The parameters it uses.
    pub parameters: Vec<Parameter>,
}

/// Builds the condition of a filter within its scope, continuing after the parameters already in
/// `parameters`.
pub fn predicate(scoped: &Scoped, dialect: &Dialect, parameters: Vec<Parameter>) -> Predicate {
    let mut builder = Builder { dialect, parameters, conditions: Vec::new() };
    builder.views(scoped.scope.views());
    let filter = &scoped.filter;
    if let Some(from) = filter.from {
        let bound = builder.push(Parameter::Integer(from.as_micros()));
        builder.conditions.push(format!("{} >= {bound}", dialect.occurred_at));
    }
    if let Some(to) = filter.to {
        let bound = builder.push(Parameter::Integer(to.as_micros()));
        builder.conditions.push(format!("{} < {bound}", dialect.occurred_at));
    }
    for term in &filter.terms {
        builder.term(term);
    }
    // Last, because it costs most.
    if !filter.words.is_empty() {
        let words = builder.push(Parameter::Text(filter.words.join(" ")));
        builder.conditions.push((dialect.words)(&words));
    }
    Predicate { sql: builder.conditions.join(" AND "), parameters: builder.parameters }
}

struct Builder<'a> {
    dialect: &'a Dialect,
    parameters: Vec<Parameter>,
    conditions: Vec<String>,
}

impl Builder<'_> {
    fn push(&mut self, parameter: Parameter) -> String {
        self.parameters.push(parameter);
        (self.dialect.parameter)(self.parameters.len())
    }

    /// The condition that one of the views shows an event.
    fn views(&mut self, views: &[View]) {
        let views: Vec<String> = views.iter().map(|view| self.view(view)).collect();
        self.conditions.push(match views.as_slice() {
            [] => "FALSE".to_owned(),
            [one] => one.clone(),
            several => format!("({})", several.join(" OR ")),
        });
    }

    fn view(&mut self, view: &View) -> String {
        let people = view.people.as_ref().map(|people| {
            let people = self.texts(people);
            format!("subject_id IN ({people})")
        });
        let hidden = view.hidden.iter().map(|hidden| self.unless(hidden));
        let conditions: Vec<String> = people.into_iter().chain(hidden).collect();
        if conditions.is_empty() {
            return "TRUE".to_owned();
        }
        format!("({})", conditions.join(" AND "))
    }

    fn unless(&mut self, hidden: &HiddenActions) -> String {
        let category = self.push(Parameter::Text(hidden.category.clone()));
        if hidden.actions.is_empty() {
            return format!("category <> {category}");
        }
        let actions = self.texts(&hidden.actions);
        let not = if hidden.all_but { "NOT " } else { "" };
        format!("NOT (category = {category} AND action {not}IN ({actions}))")
    }

    fn texts(&mut self, texts: &[String]) -> String {
        let texts: Vec<String> =
            texts.iter().map(|text| self.push(Parameter::Text(text.clone()))).collect();
        texts.join(", ")
    }

    fn term(&mut self, term: &Term) {
        if let Field::Metadata(key) = &term.field {
            let dialect = self.dialect;
            let mut push = |parameter| self.push(parameter);
            let has = (dialect.metadata)(key, &term.values, &mut push);
            // Absent fields match a negated term.
            let without = || format!("NOT coalesce({has}, FALSE)");
            self.conditions.push(if term.negated { without() } else { has });
            return;
        }
        let column = term.field.column();
        let values: Vec<String> =
            term.values.iter().map(|value| self.push(stored(&term.field, value))).collect();
        let values = values.join(", ");
        self.conditions.push(if term.negated {
            format!("({column} IS NULL OR {column} NOT IN ({values}))")
        } else {
            format!("{column} IN ({values})")
        });
    }
}

/// A filter's value in the column's type. Names that no row can have become -1.
fn stored(field: &Field, value: &str) -> Parameter {
    match field.closed() {
        Some(closed) => Parameter::Integer((closed.code)(value).map_or(-1, i64::from)),
        None => Parameter::Text(value.to_owned()),
    }
}
