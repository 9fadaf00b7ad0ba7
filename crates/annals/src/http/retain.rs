//! Retention, carried out: in turn with erasures, so that neither writes what the other has just taken
//! out; of several servers on one database by one.

use std::time::{Duration, Instant};

use annals_event::{Draft, Time};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::Http;
use super::audit::{act, details};
use super::error::{Problem, Result};
use super::retention_run::{Progress, Runs};
use crate::follow::{AUDIT_FILES, ROLLUPS};
use crate::id;
use crate::privacy::{
    Checkpoint, Outcome, RetentionScope, Run, Tally, Underway, age_rollups, freeze_days,
};
use crate::query::analytics::period::DEFAULT_DAYS;
use crate::store::{self, ERASING, StoreError};

/// How long a run goes on before others get their turn, and how long it leaves it to them.
const TURN: Duration = Duration::from_secs(1);
const REST: Duration = Duration::from_millis(250);
/// What one of several servers does at a time, and for how long it need not say that it goes on.
const RUNNING: &str = "carry out retention";
const HELD: Duration = Duration::from_secs(15);
/// How long a run waits at a time for what is read out of the journal to have all that it may take away.
const CATCH_UP: Duration = Duration::from_secs(2);

/// Runs, as this server carries them out.
#[derive(Default)]
pub struct Retaining {
    /// Held while one is carried out.
    turn: Mutex<()>,
    progress: std::sync::Mutex<Option<Progress>>,
    stop: CancellationToken,
    /// The day before which roll-ups here are about nobody.
    pub(super) aged: Mutex<Option<jiff::civil::Date>>,
}

impl Retaining {
    /// Ends the run under way, if there is one, and begins none any more. It goes on from there when
    /// a server starts again.
    pub async fn stop(&self) {
        self.stop.cancel();
        drop(self.turn.lock().await);
    }

    fn show(&self, progress: Option<Progress>) {
        *self.progress.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = progress;
    }

    fn progress(&self) -> Option<Progress> {
        self.progress.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

fn under_way() -> Problem {
    let detail = "A retention run is under way; ask again when it has ended.";
    Problem::new(StatusCode::CONFLICT, "retention_running", detail)
}

impl Http {
    pub(super) async fn retention_runs(&self) -> Result<Runs> {
        let last = Checkpoint::read(&*self.store).await?.and_then(|checkpoint| checkpoint.last);
        Ok(Runs { running: self.retaining.progress(), last })
    }

    /// What a run would do now.
    pub(super) async fn would_retain(&self, scope: RetentionScope) -> Result<Outcome> {
        let _turn = self.retaining.turn.try_lock().map_err(|_| under_way())?;
        let underway = self.new_run(scope).await?;
        let mut run = self.run(Checkpoint::default(), underway, true).await?;
        while run.step(&*self.store, &self.catalog).await? {
            if self.retaining.stop.is_cancelled() {
                return Err(stopping());
            }
        }
        Ok(run.outcome(self.clock.now()))
    }

    /// Carries out what is due. A run that was cut off is brought to its end first, and without a
    /// scope nothing more than that.
    pub async fn retain(&self, scope: Option<RetentionScope>) -> Result<Outcome> {
        let _turn = self.retaining.turn.try_lock().map_err(|_| under_way())?;
        if self.retaining.stop.is_cancelled() {
            return Err(stopping());
        }
        if !self.store.lease(RUNNING, HELD).await? {
            return Err(under_way());
        }
        let done = self.retain_in_turn(scope).await;
        self.retaining.show(None);
        if let Err(error) = self.store.release(RUNNING).await {
            tracing::warn!(%error, "other servers wait before they carry out retention");
        }
        done
    }

    async fn retain_in_turn(&self, scope: Option<RetentionScope>) -> Result<Outcome> {
        let mut checkpoint = self.known_runs().await?;
        if let Some(cut_off) = checkpoint.underway.take() {
            let outcome = self.carry_out_run(checkpoint, cut_off).await?;
            if scope.is_none() {
                return Ok(outcome);
            }
            checkpoint = self.known_runs().await?;
        }
        let underway = self.new_run(scope.unwrap_or_default()).await?;
        self.carry_out_run(checkpoint, underway).await
    }

    /// What is known of runs. From now on it is.
    pub(super) async fn known_runs(&self) -> store::Result<Checkpoint> {
        if let Some(checkpoint) = Checkpoint::read(&*self.store).await? {
            return Ok(checkpoint);
        }
        let checkpoint = Checkpoint { since: self.clock.now(), ..Checkpoint::default() };
        checkpoint.write(&*self.store).await?;
        Ok(checkpoint)
    }

    async fn new_run(&self, scope: RetentionScope) -> Result<Underway> {
        let (at, head) = (self.clock.now(), self.store.head().await?.seq);
        let event = id::uuid_v7(&*self.random, at);
        Ok(Underway { event, at, scope, position: 0, head, tally: Tally::default() })
    }

    async fn run(&self, checkpoint: Checkpoint, underway: Underway, dry: bool) -> Result<Run> {
        let retention = self.stored_retention().await?;
        Ok(Run::begin(&*self.store, &self.catalog, retention, checkpoint, underway, dry).await?)
    }

    async fn carry_out_run(&self, checkpoint: Checkpoint, underway: Underway) -> Result<Outcome> {
        let rewritten = self.store.rewritten().await?;
        let mut run = self.run(checkpoint, underway, false).await?;
        self.freeze_days(&run).await?;
        while self.some_steps(&mut run).await? {
            if self.retaining.stop.is_cancelled() {
                return Err(stopping());
            }
            if !self.store.lease(RUNNING, HELD).await? {
                return Err(under_way());
            }
            tokio::time::sleep(REST).await;
        }
        let outcome = run.outcome(self.clock.now());
        // The files repeat points events. Where other servers may keep them, they hear of it.
        let told = self.store.rewritten().await? != rewritten;
        if run.underway().tally.points > 0
            && !told
            && let Some(files) = self.followers.get(AUDIT_FILES)
        {
            files.rebuild().await.map_err(|error| StoreError::Derived(format!("{error:#}")))?;
        }
        if let Some(before) = run.anonymous_before() {
            self.age_rollups(before).await?;
        }
        self.audit(told_of(&run, &outcome)).await?;
        run.finish(&*self.store, outcome.clone()).await?;
        Ok(outcome)
    }

    /// Keeps what is counted of the days whose events lose their people or go. What goes before it was
    /// counted is never counted: so it waits for that, unless what is counted cannot be written.
    async fn freeze_days(&self, run: &Run) -> Result<()> {
        let (Some(reaches), Some(rollups)) = (run.reaches(), self.followers.get(ROLLUPS)) else {
            return Ok(());
        };
        let through = self.calendar.day(reaches);
        loop {
            if !rollups.reached(run.underway().head, CATCH_UP).await {
                if let Some(fault) = rollups.state().fault {
                    tracing::warn!(fault.message, "retention goes on without what was not counted");
                    return Ok(());
                }
                if self.retaining.stop.is_cancelled() {
                    return Err(stopping());
                }
                if !self.store.lease(RUNNING, HELD).await? {
                    return Err(under_way());
                }
                continue;
            }
            // Whoever takes a person out has everything counted anew.
            let _turn = self.erasure_turn.lock().await;
            let counted = async || rollups.reached(run.underway().head, Duration::ZERO).await;
            if counted().await {
                let (store, derived, now) = (&*self.store, &*self.derived, self.clock.now());
                tokio::select! {
                    closed = freeze_days(store, derived, through, DEFAULT_DAYS, now) => closed?,
                    lost = self.lose_turn() => return Err(lost),
                }
                // Nor did anybody else meanwhile.
                if counted().await {
                    return Ok(());
                }
            }
        }
    }

    /// Keeps this the server that carries retention out, for as long as it is. Why it is no more.
    async fn lose_turn(&self) -> Problem {
        loop {
            tokio::time::sleep(HELD / 4).await;
            match self.store.lease(RUNNING, HELD).await {
                Ok(true) if self.retaining.stop.is_cancelled() => return stopping(),
                Ok(true) => {}
                Ok(false) => return under_way(),
                Err(error) => return error.into(),
            }
        }
    }

    /// Goes on for a while, in turn with whoever takes people out of events.
    async fn some_steps(&self, run: &mut Run) -> Result<bool> {
        let _turn = self.erasure_turn.lock().await;
        self.await_turn(HELD).await?;
        let until = Instant::now() + TURN;
        let stepped = loop {
            let more = run.step(&*self.store, &self.catalog).await;
            let Underway { position, head, .. } = *run.underway();
            let so_far = run.outcome(self.clock.now());
            self.retaining.show(Some(Progress { done: position, of: head, so_far }));
            let stop = self.retaining.stop.is_cancelled() || Instant::now() > until;
            if stop || !matches!(more, Ok(true)) {
                break more;
            }
        };
        self.store.release(ERASING).await?;
        Ok(stepped?)
    }

    /// Lets go of what people did before a moment, in the roll-ups that this server keeps.
    pub(super) async fn age_rollups(&self, before: Time) -> store::Result<()> {
        let day = self.calendar.day(before);
        let mut aged = self.retaining.aged.lock().await;
        if aged.is_none_or(|aged| aged < day) {
            let (store, derived, now) = (&*self.store, &*self.derived, self.clock.now());
            age_rollups(store, derived, day, DEFAULT_DAYS, now).await?;
            *aged = Some(day);
        }
        Ok(())
    }
}

fn stopping() -> Problem {
    StoreError::Unavailable(
        "the server is stopping; a run that was begun goes on when it starts again".to_owned(),
    )
    .into()
}

/// The act of a run.
fn told_of(run: &Run, outcome: &Outcome) -> Draft {
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
    // Told again after a crash, it is the same event.
    Draft { id: Some(run.underway().event), metadata, ..act("retention_ran") }
}
