//! A minimal connection that posts: the load shares the machine with the server, so every
//! microsecond it uses is missing there.

use std::io::Write as _;
use std::ops::Range;

use anyhow::{Context as _, Result, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// One kept-alive HTTP/1.1 connection.
pub struct Poster {
    stream: TcpStream,
    head: String,
    body: String,
    request: Vec<u8>,
    answer: Vec<u8>,
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
        let (request, answer) = (Vec::new(), Vec::with_capacity(1 << 16));
        Ok(Poster { stream, head, body: String::new(), request, answer })
    }

    /// Posts an event and waits for the answer, after which it is durable.
    pub async fn post(&mut self, event: impl FnOnce(&mut String)) -> Result<()> {
        self.body.clear();
        event(&mut self.body);
        self.send().await
    }

    /// Posts a batch of events with these numbers, like [`Poster::post`].
    pub async fn post_all(
        &mut self,
        numbers: Range<usize>,
        event: impl Fn(&mut String, usize),
    ) -> Result<()> {
        self.body.clear();
        for number in numbers {
            self.body.push(if self.body.is_empty() { '[' } else { ',' });
            event(&mut self.body, number);
        }
        self.body.push(']');
        self.send().await
    }

    async fn send(&mut self) -> Result<()> {
        self.request.clear();
        write!(self.request, "{}{}\r\n\r\n{}", self.head, self.body.len(), self.body)?;
        self.stream.write_all(&self.request).await?;
        self.answer.clear();
        loop {
            let read = self.stream.read_buf(&mut self.answer).await?;
            ensure!(read > 0, "the server closed the connection");
            let Some(end) = self.answer.windows(4).position(|part| part == b"\r\n\r\n") else {
                continue;
            };
            let head = std::str::from_utf8(&self.answer[..end])?;
            let length = head.split("\r\n").find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.context("an answer without a length")?.parse()?;
            if self.answer.len() < end + 4 + length {
                continue;
            }
            ensure!(head.starts_with("HTTP/1.1 201"), "{}", String::from_utf8_lossy(&self.answer));
            return Ok(());
        }
    }
}
