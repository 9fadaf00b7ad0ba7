//! Sentences about events.

use std::borrow::Cow;
use std::fmt;

use annals_event::{Actor, ActorType, Event, limits};
use serde::{Serialize, Serializer};
use serde_json::Value;

/// Characters of one value inside a sentence: a long error must not push the rest out.
const VALUE_CHARS: usize = 300;

/// A sentence with placeholders, checked when it is read.
#[derive(Clone, PartialEq, Eq)]
pub struct Template {
    source: String,
    pieces: Vec<Piece>,
}

#[derive(Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Actor,
    Subject,
    Entity,
    PointsDelta,
    Page,
    Error,
    Metadata(String),
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// Says which placeholder is wrong.
    pub fn parse(source: &str) -> Result<Template, String> {
        let mut pieces = Vec::new();
        let mut rest = source;
        while let Some(open) = rest.find(['{', '}']) {
            let (text, behind) = rest.split_at(open);
            if !text.is_empty() {
                pieces.push(Piece::Text(text.to_owned()));
            }
            let end = behind.find('}').filter(|end| *end > 0).ok_or("a brace has no partner")?;
            pieces.push(Piece::named(&behind[1..end])?);
            rest = &behind[end + 1..];
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Template { source: source.to_owned(), pieces })
    }

    /// The sentence for an action that has none: "Ada: quest teleported".
    pub(super) fn of_unknown(action: &str) -> Template {
        let text = format!(": {}", action.replace('_', " "));
        Template {
            source: format!("{{actor}}{text}"),
            pieces: vec![Piece::Actor, Piece::Text(text)],
        }
    }

    /// The sentence about this event, at most 1,000 characters. What is missing becomes
    /// "somebody" or "something": no reader ever meets a placeholder.
    pub fn render(&self, event: &Event) -> String {
        let mut sentence = String::with_capacity(64);
        for piece in &self.pieces {
            match piece.value(event) {
                Ok(value) => push_value(&mut sentence, &value),
                Err(fallback) if sentence.is_empty() => {
                    let mut letters = fallback.chars();
                    sentence.extend(letters.next().map(|first| first.to_ascii_uppercase()));
                    sentence.push_str(letters.as_str());
                }
                Err(fallback) => sentence.push_str(fallback),
            }
        }
        match cut(&sentence, limits::MESSAGE_CHARS) {
            Cow::Borrowed(_) => sentence,
            Cow::Owned(cut) => cut,
        }
    }
}

/// The sentence for an event whose action no catalog names.
pub(super) fn render_unknown(event: &Event) -> String {
    Template::of_unknown(&event.action).render(event)
}

impl Piece {
    fn named(name: &str) -> Result<Piece, String> {
        match name {
            "actor" => Ok(Piece::Actor),
            "subject" => Ok(Piece::Subject),
            "entity" => Ok(Piece::Entity),
            "points.delta" => Ok(Piece::PointsDelta),
            "page" => Ok(Piece::Page),
            "error" => Ok(Piece::Error),
            _ => match name.strip_prefix("metadata.") {
                Some(key) if !key.is_empty() => Ok(Piece::Metadata(key.to_owned())),
                _ => Err(format!(
                    "`{{{name}}}` is no placeholder; there are {{actor}}, {{subject}}, {{entity}}, \
                     {{points.delta}}, {{page}}, {{error}} and {{metadata.KEY}}"
                )),
            },
        }
    }

    /// What stands here: the event's value, or else a word for its absence.
    fn value<'e>(&'e self, event: &'e Event) -> Result<Cow<'e, str>, &'static str> {
        match self {
            Piece::Text(text) => Ok(Cow::Borrowed(text)),
            Piece::Actor => actor(&event.actor),
            Piece::Subject => event
                .subject
                .as_ref()
                .and_then(|subject| some(subject.name.as_deref()))
                .ok_or("somebody"),
            Piece::Entity => {
                let entity = event.entity.as_ref().ok_or("something")?;
                let kind = entity.kind.replace('_', " ");
                let with_id = || Some(format!("{kind} {}", some(entity.id.as_deref())?).into());
                Ok(some(entity.name.as_deref()).or_else(with_id).unwrap_or(kind.into()))
            }
            Piece::PointsDelta => {
                event.points.map(|points| format!("{:+}", points.delta).into()).ok_or("some")
            }
            Piece::Page => event
                .page
                .as_ref()
                .and_then(|page| some(page.title.as_deref()).or_else(|| some(page.path.as_deref())))
                .ok_or("a page"),
            Piece::Error => event
                .error
                .as_ref()
                .and_then(|e| some(e.message.as_deref()).or_else(|| some(e.kind.as_deref())))
                .ok_or("no details"),
            Piece::Metadata(key) => match event.metadata.get(key) {
                Some(Value::String(text)) => some(Some(text)),
                Some(Value::Number(number)) => Some(number.to_string().into()),
                Some(Value::Bool(yes)) => Some(if *yes { "yes" } else { "no" }.into()),
                _ => None,
            }
            .ok_or("something"),
        }
    }
}

/// Who acted, by name. Without one people stay "somebody": ids do not go into sentences, which
/// are read by more people than the fields are.
fn actor(actor: &Actor) -> Result<Cow<'_, str>, &'static str> {
    some(actor.name.as_deref()).ok_or(match actor.kind {
        ActorType::User | ActorType::Child => "somebody",
        ActorType::ApiKey => "a key",
        ActorType::Device => "a device",
        ActorType::System => "the system",
        ActorType::Anonymous => "a visitor",
    })
}

/// A text that is there and not blank.
fn some(text: Option<&str>) -> Option<Cow<'_, str>> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(Cow::Borrowed)
}

/// Appends a value in one line and of bounded length.
fn push_value(sentence: &mut String, value: &str) {
    let cut = cut(value, VALUE_CHARS);
    match cut.contains(char::is_control) {
        true => sentence.extend(cut.chars().map(|c| if c.is_control() { ' ' } else { c })),
        false => sentence.push_str(&cut),
    }
}

/// A text of at most so many characters, with an ellipsis where it was cut.
fn cut(text: &str, most: usize) -> Cow<'_, str> {
    // Bytes are at least as many as characters, so most texts need no counting.
    if text.len() <= most || text.chars().count() <= most {
        return Cow::Borrowed(text);
    }
    let mut cut: String = text.chars().take(most - 1).collect();
    cut.push('…');
    Cow::Owned(cut)
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

impl Serialize for Template {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.source)
    }
}
