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
    /// The name, for the log and for the lease.
    name: &'static str,
    /// Time between two runs; the first run is one period after the start.
    period: Duration,
    /// The servers that run it, of several on one database.
    who: Who,
    /// The work.
    run: fn(Arc<Services>) -> Work,
}

/// The servers that run a job, of several on one database.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Every server, for itself.
    Each,
    /// One server for all: the first that comes.
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
        // Every run checks whether retention is due, and whether another server carries it out.
        name: "carry out retention when it is due",
        period: Duration::from_secs(2),
        who: Who::Each,
        run: |services| Box::pin(async move { Ok(services.retention.run_when_due().await?) }),
    },
    Job {
        // Only after an interruption, here or on a server that is gone.
        name: "bring an erasure to its end",
        period: Duration::from_secs(3),
        who: Who::Each,
        run: |services| Box::pin(async move { Ok(services.erasure.finish().await?) }),
    },
    Job {
        // Every run checks whether there is anything to remove, and whether another server does it.
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
    // A little less than the period, so that the lease has expired when the next run comes.
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
            // Kept for the whole period, so that no other server runs the job again.
            Some(lease) => lease.expire(),
            None => return Ok(()),
        }
    }
    (job.run)(Arc::clone(services)).await
}
