//! What stands in a list index in place of names: a keyed hash of field and value.
//!
//! Whoever has the index alone learns nobody's name from it: the key is derived from the
//! journal's own secret. Two values that share a hash (one in 2⁶⁴) cost a row looked at in vain,
//! since lists compare every row they answer with the filter itself.

use annals_event::Event;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use siphasher::sip::SipHasher13;

use super::Identity;
use crate::filter::{Field, searched};
use crate::words::each_word;

/// What is indexed.
#[derive(Clone, Copy)]
pub(super) enum Indexed {
    Category,
    Action,
    Severity,
    Actor,
    ActorType,
    Subject,
    EntityType,
    EntityId,
    SessionId,
    Word,
    Account,
    /// All that takes few values, as one.
    Kind,
}

impl Indexed {
    const COUNT: usize = 12;

    /// The field a term asks about; metadata is not indexed.
    pub(super) fn of(field: &Field) -> Option<Indexed> {
        Some(match field {
            Field::Category => Indexed::Category,
            Field::Action => Indexed::Action,
            Field::Severity => Indexed::Severity,
            Field::Actor => Indexed::Actor,
            Field::ActorType => Indexed::ActorType,
            Field::Subject => Indexed::Subject,
            Field::EntityType => Indexed::EntityType,
            Field::EntityId => Indexed::EntityId,
            Field::SessionId => Indexed::SessionId,
            Field::Metadata(_) => return None,
        })
    }
}

/// Makes keys.
pub(super) struct Keys([SipHasher13; Indexed::COUNT]);

/// Sixteen bytes that follow from the journal's secret, for one purpose each.
pub(super) fn derived(identity: &Identity, purpose: &[u8]) -> [u8; 16] {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104)")]
    let mut mac = Hmac::<Sha256>::new_from_slice(&identity.cursor_key).expect("any length");
    mac.update(b"annals list index\0");
    mac.update(purpose);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&mac.finalize().into_bytes()[..16]);
    bytes
}

impl Keys {
    pub(super) fn new(identity: &Identity) -> Keys {
        Keys(std::array::from_fn(|field| {
            SipHasher13::new_with_key(&derived(identity, format!("keys {field}").as_bytes()))
        }))
    }

    /// The key of a value.
    pub(super) fn of(&self, field: Indexed, value: &str) -> u64 {
        self.0[field as usize].hash(value.as_bytes())
    }

    /// Every key of an event; one may come twice.
    pub(super) fn each(&self, event: &Event, mut take: impl FnMut(u64)) {
        let mut value = |field, value: Option<&str>| {
            if let Some(value) = value {
                take(self.of(field, value));
            }
        };
        let entity = event.entity.as_ref();
        value(Indexed::Category, Some(&event.category));
        value(Indexed::Action, Some(&event.action));
        value(Indexed::Severity, Some(event.severity.as_str()));
        value(Indexed::Actor, event.actor.id.as_deref());
        value(Indexed::ActorType, Some(event.actor.kind.as_str()));
        value(Indexed::Subject, event.subject.as_ref().map(|subject| subject.id.as_str()));
        value(Indexed::EntityType, entity.map(|entity| entity.kind.as_str()));
        value(Indexed::EntityId, entity.and_then(|entity| entity.id.as_deref()));
        value(Indexed::SessionId, event.session_id.as_deref());
        for text in searched(event) {
            each_word(text, |word| take(self.of(Indexed::Word, word)));
        }
    }
}
