//! The fields of a filter, in one table.
//!
//! The table defines the query parameters ([`Filter::parse`](super::Filter::parse)) and their
//! documentation, the condition in SQL (`store/predicate.rs`), the keys of the list index
//! (`store/keys.rs`) and, through the OpenAPI document, the dashboard's `filter.gen.ts`.

use annals_event::{ActorType, Class, Event, Severity};

/// The way the list index holds a field. The number is that of the field's keys: unique, never
/// used again, and none of those in `store/keys.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    /// The index does not hold it; rows are read instead.
    No,
    /// A field of few values.
    Few(u8),
    /// A field of many values.
    Many(u8),
}

impl Index {
    /// Returns the number of the field's keys.
    pub const fn number(self) -> Option<u8> {
        match self {
            Index::No => None,
            Index::Few(number) | Index::Many(number) => Some(number),
        }
    }
}

/// The values of a field that accepts no others.
#[derive(Clone, Copy, Debug)]
pub struct Closed {
    /// The values as the API writes them.
    pub names: fn() -> Vec<&'static str>,
    /// The number that a column holds for a value.
    pub code: fn(&str) -> Option<u8>,
}

const SEVERITIES: Closed = Closed {
    names: || Severity::ALL.map(Severity::as_str).to_vec(),
    code: |name| Severity::from_name(name).map(Severity::code),
};

const CLASSES: Closed = Closed {
    names: || Class::ALL.map(Class::as_str).to_vec(),
    code: |name| Class::from_name(name).map(Class::code),
};

const ACTOR_TYPES: Closed = Closed {
    names: || ActorType::ALL.map(ActorType::as_str).to_vec(),
    code: |name| ActorType::from_name(name).map(ActorType::code),
};

/// Defines [`Field`] by the table below.
macro_rules! fields {
    ($(
        $(#[doc = $doc:literal])+
        $field:ident: $name:literal, $column:literal, $index:expr, $closed:expr, $text:expr;
    )+) => {
        /// A field that a term compares.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Field {
            $($(#[doc = $doc])+ $field,)+
            /// One field at the top of the metadata: `metadata.KEY`.
            Metadata(String),
        }

        /// Every field except metadata, in the order in which they are offered.
        pub const FIELDS: &[Field] = &[$(Field::$field,)+];

        impl Field {
            /// Returns the query parameter; `metadata` for metadata.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Field::$field => $name,)+
                    Field::Metadata(_) => "metadata",
                }
            }

            /// Returns the column of an event's row; `metadata` for metadata.
            pub const fn column(&self) -> &'static str {
                match self {
                    $(Field::$field => $column,)+
                    Field::Metadata(_) => "metadata",
                }
            }

            /// Returns the way the list index holds it.
            pub const fn index(&self) -> Index {
                match self {
                    $(Field::$field => $index,)+
                    Field::Metadata(_) => Index::No,
                }
            }

            /// Returns the only values it accepts; `None` if it accepts any.
            pub const fn closed(&self) -> Option<Closed> {
                match self {
                    $(Field::$field => $closed,)+
                    Field::Metadata(_) => None,
                }
            }

            /// Returns the description in the API document.
            pub const fn description(&self) -> &'static str {
                match self {
                    $(Field::$field => concat!($($doc, "\n"),+),)+
                    Field::Metadata(_) => "",
                }
            }

            /// Returns the text of an event that terms compare; `None` if the event has none, and for
            /// metadata.
            pub fn text<'e>(&self, event: &'e Event) -> Option<&'e str> {
                match self {
                    $(Field::$field => {
                        let text: fn(&Event) -> Option<&str> = $text;
                        text(event)
                    })+
                    Field::Metadata(_) => None,
                }
            }
        }
    };
}

// Field: parameter, column, index, closed values, text of an event.
fields! {
    /// Any of these categories. In every list a comma means any of, `\,` is a comma, and a
    /// leading `!` negates the whole list; events without the field match a negated list.
    Category: "category", "category", Index::Few(0), None, |event| Some(&event.category);
    /// Any of these actions.
    Action: "action", "action", Index::Few(1), None, |event| Some(&event.action);
    /// Of any of these classes, which decide how long events are kept: ledger, audit, activity,
    /// error.
    Class: "class", "class", Index::Few(12), Some(CLASSES), |event| Some(event.class.as_str());
    /// Any of these severities: info, notice, warning, error, critical.
    Severity: "severity", "severity", Index::Few(2), Some(SEVERITIES),
        |event| Some(event.severity.as_str());
    /// Any of these actors, by id.
    Actor: "actor", "actor_id", Index::Many(3), None, |event| event.actor.id.as_deref();
    /// Any of these types of actor: user, child, api_key, device, system, anonymous.
    ActorType: "actor_type", "actor_type", Index::Few(4), Some(ACTOR_TYPES),
        |event| Some(event.actor.kind.as_str());
    /// About any of these people, by id.
    Subject: "subject", "subject_id", Index::Many(5), None,
        |event| event.subject.as_ref().map(|subject| subject.id.as_str());
    /// Done to entities of any of these types.
    EntityType: "entity_type", "entity_type", Index::Few(6), None,
        |event| event.entity.as_ref().map(|entity| entity.kind.as_str());
    /// Done to any of these entities, by id.
    EntityId: "entity_id", "entity_id", Index::Many(7), None,
        |event| event.entity.as_ref().and_then(|entity| entity.id.as_deref());
    /// In any of these sessions.
    SessionId: "session_id", "session_id", Index::Many(8), None,
        |event| event.session_id.as_deref();
}

impl Field {
    /// Returns the field of a query parameter.
    pub fn from_parameter(name: &str) -> Option<Field> {
        if let Some(field) = FIELDS.iter().find(|field| field.name() == name) {
            return Some(field.clone());
        }
        let key = name.strip_prefix("metadata.").filter(|key| !key.is_empty())?;
        Some(Field::Metadata(key.to_owned()))
    }
}

/// Returns the indexed fields and their numbers as one text. An index that was built for another
/// text is rebuilt.
pub fn indexed_fields() -> String {
    let indexed = FIELDS.iter().filter(|field| field.index() != Index::No);
    indexed.map(|field| format!("{}:{:?} ", field.column(), field.index())).collect()
}
