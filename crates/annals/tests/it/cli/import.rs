//! Importing and exporting files.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::{Value, json};

use super::refused;
use crate::support::{
    Engine, PATIENCE, Root, Server, annals, data_dir, on_every_engine, printed, root, run,
};

on_every_engine!(an_export_comes_back_as_the_same_events,);

/// A file of `count` drafts with ids.
fn drafts(root: &Root, count: usize, padding: usize) -> PathBuf {
    let mut text = String::new();
    let padding = "x".repeat(padding);
    for number in 0..count {
        let draft = json!({
            "id": format!("0190b7a0-0000-7000-8000-{number:012x}"), "action": "lamp_lit",
            "occurred_at": "2026-01-01T00:00:00Z", "message": padding, "metadata": {"n": number},
        });
        writeln!(text, "{draft}").unwrap();
    }
    let file = root.path().join(format!("drafts-{count}.ndjson"));
    fs::write(&file, text).unwrap();
    file
}

fn summary(root: &Root, file: &str) -> Value {
    serde_json::from_str(&printed(root, &["--json", "import", file])).unwrap()
}

async fn an_export_comes_back_as_the_same_events(engine: Engine) {
    let from = Server::start_on(engine);
    let id = |n: u32| format!("0190b7a0-0000-7000-8000-{n:012x}");
    from.append(&[
        json!({"id": id(1), "action": "lamp_lit", "message": "'quoted', =1+1\r\n\"twice\"", "severity": "error"}),
        json!({"id": id(2), "action": "lamp_lit", "message": "''=x", "session_id": "-s",
            "actor": {"type": "user", "id": "'u", "name": "=Ada"}, "account": {"id": "+a"},
            "entity": {"type": "lamp", "id": "l", "name": "\tDesk"}}),
        json!({"id": id(3), "action": "lamp_lit", "points": {"before": 3, "after": 1, "delta": -2},
            "metadata": {"a": [1.5, null, {"b": "c"}]}, "client": {"ip": "10.1.2.3", "os": "x"},
            "page": {"path": "/p", "load_ms": 7}, "request": {"status": 404},
            "error": {"type": "T", "stack": "a\nb"}}),
    ]).await;
    let wanted = |server: &Server| server.get("/api/v1/events?action=lamp_lit&order=asc").send();
    let plain = |mut page: Value| {
        for event in page["events"].as_array_mut().unwrap() {
            let event = event.as_object_mut().unwrap();
            event.remove("cursor");
            event.remove("created_at");
        }
        page["events"].take()
    };
    let events = plain(wanted(&from).await.json());
    for format in ["csv", "ndjson"] {
        let file = from.root.path().join(format!("out.{format}"));
        let file = file.to_str().unwrap();
        let export = ["export", "-o", file, "--oldest-first", "--filter", "action=lamp_lit"];
        let all: &[&str] = if format == "csv" { &["--columns", "all"] } else { &[] };
        assert!(printed(&from.root, &[&export[..], all].concat()).contains("3 events"));
        let again = summary(&from.root, file);
        assert_eq!((&again["accepted"], &again["duplicates"]), (&json!(0), &json!(3)), "{again}");
        let to = Server::start_on(engine);
        let fresh = summary(&to.root, file);
        assert_eq!((&fresh["accepted"], &fresh["rejected"]), (&json!(3), &json!(0)), "{fresh}");
        assert_eq!(plain(wanted(&to).await.json()), events, "{format}");
        // A file that is cut short is refused before anything is sent.
        let text = fs::read_to_string(file).unwrap();
        let cut = from.root.path().join(format!("cut.{format}"));
        fs::write(&cut, &text[..text.trim_end().rfind('\n').unwrap() + 1]).unwrap();
        let said = refused(&from.root, &["import", cut.to_str().unwrap()], 1);
        assert!(said.contains("cut"), "{said}");
    }
    let full = printed(&from.root, &["export", "--format", "json", "-f", "action=lamp_lit"]);
    assert_eq!(serde_json::from_str::<Value>(&full).unwrap()["count"], 3);
}

#[test]
fn a_csv_without_a_needed_column_says_which() {
    let root = root();
    let file = root.path().join("short.csv");
    fs::write(&file, "message,id\r\nx,\r\n#count,1\r\n").unwrap();
    let said = refused(&root, &["import", file.to_str().unwrap()], 1);
    assert!(said.contains("`occurred_at` is missing") && said.contains("--columns all"), "{said}");
}

#[test]
fn bad_rows_are_named_and_make_exit_code_1() {
    let root = root();
    let file = root.path().join("bad.ndjson");
    let good = r#"{"action":"lamp_lit","occurred_at":"2026-01-01T00:00:00Z"}"#;
    fs::write(&file, format!("{good}\nnope\n")).unwrap();
    let output = run(&root, &["import", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(String::from_utf8(output.stdout).unwrap().contains("line 2: "));
    let kept = printed(&root, &["export", "-f", "action=lamp_lit"]);
    assert!(kept.ends_with("{\"count\":1}\n"), "{kept}");
}

#[test]
fn an_import_that_was_killed_goes_on() {
    const COUNT: usize = 12_000;
    let root = root();
    let file = drafts(&root, COUNT, 200);
    let file = file.to_str().unwrap();
    let mut command = annals(&root);
    command.arg("--data-dir").arg(data_dir(&root)).args(["import", file]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let end = std::time::Instant::now() + PATIENCE;
    let sent = || {
        let files = fs::read_dir(data_dir(&root).join("imports")).into_iter().flatten();
        let paths = files.map(|entry| entry.unwrap().path());
        // The next state is written beside the old one and then renamed.
        let states = paths.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
        let texts = states.filter_map(|path| fs::read(path).ok());
        let mut states = texts.filter_map(|text| serde_json::from_slice::<Value>(&text).ok());
        states.find_map(|state| state["sent"].as_u64()).unwrap_or(0)
    };
    while sent() == 0 {
        assert!(std::time::Instant::now() < end, "nothing is sent");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let known = sent();
    assert!(known < COUNT as u64, "the import was over before it was killed");
    let rest = summary(&root, file);
    assert_eq!(rest["resumed_after"], known);
    let added = rest["accepted"].as_u64().unwrap() + rest["duplicates"].as_u64().unwrap();
    assert_eq!(added, COUNT as u64 - known, "{rest}");
    let again = summary(&root, file);
    assert_eq!(again["duplicates"], COUNT, "{again}");
    let kept = printed(&root, &["export", "-f", "action=lamp_lit"]);
    assert_eq!(kept.lines().count(), COUNT + 1);
}

/// The most memory an import uses, in KiB.
fn peak(root: &Root, file: &str) -> u64 {
    let mut command = annals(root);
    command.arg("--data-dir").arg(data_dir(root)).args(["--json", "import", file]);
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        // The high-water mark only grows, so the last reading is enough.
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with("VmHWM:"));
        let read = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
        peak = read.unwrap_or(peak);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(child.wait().unwrap().success());
    peak
}

#[test]
fn an_import_of_any_size_takes_the_same_memory() {
    // The import sorts at most 32 MiB of records in memory, and both files are longer than that and
    // than the journal's own buffers. Few and large rows, since bytes fill a memory. Allocators
    // differ by some MiB from run to run; an import that kept the second file's extra bytes would
    // exceed half of them.
    let peaks = [80, 160].map(|megabytes| {
        let root = root();
        let file = root.path().join("large.csv");
        let row = format!("lamp_lit,2026-01-01T00:00:00Z,{}\n", "x".repeat(12 * 1_024));
        let mut text = String::from("action,occurred_at,metadata.text\n");
        text.push_str(&row.repeat(megabytes * 1_024 / 12));
        fs::write(&file, text).unwrap();
        peak(&root, file.to_str().unwrap())
    });
    assert!(peaks[1] < peaks[0] + 40 * 1_024, "{peaks:?} KiB");
}
