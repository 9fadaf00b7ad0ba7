//! Things that people use, as the roll-ups count them: looked at, begun, finished, given up.

use annals_event::Time;

/// How often what was done with a thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// It was looked at.
    pub views: u64,
    /// It was begun.
    pub starts: u64,
    /// It was finished.
    pub completions: u64,
    /// It was given up.
    pub abandonments: u64,
}

impl Uses {
    /// Whether anybody did more than look.
    pub const fn is_learning(&self) -> bool {
        self.starts + self.completions + self.abandonments > 0
    }
}

/// What some events tell of a thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntityChange {
    /// What it was called last, by the time the events happened, and when that was.
    pub name: Option<(Time, String)>,
    /// Whether anybody did more than look.
    pub is_learning: bool,
}

impl EntityChange {
    /// Takes in what it was called at a time; of two at one time the later told counts.
    pub fn called(&mut self, name: &str, at: Time) {
        if self.name.as_ref().is_none_or(|(known, _)| *known <= at) {
            self.name = Some((at, name.to_owned()));
        }
    }
}

/// A thing, and what was done with it in a span of days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityUse {
    /// Its type.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// What it was called last.
    pub name: Option<String>,
    /// What was done with it.
    pub uses: Uses,
}
