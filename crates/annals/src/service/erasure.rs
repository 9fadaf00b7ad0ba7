//! Erasure of people, on request.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use annals_event::{Actor, Draft, Time};
use serde::Serialize;
use serde_json::json;
use tokio::sync::Mutex;

use super::{AuditError, BytesGone, Core, VacuumService, act, details, to_the_end};
use crate::follow::Forgotten;
use crate::id;
use crate::journal::{Exclusive, LeaseLost};
use crate::privacy::Erasure;
use crate::store::{ERASING, PersonKind, Result as StoreResult, Store, StoreError};

/// The term of the lease: other servers wait this long for one that was killed while it erased.
const TERM: Duration = Duration::from_secs(12);

/// Returns the exclusive right to remove people from events.
pub fn erasing(store: &Arc<dyn Store>) -> Exclusive {
    Exclusive::new(store.clone(), ERASING, TERM)
}

/// The receipt of an erasure. It names nobody, so that it can be kept.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Receipt {
    /// A random number that identifies the erasure. The event on the record contains it, too.
    pub receipt: String,
    /// The time of the erasure.
    pub erased_at: Time,
    /// Number of events from which the person was removed.
    pub events: u64,
    /// Number of children that were archived because their last guardian was erased.
    pub archived_children: usize,
    /// The root over what remains of those events, in hex (`docs/digest.md`).
    pub residue_root: String,
    /// The time from which the database's own files contain nothing of the person. Backups, and
    /// logs that the database archives, are up to the operator.
    pub bytes_gone: BytesGone,
}

/// The error of an erasure. What was done stays done, and a job finishes the rest later.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ErasureError {
    /// Another server has taken over the erasure.
    #[error("another server goes on with the erasure, or this one does later")]
    Lost,
    /// A follower still holds data of the person.
    #[error("what follows the journal still names the person: {0}")]
    Output(String),
    /// The erasure is done but not recorded.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<LeaseLost> for ErasureError {
    fn from(_: LeaseLost) -> ErasureError {
        ErasureError::Lost
    }
}

type Result<T, E = ErasureError> = std::result::Result<T, E>;

/// The erasures that this server's followers have applied, kept in a small file. One of several
/// servers erases; each of the others applies it to its own files, at its next start if it is down.
#[derive(Debug)]
struct Followed {
    /// The value of [`Cluster::rewritten`](crate::store::Cluster::rewritten) that the followers have reached.
    rewritten: u64,
    file: PathBuf,
}

impl Followed {
    /// Reads the file; without it no erasure was applied.
    fn read(file: PathBuf) -> Followed {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        Followed { rewritten: text.trim().parse().unwrap_or_default(), file }
    }

    fn write(&mut self, rewritten: u64) -> StoreResult<()> {
        if rewritten != self.rewritten {
            let written = std::fs::write(&self.file, rewritten.to_string());
            written.map_err(|error| StoreError::Derived(error.to_string()))?;
            self.rewritten = rewritten;
        }
        Ok(())
    }
}

/// Erases people from events, directory and followers.
pub struct ErasureService {
    core: Arc<Core>,
    vacuum: Arc<VacuumService>,
    followed: Mutex<Followed>,
}

impl ErasureService {
    pub(super) fn new(
        core: &Arc<Core>,
        vacuum: &Arc<VacuumService>,
        file: PathBuf,
    ) -> ErasureService {
        let followed = Mutex::new(Followed::read(file));
        ErasureService { core: Arc::clone(core), vacuum: Arc::clone(vacuum), followed }
    }

    /// Erases a person. It continues if the caller hangs up.
    ///
    /// # Errors
    /// See [`ErasureError`].
    pub async fn erase(self: &Arc<Self>, by: Actor, person: String) -> Result<Receipt> {
        let own = Arc::clone(self);
        to_the_end(async move {
            let mut lease = own.core.erasing.acquire().await?;
            let receipt = lease.hold(own.erase_in_turn(by, &person)).await;
            lease.release().await;
            receipt?
        })
        .await
    }

    async fn erase_in_turn(&self, by: Actor, person: &str) -> Result<Receipt> {
        let Core { store, random, clock, .. } = &*self.core;
        // An interrupted erasure, of any person, comes first.
        if let Some(cut_off) = Erasure::read(&**store).await? {
            let same = cut_off.person == person;
            let receipt = self.carry_out(cut_off).await?;
            if same {
                return Ok(receipt);
            }
        }
        let now = clock.now();
        let receipt = id::hex(&id::bytes::<16>(&**random));
        let ids = (id::uuid_v7(&**random, now), receipt);
        // People who erase themselves are not named as the actor.
        let by = if by.id.as_deref() == Some(person) { Actor::default() } else { by };
        self.carry_out(Erasure::begin(&**store, ids, by, person, now).await?).await
    }

    /// Finishes an erasure that was interrupted, here or on a server that is gone.
    ///
    /// # Errors
    /// See [`ErasureError`].
    pub async fn finish(&self) -> Result<()> {
        if Erasure::read(&*self.core.store).await?.is_none() {
            return Ok(());
        }
        let Some(mut lease) = self.core.erasing.try_acquire().await? else {
            return Ok(());
        };
        let finished = lease.hold(async {
            match Erasure::read(&*self.core.store).await? {
                Some(cut_off) => self.carry_out(cut_off).await.map(drop),
                None => Ok(()),
            }
        });
        let finished = finished.await;
        lease.release().await;
        finished?
    }

    async fn carry_out(&self, mut erasure: Erasure) -> Result<Receipt> {
        let store = &*self.core.store;
        let mut followed = self.followed.lock().await;
        let (before, done) = (store.rewritten().await?, erasure.events());
        erasure.carry_out(store, &self.core.access).await?;
        let user = erasure.kind == Some(PersonKind::User);
        let person = Forgotten { id: erasure.person.clone(), user };
        for running in self.core.followers.iter() {
            let forgotten = running.forget(&person).await;
            forgotten.map_err(|error| ErasureError::Output(format!("{error:#}")))?;
        }
        // Otherwise erasures of other servers are still to be applied, and this one with them.
        let ours = before + erasure.events() - done;
        if before == followed.rewritten && ours == store.rewritten().await? {
            followed.write(ours)?;
        }
        let receipt = Receipt {
            receipt: erasure.receipt.clone(),
            erased_at: erasure.at,
            events: erasure.events(),
            archived_children: erasure.archived_children,
            residue_root: erasure.residue_root(),
            bytes_gone: self.vacuum.bytes_gone().await?,
        };
        let metadata = details([
            ("receipt", receipt.receipt.as_str().into()),
            ("events", json!(receipt.events)),
            ("archived_children", json!(receipt.archived_children)),
            ("anonymised_at", json!(receipt.erased_at)),
            ("residue_root", receipt.residue_root.as_str().into()),
            ("bytes_gone", json!(receipt.bytes_gone)),
        ]);
        // The id makes it the same event when it is recorded again after a crash.
        let act = Draft { id: Some(erasure.event), metadata, ..act("person_erased") };
        self.core.audit(&erasure.by, act).await?;
        erasure.finish(store).await?;
        Ok(receipt)
    }

    /// Rebuilds every follower if another server has erased somebody.
    ///
    /// # Errors
    /// The store fails.
    pub async fn follow(&self) -> StoreResult<()> {
        // An erasure on this server applies those of others too, and this job runs again.
        let Some(_turn) = self.core.erasing.try_lock_here() else {
            return Ok(());
        };
        let mut followed = self.followed.lock().await;
        let rewritten = self.core.store.rewritten().await?;
        if rewritten == followed.rewritten {
            return Ok(());
        }
        for running in self.core.followers.iter() {
            let rebuilt = running.rebuild().await;
            rebuilt.map_err(|error| StoreError::Derived(format!("{error:#}")))?;
        }
        followed.write(rewritten)
    }
}
