//! Carries out retention, in turn with erasures, so that neither writes what the other has just
//! removed. Of several servers on one database, one carries it out.

use std::sync::Arc;
use std::time::{Duration, Instant};

use annals_event::{Actor, Draft, Time};
use parking_lot::MutexGuard;
use serde_json::{Map, Value, json};

use super::{Progress, RetentionError, RetentionService, Runs};
use crate::follow::{AUDIT_FILES, ROLLUPS};
use crate::id;
use crate::privacy::{
    Checkpoint, Outcome, RetentionScope, Run, Tally, Underway, age_rollups, freeze_days,
};
use crate::query::analytics::period::DEFAULT_DAYS;
use crate::service::{Core, act, details, to_the_end};
use crate::store::{Result as StoreResult, StoreError};

/// Time that a run works before others get their turn …
const TURN: Duration = Duration::from_secs(1);
/// … and the time that it leaves them.
const REST: Duration = Duration::from_millis(250);
/// Longest time of one wait for the rollups to count what the run may remove.
const CATCH_UP: Duration = Duration::from_secs(2);

type Result<T> = std::result::Result<T, RetentionError>;

impl RetentionService {
    /// Stops the run under way and starts no other. The run continues when a server starts again.
    pub async fn stop(&self) {
        self.stop.cancel();
        drop(self.running.lock_here().await);
    }

    /// Returns the run under way on this server, and the last that ended on any.
    ///
    /// # Errors
    /// The store fails.
    pub async fn runs(&self) -> StoreResult<Runs> {
        let checkpoint = Checkpoint::read(&*self.core.store).await?.unwrap_or_default();
        let Checkpoint { last, announced, .. } = checkpoint;
        Ok(Runs { running: self.progress().clone(), last, announced })
    }

    /// Returns what a run would do now, and changes nothing.
    ///
    /// # Errors
    /// See [`RetentionError`].
    pub async fn dry_run(&self, scope: RetentionScope) -> Result<Outcome> {
        let Core { store, clock, .. } = &*self.core;
        let _turn = self.running.try_lock_here().ok_or(RetentionError::Running)?;
        let underway = self.new_run(scope).await?;
        let mut run = self.begin(Checkpoint::default(), underway, true).await?;
        while run.step(&**store).await? {
            self.check_stop()?;
        }
        Ok(run.outcome(clock.now()))
    }

    /// Carries out what is due, after a run that was interrupted. It continues if the caller hangs up.
    ///
    /// # Errors
    /// See [`RetentionError`].
    pub async fn run(self: &Arc<Self>, by: Actor, scope: RetentionScope) -> Result<Outcome> {
        let own = Arc::clone(self);
        to_the_end(async move { own.carry_out(&by, Some(scope)).await }).await
    }

    /// Finishes an interrupted run, then carries out what is due in the scope, if one is given.
    pub(super) async fn carry_out(
        &self,
        by: &Actor,
        scope: Option<RetentionScope>,
    ) -> Result<Outcome> {
        let lease = self.running.try_acquire().await?;
        let mut lease = lease.ok_or(RetentionError::Running)?;
        self.check_stop()?;
        let done = lease.hold(self.carry_out_in_turn(by, scope)).await;
        *self.progress() = None;
        lease.release().await;
        done?
    }

    async fn carry_out_in_turn(
        &self,
        by: &Actor,
        scope: Option<RetentionScope>,
    ) -> Result<Outcome> {
        let mut checkpoint = self.known_runs().await?;
        if let Some(cut_off) = checkpoint.underway.take() {
            let outcome = self.carry_out_run(by, checkpoint, cut_off).await?;
            if scope.is_none() {
                return Ok(outcome);
            }
            checkpoint = self.known_runs().await?;
        }
        let underway = self.new_run(scope.unwrap_or_default()).await?;
        self.carry_out_run(by, checkpoint, underway).await
    }

    /// Reads the checkpoint of runs; writes a first one if there is none.
    pub(super) async fn known_runs(&self) -> StoreResult<Checkpoint> {
        if let Some(checkpoint) = Checkpoint::read(&*self.core.store).await? {
            return Ok(checkpoint);
        }
        let checkpoint = Checkpoint { since: self.core.clock.now(), ..Checkpoint::default() };
        checkpoint.write(&*self.core.store).await?;
        Ok(checkpoint)
    }

    async fn new_run(&self, scope: RetentionScope) -> Result<Underway> {
        let (at, head) = (self.core.clock.now(), self.core.store.head().await?.seq);
        let event = id::uuid_v7(&*self.core.random, at);
        Ok(Underway { event, at, scope, position: 0, head, tally: Tally::default() })
    }

    async fn begin(&self, checkpoint: Checkpoint, underway: Underway, dry: bool) -> Result<Run> {
        let retention = self.stored().await?;
        let Core { store, .. } = &*self.core;
        Ok(Run::begin(&**store, retention, checkpoint, underway, dry).await?)
    }

    async fn carry_out_run(
        &self,
        by: &Actor,
        checkpoint: Checkpoint,
        underway: Underway,
    ) -> Result<Outcome> {
        let Core { store, followers, clock, .. } = &*self.core;
        let rewritten = store.rewritten().await?;
        let mut run = self.begin(checkpoint, underway, false).await?;
        self.freeze_days(&run).await?;
        while self.some_steps(&mut run).await? {
            self.check_stop()?;
            tokio::time::sleep(REST).await;
        }
        let outcome = run.outcome(clock.now());
        // The audit files repeat points events. With several servers, `rewritten` makes all rebuild.
        let announced = store.rewritten().await? != rewritten;
        if run.underway().tally.points > 0
            && !announced
            && let Some(files) = followers.get(AUDIT_FILES)
        {
            files.rebuild().await.map_err(|error| StoreError::Derived(format!("{error:#}")))?;
        }
        if let Some(before) = run.anonymous_before() {
            self.age_rollups(before).await?;
        }
        self.core.audit(by, run_act(&run, &outcome)).await?;
        run.finish(&**store, outcome.clone()).await?;
        Ok(outcome)
    }

    /// Freezes the days whose events are to be anonymised or deleted. It first waits until they are
    /// counted, because afterwards they cannot be, unless the rollups have a fault.
    async fn freeze_days(&self, run: &Run) -> Result<()> {
        let Core { store, derived, followers, calendar, clock, erasing, .. } = &*self.core;
        let (Some(reaches), Some(rollups)) = (run.reaches(), followers.get(ROLLUPS)) else {
            return Ok(());
        };
        let through = calendar.day(reaches);
        loop {
            self.check_stop()?;
            if !rollups.reached(run.underway().head, CATCH_UP).await {
                if let Some(fault) = rollups.state().fault {
                    tracing::warn!(fault.message, "retention goes on without what was not counted");
                    return Ok(());
                }
                continue;
            }
            // Locked, because an erasure rebuilds the rollups.
            let _turn = erasing.lock_here().await;
            let counted = async || rollups.reached(run.underway().head, Duration::ZERO).await;
            if counted().await {
                tokio::select! {
                    frozen = freeze_days(&**store, &**derived, through, DEFAULT_DAYS, clock.now()) => frozen?,
                    () = self.stop.cancelled() => return Err(RetentionError::Stopping),
                }
                // Another server may have rebuilt them meanwhile.
                if counted().await {
                    return Ok(());
                }
            }
        }
    }

    /// Runs for one turn under the lease of erasures.
    async fn some_steps(&self, run: &mut Run) -> Result<bool> {
        let Core { store, clock, erasing, .. } = &*self.core;
        let lease = erasing.acquire().await?;
        let until = Instant::now() + TURN;
        let stepped = loop {
            let more = run.step(&**store).await;
            let Underway { position, head, .. } = *run.underway();
            let so_far = run.outcome(clock.now());
            *self.progress() = Some(Progress { done: position, of: head, so_far });
            let stop = self.stop.is_cancelled() || Instant::now() > until;
            if stop || !matches!(more, Ok(true)) {
                break more;
            }
        };
        lease.release().await;
        Ok(stepped?)
    }

    /// Removes people from this server's rollups before a time.
    pub(super) async fn age_rollups(&self, before: Time) -> StoreResult<()> {
        let Core { store, derived, calendar, clock, .. } = &*self.core;
        let day = calendar.day(before);
        let mut aged = self.aged.lock().await;
        if aged.is_none_or(|aged| aged < day) {
            age_rollups(&**store, &**derived, day, DEFAULT_DAYS, clock.now()).await?;
            *aged = Some(day);
        }
        Ok(())
    }

    /// Fails once the server is stopping.
    fn check_stop(&self) -> Result<()> {
        if self.stop.is_cancelled() { Err(RetentionError::Stopping) } else { Ok(()) }
    }

    fn progress(&self) -> MutexGuard<'_, Option<Progress>> {
        // Whole values are put there, so that a panic leaves none half written.
        self.progress.lock()
    }
}

/// Makes the act of a run.
fn run_act(run: &Run, outcome: &Outcome) -> Draft {
    let mut classes: Map<String, Value> = Map::new();
    for kind in &outcome.kinds {
        let counts = classes.entry(kind.class.as_str()).or_insert_with(|| json!({}));
        for (name, count) in
            [("anonymised", kind.anonymised), ("deleted", kind.deleted), ("held", kind.held)]
        {
            counts[name] = json!(counts[name].as_u64().unwrap_or_default() + count);
        }
    }
    let metadata = details([
        ("policy", json!(run.revision())),
        ("scope", json!(outcome.scope)),
        ("anonymised", json!(outcome.anonymised)),
        ("deleted", json!(outcome.deleted)),
        ("held", json!(outcome.held)),
        ("damaged", json!(outcome.damaged)),
        ("classes", classes.into()),
        ("anonymised_at", json!(outcome.at)),
        ("residue_root", outcome.residue_root.as_str().into()),
    ]);
    // The id makes it the same event when it is recorded again after a crash.
    Draft { id: Some(run.underway().event), metadata, ..act("retention_ran") }
}
