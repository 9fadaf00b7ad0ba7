use super::*;

const RULES: &str = r#"[[badge]]
id = "helper"
kind = "certificate"
metric = "points_earned"
threshold = 25
name = { en = "Helper", de = "Hilfe" }
text = "{child} earned {threshold} points: {badge}."

[[badge]]
id = "dishes"
kind = "badge"
metric = "task:dishes"
threshold = 2
name = "Dishes"
text = "Dishes."

[[badge]]
id = "weeks"
kind = "badge"
metric = "weeks_in_a_row"
threshold = 3
name = "Weeks"
text = "Weeks."
"#;

fn done(days: &[(&str, &str, i64)]) -> Vec<Done> {
    (1..)
        .zip(days)
        .map(|(seq, (day, task, points))| Done {
            seq,
            id: Uuid::from_u128(seq.into()),
            at: format!("{day}T12:00:00Z").parse().unwrap(),
            task: Some((*task).to_owned()),
            points: *points,
            undoes: None,
        })
        .collect()
}

fn look(days: &[(&str, &str, i64)]) -> Vec<(i64, Option<u128>)> {
    let rules = Rules::parse(RULES, "badges.toml").unwrap();
    let (calendar, done) = (Calendar::of("UTC").unwrap(), done(days));
    let reached = |one: BadgeProgress| (one.value, one.reached.map(|(id, _)| id.as_u128()));
    let look = |parts: &[&[Done]]| {
        let mut progress = ChildProgress::new(&rules);
        parts.iter().for_each(|part| progress.extend(&rules, &calendar, part));
        assert_eq!(progress.last, done.last().map_or(0, |done| done.seq));
        progress.badge_progress.into_iter().map(reached).collect::<Vec<_>>()
    };
    let at_once = look(&[&done]);
    // The number of looks makes no difference.
    for at in 0..done.len() {
        let (before, after) = done.split_at(at);
        assert_eq!(look(&[before, after]), at_once);
    }
    at_once
}

#[test]
fn each_metric_is_reached_by_the_event_that_completes_it() {
    assert_eq!(look(&[]), [(0, None), (0, None), (0, None)]);
    // Monday to Sunday is one week; the third one in a row comes with the sixth event.
    let days = [
        ("2026-11-02", "dishes", 10),
        ("2026-11-08", "bins", 10),
        ("2026-11-09", "bins", 10),
        ("2026-11-25", "dishes", 0),
        ("2026-11-26", "dishes", 10),
        ("2026-11-16", "bins", 1),
    ];
    assert_eq!(look(&days[..5]), [(40, Some(3)), (3, Some(4)), (2, None)]);
    // Out of order, as an import may be: it joins the weeks before and after it.
    assert_eq!(look(&days), [(41, Some(3)), (3, Some(4)), (4, Some(6))]);
}

#[test]
fn weeks_continue_over_the_new_year() {
    let days = [
        ("2026-12-21", "a", 1),
        ("2026-12-31", "a", 1),
        ("2027-01-01", "a", 1),
        ("2027-01-10", "a", 1),
    ];
    assert_eq!(look(&days)[2], (3, Some(4)));
}

#[test]
fn a_wrong_rule_is_named_by_line_and_key() {
    let with = |from: &str, to: &str| {
        assert!(RULES.contains(from), "{from}");
        let rules = Rules::parse(&RULES.replacen(from, to, 1), "badges.toml");
        rules.unwrap_err().to_string()
    };
    for (from, to, expected) in [
        ("id = \"helper\"", "id = \"Helper\"", "badges.toml:2: `id` must"),
        ("id = \"dishes\"", "id = \"helper\"", "badges.toml:10: `id` `helper` occurs twice"),
        ("\"certificate\"", "\"medal\"", "badges.toml:3: `kind` must be badge or certificate"),
        ("\"points_earned\"", "\"points\"", "badges.toml:4: `metric` must be points_earned"),
        ("task:dishes", "task:", "badges.toml:12: `metric`"),
        ("threshold = 25", "threshold = 0", "badges.toml:5: `threshold` must be"),
        ("threshold = 25", "threshold = \"25\"", "badges.toml:5: `threshold` must be"),
        ("de = \"Hilfe\"", "fr = \"Aide\"", "badges.toml:6: `name` has the language `fr`"),
        ("{threshold}", "{colour}", "badges.toml:7: `text` may contain {child}, {badge}"),
        ("en = \"Helper\"", "en = \"{child}\"", "badges.toml:6: `name` may contain nothing"),
        ("text = \"Dishes.\"", "text = \"\"", "badges.toml:15: `text` must be"),
        ("text = \"Dishes.\"", "colour = \"red\"", "unknown field `colour`"),
        ("text = \"Dishes.\"", "", "missing field `text`"),
        ("[[badge]]", "[[badge]", "badges.toml:1: "),
        ("[[badge]]", "[[medal]]", "unknown field `medal`"),
    ] {
        let error = with(from, to);
        assert!(error.contains(expected), "{error}");
        assert!(error.starts_with("badges.toml:"), "{error}");
    }
    let example = include_str!("../../../../../examples/badges.toml");
    assert!(Rules::parse(example, "example").unwrap().iter().count() >= 4);
}

#[test]
fn texts_are_in_the_language_asked_for_or_the_nearest() {
    let rules = Rules::parse(RULES, "badges.toml").unwrap();
    let name = |id: &str, language| rules.get(id).unwrap().name.get(language).to_owned();
    assert_eq!(name("helper", Language::De), "Hilfe");
    assert_eq!(name("helper", Language::En), "Helper");
    assert_eq!(name("dishes", Language::De), "Dishes");
}

#[test]
fn the_stamp_changes_with_what_is_awarded_and_not_with_its_words() {
    let stamp = |text: &str| Rules::parse(text, "").unwrap().stamp();
    assert_eq!(stamp(RULES), stamp(&RULES.replace("Helper", "Great helper")));
    assert_ne!(stamp(RULES), stamp(&RULES.replace("25", "26")));
    assert_ne!(stamp(RULES), stamp(""));
}

#[test]
fn what_is_taken_back_does_not_count() {
    let rules = Rules::parse(RULES, "badges.toml").unwrap();
    let calendar = Calendar::of("UTC").unwrap();
    let mut events = done(&[
        ("2026-01-05", "dishes", 60),
        ("2026-01-12", "dishes", 60),
        ("2026-01-12", "dishes", -60),
        ("2026-01-13", "dishes", 5),
    ]);
    events[2].undoes = Some(events[1].id);
    let mut progress = ChildProgress::new(&rules);
    progress.extend(&rules, &calendar, &events);
    let mut model = ChildProgress::new(&rules);
    let kept = [events[0].clone(), events[3].clone()];
    model.extend(&rules, &calendar, &kept);
    assert_eq!(progress.badge_progress, model.badge_progress);
    assert_eq!((progress.last, model.last), (4, 4));
}
