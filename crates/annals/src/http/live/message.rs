//! The messages of a stream. Server-sent events, WebSocket messages, the OpenAPI document and the
//! dashboard's types are all made from them.

use std::sync::Arc;

use annals_event::{Event, Uuid};
use serde::Serialize;

use crate::store::{LedgerAction, LedgerEntity, LedgerKind};

/// A message of a stream. Over WebSocket it is this JSON; as a server-sent event `type` is the
/// event's name, `event` its data and `cursor` its id.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum StreamMessage {
    /// A points event was recorded. This message comes right before its `activity_logged`.
    TrackingEventCreated {
        /// The points event, in short.
        event: TrackingEventCreated,
    },
    /// An event was recorded.
    ActivityLogged {
        /// The position from which to resume after an interruption.
        cursor: String,
        /// The event.
        #[schema(value_type = Event)]
        event: Arc<Event>,
    },
    /// The connection works, and every matching event up to the cursor was sent. As a server-sent
    /// event it is a comment with an `id:`.
    Heartbeat {
        /// The position from which to resume after an interruption.
        cursor: String,
    },
}

/// A points event, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = TrackingEventCreatedPayload)]
pub(super) struct TrackingEventCreated {
    /// The event's id.
    tracking_event_id: Uuid,
    /// The id of the child it is about; null if the event names none.
    child_id: Option<String>,
    /// The type of the entity that it is about.
    entity_type: LedgerEntity,
    /// The action.
    action: LedgerAction,
}

impl TrackingEventCreated {
    /// Returns the announcement of a points event; `None` for other events.
    pub(super) fn of(event: &Event) -> Option<TrackingEventCreated> {
        let LedgerKind { entity, action } = LedgerKind::of(event)?;
        Some(TrackingEventCreated {
            tracking_event_id: event.id,
            child_id: event.subject.as_ref().map(|subject| subject.id.clone()),
            entity_type: entity,
            action,
        })
    }
}

impl StreamMessage {
    /// Returns the `type`, which is the name of the server-sent event.
    pub(super) fn name(&self) -> &'static str {
        match self {
            StreamMessage::TrackingEventCreated { .. } => "tracking_event_created",
            StreamMessage::ActivityLogged { .. } => "activity_logged",
            StreamMessage::Heartbeat { .. } => "heartbeat",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::strategy::{Strategy as _, ValueTree as _};
    use proptest::test_runner::TestRunner;
    use serde_json::{Value, json};

    use super::*;

    fn example(message: &StreamMessage) -> Value {
        serde_json::to_value(message).unwrap()
    }

    /// One of each. A new kind fails to compile in `name`, and here until it stands in the list.
    fn all() -> Vec<StreamMessage> {
        let event = TrackingEventCreated {
            tracking_event_id: Uuid::from_u128(7),
            child_id: Some("ada".to_owned()),
            entity_type: LedgerEntity::Task,
            action: LedgerAction::Activated,
        };
        let cursor = || "c".to_owned();
        let mut runner = TestRunner::deterministic();
        let logged = annals_event::testing::event().new_tree(&mut runner).unwrap();
        let logged = Arc::new(logged.current());
        vec![
            StreamMessage::TrackingEventCreated { event },
            StreamMessage::ActivityLogged { cursor: cursor(), event: logged },
            StreamMessage::Heartbeat { cursor: cursor() },
        ]
    }

    #[test]
    fn the_wire_the_names_and_the_document_agree() {
        let document = serde_json::to_value(crate::http::openapi()).unwrap();
        let schema = &document["components"]["schemas"]["StreamMessage"]["oneOf"];
        let documented: Vec<&Value> = schema
            .as_array()
            .unwrap()
            .iter()
            .map(|kind| &kind["properties"]["type"]["enum"][0])
            .collect();
        let named: Vec<&str> = all().iter().map(StreamMessage::name).collect();
        assert_eq!(json!(documented), json!(named));
        for message in all() {
            assert_eq!(example(&message)["type"], message.name());
        }
        assert_eq!(
            example(&all()[0]),
            json!({"type": "tracking_event_created", "event": {
                "tracking_event_id": "00000000-0000-0000-0000-000000000007",
                "child_id": "ada", "entity_type": "task", "action": "activated",
            }})
        );
    }
}
