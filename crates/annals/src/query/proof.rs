//! The check of one event, with the same result as in `annals verify`.
//!
//! The full tile of the event is checked: an event that was changed together with its own eight
//! bytes shows only in the root.

use annals_event::{Event, Uuid};
use serde::Serialize;

use crate::id::hex;
use crate::store::seal::{self, Verdict, check_tile, first_of, tile_of};
use crate::store::{Result, Store};

/// The digest of an event, and its verdict.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Proof {
    /// The event.
    pub id: Uuid,
    /// The hash of its leaf, in hex; absent if the event cannot be hashed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The verdict.
    pub verdict: ProofVerdict,
    /// The problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// The verdict on an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProofVerdict {
    /// The event is as it was written, to the last byte.
    Verified,
    /// The event is as it was written, except that its people were removed.
    Anonymised,
    /// The event matches its own seal, but its tile does not match.
    Unproven,
    /// The event is not as it was written.
    Mismatch,
}

/// Checks the tile of an event.
pub async fn prove(store: &dyn Store, event: &Event) -> Result<Proof> {
    let number = tile_of(event.seq);
    let tile_range = first_of(number)..first_of(number + 1);
    // Read the tile first: events appended meanwhile are then beyond its size.
    let tile = store.tiles(event.seq..event.seq + 1).await?.pop();
    let size = tile.as_ref().map_or(event.seq + 1 - tile_range.start, |tile| tile.size);
    let range = tile_range.start..tile_range.start + size;
    let events = store.sealed(range.clone(), usize::MAX >> 1).await?;
    let tombstones = store.tombstones(range).await?;
    let (verdicts, fault) = check_tile(number, size, tile.as_ref(), &events, &tombstones);

    let around = fault.is_some() || verdicts.iter().any(|(_, verdict)| !verdict.is_fine());
    let mine = verdicts.into_iter().find(|(seq, _)| *seq == event.seq).map(|(_, verdict)| verdict);
    let (verdict, fault) = match mine {
        Some(Verdict::Verified) if !around => (ProofVerdict::Verified, None),
        Some(Verdict::Anonymised) if !around => (ProofVerdict::Anonymised, None),
        Some(Verdict::Verified | Verdict::Anonymised) => {
            let what =
                fault.unwrap_or_else(|| "another event of its tile does not match".to_owned());
            (ProofVerdict::Unproven, Some(what))
        }
        Some(Verdict::Mismatch { what }) => (ProofVerdict::Mismatch, Some(what)),
        // Removed since it was found, or beyond the size of its tile.
        Some(Verdict::Deleted { .. } | Verdict::Missing) | None => {
            (ProofVerdict::Mismatch, Some("it is no longer at its position".to_owned()))
        }
    };
    let sealed = events.iter().find(|sealed| sealed.seq == event.seq);
    let digest = sealed.and_then(seal::leaf_of).map(|leaf| hex(&leaf));
    Ok(Proof { id: event.id, digest, verdict, fault })
}
