//! Tasks and rewards.

use deadpool_postgres::Object;
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::error::failed;
use annals_store::{Result, Reward, Task};

pub(super) async fn put_task(client: &Object, task: &Task) -> Result<()> {
    let sql = "INSERT INTO annals_tasks (id, name, points, is_good) VALUES ($1, $2, $3, $4)
               ON CONFLICT (id) DO UPDATE SET name = excluded.name, points = excluded.points,
                 is_good = excluded.is_good";
    let written = client.execute(sql, &[&task.id, &task.name, &task.points, &task.is_good]).await;
    written.map(drop).map_err(failed)
}

/// The task with this id, or all by id.
pub(super) async fn tasks(client: &Object, id: Option<&str>) -> Result<Vec<Task>> {
    let sql = "SELECT id, name, points, is_good FROM annals_tasks
               WHERE $1 IS NULL OR id = $1 ORDER BY id";
    let rows = client.query_typed(sql, &[(&id, Type::TEXT)]).await.map_err(failed)?;
    let read = |row: &Row| {
        Ok(Task {
            id: row.try_get(0)?,
            name: row.try_get(1)?,
            points: row.try_get(2)?,
            is_good: row.try_get(3)?,
        })
    };
    rows.iter().map(|row| read(row).map_err(failed)).collect()
}

pub(super) async fn delete_task(client: &Object, id: &str) -> Result<bool> {
    let sql = "DELETE FROM annals_tasks WHERE id = $1";
    Ok(client.execute(sql, &[&id]).await.map_err(failed)? > 0)
}

pub(super) async fn put_reward(client: &Object, reward: &Reward) -> Result<()> {
    let sql = "INSERT INTO annals_rewards (id, name, cost) VALUES ($1, $2, $3)
               ON CONFLICT (id) DO UPDATE SET name = excluded.name, cost = excluded.cost";
    let written = client.execute(sql, &[&reward.id, &reward.name, &reward.cost]).await;
    written.map(drop).map_err(failed)
}

/// The reward with this id, or all by id.
pub(super) async fn rewards(client: &Object, id: Option<&str>) -> Result<Vec<Reward>> {
    let sql = "SELECT id, name, cost FROM annals_rewards
               WHERE $1 IS NULL OR id = $1 ORDER BY id";
    let rows = client.query_typed(sql, &[(&id, Type::TEXT)]).await.map_err(failed)?;
    let read = |row: &Row| {
        Ok(Reward { id: row.try_get(0)?, name: row.try_get(1)?, cost: row.try_get(2)? })
    };
    rows.iter().map(|row| read(row).map_err(failed)).collect()
}

pub(super) async fn delete_reward(client: &Object, id: &str) -> Result<bool> {
    let sql = "DELETE FROM annals_rewards WHERE id = $1";
    Ok(client.execute(sql, &[&id]).await.map_err(failed)? > 0)
}
