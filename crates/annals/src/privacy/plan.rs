//! The retention limits of every type of event, from settings and a time. Pure.

use annals_event::{Class, Event, Time};

use super::hold::Hold;
use super::policy::Retention;
use crate::filter::Filter;
use crate::store::{Ageing, Limits};

/// Microseconds of a day.
const DAY: i64 = 24 * 3_600 * 1_000_000;

impl Retention {
    /// Returns how old events of each class may be. Events of the audit record up to `audit_through`
    /// are deleted whatever their age, because there are too many of them.
    pub fn ageing(&self, now: Time, audit_through: u64) -> Ageing {
        let limits = |category: &str, class| self.limits(category, class, now, audit_through);
        let own = self.categories.keys().flat_map(|category| {
            Class::ALL.map(|class| ((category.clone(), class), limits(category, class)))
        });
        Ageing {
            at: now,
            classes: Class::ALL.map(|class| limits("", class)),
            categories: own.collect(),
        }
    }

    /// Returns the days until such events are anonymised, and until they are deleted; `None` is
    /// never.
    pub fn days(&self, category: &str, class: Class) -> (Option<i64>, Option<i64>) {
        let (anonymise, delete) = match class {
            Class::Ledger => (None, None),
            Class::Audit => (None, Some(self.audit.max_days)),
            Class::Activity => {
                (Some(self.activity.anonymise_after_days), Some(self.activity.delete_after_days))
            }
            Class::Error => {
                (Some(self.activity.anonymise_after_days), Some(self.errors.delete_after_days))
            }
        };
        let own = self.categories.get(category);
        let own_anonymise = own.and_then(|own| own.anonymise_after_days);
        // The ledger and the audit record are never anonymised, only deleted.
        let anonymise = anonymise.map(|days| own_anonymise.unwrap_or(days));
        (anonymise, own.and_then(|own| own.delete_after_days).or(delete))
    }

    fn limits(&self, category: &str, class: Class, now: Time, audit_through: u64) -> Limits {
        let before = |days: Option<i64>| {
            days.map_or(Limits::NEVER, |days| now.plus_micros(-days.saturating_mul(DAY)))
        };
        let (anonymise, delete) = self.days(category, class);
        Limits {
            anonymise_before: before(anonymise),
            delete_before: before(delete),
            delete_through: if class.is_limited_by_count() { audit_through } else { 0 },
        }
    }
}

/// The holds that apply at a time.
#[derive(Clone, Debug)]
pub struct Holds(Vec<Held>);

#[derive(Clone, Debug)]
enum Held {
    Person(String),
    Filter(Box<Filter>),
}

impl Holds {
    /// Selects the holds that apply.
    ///
    /// # Errors
    /// The id of a hold whose filter cannot be parsed, because its events are not known.
    pub fn in_force(holds: &[Hold], now: Time) -> Result<Holds, String> {
        let in_force = holds.iter().filter(|hold| hold.expires_at > now);
        let held = in_force.map(|hold| match (&hold.person, &hold.filter) {
            (Some(person), _) => Ok(Held::Person(person.clone())),
            (None, Some(filter)) => {
                let pairs: Vec<_> = form_urlencoded::parse(filter.as_bytes()).collect();
                let filter = Filter::parse(pairs.iter().map(|(name, value)| (&**name, &**value)));
                filter.map(|filter| Held::Filter(filter.into())).map_err(|_| hold.id.clone())
            }
            (None, None) => Err(hold.id.clone()),
        });
        held.collect::<Result<_, _>>().map(Holds)
    }

    /// Returns `true` if one of them keeps an event.
    pub fn keep(&self, event: &Event) -> bool {
        self.0.iter().any(|held| match held {
            Held::Filter(filter) => filter.matches(event),
            Held::Person(id) => {
                let named = [
                    event.actor.id.as_ref(),
                    event.subject.as_ref().map(|subject| &subject.id),
                    event.account.as_ref().map(|account| &account.id),
                    event.entity.as_ref().and_then(|entity| entity.id.as_ref()),
                ];
                named.contains(&Some(id))
            }
        })
    }
}

#[cfg(test)]
mod tests;
