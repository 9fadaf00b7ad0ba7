//! Exports of a journal in memory, as far as it fits, and of one on the disk.

use std::fs::File;
use std::time::Instant;

use anyhow::Result;
use rustix::fs::{Advice, fadvise};

use crate::row;
use crate::server::Server;

/// Exports the full journal, first from memory and then from the disk.
pub async fn measure(server: &mut Server) -> Result<()> {
    export_all(server, "export, NDJSON").await?;
    if server.cluster().is_none() {
        // A restart empties the write-ahead log.
        server.restart().await?;
        let journal = File::open(server.data_dir().join("journal.db"))?;
        journal.sync_all()?;
        fadvise(&journal, 0, None, Advice::DontNeed)?;
        export_all(server, "export, NDJSON, from the disk").await?;
    }
    Ok(())
}

async fn export_all(server: &Server, what: &str) -> Result<()> {
    let (began, computed) = (Instant::now(), server.cpu()?);
    let (bytes, lines) =
        server.connect().await?.drain("/api/v1/events/export?format=ndjson").await?;
    let seconds = began.elapsed().as_secs_f64();
    let computed = (server.cpu()? - computed).as_secs_f64() * 1e6 / lines as f64;
    let (rate, size) = (lines as f64 / seconds, bytes as f64 / seconds / 1e6);
    let beside = format!("computed {computed:.1} µs an event");
    row(what, &format!("{rate:.0} events/s, {size:.0} MB/s"), &beside);
    Ok(())
}
