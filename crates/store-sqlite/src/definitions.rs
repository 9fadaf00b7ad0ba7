//! Tasks and rewards.

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::error::Result;
use annals_store::{Reward, Task};

pub(super) fn put_task(connection: &Connection, task: &Task) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO annals_tasks (id, name, points, is_good) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![task.id, task.name, task.points, task.is_good])?;
    Ok(())
}

pub(super) fn tasks(connection: &Connection) -> Result<Vec<Task>> {
    let sql = "SELECT id, name, points, is_good FROM annals_tasks ORDER BY id";
    let mut statement = connection.prepare_cached(sql)?;
    let tasks = statement.query_map([], read_task)?.collect::<rusqlite::Result<_>>()?;
    Ok(tasks)
}

pub(super) fn task(connection: &Connection, id: &str) -> Result<Option<Task>> {
    let sql = "SELECT id, name, points, is_good FROM annals_tasks WHERE id = ?1";
    Ok(connection.prepare_cached(sql)?.query_row([id], read_task).optional()?)
}

pub(super) fn delete_task(connection: &Connection, id: &str) -> Result<bool> {
    Ok(connection.execute("DELETE FROM annals_tasks WHERE id = ?1", [id])? > 0)
}

fn read_task(row: &rusqlite::Row<'_>) -> rusqlite::Result<Task> {
    Ok(Task { id: row.get(0)?, name: row.get(1)?, points: row.get(2)?, is_good: row.get(3)? })
}

pub(super) fn put_reward(connection: &Connection, reward: &Reward) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO annals_rewards (id, name, cost) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![reward.id, reward.name, reward.cost])?;
    Ok(())
}

pub(super) fn rewards(connection: &Connection) -> Result<Vec<Reward>> {
    let sql = "SELECT id, name, cost FROM annals_rewards ORDER BY id";
    let mut statement = connection.prepare_cached(sql)?;
    let rewards = statement.query_map([], read_reward)?.collect::<rusqlite::Result<_>>()?;
    Ok(rewards)
}

pub(super) fn reward(connection: &Connection, id: &str) -> Result<Option<Reward>> {
    let sql = "SELECT id, name, cost FROM annals_rewards WHERE id = ?1";
    Ok(connection.prepare_cached(sql)?.query_row([id], read_reward).optional()?)
}

pub(super) fn delete_reward(connection: &Connection, id: &str) -> Result<bool> {
    Ok(connection.execute("DELETE FROM annals_rewards WHERE id = ?1", [id])? > 0)
}

fn read_reward(row: &rusqlite::Row<'_>) -> rusqlite::Result<Reward> {
    Ok(Reward { id: row.get(0)?, name: row.get(1)?, cost: row.get(2)? })
}
