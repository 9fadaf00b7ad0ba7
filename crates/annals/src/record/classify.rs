//! The step that fills in category and severity from the catalog.

use annals_event::FieldError;

use super::{Refusal, Source, Work};
use crate::catalog::OTHER;

/// Fills in category and severity; in strict mode refuses actions that the catalog does not name.
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
    // Annals' own acts are recorded even if a deployment's catalog does not name them.
    let known = catalog.get(&category, &draft.action).is_some();
    if catalog.strict() && !known && work.sender.source != Source::Annals {
        let message = format!("the catalog names no action `{}` in `{category}`", draft.action);
        return Err(Refusal::Rejected {
            code: "unknown_action",
            errors: vec![FieldError::new("action", message.clone())],
            message,
        });
    }
    // The next step refuses a browser's severity, so it must still see what was sent.
    if draft.severity.is_none() && work.sender.source != Source::Browser {
        draft.severity = Some(catalog.severity(&category, &draft.action));
    }
    draft.category = Some(category);
    Ok(())
}
