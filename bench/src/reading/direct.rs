//! The limit: the same page straight from the database, without a server.

use std::time::{Duration, Instant};

use annals_throwaway_postgres::Cluster;
use anyhow::Result;
use rusqlite::{Connection, OpenFlags};

use super::schedule::Times;
use crate::postgres;
use crate::server::Server;

/// Number of pages to read.
const PAGES: usize = 500;

/// Times reading the newest 50 rows by position.
pub async fn newest(server: &Server) -> Result<Times> {
    let times = match server.cluster() {
        None => of_file(server)?,
        Some(cluster) => of_cluster(cluster).await?,
    };
    Ok(Times::new(times))
}

fn of_file(server: &Server) -> Result<Vec<Duration>> {
    let file = server.data_dir().join("journal.db");
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut statement =
        connection.prepare("SELECT * FROM annals_events ORDER BY rowid DESC LIMIT 50")?;
    let columns = statement.column_count();
    let mut times = Vec::new();
    for _ in 0..PAGES {
        let began = Instant::now();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                row.get_ref(column)?;
            }
        }
        times.push(began.elapsed());
    }
    Ok(times)
}

async fn of_cluster(cluster: &Cluster) -> Result<Vec<Duration>> {
    let client = postgres::connect(cluster).await?;
    let sql = "SELECT * FROM annals.annals_events ORDER BY seq DESC LIMIT 50";
    let statement = client.prepare(sql).await?;
    let mut times = Vec::new();
    for _ in 0..PAGES {
        let began = Instant::now();
        client.query(&statement, &[]).await?;
        times.push(began.elapsed());
    }
    Ok(times)
}
