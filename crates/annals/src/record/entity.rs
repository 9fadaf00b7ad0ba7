//! What was it done to? Where the sender names no entity, the catalog says where it stands.

use annals_event::{Entity, limits};
use serde_json::Value;

use super::{Refusal, Work};

/// Makes ids and titles in `metadata` the entity (`quest_id`, `quest_title`). They stay where they
/// were: the sender's object is the sender's.
pub(super) fn run(work: &mut Work<'_>) -> Result<(), Refusal> {
    if work.draft.entity.is_some() {
        return Ok(());
    }
    let catalog = &work.intake.catalog;
    let Some(rule) =
        catalog.get(work.category(), &work.draft.action).and_then(|entry| entry.entity.as_ref())
    else {
        return Ok(());
    };
    let text = |key: &str, most: usize| match work.draft.metadata.get(key)? {
        Value::String(text) => fitting(text.clone(), most),
        Value::Number(number) => fitting(number.to_string(), most),
        _ => None,
    };
    let id = text(&rule.id, limits::ID_CHARS);
    let name = rule.name.as_deref().and_then(|key| text(key, limits::NAME_CHARS));
    if id.is_some() || name.is_some() {
        work.draft.entity = Some(Entity { kind: rule.kind.clone(), id, name });
    }
    Ok(())
}

/// The text, if it could have been sent as an id.
fn fitting(text: String, most: usize) -> Option<String> {
    let fits = !text.is_empty() && text.chars().count() <= most && !text.contains(char::is_control);
    fits.then_some(text)
}
