// [dependencies] jsonwebtoken, serde_json, url
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::json;
use url::Url;

/// The link that signs one of your people in to Annals, for the next five minutes.
pub fn annals_link(annals: &str, secret: &str, person: &str, name: &str, next: &str) -> String {
    let now = std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs());
    let claims = json!({
        "sub": person, "name": name, "iss": "https://school.example", "aud": "annals",
        "exp": now + 300,
    });
    let key = EncodingKey::from_secret(secret.as_bytes());
    let token = encode(&Header::default(), &claims, &key).expect("the claims are plain JSON");
    let mut link = Url::parse_with_params(&format!("{annals}/signin"), [("next", next)])
        .expect("the address of Annals is a URL");
    link.set_fragment(Some(&format!("token={token}")));
    link.into()
}
