//! Points events, as families know them: what a child's balance was and became.

use annals_event::{Event, Metadata, Time, Uuid};
use serde::Serialize;

use crate::store::ledger::account_of;
use crate::store::{LedgerAction, LedgerEntity, LedgerKind, Result, Scope, Store, TrackingQuery};

/// How many events a page may come after.
pub const MAX_OFFSET: usize = 100_000;

/// A points event.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TrackingEvent {
    /// The event's id.
    pub id: Uuid,
    /// The user account it belongs to; null once that user was erased, or where there is none.
    #[schema(required)]
    pub user_id: Option<String>,
    /// The child whose balance it is about; null once that child was erased.
    #[schema(required)]
    pub child_id: Option<String>,
    /// What it was about.
    pub entity_type: LedgerEntity,
    /// Which task, penalty or reward; null for an adjustment.
    #[schema(required)]
    pub entity_id: Option<String>,
    /// What was done.
    pub action: LedgerAction,
    /// The balance before.
    pub points_before: i64,
    /// The balance after.
    pub points_after: i64,
    /// What really changed.
    pub delta: i64,
    /// When it happened: for commands the moment it was written.
    pub occurred_at: Time,
    /// When it was written.
    pub created_at: Time,
    /// What else is told of it: the `name` of the entity, its `points` or `cost` then, the `reason`
    /// of an adjustment.
    #[schema(value_type = Object)]
    pub metadata: Metadata,
}

impl TrackingEvent {
    /// An event as a points event; `None` when it is none.
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

/// Which points events are wanted.
#[derive(Clone, Debug)]
pub struct TrackingFilter {
    /// Of this child.
    pub child: Option<String>,
    /// Of this user account.
    pub account: Option<String>,
    /// About this.
    pub entity: Option<LedgerEntity>,
    /// That did this.
    pub action: Option<LedgerAction>,
    /// Occurred at or after this moment.
    pub from: Option<Time>,
    /// Occurred before this moment.
    pub to: Option<Time>,
    /// At most so many.
    pub limit: usize,
    /// After so many, at most [`MAX_OFFSET`].
    pub offset: usize,
}

/// A page, newest first, and how many there are in all. What the catalog hides from the viewer is
/// neither told nor counted.
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
