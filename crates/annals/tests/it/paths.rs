//! Paths: those of the dashboard, those of the API, and all others.

use http::Method;

use crate::support::{Server, root};

/// The dashboard's own paths, by GET.
const PAGES: [&str; 7] =
    ["/", "/signin", "/docs", "/overview", "/activity", "/family", "/settings"];

#[tokio::test]
async fn whatever_is_no_endpoint_is_not_found() {
    let server = Server::start();
    for (method, path) in [
        (Method::POST, "/child/ben/trigger-task/"),
        (Method::POST, "/admin/deletion-queue/run/"),
        (Method::GET, "/child/ben/nothing"),
        (Method::GET, "/child/"),
        (Method::DELETE, "/people/ben"),
        (Method::GET, "/people/ben"),
        (Method::POST, "/v1/events"),
        (Method::GET, "/v1/batch"),
        (Method::GET, "/admin/nothing"),
        (Method::GET, "/api"),
        (Method::GET, "/api/"),
        (Method::GET, "/api/v1/nothing"),
        (Method::GET, "/api/v1/events/"),
        (Method::PUT, "/api/v1/people/ben/"),
        (Method::GET, "/activity/"),
        (Method::GET, "//activity"),
        (Method::GET, "/Activity"),
        (Method::GET, "/activity/more"),
        (Method::GET, "/nowhere"),
        (Method::GET, "/index.html"),
        (Method::GET, "/assets/none.js"),
        (Method::GET, "/healthz/"),
        (Method::GET, "/%ff"),
        (Method::HEAD, "/nowhere"),
        (Method::OPTIONS, "/v1/events"),
    ] {
        for call in [server.call(method.clone(), path), server.call(method.clone(), path).nobody()]
        {
            let answer = call.send().await;
            assert_eq!(answer.status, 404, "{method} {path}: {}", answer.text());
            assert_eq!(
                answer.header("content-type"),
                "application/problem+json",
                "{method} {path}"
            );
            if method != Method::HEAD {
                assert_eq!(answer.problem().1, "not_found", "{method} {path}");
            }
        }
    }
}

#[tokio::test]
async fn the_page_opens_at_the_dashboard_s_paths_by_get_alone() {
    let server = Server::start();
    let page = server.get("/activity").nobody().send().await;
    for path in PAGES {
        let answer = server.get(path).nobody().send().await;
        // A program that was built without the dashboard says so in its place.
        assert_eq!((answer.status, &answer.body), (page.status, &page.body), "{path}");
        let head = server.call(Method::HEAD, path).nobody().send().await;
        assert_eq!(head.status, page.status, "{path}");
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            let answer = server.call(method, path).send().await;
            assert_eq!(answer.problem(), (405, "method_not_allowed".to_owned()), "{path}");
        }
    }
    if page.status == 200 {
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    } else {
        assert!(page.problem().0 == 404 && page.text().contains("without the dashboard"));
    }
}

#[tokio::test]
async fn a_path_that_is_no_text_is_a_problem_on_every_endpoint() {
    let server = Server::start();
    let document = server.get("/api/openapi.json").send().await.json();
    let mut tried = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        let Some((before, rest)) = path.split_once('{') else { continue };
        let mut wrong = format!("{before}%ff");
        // Every parameter, each with bytes that are no text.
        for part in rest.split('{') {
            let (_, after) = part.split_once('}').unwrap();
            wrong.push_str(after);
            if after.ends_with('/') {
                wrong.push_str("%ff");
            }
        }
        for method in operations.as_object().unwrap().keys().filter(|key| *key != "parameters") {
            let method: Method = method.to_uppercase().parse().unwrap();
            let answer =
                server.call(method.clone(), &wrong).body("application/json", "{}").send().await;
            let (status, _) = answer.problem();
            assert!((400..500).contains(&status), "{method} {wrong}: {}", answer.text());
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");
}

/// Whoever watches over a server need not know its base path.
#[tokio::test]
async fn health_is_at_the_root_beside_a_base_path() {
    let root = root();
    std::fs::write(root.path().join("annals.toml"), "base_path = \"/annals/\"\n").unwrap();
    let server = Server::on(&root);
    for path in ["/healthz", "/readyz", "/annals/healthz", "/annals/readyz"] {
        assert_eq!(server.get(path).nobody().send().await.status, 200, "{path}");
    }
    let page = server.get("/annals/activity").nobody().send().await.status;
    assert_eq!(server.get("/annals/").nobody().send().await.status, page);
    for path in
        ["/", "/activity", "/api/v1/events", "/annals/activity/", "/annals/nothing", "/metrics"]
    {
        let answer = server.get(path).send().await;
        assert_eq!(answer.problem(), (404, "not_found".to_owned()), "{path}");
    }
    assert_eq!(server.call(Method::POST, "/healthz").send().await.problem().0, 405);
}
