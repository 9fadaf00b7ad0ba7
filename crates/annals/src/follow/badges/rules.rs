//! The rule file of badges: thresholds, metrics and texts.

use std::collections::BTreeMap;
use std::ops::Range;

use annals_event::limits;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use toml::{Spanned, Value};

/// Number of rules in one file.
const MAX_RULES: usize = 200;
/// Number of characters of an id.
const ID_CHARS: usize = 100;
const TEXT_CHARS: usize = 500;
/// The placeholders of a text.
const PLACEHOLDERS: [&str; 3] = ["child", "badge", "threshold"];

/// A language of certificates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

impl Language {
    /// Returns the language of a tag.
    pub fn from_tag(tag: &str) -> Option<Language> {
        match tag {
            "en" => Some(Language::En),
            "de" => Some(Language::De),
            _ => None,
        }
    }
}

/// The type of award.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BadgeKind)]
pub enum Kind {
    /// A badge.
    Badge,
    /// A certificate, which can be printed.
    Certificate,
}

impl Kind {
    /// Returns the word used in rule files and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Badge => "badge",
            Kind::Certificate => "certificate",
        }
    }

    /// Returns the action of its event.
    pub const fn action(self) -> &'static str {
        match self {
            Kind::Badge => "badge_awarded",
            Kind::Certificate => "certificate_awarded",
        }
    }
}

/// A metric. None of these ever falls, so that nothing that was reached is lost again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Points that tasks have added, whatever was spent since.
    PointsEarned,
    /// Number of tasks done.
    TasksDone,
    /// Number of times one task was done.
    Task(String),
    /// The longest row of calendar weeks with a task done in each.
    WeeksInARow,
}

impl Metric {
    const NAMES: &str = "points_earned, tasks_done, weeks_in_a_row, or task: and a task's id";

    fn from_name(name: &str) -> Option<Metric> {
        match name {
            "points_earned" => Some(Metric::PointsEarned),
            "tasks_done" => Some(Metric::TasksDone),
            "weeks_in_a_row" => Some(Metric::WeeksInARow),
            _ => {
                let task = name.strip_prefix("task:").filter(|id| !id.is_empty())?;
                Some(Metric::Task(task.to_owned()))
            }
        }
    }
}

impl std::fmt::Display for Metric {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Metric::PointsEarned => f.write_str("points_earned"),
            Metric::TasksDone => f.write_str("tasks_done"),
            Metric::Task(id) => write!(f, "task:{id}"),
            Metric::WeeksInARow => f.write_str("weeks_in_a_row"),
        }
    }
}

/// A text in one or more languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    any: String,
    by_language: BTreeMap<Language, String>,
}

impl Text {
    /// Returns the text in a language, or else in another one.
    pub fn get(&self, language: Language) -> &str {
        self.by_language.get(&language).unwrap_or(&self.any)
    }
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The id of the badge.
    pub id: String,
    /// The name of the badge.
    pub name: Text,
    /// The type of award.
    pub kind: Kind,
    /// The metric that is counted.
    pub metric: Metric,
    /// The value of the metric that earns the badge.
    pub threshold: i64,
    /// The text of the award, with placeholders.
    pub text: Text,
}

/// The rules, in the file's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules(Vec<Rule>);

/// An invalid rule file.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct RulesError {
    file: String,
    line: usize,
    problem: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    badge: Vec<Body>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    id: Spanned<Value>,
    name: Spanned<Value>,
    kind: Spanned<Value>,
    metric: Spanned<Value>,
    threshold: Spanned<Value>,
    text: Spanned<Value>,
}

/// The place of a problem in the file, and its text.
type Fault = (Range<usize>, String);

impl Rules {
    /// Reads a rule file.
    ///
    /// # Errors
    /// The file, line and key of the first problem.
    pub fn parse(text: &str, file: &str) -> Result<Rules, RulesError> {
        let error_at = |(span, problem): Fault| {
            let before = text.get(..span.start).unwrap_or(text);
            let line = before.matches('\n').count() + 1;
            RulesError { file: file.to_owned(), line, problem }
        };
        let read = toml::from_str::<File>(text).map_err(|error| {
            error_at((error.span().unwrap_or(0..0), error.message().to_owned()))
        })?;
        if read.badge.len() > MAX_RULES {
            return Err(error_at((
                0..0,
                format!("there are more than {MAX_RULES} `badge` tables"),
            )));
        }
        let mut rules: Vec<Rule> = Vec::new();
        for body in read.badge {
            let span = body.id.span();
            let rule = rule(body).map_err(error_at)?;
            if rules.iter().any(|known| known.id == rule.id) {
                return Err(error_at((span, format!("`id` `{}` occurs twice", rule.id))));
            }
            rules.push(rule);
        }
        Ok(Rules(rules))
    }

    /// Returns each rule.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.0.iter()
    }

    /// Returns the rule of a badge.
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.iter().find(|rule| rule.id == id)
    }

    /// Returns a hash that changes whenever something else would be awarded.
    pub fn stamp(&self) -> String {
        let mut hash = Sha256::new();
        for rule in &self.0 {
            hash.update(format!("{} {} {}\n", rule.id, rule.metric, rule.threshold));
        }
        let hash = u64::from_be_bytes(*hash.finalize().first_chunk().unwrap_or(&[0; 8]));
        format!("{hash:016x}")
    }
}

fn rule(body: Body) -> Result<Rule, Fault> {
    let id = string("id", &body.id)?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if !(1..=ID_CHARS).contains(&id.len()) || !id.chars().all(plain) {
        let problem = format!("`id` must have 1 to {ID_CHARS} of a to z, 0 to 9, `-` and `_`");
        return Err((body.id.span(), problem));
    }
    let kind = match string("kind", &body.kind)?.as_str() {
        "badge" => Kind::Badge,
        "certificate" => Kind::Certificate,
        _ => return Err((body.kind.span(), "`kind` must be badge or certificate".to_owned())),
    };
    let metric = Metric::from_name(&string("metric", &body.metric)?);
    let wrong = || (body.metric.span(), format!("`metric` must be {}", Metric::NAMES));
    let threshold = body.threshold.get_ref().as_integer();
    let threshold = threshold.filter(|number| (1..=limits::MAX_INTEGER).contains(number));
    Ok(Rule {
        id,
        kind,
        metric: metric.ok_or_else(wrong)?,
        threshold: threshold.ok_or_else(|| {
            (body.threshold.span(), "`threshold` must be a whole number from 1 on".to_owned())
        })?,
        name: text("name", &body.name, limits::NAME_CHARS, &[])?,
        text: text("text", &body.text, TEXT_CHARS, &PLACEHOLDERS)?,
    })
}

fn string(key: &str, value: &Spanned<Value>) -> Result<String, Fault> {
    let text = value.get_ref().as_str().map(str::to_owned);
    text.ok_or_else(|| (value.span(), format!("`{key}` must be a text")))
}

/// Reads one text for all languages, or a table with one for each.
fn text(
    key: &str,
    value: &Spanned<Value>,
    longest: usize,
    placeholders: &[&str],
) -> Result<Text, Fault> {
    let wrong = |problem: String| (value.span(), format!("`{key}` {problem}"));
    let one = |text: &Value| {
        let text = text.as_str().map(str::trim).unwrap_or_default();
        let length = text.chars().count();
        if !(1..=longest).contains(&length) || text.contains(char::is_control) {
            return Err(wrong(format!("must be a text of 1 to {longest} characters on one line")));
        }
        for part in text.split('{').skip(1) {
            let name = part.split_once('}').map_or("", |(name, _)| name);
            if !placeholders.contains(&name) {
                let known = placeholders.iter().map(|name| format!("{{{name}}}"));
                let known = known.collect::<Vec<_>>().join(", ");
                let known = if known.is_empty() { "nothing" } else { &known };
                return Err(wrong(format!("may contain {known} in braces, but not `{{{name}}}`")));
            }
        }
        Ok(text.to_owned())
    };
    let Value::Table(table) = value.get_ref() else {
        return Ok(Text { any: one(value.get_ref())?, by_language: BTreeMap::new() });
    };
    let mut by_language = BTreeMap::new();
    for (tag, text) in table {
        let language = Language::from_tag(tag)
            .ok_or_else(|| wrong(format!("has the language `{tag}`; it must be en or de")))?;
        by_language.insert(language, one(text)?);
    }
    let any = by_language.values().next().cloned();
    let any = any.ok_or_else(|| wrong("must have a text in en or de".to_owned()))?;
    Ok(Text { any, by_language })
}
