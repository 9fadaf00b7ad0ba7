//! One kept-alive HTTP connection.

use anyhow::{Result, bail};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper::Request;
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// A connection to the server.
pub struct Connection {
    sender: SendRequest<Empty<Bytes>>,
    key: String,
}

impl Connection {
    /// Connects.
    pub async fn open(address: &str, key: &str) -> Result<Connection> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Connection { sender, key: key.to_owned() })
    }

    /// Gets a path.
    pub async fn get(&mut self, path: &str) -> Result<Bytes> {
        Ok(self.request(path).await?.collect().await?.to_bytes())
    }

    /// Gets a path and discards the answer as it arrives. Returns its bytes and lines.
    pub async fn drain(&mut self, path: &str) -> Result<(usize, usize)> {
        let mut body = self.request(path).await?;
        let (mut bytes, mut lines) = (0, 0);
        while let Some(frame) = body.frame().await {
            if let Ok(data) = frame?.into_data() {
                bytes += data.len();
                lines += data.iter().filter(|byte| **byte == b'\n').count();
            }
        }
        Ok((bytes, lines))
    }

    /// Opens a path whose answer has no end.
    pub async fn follow(mut self, path: &str) -> Result<Following> {
        let body = self.request(path).await?;
        Ok(Following { body, rest: String::new(), _connection: self })
    }

    async fn request(&mut self, path: &str) -> Result<Incoming> {
        let request = Request::builder()
            .uri(path)
            .header("host", "localhost")
            .header("authorization", format!("Bearer {}", self.key))
            .body(Empty::<Bytes>::new())?;
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        let status = response.status();
        if status.is_success() {
            return Ok(response.into_body());
        }
        let body = response.into_body().collect().await?.to_bytes();
        bail!("{path}: {status} {}", String::from_utf8_lossy(&body))
    }
}

/// An answer without end.
pub struct Following {
    body: Incoming,
    rest: String,
    _connection: Connection,
}

impl Following {
    /// The text received, up to the end of a line; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<String>> {
        while let Some(frame) = self.body.frame().await {
            let Ok(data) = frame?.into_data() else { continue };
            self.rest.push_str(&String::from_utf8_lossy(&data));
            if let Some(end) = self.rest.rfind('\n') {
                let rest = self.rest.split_off(end + 1);
                return Ok(Some(std::mem::replace(&mut self.rest, rest)));
            }
        }
        Ok(None)
    }
}
