//! Intake: a sender's draft becomes an entry ready for the journal.
//!
//! ```text
//!            what is it?            whose is it?           what may be kept?       one text, one hash
//! draft ─► check ► classify ► authorise ► switch ► time ► people ► consent ► entity ► page
//!              ► client ► redact ► message ─► fix ─► Entry
//! ```
//!
//! `STEPS` is that list; each step has a file of its own. The order matters in four places:
//!
//! * `switch` comes as soon as the category is known: what is switched off costs nothing more, and
//!   nothing of it is looked at.
//! * `consent` comes after `people`, because only then is it known whom an event is about.
//! * `redact` comes after everything that fills in fields (an entity taken from metadata, a user
//!   agent from the request), so that it sees all that is stored. `message` comes after it, so that
//!   a sentence is made of redacted values, and is then redacted itself: a template may put
//!   together what was harmless apart.
//! * `fix` comes last, because the commitment covers what is stored and nothing else.
//!
//! **Whose clock.** An absent `occurred_at` becomes the journal's `created_at`. A sender's own is
//! taken from trusted keys only. For points the rule is *server time*: a points command never
//! carries a time. A `service` key may still send points events with their times, because that is
//! how an existing ledger is imported; a browser can send neither.
//!
//! Nothing here does IO; time and randomness are arguments.

use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use annals_event::{Actor, Draft, FieldError, Time};

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

/// What intake knows of the caller.
///
/// The default is the least trusted: an anonymous browser.
#[derive(Clone, Debug, Default)]
pub struct Sender {
    /// What kind of caller.
    pub source: Source,
    /// Whether its own `occurred_at` is believed (`service` and `admin` keys).
    pub trusted_time: bool,
    /// Who the caller is. Browsers act as this actor and no other; for the rest it is the default.
    pub actor: Option<Actor>,
    /// Further people a browser's user may speak about: a guardian's children.
    pub dependants: Vec<String>,
    /// The address the request came from.
    pub peer_ip: Option<IpAddr>,
    /// The request's `User-Agent`.
    pub user_agent: Option<String>,
}

/// Why a draft did not become an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is wrong; sent again unchanged, it is wrong again.
    Rejected {
        /// A stable word for programs.
        code: &'static str,
        /// A sentence for people.
        message: String,
        /// The fields that are wrong.
        errors: Vec<FieldError>,
    },
    /// It is right and not wanted.
    Dropped {
        /// Why it is not wanted.
        reason: Dropped,
    },
}

/// Why a right event is not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// Recording of its category is off.
    RecordingOff,
    /// It is about a child for whom no consent stands.
    NoConsent,
    /// It is more than what may be recorded about this person.
    Collection,
}

impl Dropped {
    /// The word used in answers and metrics.
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
            Dropped::NoConsent => "No consent stands for the child it is about.",
            Dropped::Collection => "It is more than what may be recorded about this person.",
        })
    }
}

impl Refusal {
    /// The outcome and its reason, in words for programs.
    pub fn told(&self) -> (&'static str, &'static str) {
        match self {
            Refusal::Rejected { code, .. } => ("rejected", code),
            Refusal::Dropped { reason } => ("dropped", reason.as_str()),
        }
    }

    /// Fields that are wrong.
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

    /// One field that is wrong.
    fn field(field: &str, message: &str) -> Refusal {
        Refusal::fields(vec![FieldError::new(field, message)])
    }
}

/// Turns drafts into entries.
pub struct Intake {
    catalog: Arc<Catalog>,
    redactor: Redactor,
    user_agents: UserAgents,
    prefixes: IpPrefixes,
    switch: RwLock<Arc<RecordingSwitch>>,
    people: Arc<RecordingPolicies>,
    require_consent: RequireConsent,
}

/// One draft on its way through the steps.
struct Work<'a> {
    intake: &'a Intake,
    sender: &'a Sender,
    now: Time,
    random: &'a dyn Random,
    draft: Draft,
    derived: Derived,
}

/// One step: it may change the draft, or refuse it.
struct Step {
    name: &'static str,
    run: fn(&mut Work<'_>) -> Result<(), Refusal>,
}

/// Everything that happens to a draft, in order.
const STEPS: [Step; 12] = [
    step("check", check),
    step("classify", classify::run),
    step("authorise", authorise::run),
    step("switch", switch::run),
    step("time", time::run),
    step("people", people::run),
    step("consent", consent::run),
    step("entity", entity::run),
    step("page", page::run),
    step("client", client::run),
    step("redact", redact::run),
    step("message", message::run),
];

/// A step on one line, so that the list above is read at a glance.
const fn step(name: &'static str, run: fn(&mut Work<'_>) -> Result<(), Refusal>) -> Step {
    Step { name, run }
}

/// The rules of content, also for drafts that programs built.
fn check(work: &mut Work<'_>) -> Result<(), Refusal> {
    work.draft.check().map_err(Refusal::fields)
}

impl Intake {
    /// An intake with this catalog, and the defaults in everything else.
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

    /// With another list of secrets.
    #[must_use]
    pub fn with_redactor(mut self, redactor: Redactor) -> Intake {
        self.redactor = redactor;
        self
    }

    /// With other lengths to cut addresses to.
    #[must_use]
    pub fn with_prefixes(mut self, prefixes: IpPrefixes) -> Intake {
        self.prefixes = prefixes;
        self
    }

    /// With what the directory says of people, and whose consent is needed.
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

    /// The catalog.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// The redactor, for other texts that are stored.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Which categories are recorded now.
    pub fn recording(&self) -> Arc<RecordingSwitch> {
        // Nothing can panic while the lock is held, so a poisoned one holds a whole value.
        let switch = self.switch.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&switch)
    }

    /// Changes which categories are recorded, from the next draft on.
    pub fn set_recording(&self, switch: RecordingSwitch) {
        *self.switch.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(switch);
    }

    /// Turns a draft into an entry.
    ///
    /// # Errors
    /// Why it does not become one.
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
    /// The category; known from `classify` on.
    fn category(&self) -> &str {
        self.draft.category.as_deref().unwrap_or(OTHER)
    }
}

#[cfg(test)]
mod tests;
