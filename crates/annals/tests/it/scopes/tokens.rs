//! Tokens of the application: which are accepted, and attacks on them.

use annals_event::Time;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::{ADA, BEN, CLEO, LATER, SECRET, claims, configured, id, jwt, school, signed, token};
use crate::support::{Engine, Server, root, run, until};

const RSA: &[u8] = include_bytes!("keys/rsa.pem");
const RSA_PUBLIC: &str = include_str!("keys/rsa.pub.pem");
const EC: &[u8] = include_bytes!("keys/ec.pem");
const EC_PUBLIC: &str = include_str!("keys/ec.pub.pem");
const ED: &[u8] = include_bytes!("keys/ed.pem");
const ED_PUBLIC: &str = include_str!("keys/ed.pub.pem");

async fn whoami(server: &Server, token: &str) -> (u16, Value) {
    let answer = server.get("/api/v1/session").key(token).send().await;
    (answer.status, answer.json())
}

async fn refused(server: &Server, token: &str, why: &str) {
    let (status, answer) = whoami(server, token).await;
    assert_eq!(status, 401, "{why}: {answer}");
    // Exchanged for a session, or beside an ingest key, it is refused as well.
    let session = server.post("/api/v1/session", &json!({ "token": token })).nobody();
    assert_eq!(session.send().await.status, 401, "{why}");
    let (ingest, _) = server.key("ingest").await;
    let event = json!([{ "action": "page_view" }]);
    let beside = server.post("/api/v1/events", &event).key(&ingest);
    assert_eq!(beside.header("x-annals-user", token).send().await.status, 401, "{why}");
}

/// The claims of a valid token with some changed; `null` removes one.
fn with(change: &Value) -> Value {
    let mut claims = claims(ADA);
    for (name, value) in change.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

#[tokio::test]
async fn a_good_token_says_who_somebody_is() {
    let server = school(Engine::Sqlite).await;
    for (change, role) in [
        (json!({}), "user"),
        (json!({ "role": "admin" }), "admin"),
        (json!({ "role": "auditor" }), "auditor"),
        (json!({ "role": "service" }), "user"),
        (json!({ "role": ["admin"] }), "user"),
        (json!({ "sub": BEN }), "child"),
        (json!({ "aud": ["other", "annals"] }), "user"),
        (json!({ "nbf": 1_000_000_000 }), "user"),
        // Claims about relations are ignored.
        (json!({ "children": [BEN], "guardians": [BEN] }), "user"),
    ] {
        let (status, me) = whoami(&server, &signed(&with(&change))).await;
        assert_eq!((status, &me["role"]), (200, &json!(role)), "{change}: {me}");
        assert_eq!(me.get("children"), None, "{change}");
    }
    let (_, me) = whoami(&server, &token(CLEO)).await;
    assert_eq!(me["children"], json!([BEN]));
}

#[tokio::test]
async fn a_token_that_is_wrong_in_anything_is_refused() {
    let server = school(Engine::Sqlite).await;
    for change in [
        json!({ "exp": 1_000_000_000 }),
        json!({ "exp": null }),
        json!({ "exp": "never" }),
        json!({ "exp": -1 }),
        json!({ "nbf": LATER - 1 }),
        json!({ "nbf": "now" }),
        json!({ "aud": "other" }),
        json!({ "aud": null }),
        json!({ "iss": "other" }),
        json!({ "iss": null }),
        json!({ "sub": null }),
        json!({ "sub": "" }),
        json!({ "sub": "undefined" }),
        json!({ "sub": "[object Object]" }),
        json!({ "sub": 7 }),
        json!({ "sub": "a\nb" }),
        json!({ "sub": "x".repeat(201) }),
    ] {
        refused(&server, &signed(&with(&change)), &change.to_string()).await;
    }
    let good = token(ADA);
    let (head, rest) = good.split_once('.').unwrap();
    let (body, signature) = rest.split_once('.').unwrap();
    let other = EncodingKey::from_secret(b"another-secret-of-enough-characters!");
    let other = encode(&Header::new(Algorithm::HS256), &claims(ADA), &other).unwrap();
    let admin = URL_SAFE_NO_PAD.encode(with(&json!({ "role": "admin" })).to_string());
    let header = |header: Value| URL_SAFE_NO_PAD.encode(header.to_string());
    let none = header(json!({ "alg": "none", "typ": "JWT" }));
    let critical = Header { crit: Some(vec!["b64".to_owned()]), ..Header::new(Algorithm::HS256) };
    let secret = EncodingKey::from_secret(SECRET.as_bytes());
    let critical = encode(&critical, &claims(ADA), &secret).unwrap();
    for (token, why) in [
        (critical, "a critical extension"),
        (other, "another secret"),
        (format!("{head}.{admin}.{signature}"), "another body"),
        (format!("{head}.{body}."), "no signature"),
        (format!("{none}.{body}."), "alg none"),
        (format!("{none}.{body}.{signature}"), "alg none with a signature"),
        (format!("{}.{body}.", header(json!({ "alg": "NONE" }))), "alg NONE"),
        (format!("{}.{body}.{signature}", header(json!({ "alg": "HS512" }))), "alg HS512"),
        (format!("{}.{body}.{signature}", header(json!({}))), "no alg"),
        ("a.b.c".to_owned(), "garbage"),
        ("..".to_owned(), "nothing"),
        (format!("{good}.x"), "four parts"),
    ] {
        refused(&server, &token, why).await;
    }
    // The record holds only that somebody failed, and nothing of the token.
    let failed = server.get("/api/v1/events?action=login_failed&limit=500").send().await;
    assert!(!failed.text().contains("another-secret") && !failed.text().contains(body));
}

#[tokio::test]
async fn public_keys_of_each_kind_open_their_own_tokens_alone() {
    let rsa = EncodingKey::from_rsa_pem(RSA).unwrap();
    let ec = EncodingKey::from_ec_pem(EC).unwrap();
    let ed = EncodingKey::from_ed_pem(ED).unwrap();
    let kinds = [
        ("RS256", Algorithm::RS256, &rsa, RSA_PUBLIC),
        ("ES256", Algorithm::ES256, &ec, EC_PUBLIC),
        ("EdDSA", Algorithm::EdDSA, &ed, ED_PUBLIC),
    ];
    for (name, algorithm, key, public) in kinds {
        let root = root();
        std::fs::write(root.path().join("key.pem"), public).unwrap();
        let keys = format!("algorithm = \"{name}\"\npublic_key_file = \"key.pem\"");
        let server = configured(&root, &jwt(&keys));
        let good = encode(&Header::new(algorithm), &claims(ADA), key).unwrap();
        assert_eq!(whoami(&server, &good).await.0, 200, "{name}");
        for (other, algorithm, key, _) in kinds {
            if other != name {
                let token = encode(&Header::new(algorithm), &claims(ADA), key).unwrap();
                refused(&server, &token, other).await;
            }
        }
        // An attacker signs with the public key as if it were a shared secret.
        let forger = EncodingKey::from_secret(public.as_bytes());
        let forged = encode(&Header::new(Algorithm::HS256), &claims(ADA), &forger).unwrap();
        refused(&server, &forged, "the public key as a secret").await;
    }
}

#[tokio::test]
async fn of_a_key_set_the_one_named_opens_the_token() {
    let key = EncodingKey::from_rsa_pem(RSA).unwrap();
    let mut jwk = Jwk::from_encoding_key(&key, Algorithm::RS256).unwrap();
    jwk.common.key_id = Some("2026".to_owned());
    let mut unnamed = jwk.clone();
    unnamed.common.key_id = None;
    let ed = EncodingKey::from_ed_pem(ED).unwrap();
    let mut other = Jwk::from_encoding_key(&ed, Algorithm::EdDSA).unwrap();
    other.common.key_id = Some("ed".to_owned());
    let root = root();
    let set = json!({ "keys": [unnamed, other, jwk] });
    std::fs::write(root.path().join("keys.json"), set.to_string()).unwrap();
    let server = configured(&root, &jwt("algorithm = \"RS256\"\njwks_file = \"keys.json\""));
    let named = |kid: Option<&str>| {
        let header = Header { kid: kid.map(str::to_owned), ..Header::new(Algorithm::RS256) };
        encode(&header, &claims(ADA), &key).unwrap()
    };
    assert_eq!(whoami(&server, &named(Some("2026"))).await.0, 200);
    refused(&server, &named(Some("2025")), "an unknown kid").await;
    refused(&server, &named(None), "no kid").await;
    refused(&server, &named(Some("ed")), "a key of another algorithm").await;
    let header = Header { kid: Some("ed".to_owned()), ..Header::new(Algorithm::EdDSA) };
    let token = encode(&header, &claims(ADA), &ed).unwrap();
    refused(&server, &token, "another algorithm, by a key of the set").await;
}

#[tokio::test]
async fn keys_come_and_go_with_their_file() {
    let (rsa, ed) =
        (EncodingKey::from_rsa_pem(RSA).unwrap(), EncodingKey::from_ed_pem(ED).unwrap());
    let set = |keys: &[(&EncodingKey, Algorithm, &str)]| {
        let keys = keys.iter().map(|(key, algorithm, id)| {
            let mut jwk = Jwk::from_encoding_key(key, *algorithm).unwrap();
            jwk.common.key_id = Some((*id).to_owned());
            jwk
        });
        json!({ "keys": keys.collect::<Vec<_>>() }).to_string()
    };
    let token = |kid: &str| {
        let header = Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::RS256) };
        encode(&header, &claims(ADA), &rsa).unwrap()
    };
    let root = root();
    let put = |text: &str| {
        let (new, file) = (root.path().join("new.json"), root.path().join("keys.json"));
        std::fs::write(&new, text).unwrap();
        std::fs::rename(new, file).unwrap();
    };
    put(&set(&[(&rsa, Algorithm::RS256, "old")]));
    let server = configured(&root, &jwt("algorithm = \"RS256\"\njwks_file = \"keys.json\""));
    refused(&server, &token("new"), "not there yet").await;
    put(&set(&[(&rsa, Algorithm::RS256, "old"), (&rsa, Algorithm::RS256, "new")]));
    let status = async |kid: &str| whoami(&server, &token(kid)).await.0;
    until("the new key counts", async || (status("new").await == 200).then_some(())).await;
    assert_eq!(status("old").await, 200);
    // An invalid file changes nothing and is logged.
    let logged = async |what: &str| {
        let log = server.get("/api/v1/debug-log").send().await.text();
        log.contains(what).then_some(())
    };
    put("{");
    until("it is logged", async || logged("keys.json is not a JWK set").await).await;
    put(&set(&[(&ed, Algorithm::EdDSA, "ed")]));
    until("it is logged", async || logged("keys.json has no key").await).await;
    assert_eq!(status("new").await, 200);
    // A removed key is no longer accepted.
    put(&set(&[(&rsa, Algorithm::RS256, "new")]));
    until("the old key is out", async || (status("old").await == 401).then_some(())).await;
    assert_eq!(status("new").await, 200);
}

#[tokio::test]
async fn without_configuration_no_token_is_accepted() {
    let server = Server::start();
    refused(&server, &token(ADA), "not configured").await;
    let key = server.get("/api/v1/session").key("no-token").send().await;
    assert_eq!(key.problem(), (401, "key_invalid".to_owned()));
}

#[tokio::test]
async fn a_session_ends_no_later_than_its_token() {
    let server = school(Engine::Sqlite).await;
    server.append(&[json!({ "id": id(1), "action": "page_view" })]).await;
    let event = server.get(&format!("/api/v1/events/{}", id(1))).send().await.json();
    let now: Time = event["created_at"].as_str().unwrap().parse().unwrap();
    let exp = now.as_micros() / 1_000_000 + 3_600;
    let token = signed(&with(&json!({ "sub": CLEO, "exp": exp, "name": "Cleo C." })));
    let signed_in =
        server.post("/api/v1/session", &json!({ "token": token })).nobody().send().await;
    assert_eq!(signed_in.status, 200, "{}", signed_in.text());
    let me = signed_in.json();
    assert_eq!((&me["role"], &me["children"]), (&json!("user"), &json!([BEN])));
    assert_eq!((&me["person_id"], &me["label"]), (&json!(CLEO), &json!("Cleo C.")));
    let ends: Time = me["expires_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(ends.as_micros(), exp * 1_000_000);
    let set = signed_in.header("set-cookie");
    let age: i64 =
        set.split("Max-Age=").nth(1).unwrap().split(';').next().unwrap().parse().unwrap();
    assert!((1..=3_600).contains(&age), "{set}");

    // The cookie reads what the token reads, and writes with the CSRF header only.
    let cookie = set.split(';').next().unwrap();
    let reads = server.get("/api/v1/people/ben").nobody().header("cookie", cookie);
    assert_eq!(reads.send().await.status, 200);
    let stranger = server.get("/api/v1/people/zed").nobody().header("cookie", cookie);
    assert_eq!(stranger.send().await.status, 404);
    let event = json!([{ "action": "quest_viewed", "subject": { "id": BEN } }]);
    let write = || server.post("/api/v1/events", &event).nobody().header("cookie", cookie);
    assert_eq!(write().send().await.status, 403);
    let csrf = me["csrf_token"].as_str().unwrap();
    assert_eq!(write().header("x-csrf-token", csrf).send().await.status, 201);
    let acted = server.get("/api/v1/events?action=login_success&actor=cleo").send().await.json();
    assert_eq!(acted["events"].as_array().unwrap().len(), 1);
}

#[test]
fn a_configuration_that_cannot_work_is_named() {
    let root = root();
    std::fs::write(root.path().join("empty.json"), "{\"keys\": []}").unwrap();
    std::fs::write(root.path().join("ed.pem"), ED_PUBLIC).unwrap();
    for (keys, named) in [
        ("algorithm = \"HS256\"".to_owned(), "jwt.secret"),
        ("algorithm = \"none\"".to_owned(), "jwt.algorithm"),
        (format!("algorithm = \"RS256\"\nsecret = \"{SECRET}\""), "jwt.secret"),
        ("algorithm = \"RS256\"".to_owned(), "jwt.public_key_file"),
        ("algorithm = \"RS256\"\npublic_key_file = \"ed.pem\"".to_owned(), "jwt.public_key_file"),
        ("algorithm = \"ES256\"\npublic_key_file = \"gone.pem\"".to_owned(), "jwt.public_key_file"),
        ("algorithm = \"RS256\"\njwks_file = \"empty.json\"".to_owned(), "jwt.jwks_file"),
    ] {
        let file = root.path().join("test.toml");
        std::fs::write(&file, jwt(&keys)).unwrap();
        let output =
            run(&root, &["--config", file.to_str().unwrap(), "serve", "--listen", "127.0.0.1:0"]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && stderr.contains(named), "{keys}: {stderr}");
        assert!(!stderr.contains(SECRET), "{stderr}");
    }
}
