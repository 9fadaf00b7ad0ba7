//! A reader of catalogs, field by field, so that every error names the entry and the key.

use std::collections::BTreeMap;

use annals_event::Severity;
use annals_event::validate::{is_snake_case, word_fault};
use foldhash::HashMap;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::words::DEFAULT_SOURCES;
use super::{Catalog, CatalogEntry, Category, Class, EntityRule, Role, Source, Template, Viewer};

/// A catalog file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {fault}")]
pub struct CatalogError {
    file: String,
    fault: String,
}

/// Returns the built-in catalog.
pub(super) fn builtin() -> Result<Catalog, CatalogError> {
    let mut raw = Raw::default();
    raw.read(include_str!("../../catalog.toml"), "catalog.toml")?;
    raw.build("catalog.toml")
}

/// Returns the built-in catalog with a deployment's file over it.
pub(super) fn with_overrides(text: &str, file: &str) -> Result<Catalog, CatalogError> {
    let mut raw = Raw::default();
    raw.read(include_str!("../../catalog.toml"), "catalog.toml")?;
    raw.read(text, file)?;
    raw.build(file)
}

/// Catalogs as they are written; later files override earlier ones.
#[derive(Default)]
struct Raw {
    strict: bool,
    categories: BTreeMap<String, RawCategory>,
}

#[derive(Default)]
struct RawCategory {
    icon: Option<String>,
    hue: Option<u16>,
    shared: RawEntry,
    actions: BTreeMap<String, RawEntry>,
}

#[derive(Default)]
struct RawEntry {
    description: Option<String>,
    class: Option<Class>,
    severity: Option<Severity>,
    template: Option<String>,
    role: Option<Role>,
    sources: Option<Vec<Source>>,
    visible_to: Option<Vec<Viewer>>,
    entity: Option<EntityRule>,
}

impl Raw {
    fn read(&mut self, text: &str, file: &str) -> Result<(), CatalogError> {
        let wrong = |fault: String| CatalogError { file: file.to_owned(), fault };
        let table: Table = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        for (category, value) in table {
            if category == "strict" {
                self.strict = read("strict", value).map_err(wrong)?;
                continue;
            }
            word(&category, "a category", annals_event::limits::CATEGORY_CHARS).map_err(wrong)?;
            let fields = object(&category, value).map_err(wrong)?;
            let raw = self.categories.entry(category.clone()).or_default();
            raw.read(&category, fields).map_err(wrong)?;
        }
        Ok(())
    }

    fn build(self, file: &str) -> Result<Catalog, CatalogError> {
        let mut catalog = Catalog {
            strict: self.strict,
            categories: BTreeMap::new(),
            entries: HashMap::default(),
            by_action: HashMap::default(),
        };
        for (name, raw) in self.categories {
            let shared = Category {
                description: raw.shared.description.unwrap_or_default(),
                icon: raw.icon,
                hue: raw.hue,
                class: raw.shared.class.unwrap_or(Class::Activity),
                severity: raw.shared.severity.unwrap_or_default(),
                sources: raw.shared.sources.unwrap_or(DEFAULT_SOURCES.to_vec()),
                visible_to: raw.shared.visible_to.unwrap_or(Viewer::ALL.to_vec()),
            };
            let entries = catalog.entries.entry(name.clone()).or_default();
            for (action, entry) in raw.actions {
                let built = entry
                    .build(&name, &action, &shared, raw.shared.entity.as_ref())
                    .map_err(|fault| CatalogError {
                        file: file.to_owned(),
                        fault: format!("{name}.actions.{action}: {fault}"),
                    })?;
                let categories = catalog.by_action.entry(action.clone()).or_default();
                categories.push(name.clone());
                entries.insert(action, built);
            }
            catalog.categories.insert(name, shared);
        }
        Ok(catalog)
    }
}

impl RawCategory {
    fn read(&mut self, name: &str, fields: Table) -> Result<(), String> {
        for (key, value) in fields {
            if key == "icon" {
                let path = format!("{name}: icon");
                let icon: String = read(&path, value)?;
                if !is_snake_case(&icon) || icon.len() > annals_event::limits::CATEGORY_CHARS {
                    return Err(format!("{path}: must be the snake_case name of a drawing"));
                }
                self.icon = Some(icon);
                continue;
            }
            if key == "hue" {
                let hue: u16 = read(&format!("{name}: hue"), value)?;
                if hue >= 360 {
                    return Err(format!("{name}: `hue` must be from 0 to 359 degrees"));
                }
                self.hue = Some(hue);
                continue;
            }
            if key != "actions" {
                if matches!(key.as_str(), "template" | "role") {
                    return Err(format!("{name}: `{key}` is only allowed in an action"));
                }
                self.shared.read(name, &key, value)?;
                continue;
            }
            for (action, value) in object(&format!("{name}.actions"), value)? {
                let at = format!("{name}.actions.{action}");
                word(&action, "an action", annals_event::limits::ACTION_CHARS)?;
                let entry = self.actions.entry(action).or_default();
                for (key, value) in object(&at, value)? {
                    entry.read(&at, &key, value)?;
                }
            }
        }
        Ok(())
    }
}

impl RawEntry {
    fn read(&mut self, at: &str, key: &str, value: Value) -> Result<(), String> {
        let path = format!("{at}: {key}");
        match key {
            "description" => self.description = Some(read(&path, value)?),
            "class" => self.class = Some(read(&path, value)?),
            "severity" => self.severity = Some(read(&path, value)?),
            "template" => self.template = Some(read(&path, value)?),
            "role" => self.role = Some(read(&path, value)?),
            "sources" => self.sources = Some(read(&path, value)?),
            "visible_to" => self.visible_to = Some(read(&path, value)?),
            "entity" => {
                let rule: EntityRule = read(&path, value)?;
                word(&rule.kind, &path, annals_event::limits::CATEGORY_CHARS)?;
                self.entity = Some(rule);
            }
            _ => {
                return Err(format!(
                    "{path}: unknown key; known are description, class, severity, template, \
                     role, sources, visible_to, entity and, of a category, icon and hue"
                ));
            }
        }
        Ok(())
    }

    fn build(
        self,
        category: &str,
        action: &str,
        shared: &Category,
        entity: Option<&EntityRule>,
    ) -> Result<CatalogEntry, String> {
        let template = match self.template {
            Some(text) => Template::parse(&text).map_err(|fault| format!("template: {fault}"))?,
            None => Template::for_unknown(action),
        };
        Ok(CatalogEntry {
            category: category.to_owned(),
            action: action.to_owned(),
            description: self.description.unwrap_or_default(),
            class: self.class.unwrap_or(shared.class),
            severity: self.severity.unwrap_or(shared.severity),
            template,
            role: self.role,
            sources: self.sources.unwrap_or_else(|| shared.sources.clone()),
            visible_to: self.visible_to.unwrap_or_else(|| shared.visible_to.clone()),
            entity: self.entity.or_else(|| entity.cloned()),
        })
    }
}

fn read<T: DeserializeOwned>(path: &str, value: Value) -> Result<T, String> {
    value.try_into().map_err(|error: toml::de::Error| format!("{path}: {}", error.message()))
}

fn object(path: &str, value: Value) -> Result<Table, String> {
    match value {
        Value::Table(table) => Ok(table),
        other => Err(format!("{path}: must be a table, not {}", other.type_str())),
    }
}

fn word(text: &str, what: &str, most: usize) -> Result<(), String> {
    match word_fault(text, most) {
        None => Ok(()),
        Some(fault) => Err(format!("`{text}`: {what} {fault}")),
    }
}
