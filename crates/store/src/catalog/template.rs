//! Sentences about events.

use std::borrow::Cow;
use std::fmt;

use annals_event::{Actor, ActorType, Entity, Event, limits};
use serde::{Serialize, Serializer};
use serde_json::Value;

/// Number of characters of one value inside a sentence: a long error must leave room for the rest.
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
    /// The actor's name or id.
    Doer,
    /// The entity, else the subject, after a dash; nothing without either.
    Target,
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
    /// The text names the invalid placeholder.
    pub fn parse(source: &str) -> Result<Template, String> {
        let mut pieces = Vec::new();
        let mut rest = source;
        while let Some(open) = rest.find(['{', '}']) {
            let (text, braced) = rest.split_at(open);
            if !text.is_empty() {
                pieces.push(Piece::Text(text.to_owned()));
            }
            let end = braced
                .find('}')
                .filter(|end| *end > 0)
                .ok_or("a brace is not closed or not opened; write both `{` and `}`")?;
            pieces.push(Piece::named(&braced[1..end])?);
            rest = &braced[end + 1..];
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Template { source: source.to_owned(), pieces })
    }

    /// Returns the sentence for an action that has none: "Ada: quest teleported — Volcanoes". Its
    /// actor and target are named by their ids if they have no names, because nothing else says
    /// what happened.
    pub(super) fn for_unknown(action: &str) -> Template {
        let text = format!(": {}", action.replace('_', " "));
        Template {
            source: format!("{{actor}}{text} — {{entity}}"),
            pieces: vec![Piece::Doer, Piece::Text(text), Piece::Target],
        }
    }

    /// Renders the sentence for this event, at most 1,000 characters. Missing values become
    /// "somebody" or "something", so that no reader sees a placeholder.
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

/// Renders the sentence of an event whose action the catalog does not name.
pub(super) fn render_unknown(event: &Event) -> String {
    Template::for_unknown(&event.action).render(event)
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
                    "`{{{name}}}` is not a placeholder; use {{actor}}, {{subject}}, {{entity}}, \
                     {{points.delta}}, {{page}}, {{error}} and {{metadata.KEY}}"
                )),
            },
        }
    }

    /// Returns the event's value, or else a word for its absence.
    fn value<'e>(&'e self, event: &'e Event) -> Result<Cow<'e, str>, &'static str> {
        match self {
            Piece::Text(text) => Ok(Cow::Borrowed(text)),
            Piece::Doer => doer(&event.actor),
            Piece::Target => {
                Ok(target(event).map(|name| format!(" — {name}")).unwrap_or_default().into())
            }
            Piece::Actor => actor(&event.actor),
            Piece::Subject => event
                .subject
                .as_ref()
                .and_then(|subject| non_blank(subject.name.as_deref()))
                .ok_or("somebody"),
            Piece::Entity => event.entity.as_ref().map(entity).ok_or("something"),
            Piece::PointsDelta => {
                event.points.map(|points| format!("{:+}", points.delta).into()).ok_or("some")
            }
            Piece::Page => event
                .page
                .as_ref()
                .and_then(|page| {
                    non_blank(page.title.as_deref()).or_else(|| non_blank(page.path.as_deref()))
                })
                .ok_or("a page"),
            Piece::Error => event
                .error
                .as_ref()
                .and_then(|e| {
                    non_blank(e.message.as_deref()).or_else(|| non_blank(e.kind.as_deref()))
                })
                .ok_or("no details"),
            Piece::Metadata(key) => match event.metadata.get(key) {
                Some(Value::String(text)) => non_blank(Some(text)),
                Some(Value::Number(number)) => Some(number.to_string().into()),
                Some(Value::Bool(yes)) => Some(if *yes { "yes" } else { "no" }.into()),
                _ => None,
            }
            .ok_or("something"),
        }
    }
}

/// Returns the actor's name. People without one are "somebody": ids are not put into sentences,
/// because more people read those than the fields.
fn actor(actor: &Actor) -> Result<Cow<'_, str>, &'static str> {
    non_blank(actor.name.as_deref()).ok_or(match actor.kind {
        ActorType::User | ActorType::Child => "somebody",
        ActorType::ApiKey => "a key",
        ActorType::Device => "a device",
        ActorType::System => "the system",
        ActorType::Anonymous => "a visitor",
    })
}

/// Returns the actor's name, else their id.
fn doer(of: &Actor) -> Result<Cow<'_, str>, &'static str> {
    match actor(of) {
        Err(word) => non_blank(of.id.as_deref()).ok_or(word),
        named => named,
    }
}

/// Returns the entity's name, else its type and id.
fn entity(entity: &Entity) -> Cow<'_, str> {
    let kind = entity.kind.replace('_', " ");
    let with_id = || Some(format!("{kind} {}", non_blank(entity.id.as_deref())?).into());
    non_blank(entity.name.as_deref()).or_else(with_id).unwrap_or(kind.into())
}

/// Returns the entity, else the subject's name or id, unless that is the actor.
fn target(event: &Event) -> Option<Cow<'_, str>> {
    let subject = || {
        let subject = event.subject.as_ref()?;
        let other = event.actor.id.as_ref() != Some(&subject.id);
        let named = non_blank(subject.name.as_deref()).or_else(|| non_blank(Some(&subject.id)));
        named.filter(|_| other)
    };
    event.entity.as_ref().map(entity).or_else(subject)
}

/// Returns a text that is not blank.
fn non_blank(text: Option<&str>) -> Option<Cow<'_, str>> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(Cow::Borrowed)
}

/// Appends a value on one line and within a length.
fn push_value(sentence: &mut String, value: &str) {
    let cut = cut(value, VALUE_CHARS);
    match cut.contains(char::is_control) {
        true => sentence.extend(cut.chars().map(|c| if c.is_control() { ' ' } else { c })),
        false => sentence.push_str(&cut),
    }
}

/// Returns at most `most` characters of a text, with an ellipsis if it was cut.
fn cut(text: &str, most: usize) -> Cow<'_, str> {
    // A text has at least as many bytes as characters, so most texts need no counting.
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
