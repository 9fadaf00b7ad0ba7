//! `[risk]`: the rules of a learner's risk of dropping out.
//!
//! Five factors, each with a weight and steps. The first step that is passed decides how much the
//! factor adds. All amounts are whole hundredths, so that sums are exact.

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// The score and its factors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Risk {
    /// `true` if learners are scored.
    pub enabled: bool,
    /// The score from which a learner counts as at risk, unless a request names another.
    pub threshold: Hundredths,
    /// Days since the last activity; a step is passed above its limit.
    pub days_since_last_activity: RiskFactor,
    /// Sign-ins a week; a step of this and the following factors is passed below its limit.
    pub login_frequency: RiskFactor,
    /// Completed quests in per cent.
    pub quest_completion_rate: RiskFactor,
    /// Average session duration in minutes.
    pub session_duration_avg: RiskFactor,
    /// Days in a row with activity.
    pub streak_days: RiskFactor,
}

/// A factor of the score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskFactor {
    /// The most it adds.
    pub weight: Hundredths,
    /// The steps, the worst first.
    pub steps: Vec<RiskStep>,
}

/// A step: the amount a factor adds beyond a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskStep {
    /// The limit; a value equal to it has not passed it.
    pub limit: Hundredths,
    /// The amount added to the score.
    pub adds: Hundredths,
}

/// A number of whole hundredths, written with at most two decimals.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "f64", into = "f64")]
pub struct Hundredths(pub u32);

impl TryFrom<f64> for Hundredths {
    type Error = &'static str;

    fn try_from(number: f64) -> Result<Hundredths, &'static str> {
        let hundredths = (number * 100.0).round();
        if !(0.0..=1e9).contains(&hundredths) || (number * 100.0 - hundredths).abs() > 1e-6 {
            return Err("must be a number from 0 with at most two decimals");
        }
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and at most 1e9")]
        #[expect(clippy::cast_sign_loss, reason = "it is not below 0")]
        Ok(Hundredths(hundredths as u32))
    }
}

impl From<Hundredths> for f64 {
    fn from(number: Hundredths) -> f64 {
        f64::from(number.0) / 100.0
    }
}

impl std::fmt::Display for Hundredths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", f64::from(*self))
    }
}

impl Default for Risk {
    fn default() -> Risk {
        let factor = |weight, steps: &[(u32, u32)]| RiskFactor {
            weight: Hundredths(weight),
            steps: steps
                .iter()
                .map(|(limit, adds)| RiskStep {
                    limit: Hundredths(*limit),
                    adds: Hundredths(*adds),
                })
                .collect(),
        };
        Risk {
            enabled: true,
            threshold: Hundredths(70),
            days_since_last_activity: factor(40, &[(1400, 40), (700, 30), (300, 15)]),
            login_frequency: factor(25, &[(50, 25), (100, 15), (200, 5)]),
            quest_completion_rate: factor(20, &[(2500, 20), (5000, 10), (7500, 5)]),
            session_duration_avg: factor(10, &[(500, 10), (1000, 5)]),
            streak_days: factor(5, &[(100, 5)]),
        }
    }
}

impl Risk {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let wrong = |key, problem| Err(ConfigError::Value { key, problem });
        if self.threshold > Hundredths(100) {
            return wrong("risk.threshold", "must be 0 to 1".to_owned());
        }
        let factors = [
            ("risk.days_since_last_activity", &self.days_since_last_activity, true),
            ("risk.login_frequency", &self.login_frequency, false),
            ("risk.quest_completion_rate", &self.quest_completion_rate, false),
            ("risk.session_duration_avg", &self.session_duration_avg, false),
            ("risk.streak_days", &self.streak_days, false),
        ];
        for (key, factor, above) in factors {
            if let Err(problem) = factor.check(above) {
                return wrong(key, problem);
            }
        }
        let sum = Hundredths(factors.iter().map(|(_, factor, _)| factor.weight.0).sum());
        if sum != Hundredths(100) {
            return wrong("risk", format!("needs weights that sum up to 1; these make {sum}"));
        }
        Ok(())
    }
}

impl RiskFactor {
    /// Checks a factor. `above` is `true` if steps are passed upwards.
    fn check(&self, above: bool) -> Result<(), String> {
        let weight = self.weight;
        if weight > Hundredths(100) {
            return Err("needs a weight from 0 to 1".to_owned());
        }
        let most = self.steps.first().map_or(Hundredths(0), |step| step.adds);
        if most != weight {
            return Err(format!("needs a first step that adds its weight, {weight}"));
        }
        let ordered = self.steps.windows(2).all(|pair| {
            let [worse, better] = [pair[0], pair[1]];
            let limits =
                if above { worse.limit > better.limit } else { worse.limit < better.limit };
            limits && worse.adds > better.adds
        });
        if !ordered {
            return Err("needs its steps in order, the worst first".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::config::Config;

    fn load(risk: &Value) -> Result<Risk, String> {
        let config = Config::load(None, json!({ "risk": risk }));
        config.map(|config| config.risk).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_wrong_is_named() {
        let step = |limit: f64, adds: f64| json!({ "limit": limit, "adds": adds });
        for (risk, named) in [
            (json!({"threshold": 1.01}), "risk.threshold"),
            (json!({"threshold": 0.705}), "risk.threshold"),
            (json!({"threshold": -0.1}), "risk.threshold"),
            (json!({"enabled": "perhaps"}), "risk.enabled"),
            (json!({"streaks": {}}), "streaks"),
            (json!({"streak_days": {"weight": 0.1}}), "`risk.streak_days` needs a first step"),
            (
                json!({"streak_days": {"weight": 0.06, "steps": [step(1.0, 0.06)]}}),
                "`risk` needs weights that sum up to 1; these make 1.01",
            ),
            (
                json!({"session_duration_avg": {"steps": [step(10.0, 0.1), step(5.0, 0.05)]}}),
                "`risk.session_duration_avg` needs its steps in order",
            ),
            (
                json!({"login_frequency": {"steps": [step(0.5, 0.25), step(1.0, 0.25)]}}),
                "`risk.login_frequency` needs its steps in order",
            ),
            (
                json!({"days_since_last_activity": {"steps": [step(3.0, 0.4), step(7.0, 0.3)]}}),
                "`risk.days_since_last_activity` needs its steps in order",
            ),
            (
                json!({"quest_completion_rate": {"weight": 1.2, "steps": [step(1.0, 1.2)]}}),
                "`risk.quest_completion_rate` needs a weight",
            ),
        ] {
            let error = load(&risk).unwrap_err();
            assert!(error.contains(named), "{risk}: {error}");
        }
    }

    #[test]
    fn other_weights_and_steps_are_used_and_printed_as_written() {
        let change = json!({
            "threshold": 0.5,
            "streak_days": {"weight": 0, "steps": []},
            "session_duration_avg": {"weight": 0.15, "steps": [{"limit": 2.5, "adds": 0.15}]},
        });
        let risk = load(&change).unwrap();
        assert_eq!(risk.session_duration_avg.steps[0].limit, Hundredths(250));
        let printed = toml::to_string_pretty(&Config { risk: risk.clone(), ..Config::default() });
        assert!(printed.unwrap().contains("limit = 2.5\n"));
        assert_eq!(load(&serde_json::to_value(&risk).unwrap()), Ok(risk));
    }
}
