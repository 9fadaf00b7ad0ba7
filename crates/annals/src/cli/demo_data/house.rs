//! The events of guardians and devices.

use annals_event::{Actor, ActorType, Draft, Page, Severity, Time};

use super::dice::Dice;
use super::learning::entity;
use super::people::{Child, Family, draft};
use super::story::{HOUR, MINUTE, Story};

/// Adds a guardian's session, on most evenings.
pub fn evening(story: &mut Story, family: &Family, morning: Time, dice: &mut Dice) {
    for who in family.guardians {
        if !dice.chance(55) {
            continue;
        }
        let at = morning.plus_micros(dice.within(18 * HOUR, 22 * HOUR));
        let by = |category: &str, action: &str| Draft {
            actor: Some(who.actor()),
            session_id: Some(format!("{}-{}", who.id, at.as_micros() / HOUR)),
            ..draft(category, action)
        };
        if dice.chance(6) {
            // No actor: it is not known who tried to sign in.
            story.event(at.plus_micros(-MINUTE), draft("auth", "login_failed"));
        }
        story.event(at, by("auth", "login_success"));
        let mut opened = by("navigation", "page_view");
        opened.page = page(u64::try_from(dice.within(200, 1_400)).ok(), None);
        story.event(at.plus_micros(MINUTE / 3), opened);
        story.event(at.plus_micros(MINUTE / 2), by("parent", "parent_dashboard_opened"));
        let mut left = by("navigation", "page_exit");
        left.page = page(None, u64::try_from(dice.within(20_000, 400_000)).ok());
        story.event(at.plus_micros(7 * MINUTE), left);
        if dice.chance(12) {
            let at = at.plus_micros(3 * MINUTE);
            let child = dice.pick(family.children);
            let mut draft = by("parent", "parent_evidence_uploaded");
            draft.subject = Some(child.subject());
            draft.entity = Some(entity("quest", "bread", "Bake bread"));
            story.event(at, draft);
        }
        if dice.chance(5) {
            let mut draft = by("entity", "updated");
            draft.entity = Some(entity("reward", "reward-film", "Film night"));
            story.event(at.plus_micros(5 * MINUTE), draft);
        }
    }
}

/// Returns the parents' dashboard.
fn page(load_ms: Option<u64>, engaged_ms: Option<u64>) -> Option<Page> {
    let (path, title) = (Some("/parents".into()), Some("Your family".into()));
    Some(Page { path, title, load_ms, engaged_ms, ..Page::default() })
}

/// Adds the hub and its devices: discovered on the first day, disconnected now and then.
pub fn devices(story: &mut Story, family: &Family, morning: Time, first: bool, dice: &mut Dice) {
    let hub = family.hub.to_lowercase().replace(' ', "-");
    let by = |action: &str, id: &str, name: &str| Draft {
        actor: Some(Actor {
            kind: ActorType::Device,
            id: Some(hub.clone()),
            name: Some(family.hub.into()),
            ..Actor::default()
        }),
        entity: Some(entity("device", id, name)),
        ..draft("device", action)
    };
    let lamp = format!("{hub}-lamp");
    if first {
        let at = morning.plus_micros(9 * HOUR);
        story.event(at, by("discovered", &lamp, "Night lamp"));
        story.event(at.plus_micros(MINUTE), by("connected", &lamp, "Night lamp"));
    }
    if dice.chance(10) {
        let at = morning.plus_micros(dice.within(2 * HOUR, 20 * HOUR));
        let back = at.plus_micros(dice.within(MINUTE, 40 * MINUTE));
        story.event(at, by("disconnected", &hub, family.hub));
        story.event(back, by("connected", &hub, family.hub));
    }
    if dice.chance(4) {
        let mut draft = by("health_changed", &lamp, "Night lamp");
        draft.metadata.insert("health".into(), "battery low".into());
        story.event(morning.plus_micros(dice.within(7 * HOUR, 21 * HOUR)), draft);
    }
}

/// Adds the one time the tutor alerted a grown-up.
pub fn safety_flag(story: &mut Story, family: &Family, child: &Child, at: Time) {
    let mut flag = draft("tutor", "tutor_safety_flag");
    flag.severity = Some(Severity::Critical);
    flag.subject = Some(child.subject());
    flag.account = Some(family.account());
    flag.entity = Some(entity("conversation", "conversation-4711", "Homework help"));
    flag.metadata.insert("topic".into(), "being left out at school".into());
    story.event(at, flag);
}
