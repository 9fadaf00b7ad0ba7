//! Everything the process does by itself, in one table.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio_util::sync::CancellationToken;

use crate::journal::Exclusive;
use crate::service::Services;

type Work = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// A piece of background work.
struct Job {
    /// What the log calls it.
    name: &'static str,
    /// How often it runs; the first time one period after the start.
    period: Duration,
    /// Who does it, of several servers on one database.
    who: Who,
    /// What it does.
    run: fn(Arc<Services>) -> Work,
}

/// Who does a piece of work, of several servers on one database.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Each, for itself.
    Each,
    /// One, for all: whoever comes first.
    One,
}

const MINUTE: Duration = Duration::from_secs(60);

const JOBS: [Job; 10] = [
    Job {
        name: "learn what other servers changed",
        period: Duration::from_secs(1),
        who: Who::Each,
        run: |services| Box::pin(async move { Ok(services.cluster.refresh().await?) }),
    },
    Job {
        // Whether it is time to, and of several servers whose turn, is found out each time.
        name: "carry out retention when it is due",
        period: Duration::from_secs(2),
        who: Who::Each,
        run: |services| Box::pin(async move { Ok(services.retention.run_when_due().await?) }),
    },
    Job {
        // Only where it is cut off, here or on a server that is gone.
        name: "bring an erasure to its end",
        period: Duration::from_secs(3),
        who: Who::Each,
        run: |services| Box::pin(async move { Ok(services.erasure.finish().await?) }),
    },
    Job {
        // Whether there is anything to, and whether another server does it, is found out each time.
        name: "take the bytes of what was erased out of the database's files",
        period: MINUTE,
        who: Who::Each,
        run: |services| Box::pin(async move { Ok(services.vacuum.run_when_due().await?) }),
    },
    Job {
        name: "read the application's keys again where their file changed",
        period: Duration::from_secs(2),
        who: Who::Each,
        run: |services| {
            Box::pin(async move {
                // A small file, read whole.
                let work = tokio::task::spawn_blocking(move || services.access.renew_tokens());
                Ok(work.await?)
            })
        },
    },
    Job {
        name: "note when keys were last used",
        period: MINUTE,
        who: Who::Each,
        run: |services| Box::pin(async move { Ok(services.access.note_uses().await?) }),
    },
    Job {
        name: "score learners for the days that are over",
        period: Duration::from_secs(5),
        who: Who::Each,
        run: |services| Box::pin(async move { Ok(services.scores.keep().await?) }),
    },
    Job {
        name: "forget who asked how often",
        period: MINUTE,
        who: Who::Each,
        run: |services| {
            Box::pin(async move {
                services.limits.forget_idle();
                Ok(())
            })
        },
    },
    Job {
        name: "forget answers to commands that may no longer be sent again",
        period: Duration::from_secs(3_600),
        who: Who::One,
        run: |services| {
            Box::pin(async move {
                services.store.expire_answers(services.clock.now()).await?;
                Ok(())
            })
        },
    },
    Job {
        name: "forget sign-ins that have expired",
        period: Duration::from_secs(3_600),
        who: Who::One,
        run: |services| {
            Box::pin(async move {
                services.store.expire_sign_ins(services.clock.now()).await?;
                Ok(())
            })
        },
    },
];

/// Runs the jobs until stopped. A job that fails is tried again when it is next due.
pub async fn run(services: Arc<Services>, stop: CancellationToken) {
    let loops = JOBS.iter().map(|job| every(job, &services, &stop));
    futures::future::join_all(loops).await;
}

async fn every(job: &Job, services: &Arc<Services>, stop: &CancellationToken) {
    // A little less than the period: the next turn must not come a moment too early for it.
    let exclusive = Exclusive::new(services.store.clone(), job.name, job.period.mul_f64(0.9));
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(job.period) => {}
        }
        if let Err(error) = once(job, &exclusive, services).await {
            let error = format!("{error:#}");
            tracing::warn!(job = job.name, error, "background work failed; it is tried again");
        }
    }
}

async fn once(job: &Job, exclusive: &Exclusive, services: &Arc<Services>) -> Result<()> {
    if job.who == Who::One {
        match exclusive.try_acquire().await? {
            // For the whole period: no other server does it again.
            Some(lease) => lease.expire(),
            None => return Ok(()),
        }
    }
    (job.run)(Arc::clone(services)).await
}
