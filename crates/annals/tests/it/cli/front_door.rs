//! The first things an operator types: an address, a port that is taken, a question after health, completions.

use std::net::TcpListener;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{Server, annals, data_dir, printed, root, run, until};

use super::{refused, said};

#[test]
fn a_taken_port_is_named_with_a_way_out() {
    let root = root();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let next = port.checked_add(1).unwrap_or(8787);
    for command in ["serve", "demo"] {
        let said = refused(&root, &[command, "--listen", &port.to_string()], 1);
        assert!(said.contains(&format!("port {port} is in use")), "{command}: {said}");
        assert!(said.contains(&format!("`--listen {next}`")), "{command}: {said}");
    }
    // Nothing was loaded before.
    assert!(!root.path().join("demo-data").exists());
}

#[test]
fn the_demo_has_a_port_and_a_directory_of_its_own() {
    let root = root();
    let help = printed(&root, &["demo", "--help"]);
    assert!(help.contains("./demo-data") && !help.contains("./annals-data"), "{help}");
    assert!(help.contains("127.0.0.1:8788") && !help.contains("8787"), "{help}");
    let help = printed(&root, &["serve", "--help"]);
    assert!(help.contains("./annals-data") && help.contains("127.0.0.1:8787"), "{help}");
    assert!(!help.contains("8788"), "{help}");
}

#[tokio::test]
async fn every_address_prints_a_link_that_opens() {
    let root = root();
    let mut command = annals(&root);
    command.args(["--json", "config", "print"]).env("ANNALS_LISTEN", "9000");
    let config: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    assert_eq!(config["listen"], "127.0.0.1:9000");

    let data = data_dir(&root);
    let mut command = annals(&root);
    command.arg("--data-dir").arg(&data).args(["serve", "--listen", ":0"]);
    let log = root.path().join("printed");
    let out = std::fs::File::create(&log).unwrap();
    let mut child = command.stdout(out).stderr(Stdio::null()).spawn().unwrap();
    let printed = until("the link", async || {
        let printed = std::fs::read_to_string(&log).unwrap();
        printed.contains("works once").then_some(printed)
    })
    .await;
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(printed.contains("listening on http://localhost:"), "{printed}");
    assert!(
        printed.contains("sign in: http://localhost:") && !printed.contains("0.0.0.0"),
        "{printed}"
    );
}

#[test]
fn health_says_whether_a_server_is_ready() {
    let root = root();
    let server = Server::on(&root);
    let url = format!("http://{}", server.address);
    let said_of = |url: &str| run(&root, &["health", "--url", url]);
    let ready = said_of(&format!("{url}/"));
    assert!(ready.status.success(), "{ready:?}");
    assert!(String::from_utf8(ready.stdout).unwrap().contains("ready"), "{url}");
    // By the configuration, as in a container.
    let mut own = annals(&root);
    own.env("ANNALS_LISTEN", format!("0.0.0.0:{}", server.address.port()));
    assert!(own.arg("health").status().unwrap().success());
    for (url, named) in [
        (format!("{url}/elsewhere"), "not ready: There is nothing at this path"),
        ("https://127.0.0.1:1".to_owned(), "http://"),
    ] {
        let output = said_of(&url);
        assert_eq!(output.status.code(), Some(1), "{url}");
        assert!(said(&output).contains(named), "{url}: {output:?}");
    }
    server.stop();
    let output = said_of(&url);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(said(&output).contains("no server answers at"), "{output:?}");
}

#[test]
fn shells_and_readers_get_the_command_line() {
    let root = root();
    // Whatever the configuration says.
    std::fs::write(root.path().join("annals.toml"), "listne = 1").unwrap();
    for shell in ["bash", "zsh", "fish"] {
        assert!(printed(&root, &["completions", shell]).contains("annals"), "{shell}");
    }
    assert!(printed(&root, &["man"]).contains(".TH annals"));
    let pages = root.path().join("man");
    std::fs::create_dir(&pages).unwrap();
    let man = ["man", "--out", pages.to_str().unwrap()];
    assert!(printed(&root, &man).contains("pages in"));
    let page = std::fs::read_to_string(pages.join("annals-key-create.1")).unwrap();
    assert!(page.contains("expires"), "{page}");
    let said = refused(&root, &man, 1);
    assert!(said.contains("--force"), "{said}");
    printed(&root, &[&man[..], &["--force"]].concat());
}

#[tokio::test]
async fn keys_expire_after_a_span_and_the_list_says_when() {
    let root = root();
    for (name, expires) in
        [("span", "90d"), ("day", "2999-01-01"), ("time", "2999-01-01T09:30:00Z")]
    {
        printed(
            &root,
            &["key", "create", "--role", "auditor", "--name", name, "--expires", expires],
        );
    }
    printed(&root, &["key", "create", "--role", "auditor", "--name", "lasting"]);
    let list = printed(&root, &["key", "list"]);
    let line = |name: &str| list.lines().find(|line| line.ends_with(name)).unwrap().to_owned();
    assert!(line("day").contains(" active   2999-01-01T00:00:00Z"), "{list}");
    assert!(line("time").contains(" active   2999-01-01T09:30:00Z"), "{list}");
    assert!(line("lasting").contains(" active   never"), "{list}");
    assert!(line("span").contains(" active   20"), "{list}");
    let said = refused(
        &root,
        &["key", "create", "--role", "auditor", "--name", "x", "--expires", "soon"],
        2,
    );
    assert!(said.contains("90d"), "{said}");
}

#[tokio::test]
async fn an_export_replaces_no_file_unless_asked() {
    let root = root();
    let server = Server::on(&root);
    server.append(&[serde_json::json!({"action": "lamp_lit"})]).await;
    let file = root.path().join("events.csv");
    std::fs::write(&file, "mine").unwrap();
    let export = ["export", "-o", file.to_str().unwrap()];
    let said = refused(&root, &export, 1);
    assert!(said.contains("exists already") && said.contains("--force"), "{said}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    printed(&root, &[&export[..], &["--force"]].concat());
    assert!(std::fs::read_to_string(&file).unwrap().contains("lamp_lit"));

    // In a directory the file is named by its filter, and is no more replaced than any other.
    let directory = tempfile::tempdir().unwrap();
    let into = directory.path().to_str().unwrap();
    let export = ["export", "-o", into, "--format", "csv", "-f", "action=lamp_lit"];
    let said = printed(&root, &export);
    let named = directory.path().join("annals-events-action-lamp_lit.csv");
    assert!(said.contains("annals-events-action-lamp_lit.csv") && named.is_file(), "{said}");
    assert!(refused(&root, &export, 1).contains("--force"));
    let said = printed(&root, &["export", "-o", "-", "--format", "csv", "--columns", "action"]);
    assert!(said.starts_with("action\r\n"), "{said}");
    let said = refused(&root, &["export", "--format", "csv", "--columns", "colour"], 2);
    assert!(said.contains("occurred_at"), "{said}");
}
