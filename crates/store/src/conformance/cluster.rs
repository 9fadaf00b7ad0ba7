//! Methods for several servers on one journal, as one server sees them. An engine for one process
//! answers as for a single server.

use std::sync::Arc;
use std::time::Duration;

use super::super::{Collection, PersonKind, Store};
use super::people::person;
use super::world::plain_ones;
use super::{START, accepted, anonymised};

const HOUR: Duration = Duration::from_secs(3_600);

pub async fn who_holds_a_lease_may_ask_again(store: Arc<dyn Store>) {
    assert_eq!(store.lease("work", HOUR).await, Ok(true));
    assert_eq!(store.lease("work", HOUR).await, Ok(true));
    assert_eq!(store.lease("other work", HOUR).await, Ok(true));
    store.release("work").await.unwrap();
    // Giving back what nobody holds changes nothing.
    store.release("work").await.unwrap();
    assert_eq!(store.lease("work", HOUR).await, Ok(true));
}

pub async fn events_leave_the_configuration_s_version_as_it_is(store: Arc<dyn Store>) {
    let before = store.config_version().await.unwrap();
    accepted(&*store, plain_ones(1..4), START).await;
    store.put_checkpoint("job", "1").await.unwrap();
    assert_eq!(store.config_version().await, Ok(before));
    let mut child = person("c1", PersonKind::Child, &[]);
    store.put_person(child.clone()).await.unwrap();
    let after = store.config_version().await.unwrap();
    // 0 is the answer where only this process changes it.
    assert!(after > before || after == 0, "{before} {after}");
    child.collection = Collection::Full;
    store.put_person(child).await.unwrap();
    let last = store.config_version().await.unwrap();
    assert!(last > after || last == 0, "{after} {last}");
}

pub async fn events_that_lose_people_are_counted_for_others(store: Arc<dyn Store>) {
    let events = accepted(&*store, plain_ones(1..11), START).await;
    let before = store.rewritten().await.unwrap();
    anonymised(&*store, &events[2..5]).await;
    let after = store.rewritten().await.unwrap();
    assert!(after == before + 3 || after == 0, "{before} {after}");
    accepted(&*store, plain_ones(11..12), START).await;
    assert_eq!(store.rewritten().await, Ok(after));
}

pub async fn waiting_for_others_keeps_nobody_from_writing(store: Arc<dyn Store>) {
    let waiting = {
        let store = super::share(&store);
        tokio::spawn(async move {
            tokio::time::timeout(Duration::from_millis(300), store.head_changed()).await
        })
    };
    accepted(&*store, plain_ones(1..4), START).await;
    // Only this store appends, and an engine may notify it of that.
    let _heard = waiting.await.unwrap();
    assert_eq!(store.head().await.unwrap().seq, 3);
}
