//! Cursors: positions as opaque, authenticated text.
//!
//! A cursor is sealed with AES-256-GCM-SIV (RFC 8452) under a key in the journal's file, so that
//! nobody outside can read a position or invent one. The nonce is fixed, so that one position
//! always has the same cursor; the misuse-resistant mode allows this. Cursors carry the epoch:
//! after a restore the old ones are refused.
//!
//! The cursor of an event comes with each event of every list, export and answer. So it is one
//! block of AES-256, under a key of its own: position, epoch and four constant bytes
//! (encode-then-encipher: Bellare and Rogaway, ASIACRYPT 2000). An invented text passes once in
//! 2⁶⁴.

use aes_gcm_siv::aead::{Aead as _, KeyInit as _};
use aes_gcm_siv::aes::Aes256;
use aes_gcm_siv::aes::cipher::{BlockCipherDecrypt as _, BlockCipherEncrypt as _};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use annals_event::Time;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::store::{Identity, Order};

/// The place where a list continues, bound to what orders it, its direction, its filter and its first
/// head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListCursor {
    /// The position of the last event of the page before.
    pub at: u64,
    /// When that event happened, in a list ordered by that; `None` in one in the order of recording.
    pub occurred_at: Option<Time>,
    /// The end of a list that does not begin with the newest position: the journal's head at its
    /// first page, so that pages never shift.
    pub upto: u64,
    /// The list's direction.
    pub order: Order,
    /// [`crate::filter::Filter::fingerprint`].
    pub filter: [u8; 8],
}

/// The reason why a cursor is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCursor {
    /// The cursor was not made by this journal, or not for this use.
    #[error("is not a cursor of this journal; copy it unchanged from an answer")]
    Forged,
    /// The cursor was made before a backup was restored.
    #[error("was made before a backup was restored; start again without a cursor")]
    Gone,
}

/// The keys that seal and open cursors.
#[derive(Clone)]
pub struct Cursors {
    cipher: Aes256GcmSiv,
    block: Aes256,
    epoch: u32,
}

/// The last bytes of an event's cursor.
const EVENT: [u8; 4] = *b"evnt";
const LIST: u8 = 2;
const PERSON: u8 = 3;

impl Cursors {
    /// Makes the keys of a journal.
    pub fn new(identity: &Identity) -> Cursors {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104)")]
        let mut key = Hmac::<Sha256>::new_from_slice(&identity.cursor_key).expect("any length");
        key.update(b"annals event cursor");
        Cursors {
            cipher: Aes256GcmSiv::new(&identity.cursor_key.into()),
            block: Aes256::new(&key.finalize().into_bytes()),
            epoch: identity.epoch,
        }
    }

    /// Seals an event's position.
    pub fn event(&self, seq: u64) -> String {
        let mut block = [0; 16];
        block[..8].copy_from_slice(&seq.to_be_bytes());
        block[8..12].copy_from_slice(&self.epoch.to_be_bytes());
        block[12..].copy_from_slice(&EVENT);
        self.block.encrypt_block((&mut block).into());
        URL_SAFE_NO_PAD.encode(block)
    }

    /// Opens an event's cursor.
    pub fn open_event(&self, text: &str) -> Result<u64, InvalidCursor> {
        let block = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidCursor::Forged)?;
        let mut block: [u8; 16] = block.try_into().map_err(|_| InvalidCursor::Forged)?;
        self.block.decrypt_block((&mut block).into());
        let ([seq @ .., _, _, _, _, _, _, _, _], epoch) = (block, &block[8..12]);
        if block[12..] != EVENT {
            return Err(InvalidCursor::Forged);
        }
        if *epoch != self.epoch.to_be_bytes() {
            return Err(InvalidCursor::Gone);
        }
        Ok(u64::from_be_bytes(seq))
    }

    /// Seals a place in the directory: after this person.
    pub fn person(&self, id: &str) -> String {
        self.seal(PERSON, id.as_bytes())
    }

    /// Returns the person that a place in the directory comes after.
    pub fn open_person(&self, text: &str) -> Result<String, InvalidCursor> {
        String::from_utf8(self.open(PERSON, text)?).map_err(|_| InvalidCursor::Forged)
    }

    /// Seals the place of a list's next page.
    pub fn list(&self, cursor: &ListCursor) -> String {
        let mut bytes = Vec::with_capacity(33);
        bytes.extend(cursor.at.to_be_bytes());
        bytes.extend(cursor.upto.to_be_bytes());
        bytes.push(u8::from(cursor.order == Order::Asc));
        bytes.extend(cursor.filter);
        bytes.extend(cursor.occurred_at.iter().flat_map(|at| at.as_micros().to_be_bytes()));
        self.seal(LIST, &bytes)
    }

    /// Opens a list's cursor.
    pub fn open_list(&self, text: &str) -> Result<ListCursor, InvalidCursor> {
        let bytes = self.open(LIST, text)?;
        let (bytes, rest) = bytes.split_first_chunk::<25>().ok_or(InvalidCursor::Forged)?;
        let occurred_at = match rest {
            [] => None,
            rest => Some(rest.try_into().map_err(|_| InvalidCursor::Forged)?),
        };
        let number = |from: usize| {
            let mut number = [0; 8];
            number.copy_from_slice(&bytes[from..from + 8]);
            number
        };
        Ok(ListCursor {
            at: u64::from_be_bytes(number(0)),
            occurred_at: occurred_at.map(|micros| Time::from_micros(i64::from_be_bytes(micros))),
            upto: u64::from_be_bytes(number(8)),
            order: if bytes[16] == 1 { Order::Asc } else { Order::Desc },
            filter: number(17),
        })
    }

    fn seal(&self, kind: u8, content: &[u8]) -> String {
        let mut bytes = vec![kind];
        bytes.extend(self.epoch.to_be_bytes());
        bytes.extend(content);
        // Sealing fails only for messages of gigabytes.
        let sealed = self.cipher.encrypt(&Nonce::default(), bytes.as_slice()).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(sealed)
    }

    fn open(&self, kind: u8, text: &str) -> Result<Vec<u8>, InvalidCursor> {
        let sealed = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidCursor::Forged)?;
        let bytes = self
            .cipher
            .decrypt(&Nonce::default(), sealed.as_slice())
            .map_err(|_| InvalidCursor::Forged)?;
        let (head, content) = bytes.split_at_checked(5).ok_or(InvalidCursor::Forged)?;
        if head[0] != kind {
            return Err(InvalidCursor::Forged);
        }
        if head[1..] != self.epoch.to_be_bytes() {
            return Err(InvalidCursor::Gone);
        }
        Ok(content.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use annals_event::Uuid;
    use proptest::prelude::*;

    use super::*;

    fn cursors(epoch: u32, key: u8) -> Cursors {
        Cursors::new(&Identity { id: Uuid::nil(), epoch, cursor_key: [key; 32] })
    }

    prop_compose! {
        fn list_cursor()(
            at: u64, micros: Option<i64>, upto: u64, asc: bool, filter: [u8; 8],
        ) -> ListCursor {
            let order = if asc { Order::Asc } else { Order::Desc };
            ListCursor { at, occurred_at: micros.map(Time::from_micros), upto, order, filter }
        }
    }

    proptest! {
        #[test]
        fn what_is_sealed_is_opened(seq: u64, list in list_cursor(), epoch: u32) {
            let cursors = cursors(epoch, 7);
            prop_assert_eq!(cursors.open_event(&cursors.event(seq)), Ok(seq));
            prop_assert_eq!(cursors.open_list(&cursors.list(&list)), Ok(list));
        }

        #[test]
        fn any_flipped_bit_is_refused(seq: u64, list in list_cursor(), bit: prop::sample::Index) {
            let cursors = cursors(1, 7);
            let flip = |text: String| {
                let mut bytes = URL_SAFE_NO_PAD.decode(text).unwrap();
                let bit = bit.index(bytes.len() * 8);
                bytes[bit / 8] ^= 1_u8 << (bit % 8);
                URL_SAFE_NO_PAD.encode(bytes)
            };
            let event = cursors.open_event(&flip(cursors.event(seq)));
            prop_assert_eq!(event, Err(InvalidCursor::Forged));
            let list = cursors.open_list(&flip(cursors.list(&list)));
            prop_assert_eq!(list, Err(InvalidCursor::Forged));
        }

        #[test]
        fn any_other_text_is_refused(text in ".{0,80}") {
            prop_assert_eq!(cursors(1, 7).open_event(&text), Err(InvalidCursor::Forged));
            prop_assert_eq!(cursors(1, 7).open_list(&text), Err(InvalidCursor::Forged));
        }

        #[test]
        fn a_cursor_serves_one_use_one_journal_and_one_epoch(seq: u64, list in list_cursor()) {
            let ours = cursors(1, 7);
            let (event, page) = (ours.event(seq), ours.list(&list));
            prop_assert_eq!(ours.open_list(&event), Err(InvalidCursor::Forged));
            prop_assert_eq!(ours.open_event(&page), Err(InvalidCursor::Forged));
            prop_assert_eq!(cursors(1, 8).open_event(&event), Err(InvalidCursor::Forged));
            prop_assert_eq!(cursors(2, 7).open_event(&event), Err(InvalidCursor::Gone));
            prop_assert_eq!(cursors(2, 7).open_list(&page), Err(InvalidCursor::Gone));
        }
    }
}
