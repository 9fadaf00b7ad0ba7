//! The errors of the demo's learning portal: a few faults that happen again and again.

use annals_event::{Draft, ErrorInfo, Severity};

use super::dice::Dice;

struct Fault {
    action: &'static str,
    severity: Severity,
    kind: &'static str,
    message: &'static str,
    /// Lines of the stack, the last call first.
    stack: &'static [&'static str],
    component: Option<&'static str>,
    endpoint: Option<&'static str>,
    status: Option<u16>,
}

const SCRIPT: Fault = Fault {
    action: "javascript_error",
    severity: Severity::Error,
    kind: "TypeError",
    message: "",
    stack: &[],
    component: None,
    endpoint: None,
    status: None,
};

/// The faults. The first ones come more often: see [`draw`].
const FAULTS: [Fault; 6] = [
    Fault {
        message: "Cannot read properties of undefined (reading 'steps')",
        stack: &["QuestMap (/assets/app.js:812:17)", "renderWithHooks (/assets/vendor.js:2011:9)"],
        component: Some("QuestMap"),
        ..SCRIPT
    },
    Fault {
        action: "api_error",
        kind: "HttpError",
        message: "The tutor answered 503 after 8,000 ms",
        stack: &["askTutor (/assets/tutor.js:96:13)", "TutorPanel (/assets/tutor.js:201:5)"],
        component: Some("TutorPanel"),
        endpoint: Some("/api/tutor/messages"),
        status: Some(503),
        ..SCRIPT
    },
    Fault {
        action: "network_error",
        severity: Severity::Warning,
        kind: "NetworkError",
        message: "Failed to fetch",
        endpoint: Some("/api/quests/progress"),
        ..SCRIPT
    },
    Fault {
        kind: "ChunkLoadError",
        message: "Loading chunk 17 failed",
        stack: &["loadChunk (/assets/vendor.js:44:11)"],
        component: Some("TutorPanel"),
        ..SCRIPT
    },
    Fault {
        kind: "QuotaExceededError",
        message: "The quota has been exceeded",
        stack: &["saveEvidence (/assets/upload.js:58:21)", "onDrop (/assets/upload.js:17:3)"],
        component: Some("EvidenceUpload"),
        ..SCRIPT
    },
    Fault {
        kind: "RangeError",
        message: "Invalid time value",
        stack: &["dueDate (/assets/app.js:1290:31)", "QuestCard (/assets/app.js:1344:8)"],
        component: Some("QuestCard"),
        ..SCRIPT
    },
];

/// Draws a fault; returns its action and a function that fills in the error.
pub fn draw(dice: &mut Dice) -> (&'static str, impl FnOnce(&mut Draft)) {
    // The lower of two numbers makes the first faults the most frequent.
    let most = i64::try_from(FAULTS.len()).unwrap_or(1);
    let number = dice.within(0, most).min(dice.within(0, most));
    let fault = &FAULTS[usize::try_from(number).unwrap_or(0)];
    (fault.action, |draft: &mut Draft| {
        draft.severity = Some(fault.severity);
        let frames = fault.stack.iter().map(|frame| format!("\n    at {frame}"));
        let stack = format!("{}: {}{}", fault.kind, fault.message, frames.collect::<String>());
        draft.error = Some(ErrorInfo {
            kind: Some(fault.kind.into()),
            message: Some(fault.message.into()),
            stack: (!fault.stack.is_empty()).then_some(stack),
            component: fault.component.map(str::to_owned),
            endpoint: fault.endpoint.map(str::to_owned),
            status: fault.status,
        });
    })
}
