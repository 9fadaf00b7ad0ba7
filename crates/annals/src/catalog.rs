//! The catalog: what is known about each category and action.
//!
//! ```text
//! catalog.toml (built in) ──► entries by (category, action) ──► record, access, analytics, /catalog
//!        + a deployment's own file, field by field
//! ```
//!
//! Analytics, access and retention ask the catalog for roles, viewers and classes and know no
//! action by name, so another application's `course_started` works like `quest_started`.

use std::collections::{BTreeMap, HashMap};

use annals_event::{Event, FieldError, Severity};
use serde::{Deserialize, Serialize};

mod load;
mod template;
mod words;

pub use load::CatalogError;
pub use template::Template;
pub use words::{Class, Role, Source, Viewer};

/// The category of actions that no catalog names and that came without one.
pub const OTHER: &str = "other";

/// What is known about one action.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CatalogEntry {
    /// The category, such as `quest`.
    pub category: String,
    /// The action, such as `quest_started`.
    pub action: String,
    /// What happened, for people who read or send events.
    pub description: String,
    /// How long it is kept.
    pub class: Class,
    /// The severity, unless the sender gives one.
    pub severity: Severity,
    /// The sentence, with placeholders.
    #[schema(value_type = String)]
    pub template: Template,
    /// What it means to analytics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Who may send it.
    pub sources: Vec<Source>,
    /// Who may see it, within their scope.
    pub visible_to: Vec<Viewer>,
    /// Where in `metadata` the entity stands, when the sender names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity: Option<EntityRule>,
}

/// Where in `metadata` an entity stands.
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

/// What the actions of one category share, known ones and unknown ones.
#[derive(Clone, Debug, PartialEq)]
struct Category {
    class: Class,
    severity: Severity,
    sources: Vec<Source>,
    visible_to: Vec<Viewer>,
}

/// Every known category and action.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalog {
    strict: bool,
    categories: BTreeMap<String, Category>,
    /// By category, then action: looking up needs no owned key, and is done several times for each
    /// event.
    entries: HashMap<String, HashMap<String, CatalogEntry>>,
    /// The categories that have an action of this name.
    by_action: HashMap<String, Vec<String>>,
}

impl Catalog {
    /// What is built in.
    pub fn builtin() -> Catalog {
        #[expect(
            clippy::expect_used,
            reason = "the file is part of the program and a test loads it"
        )]
        load::builtin().expect("the built-in catalog is sound")
    }

    /// What is built in, with a deployment's file over it, field by field.
    ///
    /// # Errors
    /// Names the file, the entry and the key.
    pub fn with_overrides(text: &str, file: &str) -> Result<Catalog, CatalogError> {
        load::with_overrides(text, file)
    }

    /// Whether actions that no catalog names are refused.
    pub fn strict(&self) -> bool {
        self.strict
    }

    /// What is known about an action of a category.
    pub fn get(&self, category: &str, action: &str) -> Option<&CatalogEntry> {
        self.entries.get(category)?.get(action)
    }

    /// The category of an action that came without one; `None` when no catalog names it.
    ///
    /// # Errors
    /// `category`, when several categories have such an action (`activated`).
    pub fn category_of(&self, action: &str) -> Result<Option<&str>, FieldError> {
        match self.by_action.get(action).map(Vec::as_slice) {
            None | Some([]) => Ok(None),
            Some([category]) => Ok(Some(category)),
            Some(several) => Err(FieldError::new(
                "category",
                format!(
                    "is required, because `{action}` stands in several: {}",
                    several.join(", ")
                ),
            )),
        }
    }

    /// How long an event is kept. Unknown actions go with their category, unknown categories are
    /// activity.
    pub fn class(&self, category: &str, action: &str) -> Class {
        self.get(category, action)
            .map(|entry| entry.class)
            .or_else(|| Some(self.categories.get(category)?.class))
            .unwrap_or(Class::Activity)
    }

    /// How much an event matters, unless its sender says.
    pub fn severity(&self, category: &str, action: &str) -> Severity {
        self.get(category, action)
            .map(|entry| entry.severity)
            .or_else(|| Some(self.categories.get(category)?.severity))
            .unwrap_or_default()
    }

    /// Whether a source may send such an event.
    pub fn may_send(&self, source: Source, category: &str, action: &str) -> bool {
        self.get(category, action)
            .map(|entry| &entry.sources)
            .or_else(|| Some(&self.categories.get(category)?.sources))
            .map_or(words::DEFAULT_SOURCES.contains(&source), |sources| sources.contains(&source))
    }

    /// Whether a viewer, within their scope, may see such an event.
    pub fn may_see(&self, viewer: Viewer, category: &str, action: &str) -> bool {
        self.get(category, action)
            .map(|entry| &entry.visible_to)
            .or_else(|| Some(&self.categories.get(category)?.visible_to))
            .is_none_or(|viewers| viewers.contains(&viewer))
    }

    /// The entries that a viewer may not see: what a query must leave out.
    ///
    /// Categories can be hidden as a whole; their unknown actions are then hidden too, and only
    /// [`Catalog::may_see`] and [`Catalog::hidden_categories`] tell of those.
    pub fn hidden_entries(&self, viewer: Viewer) -> impl Iterator<Item = &CatalogEntry> {
        self.entries().filter(move |entry| !entry.visible_to.contains(&viewer))
    }

    /// The categories whose actions a viewer may not see unless an entry says otherwise.
    pub fn hidden_categories(&self, viewer: Viewer) -> impl Iterator<Item = &str> {
        self.categories
            .iter()
            .filter(move |(_, category)| !category.visible_to.contains(&viewer))
            .map(|(name, _)| name.as_str())
    }

    /// The entries that play a role in analytics.
    pub fn with_role(&self, role: Role) -> impl Iterator<Item = &CatalogEntry> {
        self.entries().filter(move |entry| entry.role == Some(role))
    }

    /// The categories known, by name.
    pub fn categories(&self) -> impl Iterator<Item = (&str, Class)> {
        self.categories.iter().map(|(name, category)| (name.as_str(), category.class))
    }

    /// Every entry, by category and action.
    pub fn entries(&self) -> impl Iterator<Item = &CatalogEntry> {
        let all = self.entries.values().flat_map(HashMap::values);
        let mut sorted: Vec<&CatalogEntry> = all.collect();
        sorted.sort_unstable_by_key(|entry| (&entry.category, &entry.action));
        sorted.into_iter()
    }

    /// The sentence for an event that came without one.
    pub fn render(&self, event: &Event) -> String {
        match self.get(&event.category, &event.action) {
            Some(entry) => entry.template.render(event),
            None => template::render_unknown(event),
        }
    }
}

#[cfg(test)]
mod tests;
