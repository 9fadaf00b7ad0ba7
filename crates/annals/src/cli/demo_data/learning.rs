//! A child's sessions: quests, badges, the tutor, and errors in between.

use annals_event::{Draft, Entity, Page, Time};
use serde_json::Value;

use super::dice::Dice;
use super::faults;
use super::people::{Child, Family};
use super::story::{DAY, MINUTE, SECOND, Story};
use crate::cli::import::when::day_of;

struct Quest {
    id: &'static str,
    title: &'static str,
    pillar: &'static str,
    xp: i64,
    steps: i64,
}

const fn quest(
    id: &'static str,
    title: &'static str,
    pillar: &'static str,
    xp: i64,
    steps: i64,
) -> Quest {
    Quest { id, title, pillar, xp, steps }
}

const QUESTS: &[Quest] = &[
    quest("volcanoes", "Volcanoes", "science", 120, 4),
    quest("fractions", "Fractions with pizza", "maths", 90, 3),
    quest("river", "The life of a river", "science", 110, 4),
    quest("comic", "Draw your own comic", "art", 100, 3),
    quest("codes", "Secret codes", "maths", 130, 5),
    quest("song", "Write a song", "art", 80, 3),
    quest("romans", "A day with the Romans", "history", 100, 4),
    quest("bread", "Bake bread", "life skills", 70, 2),
    quest("stars", "Find five stars", "science", 90, 3),
    quest("interview", "Interview your grandparents", "history", 120, 3),
];

/// A child's progress.
#[derive(Default)]
pub struct Learner {
    quest: usize,
    steps: i64,
    started: bool,
    finished: i64,
    sessions: u64,
}

/// Adds one session, which begins at `at`.
pub fn session(
    story: &mut Story,
    family: &Family,
    child: &Child,
    learner: &mut Learner,
    at: Time,
    dice: &mut Dice,
) {
    let Some(quest) = QUESTS.get(learner.quest % QUESTS.len()) else {
        return;
    };
    learner.sessions += 1;
    let mut session = Session {
        story,
        family,
        child,
        at,
        session_id: format!("{}-{}", child.id, day_of(at)) + &format!("-{}", learner.sessions),
    };
    let path = format!("/quests/{}", quest.id);

    if dice.chance(70) {
        session.add(session.does("auth", "login_success"), dice);
    }
    session.page("/", "Home", dice);
    if dice.chance(25) {
        session.add(session.does("navigation", "dashboard_viewed"), dice);
    }
    session.leave("/", "Home", 60_000, dice);
    session.page(&path, quest.title, dice);
    session.add(session.quest("quest_viewed", quest), dice);
    if !learner.started {
        learner.started = true;
        let mut draft = session.quest("quest_started", quest);
        // A quest is due after two weeks; some children miss that.
        let due = session.at.plus_micros(14 * DAY).to_string();
        draft.metadata.insert("due".into(), due.into());
        session.add(draft, dice);
    } else if dice.chance(30) {
        session.add(session.quest("quest_progress_checked", quest), dice);
    }
    if dice.chance(20) {
        session.add(session.does("tutor", "tutor_opened"), dice);
        session.add(session.does("tutor", "tutor_message_sent"), dice);
    }
    for _ in 0..dice.within(1, 3) {
        if learner.steps < quest.steps {
            learner.steps += 1;
            let mut draft = session.quest("task_completed", quest);
            let step = learner.steps;
            draft.entity = Some(entity(
                "task",
                &format!("{}-{step}", quest.id),
                &format!("{}, step {step}", quest.title),
            ));
            session.add(draft, dice);
        }
    }
    if dice.chance(16) {
        session.fault(&path, dice);
    }
    if dice.chance(15) {
        session.add(session.quest("evidence_uploaded", quest), dice);
    }
    if learner.steps >= quest.steps {
        let mut draft = session.quest("quest_completed", quest);
        draft.metadata.insert("xp".into(), quest.xp.into());
        draft.metadata.insert("pillar".into(), quest.pillar.into());
        session.add(draft, dice);
        learner.finished += 1;
        session.badge(learner.finished, quest, dice);
        (learner.quest, learner.steps, learner.started) = (learner.quest + 1, 0, false);
    } else if dice.chance(4) {
        session.add(session.quest("quest_abandoned", quest), dice);
        (learner.quest, learner.steps, learner.started) = (learner.quest + 1, 0, false);
    }
    if dice.chance(15) {
        session.add(session.does("navigation", "portfolio_viewed"), dice);
    }
    session.leave(&path, quest.title, 900_000, dice);
    if dice.chance(30) {
        session.add(session.does("auth", "logout"), dice);
    }
}

struct Session<'a> {
    story: &'a mut Story,
    family: &'a Family,
    child: &'a Child,
    at: Time,
    session_id: String,
}

impl Session<'_> {
    fn does(&self, category: &str, action: &str) -> Draft {
        self.family.child_does(self.child, category, action)
    }

    fn quest(&self, action: &str, quest: &Quest) -> Draft {
        let mut draft = self.does("quest", action);
        draft.entity = Some(entity("quest", quest.id, quest.title));
        draft
    }

    /// Adds an event and lets time pass.
    fn add(&mut self, mut draft: Draft, dice: &mut Dice) {
        draft.session_id = Some(self.session_id.clone());
        draft.client = Some(self.child.client());
        self.story.event(self.at, draft);
        self.at = self.at.plus_micros(dice.within(20 * SECOND, 4 * MINUTE));
    }

    fn page(&mut self, path: &str, title: &str, dice: &mut Dice) {
        let mut draft = self.does("navigation", "page_view");
        draft.page = Some(Page {
            load_ms: u64::try_from(dice.within(180, 1_900)).ok(),
            ..page(path, title)
        });
        self.add(draft, dice);
    }

    /// Leaves a page, after at most `longest` milliseconds.
    fn leave(&mut self, path: &str, title: &str, longest: i64, dice: &mut Dice) {
        let mut draft = self.does("navigation", "page_exit");
        draft.page = Some(Page {
            engaged_ms: u64::try_from(dice.within(longest / 20, longest)).ok(),
            ..page(path, title)
        });
        self.add(draft, dice);
    }

    fn badge(&mut self, finished: i64, quest: &Quest, dice: &mut Dice) {
        let id = format!("badge-{}", quest.pillar.replace(' ', "-"));
        let name = format!("Explorer of {}", quest.pillar);
        for (action, percent) in
            [("badge_earned", 100), ("badge_viewed", 90), ("badge_claimed", 65)]
        {
            if dice.chance(percent) {
                let mut draft = self.does("badge", action);
                draft.entity = Some(entity("badge", &id, &name));
                draft.metadata.insert("quests_finished".into(), Value::from(finished));
                self.add(draft, dice);
            }
        }
    }

    fn fault(&mut self, path: &str, dice: &mut Dice) {
        let (action, say) = faults::draw(dice);
        let mut draft = self.does("error", action);
        draft.page = Some(page(path, "Quest"));
        say(&mut draft);
        self.add(draft, dice);
    }
}

fn page(path: &str, title: &str) -> Page {
    Page { path: Some(path.into()), title: Some(title.into()), ..Page::default() }
}

/// Makes an entity with a name.
pub fn entity(kind: &str, id: &str, name: &str) -> Entity {
    Entity { kind: kind.into(), id: Some(id.into()), name: Some(name.into()) }
}
