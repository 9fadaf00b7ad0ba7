//! The directory: people, their guardians, and what may be recorded about them.

use annals_event::validate::id_fault;
use annals_event::{Draft, Entity, FieldError, Subject, Time, limits};
use axum::Json;
use axum::extract::{RawQuery, State};
use serde::{Deserialize, Serialize};

use super::Http;
use super::body::{JsonBody, PathId};
use super::error::{Problem, Result};
use super::parameters::{NoParameters, Parameters};
use crate::access::{Caller, Permission, PersonChange};
use crate::service::{act, changes};
use crate::store::{Collection, Consent, PeopleQuery, Person, PersonKind};
use crate::words::words;

/// Maximum number of a child's guardians.
const MAX_GUARDIANS: usize = 20;
/// Maximum length of a time zone and of a consent's text version, in characters.
const WORD_CHARS: usize = 100;

/// A person as sent. Fields that are left out are cleared.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonBody {
    /// The id. It must be the one in the path, and may be left out.
    id: Option<String>,
    /// The kind of the person.
    kind: PersonKind,
    /// The person's name.
    name: Option<String>,
    /// The ids of a child's guardians. The account of the first one is the child's.
    #[serde(default)]
    guardians: Vec<String>,
    /// The person's IANA time zone, such as `Europe/Stockholm`; if absent, the deployment's is
    /// used.
    timezone: Option<String>,
    /// The consent that holds; a child's is given by a guardian. Absent if there is none.
    consent: Option<Consent>,
    /// The level of recording for the person; `full` if absent.
    #[serde(default)]
    collection: Collection,
}

/// Changes of a person. Fields that are left out stay as they are, and `null` clears one.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonPatch {
    /// The kind of the person; required of somebody who is not in the directory yet.
    kind: Option<PersonKind>,
    /// The person's name.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    name: Option<Option<String>>,
    /// The ids of all of a child's guardians. The account of the first one is the child's.
    guardians: Option<Vec<String>>,
    /// The person's IANA time zone, such as `Europe/Stockholm`.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    timezone: Option<Option<String>>,
    /// The consent that holds; `null` withdraws it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Consent>)]
    consent: Option<Option<Consent>>,
    /// The level of recording for the person.
    collection: Option<Collection>,
}

/// Reads a field that may be `null`, so that one that is left out differs from it.
fn given<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    field: D,
) -> std::result::Result<Option<Option<T>>, D::Error> {
    Option::deserialize(field).map(Some)
}

impl PersonPatch {
    /// Returns the whole person after the change; `None` if they are unknown and no kind is given.
    fn over(self, before: Option<&Person>) -> Option<PersonBody> {
        let or = |field: Option<Option<String>>, before: Option<&Option<String>>| {
            field.unwrap_or_else(|| before.cloned().flatten())
        };
        Some(PersonBody {
            id: None,
            kind: self.kind.or(before.map(|before| before.kind))?,
            name: or(self.name, before.map(|before| &before.name)),
            guardians: self
                .guardians
                .or_else(|| before.map(|before| before.guardians.clone()))
                .unwrap_or_default(),
            timezone: or(self.timezone, before.map(|before| &before.timezone)),
            consent: self
                .consent
                .unwrap_or_else(|| before.and_then(|before| before.consent.clone())),
            collection: self
                .collection
                .or(before.map(|before| before.collection))
                .unwrap_or_default(),
        })
    }
}

impl PersonBody {
    fn into_person(self, id: String, archived_at: Option<Time>) -> Person {
        let PersonBody { id: _, kind, name, guardians, timezone, consent, collection } = self;
        Person { id, kind, name, guardians, timezone, consent, collection, archived_at }
    }
}

/// A page of people, in the order of their ids.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct PeoplePage {
    /// The people on this page.
    people: Vec<Person>,
    /// The cursor of the next page; absent on the last one.
    next_cursor: Option<String>,
    /// `true` if there is a next page.
    has_more: bool,
}

/// List people
///
/// Lists people in the order of their ids, without archived ones. People see themselves and their
/// children.
#[utoipa::path(
    get, path = "/api/v1/people", operation_id = "list_people", tag = "People", extensions(("x-permission" = json!(Permission::ReadEvents))),
    params(
        ("kind" = Option<String>, Query, description = "`user` or `child`"),
        ("q" = Option<String>, Query, description = "All of these whole words, case and accents folded, in name or id"),
        ("limit" = Option<u32>, Query, description = "People a page, 1 to 500; 50 unless given", minimum = 1, maximum = 500),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses(
        (status = 200, description = "A page", body = PeoplePage),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list(
    State(http): State<Http>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<PeoplePage>> {
    caller.may(Permission::ReadEvents)?;
    let mut parameters = Parameters::read(query.as_deref());
    let kind = parameters.take("kind")?.map(|kind| {
        let known = PersonKind::from_name(&kind);
        known.ok_or_else(|| Problem::parameter("kind", "must be `user` or `child`"))
    });
    let cursor = parameters.take("cursor")?.map(|cursor| http.cursors.open_person(&cursor));
    let text = parameters.take("q")?.unwrap_or_default();
    let limit = parameters.limit()?;
    parameters.none()?;
    let own = !caller.has(Permission::ReadEverybody);
    let within = own.then(|| match caller.person {
        Some(person) => [vec![person.id], person.dependants].concat(),
        None => Vec::new(),
    });
    let query = PeopleQuery {
        kind: kind.transpose()?,
        words: words(&text).collect(),
        within,
        archived: false,
        after: cursor.transpose()?,
        // One more than requested shows whether there is a next page.
        limit: limit + 1,
    };
    let mut people = http.store.people(query).await?;
    let has_more = people.len() > limit;
    people.truncate(limit);
    let last = people.last().filter(|_| has_more);
    let next_cursor = last.map(|last| http.cursors.person(&last.id));
    Ok(Json(PeoplePage { people, next_cursor, has_more }))
}

/// Get a person
#[utoipa::path(
    get, path = "/api/v1/people/{id}", operation_id = "get_person", tag = "People", extensions(("x-permission" = json!(Permission::ReadEvents))),
    params(("id" = String, Path, description = "The application's id")),
    responses(
        (status = 200, description = "The person", body = Person),
        (status = 404, description = "There is nobody with this id", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn get(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
    PathId(id): PathId,
) -> Result<Json<Person>> {
    caller.may(Permission::ReadEvents)?;
    if !caller.may_see_person(&id) {
        return Err(nobody());
    }
    http.store.person(&id).await?.map(Json).ok_or_else(nobody)
}

/// Save a person
///
/// Adds a person to the directory, or replaces them; fields that are left out are cleared. An
/// archived person becomes active again.
#[utoipa::path(
    put, path = "/api/v1/people/{id}", operation_id = "put_person", tag = "People", extensions(("x-permission" = json!(Permission::ManagePeople))), request_body = PersonBody,
    params(("id" = String, Path, description = "The application's id")),
    responses(
        (status = 200, description = "The person as they are now", body = Person),
        (status = 422, description = "A field is wrong", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn put(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
    PathId(id): PathId,
    JsonBody(body): JsonBody<PersonBody>,
) -> Result<Json<Person>> {
    caller.may(Permission::ManagePeople)?;
    let errors = faults(&id, &body, http.clock.now());
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let change = http.access.put_person(body.into_person(id, None)).await?;
    if change.before.as_ref() != Some(&change.now) {
        http.audit(&caller.actor(), saved(&change)).await?;
    }
    Ok(Json(change.now))
}

/// Change a person
///
/// Changes the fields that are sent and leaves the others as they are; `null` clears a field.
/// Somebody who is not in the directory is added, if `kind` is sent.
#[utoipa::path(
    patch, path = "/api/v1/people/{id}", operation_id = "patch_person", tag = "People", extensions(("x-permission" = json!(Permission::ManagePeople))), request_body = PersonPatch,
    params(("id" = String, Path, description = "The application's id")),
    responses(
        (status = 200, description = "The person as they are now", body = Person),
        (status = 404, description = "There is nobody with this id, and no `kind` is sent", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A field is wrong", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn patch(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
    PathId(id): PathId,
    JsonBody(patch): JsonBody<PersonPatch>,
) -> Result<Json<Person>> {
    caller.may(Permission::ManagePeople)?;
    let now = http.clock.now();
    let change = |before: Option<&Person>| {
        let body = patch.over(before).ok_or_else(|| {
            let message = "There is nobody with this id in the directory; send `kind` to add them.";
            Problem::not_found(message)
        })?;
        let errors = faults(&id, &body, now);
        if !errors.is_empty() {
            return Err(Problem::invalid(errors));
        }
        Ok(body.into_person(id.clone(), before.and_then(|before| before.archived_at)))
    };
    let change = http.access.change_person(&id, change).await?;
    if change.before.as_ref() != Some(&change.now) {
        http.audit(&caller.actor(), saved(&change)).await?;
    }
    Ok(Json(change.now))
}

/// Archive a person
///
/// The person no longer appears in lists and pickers, and takes no new commands; all their events
/// stay.
#[utoipa::path(
    delete, path = "/api/v1/people/{id}", operation_id = "archive_person", tag = "People", extensions(("x-permission" = json!(Permission::ManagePeople))),
    params(("id" = String, Path, description = "The application's id")),
    responses(
        (status = 200, description = "The person as they are now", body = Person),
        (status = 404, description = "There is nobody with this id", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn archive(
    State(http): State<Http>,
    caller: Caller,
    _: NoParameters,
    PathId(id): PathId,
) -> Result<Json<Person>> {
    caller.may(Permission::ManagePeople)?;
    let archived = http.access.archive_person(&id, http.clock.now()).await?;
    let change = archived.ok_or_else(nobody)?;
    if change.before.as_ref() != Some(&change.now) {
        http.audit(&caller.actor(), about("person_archived", &change)).await?;
    }
    Ok(Json(change.now))
}

fn nobody() -> Problem {
    Problem::not_found("There is nobody with this id in the directory.")
}

/// Returns everything that is wrong with a person.
fn faults(id: &str, body: &PersonBody, now: Time) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut text = |field: &str, text: &str, most: usize| {
        if text.is_empty() || text.chars().count() > most || text.contains(char::is_control) {
            let message = format!("must have 1 to {most} characters on one line");
            errors.push(FieldError::new(field, message));
        }
    };
    if let Some(name) = &body.name {
        text("name", name, limits::NAME_CHARS);
    }
    if let Some(timezone) = &body.timezone {
        text("timezone", timezone, WORD_CHARS);
    }
    if let Some(consent) = &body.consent {
        text("consent.text_version", &consent.text_version, WORD_CHARS);
    }
    let guardians = body.guardians.iter().map(|id| ("guardians", id.as_str()));
    let consent = body.consent.iter().map(|consent| ("consent.by", consent.by.as_str()));
    for (field, id) in [("id", id)].into_iter().chain(guardians).chain(consent) {
        errors.extend(id_fault(id).map(|fault| FieldError::new(field, fault)));
    }
    let mut wrong = |field: &str, message: &str| errors.push(FieldError::new(field, message));
    if body.id.as_ref().is_some_and(|sent| sent != id) {
        wrong("id", "is another than in the path");
    }
    let guardians = &body.guardians;
    if body.kind == PersonKind::User && !guardians.is_empty() {
        wrong("guardians", "belong to children only");
    }
    if guardians.len() > MAX_GUARDIANS {
        wrong("guardians", "are more than 20");
    }
    if guardians.iter().any(|guardian| guardian == id) {
        wrong("guardians", "cannot hold the child itself");
    }
    if (1..guardians.len()).any(|at| guardians[..at].contains(&guardians[at])) {
        wrong("guardians", "name somebody twice");
    }
    if let Some(timezone) = &body.timezone
        && jiff::tz::TimeZone::get(timezone).is_err()
    {
        wrong("timezone", "must be an IANA time zone such as Europe/Stockholm");
    }
    if let Some(consent) = &body.consent {
        if body.kind == PersonKind::Child && !guardians.contains(&consent.by) {
            wrong("consent.by", "must be one of the child's guardians");
        }
        if consent.at.micros_since(now) > limits::AHEAD_MICROS {
            wrong("consent.at", "must not lie in the future");
        }
    }
    errors
}

/// Returns the event of a change, with what changed. Giving or withdrawing a consent is an action of
/// its own.
fn saved(change: &PersonChange) -> Draft {
    let PersonChange { before, now } = change;
    let consent = before.as_ref().and_then(|before| before.consent.as_ref());
    let action = match (consent, &now.consent) {
        (before, Some(given)) if before != Some(given) => "consent_given",
        (Some(_), None) => "consent_withdrawn",
        _ => "person_saved",
    };
    let mut draft = about(action, change);
    if let Some(consent) = now.consent.as_ref().filter(|_| action == "consent_given") {
        let version = consent.text_version.as_str().into();
        draft.metadata.insert("text_version".to_owned(), version);
        draft.metadata.insert("given_by".to_owned(), consent.by.as_str().into());
    }
    draft
}

/// Makes the event of an act on a person, who is also its subject.
fn about(action: &str, change: &PersonChange) -> Draft {
    let PersonChange { before, now } = change;
    let (id, name) = (now.id.clone(), now.name.clone());
    let mut changes = changes(before.as_ref(), Some(now));
    changes.retain(|change| change.field != "id");
    Draft {
        changes,
        subject: Some(Subject { id: id.clone(), name: name.clone() }),
        entity: Some(Entity { kind: now.kind.as_str().to_owned(), id: Some(id), name }),
        ..act(action)
    }
}
