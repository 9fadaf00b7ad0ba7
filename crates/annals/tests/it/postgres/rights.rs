//! Row-level security, attacked by somebody with the reader's role.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha2::Sha256;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use crate::support::{Engine, Root, Server, root_on};

/// The subjects of the events.
const PEOPLE: [&str; 4] = ["cleo", "ben", "zed", "ada"];
/// Every table and view that a reader may name.
const READABLE: [&str; 8] = [
    "annals.annals_accounts",
    "annals.annals_ledger",
    "annals.annals_requests",
    "annals.annals_events",
    "annals.annals_activity",
    "annals.annals_people",
    "annals.annals_guardianships",
    "annals.annals_children",
];

/// A journal about four people, Ben being Cleo's child and Zed a stranger; its server has stopped.
async fn filled() -> Root {
    let root = root_on(Engine::Postgres);
    let server = Server::on(&root);
    for (id, kind, guardians) in [
        ("cleo", "user", json!([])),
        ("ada", "user", json!([])),
        ("ben", "child", json!(["cleo"])),
        ("zed", "child", json!(["somebody"])),
    ] {
        let call = server.call(http::Method::PUT, &format!("/api/v1/people/{id}"));
        let person = json!({ "kind": kind, "guardians": guardians });
        let answer = call.body("application/json", person.to_string()).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    for (path, body) in [
        ("/api/v1/tasks/dishes", json!({"name": "Dishes", "points": 10, "is_good": true})),
        ("/api/v1/rewards/film", json!({"name": "Film night", "cost": 5})),
    ] {
        let call = server.call(http::Method::PUT, path);
        assert_eq!(call.body("application/json", body.to_string()).send().await.status, 200);
    }
    for child in ["ben", "zed"] {
        for (command, body) in [
            ("trigger-task", json!({ "task_id": "dishes" })),
            ("request-reward", json!({ "reward_id": "film" })),
        ] {
            let call = server.post(&format!("/child/{child}/{command}"), &body);
            let answer = call.header("idempotency-key", child).send().await;
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
    }
    let about = |id: &&str| {
        json!({ "action": "page_view", "subject": { "id": id }, "message": format!("about {id}"),
                "metadata": { "whose": id } })
    };
    server.append(&PEOPLE.iter().map(about).collect::<Vec<_>>()).await;
    assert!(server.stop().success());
    let database = root.database();
    // A login with the reader's role and nothing else.
    let login = "DO $$ BEGIN CREATE ROLE nosy LOGIN; EXCEPTION WHEN OTHERS THEN NULL; END $$;
                 GRANT annals_reader TO nosy";
    database.sql(login);
    root
}

/// An attacker's connection.
struct Nosy {
    client: Client,
    key: Vec<u8>,
}

impl Nosy {
    async fn connect(root: &Root) -> Nosy {
        let database = root.database();
        let (client, connection) =
            tokio_postgres::connect(&database.url_as("nosy"), NoTls).await.unwrap();
        tokio::spawn(connection);
        let pad = database.sql("SELECT encode(inner_pad, 'hex') FROM annals.annals_viewer_key");
        let byte = |at: usize| u8::from_str_radix(&pad[at..at + 2], 16).unwrap() ^ 0x36;
        Nosy { client, key: (0..pad.len()).step_by(2).map(byte).collect() }
    }

    /// The first column of every row, or the error's message.
    async fn ask(&self, sql: &str) -> Result<Vec<String>, String> {
        let rows = self.client.simple_query(sql).await;
        let rows = rows.map_err(|error| match error.as_db_error() {
            Some(refusal) => refusal.message().to_owned(),
            None => error.to_string(),
        })?;
        let rows = rows.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or("NULL").to_owned()),
            _ => None,
        });
        Ok(rows.collect())
    }

    /// A claim as the server signs it, for this connection and transaction.
    async fn claim(&self, role: &str, person: &str) -> String {
        let sql = "SELECT pg_backend_pid() || '.' ||
                   floor(extract(epoch FROM now()) * 1000000)::bigint";
        let transaction = self.ask(sql).await.unwrap().remove(0);
        let person: String = person.bytes().map(|byte| format!("{byte:02x}")).collect();
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).unwrap();
        mac.update(format!("{role}.{person}.{transaction}").as_bytes());
        let mac = mac.finalize().into_bytes();
        let mac: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{role}.{person}.{mac}")
    }

    async fn claims(&self, claim: &str) {
        self.ask(&format!("SELECT set_config('annals.viewer', '{claim}', true)")).await.unwrap();
    }

    /// The rows of a query with a viewer that the server has signed.
    async fn as_viewer(&self, role: &str, person: &str, sql: &str) -> Vec<String> {
        self.ask("BEGIN").await.unwrap();
        self.claims(&self.claim(role, person).await).await;
        let rows = self.ask(sql).await;
        self.ask("ROLLBACK").await.unwrap();
        rows.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Expects every query to give nothing.
    async fn sees_nothing(&self, how: &str) {
        for table in READABLE {
            let sql = format!("SELECT * FROM {table}");
            assert_eq!(self.ask(&sql).await, Ok(vec![]), "{how}: {table}");
            let sql = format!("SELECT count(*) FROM {table}");
            assert_eq!(self.ask(&sql).await, Ok(vec!["0".to_owned()]), "{how}: {table}");
        }
    }
}

fn partitions(root: &Root) -> Vec<String> {
    let sql = "SELECT c.oid::regclass FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
               WHERE i.inhparent = 'annals.annals_events'::regclass ORDER BY c.oid";
    root.database().sql(sql).lines().map(str::to_owned).collect()
}

/// Queries that give the subjects of readable rows.
const QUESTIONS: [&str; 6] = [
    "SELECT subject_id FROM annals.annals_events ORDER BY 1",
    "SELECT subject_id FROM annals.annals_activity ORDER BY 1",
    "SELECT metadata ->> 'whose' FROM annals.annals_activity ORDER BY 1",
    "SELECT e.subject_id FROM annals.annals_events e JOIN annals.annals_people p
       ON p.id = e.subject_id ORDER BY 1",
    "SELECT max(e.subject_id) FROM annals.annals_events e GROUP BY e.subject_id ORDER BY 1",
    "SELECT id FROM annals.annals_people ORDER BY 1",
];

/// The same for tables about children.
const CHILDREN: [&str; 6] = [
    "SELECT child FROM annals.annals_accounts ORDER BY 1",
    "SELECT child FROM annals.annals_requests ORDER BY 1",
    "SELECT child FROM annals.annals_ledger ORDER BY 1",
    "SELECT a.child FROM annals.annals_accounts a JOIN annals.annals_ledger l USING (child)
       JOIN annals.annals_requests r USING (child) ORDER BY 1",
    "SELECT max(child) FROM annals.annals_ledger GROUP BY child ORDER BY 1",
    "SELECT id FROM annals.annals_children ORDER BY id",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_signed_viewer_sees_their_own_and_their_children_s() {
    let root = filled().await;
    let nosy = Nosy::connect(&root).await;
    for (role, person, sees) in [
        ("user", "cleo", &["ben", "cleo"][..]),
        ("user", "ada", &["ada"]),
        ("user", "ben", &["ben"]),
        ("child", "ben", &["ben"]),
        ("child", "cleo", &["cleo"]),
        ("user", "nobody", &[]),
        ("service", "cleo", &[]),
        ("ingest", "cleo", &[]),
        ("admin", "root", &["ada", "ben", "cleo", "zed"]),
        ("auditor", "x", &["ada", "ben", "cleo", "zed"]),
    ] {
        for sql in QUESTIONS {
            let mut rows = nosy.as_viewer(role, person, sql).await;
            // The server's own audit events are about people, or about nobody.
            rows.retain(|id| id != "NULL");
            rows.dedup();
            assert_eq!(rows, sees, "{role} {person}: {sql}");
        }
        let views = "SELECT count(*) FROM annals.annals_events e WHERE e.action = 'page_view'";
        assert_eq!(nosy.as_viewer(role, person, views).await, [sees.len().to_string()]);
        let mut wanted = sees.to_vec();
        wanted.retain(|id| ["ben", "zed"].contains(id));
        for sql in CHILDREN {
            let mut rows = nosy.as_viewer(role, person, sql).await;
            rows.dedup();
            assert_eq!(rows, wanted, "{role} {person}: {sql}");
        }
        let balances = "SELECT sum(balance) FROM annals.annals_accounts";
        let sum = match wanted.len() {
            0 => "NULL".to_owned(),
            children => (10 * children).to_string(),
        };
        assert_eq!(nosy.as_viewer(role, person, balances).await, [sum], "{role} {person}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_viewer_that_the_server_did_not_sign_for_this_is_nobody() {
    let root = filled().await;
    let (nosy, other) = (Nosy::connect(&root).await, Nosy::connect(&root).await);
    nosy.sees_nothing("no viewer").await;

    // One made up, and ones with another person or role.
    nosy.ask("BEGIN").await.unwrap();
    let signed = nosy.claim("user", "ada").await;
    let mac = signed.rsplit('.').next().unwrap();
    let cleo = "636c656f";
    for forged in [
        format!("user.{cleo}.{mac}"),
        format!("admin.616461.{mac}"),
        format!("user.616461.{}", "0".repeat(64)),
        format!("user.616461.{}", mac.to_uppercase()),
        "admin".to_owned(),
        "admin..".to_owned(),
        "..".to_owned(),
        format!("{signed}.x"),
        String::new(),
    ] {
        nosy.claims(&forged).await;
        nosy.sees_nothing(&forged).await;
    }
    // The signed one works on this connection and transaction.
    nosy.claims(&signed).await;
    let own = "SELECT subject_id FROM annals.annals_events";
    assert_eq!(nosy.ask(own).await.unwrap(), ["ada"; 2]);
    // It works neither on another connection nor in the next transaction.
    other.ask("BEGIN").await.unwrap();
    other.claims(&signed).await;
    other.sees_nothing("another backend's").await;
    nosy.ask("COMMIT; SELECT pg_sleep(0.01); BEGIN").await.unwrap();
    nosy.claims(&signed).await;
    nosy.sees_nothing("an earlier transaction's").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn nothing_else_can_be_read_written_or_gone_round() {
    let root = filled().await;
    let nosy = Nosy::connect(&root).await;
    let partitions = partitions(&root);
    assert!(!partitions.is_empty());
    let forced = "SELECT count(*) FROM pg_class c
        WHERE c.relnamespace = 'annals'::regnamespace AND c.relkind IN ('r', 'p')
          AND (c.relname LIKE 'annals_events%' OR c.relname IN ('annals_list_index',
            'annals_tiles', 'annals_spans', 'annals_people', 'annals_guardianships', 'annals_keys', 'annals_sign_ins',
            'annals_accounts', 'annals_requests', 'annals_ledger', 'annals_answers',
            'annals_frozen_days', 'annals_frozen_pages'))
          AND NOT (c.relrowsecurity AND c.relforcerowsecurity)";
    assert_eq!(root.database().sql(forced), "0");
    let others = "SELECT c.oid::regclass FROM pg_class c
        WHERE c.relnamespace = 'annals'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')";
    let others = root.database().sql(others);
    let others: Vec<&str> = others.lines().filter(|name| !READABLE.contains(name)).collect();
    assert!(others.len() > 12, "{others:?}");
    for partition in &partitions {
        assert!(others.contains(&partition.as_str()), "{partition}");
    }
    nosy.ask("BEGIN").await.unwrap();
    let admin = nosy.claim("admin", "root").await;
    nosy.ask("COMMIT").await.unwrap();
    // Refused even for a viewer who sees everybody.
    for name in others {
        let refused = format!("permission denied for table {}", &name["annals.".len()..]);
        let rows =
            nosy.ask(&format!("BEGIN; SELECT set_config('annals.viewer', '{admin}', true)")).await;
        rows.unwrap();
        assert_eq!(nosy.ask(&format!("SELECT * FROM {name}")).await, Err(refused));
        nosy.ask("ROLLBACK").await.unwrap();
    }
    for (sql, how) in [
        (
            "INSERT INTO annals.annals_people (id, kind, collection, words)
          VALUES ('x', 'user', 'full', '{}')",
            "permission denied",
        ),
        ("UPDATE annals.annals_events SET subject_id = 'ada'", "permission denied"),
        ("DELETE FROM annals.annals_events", "permission denied"),
        ("UPDATE annals.annals_accounts SET balance = 1000", "permission denied"),
        ("INSERT INTO annals.annals_requests VALUES ('ben', 'car', 0)", "permission denied"),
        ("DELETE FROM annals.annals_ledger", "permission denied"),
        ("TRUNCATE annals.annals_events", "permission denied"),
        ("SELECT annals.annals_viewer()", "permission denied"),
        ("SELECT annals.annals_make_room(10)", "permission denied"),
        ("SET ROLE annals_writer", "permission denied"),
        ("SET SESSION AUTHORIZATION postgres", "permission denied"),
        ("ALTER TABLE annals.annals_events DISABLE ROW LEVEL SECURITY", "must be owner"),
        ("CREATE TABLE annals.mine (n int)", "permission denied"),
        ("SET row_security = off; SELECT * FROM annals.annals_events", "row-level security"),
        ("COPY annals.annals_list_index TO STDOUT", "permission denied"),
    ] {
        let refusal = nosy.ask(sql).await.expect_err(sql);
        assert!(refusal.contains(how), "{sql}: {refusal}");
    }
    // A cheap function with side effects is not evaluated before the policy.
    let peeping = "CREATE FUNCTION pg_temp.peep(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001
        AS $$ BEGIN RAISE EXCEPTION 'seen %', $1; END $$";
    nosy.ask(peeping).await.unwrap();
    let peep = "SELECT * FROM annals.annals_events WHERE pg_temp.peep(message)";
    assert_eq!(nosy.ask(peep).await, Ok(vec![]));
    let peep = "SELECT * FROM annals.annals_activity WHERE pg_temp.peep(message)";
    assert_eq!(nosy.ask(peep).await, Ok(vec![]));
}

/// The owner of the tables is limited as well, since row-level security is forced.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_owner_is_held_to_it_as_well() {
    let root = filled().await;
    let owner = "DO $$ BEGIN CREATE ROLE landlord; EXCEPTION WHEN OTHERS THEN NULL; END $$;
        GRANT ALL ON SCHEMA annals TO landlord;
        ALTER TABLE annals.annals_events OWNER TO landlord;
        ALTER TABLE annals.annals_accounts OWNER TO landlord;
        ALTER TABLE annals.annals_ledger OWNER TO landlord;
        SET ROLE landlord;
        SELECT (SELECT count(*) FROM annals.annals_events)
             + (SELECT count(*) FROM annals.annals_accounts)
             + (SELECT count(*) FROM annals.annals_ledger)";
    assert_eq!(root.database().sql(owner), "0");
}
