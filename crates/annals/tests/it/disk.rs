//! A full disk: refused with the reason, nothing acknowledged lost, and work goes on by itself once
//! there is room.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Server, root, until, verify};

/// A small file system, unmounted when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path) -> SmallDisk {
        std::fs::create_dir_all(at).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=8m,mode=0700", "tmpfs"])
            .arg(at)
            .output();
        let mounted = mounted.unwrap();
        assert!(
            mounted.status.success(),
            "this test needs a small file system, and may not mount one: run it as root, or as \
             `unshare --map-root-user --mount cargo nextest run` ({})",
            String::from_utf8_lossy(&mounted.stderr)
        );
        SmallDisk(at.to_owned())
    }

    /// Fills the file system.
    fn fill(&self) -> PathBuf {
        let path = self.0.join("ballast");
        let mut ballast = std::fs::File::create(&path).unwrap();
        for size in [64 * 1024, 1024, 1] {
            while ballast.write_all(&vec![0; size]).is_ok() {}
        }
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // A lazy unmount, since a server that is still ending must not keep it.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn event(number: usize) -> Value {
    json!({
        "id": format!("0190b7a0-0000-7000-8000-{number:012x}"),
        "action": "lamp_lit",
        "message": "x".repeat(900),
    })
}

#[tokio::test]
async fn a_full_disk_is_reported_and_recovered_from() {
    let root = root();
    let disk = SmallDisk::mount(&root.path().join("data"));
    let server = Server::on(&root);
    let mut acknowledged = BTreeSet::new();
    let mut number = 0;
    // Twice, since one round must leave nothing that spoils the next.
    for round in 0..2 {
        let mut batch = |count: usize| -> Vec<Value> {
            number += count;
            (number - count..number).map(event).collect()
        };
        let ids = |batch: &[Value]| -> Vec<String> {
            let id = |event: &Value| event["id"].as_str().unwrap().to_owned();
            batch.iter().map(id).collect()
        };
        let first = batch(100);
        server.append(&first).await;
        acknowledged.extend(ids(&first));
        let ballast = disk.fill();

        // The journal's own files still have some free room, which is used first.
        let refused = until("the disk to be full", async || {
            let some = batch(20);
            let answer = server.post("/api/v1/events", &json!(some)).send().await;
            if answer.status == 201 {
                acknowledged.extend(ids(&some));
                return None;
            }
            assert_eq!(answer.problem(), (503, "storage_full".to_owned()));
            assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
            let results = answer.json()["results"].clone();
            let results = results.as_array().unwrap();
            let named: Vec<_> = results.iter().map(|r| r["id"].as_str().unwrap()).collect();
            assert_eq!(named, ids(&some));
            assert!(results.iter().all(|result| result["status"] == "unknown"));
            Some(some)
        })
        .await;
        // The rejection carries the id the server made, so that the event can be sent again.
        let nameless = until("a small event to be refused", async || {
            let event = json!({"action": "lamp_lit", "message": "x".repeat(900)});
            let answer = server.post("/api/v1/events", &event).send().await;
            let id = answer.json()["results"][0]["id"].as_str().unwrap().to_owned();
            if answer.status == 201 {
                acknowledged.insert(id);
                return None;
            }
            assert_eq!(answer.problem(), (503, "storage_full".to_owned()));
            Some(json!({"id": id, "action": "lamp_lit", "message": "x".repeat(900)}))
        })
        .await;
        until("the server to say that it is not ready", async || {
            let answer = server.get("/readyz").nobody().send().await;
            (answer.status != 200).then(|| {
                assert_eq!(answer.problem(), (503, "storage_full".to_owned()));
            })
        })
        .await;
        // The server still answers reads.
        assert_eq!(server.get("/healthz").send().await.status, 200);
        let stats = server.get("/api/v1/stats?action=lamp_lit").send().await;
        assert_eq!(stats.json()["total"], json!(acknowledged.len()), "round {round}");
        // A change that must be on the record is refused, with the reason.
        let new = json!({"role": "auditor", "name": "no room for it"});
        let refused_key = server.post("/api/v1/keys", &new).send().await;
        assert_eq!(refused_key.problem(), (503, "storage_full".to_owned()));

        std::fs::remove_file(ballast).unwrap();
        until("the server to be ready again", async || {
            let answer = server.get("/readyz").nobody().send().await;
            (answer.status == 200).then_some(())
        })
        .await;
        // Sent again with the same ids, each is accepted once.
        let again = [refused, vec![nameless]].concat();
        server.append(&again).await;
        acknowledged.extend(ids(&again));
    }
    let text = server.get("/api/v1/events/export?action=lamp_lit").send().await.text();
    let found: Vec<String> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter_map(|event| event["id"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(found.len(), acknowledged.len());
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), acknowledged);
    assert!(server.stop().success());
    let (code, report) = verify(&root);
    assert_eq!(code, Some(0), "{report}");
}

/// With no room at all the server says so and ends, and starts once there is some.
#[tokio::test]
async fn a_server_does_not_start_on_a_full_disk_and_says_why() {
    let root = root();
    let data = root.path().join("data");
    let disk = SmallDisk::mount(&data);
    let ballast = disk.fill();
    let output = crate::support::run(&root, &["serve", "--listen", "127.0.0.1:0"]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("full") || stderr.contains("No space left"), "{stderr}");
    std::fs::remove_file(ballast).unwrap();
    let server = Server::on(&root);
    server.append(&[event(1)]).await;
    assert!(server.stop().success());
}
