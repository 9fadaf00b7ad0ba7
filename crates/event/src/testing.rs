//! Generators of valid drafts and events for property tests, here and, under the feature
//! `testing`, in other crates.

use proptest::option::of;
use proptest::prelude::*;
use serde_json::{Map, Value};

use crate::cut::CUT_FIELDS;
use crate::{
    Account, Actor, ActorType, Change, Class, Client, Draft, Entity, ErrorInfo, Event, Page,
    Points, Request, Severity, Subject, Time, Uuid,
};

fn word() -> impl Strategy<Value = String> {
    // Letters of one to four bytes, combining marks, and every separator.
    "[a-z][a-z0-9_]{0,20}|[A-Zß語𐐷](([ _.:/]|-)?[a-zжम語𐐷][\u{301}\u{94d}]?){0,12}"
}

fn id() -> impl Strategy<Value = String> {
    "[^\\p{Cc}]{1,30}".prop_filter("an id", |id| crate::validate::id_fault(id).is_none())
}

fn text() -> impl Strategy<Value = String> {
    "[^\\p{Cc}]{0,40}"
}

fn status() -> impl Strategy<Value = u16> {
    100_u16..=599
}

fn time() -> impl Strategy<Value = Time> {
    (Time::MIN.as_micros()..=Time::MAX.as_micros()).prop_map(Time::from_micros)
}

/// Generates JSON values that may be stored.
pub fn value() -> impl Strategy<Value = Value> {
    // Whole numbers are integers in canonical form, so a float must not be one.
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Value::from),
        (-1e15..1e15).prop_map(|float: f64| {
            if float.fract() == 0.0 { Value::from(float as i64) } else { Value::from(float) }
        }),
        "[^\0]{0,12}".prop_map(Value::String),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::btree_map("[^\0$]{0,8}", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Generates metadata that may be stored.
pub fn metadata() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::btree_map("[^\0$]{0,10}", value(), 0..4)
        .prop_map(|map| map.into_iter().collect())
}

prop_compose! {
    fn actor()(
        kind in prop::sample::select(ActorType::ALL.to_vec()),
        id in of(id()),
        name in of(text()),
        own_kind in of(word()),
    ) -> Actor {
        Actor { kind, id, name, own_kind }
    }
}

prop_compose! {
    fn points()(before in -1_000_000_i64..1_000_000, delta in -1_000_i64..1_000) -> Points {
        Points { before, after: before + delta, delta }
    }
}

prop_compose! {
    fn change()(
        field in "[^\\p{Cc}\\s]{1,20}", before in of(value()), after in of(value()),
    ) -> Change {
        Change::new(field, before.unwrap_or_default(), after.unwrap_or_default())
    }
}

prop_compose! {
    fn page()(
        path in of(text()), title in of(text()), referrer in of(text()),
        load_ms in of(0_u64..100_000), engaged_ms in of(0_u64..100_000),
    ) -> Page {
        Page { path, title, referrer, load_ms, engaged_ms }
    }
}

prop_compose! {
    fn client()(
        ip in of(text()), user_agent in of(text()),
        device in of(text()), os in of(text()), browser in of(text()),
    ) -> Client {
        Client { ip, user_agent, device, os, browser }
    }
}

prop_compose! {
    fn request()(
        method in of(text()), route in of(text()),
        status in of(status()), duration_ms in of(0_u64..100_000),
    ) -> Request {
        Request { method, route, status, duration_ms }
    }
}

prop_compose! {
    fn error()(
        kind in of(text()), message in of(text()), stack in of("[^\0]{0,60}"),
        component in of(text()), endpoint in of(text()), status in of(status()),
    ) -> ErrorInfo {
        ErrorInfo { kind, message, stack, component, endpoint, status }
    }
}

prop_compose! {
    fn entity()(kind in word(), id in of(id()), name in of(text())) -> Entity {
        Entity { kind, id, name }
    }
}

/// Generates a draft that meets every rule.
pub fn draft() -> impl Strategy<Value = Draft> {
    let what = (
        of(any::<u128>()),
        of(time()),
        of(word()),
        word(),
        (
            of(prop::sample::select(Severity::ALL.to_vec())),
            of(prop::sample::select(Class::ALL[1..].to_vec())),
        ),
        of(entity()),
        of(points()),
        of(text()),
    );
    let who = (of(actor()), of((id(), of(text()))), of(id()), of(id()));
    let fields: Vec<String> = CUT_FIELDS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let cut = prop::sample::subsequence(fields, 0..3);
    let changes = prop::collection::vec(change(), 0..3);
    let whence = (of(page()), of(client()), of(request()), of(error()), metadata(), cut, changes);
    (what, who, whence).prop_map(|(what, who, whence)| {
        let (id, occurred_at, category, action, (severity, class), entity, points, message) = what;
        let (actor, subject, account, session_id) = who;
        let (page, client, request, error, metadata, cut, changes) = whence;
        Draft {
            id: id.map(Uuid::from_u128),
            occurred_at,
            age_ms: None,
            category,
            action,
            class,
            severity,
            actor,
            subject: subject.map(|(id, name)| Subject { id, name }),
            account: account.map(|id| Account { id }),
            entity,
            points,
            changes,
            session_id,
            page,
            client,
            request,
            error,
            cut,
            message,
            metadata,
        }
    })
}

/// Generates a numbered event.
pub fn event() -> impl Strategy<Value = Event> {
    (draft(), 1_u64..1_000_000, time()).prop_map(|(draft, seq, created_at)| Event {
        id: draft.id.unwrap_or_default(),
        seq,
        cursor: String::new(),
        occurred_at: draft.occurred_at.unwrap_or(created_at),
        created_at,
        category: draft.category.unwrap_or_else(|| "other".to_owned()),
        action: draft.action,
        class: draft.class.unwrap_or_default(),
        severity: draft.severity.unwrap_or_default(),
        actor: draft.actor.unwrap_or_default(),
        subject: draft.subject,
        account: draft.account,
        entity: draft.entity,
        points: draft.points,
        changes: draft.changes,
        session_id: draft.session_id,
        page: draft.page,
        client: draft.client,
        request: draft.request,
        error: draft.error,
        cut: draft.cut,
        message: draft.message.unwrap_or_default(),
        metadata: draft.metadata,
        anonymised_at: None,
    })
}
