//! The application's examples of signing people in, as `docs/people-and-sign-in.md` shows them.

use std::process::Command;

use http::Method;
use serde_json::json;

use super::{configured, put};
use crate::support::{Engine, Server, root_on};

#[path = "../../../../../examples/sign-in/sign_in.rs"]
mod example;

const SECRET: &str = "the-secret-of-the-application-0123456789";
const PAGE: &str = "https://school.example/annals?a=1&b=2";

fn examples() -> String {
    format!("{}/../../examples/sign-in", env!("CARGO_MANIFEST_DIR"))
}

fn school() -> Server {
    let lines = format!(
        "[jwt]\nalgorithm = \"HS256\"\nsecret = \"{SECRET}\"\nissuer = \"https://school.example\"\n\
         audience = \"annals\"\nsign_in_url = \"{PAGE}\"\n"
    );
    configured(&root_on(Engine::Sqlite), &lines)
}

/// Runs a script of a language with the examples beside it, and returns what it prints.
fn printed(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(examples())
        .env("ANNALS_URL", "http://annals.example")
        .env("ANNALS_JWT__SECRET", SECRET)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap_or_else(|error| panic!("{program} is needed: {error}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn each_example_signs_a_person_in() {
    let server = school();
    put(&server, "cleo", &json!({"kind": "user", "name": "Cleo"})).await;
    let node = "import { annalsLink } from './sign_in.mjs'; \
                console.log(annalsLink({ id: 'cleo', name: 'Cleo' }, '/family?child=ben'));";
    let python = "from sign_in import annals_link; \
                  print(annals_link('cleo', 'Cleo', '/family?child=ben'))";
    let links = [
        printed("node", &["--input-type=module", "--eval", node]),
        printed("python3", &["-c", python]),
        example::annals_link("http://annals.example", SECRET, "cleo", "Cleo", "/family?child=ben"),
    ];
    for link in links {
        let (before, token) = link.split_once("#token=").unwrap();
        assert_eq!(before, "http://annals.example/signin?next=%2Ffamily%3Fchild%3Dben");
        let call = server.call(Method::POST, "/api/v1/session").nobody();
        let body = json!({ "token": token }).to_string();
        let answer = call.body("application/json", body).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.json()["person_id"], "cleo");
    }
}

#[test]
fn the_document_shows_the_examples() {
    let document = format!("{}/../../docs/people-and-sign-in.md", env!("CARGO_MANIFEST_DIR"));
    let document = std::fs::read_to_string(document).unwrap();
    for (file, language) in
        [("sign_in.mjs", "js"), ("sign_in.py", "python"), ("sign_in.rs", "rust")]
    {
        let text = std::fs::read_to_string(format!("{}/{file}", examples())).unwrap();
        assert!(document.contains(&format!("```{language}\n{text}```")), "{file}");
    }
}

#[tokio::test]
async fn the_page_knows_where_people_sign_in() {
    let page = school().get("/signin").nobody().send().await.text();
    if page.contains("without the dashboard") {
        return;
    }
    assert!(page.contains(r#"<meta name="annals-tokens" content="yes""#), "{page}");
    let named =
        r#"<meta name="annals-sign-in" content="https://school.example/annals?a=1&amp;b=2""#;
    assert!(page.contains(named), "{page}");
    let page = Server::start().get("/signin").nobody().send().await.text();
    assert!(page.contains(r#"<meta name="annals-tokens" content="no""#), "{page}");
}
