//! The API and the dashboard under a path of another program's router.

use annals::with_actor;
use annals_event::{Actor, ActorType};
use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::routing::get;
use http::Method;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::builder;
use crate::support::{Call, root};

/// Makes every request to the host one of this user.
async fn as_the_host_s_user(request: Request, next: Next) -> axum::response::Response {
    let id = Some("of-the-host".to_owned());
    let actor = Actor { kind: ActorType::User, id, name: None, ..Actor::default() };
    with_actor(actor, next.run(request)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_mounts_annals_and_stops_it_with_itself() {
    let root = root();
    let annals =
        builder(&root).base_path("/annals/").origin("https://home.example").open().await.unwrap();
    let router: Router = Router::new()
        .route("/state/{id}", get(async |state: axum::extract::State<&'static str>| state.0))
        .merge(annals.router())
        .with_state("the host's")
        .layer(from_fn(as_the_host_s_user));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(async move {
        let stopped = async { drop(stopped.await) };
        axum::serve(listener, router).with_graceful_shutdown(stopped).await.unwrap();
    });
    let call = |method, path: &str| Call::to(address, method, path);

    assert_eq!(call(Method::GET, "/state/1").send().await.text(), "the host's");
    for elsewhere in ["/healthz", "/api/v1/events"] {
        assert_eq!(call(Method::GET, elsewhere).send().await.status, 404);
    }
    assert_eq!(call(Method::GET, "/annals/readyz").send().await.status, 200);
    let unknown = call(Method::GET, "/annals/api/v1/nothing").send().await;
    assert_eq!(unknown.problem(), (404, "not_found".to_owned()));
    let page = call(Method::GET, "/annals/activity").send().await;
    for root in ["/annals", "/annals/"] {
        assert_eq!(call(Method::GET, root).send().await.body, page.body);
    }
    if page.status == 200 {
        let meta = r#"<meta name="annals-base" content="/annals/""#;
        assert!(page.text().contains(meta), "{}", page.text());
    }

    // The cookie of a sign-in link is limited to Annals' path.
    let link = annals.sign_in_link().await.unwrap();
    let token = link.strip_prefix("https://home.example/annals/signin#link=").unwrap();
    let body = json!({ "link": token }).to_string();
    let session = call(Method::POST, "/annals/api/v1/session").nobody();
    let session = session.body("application/json", body).send().await;
    assert_eq!(session.status, 200, "{}", session.text());
    assert!(session.header("set-cookie").contains("Path=/annals/;"));

    // Within Annals the session decides who the actor is, not the host.
    let new = json!({"role": "auditor", "name": "by the admin"}).to_string();
    let made = call(Method::POST, "/annals/api/v1/keys").body("application/json", new);
    assert_eq!(made.send().await.status, 201);
    let list = call(Method::GET, "/annals/api/v1/events?action=key_created").send().await;
    assert_eq!(list.json()["events"][0]["actor"]["id"], "bootstrap");

    stop.send(()).unwrap();
    serving.await.unwrap();
    annals.stop().await.unwrap();
}
