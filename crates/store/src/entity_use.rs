//! The use of entities, as the rollups count it: views, starts, completions and abandonments.

use annals_event::Time;

/// The counts of an entity's uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// Number of views.
    pub views: u64,
    /// Number of starts.
    pub starts: u64,
    /// Number of completions.
    pub completions: u64,
    /// Number of abandonments.
    pub abandonments: u64,
}

impl Uses {
    /// `true` if anybody did more than view.
    pub const fn is_learning(&self) -> bool {
        self.starts + self.completions + self.abandonments > 0
    }
}

/// A change to an entity by some events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntityChange {
    /// Its latest name, by the time of the events, and that time.
    pub name: Option<(Time, String)>,
    /// `true` if anybody did more than view.
    pub is_learning: bool,
}

impl EntityChange {
    /// Takes a name used at a time. Of two at the same time, the one that sorts last wins, so that
    /// the order in which they come does not decide.
    pub fn called(&mut self, name: &str, at: Time) {
        if self.name.as_ref().is_none_or(|(known, other)| (*known, other.as_str()) < (at, name)) {
            self.name = Some((at, name.to_owned()));
        }
    }
}

/// An entity and its uses in a span of days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityUse {
    /// Its type.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its latest name.
    pub name: Option<String>,
    /// Its uses.
    pub uses: Uses,
}
