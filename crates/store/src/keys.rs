//! Keys of the list index: a keyed hash of field and value in place of names.
//!
//! The index alone reveals nobody's name, since the key is derived from the journal's own secret.
//! Two values that share a hash (one in 2⁶⁴) cost reading a row in vain, since lists compare every
//! row with the filter itself.

use annals_event::Event;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use siphasher::sip::SipHasher13;

use super::Identity;
use crate::filter::{FIELDS, Field, searched};
use crate::words::each_word;

/// The field of a key, by its number in [`FIELDS`], or one of the additions beside them.
#[derive(Clone, Copy)]
pub struct Indexed(u8);

impl Indexed {
    /// The category.
    pub const CATEGORY: Indexed = Indexed::field(&Field::Category);
    /// The action.
    pub const ACTION: Indexed = Indexed::field(&Field::Action);
    /// The actor's id.
    pub const ACTOR: Indexed = Indexed::field(&Field::Actor);
    /// The subject's id.
    pub const SUBJECT: Indexed = Indexed::field(&Field::Subject);
    /// The entity's id.
    pub const ENTITY_ID: Indexed = Indexed::field(&Field::EntityId);
    /// A word of the texts that `q` searches.
    pub const WORD: Indexed = Indexed(9);
    /// The account's id.
    pub const ACCOUNT: Indexed = Indexed(10);
    /// All fields with few values, combined.
    pub const KIND: Indexed = Indexed(11);
    /// The number of indexed fields.
    const COUNT: usize = {
        let (mut count, mut at) = (Indexed::KIND.0 as usize + 1, 0);
        while at < FIELDS.len() {
            if let Some(number) = FIELDS[at].index().number()
                && number as usize >= count
            {
                count = number as usize + 1;
            }
            at += 1;
        }
        count
    };

    const fn field(field: &Field) -> Indexed {
        match field.index().number() {
            Some(number) => Indexed(number),
            None => panic!("this field must be indexed"),
        }
    }

    /// The indexed field of a term, if there is one.
    pub fn of(field: &Field) -> Option<Indexed> {
        field.index().number().map(Indexed)
    }
}

/// Makes keys.
pub struct Keys([SipHasher13; Indexed::COUNT]);

/// Sixteen bytes derived from the journal's secret, different for each purpose.
pub fn derived(identity: &Identity, purpose: &[u8]) -> [u8; 16] {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104)")]
    let mut mac = Hmac::<Sha256>::new_from_slice(&identity.cursor_key).expect("any length");
    mac.update(b"annals list index\0");
    mac.update(purpose);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&mac.finalize().into_bytes()[..16]);
    bytes
}

impl Keys {
    /// The keys of a journal.
    pub fn new(identity: &Identity) -> Keys {
        Keys(std::array::from_fn(|field| {
            SipHasher13::new_with_key(&derived(identity, format!("keys {field}").as_bytes()))
        }))
    }

    /// The key of a value.
    pub fn of(&self, field: Indexed, value: &str) -> u64 {
        self.0[usize::from(field.0)].hash(value.as_bytes())
    }

    /// Every key of an event; one may come twice.
    pub fn each(&self, event: &Event, mut take: impl FnMut(u64)) {
        for field in FIELDS {
            if let (Some(indexed), Some(value)) = (Indexed::of(field), field.text(event)) {
                take(self.of(indexed, value));
            }
        }
        for text in searched(event) {
            each_word(text, |word| take(self.of(Indexed::WORD, word)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_used_once() {
        let fields = FIELDS.iter().filter_map(|field| field.index().number());
        let mut numbers: Vec<u8> = fields.collect();
        numbers.extend([Indexed::WORD.0, Indexed::KIND.0]);
        // A filter on accounts may use the number they already have.
        numbers.sort_unstable();
        let all = numbers.len();
        numbers.dedup();
        assert_eq!(numbers.len(), all);
    }
}
