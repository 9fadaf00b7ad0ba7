//! What is due: settings, catalog and a moment give the limits of every kind of event. Pure.

use annals_event::{Event, Time};

use super::hold::Hold;
use super::policy::Retention;
use crate::catalog::{Catalog, Class};
use crate::filter::Filter;
use crate::store::{Ageing, Limits};

/// A day, in microseconds.
const DAY: i64 = 24 * 3_600 * 1_000_000;

impl Retention {
    /// How old events of each kind may be now. Events of the audit record up to `audit_through` go
    /// whatever their age, because there are too many of them.
    pub fn ageing(&self, catalog: &Catalog, now: Time, audit_through: u64) -> Ageing {
        let limits = |category: &str, class| self.limits(category, class, now, audit_through);
        let whole = catalog.categories().map(|(category, class)| {
            ((category.to_owned(), String::new()), limits(category, class))
        });
        let single = catalog.entries().map(|entry| {
            let kind = (entry.category.clone(), entry.action.clone());
            (kind, limits(&entry.category, entry.class))
        });
        // A category with limits that a changed catalog no longer knows is one of activity.
        let unknown = self
            .categories
            .keys()
            .map(|category| ((category.clone(), String::new()), limits(category, Class::Activity)));
        Ageing {
            at: now,
            kinds: unknown.chain(whole).chain(single).collect(),
            others: limits("", Class::Activity),
        }
    }

    /// Days until such events lose their people, and until they go; `None`: never.
    pub fn days(&self, category: &str, class: Class) -> (Option<i64>, Option<i64>) {
        let (whole, kept) = match class {
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
        let own_whole = own.and_then(|own| own.anonymise_after_days);
        // The ledger and the audit record are kept whole as long as they are kept.
        let whole = whole.map(|days| own_whole.unwrap_or(days));
        (whole, own.and_then(|own| own.delete_after_days).or(kept))
    }

    fn limits(&self, category: &str, class: Class, now: Time, audit_through: u64) -> Limits {
        let before = |days: Option<i64>| {
            days.map_or(Limits::NEVER, |days| now.plus_micros(-days.saturating_mul(DAY)))
        };
        let (whole, kept) = self.days(category, class);
        Limits {
            anonymise_before: before(whole),
            delete_before: before(kept),
            delete_through: if class == Class::Audit { audit_through } else { 0 },
        }
    }
}

/// The holds that stand at a moment.
#[derive(Clone, Debug)]
pub struct Holds(Vec<Held>);

#[derive(Clone, Debug)]
enum Held {
    Person(String),
    Filter(Box<Filter>),
}

impl Holds {
    /// Those of these that stand.
    ///
    /// # Errors
    /// The id of a hold whose filter cannot be read: what it is to keep is not known.
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

    /// Whether one of them keeps an event.
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
