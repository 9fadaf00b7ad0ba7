//! Keys: which work. The scope matrix (`scopes/matrix.rs`) checks what each role may do.

use serde_json::json;

use crate::support::{ADMIN, Engine, Server, on_every_engine, until};

on_every_engine!(a_key_that_does_not_work_is_refused_with_the_reason);

async fn a_key_that_does_not_work_is_refused_with_the_reason(engine: Engine) {
    let server = Server::start_on(engine);
    let list = || server.get("/api/v1/events");
    let nobody = list().nobody().send().await;
    assert_eq!(nobody.problem(), (401, "key_missing".to_owned()));
    assert_eq!(nobody.header("www-authenticate"), "Bearer");
    for wrong in ["ann_admin_0", "", &ADMIN[1..], &format!("{ADMIN}x")] {
        let answer = list().key(wrong).send().await;
        assert_eq!(answer.problem(), (401, "key_invalid".to_owned()), "{wrong}");
    }
    let basic = list().nobody().header("authorization", "Basic YWRtaW4=");
    assert_eq!(basic.send().await.problem(), (401, "key_invalid".to_owned()));

    let (secret, id) = server.key("auditor").await;
    assert_eq!(list().key(&secret).send().await.status, 200);
    let revoked = server.delete(&format!("/api/v1/keys/{id}")).send().await;
    assert_eq!(revoked.status, 200);
    let answer = list().key(&secret).send().await;
    assert_eq!(answer.problem(), (401, "key_revoked".to_owned()));

    // A key that expires in a moment.
    let soon = jiff::Timestamp::from_second(now() + 2).unwrap().to_string();
    let new = json!({"role": "auditor", "name": "short-lived", "expires_at": soon});
    let made = server.post("/api/v1/keys", &new).send().await.json();
    let secret = made["secret"].as_str().unwrap();
    let code = until("the key to expire", async || {
        let answer = list().key(secret).send().await;
        (answer.status != 200).then(|| answer.problem().1)
    })
    .await;
    assert_eq!(code, "key_expired");
    let past = json!({"role": "auditor", "name": "late", "expires_at": "2020-01-01T00:00:00Z"});
    let answer = server.post("/api/v1/keys", &past).send().await;
    assert_eq!(answer.problem(), (422, "invalid".to_owned()));
    assert_eq!(answer.json()["errors"][0]["field"], "expires_at");
}

/// Seconds since the epoch, from the one clock that both processes share.
fn now() -> i64 {
    let file = tempfile::NamedTempFile::new().unwrap();
    let made = file.as_file().metadata().unwrap().modified().unwrap();
    let since = made.duration_since(std::time::UNIX_EPOCH).unwrap();
    since.as_secs().try_into().unwrap()
}
