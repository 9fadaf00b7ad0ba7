//! The real program on a free port of this machine, in a temporary directory, and a small HTTP
//! client.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

mod workspace;

pub(crate) use workspace::on_every_engine;
pub use workspace::{Engine, Root, beside, root, root_on};

/// The bootstrap key of every test server.
pub const ADMIN: &str = "the-admin-key-of-the-tests-0123456789";
/// The longest time to wait for anything. It measures nothing: it only ends a test that would
/// otherwise wait forever.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The data directory within a root.
pub fn data_dir(root: &Root) -> PathBuf {
    root.path().join("data")
}

/// A running server; it is killed when dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    pub root: Root,
}

impl Server {
    /// Starts on a new data directory.
    pub fn start() -> Server {
        Server::on(&root())
    }

    /// Starts on a new data directory, and a new database.
    pub fn start_on(engine: Engine) -> Server {
        Server::on(&root_on(engine))
    }

    /// Starts on the data directory of a root.
    pub fn on(root: &Root) -> Server {
        let data = data_dir(root);
        Server::with(root, &["--data-dir", data.to_str().unwrap()])
    }

    /// Starts with these arguments to `serve`.
    pub fn with(root: &Root, arguments: &[&str]) -> Server {
        Server::spawn(root, arguments, Some(ADMIN)).0
    }

    /// Starts with or without a bootstrap key. Returns the output up to the line with the address
    /// and, without a key, the next line.
    pub fn spawn(root: &Root, arguments: &[&str], key: Option<&str>) -> (Server, String) {
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(root.path().join("log"))
            .unwrap();
        let mut command = annals(root);
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        command.args(arguments);
        if let Some(key) = key {
            command.env("ANNALS_ADMIN_KEY", key);
        }
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut printed = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let lines_wanted = if key.is_some() { 1 } else { 2 };
        for _ in 0..lines_wanted {
            lines.read_line(&mut printed).unwrap();
        }
        let address = printed
            .split_once("listening on http://")
            .and_then(|(_, rest)| rest.split('/').next())
            .and_then(|address| address.trim().parse().ok());
        let Some(address) = address else {
            let status = child.wait();
            let log = std::fs::read_to_string(root.path().join("log"));
            panic!("no server: {status:?} {printed} {log:?}");
        };
        let root = Arc::clone(root);
        let server = Server { child, address, root };
        // The pipe must not fill up and block the server.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        (server, printed)
    }

    pub fn data_dir(&self) -> PathBuf {
        data_dir(&self.root)
    }

    /// The log of this server, and of those before it in this root.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.root.path().join("log")).unwrap()
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills the process without a warning.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        let pid = self.pid().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(sent.unwrap().success());
    }

    /// Sends SIGTERM and waits for the end.
    pub fn stop(mut self) -> ExitStatus {
        self.terminate();
        self.wait()
    }

    /// Waits for the end.
    pub fn wait(&mut self) -> ExitStatus {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < until, "the server does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn call(&self, method: Method, path: &str) -> Call {
        Call::to(self.address, method, path)
    }

    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    pub fn post(&self, path: &str, body: &Value) -> Call {
        let call = self.call(Method::POST, path);
        call.body("application/json", body.to_string())
    }

    pub fn delete(&self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }

    /// Appends events and expects each to be accepted. Returns their ids.
    pub async fn append(&self, events: &[Value]) -> Vec<String> {
        let answer = self.post("/api/v1/events", &json!(events)).send().await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let answer = answer.json();
        let refused = answer["results"].as_array().unwrap().iter();
        let mut refused = refused.filter(|result| result["status"] != "accepted");
        assert_eq!(refused.next(), None);
        let results = answer["results"].as_array().unwrap();
        let id = |result: &Value| result["id"].as_str().unwrap().to_owned();
        results.iter().map(id).collect()
    }

    /// Makes a key. Returns its secret and its id.
    pub async fn key(&self, role: &str) -> (String, String) {
        let new = json!({ "role": role, "name": format!("{role} of the tests") });
        let answer = self.post("/api/v1/keys", &new).send().await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let made = answer.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&made["secret"]), text(&made["key"]["id"]))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program in the root's directory, without this environment's configuration.
pub fn annals(root: &Root) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_annals"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("ANNALS_") {
            command.env_remove(name);
        }
    }
    if let Some(url) = root.url() {
        command.env("ANNALS_DATABASE", url);
    }
    command.current_dir(root.path());
    command
}

/// Runs a subcommand on the root's data directory.
pub fn run(root: &Root, arguments: &[&str]) -> Output {
    annals(root).arg("--data-dir").arg(data_dir(root)).args(arguments).output().unwrap()
}

/// The output of a subcommand that must succeed.
pub fn printed(root: &Root, arguments: &[&str]) -> String {
    let output = run(root, arguments);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The exit code and report of `annals verify`.
pub fn verify(root: &Root) -> (Option<i32>, Value) {
    let output = run(root, &["--json", "verify"]);
    let report = serde_json::from_slice(&output.stdout);
    (output.status.code(), report.unwrap_or_else(|_| panic!("{output:?}")))
}

/// A request to be sent.
pub struct Call {
    address: SocketAddr,
    request: http::request::Builder,
    key: Option<String>,
    body: Bytes,
}

impl Call {
    /// A call with the admin's key, to any server.
    pub fn to(address: SocketAddr, method: Method, path: &str) -> Call {
        Call {
            address,
            request: Request::builder().method(method).uri(path),
            key: Some(ADMIN.to_owned()),
            body: Bytes::new(),
        }
    }

    pub fn key(mut self, key: &str) -> Call {
        self.key = Some(key.to_owned());
        self
    }

    pub fn nobody(mut self) -> Call {
        self.key = None;
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Call {
        self.request = self.request.header(name, value);
        self
    }

    pub fn body(mut self, kind: &str, body: impl Into<Bytes>) -> Call {
        self.request = self.request.header(header::CONTENT_TYPE, kind);
        self.body = body.into();
        self
    }

    /// Sends the request and reads the full answer.
    pub async fn send(self) -> Answer {
        self.try_send().await.unwrap()
    }

    /// Sends the request like `send`; the connection may break.
    pub async fn try_send(self) -> Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let driver = tokio::spawn(connection);
        let mut request = self
            .request
            .header(header::HOST, self.address.to_string())
            .body(Full::new(self.body))?;
        if let Some(key) = self.key {
            let value = format!("Bearer {key}").parse()?;
            request.headers_mut().insert(header::AUTHORIZATION, value);
        }
        let response = sender.send_request(request).await?;
        let (parts, body) = response.into_parts();
        // A stream has no end: its head is the answer.
        let stream =
            parts.headers.get(header::CONTENT_TYPE).is_some_and(|t| t == "text/event-stream");
        let body = if stream { Bytes::new() } else { body.collect().await?.to_bytes() };
        driver.abort();
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
    }
}

/// A response, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}", self.text()))
    }

    /// A problem's status and code; fails the test if the document is not a valid problem.
    pub fn problem(&self) -> (u16, String) {
        let problem = self.json();
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(problem["status"], json!(self.status), "{problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.ends_with(['.', '`']), "not a sentence: {detail}");
        (self.status, problem["code"].as_str().unwrap().to_owned())
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// Every file under a directory, with its content.
pub fn files(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.is_file() {
            found.push((path.clone(), std::fs::read(&path).unwrap()));
        }
    }
    found
}

/// Tries again until it succeeds; fails the test with `what` when time runs out.
pub async fn until<T>(what: &str, mut attempt: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(done) = attempt().await {
            return done;
        }
        assert!(Instant::now() < end, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
