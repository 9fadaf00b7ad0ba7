//! The catalog of known categories and actions.
//!
//! ```text
//! catalog.toml (built in) ──► entries by (category, action) ──► record, access, analytics, /catalog
//!        + a deployment's own file, field by field
//! ```
//!
//! Analytics, access and retention ask the catalog for roles, viewers and classes. They know no
//! action by name, so another application's `course_started` works like `quest_started`.

use std::collections::BTreeMap;

use annals_event::validate::word_fault;
use annals_event::{Event, FieldError, Severity, limits};
use foldhash::HashMap;
use serde::{Deserialize, Serialize};

mod load;
mod template;
mod words;

pub use annals_event::Class;
pub use load::CatalogError;
pub use template::Template;
pub use words::{Role, Source, Viewer};

/// The category of actions that the catalog does not name and that came without one.
pub const OTHER: &str = "other";
/// The category of what browsers send under a category that the catalog does not name.
pub const CUSTOM: &str = "custom";
/// The metadata key that keeps the word a [`CUSTOM`] category came with.
pub const CUSTOM_KEY: &str = "category";

/// A known action.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CatalogEntry {
    /// The category, such as `quest`.
    pub category: String,
    /// The action, such as `quest_started`.
    pub action: String,
    /// A description for people who read or send events.
    pub description: String,
    /// The class, which decides how long it is kept.
    pub class: Class,
    /// The default severity.
    pub severity: Severity,
    /// The sentence, with placeholders.
    #[schema(value_type = String)]
    pub template: Template,
    /// The role, which is its meaning to analytics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The sources that may send it.
    pub sources: Vec<Source>,
    /// The viewers who may see it, within their scope.
    pub visible_to: Vec<Viewer>,
    /// The metadata keys of the entity, for events without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity: Option<EntityRule>,
}

/// The description of a category.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CatalogCategory {
    /// The category, such as `quest`.
    pub name: String,
    /// A description of the category's events.
    pub description: String,
    /// The class, which decides how long the events are kept, unless an action has its own.
    pub class: Class,
    /// The name of the drawing that the dashboard shows; a neutral one where there is none, or
    /// the dashboard does not know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// The hue of its colour, in degrees of OKLCH; grey where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 359)]
    pub hue: Option<u16>,
}

/// The metadata keys that describe an entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EntityRule {
    /// The entity's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The metadata key that holds its id.
    pub id: String,
    /// The metadata key that holds its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// The defaults of all actions of one category, known and unknown.
#[derive(Clone, Debug, PartialEq)]
struct Category {
    description: String,
    icon: Option<String>,
    hue: Option<u16>,
    class: Class,
    severity: Severity,
    sources: Vec<Source>,
    visible_to: Vec<Viewer>,
}

/// The catalog: every known category and action.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalog {
    strict: bool,
    categories: BTreeMap<String, Category>,
    /// The entries by category, then action. Nested, so that a lookup needs no owned key: each
    /// event causes several.
    entries: HashMap<String, HashMap<String, CatalogEntry>>,
    /// The categories that have an action of this name.
    by_action: HashMap<String, Vec<String>>,
}

impl Catalog {
    /// Returns the built-in catalog.
    pub fn builtin() -> Catalog {
        #[expect(
            clippy::expect_used,
            reason = "the file is part of the program and a test loads it"
        )]
        load::builtin().expect("the built-in catalog is valid")
    }

    /// Returns the built-in catalog with a deployment's file over it, field by field.
    ///
    /// # Errors
    /// The text names the file, the entry and the key.
    pub fn with_overrides(text: &str, file: &str) -> Result<Catalog, CatalogError> {
        load::with_overrides(text, file)
    }

    /// Returns `true` if actions that the catalog does not name are refused.
    pub fn strict(&self) -> bool {
        self.strict
    }

    /// Returns the entry of an action.
    pub fn get(&self, category: &str, action: &str) -> Option<&CatalogEntry> {
        self.entries.get(category)?.get(action)
    }

    /// Returns the category of an action that came without one; `None` if the catalog does not name
    /// it.
    ///
    /// # Errors
    /// `category`, if several categories have such an action (`activated`).
    pub fn category_of(&self, action: &str) -> Result<Option<&str>, FieldError> {
        match self.by_action.get(action).map(Vec::as_slice) {
            None | Some([]) => Ok(None),
            Some([category]) => Ok(Some(category)),
            Some(several) => Err(FieldError::new(
                "category",
                format!(
                    "is required, because several categories have the action `{action}`: {}",
                    several.join(", ")
                ),
            )),
        }
    }

    /// Returns the category of an action that came from a source without one: the catalog's, else what
    /// comes before the first `.` or `:` of a program's own action, else [`OTHER`].
    ///
    /// # Errors
    /// `category`, as [`Catalog::category_of`].
    pub fn category_for<'a>(
        &'a self,
        source: Source,
        action: &'a str,
    ) -> Result<&'a str, FieldError> {
        if let Some(known) = self.category_of(action)? {
            return Ok(known);
        }
        let own = action.split_once(['.', ':']).map(|(first, _)| first.trim_end());
        let own = own.filter(|first| {
            // Nobody asked for this category, so it must not be a reason to refuse the event.
            source != Source::Browser
                && word_fault(first, limits::CATEGORY_CHARS).is_none()
                && self.may_send(source, first, action)
        });
        Ok(own.unwrap_or(OTHER))
    }

    /// Returns `true` if the catalog has this category.
    pub fn has_category(&self, category: &str) -> bool {
        self.categories.contains_key(category)
    }

    /// Returns the class of an action, or else of its category; `None` if the catalog names
    /// neither, so that intake decides. [`OTHER`] names no category.
    pub fn class(&self, category: &str, action: &str) -> Option<Class> {
        let entry = self.get(category, action).map(|entry| entry.class);
        entry.or_else(|| {
            self.categories.get(category).filter(|_| category != OTHER).map(|shared| shared.class)
        })
    }

    /// Returns the default severity.
    pub fn severity(&self, category: &str, action: &str) -> Severity {
        self.get(category, action)
            .map(|entry| entry.severity)
            .or_else(|| Some(self.categories.get(category)?.severity))
            .unwrap_or_default()
    }

    /// Returns `true` if a source may send such an event.
    pub fn may_send(&self, source: Source, category: &str, action: &str) -> bool {
        self.get(category, action)
            .map(|entry| &entry.sources)
            .or_else(|| Some(&self.categories.get(category)?.sources))
            .map_or(words::DEFAULT_SOURCES.contains(&source), |sources| sources.contains(&source))
    }

    /// Returns `true` if a viewer may see such an event within their scope.
    pub fn may_see(&self, viewer: Viewer, category: &str, action: &str) -> bool {
        self.get(category, action)
            .map(|entry| &entry.visible_to)
            .or_else(|| Some(&self.categories.get(category)?.visible_to))
            .is_none_or(|viewers| viewers.contains(&viewer))
    }

    /// Returns the entries that a viewer may not see, which a query must exclude.
    ///
    /// A category can be hidden with all its unknown actions. Those have no entry: see
    /// [`Catalog::may_see`] and [`Catalog::hidden_categories`].
    pub fn hidden_entries(&self, viewer: Viewer) -> impl Iterator<Item = &CatalogEntry> {
        self.entries().filter(move |entry| !entry.visible_to.contains(&viewer))
    }

    /// Returns the categories whose actions a viewer may not see unless an entry allows it.
    pub fn hidden_categories(&self, viewer: Viewer) -> impl Iterator<Item = &str> {
        self.categories
            .iter()
            .filter(move |(_, category)| !category.visible_to.contains(&viewer))
            .map(|(name, _)| name.as_str())
    }

    /// Returns the entries with a role in analytics.
    pub fn with_role(&self, role: Role) -> impl Iterator<Item = &CatalogEntry> {
        self.entries().filter(move |entry| entry.role == Some(role))
    }

    /// Returns the known categories by name, with their classes.
    pub fn categories(&self) -> impl Iterator<Item = (&str, Class)> {
        self.categories.iter().map(|(name, category)| (name.as_str(), category.class))
    }

    /// Returns the description of each category, by name.
    pub fn described(&self) -> impl Iterator<Item = CatalogCategory> {
        self.categories.iter().map(|(name, category)| CatalogCategory {
            name: name.clone(),
            description: category.description.clone(),
            class: category.class,
            icon: category.icon.clone(),
            hue: category.hue,
        })
    }

    /// Returns every entry, by category and action.
    pub fn entries(&self) -> impl Iterator<Item = &CatalogEntry> {
        let all = self.entries.values().flat_map(HashMap::values);
        let mut sorted: Vec<&CatalogEntry> = all.collect();
        sorted.sort_unstable_by_key(|entry| (&entry.category, &entry.action));
        sorted.into_iter()
    }

    /// Renders the sentence of an event that came without one.
    pub fn render(&self, event: &Event) -> String {
        match self.get(&event.category, &event.action) {
            Some(entry) => entry.template.render(event),
            None => template::render_unknown(event),
        }
    }
}

#[cfg(test)]
mod tests;
