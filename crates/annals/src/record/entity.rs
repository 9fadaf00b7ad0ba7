//! The step that finds the entity in the metadata, where the catalog says it is.

use annals_event::validate::id_fault;
use annals_event::{Entity, limits};
use serde_json::Value;

use super::{Refusal, Work};

/// Fills in the entity from ids and titles in `metadata` (`quest_id`, `quest_title`). They stay in
/// `metadata`, because that object is the sender's.
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
    // `undefined` under the id's key is no id, and no reason to lose the event.
    let id = text(&rule.id, limits::ID_CHARS).filter(|id| id_fault(id).is_none());
    let name = rule.name.as_deref().and_then(|key| text(key, limits::NAME_CHARS));
    if id.is_some() || name.is_some() {
        work.draft.entity = Some(Entity { kind: rule.kind.clone(), id, name });
    }
    Ok(())
}

/// Returns the text, if it may be an id or a name.
fn fitting(text: String, most: usize) -> Option<String> {
    let fits = !text.is_empty() && text.chars().count() <= most && !text.contains(char::is_control);
    fits.then_some(text)
}
