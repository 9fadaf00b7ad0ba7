//! Help, exit codes, wrong flags, configuration.

use std::fs;

use crate::support::{annals, data_dir, printed, root};

use super::{refused, said};

const COMMANDS: [&[&str]; 24] = [
    &["serve"],
    &["demo"],
    &["import"],
    &["export"],
    &["tail"],
    &["key"],
    &["key", "create"],
    &["key", "list"],
    &["key", "revoke"],
    &["people"],
    &["people", "list"],
    &["people", "get"],
    &["people", "set"],
    &["people", "put"],
    &["people", "archive"],
    &["link"],
    &["verify"],
    &["backup"],
    &["restore"],
    &["config", "print"],
    &["health"],
    &["openapi"],
    &["completions"],
    &["man"],
];

#[test]
fn every_command_has_help_and_refuses_unknown_flags() {
    let root = root();
    let all = printed(&root, &["--help"]);
    for command in COMMANDS {
        assert!(all.contains(&format!("\n  {}", command[0])), "{command:?}: {all}");
        let help = printed(&root, &[command, &["--help"]].concat());
        assert!(help.contains("Usage: annals"), "{command:?}: {help}");
        let said = refused(&root, &[command, &["--surprise"]].concat(), 2);
        assert!(said.contains("--surprise"), "{command:?}: {said}");
    }
}

#[test]
fn wrong_usage_is_exit_code_2_and_failure_1() {
    let root = root();
    for (arguments, named) in [
        (&["nonsense"][..], "nonsense"),
        (&[], "Usage"),
        (&["key", "create", "--role", "king", "--name", "x"], "auditor"),
        (&["key", "create", "--role", "admin"], "--name"),
        (&["serve", "--listen", "nowhere"], "--listen"),
        (&["export", "--format", "xml"], "ndjson"),
        (&["export", "--filter", "quest"], "NAME=VALUE"),
        (&["tail", "-n", "3", "--after", "x"], "--after"),
        (&["import"], "FILE"),
        (&["import", "x", "--shift-to", "soon"], "--shift-to"),
    ] {
        let said = refused(&root, arguments, 2);
        assert!(said.contains(named), "{arguments:?}: {said}");
    }
    // Now there is a journal.
    printed(&root, &["key", "create", "--role", "admin", "--name", "first"]);
    for (arguments, named) in [
        (&["tail", "--filter", "surprise=1"][..], "`surprise`"),
        (&["export", "--filter", "surprise=1"], "`surprise`"),
        (&["import", "nowhere.csv"], "nowhere.csv"),
        (&["restore", "nowhere.db"], "nowhere.db"),
        (&["key", "revoke", "key_x"], "no key"),
        (&["link"], "no server runs"),
        // A cursor may begin with a hyphen and must not be read as a flag.
        (&["tail", "--after", "-hX5o_Ta4VMYoCn6PrG8Aw"], "not a cursor of this journal"),
    ] {
        let said = refused(&root, arguments, 1);
        assert!(said.starts_with("annals: ") && said.contains(named), "{arguments:?}: {said}");
    }
}

/// A wrong directory must not look like an empty record.
#[test]
fn what_needs_a_journal_makes_none() {
    let root = root();
    for arguments in [
        &["export"][..],
        &["key", "list"],
        &["key", "revoke", "key_0"],
        &["people", "list"],
        &["backup", "copy.db"],
        &["tail"],
        &["verify"],
    ] {
        let said = refused(&root, arguments, 1);
        assert!(said.contains("there is no journal at"), "{arguments:?}: {said}");
        assert!(!data_dir(&root).join("journal.db").exists(), "{arguments:?}");
    }
}

#[test]
fn a_wrong_setting_is_named_wherever_it_is() {
    let root = root();
    let file = root.path().join("annals.toml");
    for (text, named) in [
        ("listne = 'x'", "`listne`"),
        ("listen = 'nowhere'", "`listen`"),
        ("[client_ip]\nv4_bits = 33\nv6_bits = 48", "`client_ip.v4_bits`"),
        ("[client_ip]\nv4_bits = 'x'", "`client_ip.v4_bits`"),
        ("[redaction]\nkey = ['x']", "key"),
        ("log = [", "TOML"),
    ] {
        fs::write(&file, text).unwrap();
        let said = refused(&root, &["config", "print"], 2);
        assert!(said.contains(named), "{text}: {said}");
    }
    fs::remove_file(&file).unwrap();
    for (name, value, named) in [
        ("ANNALS_LISTEN", "tcp://10.0.0.7", "`listen`"),
        ("ANNALS_BASE_PATH", "annals", "`base_path`"),
        ("ANNALS_CLIENT_IP__V6_BITS", "200", "`client_ip.v6_bits`"),
        ("ANNALS_DATABASE", "mysql://x", "`database`"),
        ("ANNALS_LOG", "=,=", "`log`"),
        ("ANNALS_ADMIN_KEY", "short", "`ANNALS_ADMIN_KEY`"),
        ("ANNALS_CONFIG", "nowhere.toml", "nowhere.toml"),
    ] {
        let output = annals(&root).env(name, value).args(["config", "print"]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{name}: {output:?}");
        assert!(said(&output).contains(named), "{name}: {output:?}");
    }
    for (arguments, named) in [
        (["--database", "mysql://x", "config", "print"], "`database`"),
        (["--log", "=,=", "config", "print"], "`log`"),
        (["--config", "nowhere.toml", "config", "print"], "nowhere.toml"),
    ] {
        assert!(refused(&root, &arguments, 2).contains(named), "{arguments:?}");
    }
}

/// Kubernetes and the clients' own settings share the prefix.
#[test]
fn what_platforms_and_clients_set_disturbs_no_command() {
    let root = root();
    let mut command = annals(&root);
    command.env("ANNALS_KEY", "ann_service_x").env("ANNALS_URL", "http://127.0.0.1:8787");
    let output = command.args(["config", "print"]).output().unwrap();
    assert!(output.status.success() && said(&output).is_empty(), "{output:?}");
    command.env("ANNALS_PORT", "tcp://10.0.0.7:8787").env("ANNALS_SERVICE_HOST", "10.0.0.7");
    command.env("ANNALS_PORT_8787_TCP_ADDR", "10.0.0.7").env("ANNALS_LISTNE", "secret-value");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let said = said(&output);
    assert_eq!(said.lines().count(), 1, "{said}");
    for named in
        ["ANNALS_PORT,", "ANNALS_SERVICE_HOST", "ANNALS_LISTNE (did you mean ANNALS_LISTEN?)"]
    {
        assert!(said.contains(named), "{named}: {said}");
    }
    assert!(said.contains("WARN") && !said.contains("secret-value"), "{said}");
}

#[test]
fn flags_go_before_the_environment_and_that_before_the_file() {
    let root = root();
    fs::write(root.path().join("annals.toml"), "log = 'warn'\nbase_path = '/file/'").unwrap();
    let mut command = annals(&root);
    command.env("ANNALS_LOG", "error").env("ANNALS_CLIENT_IP__V4_BITS", "8");
    let output = command.args(["--log", "debug", "--json", "config", "print"]).output().unwrap();
    let config: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(config["log"], "debug");
    assert_eq!(config["base_path"], "/file/");
    assert_eq!(config["client_ip"], serde_json::json!({"v4_bits": 8, "v6_bits": 48}));
    // `config print` writes a valid configuration file.
    let text = printed(&root, &["config", "print"]);
    fs::write(root.path().join("annals.toml"), &text).unwrap();
    assert_eq!(printed(&root, &["config", "print"]), text);
}

#[test]
fn the_openapi_document_is_the_one_served() {
    let root = root();
    let document: serde_json::Value = serde_json::from_str(&printed(&root, &["openapi"])).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["paths"]["/api/v1/events"]["post"].is_object());
}
