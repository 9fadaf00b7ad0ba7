//! The actor of a program with Annals inside: known where its request or job begins, needed where
//! it records something.
//!
//! ```text
//! middleware, job ── with_actor(ada, …) ──► … any depth of calls … ──► Recorder: who is it? ada
//!                                            └─ spawn_with_actor(…) ─► … ──► still ada
//! ```
//!
//! The actor is a task-local, so that functions in between need not pass it on. Without one it is
//! the `system`.

use annals_event::Actor;
use tokio::task::JoinHandle;
use tokio::task::futures::TaskLocalFuture;

tokio::task_local! {
    static ACTOR: Actor;
}

/// Asynchronous work with an actor.
pub type WithActor<F> = TaskLocalFuture<Actor, F>;

/// Runs asynchronous work as this actor. The previous actor is restored afterwards.
pub fn with_actor<F: Future>(actor: Actor, work: F) -> WithActor<F> {
    ACTOR.scope(actor, work)
}

/// Runs synchronous work as this actor, such as on a thread of one's own.
pub fn with_actor_sync<R>(actor: Actor, work: impl FnOnce() -> R) -> R {
    ACTOR.sync_scope(actor, work)
}

/// Spawns a task with the current actor; a task spawned otherwise acts as the system.
///
/// # Panics
/// Outside a Tokio runtime, as [`tokio::spawn`] does.
pub fn spawn_with_actor<F>(work: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    tokio::spawn(with_actor(current_actor(), work))
}

/// Returns the current actor, or else the system.
pub fn current_actor() -> Actor {
    ACTOR.try_with(|actor| actor.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use annals_event::ActorType;

    use super::*;

    fn named(id: &str) -> Actor {
        Actor { kind: ActorType::User, id: Some(id.to_owned()), name: None, ..Actor::default() }
    }

    #[tokio::test]
    async fn the_actor_is_the_innermost_one_named() {
        assert_eq!(current_actor(), Actor::default());
        with_actor(named("ada"), async {
            assert_eq!(current_actor(), named("ada"));
            with_actor(named("bo"), async { assert_eq!(current_actor(), named("bo")) }).await;
            with_actor_sync(named("cy"), || assert_eq!(current_actor(), named("cy")));
            tokio::task::yield_now().await;
            assert_eq!(current_actor(), named("ada"));
        })
        .await;
        assert_eq!(current_actor(), Actor::default());
    }

    #[tokio::test]
    async fn a_spawned_task_acts_for_its_spawner_only_with_the_helper() {
        with_actor(named("ada"), async {
            let carried = spawn_with_actor(async { current_actor() });
            let plain = tokio::spawn(async { current_actor() });
            assert_eq!(carried.await.unwrap(), named("ada"));
            assert_eq!(plain.await.unwrap(), Actor::default());
        })
        .await;
    }

    #[test]
    fn there_is_an_actor_on_a_plain_thread() {
        let ada = with_actor_sync(named("ada"), || {
            let actor = current_actor();
            std::thread::spawn(|| with_actor_sync(actor, current_actor)).join().unwrap()
        });
        assert_eq!(ada, named("ada"));
        assert_eq!(std::thread::spawn(current_actor).join().unwrap(), Actor::default());
    }
}
