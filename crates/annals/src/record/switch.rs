//! The step that drops events while recording is switched off, fully or by category.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Dropped, Refusal, Source, Work};

/// The categories that are recorded. A category that is not named is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordingSwitch {
    /// `true` if anything is recorded at all.
    pub enabled: bool,
    /// Categories that were switched one by one.
    pub categories: BTreeMap<String, bool>,
}

impl Default for RecordingSwitch {
    fn default() -> RecordingSwitch {
        RecordingSwitch { enabled: true, categories: BTreeMap::new() }
    }
}

impl RecordingSwitch {
    /// The name of this setting in the store.
    pub const SETTING: &str = "recording";

    /// Returns `true` if a category is on by itself, whatever the main switch says.
    pub fn category(&self, name: &str) -> bool {
        *self.categories.get(name).unwrap_or(&true)
    }

    /// Returns the switch after a change. Only what is off is kept, so that equal states compare
    /// equal. Categories that the change does not name stay as they are.
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
/// Two kinds of event are always recorded: the ledger, because a balance needs its events; and
/// Annals' own administration, because otherwise whoever may turn recording off could act unseen
/// from then on.
pub(super) fn run(work: &mut Work<'_>) -> Result<(), Refusal> {
    let annals = work.sender.source == Source::Annals;
    if annals || work.intake.records(work.category(), &work.draft.action) {
        Ok(())
    } else {
        Err(Refusal::Dropped { reason: Dropped::RecordingOff })
    }
}

impl super::Intake {
    /// Returns `true` if such an event is recorded now, when somebody else sends it.
    pub fn records(&self, category: &str, action: &str) -> bool {
        let switch = self.recording();
        let on = switch.enabled && switch.category(category);
        // An action that no catalog names is never of the ledger.
        let class = self.catalog.class(category, action);
        on || class.is_some_and(|class| !class.may_be_switched_off())
    }
}
