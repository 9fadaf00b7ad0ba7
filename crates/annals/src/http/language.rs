//! The language of texts for people: `?lang=`, or the one that their browser asks for.

use axum::http::{HeaderMap, header};

use super::error::{Problem, Result};
use super::parameters::Parameters;
use crate::follow::Language;

impl Parameters {
    /// Takes `lang`; without it the header `Accept-Language` decides, and otherwise it is English.
    pub fn language(&mut self, headers: &HeaderMap) -> Result<Language> {
        let asked = self.take("lang")?.map(|tag| {
            let language = Language::from_tag(&tag);
            language.ok_or_else(|| Problem::parameter("lang", "must be `en` or `de`"))
        });
        Ok(asked.transpose()?.or_else(|| accepted(headers)).unwrap_or_default())
    }
}

/// Returns the supported language with the highest weight.
fn accepted(headers: &HeaderMap) -> Option<Language> {
    let header = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut best: Option<(f32, Language)> = None;
    for part in header.split(',') {
        let (tag, weight) = part.split_once(";q=").unwrap_or((part, "1"));
        let primary = tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
        let weight: f32 = weight.trim().parse().unwrap_or(0.0);
        // The first of several languages with the same weight wins.
        if let Some(language) = Language::from_tag(&primary)
            && weight > best.map_or(0.0, |(weight, _)| weight)
        {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_liked_best_is_taken() {
        for (header, language) in [
            ("de", Some(Language::De)),
            ("de-AT,de;q=0.9,en;q=0.8", Some(Language::De)),
            ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", Some(Language::En)),
            ("en;q=0.1, de;q=0.2", Some(Language::De)),
            ("en, de", Some(Language::En)),
            ("de;q=0, fr", None),
            ("de;q=x", None),
        ] {
            let headers =
                HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, header.parse().unwrap())]);
            assert_eq!(accepted(&headers), language, "{header}");
        }
    }
}
