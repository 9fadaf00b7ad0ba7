//! Everything the process does by itself, in one table.

use std::pin::Pin;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::http::Http;
use crate::store::Result;

type Work = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// A piece of background work.
struct Job {
    /// What the log calls it.
    name: &'static str,
    /// How often it runs; the first time one period after the start.
    period: Duration,
    /// What it does.
    run: fn(Http) -> Work,
}

const MINUTE: Duration = Duration::from_secs(60);

const JOBS: [Job; 4] = [
    Job {
        name: "note when keys were last used",
        period: MINUTE,
        run: |http| Box::pin(async move { http.access.note_uses().await }),
    },
    Job {
        name: "forget who asked how often",
        period: MINUTE,
        run: |http| {
            Box::pin(async move {
                http.limits.tidy();
                Ok(())
            })
        },
    },
    Job {
        name: "forget answers to commands that may no longer be sent again",
        period: Duration::from_secs(3_600),
        run: |http| {
            Box::pin(async move {
                let now = http.clock.now();
                http.store.expire_answers(now).await.map(drop)
            })
        },
    },
    Job {
        name: "forget sign-ins that have expired",
        period: Duration::from_secs(3_600),
        run: |http| {
            Box::pin(async move {
                let now = http.clock.now();
                http.store.expire_sign_ins(now).await.map(drop)
            })
        },
    },
];

/// Runs the jobs until stopped. A job that fails is tried again when it is next due.
pub async fn run(http: Http, stop: CancellationToken) {
    let loops = JOBS.iter().map(|job| every(job, http.clone(), stop.clone()));
    futures::future::join_all(loops).await;
}

async fn every(job: &Job, http: Http, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(job.period) => {}
        }
        if let Err(error) = (job.run)(http.clone()).await {
            tracing::warn!(job = job.name, %error, "background work failed; it is tried again");
        }
    }
}
