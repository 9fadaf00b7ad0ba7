//! Is it wanted? Recording can be switched off, wholly or by category.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Dropped, Refusal, Source, Work};
use crate::catalog::Class;

/// Which categories are recorded. What is not named is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordingSwitch {
    /// Whether anything is recorded at all.
    pub enabled: bool,
    /// Categories switched by themselves.
    pub categories: BTreeMap<String, bool>,
}

impl Default for RecordingSwitch {
    fn default() -> RecordingSwitch {
        RecordingSwitch { enabled: true, categories: BTreeMap::new() }
    }
}

impl RecordingSwitch {
    /// What the store calls this setting.
    pub const SETTING: &str = "recording";

    /// Whether a category is on by itself, whatever the main switch says.
    pub fn category(&self, name: &str) -> bool {
        *self.categories.get(name).unwrap_or(&true)
    }

    /// The switch after a change. Only what is off is kept, so that equal states compare equal;
    /// a category that the change does not name stays as it is.
    #[must_use]
    pub fn changed(
        &self,
        enabled: Option<bool>,
        categories: &BTreeMap<String, bool>,
    ) -> RecordingSwitch {
        let mut next = self.clone();
        next.enabled = enabled.unwrap_or(self.enabled);
        next.categories.extend(categories.clone());
        next.categories.retain(|_, on| !*on);
        next
    }
}

/// Drops events of categories that are switched off.
///
/// Two things cannot be: the ledger, because a balance without its event cannot exist; and what
/// Annals records of its own administration, because otherwise whoever may turn recording off
/// could act unseen from then on.
pub(super) fn run(work: &mut Work<'_>) -> Result<(), Refusal> {
    let annals = work.sender.source == Source::Annals;
    if annals || work.intake.records(work.category(), &work.draft.action) {
        Ok(())
    } else {
        Err(Refusal::Dropped { reason: Dropped::RecordingOff })
    }
}

impl super::Intake {
    /// Whether such an event of somebody else's is recorded at present.
    pub fn records(&self, category: &str, action: &str) -> bool {
        let switch = self.recording();
        let on = switch.enabled && switch.category(category);
        on || self.catalog.class(category, action) == Class::Ledger
    }
}
