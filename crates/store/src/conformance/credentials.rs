//! Keys, sign-ins, settings, and backups.

use std::sync::Arc;

use super::super::{Key, Role, SignIn, SignInKind, Store, StoreError};
use super::world::plain_ones;
use super::{START, accepted, share};

fn key(number: u8, role: Role) -> Key {
    Key {
        id: format!("key_{number}"),
        hash: [number; 32],
        role,
        name: "Ada's läptop 😀".to_owned(),
        origins: (1..number).map(|n| format!("https://{n}.example")).collect(),
        created_at: START.plus_micros(i64::from(number)),
        expires_at: None,
        revoked_at: None,
        last_used_at: None,
    }
}

pub async fn keys_are_kept(store: Arc<dyn Store>) {
    assert_eq!(store.keys().await, Ok(Vec::new()));
    let mut keys: Vec<Key> = (1..).zip(Role::OF_KEYS).map(|(n, r)| key(n, r)).collect();
    keys[1].expires_at = Some(START.plus_micros(7));
    // Oldest first, whatever the order of writing.
    for key in keys.iter().rev() {
        store.put_key(key.clone()).await.unwrap();
    }
    assert_eq!(store.keys().await.unwrap(), keys);

    keys[2].revoked_at = Some(START.plus_micros(9));
    store.put_key(keys[2].clone()).await.unwrap();
    // Recording a use must not undo a change made meanwhile.
    keys[2].last_used_at = Some(START.plus_micros(11));
    let used = START.plus_micros(11);
    store.touch_key("key_3", used).await.unwrap();
    store.touch_key("key_99", used).await.unwrap();
    assert_eq!(store.keys().await.unwrap(), keys);
}

fn sign_in(number: u8, kind: SignInKind) -> SignIn {
    SignIn {
        hash: [number; 32],
        kind,
        role: Role::Auditor,
        label: "läptop".to_owned(),
        key_id: (kind == SignInKind::Session).then(|| "key_1".to_owned()),
        person_id: (number == 3).then(|| "ädä".to_owned()),
        expires_at: START.plus_micros(i64::from(number)),
    }
}

pub async fn sign_ins_are_kept_until_they_expire(store: Arc<dyn Store>) {
    let all = [
        sign_in(1, SignInKind::Link),
        sign_in(2, SignInKind::Session),
        sign_in(3, SignInKind::Session),
    ];
    for one in &all {
        store.put_sign_in(one.clone()).await.unwrap();
    }
    for one in &all {
        assert_eq!(store.sign_in(one.hash).await.unwrap().as_ref(), Some(one));
    }
    assert_eq!(store.sign_in([9; 32]).await, Ok(None));
    // Before the moment, not at it.
    assert_eq!(store.expire_sign_ins(all[1].expires_at).await, Ok(1));
    assert_eq!(store.sign_in(all[0].hash).await, Ok(None));
    assert_eq!(store.sign_in(all[1].hash).await, Ok(Some(all[1].clone())));
}

pub async fn of_many_who_take_a_sign_in_one_gets_it(store: Arc<dyn Store>) {
    let link = sign_in(1, SignInKind::Link);
    store.put_sign_in(link.clone()).await.unwrap();
    let tasks = (0..8).map(|_| {
        let store = share(&store);
        tokio::spawn(async move { store.redeem_sign_in([1; 32]).await.unwrap() })
    });
    let mut taken = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        taken.extend(task.await.unwrap());
    }
    assert_eq!(taken, [link]);
    assert_eq!(store.sign_in([1; 32]).await, Ok(None));
}

pub async fn settings_are_kept(store: Arc<dyn Store>) {
    assert_eq!(store.setting("recording").await, Ok(None));
    for value in [r#"{"enabled":true}"#, r#"{"ädä":"😀"}"#] {
        store.put_setting("recording", value).await.unwrap();
        let kept = store.setting("recording").await.unwrap();
        assert_eq!(kept.as_deref(), Some(value));
    }
    assert_eq!(store.setting("Recording").await, Ok(None));
}

pub async fn checkpoints_are_kept_apart_from_settings(store: Arc<dyn Store>) {
    for value in ["1", r#"{"ädä":"😀"}"#] {
        store.put_checkpoint("job", value).await.unwrap();
        assert_eq!(store.checkpoint("job").await.unwrap().as_deref(), Some(value));
    }
    assert_eq!(store.setting("job").await, Ok(None));
    store.clear_checkpoint("job").await.unwrap();
    store.clear_checkpoint("job").await.unwrap();
    assert_eq!(store.checkpoint("job").await, Ok(None));
}

pub async fn a_probe_leaves_no_trace(store: Arc<dyn Store>) {
    accepted(&*store, plain_ones(1..4), START).await;
    let head = store.head().await.unwrap();
    for _ in 0..3 {
        store.probe().await.unwrap();
    }
    assert_eq!(store.head().await.unwrap(), head);
    let events = accepted(&*store, plain_ones(4..5), START).await;
    assert_eq!(events[0].seq, 4);
}

pub async fn a_backup_overwrites_nothing(store: Arc<dyn Store>) {
    accepted(&*store, plain_ones(1..4), START).await;
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("backup");
    std::fs::write(&target, "precious").unwrap();
    assert!(store.backup(&target).await.is_err());
    assert_eq!(std::fs::read(&target).unwrap(), b"precious");
    let target = directory.path().join("fresh");
    match store.backup(&target).await {
        // An engine without its own backup names the database's tool.
        Err(StoreError::Unsupported(why)) => return assert!(why.contains("pg_dump"), "{why}"),
        made => made.unwrap(),
    }
    assert!(std::fs::metadata(&target).unwrap().len() > 0);
    assert!(store.backup(&target).await.is_err());
}
