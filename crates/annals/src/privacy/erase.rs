//! Forgetting a person: now, everywhere.

use annals_event::Time;
use annals_event::digest::{self, Hash};

use super::Forget;
use crate::access::Access;
use crate::store::{Person, PersonKind, Result, Store};

/// Events read at once.
const PAGE: usize = 500;
/// Events replaced in one transaction: the writer is never held for long.
const SLICE: usize = 50;

/// What an erasure did.
#[derive(Clone, Debug)]
pub struct Erased {
    /// What the directory said they were.
    pub kind: Option<PersonKind>,
    /// How many events lost the person.
    pub events: u64,
    /// The tree over the residues of those events, in their order.
    pub residue_root: Hash,
    /// The children who lost a guardian, as they are now.
    pub children: Vec<Person>,
}

/// Takes a person out of the directory, and then out of every event. Whatever breaks it off, doing
/// it again goes on where it stopped.
pub async fn erase(store: &dyn Store, access: &Access, id: &str, now: Time) -> Result<Erased> {
    let person = store.person(id).await?;
    let kind = person.as_ref().map(|person| person.kind);
    let name = person.and_then(|person| person.name);
    let children = access.forget_person(id, now).await?;
    let mut residues = Vec::new();
    let mut after = 0;
    loop {
        let events = store.events_about(id, after, PAGE).await?;
        let Some(last) = events.last() else {
            break;
        };
        after = last.seq;
        let forget = Forget::new(id, name.as_deref(), &events, now);
        for slice in events.chunks(SLICE) {
            let remains: Vec<_> = slice.iter().map(|event| forget.without(event)).collect();
            residues.extend(remains.iter().map(digest::residue));
            store.anonymise(remains).await?;
        }
    }
    let events = residues.len() as u64;
    Ok(Erased { kind, events, residue_root: digest::tree_root(&residues), children })
}
