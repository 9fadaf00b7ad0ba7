//! The dashboard's session: how it begins, which headers it needs, how it ends.

use http::Method;
use serde_json::{Value, json};

use crate::support::{
    ADMIN, Answer, Call, Engine, Server, annals, data_dir, on_every_engine, root,
};

on_every_engine!(a_session_ends_with_its_key, a_link_works_once);

async fn sign_in(server: &Server, with: &Value) -> Answer {
    server.post("/api/v1/session", with).nobody().send().await
}

/// The cookie as a browser sends it back, and the CSRF token.
fn session(answer: &Answer) -> (String, String) {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let cookie = answer.header("set-cookie").split(';').next().unwrap();
    let token = answer.json()["csrf_token"].as_str().unwrap().to_owned();
    (cookie.to_owned(), token)
}

fn with_cookie(call: Call, cookie: &str) -> Call {
    call.nobody().header("cookie", cookie)
}

async fn who(server: &Server, cookie: &str) -> Answer {
    with_cookie(server.get("/api/v1/session"), cookie).send().await
}

#[tokio::test]
async fn a_key_opens_a_session_whose_cookie_only_this_site_sends() {
    let server = Server::start();
    let answer = sign_in(&server, &json!({ "key": ADMIN })).await;
    let set = answer.header("set-cookie");
    for attribute in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="] {
        assert!(set.contains(attribute), "{attribute}: {set}");
    }
    let (cookie, token) = session(&answer);
    // The token is no substitute for the cookie, and the body does not hold the cookie.
    assert!(!cookie.contains(&token));
    let value = cookie.split_once('=').unwrap().1;
    assert!(!answer.text().contains(value));
    let me = who(&server, &cookie).await;
    assert_eq!((me.status, &me.json()["role"]), (200, &json!("admin")));

    // From another machine the cookie is limited to TLS.
    let elsewhere = server
        .post("/api/v1/session", &json!({ "key": ADMIN }))
        .nobody()
        .header("host", "annals.example.org")
        .send()
        .await;
    assert!(elsewhere.header("set-cookie").contains("; Secure"));
}

#[tokio::test]
async fn what_does_not_work_opens_nothing() {
    let server = Server::start();
    let (ingest, _) = server.key("ingest").await;
    for (with, status, code) in [
        (json!({"key": "ann_admin_0"}), 401, "key_invalid"),
        (json!({"link": "0123-in-vain"}), 401, "link_invalid"),
        (json!({}), 400, "invalid"),
        (json!({"key": ADMIN, "link": "0123-in-vain"}), 400, "invalid"),
        (json!({"key": ADMIN, "surprise": 1}), 422, "invalid"),
        (json!({"key": 7}), 422, "invalid"),
        (json!({ "key": ingest }), 403, "forbidden"),
    ] {
        let answer = sign_in(&server, &with).await;
        assert_eq!(answer.problem(), (status, code.to_owned()), "{with}");
        assert_eq!(answer.header("set-cookie"), "");
    }
    for cookie in ["annals_session=", "annals_session=0123-in-vain"] {
        let answer = who(&server, cookie).await;
        assert_eq!(answer.problem(), (401, "session_over".to_owned()));
    }
    // Both failures are on the record, without the secret that was tried.
    let list = server.get("/api/v1/events?action=login_failed").send().await;
    assert_eq!(list.json()["events"].as_array().unwrap().len(), 2);
    assert!(!list.text().contains("0123-in-vain"));
}

#[tokio::test]
async fn writes_with_the_cookie_need_the_token() {
    let server = Server::start();
    let (cookie, token) = session(&sign_in(&server, &json!({ "key": ADMIN })).await);
    let (other, _) = session(&sign_in(&server, &json!({ "key": ADMIN })).await);
    let new = json!({"role": "auditor", "name": "made with a cookie"});
    let create = || with_cookie(server.post("/api/v1/keys", &new), &cookie);
    for call in [
        create(),
        create().header("x-csrf-token", ""),
        create().header("x-csrf-token", &token[1..]),
        create().header("x-csrf-token", cookie.split_once('=').unwrap().1),
        // Another session's token is refused.
        with_cookie(server.post("/api/v1/keys", &new), &other).header("x-csrf-token", &token),
        with_cookie(server.delete("/api/v1/session"), &cookie),
        with_cookie(server.post("/api/v1/sign-in-links", &json!({})), &cookie),
        with_cookie(server.post("/api/v1/events", &json!({"action": "x"})), &cookie),
    ] {
        assert_eq!(call.send().await.problem(), (403, "csrf".to_owned()));
    }
    let made = create().header("x-csrf-token", &token).send().await;
    assert_eq!(made.status, 201, "{}", made.text());
}

#[tokio::test]
async fn signing_out_ends_the_session_and_no_other() {
    let server = Server::start();
    let (cookie, token) = session(&sign_in(&server, &json!({ "key": ADMIN })).await);
    let (other, _) = session(&sign_in(&server, &json!({ "key": ADMIN })).await);
    let out = with_cookie(server.delete("/api/v1/session"), &cookie);
    let out = out.header("x-csrf-token", &token).send().await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    let answer = who(&server, &cookie).await;
    assert_eq!(answer.problem(), (401, "session_over".to_owned()));
    assert_eq!(who(&server, &other).await.status, 200);
}

async fn a_session_ends_with_its_key(engine: Engine) {
    let server = Server::start_on(engine);
    let (secret, id) = server.key("auditor").await;
    let (cookie, _) = session(&sign_in(&server, &json!({ "key": secret })).await);
    assert_eq!(who(&server, &cookie).await.json()["role"], "auditor");
    // A session has no more permissions than its key.
    let write = with_cookie(server.post("/api/v1/events", &json!({})), &cookie);
    assert_eq!(write.send().await.problem().0, 403);
    let revoked = server.delete(&format!("/api/v1/keys/{id}")).send().await;
    assert_eq!(revoked.status, 200);
    let answer = who(&server, &cookie).await;
    assert_eq!(answer.problem(), (401, "session_over".to_owned()));
}

async fn a_link_works_once(engine: Engine) {
    let server = Server::start_on(engine);
    let made = server.call(Method::POST, "/api/v1/sign-in-links").send().await;
    assert_eq!(made.status, 201);
    let token = made.json()["token"].as_str().unwrap().to_owned();
    // The token follows the `#`, which browsers do not send.
    let url = made.json()["url"].as_str().unwrap().to_owned();
    assert!(url.ends_with(&format!("/signin#link={token}")), "{url}");
    let with = json!({ "link": token });
    let (one, two) = tokio::join!(sign_in(&server, &with), sign_in(&server, &with));
    let mut both = [one.status, two.status];
    both.sort_unstable();
    assert_eq!(both, [200, 401]);
    let third = sign_in(&server, &with).await;
    assert_eq!(third.problem(), (401, "link_invalid".to_owned()));
    // A session's own token is no link, and trying it as one does not end the session.
    let (cookie, _) = session(if one.status == 200 { &one } else { &two });
    let value = cookie.split_once('=').unwrap().1;
    assert_eq!(sign_in(&server, &json!({ "link": value })).await.status, 401);
    assert_eq!(who(&server, &cookie).await.status, 200);
}

#[tokio::test]
async fn a_link_and_a_session_that_have_expired_do_not_work() {
    let root = root();
    let server = Server::on(&root);
    let (cookie, _) = session(&sign_in(&server, &json!({ "key": ADMIN })).await);
    let made = server.call(Method::POST, "/api/v1/sign-in-links").send().await;
    let token = made.json()["token"].clone();
    assert!(server.stop().success());
    // Expire the link and the session at once.
    let database = rusqlite::Connection::open(data_dir(&root).join("journal.db")).unwrap();
    let aged =
        database.execute("UPDATE annals_sign_ins SET expires_at = expires_at - 604800000000", []);
    assert_eq!(aged, Ok(2));
    drop(database);
    let server = Server::on(&root);
    let answer = sign_in(&server, &json!({ "link": token })).await;
    assert_eq!(answer.problem(), (401, "link_invalid".to_owned()));
    let answer = who(&server, &cookie).await;
    assert_eq!(answer.problem(), (401, "session_over".to_owned()));
}

#[tokio::test]
async fn without_a_key_the_server_prints_a_link_that_works() {
    let root = root();
    let data = data_dir(&root);
    let arguments = ["--data-dir", data.to_str().unwrap()];
    let (server, printed) = Server::spawn(&root, &arguments, None);
    let token = printed.split_once("#link=").unwrap().1.trim().to_owned();
    let answer = sign_in(&server, &json!({ "link": token })).await;
    let (cookie, token) = session(&answer);
    assert_eq!(answer.json()["role"], "admin");
    let new = json!({"role": "admin", "name": "the first"});
    let call = with_cookie(server.post("/api/v1/keys", &new), &cookie);
    let made = call.header("x-csrf-token", &token).send().await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert!(server.stop().success());
    // A bootstrap key that is too short is refused, by the setting's name.
    let output = annals(&root)
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env("ANNALS_ADMIN_KEY", "short")
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr.contains("ANNALS_ADMIN_KEY") && !stderr.contains("short"), "{stderr}");
}
