//! Slow readers, too many readers, a thousand readers.

use std::time::Duration;

use futures::{StreamExt as _, stream};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::reader::{Ask, Sse, numbered};
use crate::support::{ADMIN, Root, Server, data_dir, root, until};

/// A server with these settings for streams.
fn server(root: &Root, max: u32, stall_seconds: u32) -> Server {
    let file = root.path().join("streams.toml");
    let text = format!("[streams]\nmax = {max}\nstall_seconds = {stall_seconds}\n");
    std::fs::write(&file, text).unwrap();
    let data = data_dir(root);
    let arguments = ["--data-dir", data.to_str().unwrap(), "--config", file.to_str().unwrap()];
    Server::with(root, &arguments)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_nothing_is_cut_off_and_hurts_nobody() {
    let root = root();
    let server = server(&root, 3, 2);
    server.append(&[numbered(0)]).await;
    let list = server.get("/api/v1/events?action=counted").send().await.json();
    let start = list["events"][0]["cursor"].as_str().unwrap().to_owned();
    // More than the kernel's buffers hold.
    let padding = "x".repeat(15_000);
    let big: Vec<Value> = (0..300)
        .map(|_| json!({"category": "other", "action": "big", "metadata": {"padding": padding}}))
        .collect();
    for _ in 0..6 {
        server.append(&big).await;
    }
    let mut healthy = Ask::query("category=badge").open(&server).await;
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    let request = format!(
        "GET /api/v1/events/stream?after={start} HTTP/1.1\r\nHost: x\r\n\
         Authorization: Bearer {ADMIN}\r\n\r\n"
    );
    silent.write_all(request.as_bytes()).await.unwrap();
    let mut first = [0; 1_000];
    silent.read_exact(&mut first).await.unwrap();
    let socket = Ask::query("").after(Some(&start)).ws(server.address).await.unwrap();
    let full = Ask::query("category=quest").refused(&server).await;
    assert_eq!(full, (503, "too_many_streams".to_owned()));
    // Nobody else waits meanwhile.
    for number in 0..20 {
        server.append(&[numbered(2 * number + 1)]).await;
        assert_eq!(healthy.event().await.unwrap().number(), Some(2 * number + 1));
    }
    // Both places are free again, which only cutting the readers off can cause.
    let mut others = Vec::new();
    for _ in 0..2 {
        let ask = Ask::query("category=badge");
        let open = async || ask.sse(server.address).await.unwrap().ok();
        others.push(until("a silent reader to be cut off", open).await);
    }
    let mut rest = Vec::new();
    let _ = silent.read_to_end(&mut rest).await;
    assert!(rest.len() < 6 * 300 * 15_000, "it was sent everything");
    drop(socket);
    server.append(&[numbered(99)]).await;
    for stream in others.iter_mut().chain([&mut healthy]) {
        assert_eq!(stream.event().await.unwrap().number(), Some(99));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_streams_receive_everything() {
    const STREAMS: usize = 1_000;
    allow_many_files();
    let root = root();
    let server = server(&root, 1_000, 30);
    let ask = Ask::query("category=quest,badge");
    let mut streams: Vec<Sse> =
        stream::iter(0..STREAMS).map(|_| ask.open(&server)).buffer_unordered(50).collect().await;
    for stream in &mut streams {
        stream.heartbeat().await;
    }
    assert_eq!(ask.refused(&server).await.0, 503);
    for round in 0..5 {
        server.append(&[numbered(2 * round), numbered(2 * round + 1)]).await;
        for stream in &mut streams {
            assert_eq!(stream.event().await.unwrap().number(), Some(2 * round));
            assert_eq!(stream.event().await.unwrap().number(), Some(2 * round + 1));
        }
    }
    let kilobytes = memory(server.pid());
    println!("{STREAMS} streams: {kilobytes} KiB resident");
    assert!(kilobytes < 256 * 1_024, "{kilobytes} KiB");
    // All of them end when the server stops.
    let ended = tokio::task::spawn_blocking(move || server.stop());
    for stream in &mut streams {
        stream.end().await;
    }
    assert!(tokio::time::timeout(Duration::from_secs(20), ended).await.unwrap().unwrap().success());
}

fn allow_many_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).unwrap();
}

/// The memory a process uses, in KiB.
fn memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
