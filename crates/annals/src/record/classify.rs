//! The step that fills in category and severity from the catalog.

use annals_event::{FieldError, Metadata, limits};

use super::{Refusal, Source, Work};
use crate::catalog::{CUSTOM, CUSTOM_KEY, Catalog, OTHER};

/// Fills in category and severity; in strict mode refuses actions that the catalog does not name.
pub(super) fn run(work: &mut Work<'_>) -> Result<(), Refusal> {
    let catalog = &work.intake.catalog;
    let draft = &mut work.draft;
    let category = match draft.category.take() {
        Some(category) if unknown_from_browser(catalog, work.sender.source, &category) => {
            keep_word(&mut draft.metadata, category);
            CUSTOM.to_owned()
        }
        Some(category) => category,
        None => catalog
            .category_for(work.sender.source, &draft.action)
            .map_err(|error| Refusal::fields(vec![error]))?
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

/// Returns `true` for a category that a browser made up: anybody at its console could fill the record
/// with categories, and each has limits and a switch of its own.
fn unknown_from_browser(catalog: &Catalog, source: Source, category: &str) -> bool {
    source == Source::Browser
        && !catalog.strict()
        && ![OTHER, CUSTOM].contains(&category)
        && !catalog.has_category(category)
}

/// Keeps the word that was sent, if its place in the metadata is free.
fn keep_word(metadata: &mut Metadata, category: String) {
    if metadata.len() < limits::METADATA_KEYS {
        metadata.entry(CUSTOM_KEY).or_insert_with(|| category.into());
    }
}
