//! What is it? The category by the action, and what the catalog says about both.

use annals_event::FieldError;

use super::{Refusal, Source, Work};
use crate::catalog::OTHER;

/// Fills in category and severity; in strict mode refuses what no catalog names.
pub(super) fn run(work: &mut Work<'_>) -> Result<(), Refusal> {
    let catalog = &work.intake.catalog;
    let draft = &mut work.draft;
    let category = match draft.category.take() {
        Some(category) => category,
        None => catalog
            .category_of(&draft.action)
            .map_err(|error| Refusal::fields(vec![error]))?
            .unwrap_or(OTHER)
            .to_owned(),
    };
    // Annals' own acts are on the record whether a deployment's catalog names them or not.
    let known = catalog.get(&category, &draft.action).is_some();
    if catalog.strict() && !known && work.sender.source != Source::Annals {
        let message = format!("the catalog names no action `{}` in `{category}`", draft.action);
        return Err(Refusal::Rejected {
            code: "unknown_action",
            errors: vec![FieldError::new("action", message.clone())],
            message,
        });
    }
    // A browser's severity is refused in the next step, so what it sent must still be visible.
    if draft.severity.is_none() && work.sender.source != Source::Browser {
        draft.severity = Some(catalog.severity(&category, &draft.action));
    }
    draft.category = Some(category);
    Ok(())
}
