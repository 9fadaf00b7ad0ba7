//! Intake: a sender's draft becomes an entry ready for the journal.
//!
//! ```text
//!            what is it?            whose is it?           what may be kept?       one text, one hash
//! draft ─► check ► classify ► authorise ► switch ► time ► people ► class ► consent ► entity ► page
//!              ► client ► redact ► message ─► fix ─► Entry
//! ```
//!
//! `STEPS` is that list; each step has a file of its own. The order matters in four places:
//!
//! * `switch` comes as soon as the category is known: an event that is switched off costs nothing
//!   more, and nothing of it is looked at.
//! * `class` and `consent` come after `people`, which finds out whom an event is about; `consent`
//!   spares what somebody must account for, by its class.
//! * `redact` comes after everything that fills in fields (an entity from metadata, a user agent
//!   from the request), so that it sees all that is stored. `message` comes after it, so that a
//!   sentence is made of redacted values. The sentence is then redacted itself, because a template
//!   may put together what was harmless apart.
//!   Only then are long texts cut, so that no half of a secret is left.
//! * `fix` comes last, because the commitment covers what is stored and nothing else.
//!
//! **Clocks.** An absent `occurred_at` becomes the journal's `created_at`. A sender's own is
//! accepted from trusted keys only. For points the rule is *server time*: a points command never
//! carries a time. A `service` key may still send points events with their times, because that is
//! how an existing ledger is imported; a browser can send neither.
//!
//! Nothing here does IO; time and randomness are arguments.

use std::net::IpAddr;
use std::sync::Arc;

use annals_event::{Actor, Draft, FieldError, Time};
use parking_lot::RwLock;

use crate::access::RecordingPolicies;
use crate::catalog::{Catalog, OTHER};
use crate::config::RequireConsent;
use crate::id::Random;
use crate::store::{Derived, Entry};

pub use crate::catalog::Source;
pub use client::{IpPrefixes, UserAgents};
pub use redact::Redactor;
pub use switch::RecordingSwitch;

mod authorise;
mod class;
mod classify;
mod client;
mod consent;
mod entity;
mod fix;
mod message;
mod page;
mod people;
mod redact;
mod switch;
mod time;

/// The caller, as far as intake needs to know.
///
/// The default is the least trusted: an anonymous browser.
#[derive(Clone, Debug, Default)]
pub struct Sender {
    /// The kind of caller.
    pub source: Source,
    /// `true` if its own `occurred_at` is believed (`service` and `admin` keys).
    pub trusted_time: bool,
    /// The caller's actor. Browsers act as this actor and no other; for others it is the default.
    pub actor: Option<Actor>,
    /// Further people a browser's user may send events about: a guardian's children.
    pub dependants: Vec<String>,
    /// The address the request came from.
    pub peer_ip: Option<IpAddr>,
    /// The request's `User-Agent`.
    pub user_agent: Option<String>,
}

/// The reason why a draft did not become an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The draft is invalid, and would be again.
    Rejected {
        /// A stable word for programs.
        code: &'static str,
        /// A sentence for people.
        message: String,
        /// The invalid fields.
        errors: Vec<FieldError>,
    },
    /// The draft is valid and not wanted.
    Dropped {
        /// The reason why it is not wanted.
        reason: Dropped,
    },
}

/// The reason why a valid event is not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// Recording of its category is off.
    RecordingOff,
    /// The event is about a child without consent.
    NoConsent,
    /// The event is more than may be recorded about this person.
    Collection,
}

impl Dropped {
    /// Returns the word used in answers and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Dropped::RecordingOff => "recording_off",
            Dropped::NoConsent => "no_consent",
            Dropped::Collection => "collection",
        }
    }
}

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Dropped::RecordingOff => "Recording of this category is switched off.",
            Dropped::NoConsent => "There is no consent for the child it is about.",
            Dropped::Collection => "It is more than may be recorded about this person.",
        })
    }
}

impl Refusal {
    /// Returns the outcome and its reason, in words for programs.
    pub fn outcome_and_reason(&self) -> (&'static str, &'static str) {
        match self {
            Refusal::Rejected { code, .. } => ("rejected", code),
            Refusal::Dropped { reason } => ("dropped", reason.as_str()),
        }
    }

    /// Makes a refusal of these fields.
    fn fields(errors: Vec<FieldError>) -> Refusal {
        let message = match errors.as_slice() {
            [one] if one.field.is_empty() => one.message.clone(),
            [one] => format!("{}: {}", one.field, one.message),
            [first, rest @ ..] => {
                format!("{}: {} (and {} more)", first.field, first.message, rest.len())
            }
            [] => "the event is not valid".to_owned(),
        };
        Refusal::Rejected { code: "invalid", message, errors }
    }

    /// Makes a refusal of one field.
    fn field(field: &str, message: &str) -> Refusal {
        Refusal::fields(vec![FieldError::new(field, message)])
    }
}

/// The intake, which turns drafts into entries.
pub struct Intake {
    catalog: Arc<Catalog>,
    redactor: Redactor,
    user_agents: UserAgents,
    prefixes: IpPrefixes,
    switch: RwLock<Arc<RecordingSwitch>>,
    people: Arc<RecordingPolicies>,
    require_consent: RequireConsent,
}

/// A draft on its way through the steps.
struct Work<'a> {
    intake: &'a Intake,
    sender: &'a Sender,
    now: Time,
    random: &'a dyn Random,
    draft: Draft,
    derived: Derived,
}

/// A step, which may change the draft or refuse it.
struct Step {
    name: &'static str,
    run: fn(&mut Work<'_>) -> Result<(), Refusal>,
}

/// All steps, in order.
const STEPS: [Step; 13] = [
    step("check", check),
    step("classify", classify::run),
    step("authorise", authorise::run),
    step("switch", switch::run),
    step("time", time::run),
    step("people", people::run),
    step("class", class::run),
    step("consent", consent::run),
    step("entity", entity::run),
    step("page", page::run),
    step("client", client::run),
    step("redact", redact::run),
    step("message", message::run),
];

/// Makes a step on one line, so that the list above is read at a glance.
const fn step(name: &'static str, run: fn(&mut Work<'_>) -> Result<(), Refusal>) -> Step {
    Step { name, run }
}

/// Checks the rules of content, also for drafts that programs built.
fn check(work: &mut Work<'_>) -> Result<(), Refusal> {
    work.draft.drop_queries();
    work.draft.check().map_err(Refusal::fields)
}

impl Intake {
    /// Makes an intake with this catalog, and the defaults in everything else.
    pub fn new(catalog: Arc<Catalog>) -> Intake {
        Intake {
            catalog,
            redactor: Redactor::default(),
            user_agents: UserAgents::default(),
            prefixes: IpPrefixes::default(),
            switch: RwLock::default(),
            people: Arc::default(),
            require_consent: RequireConsent::Nobody,
        }
    }

    /// Sets another list of secrets.
    #[must_use]
    pub fn with_redactor(mut self, redactor: Redactor) -> Intake {
        self.redactor = redactor;
        self
    }

    /// Returns an address as shortened as events keep it.
    pub fn shortened(&self, ip: std::net::IpAddr) -> Option<std::net::IpAddr> {
        self.prefixes.cut(ip)
    }

    /// Sets other lengths to cut addresses to.
    #[must_use]
    pub fn with_prefixes(mut self, prefixes: IpPrefixes) -> Intake {
        self.prefixes = prefixes;
        self
    }

    /// Sets the directory's view of people, and whose consent is needed.
    #[must_use]
    pub fn with_people(
        mut self,
        people: Arc<RecordingPolicies>,
        required: RequireConsent,
    ) -> Intake {
        self.people = people;
        self.require_consent = required;
        self
    }

    /// Returns the catalog.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// Returns the redactor, for other texts that are stored.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Returns which categories are recorded now.
    pub fn recording(&self) -> Arc<RecordingSwitch> {
        let switch = self.switch.read();
        Arc::clone(&switch)
    }

    /// Changes which categories are recorded, from the next draft on.
    pub fn set_recording(&self, switch: RecordingSwitch) {
        *self.switch.write() = Arc::new(switch);
    }

    /// Turns a draft into an entry.
    ///
    /// # Errors
    /// The reason why the draft does not become an entry.
    pub fn process(
        &self,
        sender: &Sender,
        draft: Draft,
        now: Time,
        random: &dyn Random,
    ) -> Result<Entry, Refusal> {
        let mut work =
            Work { intake: self, sender, now, random, draft, derived: Derived::default() };
        for step in &STEPS {
            (step.run)(&mut work).inspect_err(|refusal| {
                tracing::debug!(step = step.name, ?refusal, "draft refused");
            })?;
        }
        fix::run(work)
    }
}

impl Work<'_> {
    /// Returns the category; known from `classify` on.
    fn category(&self) -> &str {
        self.draft.category.as_deref().unwrap_or(OTHER)
    }
}

#[cfg(test)]
mod tests;
