//! Keys that give a secret away: `password`, `API-Key`, `clientSecret`, but not `token_count`.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;

/// The words that make a key secret.
pub(super) const DEFAULT: [&str; 17] = [
    "password",
    "passwd",
    "secret",
    "token",
    "authorization",
    "cookie",
    "api_key",
    "access_key",
    "private_key",
    "credit_card",
    "cvv",
    "ssn",
    "pwd",
    "pin",
    "otp",
    "passphrase",
    "credential",
];

/// Names of query parameters that carry secrets. As keys of metadata they are harmless words.
const PARAMETERS: [&str; 7] = ["key", "sig", "signature", "auth", "jwt", "ticket", "hmac"];

/// Words that, after a secret word, describe the secret: `token_count`, `password_changed_at`.
const ABOUT: [&str; 37] = [
    "age",
    "attempt",
    "banner",
    "board",
    "budget",
    "changed",
    "consent",
    "count",
    "counter",
    "created",
    "enabled",
    "expiration",
    "expired",
    "expire",
    "expiry",
    "kind",
    "left",
    "length",
    "len",
    "lifetime",
    "limit",
    "policy",
    "remaining",
    "required",
    "size",
    "state",
    "status",
    "strength",
    "total",
    "ttl",
    "type",
    "updated",
    "usage",
    "used",
    "valid",
    "verified",
    "visible",
];

/// Words that, before a secret word, ask whether there is one: `has_password`.
const WHETHER: [&str; 7] = ["has", "have", "is", "no", "need", "require", "without"];

/// Words that, before a secret word in the plural, count: `max_tokens`, `number_of_tokens`.
/// Language models make such keys common.
const COUNTING: [&str; 14] = [
    "max",
    "min",
    "num",
    "number",
    "of",
    "count",
    "total",
    "prompt",
    "completion",
    "input",
    "output",
    "cached",
    "reasoning",
    "used",
];

/// Length from which a secret word is found at the end of a word without gaps (`accesstoken`).
const ENDING: usize = 5;
/// Length from which a secret word is found at the beginning too (`passwordhash`). Shorter ones
/// begin harmless words (`secretary`, `tokenizer`).
const BEGINNING: usize = 8;

/// The keys whose values are secret.
pub(super) struct Keys {
    /// Secret words, without gaps and in the singular.
    terms: BTreeSet<String>,
    /// A search for any of them inside a text; absent if the list is too large for one.
    inside: Option<AhoCorasick>,
    /// The largest number of words that one of them consists of.
    longest: usize,
}

impl Default for Keys {
    fn default() -> Keys {
        Keys::new(DEFAULT)
    }
}

impl Keys {
    pub(super) fn new<'k>(keys: impl IntoIterator<Item = &'k str>) -> Keys {
        let mut terms = BTreeSet::new();
        let mut longest = 2;
        for key in keys {
            let words = words(key);
            longest = longest.max(words.len());
            let term: String = words.iter().map(|word| singular(word)).collect();
            if !term.is_empty() {
                terms.insert(term);
            }
        }
        let inside = AhoCorasick::new(&terms).ok();
        Keys { terms, inside, longest }
    }

    /// Returns `true` if the value under this key is secret.
    pub(super) fn is_secret(&self, key: &str) -> bool {
        // Most keys hold no secret word at all, and need not be split.
        if self.inside.as_ref().is_some_and(|inside| !contains_term(inside, key)) {
            return false;
        }
        let words = words(key);
        (0..words.len()).any(|start| {
            let most = words.len().min(start + self.longest);
            (start + 1..=most)
                .any(|end| self.is_term(&words[start..end]) && !is_described(&words, start, end))
        })
    }

    /// Returns `true` if the value of this query parameter is secret.
    pub(super) fn is_secret_parameter(&self, name: &str) -> bool {
        PARAMETERS.contains(&name.to_ascii_lowercase().as_str()) || self.is_secret(name)
    }

    /// Returns `true` if these words together are a secret one. `apiKey`, `api_key` and `apikey`
    /// are the same.
    fn is_term(&self, words: &[String]) -> bool {
        let joined: String = words.iter().map(|word| singular(word)).collect();
        if self.terms.contains(&joined) {
            return true;
        }
        let [word] = words else { return false };
        let word = singular(word);
        self.terms.iter().any(|term| {
            (term.len() >= ENDING && word.ends_with(term.as_str()))
                || (term.len() >= BEGINNING && word.starts_with(term.as_str()))
        })
    }
}

/// Returns `true` if any of the words occurs in a key, with or without gaps.
fn contains_term(inside: &AhoCorasick, key: &str) -> bool {
    // Most keys are short ASCII and need no allocation.
    let mut flat = [0_u8; 64];
    if !key.is_ascii() || key.len() > flat.len() {
        return inside.is_match(&self::flat(key));
    }
    let letters = key.bytes().filter(u8::is_ascii_alphanumeric);
    let mut length = 0;
    for (place, letter) in flat.iter_mut().zip(letters) {
        *place = letter.to_ascii_lowercase();
        length += 1;
    }
    inside.is_match(&flat[..length])
}

/// Returns a key's letters and digits in lower case, without gaps.
fn flat(key: &str) -> String {
    let mut flat = String::with_capacity(key.len());
    for letter in key.chars().filter(|letter| letter.is_alphanumeric()) {
        match letter.is_ascii() {
            true => flat.push(letter.to_ascii_lowercase()),
            false => flat.extend(letter.to_lowercase()),
        }
    }
    flat
}

/// Returns `true` if the words around a secret one count or describe it.
fn is_described(words: &[String], start: usize, end: usize) -> bool {
    let behind = words.get(end).map(|word| singular(word));
    if behind.is_some_and(|word| ABOUT.contains(&word)) {
        return true;
    }
    let Some(before) = start.checked_sub(1).and_then(|at| words.get(at)) else {
        return false;
    };
    let plural = words[end - 1].ends_with('s');
    WHETHER.contains(&singular(before)) || (plural && COUNTING.contains(&before.as_str()))
}

/// Returns the words of a key in any case style, in lower case: `X-APIKey2` is x, api, key, 2.
fn words(key: &str) -> Vec<String> {
    let letters: Vec<char> = key.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    for (at, &letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            open = false;
            continue;
        }
        let begins = at.checked_sub(1).is_none_or(|before| {
            let before = letters[before];
            let next_is_small = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
            let hump = letter.is_uppercase()
                && (before.is_lowercase() || (before.is_uppercase() && next_is_small));
            hump || letter.is_numeric() != before.is_numeric()
        });
        if begins || !open {
            words.push(String::new());
            open = true;
        }
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
    }
    words
}

/// Returns the word without its plural's s.
fn singular(word: &str) -> &str {
    match word.strip_suffix('s') {
        Some(stem) if stem.len() >= 3 && !stem.ends_with('s') => stem,
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_in_any_case_style() {
        let keys = Keys::default();
        let words = "password PASSWORD passWord userPassword user_password user-password password2 \
             passwordHash passwordhash userpassword passwords db.passwd x-api-key X-API-Key \
             apiKey APIKey apikey API_KEYS xApiKey accessToken access_token accesstoken \
             ACCESS_TOKEN csrfToken token tokens token_id Authorization proxy-authorization \
             Set-Cookie cookies sessionCookie clientSecret client_secret secrets privateKey \
             private_key_pem awsAccessKeyId creditCard credit_card_number cvv CVV2 ssn ssn_number \
             pwd pin pinCode pin_code otp otpCode passphrase credential awsCredentials \
             user[password] token_type_secret reset_password_token input_token";
        for key in words.split(' ') {
            assert!(keys.is_secret(key), "{key}");
        }
    }

    #[test]
    fn harmless_words() {
        let keys = Keys::default();
        let words = "token_count tokenCount tokens_used max_tokens maxTokens prompt_tokens \
             completion_tokens total_tokens number_of_tokens password_changed_at passwordStrength \
             has_password cookie_consent pin_board pinboard pinned spin opinion shopping \
             secretary tokenizer key keyboard monkey author authorId title quest_id passed \
             compass card lesson session session_id otpauth";
        for key in words.split(' ') {
            assert!(!keys.is_secret(key), "{key}");
        }
    }

    #[test]
    fn the_list_is_the_deployments() {
        let keys = Keys::new(["date_of_birth", "diagnosis"]);
        assert!(keys.is_secret("dateOfBirth"));
        assert!(keys.is_secret("child-diagnosis"));
        assert!(!keys.is_secret("password"));
        assert!(!Keys::new(["", "_"]).is_secret(""));
        assert!(Keys::default().is_secret("password hint"));
    }
}
