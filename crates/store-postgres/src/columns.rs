//! Events as arrays, one for each column, for statements with many events.

use annals_event::{Event, Uuid};

use annals_store::row::Row;

/// The columns that every event has.
#[derive(Default)]
pub(super) struct Columns {
    pub(super) ids: Vec<Uuid>,
    pub(super) seqs: Vec<i64>,
    pub(super) created: Vec<i64>,
    pub(super) moments: Vec<i64>,
    pub(super) classes: Vec<i16>,
    pub(super) severities: Vec<i16>,
    pub(super) actor_types: Vec<i16>,
    /// Category, action, actor's id and name, subject's id and name, account, entity's type, id and
    /// name, session, message, metadata, context.
    pub(super) texts: [Vec<Option<String>>; 14],
    /// Before, after, delta.
    pub(super) points: [Vec<Option<i64>>; 3],
    pub(super) anonymised: Vec<Option<i64>>,
}

impl Columns {
    pub(super) fn push(&mut self, event: &Event) {
        let row = Row::from(event);
        self.ids.push(row.id);
        self.seqs.push(super::numbers::bound(row.seq));
        self.created.push(row.created_at);
        self.moments.push(row.occurred_at);
        self.classes.push(row.class.into());
        self.severities.push(row.severity.into());
        self.actor_types.push(row.actor_type.into());
        self.anonymised.push(row.anonymised_at);
        let points = row
            .points
            .map_or([None; 3], |(before, after, delta)| [Some(before), Some(after), Some(delta)]);
        for (column, value) in self.points.iter_mut().zip(points) {
            column.push(value);
        }
        let texts = [
            Some(row.category),
            Some(row.action),
            row.actor_id,
            row.actor_name,
            row.subject_id,
            row.subject_name,
            row.account_id,
            row.entity_type,
            row.entity_id,
            row.entity_name,
            row.session_id,
            Some(row.message),
            row.metadata,
            row.context,
        ];
        for (column, value) in self.texts.iter_mut().zip(texts) {
            column.push(value);
        }
    }
}
