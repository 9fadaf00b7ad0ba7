//! Points events, as families see them: a child's balance before and after.

use annals_event::{Event, Metadata, Time, Uuid};
use serde::Serialize;

use crate::store::ledger::account_of;
use crate::store::{LedgerAction, LedgerEntity, LedgerKind, Result, Scope, Store, TrackingQuery};

/// Largest offset of a page.
pub const MAX_OFFSET: usize = 100_000;

/// A points event.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TrackingEvent {
    /// The event's id.
    pub id: Uuid,
    /// The user account it belongs to; null if that user was erased, or if there is none.
    #[schema(required)]
    pub user_id: Option<String>,
    /// The child whose balance it is about; null if that child was erased.
    #[schema(required)]
    pub child_id: Option<String>,
    /// The type of entity.
    pub entity_type: LedgerEntity,
    /// The id of the task, penalty or reward; null for an adjustment.
    #[schema(required)]
    pub entity_id: Option<String>,
    /// The action.
    pub action: LedgerAction,
    /// The balance before.
    pub points_before: i64,
    /// The balance after.
    pub points_after: i64,
    /// The real change.
    pub delta: i64,
    /// When it happened: for commands the time when it was written.
    pub occurred_at: Time,
    /// When it was written.
    pub created_at: Time,
    /// Further details: the `name` of the entity, its `points` or `cost` then, the `reason` of an
    /// adjustment.
    #[schema(value_type = Object)]
    pub metadata: Metadata,
}

impl TrackingEvent {
    /// Returns an event as a points event; `None` if it is none.
    pub fn of(event: &Event) -> Option<TrackingEvent> {
        let LedgerKind { entity, action } = LedgerKind::of(event)?;
        let points = event.points?;
        Some(TrackingEvent {
            id: event.id,
            user_id: account_of(event).map(str::to_owned),
            child_id: event.subject.as_ref().map(|subject| subject.id.clone()),
            entity_type: entity,
            entity_id: event.entity.as_ref().and_then(|entity| entity.id.clone()),
            action,
            points_before: points.before,
            points_after: points.after,
            delta: points.delta,
            occurred_at: event.occurred_at,
            created_at: event.created_at,
            metadata: event.metadata.clone(),
        })
    }
}

/// A query for points events.
#[derive(Clone, Debug)]
pub struct TrackingFilter {
    /// The child.
    pub child: Option<String>,
    /// The user account.
    pub account: Option<String>,
    /// The type of entity.
    pub entity: Option<LedgerEntity>,
    /// The action.
    pub action: Option<LedgerAction>,
    /// The first time of occurrence.
    pub from: Option<Time>,
    /// The time of occurrence before which they are listed.
    pub to: Option<Time>,
    /// Number of events at most.
    pub limit: usize,
    /// Number of events skipped, at most [`MAX_OFFSET`].
    pub offset: usize,
}

/// Returns a page, newest first, and the total number. Events that the catalog hides from the
/// viewer are neither returned nor counted.
pub async fn tracking(
    store: &dyn Store,
    scope: &Scope,
    filter: TrackingFilter,
) -> Result<(u64, Vec<TrackingEvent>)> {
    let about = filter.child.as_deref();
    let wanted = |kind: &LedgerKind| {
        filter.entity.is_none_or(|entity| entity == kind.entity)
            && filter.action.is_none_or(|action| action == kind.action)
            && scope.shows(about, kind.entity.as_str(), kind.action.as_str())
    };
    let query = TrackingQuery {
        kinds: LedgerKind::ALL.into_iter().filter(wanted).collect(),
        child: filter.child.clone(),
        account: filter.account,
        from: filter.from,
        to: filter.to,
        limit: filter.limit,
        offset: filter.offset,
    };
    let (total, events) = store.tracking(query).await?;
    Ok((total, events.iter().filter_map(TrackingEvent::of).collect()))
}
