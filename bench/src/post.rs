//! A connection that posts, and does little else: the load shares the machine with the server, so
//! every microsecond it takes is missing there.

use anyhow::{Context as _, Result, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// One kept-alive HTTP/1.1 connection.
pub struct Poster {
    stream: TcpStream,
    head: String,
    buffer: Vec<u8>,
}

impl Poster {
    /// Connects.
    pub async fn open(address: &str, key: &str) -> Result<Poster> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let head = format!(
            "POST /api/v1/events HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n\
             content-type: application/json\r\ncontent-length: "
        );
        Ok(Poster { stream, head, buffer: Vec::with_capacity(1 << 16) })
    }

    /// Posts events and waits for the answer: they are durable then.
    pub async fn post(&mut self, body: &str) -> Result<()> {
        let request = format!("{}{}\r\n\r\n{body}", self.head, body.len());
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        loop {
            let read = self.stream.read_buf(&mut self.buffer).await?;
            ensure!(read > 0, "the server closed the connection");
            let Some(end) = self.buffer.windows(4).position(|part| part == b"\r\n\r\n") else {
                continue;
            };
            let head = std::str::from_utf8(&self.buffer[..end])?;
            let length = head.split("\r\n").find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.context("an answer without a length")?.parse()?;
            if self.buffer.len() < end + 4 + length {
                continue;
            }
            ensure!(head.starts_with("HTTP/1.1 201"), "{}", String::from_utf8_lossy(&self.buffer));
            return Ok(());
        }
    }
}
