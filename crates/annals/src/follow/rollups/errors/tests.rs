//! Tests of the grouping of errors.

use annals_event::ErrorInfo;
use jiff::civil::date;

use super::*;
use crate::store::conformance::world::plain;

fn event(kind: Option<&str>, message: Option<&str>, stack: Option<&str>) -> Event {
    let text = |text: Option<&str>| text.map(str::to_owned);
    let error = ErrorInfo {
        kind: text(kind),
        message: text(message),
        stack: text(stack),
        ..ErrorInfo::default()
    };
    Event { action: "javascript_error".to_owned(), error: Some(error), ..plain(1).event }
}

fn group(kind: Option<&str>, message: Option<&str>, stack: Option<&str>) -> String {
    sighting(&event(kind, message, stack), date(2026, 11, 21), None).group
}

#[test]
fn one_type_at_one_place_is_one_group_whatever_it_says() {
    let at = |line: u32| format!("TypeError: x\n    at open (/assets/app.js:{line}:1)");
    let one = group(Some("TypeError"), Some("no map"), Some(&at(3)));
    assert_eq!(one, group(Some("TypeError"), Some("no list"), Some(&at(900))));
    assert_ne!(one, group(Some("RangeError"), Some("no map"), Some(&at(3))));
    let elsewhere = "TypeError: x\n    at close (/assets/app.js:3:1)";
    assert_ne!(one, group(Some("TypeError"), Some("no map"), Some(elsewhere)));
    assert_eq!(one.len(), 16);
}

#[test]
fn without_an_own_frame_the_constant_part_of_the_message_decides() {
    let foreign = "Error\n    at f (/srv/node_modules/q/q.js:1:1)";
    let one = group(Some("Error"), Some("quest 7 failed"), Some(foreign));
    assert_eq!(one, group(Some("Error"), Some("quest 8 failed"), None));
    assert_ne!(one, group(Some("Error"), Some("reward 8 failed"), None));
    // A place that looks like a message is not the same.
    let placed = group(Some("Error"), None, Some("    at f (/a.js:1:1)"));
    assert_ne!(placed, group(Some("Error"), Some("f (/a.js)"), None));
}

#[test]
fn what_names_no_type_is_grouped_by_its_action() {
    let features = Features::of(&event(None, None, None));
    let wanted = ("javascript_error", None, "");
    assert_eq!((&*features.kind, features.place.as_deref(), &*features.words), wanted);
    let bare = Event { error: None, ..event(None, None, None) };
    assert_eq!(Features::of(&bare), features);
    let error = ErrorInfo { endpoint: Some("/api/quests/7".to_owned()), ..ErrorInfo::default() };
    let endpoint = Event { error: Some(error), ..bare };
    assert_eq!(Features::of(&endpoint).words, "/api/quests/#");
}
