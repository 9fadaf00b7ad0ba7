//! Erasing a user: their name is gone, nothing else is lost, and the journal still verifies.

use serde_json::{Value, json};

use super::{activate, balance, command, done, prepare, put, tracked};
use crate::live::reader::Ask;
use crate::support::{Engine, Server, files, on_every_engine, root_on, until, verify};

on_every_engine!(
    activate_track_stream_write_erase_and_ask_again,
    an_erased_child_leaves_the_files_of_its_guardians,
    an_erasure_that_a_crash_cuts_off_is_finished_after_it,
);

/// The lines of an account's audit file, once there are `wanted`.
async fn lines(server: &Server, account: &str, wanted: usize) -> Vec<String> {
    let path = server.data_dir().join(format!("logs/tracking_user_{account}.log"));
    until("the audit file to be written", async || {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        (lines.len() == wanted && text.ends_with('\n')).then_some(lines)
    })
    .await
}

async fn activate_track_stream_write_erase_and_ask_again(engine: Engine) {
    let root = root_on(engine);
    let server = Server::on(&root);
    prepare(&server).await;
    let cleo = json!({"kind": "user", "name": "Cleo Clearwater"});
    put(&server, "/api/v1/people/cleo", &cleo).await;
    put(&server, "/api/v1/people/kid", &json!({"kind": "child", "guardians": ["cleo"]})).await;
    let mut stream = Ask::query("subject=ben").open(&server).await;

    let answer = activate(&server, "dishes").await;
    let event = &answer["tracking_event"];
    assert_eq!(tracked(&server, "").await["tracking_events"], json!([event]));
    let block = stream.event().await.unwrap();
    assert_eq!((block.name.as_str(), block.id), ("tracking_event_created", None));
    let short = json!({"tracking_event_id": event["id"], "child_id": "ben", "entity_type": "task",
        "action": "activated"});
    assert_eq!(block.data, Some(short));
    let logged = stream.event().await.unwrap();
    assert_eq!((&*logged.name, &logged.data.unwrap()["id"]), ("activity_logged", &event["id"]));
    let line = &lines(&server, "cleo", 1).await[0];
    let begins = format!(
        "occurred_at={} user_id=\"cleo\" child_id=\"ben\" entity_type=\"task\" \
         entity_id=\"dishes\" action=\"activated\" points_before=\"0\" points_after=\"10\" \
         delta=\"10\" id={}",
        event["occurred_at"], event["id"]
    );
    assert!(line.starts_with(&begins), "{line}");

    // The application records something in her name, too.
    let thanked = json!({"category": "entity", "action": "created",
        "actor": {"type": "user", "id": "cleo", "name": "Cleo C."}, "subject": {"id": "ben"},
        "message": "Cleo C. (cleo) thanked Ben", "metadata": {"by": "cleo"}});
    let (service, _) = server.key("service").await;
    let answer = server.post("/api/v1/events", &thanked).key(&service).send().await;
    assert_eq!(answer.json()["accepted"], 1, "{}", answer.text());

    let answer = server.post("/api/v1/people/cleo/erase", &json!({})).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let receipt = answer.json();
    assert_eq!(receipt["archived_children"], 1);
    assert!(!receipt.to_string().contains("cleo"), "{receipt}");

    // The query still answers, without her.
    let mut without = event.clone();
    without["user_id"] = Value::Null;
    assert_eq!(tracked(&server, "").await["tracking_events"], json!([without]));
    assert_eq!(balance(&server).await, 10);
    let of_account = server.get("/admin/tracking?user_id=cleo").send().await.json();
    assert_eq!(of_account["total"], 0);
    let text = server.get("/api/v1/events/export").send().await.text().to_lowercase();
    assert!(!text.contains("cleo"), "{text}");
    let body = server.get("/api/v1/events?action=person_erased").send().await.json();
    assert_eq!(body["events"][0]["metadata"]["receipt"], receipt["receipt"]);
    // Her files, her directory entry and her guardianships are gone.
    let logs = files(&server.data_dir().join("logs"));
    assert!(!logs.iter().any(|(path, _)| path.to_string_lossy().contains("cleo")), "{logs:?}");
    assert_eq!(server.get("/api/v1/people/cleo").send().await.status, 404);
    let kid = server.get("/api/v1/people/kid").send().await.json();
    assert!(kid["archived_at"].is_string() && kid["guardians"] == json!([]), "{kid}");
    let ben = server.get("/api/v1/people/ben").send().await.json();
    assert_eq!((&ben["guardians"], &ben["archived_at"]), (&json!(["carl"]), &Value::Null));

    // Ben continues with his remaining guardian.
    let next = activate(&server, "dishes").await;
    assert_eq!(next["tracking_event"]["user_id"], "carl");
    let again = server.post("/api/v1/people/cleo/erase", &json!({})).send().await.json();
    assert_eq!((&again["events"], &again["archived_children"]), (&json!(0), &json!(0)));
    let proof = format!("/api/v1/events/{}/proof", event["id"].as_str().unwrap());
    assert_eq!(server.get(&proof).send().await.json()["verdict"], "anonymised");
    assert!(server.stop().success());
    let (code, report) = verify(&root);
    assert_eq!((code, &report["anonymised"]), (Some(0), &receipt["events"]), "{report}");
    // Everything is still there after a restart.
    let server = Server::on(&root);
    assert_eq!(balance(&server).await, 20);
    assert_eq!(lines(&server, "carl", 1).await.len(), 1);
}

async fn an_erased_child_leaves_the_files_of_its_guardians(engine: Engine) {
    let server = super::family_on(engine).await;
    put(&server, "/api/v1/people/ada", &json!({"kind": "child", "guardians": ["cleo"]})).await;
    done(&server, "adjust", json!({"points": 30, "reason": "For Ben"})).await;
    let adas = server.post("/child/ada/trigger-task", &json!({"task_id": "dishes"})).send().await;
    assert_eq!(adas.status, 200);
    assert_eq!(lines(&server, "cleo", 2).await.len(), 2);
    let answer = server.post("/api/v1/people/ben/erase", &json!({})).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let left = lines(&server, "cleo", 2).await;
    assert!(left[0].contains("child_id=\"\"") && !left[0].contains("Ben"), "{}", left[0]);
    assert!(left[1].contains("child_id=\"ada\""), "{}", left[1]);
    assert_eq!(tracked(&server, "").await["total"], 0);
    let gone = command(&server, "trigger-task", &json!({"task_id": "dishes"})).send().await;
    assert_eq!(gone.problem().0, 404);
    let child = json!({"kind": "child", "name": "Ben", "guardians": ["cleo"]});
    put(&server, "/api/v1/people/ben", &child).await;
    assert_eq!(balance(&server).await, 0);
}

async fn an_erasure_that_a_crash_cuts_off_is_finished_after_it(engine: Engine) {
    const EVENTS: usize = 3_000;
    let root = root_on(engine);
    let server = Server::on(&root);
    put(&server, "/api/v1/people/miriam", &json!({"kind": "user", "name": "Mirjam"})).await;
    let made = |number: usize| {
        json!({"category": "entity", "action": "created", "message": format!("Mirjam: {number}"),
            "actor": {"type": "user", "id": "miriam"}})
    };
    for batch in (0..EVENTS).collect::<Vec<_>>().chunks(1_000) {
        server.append(&batch.iter().copied().map(made).collect::<Vec<Value>>()).await;
    }
    let asked = server.post("/api/v1/people/miriam/erase", &json!({}));
    let asked = tokio::spawn(asked.try_send());
    until("the first of them to lose her", async || {
        let path = "/api/v1/events?action=created&order=asc&limit=1";
        let first = server.get(path).send().await.json()["events"][0].take();
        first["anonymised_at"].is_string().then_some(())
    })
    .await;
    server.kill();
    assert!(asked.await.unwrap().is_err(), "it was over too soon");
    let server = Server::on(&root);
    let act = until("it to be finished", async || {
        let page = server.get("/api/v1/events?action=person_erased").send().await.json();
        page["events"].as_array().unwrap().first().cloned()
    })
    .await;
    // The event of her directory entry is the one more.
    assert_eq!(act["metadata"]["events"], EVENTS + 1, "{act}");
    let text = server.get("/api/v1/events/export").send().await.text().to_lowercase();
    assert!(!text.contains("miriam") && !text.contains("mirjam"));
    assert!(server.stop().success());
    let (code, report) = verify(&root);
    assert_eq!((code, &report["anonymised"]), (Some(0), &json!(EVENTS + 1)), "{report}");
}
