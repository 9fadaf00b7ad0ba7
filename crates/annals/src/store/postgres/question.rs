//! Filter and scope as keys of the list index: what every block must have that holds a match.

use deadpool_postgres::Object;

use super::super::keys::Indexed;
use super::super::predicate::{Dialect, Parameter, Predicate, Push, predicate};
use super::super::{Result, Scope, Scoped};
use super::blocks::{Blocks, short};
use super::error::failed;
use super::list_index::typed;
use crate::filter::{Field, Filter, Term, metadata_text};

/// More kinds than that are not worth asking for: most blocks have one of them.
const KINDS: usize = 256;

/// PostgreSQL's way of saying it. Words are asked of what was read ([`Question::words`]).
const POSTGRES: Dialect = Dialect {
    parameter: |n| format!("${n}"),
    occurred_at: "coalesce(occurred_at, created_at)",
    metadata,
    words: |_| "TRUE".to_owned(),
};

/// What is asked.
pub(super) struct Question {
    /// Of each set, a block that holds a match has one key at least.
    pub(super) sets: Vec<Vec<i32>>,
    /// What rows must fulfil, but for the words.
    pub(super) condition: Predicate,
    /// Folded words that must all be found.
    pub(super) words: Vec<String>,
}

impl Question {
    /// The question of a filter within its scope; `None` where nothing can match at all.
    pub(super) async fn of(
        client: &Object,
        blocks: &Blocks,
        asked: &Scoped,
    ) -> Result<Option<Question>> {
        let Some(asked) = possible(asked) else {
            return Ok(None);
        };
        let mut sets = Vec::new();
        let (few, many): (Vec<&Term>, Vec<&Term>) =
            asked.filter.terms.iter().partition(|term| takes_few_values(&term.field));
        if !few.is_empty() {
            match kinds(client, few).await? {
                Some(kinds) if kinds.is_empty() => return Ok(None),
                kinds => sets.extend(kinds),
            }
        }
        for term in many.into_iter().filter(|term| !term.negated) {
            if let Some(field) = Indexed::of(&term.field) {
                sets.push(term.values.iter().map(|value| blocks.key(field, value)).collect());
            }
        }
        sets.extend(people(blocks, &asked.scope));
        sets.extend(asked.filter.words.iter().map(|word| vec![blocks.key(Indexed::Word, word)]));
        let condition = predicate(&asked, &POSTGRES, Vec::new());
        Ok(Some(Question { sets, condition, words: asked.filter.words }))
    }
}

fn takes_few_values(field: &Field) -> bool {
    use Field::{Action, ActorType, Category, EntityType, Severity};
    matches!(field, Category | Action | Severity | ActorType | EntityType)
}

/// The keys of the kinds that fulfil these terms; `None` where there are too many.
async fn kinds(client: &Object, terms: Vec<&Term>) -> Result<Option<Vec<i32>>> {
    let filter = Filter { terms: terms.into_iter().cloned().collect(), ..Filter::default() };
    let condition = predicate(&Scope::everything().over(filter), &POSTGRES, Vec::new());
    let sql = format!("SELECT key FROM annals_kinds WHERE {} LIMIT {}", condition.sql, KINDS + 1);
    let found = client.query_typed(&sql, &typed(&condition.parameters)).await.map_err(failed)?;
    if found.len() > KINDS {
        return Ok(None);
    }
    let keys = found.iter().map(|row| Ok(short(row.try_get(0).map_err(failed)?)));
    keys.collect::<Result<_>>().map(Some)
}

/// The keys of those a scope is about, where it is about some alone.
fn people(blocks: &Blocks, scope: &Scope) -> Option<Vec<i32>> {
    let people: Option<Vec<_>> = scope.views().iter().map(|view| view.people.as_ref()).collect();
    let people = people?.into_iter().flatten();
    Some(people.map(|id| blocks.key(Indexed::Subject, id)).collect())
}

/// The filter without what no row can match; `None` when then nothing can match at all.
fn possible(scoped: &Scoped) -> Option<Scoped> {
    let mut scoped = scoped.clone();
    let mut nothing = scoped.scope.views().is_empty();
    scoped.filter.terms.retain_mut(|term| {
        let key = match &term.field {
            Field::Metadata(key) => key.as_str(),
            _ => "",
        };
        term.values.retain(|value| !value.contains('\0') && !key.contains('\0'));
        nothing |= term.values.is_empty() && !term.negated;
        !term.values.is_empty()
    });
    (!nothing).then_some(scoped)
}

/// A value is compared as text on every engine; the row holds it as the JSON it was.
fn metadata(key: &str, values: &[String], push: Push<'_>) -> String {
    let mut wanted = Vec::new();
    for value in values {
        wanted.push(serde_json::Value::String(value.clone()));
        // `7` asks for the text and for the number; `1.50` is no number as JSON writes it.
        let parsed = serde_json::from_str::<serde_json::Value>(value).ok();
        wanted.extend(
            parsed.filter(|parsed| {
                !parsed.is_string() && metadata_text(parsed).as_ref() == Some(value)
            }),
        );
    }
    let conditions = wanted.into_iter().map(|value| {
        let object = serde_json::json!({ key: value });
        let parameter = push(Parameter::Text(object.to_string()));
        format!("metadata_text::jsonb @> {parameter}::text::jsonb")
    });
    format!("({})", conditions.collect::<Vec<_>>().join(" OR "))
}
