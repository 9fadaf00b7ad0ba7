//! Decisions of people about groups of errors: resolved or ignored.
//!
//! They are a setting in the journal's database, because events do not contain them and derived
//! data can be rebuilt. A resolved group that happens again has regressed.

use std::collections::BTreeMap;

use annals_event::Time;
use serde::{Deserialize, Serialize};

/// Number of groups that are kept; beyond it those decided first are open again.
const MAX_MARKS: usize = 2_000;

/// The status of a group of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorStatus {
    /// Nobody has decided about it.
    Open,
    /// Resolved.
    Resolved,
    /// To be ignored.
    Ignored,
    /// Resolved, and has happened since.
    Regressed,
}

/// A decision about a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorDecision {
    /// No decision, or an earlier one is withdrawn.
    Open,
    /// Resolved.
    Resolved,
    /// To be ignored.
    Ignored,
}

/// A saved decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    status: ErrorDecision,
    at: Time,
}

/// The decisions about all groups.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorMarks(BTreeMap<String, Mark>);

impl ErrorMarks {
    /// The name of the setting.
    pub const SETTING: &'static str = "error_groups";

    /// Returns the decision about a group.
    pub fn decision(&self, group: &str) -> ErrorDecision {
        self.0.get(group).map_or(ErrorDecision::Open, |mark| mark.status)
    }

    /// Returns the status of a group that happened last at this time.
    pub fn status(&self, group: &str, last: Time) -> ErrorStatus {
        match self.0.get(group) {
            None | Some(Mark { status: ErrorDecision::Open, .. }) => ErrorStatus::Open,
            Some(Mark { status: ErrorDecision::Ignored, .. }) => ErrorStatus::Ignored,
            Some(Mark { at, .. }) if last > *at => ErrorStatus::Regressed,
            Some(_) => ErrorStatus::Resolved,
        }
    }

    /// Returns the decisions with another one.
    #[must_use]
    pub fn decided(&self, group: &str, status: ErrorDecision, at: Time) -> ErrorMarks {
        let mut marks = self.0.clone();
        if status == ErrorDecision::Open {
            marks.remove(group);
        } else {
            marks.insert(group.to_owned(), Mark { status, at });
        }
        while marks.len() > MAX_MARKS {
            let first = marks.iter().min_by_key(|(_, mark)| mark.at);
            let Some(first) = first.map(|(group, _)| group.clone()) else { break };
            marks.remove(&first);
        }
        ErrorMarks(marks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(micros: i64) -> Time {
        Time::from_micros(micros)
    }

    #[test]
    fn what_was_resolved_and_happens_again_has_come_back() {
        let marks = ErrorMarks::default();
        assert_eq!(marks.status("a", at(5)), ErrorStatus::Open);
        let marks = marks.decided("a", ErrorDecision::Resolved, at(10));
        let marks = marks.decided("b", ErrorDecision::Ignored, at(10));
        // An error that happened before and was recorded late does not count.
        for (group, last, status) in [
            ("a", 9, ErrorStatus::Resolved),
            ("a", 10, ErrorStatus::Resolved),
            ("a", 11, ErrorStatus::Regressed),
            ("b", 11, ErrorStatus::Ignored),
            ("c", 11, ErrorStatus::Open),
        ] {
            assert_eq!(marks.status(group, at(last)), status, "{group} {last}");
        }
        let again = marks.decided("a", ErrorDecision::Resolved, at(12));
        assert_eq!(again.status("a", at(11)), ErrorStatus::Resolved);
        let open = again.decided("a", ErrorDecision::Open, at(13));
        assert_eq!(open.status("a", at(11)), ErrorStatus::Open);
        assert_eq!(open.decision("b"), ErrorDecision::Ignored);
    }

    #[test]
    fn marks_are_kept_as_text_and_bounded() {
        let marks = (0..).take(MAX_MARKS + 5).fold(ErrorMarks::default(), |marks, n| {
            marks.decided(&n.to_string(), ErrorDecision::Resolved, at(n))
        });
        assert_eq!(marks.0.len(), MAX_MARKS);
        assert_eq!(marks.decision("4"), ErrorDecision::Open);
        assert_eq!(marks.decision("5"), ErrorDecision::Resolved);
        let text = serde_json::to_string(&marks).unwrap();
        assert_eq!(serde_json::from_str::<ErrorMarks>(&text).unwrap(), marks);
    }
}
