//! The retention settings: values, defaults and bounds. Pure.
//!
//! The class of an event decides (`catalog`), a category can have values of its own, and a hold
//! overrides both. Ledger events do not age unless their category has a limit.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use annals_event::{FieldError, Time};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::hold::{Hold, HoldDraft, MAX_HOLDS};
use crate::catalog::{Catalog, Class};

/// The range of days until an event is anonymised.
const ANONYMISE: RangeInclusive<i64> = 1..=3_650;
/// The range of days until an event is deleted: a century bounds the effect of a typing error.
const DELETE: RangeInclusive<i64> = 1..=36_500;
/// The smallest limit on the entries of the audit record.
const FEWEST_ENTRIES: i64 = 1_000;

/// The retention settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Grows with every change. Sending it back makes sure that the settings are as they were read.
    pub revision: u64,
    /// Events of the class `activity`.
    pub activity: ActivityDays,
    /// Events of the class `error`.
    pub errors: ErrorDays,
    /// Events of the class `audit`.
    pub audit: AuditLimits,
    /// Categories whose limits differ from those of their class.
    pub categories: BTreeMap<String, CategoryDays>,
    /// The legal holds.
    pub holds: Vec<Hold>,
}

/// Limits of activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActivityDays {
    /// Days until names and ids of people are removed, also from errors.
    #[schema(minimum = 1, maximum = 3650)]
    pub anonymise_after_days: i64,
    /// Days until the event is deleted.
    #[schema(minimum = 1, maximum = 36500)]
    pub delete_after_days: i64,
}

/// Limits of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ErrorDays {
    /// Days until the event is deleted.
    #[schema(minimum = 1, maximum = 36500)]
    pub delete_after_days: i64,
}

/// Limits of the audit record, which is kept in full until one of them is exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditLimits {
    /// Days until the event is deleted.
    #[schema(minimum = 1, maximum = 36500)]
    pub max_days: i64,
    /// Number of events kept at most; 0 is no limit, else at least 1000.
    #[schema(minimum = 0, extensions(("x-minimum-unless-0" = json!(FEWEST_ENTRIES))))]
    pub max_entries: i64,
}

/// Limits of a category that differ from those of its class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CategoryDays {
    /// Days until names are removed; absent: as the class. Only for activity and errors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 3650)]
    pub anonymise_after_days: Option<i64>,
    /// Days until the event is deleted; absent: as the class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 36500)]
    pub delete_after_days: Option<i64>,
}

/// A change; absent fields stay as they are.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetentionChange {
    /// The revision that was read. If somebody changed the settings since, nothing is changed.
    pub revision: Option<u64>,
    /// Limits of activity.
    pub activity: Option<ActivityDays>,
    /// Limits of errors.
    pub errors: Option<ErrorDays>,
    /// Limits of the audit record.
    pub audit: Option<AuditLimits>,
    /// All categories whose limits differ from those of their class.
    pub categories: Option<BTreeMap<String, CategoryDays>>,
    /// All holds.
    pub holds: Option<Vec<HoldDraft>>,
}

impl Default for Retention {
    fn default() -> Retention {
        Retention {
            revision: 0,
            activity: ActivityDays { anonymise_after_days: 90, delete_after_days: 730 },
            errors: ErrorDays { delete_after_days: 365 },
            audit: AuditLimits { max_days: 365, max_entries: 0 },
            categories: BTreeMap::new(),
            holds: Vec::new(),
        }
    }
}

impl Retention {
    /// The name of this setting in the store.
    pub const SETTING: &str = "retention";

    /// Returns the settings after a change; `new_id` makes ids of new holds.
    ///
    /// # Errors
    /// Every invalid field. The caller checks the revision.
    pub fn changed(
        &self,
        change: RetentionChange,
        catalog: &Catalog,
        now: Time,
        new_id: impl Fn() -> String,
    ) -> Result<Retention, Vec<FieldError>> {
        let mut errors = Vec::new();
        if let Some(holds) = &change.holds {
            self.check_holds(holds, now, &mut errors);
        }
        let named = |holds: Vec<HoldDraft>| {
            holds.into_iter().map(|hold| hold.named(&new_id)).collect::<Vec<_>>()
        };
        let mut next = Retention {
            revision: self.revision,
            activity: change.activity.unwrap_or(self.activity),
            errors: change.errors.unwrap_or(self.errors),
            audit: change.audit.unwrap_or(self.audit),
            categories: change.categories.unwrap_or_else(|| self.categories.clone()),
            holds: change.holds.map_or_else(|| self.holds.clone(), named),
        };
        next.check_classes(&mut errors);
        next.check_categories(self, catalog, &mut errors);
        if !errors.is_empty() {
            return Err(errors);
        }
        if next != *self {
            next.revision += 1;
        }
        Ok(next)
    }

    /// Returns the old and the new values of a change, without those that stayed.
    pub fn difference(&self, after: &Retention) -> [Value; 2] {
        let [mut old, mut new] = [Map::new(), Map::new()];
        let mut note = |name: &str, before: Value, now: Value| {
            if before != now {
                old.insert(name.to_owned(), before);
                new.insert(name.to_owned(), now);
            }
        };
        note("activity", json!(self.activity), json!(after.activity));
        note("errors", json!(self.errors), json!(after.errors));
        note("audit", json!(self.audit), json!(after.audit));
        note("categories", json!(self.categories), json!(after.categories));
        // By their ids, so that a hold that stayed is not named.
        let without = |these: &[Hold], others: &[Hold]| -> Value {
            let these = these.iter().filter(|hold| !others.contains(hold));
            let values_of = |hold: &Hold| {
                let mut values = json!(hold);
                values.as_object_mut().map(|values| values.remove("id"));
                (hold.id.clone(), values)
            };
            these.map(values_of).collect::<Map<_, _>>().into()
        };
        let holds = [without(&self.holds, &after.holds), without(&after.holds, &self.holds)];
        let [before, now] = holds;
        note("holds", before, now);
        [old.into(), new.into()]
    }

    fn check_classes(&self, errors: &mut Vec<FieldError>) {
        let ActivityDays { anonymise_after_days, delete_after_days } = self.activity;
        days("activity.anonymise_after_days", anonymise_after_days, ANONYMISE, errors);
        days("activity.delete_after_days", delete_after_days, DELETE, errors);
        order("activity", anonymise_after_days, delete_after_days, errors);
        days("errors.delete_after_days", self.errors.delete_after_days, DELETE, errors);
        days("audit.max_days", self.audit.max_days, DELETE, errors);
        if self.audit.max_entries != 0 && self.audit.max_entries < FEWEST_ENTRIES {
            let message = format!("must be 0, for no limit, or at least {FEWEST_ENTRIES}");
            errors.push(FieldError::new("audit.max_entries", message));
        }
    }

    fn check_categories(
        &self,
        before: &Retention,
        catalog: &Catalog,
        errors: &mut Vec<FieldError>,
    ) {
        for (name, values) in &self.categories {
            let field = format!("categories.{name}");
            let class = catalog.categories().find(|(known, _)| known == name);
            // An existing one may stay, although a changed catalog no longer knows it.
            if class.is_none() && !before.categories.contains_key(name) {
                let message = "is not a category of the catalog; see GET /api/v1/catalog";
                errors.push(FieldError::new(field, message));
                continue;
            }
            let class = class.map_or(Class::Activity, |(_, class)| class);
            values.check(&field, class, self, errors);
        }
    }

    fn check_holds(&self, holds: &[HoldDraft], now: Time, errors: &mut Vec<FieldError>) {
        if holds.len() > MAX_HOLDS {
            let message = format!("are more than {MAX_HOLDS}; end those that are no longer needed");
            errors.push(FieldError::new("holds", message));
            return;
        }
        for (at, hold) in holds.iter().enumerate() {
            errors.extend(hold.check(&format!("holds[{at}]"), &self.holds, now));
            if hold.id.is_some() && holds[..at].iter().any(|other| other.id == hold.id) {
                errors.push(FieldError::new(format!("holds[{at}].id"), "is given twice"));
            }
        }
    }
}

impl CategoryDays {
    fn check(&self, field: &str, class: Class, all: &Retention, errors: &mut Vec<FieldError>) {
        let ages = class.is_anonymised();
        match self.anonymise_after_days {
            Some(_) if !ages => {
                let message = "is only for activity and errors; this category is kept in full";
                let field = format!("{field}.anonymise_after_days");
                errors.push(FieldError::new(field, message));
            }
            Some(value) => {
                days(&format!("{field}.anonymise_after_days"), value, ANONYMISE, errors);
            }
            None => {}
        }
        if let Some(value) = self.delete_after_days {
            days(&format!("{field}.delete_after_days"), value, DELETE, errors);
        }
        if self.anonymise_after_days.is_none() && self.delete_after_days.is_none() {
            let message = "is empty; leave it out to keep the limits of its class";
            errors.push(FieldError::new(field, message));
        }
        // A deletion before the class's anonymisation is intended. An own anonymisation after the
        // deletion is a mistake.
        if let Some(anonymise) = self.anonymise_after_days.filter(|_| ages) {
            let (_, of_class) = all.days("", class);
            if let Some(delete) = self.delete_after_days.or(of_class) {
                order(field, anonymise, delete, errors);
            }
        }
    }
}

fn days(field: &str, value: i64, range: RangeInclusive<i64>, errors: &mut Vec<FieldError>) {
    if !range.contains(&value) {
        let (least, most) = range.into_inner();
        let message = format!("must be a number of days from {least} to {most}");
        errors.push(FieldError::new(field, message));
    }
}

fn order(field: &str, anonymise: i64, delete: i64, errors: &mut Vec<FieldError>) {
    if DELETE.contains(&delete) && delete < anonymise {
        let message =
            format!("must not be less than the {anonymise} days of `anonymise_after_days`");
        errors.push(FieldError::new(format!("{field}.delete_after_days"), message));
    }
}

#[cfg(test)]
mod tests;
