//! A filter and a scope as keys of the list index, which every block with a match must have.

use std::collections::BTreeSet;

use deadpool_postgres::Object;
use tokio_postgres::Row;

use super::blocks::{Blocks, is_grave, short, with_severity};
use super::error::failed;
use super::parameters::Parameters;
use annals_store::filter::{Field, Filter, Index, Term, metadata_text};
use annals_store::keys::Indexed;
use annals_store::predicate::{Dialect, Parameter, Predicate, Push, predicate};
use annals_store::{Result, Scope, Scoped};

/// The most kinds to look for: with more, most blocks have one of them.
const KINDS: usize = 256;

/// PostgreSQL's dialect. A row is a candidate if its texts contain the words in ASCII, or are not
/// ASCII; [`Question::words`] then decides. The patterns are made once in a subquery, not for each
/// row.
const POSTGRES: Dialect = Dialect {
    parameter: |n| format!("${n}"),
    // The sum keeps the index by time out of questions that go by position.
    occurred_at: "(coalesce(occurred_at, created_at) + 0)",
    metadata,
    words: |words| {
        format!(
            "(lower({TEXTS}) LIKE ALL
                ((SELECT string_to_array('%' || replace({words}, ' ', '% %') || '%', ' '))::text[])
              OR octet_length({TEXTS}) > length({TEXTS}))"
        )
    },
};

/// The text that words are searched in.
const TEXTS: &str = r#"(concat_ws(' ', message, entity_name, actor_name, action) COLLATE "C")"#;

/// A query for the search.
pub(super) struct Question {
    /// A block with a match has at least one key of each set.
    pub(super) sets: Vec<Vec<i32>>,
    /// The condition on the kinds of matches, if there is one.
    pub(super) kinds: Option<Predicate>,
    /// The condition on rows, without the words.
    pub(super) condition: Predicate,
    /// Folded words that must all be found.
    pub(super) words: Vec<String>,
}

impl Question {
    /// The query of a filter within its scope; `None` if nothing can match.
    pub(super) fn of(blocks: &Blocks, asked: &Scoped) -> Option<Question> {
        let asked = possible(asked)?;
        let (few, many): (Vec<&Term>, Vec<&Term>) =
            asked.filter.terms.iter().partition(|term| takes_few_values(&term.field));
        let kinds = (!few.is_empty()).then(|| {
            let terms = few.into_iter().cloned().collect();
            let filter = Filter { terms, ..Filter::default() };
            predicate(&Scope::everything().over(filter), &POSTGRES, Vec::new())
        });
        let mut sets: Vec<Vec<i32>> = Vec::new();
        for term in many.into_iter().filter(|term| !term.negated) {
            if let Some(field) = Indexed::of(&term.field) {
                sets.push(term.values.iter().map(|value| blocks.key(field, value)).collect());
            }
        }
        sets.extend(people(blocks, &asked.scope));
        sets.extend(asked.filter.words.iter().map(|word| vec![blocks.key(Indexed::WORD, word)]));
        Some(Question { sets, kinds, ..Question::of_rows(&asked) })
    }

    /// A query without keys.
    pub(super) fn of_rows(asked: &Scoped) -> Question {
        let condition = predicate(asked, &POSTGRES, Vec::new());
        Question { sets: Vec::new(), kinds: None, condition, words: asked.filter.words.clone() }
    }

    /// The sets of keys, with one for the kinds that match; `None` if no kind matches.
    pub(super) async fn all_sets(&self, client: &Object) -> Result<Option<Vec<Vec<i32>>>> {
        let mut sets = self.sets.clone();
        let Some(condition) = &self.kinds else {
            return Ok(Some(sets));
        };
        let Some(kinds) = kinds(client, condition).await? else {
            return Ok(Some(sets));
        };
        if kinds.is_empty() {
            return Ok(None);
        }
        if let Some(severities) = all_grave(&kinds) {
            let with_each =
                |key| severities.iter().map(move |severity| with_severity(key, *severity));
            let all = |set: Vec<i32>| set.into_iter().flat_map(with_each).collect();
            sets = sets.into_iter().map(all).collect();
        }
        sets.insert(0, kinds.into_iter().map(|(key, _)| key).collect());
        Ok(Some(sets))
    }
}

/// A query that the sums of full tiles may answer.
pub(super) struct OfMany {
    /// The condition on kinds.
    pub(super) kinds: Predicate,
    /// Sets of full keys. An event with a key of each set matches, apart from the period.
    pub(super) sets: Vec<Vec<i64>>,
}

impl OfMany {
    /// The query, if keys and kinds can decide it; `None` if they cannot.
    pub(super) fn of(blocks: &Blocks, asked: &Scoped) -> Option<OfMany> {
        let Scoped { filter, scope, .. } = asked;
        // Row-level security decides what a person may see, so rows must be read.
        if scope.person_id().is_some() || scope.views().iter().any(|view| view.people.is_some()) {
            return None;
        }
        let (few, many): (Vec<&Term>, Vec<&Term>) =
            filter.terms.iter().partition(|term| takes_few_values(&term.field));
        let of_term = |term: &&Term| {
            let field = Indexed::of(&term.field).filter(|_| !term.negated)?;
            Some(term.values.iter().map(|value| blocks.whole_key(field, value)).collect())
        };
        let mut sets: Vec<Vec<i64>> = many.iter().map(of_term).collect::<Option<_>>()?;
        sets.extend(filter.words.iter().map(|word| vec![blocks.whole_key(Indexed::WORD, word)]));
        let terms = few.into_iter().cloned().collect();
        let filter = Filter { terms, ..Filter::default() };
        let kinds = predicate(&scope.clone().over(filter), &POSTGRES, Vec::new());
        Some(OfMany { kinds, sets })
    }
}

fn takes_few_values(field: &Field) -> bool {
    matches!(field.index(), Index::Few(_))
}

/// The severities of these kinds, if all are warnings or worse.
fn all_grave(kinds: &[(i32, u8)]) -> Option<BTreeSet<u8>> {
    let severities: BTreeSet<u8> = kinds.iter().map(|(_, severity)| *severity).collect();
    severities.iter().all(|severity| is_grave(*severity)).then_some(severities)
}

/// The keys and severities of the kinds that match; `None` if there are too many.
async fn kinds(client: &Object, condition: &Predicate) -> Result<Option<Vec<(i32, u8)>>> {
    let sql = format!(
        "SELECT key, severity FROM annals_kinds WHERE {} LIMIT {}",
        condition.sql,
        KINDS + 1
    );
    let found = Parameters::of(&condition.parameters).ask(client, &sql).await?;
    if found.len() > KINDS {
        return Ok(None);
    }
    let kind = |row: &Row| {
        let severity: i16 = row.try_get(1).map_err(failed)?;
        Ok((short(row.try_get(0).map_err(failed)?), u8::try_from(severity).unwrap_or(u8::MAX)))
    };
    found.iter().map(kind).collect::<Result<_>>().map(Some)
}

/// The keys of a scope's people, if it is limited to some.
fn people(blocks: &Blocks, scope: &Scope) -> Option<Vec<i32>> {
    let people: Option<Vec<_>> = scope.views().iter().map(|view| view.people.as_ref()).collect();
    let people = people?.into_iter().flatten();
    Some(people.map(|id| blocks.key(Indexed::SUBJECT, id)).collect())
}

/// The filter without values that no row can have; `None` if nothing is left to match.
pub(super) fn possible(scoped: &Scoped) -> Option<Scoped> {
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

/// The condition on a metadata value. It compares text, and the row holds JSON.
fn metadata(key: &str, values: &[String], push: Push<'_>) -> String {
    let mut wanted = Vec::new();
    for value in values {
        wanted.push(serde_json::Value::String(value.clone()));
        // `7` means the text and the number; `1.50` is not how JSON writes a number.
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
