//! Kill -9 during commands: the balance is that of the last event, and answered commands are there.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;

use super::{balance, command, history, prepare, unbroken};
use crate::support::{Engine, Server, on_every_engine, root_on, until, verify};

on_every_engine!(a_killed_server_leaves_no_balance_without_its_event);

async fn a_killed_server_leaves_no_balance_without_its_event(engine: Engine) {
    let root = root_on(engine);
    let answered = Arc::new(Mutex::new(Vec::new()));
    let next = Arc::new(AtomicUsize::new(0));
    for round in 0..8_u64 {
        let server = Arc::new(Server::on(&root));
        prepare(&server).await;
        let before = answered.lock().unwrap().len();
        let senders: Vec<_> = (0..6)
            .map(|_| {
                let (server, answered) = (Arc::clone(&server), Arc::clone(&answered));
                let next = Arc::clone(&next);
                tokio::spawn(async move {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        let task = if number.is_multiple_of(3) { "late" } else { "dishes" };
                        let call = command(&server, "trigger-task", &json!({"task_id": task}));
                        let call = call.header("idempotency-key", &number.to_string());
                        match call.try_send().await {
                            Ok(answer) if answer.status == 200 => {
                                let id = answer.json()["tracking_event"]["id"].clone();
                                answered.lock().unwrap().push(id);
                            }
                            Ok(answer) => panic!("{}: {}", answer.status, answer.text()),
                            Err(_) => return,
                        }
                    }
                })
            })
            .collect();
        until("a command to be answered", async || {
            (answered.lock().unwrap().len() > before + 5).then_some(())
        })
        .await;
        tokio::time::sleep(Duration::from_millis((round * 53) % 120)).await;
        let pid = server.pid().to_string();
        let killed = std::process::Command::new("kill").args(["-KILL", &pid]).status();
        assert!(killed.unwrap().success());
        for sender in senders {
            sender.await.unwrap();
        }
        drop(server);

        let (code, report) = verify(&root);
        assert_eq!(code, Some(0), "round {round}: {report}");
        let server = Server::on(&root);
        let history = history(&server).await;
        assert_eq!(balance(&server).await, unbroken(&history), "round {round}");
        let recovered: Vec<_> = history.iter().map(|event| event["id"].clone()).collect();
        for id in answered.lock().unwrap().iter() {
            assert_eq!(recovered.iter().filter(|found| *found == id).count(), 1, "{id}");
        }
        server.kill();
    }
}
