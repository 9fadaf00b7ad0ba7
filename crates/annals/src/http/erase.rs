//! Forgetting a person, on request.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use annals_event::{Draft, Time};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::json;

use super::Http;
use super::audit::{act, details};
use super::body::PathId;
use super::error::{Problem, Result};
use super::parameters::NoParameters;
use super::vacuum::BytesGone;
use crate::access::{Caller, Permission};
use crate::actor::{current_actor, spawn_with_actor};
use crate::follow::{self, AUDIT_FILES};
use crate::id;
use crate::privacy::Erasure;
use crate::store::{self, ERASING, PersonKind, StoreError};

/// How long the audit files may take to come to where the person is named no more.
const PATIENCE: Duration = Duration::from_secs(30);
/// For how long a server that erases need not say that it goes on, and how often it does. Whoever is
/// killed is followed by another within that time.
const HELD: Duration = Duration::from_secs(10);
const RENEWED: Duration = Duration::from_secs(3);

/// What was erased. It names nobody: it can be kept.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Receipt {
    /// A random number; the event on the record carries it too.
    receipt: String,
    /// When it was done.
    erased_at: Time,
    /// How many events lost the person.
    events: u64,
    /// How many children are archived because their last guardian went.
    archived_children: usize,
    /// The root over what remains of those events, in hex (`docs/digest.md`).
    residue_root: String,
    /// When the database's own files hold nothing of them any more. Backups, and logs that the
    /// database archives, are the operator's.
    bytes_gone: BytesGone,
}

/// Erase a person
///
/// Now, and for good: they leave the directory, their sessions end, and every event that names them
/// as actor, account, subject or entity stays without them, as do their children's; so the record
/// still verifies. Their audit files go. A child whose last guardian they were is archived. Done
/// twice changes nothing more.
#[utoipa::path(
    post, path = "/api/v1/people/{id}/erase", operation_id = "erase_person", tag = "People", extensions(("x-permission" = json!(Permission::ErasePeople))),
    params(("id" = String, Path, description = "The application's id")),
    responses(
        (status = 200, description = "It is done", body = Receipt),
        (status = 503, description = "It is not finished: ask again", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn erase(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
    PathId(id): PathId,
) -> Result<Json<Receipt>> {
    caller.may(Permission::ErasePeople)?;
    // A task of its own: a caller that hangs up must not leave it half done.
    let done = spawn_with_actor(async move { http.forget(&id).await });
    done.await.map_err(|_| Problem::internal())?.map(Json)
}

/// Which erasures what this server keeps beside the journal has followed, in a small file: of
/// several servers on one database one erases, and each forgets, those that do not run just now
/// when they start.
#[derive(Debug)]
pub struct Erasures {
    /// [`Store::rewritten`](crate::store::Store::rewritten) as of what is kept.
    followed: u64,
    file: PathBuf,
}

impl Erasures {
    /// Those that this file tells of; none without it.
    pub fn known(file: PathBuf) -> Erasures {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        Erasures { followed: text.trim().parse().unwrap_or_default(), file }
    }

    fn follow(&mut self, rewritten: u64) -> store::Result<()> {
        if rewritten != self.followed {
            let written = std::fs::write(&self.file, rewritten.to_string());
            written.map_err(|error| StoreError::Derived(error.to_string()))?;
            self.followed = rewritten;
        }
        Ok(())
    }
}

impl Http {
    /// Has every follower read the journal again, if another server has taken a person out of it.
    pub(super) async fn follow_erasures(&self) -> store::Result<()> {
        // Whoever erases here knows what others erased, and this is asked again.
        let Ok(_turn) = self.erasure_turn.try_lock() else {
            return Ok(());
        };
        let mut erasures = self.erasures.lock().await;
        let rewritten = self.store.rewritten().await?;
        if rewritten == erasures.followed {
            return Ok(());
        }
        for running in self.followers.iter() {
            let rebuilt = running.rebuild().await;
            rebuilt.map_err(|error| StoreError::Derived(format!("{error:#}")))?;
        }
        erasures.follow(rewritten)
    }

    async fn forget(&self, id: &str) -> Result<Receipt> {
        let _turn = self.erasure_turn.lock().await;
        self.await_turn(HELD).await?;
        self.keep_turn(async {
            // One that was cut off, of whomever, comes first.
            if let Some(cut_off) = Erasure::read(&*self.store).await? {
                let same = cut_off.person == id;
                let receipt = self.carry_out_erasure(cut_off).await?;
                if same {
                    return Ok(receipt);
                }
            }
            let now = self.clock.now();
            let receipt = id::hex(&id::bytes::<16>(&*self.random));
            let told = (id::uuid_v7(&*self.random, now), receipt);
            // Whoever erases themselves is no longer named as the one who did.
            let by = Some(current_actor()).filter(|actor| actor.id.as_deref() != Some(id));
            let by = by.unwrap_or_default();
            self.carry_out_erasure(Erasure::begin(&*self.store, told, by, id, now).await?).await
        })
        .await
    }

    /// Brings an erasure to its end that was cut off, here or on a server that is gone.
    pub async fn finish_erasure(&self) -> store::Result<()> {
        if Erasure::read(&*self.store).await?.is_none() {
            return Ok(());
        }
        let Ok(_turn) = self.erasure_turn.try_lock() else {
            return Ok(());
        };
        if !self.store.lease(ERASING, HELD).await? {
            return Ok(());
        }
        let finished = self.keep_turn(async {
            match Erasure::read(&*self.store).await? {
                Some(cut_off) => self.carry_out_erasure(cut_off).await.map(drop),
                None => Ok(()),
            }
        });
        finished.await.map_err(|problem| StoreError::Unavailable(problem.detail))
    }

    /// Waits until no other server takes anybody out of events, and none does for so long from then.
    pub(super) async fn await_turn(&self, longest: Duration) -> Result<()> {
        let until = tokio::time::Instant::now() + PATIENCE;
        while !self.store.lease(ERASING, longest).await? {
            if tokio::time::Instant::now() > until {
                let told = "another server is erasing a person just now".to_owned();
                return Err(StoreError::Unavailable(told).into());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        Ok(())
    }

    /// Goes on with what one server does at a time for as long as it stays this one's turn, and then
    /// gives it to others.
    async fn keep_turn<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let lost = async {
            let mut held = Instant::now();
            while held.elapsed() < HELD {
                tokio::time::sleep(RENEWED).await;
                let now = Instant::now();
                match tokio::time::timeout(RENEWED, self.store.lease(ERASING, HELD)).await {
                    Ok(Ok(true)) => held = now,
                    Ok(Ok(false)) => return,
                    // The database may come back in time.
                    Ok(Err(_)) | Err(_) => {}
                }
            }
        };
        let done = tokio::select! {
            done = work => done,
            () = lost => {
                let told = "another server goes on with the erasure, or this one does later";
                Err(StoreError::Unavailable(told.to_owned()).into())
            }
        };
        if let Err(error) = self.store.release(ERASING).await {
            tracing::warn!(%error, "other servers wait before they erase anybody");
        }
        done
    }

    async fn carry_out_erasure(&self, mut erasure: Erasure) -> Result<Receipt> {
        let mut erasures = self.erasures.lock().await;
        let (before, done) = (self.store.rewritten().await?, erasure.events());
        erasure.carry_out(&*self.store, &self.access).await?;
        let user = erasure.kind == Some(PersonKind::User);
        self.forget_in_outputs(&erasure.person, user).await?;
        // Otherwise what others erased is still to be followed, and so is this.
        let ours = before + erasure.events() - done;
        if before == erasures.followed && ours == self.store.rewritten().await? {
            erasures.follow(ours)?;
        }
        let receipt = Receipt {
            receipt: erasure.receipt.clone(),
            erased_at: erasure.at,
            events: erasure.events(),
            archived_children: erasure.archived_children,
            residue_root: erasure.residue_root(),
            bytes_gone: self.bytes_gone().await?,
        };
        let metadata = details([
            ("receipt", receipt.receipt.as_str().into()),
            ("events", json!(receipt.events)),
            ("archived_children", json!(receipt.archived_children)),
            ("anonymised_at", json!(receipt.erased_at)),
            ("residue_root", receipt.residue_root.as_str().into()),
            ("bytes_gone", json!(receipt.bytes_gone)),
        ]);
        // Told again after a crash, it is the same event.
        let (id, actor) = (Some(erasure.event), Some(erasure.by.clone()));
        self.audit(Draft { id, actor, metadata, ..act("person_erased") }).await?;
        erasure.finish(&*self.store).await?;
        Ok(receipt)
    }

    /// Takes a person out of what followers keep. The files of a user's account are removed;
    /// everything else is read out of the journal again, where they no longer are: so are the
    /// files, where the person may be a child who stands in those of others.
    async fn forget_in_outputs(&self, id: &str, user: bool) -> Result<()> {
        let unfinished = |what: String| Problem::from(StoreError::Derived(what));
        let head = *self.journal.head().borrow();
        for running in self.followers.iter() {
            let files = running.follower.name == AUDIT_FILES;
            if !(files && user) || running.state().elsewhere {
                running.rebuild().await.map_err(|error| unfinished(format!("{error:#}")))?;
                continue;
            }
            if !running.reached(head, PATIENCE).await {
                return Err(unfinished("the audit files cannot be written".to_owned()));
            }
            let folder = self.audit_files.clone();
            let id = id.to_owned();
            let removed =
                tokio::task::spawn_blocking(move || follow::remove_account(&folder, &id)).await;
            removed
                .map_err(|_| Problem::internal())?
                .map_err(|error| unfinished(format!("{error:#}")))?;
        }
        Ok(())
    }
}
