//! Makes problems from the errors of services.

use annals_event::FieldError;
use axum::http::StatusCode;

use super::Problem;
use crate::http::analytics::errors::no_such_group;
use crate::journal::InvalidCursor;
use crate::points::Refusal as PointsRefusal;
use crate::record::Refusal;
use crate::service::points::PointsError;
use crate::service::retention::RetentionError;
use crate::service::{
    AuditError, ErasureError, ErrorGroupError, IngestError, RecordingError, SettingError, TooOften,
    VacuumError, WaitError,
};
use crate::store::StoreError;
use crate::words::as_sentence;

/// 409: in conflict with the present state.
fn conflict(code: &'static str, detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::CONFLICT, code, detail)
}

impl From<AuditError> for Problem {
    fn from(error: AuditError) -> Problem {
        match error {
            AuditError::Refused => Problem::internal(),
            AuditError::Append(error) => error.into(),
        }
    }
}

impl From<SettingError> for Problem {
    fn from(error: SettingError) -> Problem {
        match error {
            SettingError::Unreadable { .. } => {
                tracing::error!(%error, "a setting cannot be used");
                Problem::internal()
            }
            SettingError::Store(error) => error.into(),
        }
    }
}

impl From<TooOften> for Problem {
    fn from(error: TooOften) -> Problem {
        Problem::too_many(as_sentence(&error.to_string()), error.seconds)
    }
}

impl From<WaitError> for Problem {
    fn from(WaitError(error): WaitError) -> Problem {
        match error {
            InvalidCursor::Forged => Problem::parameter("wait_for", error.to_string()),
            InvalidCursor::Gone => error.into(),
        }
    }
}

impl From<RetentionError> for Problem {
    fn from(error: RetentionError) -> Problem {
        match error {
            RetentionError::Running => {
                conflict("retention_running", as_sentence(&error.to_string()))
            }
            RetentionError::ChangedMeanwhile => {
                conflict("changed_meanwhile", as_sentence(&error.to_string()))
            }
            RetentionError::Stopping => StoreError::Unavailable(error.to_string()).into(),
            RetentionError::Invalid(errors) => Problem::invalid(errors),
            RetentionError::Setting(error) => error.into(),
            RetentionError::Audit(error) => error.into(),
            RetentionError::Store(error) => error.into(),
        }
    }
}

impl From<RecordingError> for Problem {
    fn from(error: RecordingError) -> Problem {
        match error {
            RecordingError::Invalid(errors) => Problem::invalid(errors),
            RecordingError::Audit(error) => error.into(),
            RecordingError::Setting(error) => error.into(),
            RecordingError::Store(error) => error.into(),
        }
    }
}

impl From<ErasureError> for Problem {
    fn from(error: ErasureError) -> Problem {
        match error {
            ErasureError::Lost => StoreError::Unavailable(error.to_string()).into(),
            ErasureError::Output(what) => StoreError::Derived(what).into(),
            ErasureError::Audit(error) => error.into(),
            ErasureError::Store(error) => error.into(),
        }
    }
}

impl From<VacuumError> for Problem {
    fn from(error: VacuumError) -> Problem {
        match error {
            VacuumError::Running => conflict("vacuum_running", as_sentence(&error.to_string())),
            VacuumError::Audit(error) => error.into(),
            VacuumError::Store(error) => error.into(),
        }
    }
}

impl From<ErrorGroupError> for Problem {
    fn from(error: ErrorGroupError) -> Problem {
        match error {
            ErrorGroupError::Unknown => no_such_group(),
            ErrorGroupError::Setting(error) => error.into(),
            ErrorGroupError::Audit(error) => error.into(),
            ErrorGroupError::Store(error) => error.into(),
        }
    }
}

impl From<IngestError> for Problem {
    fn from(error: IngestError) -> Problem {
        match error {
            IngestError::NotJson(error) => {
                Problem::bad_request("invalid_json", format!("The body is not JSON: {error}."))
            }
            IngestError::Empty => {
                Problem::bad_request("no_events", as_sentence(&error.to_string()))
            }
            IngestError::TooMany => Problem::too_large(as_sentence(&error.to_string())),
            IngestError::NoThread(error) => {
                tracing::error!(%error, "a batch could not be taken in");
                Problem::internal()
            }
            IngestError::Append { error, results } => {
                let mut problem = Problem::from(error);
                problem.results = results;
                problem
            }
        }
    }
}

impl From<PointsError> for Problem {
    fn from(error: PointsError) -> Problem {
        match error {
            PointsError::NoChild => Problem::not_found(
                "There is no child with this id in the directory; PUT /api/v1/people/{id} adds it.",
            ),
            PointsError::Archived => conflict(
                "child_archived",
                "This child is archived and takes no commands; saving it again with PUT \
                  /api/v1/people/{id} brings it back.",
            ),
            PointsError::Account(message) => {
                Problem::invalid(vec![FieldError::new("user_id", message)])
            }
            PointsError::KeyReused => conflict(
                "idempotency_key_reused",
                "This Idempotency-Key was sent with another body; use another key.",
            ),
            PointsError::EventRemoved => conflict(
                "event_removed",
                "The command was carried out, but its event has been removed since.",
            ),
            PointsError::NoEvent => Problem::not_found(
                "This child has no points event with this id; GET /admin/tracking lists them.",
            ),
            PointsError::NotUndoable => conflict(
                "not_undoable",
                "Only a task, a penalty or a redeemed reward can be taken back; correct the balance \
                 with POST /child/{id}/adjust.",
            ),
            PointsError::TooOld => conflict(
                "too_old",
                "This happened more than 24 hours ago; correct the balance with POST \
                 /child/{id}/adjust.",
            ),
            PointsError::AlreadyUndone => {
                conflict("already_undone", "This was taken back already.")
            }
            PointsError::Refused(refusal) => refused(refusal),
            PointsError::NotRecorded(Refusal::Dropped { reason }) => {
                conflict("not_recorded", format!("{reason} So the points stay as they are."))
            }
            PointsError::NotRecorded(Refusal::Rejected { code, message, errors }) => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Problem::new(status, code, as_sentence(&message)).with_errors(errors)
            }
            PointsError::Unexpected => Problem::internal(),
            PointsError::Append(error) => error.into(),
            PointsError::Store(error) => error.into(),
        }
    }
}

fn refused(refusal: PointsRefusal) -> Problem {
    match refusal {
        PointsRefusal::InsufficientPoints { needed } => {
            let points = if needed == 1 { "point is" } else { "points are" };
            let detail = format!("{needed} more {points} needed for this reward.");
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Problem::new(status, "insufficient_points", detail).needing(needed)
        }
        PointsRefusal::PointsSpent { missing } => {
            let detail = format!(
                "Some of these points were spent since: {missing} are missing. Correct the balance \
                 with POST /child/{{id}}/adjust, or take back what they were spent on first."
            );
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Problem::new(status, "points_spent", detail).needing(missing)
        }
        PointsRefusal::AlreadyPending => conflict(
            "already_pending",
            "This reward has been asked for already; redeem or cancel that request.",
        ),
        PointsRefusal::NotPending => conflict(
            "not_pending",
            "This reward is not asked for: it was redeemed or cancelled already, or never asked for.",
        ),
    }
}
