//! Concurrent commands: nothing is lost, and of two that exclude each other one wins.

use std::sync::Arc;

use serde_json::json;

use super::{activate, balance, command, done, family_on, history, tracked, unbroken};
use crate::support::{Engine, on_every_engine};

on_every_engine!(
    of_two_hundred_commands_at_once_none_is_lost,
    of_redeeming_and_cancelling_one_wins,
    of_two_who_redeem_what_suffices_once_one_wins,
);

async fn of_two_hundred_commands_at_once_none_is_lost(engine: Engine) {
    let server = Arc::new(family_on(engine).await);
    done(&server, "adjust", json!({"points": 1_000, "reason": "Opening balance"})).await;
    let calls = (0..200).map(|number| {
        let server = Arc::clone(&server);
        tokio::spawn(async move {
            let task = if number % 4 == 0 { "late" } else { "dishes" };
            command(&server, "trigger-task", &json!({"task_id": task})).send().await
        })
    });
    for call in calls.collect::<Vec<_>>() {
        let answer = call.await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let history = history(&server).await;
    assert_eq!(history.len(), 201);
    assert_eq!(unbroken(&history), 1_000 + 150 * 10 - 50 * 4);
    assert_eq!(balance(&server).await, unbroken(&history));
}

async fn of_redeeming_and_cancelling_one_wins(engine: Engine) {
    let server = Arc::new(family_on(engine).await);
    done(&server, "adjust", json!({"points": 500, "reason": "Opening balance"})).await;
    let film = json!({"reward_id": "film"});
    let asked = json!({"reward_id": "film", "only_if_requested": true});
    for round in 0..20 {
        done(&server, "request-reward", film.clone()).await;
        let total = tracked(&server, "").await["total"].as_u64().unwrap();
        let race = [("trigger-reward", &asked), ("cancel-request-reward", &film)];
        let calls = race.map(|(name, body)| {
            let (server, body) = (Arc::clone(&server), body.clone());
            tokio::spawn(async move { command(&server, name, &body).send().await })
        });
        let mut won = 0;
        for call in calls {
            let answer = call.await.unwrap();
            match answer.status {
                200 => won += 1,
                _ => assert_eq!(answer.problem(), (409, "not_pending".to_owned()), "{round}"),
            }
        }
        let now = tracked(&server, "").await["total"].as_u64().unwrap();
        assert_eq!((won, now - total), (1, 1), "round {round}");
    }
    let redeemed = tracked(&server, "&action=redeemed").await["total"].as_i64().unwrap();
    assert_eq!(unbroken(&history(&server).await), 500 - 25 * redeemed);
    assert_eq!(balance(&server).await, 500 - 25 * redeemed);
}

async fn of_two_who_redeem_what_suffices_once_one_wins(engine: Engine) {
    let server = Arc::new(family_on(engine).await);
    for _ in 0..10 {
        for _ in 0..3 {
            activate(&server, "dishes").await;
        }
        let left = balance(&server).await;
        let calls = (0..4).map(|_| {
            let server = Arc::clone(&server);
            let film = json!({"reward_id": "film"});
            tokio::spawn(async move { command(&server, "trigger-reward", &film).send().await })
        });
        let mut won = 0;
        for call in calls.collect::<Vec<_>>() {
            let answer = call.await.unwrap();
            match answer.status {
                200 => won += 1,
                _ => assert_eq!(answer.problem(), (422, "insufficient_points".to_owned())),
            }
        }
        assert_eq!(won, left / 25);
    }
    assert!(unbroken(&history(&server).await) >= 0);
}
