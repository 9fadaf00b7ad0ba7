//! Retention: finds the events due by age and applies a step of a run. All its SQL is here.

use std::ops::Range;

use annals_event::{Class, Event};
use deadpool_postgres::Object;
use tokio_postgres::types::Type;

use super::error::failed;
use super::journal::OpenJournal;
use super::numbers::bound;
use super::parameters::Typed;
use super::settings;
use super::statement::run;
use super::{delete, erase};
use super::{rows, seals};
use annals_store::ageing;
use annals_store::person_data::is_person;
use annals_store::seal::tile_of;
use annals_store::{Ageing, Result, RetentionStep};

/// The events at the positions that are due: [`Ageing::action_for`] in SQL.
pub(super) async fn due(
    client: &Object,
    ageing: &Ageing,
    range: &Range<u64>,
) -> Result<Vec<Event>> {
    let sql = format!(
        "WITH limits AS MATERIALIZED (
           SELECT * FROM unnest($3::text[], $4::smallint[], $5::bigint[], $6::bigint[], $7::bigint[])
             AS l (category, class, whole, kept, through)
         ), aged AS (
           SELECT e.*, coalesce(e.occurred_at, e.created_at) AS at,
             coalesce(own.whole, l.whole) AS whole, coalesce(own.kept, l.kept) AS kept,
             coalesce(own.through, l.through) AS through,
             e.subject_id IS NOT NULL OR e.account_id IS NOT NULL OR e.session_id IS NOT NULL
               OR ({person} AND coalesce(e.actor_id, e.actor_name) IS NOT NULL) AS somebody
           FROM annals_events e
           JOIN limits l ON l.class = e.class AND l.category IS NULL
           LEFT JOIN limits own ON own.class = e.class AND own.category = e.category
           WHERE e.seq >= $1 AND e.seq < $2
         )
         SELECT {columns} FROM aged e
         WHERE {due} ORDER BY e.seq",
        columns = rows::COLUMNS,
        person = is_person("e.actor_type"),
        due = ageing::due("$8")
    );
    let shared = Class::ALL.map(|class| (None, class, ageing.classes[usize::from(class.code())]));
    let own = ageing.categories.iter();
    let own = own.map(|((category, class), limits)| (Some(category.as_str()), *class, *limits));
    let (mut categories, mut classes) = (Vec::new(), Vec::new());
    let (mut whole, mut kept, mut through) = (Vec::new(), Vec::new(), Vec::new());
    for (category, class, limits) in shared.into_iter().chain(own) {
        categories.push(category);
        classes.push(i16::from(class.code()));
        whole.push(limits.anonymise_before.as_micros());
        kept.push(limits.delete_before.as_micros());
        through.push(bound(limits.delete_through));
    }
    let (start, end, at) = (bound(range.start), bound(range.end), ageing.at.as_micros());
    let parameters: [Typed<'_>; 8] = [
        (&start, Type::INT8),
        (&end, Type::INT8),
        (&categories, Type::TEXT_ARRAY),
        (&classes, Type::INT2_ARRAY),
        (&whole, Type::INT8_ARRAY),
        (&kept, Type::INT8_ARRAY),
        (&through, Type::INT8_ARRAY),
        (&at, Type::INT8),
    ];
    let found = client.query_typed(&sql, &parameters).await.map_err(failed)?;
    found.iter().map(rows::event).collect()
}

/// Replaces events by their anonymised form, others by tombstones, and saves the run's checkpoint.
pub(super) async fn age(
    client: &mut Object,
    journal: &OpenJournal,
    slice: &RetentionStep,
) -> Result<()> {
    let transaction = client.transaction().await.map_err(failed)?;
    // The lock on the head keeps others from deleting in these tiles and from appending to them.
    rows::head(&*transaction, true).await?;
    erase::put_remains(&transaction, journal, &slice.remains).await?;
    let mut points = 0;
    for tile in slice.gone.chunk_by(|one, next| tile_of(*one) == tile_of(*next)) {
        let mut events = Vec::with_capacity(tile.len());
        for run in tile.chunk_by(|one, next| one + 1 == *next) {
            let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
            let positions = *first..last + 1;
            let found = seals::sealed(&*transaction, &journal.blocks, &positions, run.len());
            events.extend(found.await?);
        }
        points +=
            delete::delete_events(&transaction, journal, &events, &slice.reason, slice.at).await?;
    }
    if points > 0 {
        // Tells servers that keep files of points events to update them.
        let sql = "UPDATE annals_changes SET rewritten = rewritten + $1";
        run(&transaction, sql, &[&bound(points)]).await?;
    }
    run(&transaction, settings::PUT_CHECKPOINT, &[&slice.checkpoint.0, &slice.checkpoint.1])
        .await?;
    transaction.commit().await.map_err(failed)?;
    journal.recent.forget();
    Ok(())
}
