//! Evidence: a bundle is checked alone and against its journal, and no change of it goes unseen.

use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;

use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::numbers;
use crate::support::{Engine, Root, Server, on_every_engine, root, run};

on_every_engine!(a_bundle_is_checked_alone_and_against_its_journal,);

pub(super) type Files = Vec<(String, Vec<u8>)>;

pub(super) fn unzip(bytes: &[u8]) -> Files {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..zip.len())
        .map(|at| {
            let mut file = zip.by_index(at).unwrap();
            let mut text = Vec::new();
            file.read_to_end(&mut text).unwrap();
            (file.name().unwrap().into_owned(), text)
        })
        .collect()
}

pub(super) fn zipped(files: &Files) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        zip.write_all(text).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub(super) fn file<'f>(files: &'f mut Files, name: &str) -> &'f mut Vec<u8> {
    &mut files.iter_mut().find(|(of, _)| of == name).unwrap().1
}

/// Checks a bundle: the exit code, and what was printed.
pub(super) fn verify(root: &Root, bytes: &[u8], with_journal: bool) -> (Option<i32>, String) {
    let path = root.path().join("bundle.zip");
    std::fs::write(&path, bytes).unwrap();
    let path = path.to_str().unwrap();
    let rest: &[&str] = if with_journal { &["--with-journal"] } else { &[] };
    let output = run(root, &[&["verify", "--export", path], rest].concat());
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

pub(super) async fn bundle(server: &Server, query: &str) -> Vec<u8> {
    let answer = server.get(&format!("/api/v1/events/export?format=bundle&{query}")).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/zip");
    answer.body.to_vec()
}

async fn a_bundle_is_checked_alone_and_against_its_journal(engine: Engine) {
    let server = Server::start_on(engine);
    server.append(&numbers(0..300)).await;
    server
        .append(&[json!({"action": "bell_rung", "message": "Åsa rang 😀",
        "actor": {"type": "user", "id": "u1", "name": "Åsa"},
        "client": {"os": "x"}, "points": {"before": 3, "after": 1, "delta": -2},
        "metadata": {"a": [1.5, null, 0.1]}})])
        .await;
    for query in ["", "action=bell_rung", "action=lamp_lit&order=asc", "action=nothing_like_it"] {
        let bytes = bundle(&server, query).await;
        for with_journal in [false, true] {
            let (code, said) = verify(&server.root, &bytes, with_journal);
            assert_eq!(code, Some(0), "{query}: {said}");
            assert!(!said.contains("note:") && !said.contains("texts"), "{query}: {said}");
        }
        let mut files = unzip(&bytes);
        let manifest: Value = serde_json::from_slice(file(&mut files, "manifest.json")).unwrap();
        let lines = file(&mut files, "events.ndjson").iter().filter(|b| **b == b'\n').count();
        assert_eq!(manifest["count"], lines, "{query}");
    }
    // The journal goes on, and still agrees.
    let bytes = bundle(&server, "action=bell_rung").await;
    server.append(&numbers(300..900)).await;
    let (code, said) = verify(&server.root, &bytes, true);
    assert_eq!(code, Some(0), "{said}");

    // Another journal is another journal.
    let other = Server::start_on(engine);
    let (code, said) = verify(&other.root, &bytes, true);
    assert_eq!(code, Some(1));
    assert!(said.contains("the bundle is from the journal"), "{said}");
    assert_eq!(verify(&other.root, &bytes, false).0, Some(0));
}

#[tokio::test]
async fn every_change_of_a_bundle_is_seen() {
    let server = Server::start();
    server.append(&numbers(0..300)).await;
    let whole = bundle(&server, "action=lamp_lit&order=asc").await;
    let changed = |name: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let mut files = unzip(&whole);
        change(file(&mut files, name));
        zipped(&files)
    };
    let lines = |change: &dyn Fn(&mut Vec<String>)| {
        changed("events.ndjson", &|text| {
            let all = String::from_utf8(text.clone()).unwrap();
            let mut all: Vec<String> = all.lines().map(str::to_owned).collect();
            change(&mut all);
            *text = (all.join("\n") + "\n").into_bytes();
        })
    };
    let manifest = |change: &dyn Fn(&mut Value)| {
        changed("manifest.json", &|text| {
            let mut value: Value = serde_json::from_slice(text).unwrap();
            change(&mut value);
            *text = serde_json::to_vec(&value).unwrap();
        })
    };
    let digit =
        |text: &str| text.replace(&text[..1], if text.starts_with('0') { "1" } else { "0" });
    // Zipped again without a change, it holds.
    assert_eq!(verify(&server.root, &lines(&|_| {}), false).0, Some(0));
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("word", lines(&|l| l[3] = l[3].replace("lamp_lit", "lamp_out")), "digest"),
        ("text", lines(&|l| l[3] = l[3].replace("\"number\":", "\"nomber\":")), "texts"),
        ("removed", lines(&|l| drop(l.remove(3))), "counts 300 events, the file 299"),
        ("added", lines(&|l| l.push(l[3].clone())), "longer than the manifest"),
        ("swapped", lines(&|l| l.swap(3, 4)), "out of order"),
        (
            "digest",
            lines(&|l| l[3] = l[3].replacen("\"digest\":\"", "\"digest\":\"0", 1)[..].to_owned()),
            "",
        ),
        ("tile", changed("tiles.txt", &|t| t[3] = if t[3] == b'0' { b'1' } else { b'0' }), "root"),
        ("readme", changed("README.txt", &|t| t[3] ^= 1), "README.txt is not the file"),
        ("count", manifest(&|m| m["count"] = 7.into()), "counts 7 events"),
        ("filter", manifest(&|m| m["filter"]["action"] = "x".into()), "does not match the filter"),
        ("root", manifest(&|m| m["root"] = digit(m["root"].as_str().unwrap()).into()), "root"),
        ("who", manifest(&|m| m["exported_by"]["name"] = "x".into()), "manifest was changed"),
        ("when", manifest(&|m| m["exported_at"] = "2026-01-01T00:00:00Z".into()), "manifest was"),
        ("head", manifest(&|m| m["head"] = 9_000_000_000_000_u64.into()), "larger than"),
        ("truncated", whole[..whole.len() - 30].to_vec(), "not a complete bundle"),
        ("half", whole[..whole.len() / 2].to_vec(), "not a complete bundle"),
        ("no zip", b"hello".to_vec(), "not a complete bundle"),
    ];
    for (name, bytes, named) in cases {
        let (code, said) = verify(&server.root, &bytes, false);
        assert_eq!(code, Some(1), "{name}: {said}");
        assert!(said.contains(named), "{name}: {said}");
    }
    let mut more = unzip(&whole);
    more.push(("extra".to_owned(), vec![]));
    assert!(verify(&server.root, &zipped(&more), false).1.contains("no others"));

    // Files far longer than they should be are not read to their end.
    for name in ["README.txt", "manifest.json", "tiles.txt", "events.ndjson"] {
        let bomb = changed(name, &|text| *text = vec![b'0'; 64 << 20]);
        assert!(bomb.len() < 1 << 20);
        assert_eq!(verify(&server.root, &bomb, false).0, Some(1), "{name}");
    }

    // Whoever makes a manifest that fits its own change is found out by the journal.
    let forged = {
        let mut files = unzip(&whole);
        let mut value: Value = serde_json::from_slice(file(&mut files, "manifest.json")).unwrap();
        value["exported_by"] = json!({"type": "user", "id": "mallory"});
        value["filter"] = json!({});
        value["digest"] = "".into();
        value["digest"] = sha256(&serde_json_canonical(&value)).into();
        *file(&mut files, "manifest.json") = serde_json::to_vec(&value).unwrap();
        zipped(&files)
    };
    assert_eq!(verify(&server.root, &forged, false).0, Some(0));
    let (code, said) = verify(&server.root, &forged, true);
    assert_eq!(code, Some(1));
    assert!(said.contains("another filter") && said.contains("somebody else"), "{said}");
}

/// Canonical JSON of a value without numbers that need care: `serde_json` sorts its keys.
pub(super) fn serde_json_canonical(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).unwrap()
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    annals_event::hex(&sha2::Sha256::digest(bytes))
}

#[tokio::test]
async fn a_bundle_is_written_by_the_command_line_and_wrong_usage_is_refused() {
    let root = root();
    let server = Server::on(&root);
    server.append(&numbers(0..3)).await;
    let path = root.path().join("evidence.zip");
    let name = path.to_str().unwrap();
    let said = crate::support::printed(&root, &["export", "-o", name]);
    assert!(said.contains("annals verify --export"), "{said}");
    assert!(Path::new(name).is_file());
    let said =
        crate::support::printed(&root, &["--json", "verify", "--export", name, "--with-journal"]);
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["problems"], 0);
    assert_eq!(report["verified"], report["journal"]["present"]);
    assert_eq!(run(&root, &["verify", "--with-journal"]).status.code(), Some(2));
    assert_eq!(run(&root, &["verify", "--export", "missing.zip"]).status.code(), Some(1));
}
