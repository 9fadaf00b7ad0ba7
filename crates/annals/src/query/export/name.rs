//! The name of an export's file: what it holds and of which days.

use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::Format;
use crate::store::filter::moment;

/// Maximum length of a name without its ending, in characters.
const MAX_CHARS: usize = 120;
/// Maximum length of one value in a name, in characters.
const MAX_VALUE_CHARS: usize = 40;

/// Returns the name of an export by its filter, as it was asked: the days first, then each field
/// with its values. Searched words and metadata are text of any kind, so only the fact is named.
///
/// A name has letters and digits of any script, `.`, `-` and `_`, and is at most 127 characters.
pub fn file_name(asked: &Map<String, Value>, zone: &TimeZone, format: Format) -> String {
    let mut name = "annals-events".to_owned();
    let text = |key: &str| asked.get(key).and_then(Value::as_str);
    let from = text("from").and_then(|text| day(text, zone, 0));
    // The end of a period is the first moment after it.
    let to = text("to").and_then(|text| day(text, zone, 1));
    for part in match (from, to) {
        (Some(from), Some(to)) => vec![from, "to".to_owned(), to],
        (Some(from), None) => vec!["from".to_owned(), from],
        (None, Some(to)) => vec!["to".to_owned(), to],
        (None, None) => Vec::new(),
    } {
        name = format!("{name}-{part}");
    }
    for (key, value) in asked.iter().filter(|(key, _)| !["from", "to"].contains(&key.as_str())) {
        let part = if key == "q" {
            "search".to_owned()
        } else if key.starts_with("metadata.") {
            "metadata".to_owned()
        } else {
            let value = value.as_str().unwrap_or_default().replace('!', "not-");
            format!("{}-{}", safe(key), safe(&value))
        };
        let longer = format!("{name}-{part}");
        if longer.chars().count() > MAX_CHARS {
            name.push_str("-more");
            break;
        }
        name = longer;
    }
    format!("{name}.{}", format.ending())
}

/// Returns the value of `Content-Disposition` for a file of this name (RFC 6266): in ASCII for old
/// programs, and in UTF-8 for all others.
pub fn disposition(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii() { c } else { '-' }).collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// Returns the day of a moment, less some microseconds. A bare day is one in UTC, as in the filter.
fn day(text: &str, zone: &TimeZone, less: i64) -> Option<String> {
    let micros = moment(text).ok()?.as_micros() - less;
    let zone = if text.contains(['T', 't', ' ']) { zone.clone() } else { TimeZone::UTC };
    let time = jiff::Timestamp::from_microsecond(micros).ok()?;
    Some(time.to_zoned(zone).date().to_string())
}

/// Replaces everything that a file's name should not have, and shortens it.
fn safe(text: &str) -> String {
    let mut name = String::new();
    for c in text.chars() {
        let c = if c.is_alphanumeric() || c == '_' || c == '.' { c } else { '-' };
        if c != '-' || !name.ends_with('-') {
            name.push(c);
        }
    }
    name.trim_matches(['-', '.']).chars().take(MAX_VALUE_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn named(asked: &Value) -> String {
        let zone = TimeZone::get("Europe/Stockholm").unwrap();
        file_name(asked.as_object().unwrap(), &zone, Format::Csv)
    }

    #[test]
    fn a_name_says_days_and_filter_and_nothing_else() {
        for (asked, name) in [
            (json!({}), "annals-events.csv"),
            (
                json!({"from": "2026-11-01", "to": "2026-12-01", "actor": "ben"}),
                "annals-events-2026-11-01-to-2026-11-30-actor-ben.csv",
            ),
            (json!({"from": "2026-10-31T23:00:00Z"}), "annals-events-from-2026-11-01.csv"),
            (json!({"to": "2026-11-30T23:00:00Z"}), "annals-events-to-2026-11-30.csv"),
            (
                json!({"q": "secret words", "metadata.a": "secret", "severity": "!info"}),
                "annals-events-metadata-search-severity-not-info.csv",
            ),
            (
                json!({"entity_id": "../../etc/passwd\"\r\nx: y"}),
                "annals-events-entity_id-etc-passwd-x-y.csv",
            ),
            (json!({"actor": "åsa"}), "annals-events-actor-åsa.csv"),
        ] {
            assert_eq!(named(&asked), name);
        }
        let many: Map<String, Value> =
            (0..50).map(|n| (format!("k{n}"), json!("x".repeat(400)))).collect();
        assert!(named(&Value::Object(many)).chars().count() <= MAX_CHARS + 9);
    }

    #[test]
    fn a_header_has_the_name_twice() {
        let value = disposition("annals-events-actor-åsa.csv");
        assert_eq!(
            value,
            "attachment; filename=\"annals-events-actor--sa.csv\"; \
             filename*=UTF-8''annals-events-actor-%C3%A5sa.csv"
        );
    }
}
