//! Whether one event is the one that was written, as `annals verify` would say of it.
//!
//! The tile of the event is checked as a whole: an event changed together with its own eight bytes
//! shows in the root alone.

use annals_event::{Event, Uuid};
use serde::Serialize;

use crate::id::hex;
use crate::store::seal::{self, Verdict, check_tile, first_of, tile_of};
use crate::store::{Result, Store};

/// An event's digest, and whether it still fits.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Proof {
    /// The event.
    pub id: Uuid,
    /// The hash of its leaf, in hex; absent where what stands there has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Whether it is the event that was written.
    pub verdict: ProofVerdict,
    /// What does not fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// Whether an event is the one that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProofVerdict {
    /// It is, to the last byte.
    Verified,
    /// It is, but for who it was about: that has been removed.
    Anonymised,
    /// It fits its own seal, but what stands around it does not fit together.
    Unproven,
    /// It is not.
    Mismatch,
}

/// Checks the tile that an event stands in.
pub async fn prove(store: &dyn Store, event: &Event) -> Result<Proof> {
    let number = tile_of(event.seq);
    let whole = first_of(number)..first_of(number + 1);
    // The tile first: what is appended meanwhile then lies beyond the size it tells.
    let tile = store.tiles(event.seq..event.seq + 1).await?.pop();
    let size = tile.as_ref().map_or(event.seq + 1 - whole.start, |tile| tile.size);
    let range = whole.start..whole.start + size;
    let events = store.sealed(range.clone(), usize::MAX >> 1).await?;
    let tombstones = store.tombstones(range).await?;
    let (verdicts, fault) = check_tile(number, size, tile.as_ref(), &events, &tombstones);

    let around = fault.is_some() || verdicts.iter().any(|(_, verdict)| !verdict.is_fine());
    let mine = verdicts.into_iter().find(|(seq, _)| *seq == event.seq).map(|(_, verdict)| verdict);
    let (verdict, fault) = match mine {
        Some(Verdict::Verified) if !around => (ProofVerdict::Verified, None),
        Some(Verdict::Anonymised) if !around => (ProofVerdict::Anonymised, None),
        Some(Verdict::Verified | Verdict::Anonymised) => {
            let what = fault.unwrap_or_else(|| "an event beside it does not fit".to_owned());
            (ProofVerdict::Unproven, Some(what))
        }
        Some(Verdict::Mismatch { what }) => (ProofVerdict::Mismatch, Some(what)),
        // Removed since it was found, or beyond what its tile counts.
        Some(Verdict::Deleted { .. } | Verdict::Missing) | None => {
            (ProofVerdict::Mismatch, Some("it does not stand where it was found".to_owned()))
        }
    };
    let sealed = events.iter().find(|sealed| sealed.seq == event.seq);
    let digest = sealed.and_then(seal::leaf_of).map(|leaf| hex(&leaf));
    Ok(Proof { id: event.id, digest, verdict, fault })
}
