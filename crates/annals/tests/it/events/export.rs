//! Exports: the same events as the list, in three formats, without limit and in constant memory.

use std::io::Read as _;

use flate2::read::GzDecoder;
use serde_json::{Value, json};

use super::numbers;
use crate::support::{Answer, Engine, Server, on_every_engine};

on_every_engine!(
    every_format_holds_what_the_list_holds,
    an_export_ends_where_it_began_while_others_append
);

async fn export(server: &Server, query: &str) -> Answer {
    let path = format!("/api/v1/events/export?{query}");
    let answer = server.get(&path).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer
}

/// The events of a list, all pages.
async fn listed(server: &Server, query: &str) -> Vec<Value> {
    let path = format!("/api/v1/events?{query}&limit=500");
    let page = server.get(&path).send().await.json();
    assert_eq!(page["has_more"], false);
    page["events"].as_array().unwrap().clone()
}

/// The lines without the end marker, whose count must fit.
fn lines(text: &str) -> Vec<Value> {
    let mut lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let end = lines.pop().unwrap();
    assert_eq!(end, json!({ "count": lines.len() }));
    lines
}

fn rows(text: &str) -> Vec<csv::StringRecord> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    let end = rows.pop().unwrap();
    assert_eq!(&end[0], "#count");
    assert_eq!(end[1], (rows.len() - 1).to_string());
    rows
}

async fn every_format_holds_what_the_list_holds(engine: Engine) {
    let server = Server::start_on(engine);
    server.append(&numbers(0..40)).await;
    server
        .append(&[json!({
            "action": "lamp_lit", "severity": "warning", "message": "line\nbreak, \"quotes\", ünï 😀",
            "actor": {"type": "user", "id": "u1", "name": "Ada"},
            "entity": {"type": "lamp", "id": "l1", "name": "Desk"}, "metadata": {"number": 40, "x": [1.5, null]},
        })])
        .await;
    for order in ["asc", "desc"] {
        for filter in ["action=lamp_lit", "severity=warning", "q=ada", "action=nothing_like_it"] {
            let query = format!("{filter}&order={order}");
            let wanted = listed(&server, &query).await;
            let ndjson = export(&server, &query).await;
            assert_eq!(lines(&ndjson.text()), wanted, "{query}");
            let full = export(&server, &format!("{query}&format=json")).await.json();
            assert_eq!(full["events"], json!(wanted), "{query}");
            assert_eq!(full["count"], json!(wanted.len()));
            let table =
                rows(&export(&server, &format!("{query}&format=csv&columns=all")).await.text());
            let header = table[0].clone();
            let column = |row: &csv::StringRecord, name: &str| {
                let at = header.iter().position(|cell| cell == name).unwrap();
                row[at].to_owned()
            };
            assert_eq!(table.len() - 1, wanted.len());
            for (row, event) in table[1..].iter().zip(&wanted) {
                for name in ["id", "occurred_at", "created_at", "action", "message", "severity"] {
                    assert_eq!(column(row, name), event[name].as_str().unwrap());
                }
                let entity = event["entity"]["name"].as_str().unwrap_or_default();
                assert_eq!(column(row, "entity.name"), entity);
                let metadata: Value = serde_json::from_str(&column(row, "metadata")).unwrap();
                assert_eq!(metadata, event["metadata"]);
            }
        }
    }
    let answer = server.get("/api/v1/events/export?format=xml").send().await;
    assert_eq!(answer.problem(), (400, "invalid_parameter".to_owned()));
}

#[tokio::test]
async fn columns_are_chosen_and_the_name_says_what_the_file_holds() {
    let server = Server::start();
    server.append(&numbers(0..3)).await;
    let header = async |query: &str| {
        let answer = export(&server, &format!("format=csv&{query}")).await;
        answer.text().lines().next().unwrap().to_owned()
    };
    let short = header("").await;
    assert_eq!(short, header("columns=default").await);
    assert!(short.starts_with("occurred_at,actor.type,actor.id,actor.name,category,"), "{short}");
    assert_eq!(header("columns=message,id").await, "message,id");
    assert!(header("columns=all").await.contains("client.user_agent"));
    for wrong in ["format=csv&columns=colour", "format=csv&columns=", "columns=id"] {
        let answer = server.get(&format!("/api/v1/events/export?{wrong}")).send().await;
        assert_eq!(answer.problem(), (400, "invalid_parameter".to_owned()), "{wrong}");
    }
    let answer = server.get("/api/v1/events/export?format=csv&columns=colour").send().await;
    assert!(answer.text().contains("session_id"), "{}", answer.text());

    let query = "format=csv&from=2026-11-01&to=2026-12-01&actor=b%C3%A9n";
    let answer = export(&server, query).await;
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"annals-events-2026-11-01-to-2026-11-30-actor-b-n.csv\"; \
         filename*=UTF-8''annals-events-2026-11-01-to-2026-11-30-actor-b%C3%A9n.csv"
    );
}

#[tokio::test]
async fn a_spreadsheet_runs_nothing() {
    let server = Server::start();
    let formulas = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "'=1"];
    for formula in formulas {
        // Names and messages accept line breaks and tabs; ids accept neither.
        let id = formula.trim();
        let event = json!({
            "action": "lamp_lit", "message": formula, "session_id": id,
            "actor": {"type": "user", "id": id, "name": formula},
            "subject": {"id": id, "name": formula},
            "entity": {"type": "lamp", "id": id, "name": formula},
            "page": {"title": formula}, "metadata": {},
        });
        server.append(&[event]).await;
    }
    let text = export(&server, "action=lamp_lit&format=csv&columns=all&order=asc").await.text();
    let rows = rows(&text);
    assert_eq!(rows.len(), formulas.len() + 1);
    let columns = |name: &str| rows[0].iter().position(|cell| cell == name).unwrap();
    for (row, formula) in rows[1..].iter().zip(formulas) {
        for cell in row {
            let dangerous = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
            assert!(!dangerous, "{cell:?}");
        }
        for name in ["message", "actor.name", "subject.name", "entity.name", "page.title"] {
            // Removing one apostrophe gives the text again.
            assert_eq!(row[columns(name)].strip_prefix('\''), Some(formula), "{name}");
        }
    }
}

/// The most memory the server uses during `work`, in KiB.
async fn peak(server: &Server, work: impl Future<Output = ()>) -> u64 {
    // Writing 5 resets the high-water mark to the current use (proc_pid_clear_refs(5)).
    let process = format!("/proc/{}", server.pid());
    std::fs::write(format!("{process}/clear_refs"), "5").unwrap();
    work.await;
    let status = std::fs::read_to_string(format!("{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let peak = line.and_then(|line| line.split_whitespace().nth(1));
    peak.unwrap().parse().unwrap()
}

#[tokio::test]
async fn an_export_of_any_size_takes_the_same_memory() {
    const SMALL: usize = 5_000;
    const LARGE: usize = 50_000;
    let server = Server::start();
    let padding = "x".repeat(400);
    for first in (0..LARGE).step_by(1_000) {
        let severity = if first < SMALL { "warning" } else { "info" };
        let event = |number| {
            json!({
                "action": "lamp_lit", "severity": severity, "message": padding,
                "metadata": { "number": number },
            })
        };
        let events: Vec<Value> = (first..first + 1_000).map(event).collect();
        server.append(&events).await;
    }
    for format in ["ndjson", "json", "csv"] {
        let read = async |filter: &str, count: usize| {
            let answer = export(&server, &format!("{filter}&format={format}")).await;
            assert!(answer.body.len() > count * 400);
            let end = answer.text()[answer.body.len() - 20..].to_owned();
            assert!(end.contains(&count.to_string()), "{end}");
        };
        let small = peak(&server, read("severity=warning", SMALL)).await;
        let large = peak(&server, read("action=lamp_lit", LARGE)).await;
        // The large one is more than 20 MB longer.
        assert!(large < small + 8 * 1024, "{format}: {small} and {large} KiB");
    }
}

async fn an_export_ends_where_it_began_while_others_append(engine: Engine) {
    let server = Server::start_on(engine);
    server.append(&numbers(0..1_000)).await;
    server.append(&numbers(1_000..2_000)).await;
    for order in ["asc", "desc"] {
        let stop = tokio_util::sync::CancellationToken::new();
        let append = async {
            let mut next = 10_000;
            while !stop.is_cancelled() {
                server.append(&numbers(next..next + 20)).await;
                next += 20;
            }
        };
        let read = async {
            let before = server.get("/api/v1/stats?action=lamp_lit").send().await.json();
            let text = export(&server, &format!("action=lamp_lit&order={order}")).await.text();
            stop.cancel();
            (before["total"].as_u64().unwrap(), lines(&text))
        };
        let ((), (before, events)) = tokio::join!(append, read);
        assert!(events.len() as u64 >= before);
        let path = format!("action=lamp_lit&order={order}");
        let full = lines(&export(&server, &path).await.text());
        // The export holds the journal of one moment: the oldest events, without a gap.
        let wanted =
            if order == "asc" { &full[..events.len()] } else { &full[full.len() - events.len()..] };
        assert_eq!(events, wanted, "{order}");
    }
}

/// Browsers ask for compression.
#[tokio::test]
async fn a_compressed_export_arrives_complete() {
    let server = Server::start();
    server.append(&numbers(0..700)).await;
    for format in ["csv", "json", "ndjson"] {
        let path = format!("/api/v1/events/export?action=lamp_lit&format={format}");
        let plain = server.get(&path).send().await.text();
        let answer = server.get(&path).header("accept-encoding", "gzip").send().await;
        assert_eq!(answer.header("content-encoding"), "gzip");
        let mut text = String::new();
        GzDecoder::new(&*answer.body).read_to_string(&mut text).unwrap();
        assert_eq!(text, plain);
    }
}
