//! A command repeated under its idempotency key runs once.

use serde_json::{Value, json};

use super::{balance, command, prepare, tracked};
use crate::support::{Answer, Engine, Server, on_every_engine, root_on};

on_every_engine!(
    a_key_is_one_command_over_restarts,
    sent_many_times_at_once_it_is_carried_out_once,
);

async fn sent(server: &Server, key: &str, name: &str, body: &Value) -> Answer {
    command(server, name, body).header("idempotency-key", key).send().await
}

async fn a_key_is_one_command_over_restarts(engine: Engine) {
    let root = root_on(engine);
    let server = Server::on(&root);
    prepare(&server).await;
    let dishes = json!({"task_id": "dishes"});
    let first = sent(&server, "k1", "trigger-task", &dishes).await;
    assert_eq!(first.status, 200, "{}", first.text());
    command(&server, "trigger-task", &dishes).send().await;
    // The first answer, although the balance has changed since.
    let again = sent(&server, "k1", "trigger-task", &dishes).await;
    assert_eq!((again.status, again.json()), (200, first.json()));
    let other = sent(&server, "k1", "trigger-task", &json!({"task_id": "late"})).await;
    assert_eq!(other.problem(), (409, "idempotency_key_reused".to_owned()));
    // Another command, another caller or another key makes another command.
    let reason = json!({"points": 1, "reason": "x"});
    assert_eq!(sent(&server, "k1", "adjust", &reason).await.status, 200);
    let (service, _) = server.key("service").await;
    let call = command(&server, "trigger-task", &dishes).key(&service);
    assert_eq!(call.header("idempotency-key", "k1").send().await.status, 200);
    assert_eq!(sent(&server, "k2", "trigger-task", &dishes).await.status, 200);
    assert_eq!(balance(&server).await, 41);

    server.kill();
    let server = Server::on(&root);
    let again = sent(&server, "k1", "trigger-task", &dishes).await;
    assert_eq!((again.status, again.json()), (200, first.json()));
    let other = sent(&server, "k1", "trigger-task", &json!({"task_id": "late"})).await;
    assert_eq!(other.problem().0, 409);
    assert_eq!(tracked(&server, "").await["total"], 5);
    assert_eq!(balance(&server).await, 41);
}

#[tokio::test]
async fn what_was_refused_may_be_sent_again() {
    let server = super::family().await;
    let film = json!({"reward_id": "film"});
    assert_eq!(sent(&server, "k", "trigger-reward", &film).await.problem().0, 422);
    let opening = json!({"points": 25, "reason": "Opening balance"});
    assert_eq!(sent(&server, "o", "adjust", &opening).await.status, 200);
    assert_eq!(sent(&server, "k", "trigger-reward", &film).await.status, 200);
    assert_eq!(sent(&server, "k", "trigger-reward", &film).await.status, 200);
    assert_eq!(balance(&server).await, 0);
    let long = "k".repeat(256);
    let wrong = sent(&server, &long, "trigger-reward", &film).await;
    assert_eq!(wrong.problem(), (400, "invalid_idempotency_key".to_owned()));
}

async fn sent_many_times_at_once_it_is_carried_out_once(engine: Engine) {
    let server = std::sync::Arc::new(super::family_on(engine).await);
    let calls = (0..30).map(|_| {
        let server = std::sync::Arc::clone(&server);
        tokio::spawn(async move {
            sent(&server, "k", "trigger-task", &json!({"task_id": "dishes"})).await.json()
        })
    });
    let mut answers = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        answers.push(call.await.unwrap());
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(balance(&server).await, 10);
}
