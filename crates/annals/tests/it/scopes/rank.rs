//! Ranks among siblings, and who may see them.

use http::Method;
use serde_json::{Value, json};

use super::{ADA, BEN, CLEO, ZED, put, school, token};
use crate::support::{ADMIN, Engine, Server};

/// Cleo's other child, Cleo's child with Carl, and Carl's own.
const MIA: &str = "mia";
const TOM: &str = "tom";
const IDA: &str = "ida";

async fn siblings() -> Server {
    let server = school(Engine::Sqlite).await;
    let child = |guardians: Value| json!({ "kind": "child", "guardians": guardians });
    put(&server, MIA, &child(json!([CLEO]))).await;
    put(&server, TOM, &child(json!([CLEO, "carl"]))).await;
    put(&server, IDA, &child(json!(["carl"]))).await;
    put(&server, "carl", &json!({ "kind": "user" })).await;
    let dishes = json!({ "name": "Dishes", "points": 10, "is_good": true });
    let late = json!({ "name": "Late", "points": 100, "is_good": false });
    for (path, body) in [("/api/v1/tasks/dishes", dishes), ("/api/v1/tasks/late", late)] {
        let call = server.call(Method::PUT, path).body("application/json", body.to_string());
        assert_eq!(call.send().await.status, 200);
    }
    for (child, times) in [(BEN, 1), (MIA, 3), (TOM, 1), (IDA, 2), (ZED, 5)] {
        for _ in 0..times {
            activate(&server, child, "dishes").await;
        }
    }
    // Penalties do not lower a rank.
    activate(&server, MIA, "late").await;
    server
}

async fn activate(server: &Server, child: &str, task: &str) {
    let path = format!("/child/{child}/trigger-task");
    let answer = server.post(&path, &json!({ "task_id": task })).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// The child's rank, among how many, and each listed child's id, points and rank.
async fn rank_of(server: &Server, child: &str, key: &str) -> (u64, u64, Vec<(String, i64, u64)>) {
    let answer = server.get(&format!("/child/{child}/rank")).key(key).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body = answer.json();
    let children = body["children"].as_array().unwrap().iter().map(|child| {
        let points = child["good"]["points"].as_i64().unwrap();
        (child["id"].as_str().unwrap().to_owned(), points, child["rank"].as_u64().unwrap())
    });
    (body["rank"].as_u64().unwrap(), body["of"].as_u64().unwrap(), children.collect())
}

fn row(id: &str, points: i64, rank: u64) -> (String, i64, u64) {
    (id.to_owned(), points, rank)
}

#[tokio::test]
async fn ranks_are_shown_to_whoever_may_see_the_child() {
    let server = siblings().await;
    let (auditor, _) = server.key("auditor").await;
    let cleos = vec![row(MIA, 30, 1), row(BEN, 10, 2), row(TOM, 10, 2)];
    // Her guardian and those who may see everybody.
    for key in [&token(CLEO), ADMIN, &*auditor] {
        assert_eq!(rank_of(&server, BEN, key).await, (2, 3, cleos.clone()));
    }
    // Each guardian compares their own children: Ida is not Cleo's.
    let (all, of_carl) = (rank_of(&server, TOM, ADMIN).await, token("carl"));
    assert_eq!((all.0, all.1, all.2.len()), (3, 4, 4));
    assert_eq!(rank_of(&server, TOM, &token(CLEO)).await, (2, 3, cleos));
    let carls = vec![row(IDA, 20, 1), row(TOM, 10, 2)];
    assert_eq!(rank_of(&server, TOM, &of_carl).await, (2, 2, carls));
    for (child, key) in [(BEN, &of_carl), (BEN, &token(ADA)), (ZED, &token(CLEO))] {
        let answer = server.get(&format!("/child/{child}/rank")).key(key).send().await;
        assert_eq!(answer.problem().0, 404);
    }
}

#[tokio::test]
async fn a_child_sees_its_rank_and_nobody_else_s_points() {
    let server = siblings().await;
    assert_eq!(rank_of(&server, BEN, &token(BEN)).await, (2, 3, vec![row(BEN, 10, 2)]));
    assert_eq!(rank_of(&server, TOM, &token(TOM)).await, (3, 4, vec![row(TOM, 10, 3)]));
    assert_eq!(rank_of(&server, ZED, &token(ZED)).await, (1, 1, vec![row(ZED, 50, 1)]));
    let answer = server.get("/child/mia/rank").key(&token(BEN)).send().await;
    assert_eq!(answer.problem().0, 404);
    // A deleted child is no longer compared.
    assert_eq!(server.delete("/api/v1/people/mia").send().await.status, 200);
    assert_eq!(rank_of(&server, BEN, &token(BEN)).await, (1, 2, vec![row(BEN, 10, 1)]));
}
