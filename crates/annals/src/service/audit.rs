//! Records Annals' own acts, as events like all others.

use std::collections::BTreeSet;

use annals_event::{Actor, ActorType, Change, Draft, Entity, Metadata};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Core;
use crate::journal::AppendError;
use crate::record::{Refusal, Sender, Source};

/// The error of recording an act of administration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuditError {
    /// The act is invalid: a bug of ours.
    #[error("an act of Annals itself was refused")]
    Refused,
    /// The event could not be written.
    #[error(transparent)]
    Append(#[from] AppendError),
}

impl Core {
    /// Records one act of administration of this actor. If recording fails, the caller sees an
    /// error and may repeat the act.
    ///
    /// # Errors
    /// The act was not recorded.
    pub async fn audit(&self, by: &Actor, act: Draft) -> Result<(), AuditError> {
        let act = Draft { actor: Some(by.clone()), ..act };
        let sender = Sender { source: Source::Annals, ..Sender::default() };
        match self.intake.process(&sender, act, self.clock.now(), &*self.random) {
            Ok(entry) => {
                self.journal.append(vec![entry]).await?;
                Ok(())
            }
            Err(Refusal::Dropped { .. }) => Ok(()),
            Err(Refusal::Rejected { code, message, .. }) => {
                tracing::error!(code, message, "an act of Annals itself was refused");
                Err(AuditError::Refused)
            }
        }
    }
}

/// Returns the actor for somebody who did not say who they are, or could not prove it.
pub fn anonymous() -> Actor {
    Actor { kind: ActorType::Anonymous, ..Actor::default() }
}

/// Makes the draft of an act of administration.
pub fn act(action: &str) -> Draft {
    Draft { category: Some("system".to_owned()), action: action.to_owned(), ..Draft::default() }
}

/// Makes the draft of a sign-in.
pub fn sign_in() -> Draft {
    dashboard("login_success")
}

/// Makes the draft of a failed sign-in. It never says which credential was tried.
pub fn sign_in_failed() -> Draft {
    dashboard("login_failed")
}

/// Makes the draft of a sign-out.
pub fn sign_out() -> Draft {
    dashboard("logout")
}

fn dashboard(action: &str) -> Draft {
    Draft {
        category: Some("auth".to_owned()),
        entity: Some(Entity { kind: "dashboard".to_owned(), id: None, name: None }),
        ..act(action)
    }
}

/// Returns the fields in which two values differ, as an event lists them: objects field by field
/// under dotted names, such as `consent.by`, and lists as a whole. Without a value before, these are
/// all fields that have a value.
pub fn changes(before: Option<&impl Serialize>, after: Option<&impl Serialize>) -> Vec<Change> {
    let mut changes = Vec::new();
    compare("", json!(before), json!(after), &mut changes);
    changes
}

fn compare(field: &str, before: Value, after: Value, changes: &mut Vec<Change>) {
    let nothing = |value: &Value| value.is_null() || *value == json!([]);
    if before == after || (nothing(&before) && nothing(&after)) {
        return;
    }
    let fields = |value: &Value| match value {
        Value::Object(fields) => Some(fields.clone()),
        value => nothing(value).then(Map::new),
    };
    let some = before.is_object() || after.is_object();
    let Some((mut old, mut new)) = fields(&before).zip(fields(&after)).filter(|_| some) else {
        changes.push(Change::new(field, before, after));
        return;
    };
    let names: BTreeSet<String> = old.keys().chain(new.keys()).cloned().collect();
    for name in names {
        let within = if field.is_empty() { name.clone() } else { format!("{field}.{name}") };
        let [before, after] = [&mut old, &mut new].map(|of| of.remove(&name).unwrap_or_default());
        compare(&within, before, after, changes);
    }
}

/// Makes the metadata of an act.
pub fn details<const N: usize>(pairs: [(&str, Value); N]) -> Metadata {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_compared_field_by_field_and_lists_as_a_whole() {
        let before = json!({
            "name": "Ben", "guardians": ["cleo"], "kind": "child", "timezone": null, "list": [],
            "consent": {"by": "cleo", "text_version": "1"},
        });
        let after = json!({
            "name": "Benjamin", "guardians": ["cleo", "dan"], "kind": "child", "n": 1, "list": null,
        });
        let changed = json!([
            {"field": "consent.by", "before": "cleo"},
            {"field": "consent.text_version", "before": "1"},
            {"field": "guardians", "before": ["cleo"], "after": ["cleo", "dan"]},
            {"field": "n", "after": 1},
            {"field": "name", "before": "Ben", "after": "Benjamin"},
        ]);
        assert_eq!(json!(changes(Some(&before), Some(&after))), changed);
        assert_eq!(changes(Some(&after), Some(&after)), []);
        let new = json!([{"field": "a.b", "after": 1}, {"field": "c", "after": false}]);
        assert_eq!(json!(changes(None::<&()>, Some(&json!({"a": {"b": 1}, "c": false})))), new);
        let other = json!([{"field": "x", "before": 1, "after": {"y": 2}}]);
        assert_eq!(json!(changes(Some(&json!({"x": 1})), Some(&json!({"x": {"y": 2}})))), other);
    }
}
