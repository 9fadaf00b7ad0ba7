//! `ANNALS_…` variables: which are settings, and which are none.
//!
//! Platforms inject variables of their own beside a service that is named `annals`, such as
//! `ANNALS_PORT=tcp://10.0.0.7:8787`. So an unknown variable is no error, and a warning in the log names it.

use std::collections::BTreeSet;

use figment::providers::Env;
use serde_json::Value;

use super::Config;

const PREFIX: &str = "ANNALS_";
/// Settings that are absent unless somebody sets them.
const OPTIONAL: [&str; 11] = [
    "catalog",
    "database",
    "jwt__algorithm",
    "jwt__audience",
    "jwt__issuer",
    "jwt__jwks_file",
    "jwt__public_key_file",
    "jwt__sign_in_url",
    "jwt__skew_seconds",
    "points__rules",
    "public_url",
];
/// Variables that are read separately: the first two are no settings, and secrets stay texts.
const SEPARATE: [&str; 3] = ["config", "admin_key", "jwt__secret"];
/// Variables of the programs that call Annals: where it is, and their key.
const OF_CLIENTS: [&str; 2] = ["key", "url"];
/// Similarity, from 0 to 1, from which a name is taken for another one with a typing error.
const SIMILAR: f64 = 0.85;

/// An `ANNALS_…` variable that is no setting.
#[derive(Debug, PartialEq, Eq)]
pub struct UnknownVariable {
    /// Its name.
    pub name: String,
    /// The setting that was probably meant.
    pub meant: Option<String>,
}

/// The variables that are settings, as a source of the configuration.
pub(super) fn source() -> Env {
    let settings = settings();
    // Two underscores separate sections: ANNALS_CLIENT_IP__V4_BITS.
    Env::prefixed(PREFIX)
        .filter(move |name| settings.contains(&name.as_str().to_ascii_lowercase()))
        .split("__")
}

/// Returns the variables of this process that are no settings.
pub fn unknown_variables() -> Vec<UnknownVariable> {
    // Without values: they may hold secrets.
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    unknown(names)
}

fn unknown(names: impl Iterator<Item = String>) -> Vec<UnknownVariable> {
    let mut known = settings();
    known.extend(SEPARATE.map(str::to_owned));
    let mut unknown: Vec<UnknownVariable> = names
        .filter_map(|name| {
            let setting = name.get(PREFIX.len()..)?.to_ascii_lowercase();
            let ours = name[..PREFIX.len()].eq_ignore_ascii_case(PREFIX);
            if !ours || known.contains(&setting) || OF_CLIENTS.contains(&&*setting) {
                return None;
            }
            let meant = closest(&setting, &known);
            Some(UnknownVariable { name, meant })
        })
        .collect();
    unknown.sort_by(|one, other| one.name.cmp(&other.name));
    unknown
}

fn closest(name: &str, known: &BTreeSet<String>) -> Option<String> {
    let similar = |other: &str| strsim::jaro_winkler(name, other);
    let best = known.iter().max_by(|one, other| similar(one).total_cmp(&similar(other)))?;
    (similar(best) >= SIMILAR).then(|| format!("{PREFIX}{}", best.to_ascii_uppercase()))
}

impl std::fmt::Display for UnknownVariable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)?;
        self.meant.as_ref().map_or(Ok(()), |meant| write!(f, " (did you mean {meant}?)"))
    }
}

/// The settings as variables name them after the prefix; a section may be given as one value too.
fn settings() -> BTreeSet<String> {
    let mut names: BTreeSet<String> = OPTIONAL.map(str::to_owned).into();
    names.insert("jwt".to_owned());
    let defaults = serde_json::to_value(Config::default()).unwrap_or_default();
    collect("", &defaults, &mut names);
    names
}

fn collect(section: &str, value: &Value, names: &mut BTreeSet<String>) {
    for (key, value) in value.as_object().into_iter().flatten() {
        let name = format!("{section}{key}");
        collect(&format!("{name}__"), value, names);
        names.insert(name);
    }
}

#[cfg(test)]
mod tests {
    use figment::Figment;
    use figment::error::Kind;
    use figment::providers::Serialized;

    use super::*;

    /// The fields that the configuration takes in a section, by its own refusal of another one.
    fn fields_of(section: &str) -> Vec<String> {
        let key = if section.is_empty() { "x".to_owned() } else { format!("{section}.x") };
        let figment = Figment::from(Serialized::defaults(Config::default()));
        let refused = figment.merge((key, 1)).extract::<Config>().unwrap_err();
        let Kind::UnknownField(_, fields) = refused.kind else { panic!("{section}: {refused}") };
        fields.iter().map(|field| field.to_string()).collect()
    }

    #[test]
    fn every_setting_has_a_variable() {
        let mut known = settings();
        known.extend(SEPARATE.map(str::to_owned));
        let top = fields_of("");
        for field in &top {
            assert!(known.contains(field), "{field}");
        }
        let sections = known
            .iter()
            .filter(|name| known.iter().any(|other| other.starts_with(&format!("{name}__"))));
        for section in sections {
            for field in fields_of(&section.replace("__", ".")) {
                assert!(known.contains(&format!("{section}__{field}")), "{section}: {field}");
            }
        }
        assert!(known.contains("risk__streak_days__steps"));
    }

    #[test]
    fn what_platforms_and_clients_set_is_no_setting() {
        let names = [
            "ANNALS_KEY",
            "ANNALS_URL",
            "ANNALS_LISTEN",
            "annals_log",
            "ANNALS_ADMIN_KEY",
            "ANNALS_JWT__SECRET",
            "ANNALS_CONFIG",
            "ANNALS_CLIENT_IP__V4_BITS",
            "ANNALS_PORT",
            "ANNALS_SERVICE_HOST",
            "ANNALS_LISTNE",
            "ANNALS_DATADIR",
            "ANNALS_LOG__X",
            "HOME",
            "ANNÄLS",
            "",
        ];
        let found = unknown(names.into_iter().map(str::to_owned));
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        let wanted = [
            "ANNALS_DATADIR (did you mean ANNALS_DATA_DIR?)",
            "ANNALS_LISTNE (did you mean ANNALS_LISTEN?)",
            "ANNALS_LOG__X (did you mean ANNALS_LOG?)",
            "ANNALS_PORT",
            "ANNALS_SERVICE_HOST",
        ];
        assert_eq!(found, wanted);
    }
}
