//! Calls on a schedule, each timed from when it was due.
//!
//! The calls run on threads with blocking sockets, since an asynchronous timer would wake a
//! millisecond late, as long as a whole call may take.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use crate::server::Server;

/// Connections that make the calls.
const CONNECTIONS: usize = 4;

/// The rate and length of a run.
pub struct Schedule {
    /// Calls a second.
    pub rate: u32,
    /// The length of the run.
    pub long: Duration,
}

/// The duration of each call.
pub struct Times(Vec<Duration>);

impl Times {
    /// Collects durations in any order.
    pub fn new(times: Vec<Duration>) -> Times {
        Times(times)
    }

    /// The time within which this percentage of the calls was answered.
    pub fn at(&mut self, percent: usize) -> Duration {
        self.0.sort_unstable();
        let last = self.0.len().saturating_sub(1);
        self.0.get((self.0.len() * percent / 100).min(last)).copied().unwrap_or_default()
    }
}

impl Schedule {
    /// Calls a path on the schedule, after a second of calls that are not counted and fill the
    /// caches.
    pub fn call(&self, server: &Server, path: &str) -> Result<Times> {
        let uncounted = self.rate;
        let count = uncounted + self.rate * self.long.as_secs() as u32;
        let next = AtomicU32::new(0);
        let began = Instant::now() + Duration::from_millis(20);
        let work = || -> Result<Vec<Duration>> {
            let mut socket = Socket::open(server.address())?;
            let mut times = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return Ok(times);
                }
                let due = began + Duration::from_secs(1) * number / self.rate;
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                socket.get(path, server.key())?;
                if number >= uncounted {
                    times.push(due.elapsed());
                }
            }
        };
        let times = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(work)).collect();
            let mut all = Vec::new();
            for thread in threads {
                all.extend(thread.join().map_err(|_| anyhow::anyhow!("a caller panicked"))??);
            }
            anyhow::Ok(all)
        });
        times.map(Times)
    }
}

/// A kept-alive connection.
struct Socket(BufReader<TcpStream>);

impl Socket {
    fn open(address: &str) -> Result<Socket> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Socket(BufReader::new(stream)))
    }

    fn get(&mut self, path: &str, key: &str) -> Result<()> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n\r\n"
        );
        self.0.get_mut().write_all(request.as_bytes())?;
        let mut line = String::new();
        self.0.read_line(&mut line)?;
        ensure!(line.contains(" 200 "), "{path}: {line}");
        let mut length = None;
        while line != "\r\n" {
            line.clear();
            self.0.read_line(&mut line)?;
            if let Some(("content-length", value)) = line.split_once(": ") {
                length = Some(value.trim().parse()?);
            }
        }
        let mut body = vec![0; length.context("the answer has no length")?];
        self.0.read_exact(&mut body)?;
        Ok(())
    }
}
