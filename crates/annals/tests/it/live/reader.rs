//! A small client for both kinds of stream.

use std::net::SocketAddr;

use bytes::Bytes;
use futures::StreamExt as _;
use http::{Request, header};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{self, Message};

use crate::support::{ADMIN, Answer, PATIENCE, Server};

/// A block of server-sent events, or a message of a WebSocket.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    pub name: String,
    pub id: Option<String>,
    pub data: Option<Value>,
    pub comment: Option<String>,
}

impl Block {
    /// The event's number, as the tests give it.
    pub fn number(&self) -> Option<u64> {
        self.data.as_ref()?["metadata"]["number"].as_u64()
    }
}

/// An open stream of server-sent events.
pub struct Sse {
    body: Incoming,
    buffer: String,
    _driver: tokio::task::JoinHandle<()>,
}

/// A stream's request: query and headers.
#[derive(Clone, Default)]
pub struct Ask {
    pub query: String,
    pub last: Option<String>,
    pub headers: Vec<(String, String)>,
    pub key: Option<String>,
}

impl Ask {
    pub fn query(query: &str) -> Ask {
        Ask { query: query.to_owned(), key: Some(ADMIN.to_owned()), ..Ask::default() }
    }

    pub fn after(mut self, last: Option<&String>) -> Ask {
        self.last = last.cloned();
        self
    }

    pub fn key(mut self, key: &str) -> Ask {
        self.key = Some(key.to_owned());
        self
    }

    pub fn nobody(mut self) -> Ask {
        self.key = None;
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Ask {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn request(&self, path: &str, address: SocketAddr) -> Request<()> {
        let mut request = Request::builder().uri(format!("{path}?{}", self.query));
        request = request.header(header::HOST, address.to_string());
        if let Some(key) = &self.key {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        if let Some(last) = &self.last {
            request = request.header("last-event-id", last);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request.body(()).unwrap()
    }

    /// Opens the stream. The inner error is a refusal, the outer one a server that cannot be
    /// reached.
    pub async fn sse(&self, address: SocketAddr) -> Result<Result<Sse, Answer>, String> {
        let stream = TcpStream::connect(address).await.map_err(|e| e.to_string())?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        let driver = tokio::spawn(async {
            let _ = connection.await;
        });
        let request = self.request("/api/v1/events/stream", address);
        let request = request.map(|()| Empty::<Bytes>::new());
        let response = sender.send_request(request).await.map_err(|e| e.to_string())?;
        let (parts, body) = response.into_parts();
        if parts.status != 200 {
            let body = body.collect().await.map_err(|e| e.to_string())?.to_bytes();
            let status = parts.status.as_u16();
            return Ok(Err(Answer { status, headers: parts.headers, body }));
        }
        assert_eq!(parts.headers["content-type"], "text/event-stream");
        Ok(Ok(Sse { body, buffer: String::new(), _driver: driver }))
    }

    pub async fn open(&self, server: &Server) -> Sse {
        self.sse(server.address).await.unwrap().unwrap_or_else(|answer| panic!("{}", answer.text()))
    }

    /// The status and code with which a stream is refused.
    pub async fn refused(&self, server: &Server) -> (u16, String) {
        match self.sse(server.address).await.unwrap() {
            Ok(_) => panic!("let in: {}", self.query),
            Err(answer) => answer.problem(),
        }
    }

    pub async fn ws(&self, address: SocketAddr) -> Result<Ws, tungstenite::Error> {
        let stream = TcpStream::connect(address).await?;
        let mut ask = self.clone();
        if let Some(last) = ask.last.take() {
            ask.query = format!("{}&after={last}", ask.query);
        }
        let mut request = ask.request("/api/v1/events/ws", address);
        let uri = format!("ws://{address}{}", request.uri()).parse().unwrap();
        *request.uri_mut() = uri;
        for (name, value) in [
            ("connection", "Upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ] {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        Ok(Ws(tokio_tungstenite::client_async(request, stream).await?.0))
    }
}

impl Sse {
    /// The next block; `None` at the end of the stream, also after an error.
    pub async fn next(&mut self) -> Option<Block> {
        Some(parse(&self.text().await?))
    }

    /// The next block as it was sent.
    pub async fn text(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.buffer.find("\n\n") {
                return Some(self.buffer.drain(..end + 2).collect());
            }
            let frame = timeout(PATIENCE, self.body.frame()).await.expect("the stream is silent");
            let data = frame?.ok()?.into_data().ok()?;
            self.buffer.push_str(std::str::from_utf8(&data).unwrap());
        }
    }

    /// The next block with data.
    pub async fn event(&mut self) -> Option<Block> {
        loop {
            let block = self.next().await?;
            if block.data.is_some() {
                return Some(block);
            }
        }
    }

    /// The next heartbeat.
    pub async fn heartbeat(&mut self) -> Block {
        loop {
            let block = self.next().await.expect("the stream has ended");
            if block.comment.is_some() {
                return block;
            }
        }
    }

    /// Waits for the end and ignores everything before it.
    pub async fn end(&mut self) {
        while self.next().await.is_some() {}
    }

    /// Waits for the end, and expects it before a second heartbeat after the one at the start. The
    /// server's own timers decide: it checks the credential every 3 seconds, and sends a heartbeat
    /// every 15.
    pub async fn ends_soon(&mut self) {
        let mut heartbeats = 0;
        while let Some(block) = self.next().await {
            heartbeats += usize::from(block.comment.is_some());
            assert!(heartbeats <= 2, "the stream goes on");
        }
    }
}

fn parse(text: &str) -> Block {
    let mut block = Block::default();
    for line in text.trim_end().lines() {
        let (field, value) = line.split_once(':').unwrap();
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" => block.comment = Some(value.to_owned()),
            "id" => block.id = Some(value.to_owned()),
            "event" => block.name = value.to_owned(),
            "data" => block.data = Some(serde_json::from_str(value).unwrap()),
            "retry" => assert!(value.parse::<u32>().is_ok()),
            _ => panic!("an unknown field: {line}"),
        }
    }
    block
}

/// An open WebSocket.
pub struct Ws(pub WebSocketStream<TcpStream>);

impl Ws {
    /// The next message, or the close frame's code at the end.
    pub async fn next(&mut self) -> Result<Block, u16> {
        loop {
            let message = timeout(PATIENCE, self.0.next()).await.expect("the stream is silent");
            match message {
                Some(Ok(Message::Text(text))) => {
                    let message: Value = serde_json::from_str(&text).unwrap();
                    return Ok(Block {
                        name: message["type"].as_str().unwrap().to_owned(),
                        id: message["cursor"].as_str().map(str::to_owned),
                        data: message.get("event").cloned(),
                        comment: None,
                    });
                }
                Some(Ok(Message::Close(frame))) => {
                    return Err(frame.map_or(1005, |frame| frame.code.into()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(1006),
            }
        }
    }

    pub async fn event(&mut self) -> Result<Block, u16> {
        loop {
            let message = self.next().await?;
            if message.data.is_some() {
                return Ok(message);
            }
        }
    }
}

/// A stream of either kind.
pub enum Stream {
    Sse(Sse),
    Ws(Box<Ws>),
}

impl Stream {
    /// Opens a stream; `None` if the server cannot be reached or refuses.
    pub async fn open(ask: &Ask, address: SocketAddr, websocket: bool) -> Option<Stream> {
        if websocket {
            return ask.ws(address).await.ok().map(Box::new).map(Stream::Ws);
        }
        ask.sse(address).await.ok()?.ok().map(Stream::Sse)
    }

    /// The next event or heartbeat; `None` at the end, also after an error.
    pub async fn next(&mut self) -> Option<Block> {
        match self {
            Stream::Sse(stream) => stream.next().await,
            Stream::Ws(stream) => stream.next().await.ok(),
        }
    }
}

/// An event with a number, in one of two categories.
pub fn numbered(number: u64) -> Value {
    json!({
        "category": if number.is_multiple_of(2) { "quest" } else { "badge" },
        "action": "counted",
        "message": format!("number {number}"),
        "metadata": { "number": number },
    })
}
