//! A client of the API for the command line: over the running server's local socket or, if no
//! server runs, in this process. Either way there is one implementation of every act.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::net::UnixStream;
use tower::ServiceExt as _;

use super::Context;
use super::import::{Busy, ItemResult, Sink, Status};
use crate::app::{App, open_existing};
use crate::config::Database;
use crate::data_dir::{DataDir, HoldError};

/// A way to the API.
pub(super) enum Client {
    /// A server runs: its local socket.
    Socket(DataDir),
    /// No server runs: this process holds the journal.
    InProcess {
        /// The API.
        router: Router,
        /// The app behind the API.
        app: Box<App>,
    },
}

impl Client {
    /// Connects to the running server, or opens the journal in this process.
    pub(super) async fn open(context: &Context) -> Result<Client> {
        let app = App::start(&context.config, context.clock.clone(), context.random.clone()).await;
        match app {
            Ok(app) => {
                let router = app.http().operator_router();
                Ok(Client::InProcess { router, app: Box::new(app) })
            }
            Err(error) => match error.downcast_ref::<HoldError>() {
                Some(HoldError::Held(_)) => {
                    Ok(Client::Socket(DataDir::new(&context.config.data_dir)))
                }
                _ => Err(error),
            },
        }
    }

    /// Connects only if there is a journal: commands that read or change one create none.
    pub(super) async fn to_existing(context: &Context) -> Result<Client> {
        match context.config.journal()? {
            Database::Sqlite(file) if !file.exists() => {
                bail!(
                    "there is no journal at {}; name its directory with --data-dir",
                    file.display()
                );
            }
            Database::Sqlite(_) => {}
            Database::Postgres(_) => open_existing(&context.config).await?.close().await,
        }
        Client::open(context).await
    }

    /// Returns a client of an app that runs in this process.
    pub(super) fn in_process(app: App) -> Client {
        Client::InProcess { router: app.http().operator_router(), app: Box::new(app) }
    }

    /// Sends a request. The response's body streams.
    pub(super) async fn send(&self, request: Request<Body>) -> Result<Response<Body>> {
        match self {
            Client::InProcess { router, .. } => Ok(router.clone().oneshot(request).await?),
            Client::Socket(data_dir) => {
                let (_directory, path) = data_dir.socket()?;
                let stream = UnixStream::connect(path).await.context(
                    "a server holds the data directory, but its local socket does not answer; see the server's log, or restart it",
                )?;
                let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream));
                let (mut sender, connection) = handshake.await?;
                tokio::spawn(connection);
                Ok(sender.send_request(request).await?.map(Body::new))
            }
        }
    }

    /// Sends JSON, if any, and reads JSON. A problem document becomes an error with its text.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<T> {
        let body = match body {
            Some(body) => Body::from(serde_json::to_vec(body)?),
            None => Body::empty(),
        };
        let response = self.send(request(method, path, "application/json", body)?).await?;
        let response = success(response).await?;
        let bytes = response.into_body().collect().await?.to_bytes();
        serde_json::from_slice(&bytes).context("the server's answer cannot be read")
    }

    /// Stops the app that was started for this command.
    pub(super) async fn close(self) -> Result<()> {
        match self {
            Client::Socket(_) => Ok(()),
            Client::InProcess { app, router } => {
                drop(router);
                app.stop().await
            }
        }
    }
}

#[async_trait]
impl Sink for Client {
    async fn post(&mut self, ndjson: Vec<u8>) -> Result<Vec<ItemResult>> {
        let body = Body::from(ndjson);
        let request = request(Method::POST, "/api/v1/events", "application/x-ndjson", body)?;
        let response = self.send(request).await?;
        let status = response.status();
        let retry_after = response.headers().get(header::RETRY_AFTER);
        let retry_after = retry_after.and_then(|value| value.to_str().ok()?.parse().ok());
        let bytes = response.into_body().collect().await?.to_bytes();
        match status {
            StatusCode::SERVICE_UNAVAILABLE => {
                let retry_after = Duration::from_secs(retry_after.unwrap_or(1));
                // The text explains why the import pauses.
                let why = anyhow::anyhow!(problem(status, &bytes));
                Err(why.context(Busy { retry_after }))
            }
            // Both have a result for each event; 422 says that every event was rejected.
            StatusCode::CREATED | StatusCode::UNPROCESSABLE_ENTITY => {
                let answer: Answer =
                    serde_json::from_slice(&bytes).context("the server's answer cannot be read")?;
                Ok(answer.results.into_iter().map(ItemResult::from).collect())
            }
            _ => bail!(problem(status, &bytes)),
        }
    }
}

/// The part of an append's answer that an import needs.
#[derive(Deserialize)]
struct Answer {
    results: Vec<AnswerItem>,
}

#[derive(Deserialize)]
struct AnswerItem {
    status: String,
    #[serde(default)]
    error: Value,
}

impl From<AnswerItem> for ItemResult {
    fn from(item: AnswerItem) -> ItemResult {
        let status = match item.status.as_str() {
            "accepted" => Status::Accepted,
            "duplicate" => Status::Duplicate,
            "dropped" => Status::Dropped,
            _ => Status::Rejected,
        };
        let fields = item.error["errors"].as_array().into_iter().flatten();
        let fault_texts: Vec<String> = fields
            .filter_map(|e| Some(format!("`{}` {}", e["field"].as_str()?, e["message"].as_str()?)))
            .collect();
        let detail = item.error["detail"].as_str().map(str::to_owned);
        let error = if fault_texts.is_empty() { detail } else { Some(fault_texts.join("; ")) };
        ItemResult { status, error }
    }
}

/// Makes a request of this machine's operator.
pub(super) fn request(
    method: Method,
    path: &str,
    content_type: &str,
    body: Body,
) -> Result<Request<Body>> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "localhost")
        .header(header::CONTENT_TYPE, content_type);
    Ok(request.body(body)?)
}

/// Returns a successful response; a problem becomes an error.
pub(super) async fn success(response: Response<Body>) -> Result<Response<Body>> {
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status();
    let bytes = response.into_body().collect().await?.to_bytes();
    bail!(problem(status, &bytes))
}

/// Describes a problem document in one line.
pub(super) fn problem(status: StatusCode, body: &[u8]) -> String {
    let problem: Value = serde_json::from_slice(body).unwrap_or_default();
    match problem.get("detail").and_then(Value::as_str) {
        Some(detail) => detail.to_owned(),
        None => format!("the server answered {status}"),
    }
}

/// Returns a path with query parameters.
pub(super) fn with_query(path: &str, pairs: &[(String, String)]) -> String {
    let query: String =
        form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// Parses `--filter NAME=VALUE`, as in the API.
pub(super) fn filter_pair(text: &str) -> Result<(String, String), String> {
    let (name, value) =
        text.split_once('=').ok_or("must be NAME=VALUE, such as category=quest,badge")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Returns the absolute path: the server's working directory is another one.
pub(super) fn absolute(path: &std::path::Path) -> Result<PathBuf> {
    std::path::absolute(path).with_context(|| format!("{} is not a path", path.display()))
}
