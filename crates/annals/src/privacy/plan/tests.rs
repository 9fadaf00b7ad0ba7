//! Tests against the definitions, written again for one event at a time.

use annals_event::{Actor, ActorType, Subject};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::super::policy::{ActivityDays, AuditLimits, CategoryDays, ErrorDays};
use super::*;
use crate::store::RetentionAction;
use crate::store::conformance::START;
use crate::store::conformance::world::plain;

const KINDS: [(&str, &str, Class); 7] = [
    ("quest", "quest_started", Class::Activity),
    ("never_heard_of", "made_up", Class::Activity),
    ("error", "client_error", Class::Error),
    ("auth", "login_success", Class::Audit),
    ("task", "activated", Class::Ledger),
    ("auth", "made_up", Class::Audit),
    ("never_heard_of", "permission_granted", Class::Audit),
];

fn event(kind: (&str, &str, Class), age_hours: i64) -> Event {
    Event {
        seq: 7,
        category: kind.0.to_owned(),
        action: kind.1.to_owned(),
        class: kind.2,
        occurred_at: START.plus_micros(-age_hours * DAY / 24),
        subject: Some(Subject { id: "ben".to_owned(), name: None }),
        ..plain(1).event
    }
}

prop_compose! {
    fn settings()(
        anonymise in 1_i64..50, more in 0_i64..50, errors in 1_i64..100, audit in 1_i64..100,
        category in select(KINDS.map(|kind| kind.0).to_vec()),
        own in (of(1_i64..50), of(1_i64..100)),
    ) -> Retention {
        let own = CategoryDays { anonymise_after_days: own.0, delete_after_days: own.1 };
        Retention {
            activity: ActivityDays {
                anonymise_after_days: anonymise, delete_after_days: anonymise + more,
            },
            errors: ErrorDays { delete_after_days: errors },
            audit: AuditLimits { max_days: audit, max_entries: 0 },
            categories: [(category.to_owned(), own)].into(),
            ..Retention::default()
        }
    }
}

proptest! {
    #[test]
    fn every_type_of_event_is_treated_as_the_definitions_say(
        settings in settings(), kind in select(KINDS.to_vec()), age_hours in 0_i64..24 * 110,
        audit_through in prop_oneof![Just(0_u64), 5_u64..9],
    ) {
        let own = settings.categories.get(kind.0);
        let own = |of: fn(&CategoryDays) -> Option<i64>| own.and_then(of);
        let older = |days: i64| age_hours > days * 24;
        let delete = own(|own| own.delete_after_days).or(match kind.2 {
            Class::Activity => Some(settings.activity.delete_after_days),
            Class::Error => Some(settings.errors.delete_after_days),
            Class::Audit => Some(settings.audit.max_days),
            Class::Ledger => None,
        });
        let anonymise = own(|own| own.anonymise_after_days)
            .unwrap_or(settings.activity.anonymise_after_days);
        let ages = matches!(kind.2, Class::Activity | Class::Error);
        let too_many = kind.2 == Class::Audit && audit_through >= 7;
        let expected = if delete.is_some_and(older) || too_many {
            Some(RetentionAction::Delete)
        } else {
            (ages && older(anonymise)).then_some(RetentionAction::Anonymise)
        };
        let ageing = settings.ageing(START, audit_through);
        prop_assert_eq!(ageing.retention_action(&event(kind, age_hours)), expected);
    }
}

#[test]
fn the_defaults_are_the_documented_ones_to_the_hour() {
    let ageing = Retention::default().ageing(START, 0);
    for (kind, whole, kept) in [
        (KINDS[0], Some(90), Some(730)),
        (KINDS[1], Some(90), Some(730)),
        (KINDS[2], Some(90), Some(365)),
        (KINDS[3], None, Some(365)),
        (KINDS[4], None, None),
    ] {
        let retention_action =
            |days: i64, hours: i64| ageing.retention_action(&event(kind, days * 24 + hours));
        if let Some(whole) = whole {
            assert_eq!(
                (retention_action(whole, 0), retention_action(whole, 1)),
                (None, Some(RetentionAction::Anonymise)),
                "{kind:?}"
            );
        }
        if let Some(kept) = kept {
            assert_eq!(retention_action(kept, 1), Some(RetentionAction::Delete), "{kind:?}");
            assert_ne!(retention_action(kept, 0), Some(RetentionAction::Delete), "{kind:?}");
        }
        if kept.is_none() {
            assert_eq!(retention_action(36_500, 0), None);
        }
    }
}

#[test]
fn a_hold_keeps_whom_or_what_it_names_until_it_ends() {
    let hold = |what: serde_json::Value, days: i64| {
        let mut hold = json!({"id": "hold_1", "owner": "Dana", "reason": "A case",
            "expires_at": START.plus_micros(days * DAY)});
        hold.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
        serde_json::from_value::<Hold>(hold).unwrap()
    };
    let by_ben = Event {
        subject: None,
        actor: Actor {
            kind: ActorType::User,
            id: Some("ben".to_owned()),
            name: None,
            ..Actor::default()
        },
        ..event(KINDS[4], 1)
    };
    let of_cleo = Event {
        subject: Some(Subject { id: "cleo".to_owned(), name: None }),
        ..event(KINDS[0], 1)
    };
    for (what, days, kept) in [
        (json!({"person": "ben"}), 1, [true, true, false]),
        (json!({"person": "ben"}), 0, [false, false, false]),
        (json!({"filter": "category=quest&subject=!ben"}), 1, [false, false, true]),
        (json!({"filter": "category=task,quest"}), 1, [true, true, true]),
    ] {
        let holds = Holds::in_force(&[hold(what.clone(), days)], START).unwrap();
        let found = [&event(KINDS[0], 1), &by_ben, &of_cleo].map(|event| holds.keep(event));
        assert_eq!(found, kept, "{what}");
    }
    // A filter that cannot be parsed might have kept anything.
    let unread = [hold(json!({"filter": "qategory=task"}), 1)];
    assert_eq!(Holds::in_force(&unread, START).err().as_deref(), Some("hold_1"));
}
