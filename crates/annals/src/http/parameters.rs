//! Query parameters: an endpoint's own ones and, for some, the filter. Unknown ones are refused.

use annals_event::FieldError;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde_json::Value;

use super::Http;
use super::error::{Problem, Result};
use crate::filter::Filter;
use crate::query::list::{DEFAULT_LIMIT, MAX_LIMIT, SortKey};
use crate::store::Order;

/// Maximum size of a filter that is recorded, in bytes: an event has room for twice that.
const RECORD_BYTES: usize = 8 * 1024;
const RECORD_PAIRS: usize = 16;

/// Decoded query parameters.
pub struct Parameters {
    pairs: Vec<(String, String)>,
}

impl Parameters {
    /// Decodes a query string.
    pub fn read(query: Option<&str>) -> Parameters {
        let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        Parameters { pairs: pairs.into_owned().collect() }
    }

    /// Takes one of the endpoint's own parameters. One that is given twice is an error.
    pub fn take(&mut self, name: &str) -> Result<Option<String>> {
        let mut found = None;
        let mut twice = false;
        self.pairs.retain_mut(|(key, value)| {
            if key == name {
                twice |= found.replace(std::mem::take(value)).is_some();
                return false;
            }
            true
        });
        if twice {
            return Err(Problem::parameter(name, "is given twice"));
        }
        Ok(found)
    }

    /// Takes `order`; `desc` if it is not given.
    pub fn order(&mut self) -> Result<Order> {
        match self.take("order")?.as_deref() {
            None | Some("desc") => Ok(Order::Desc),
            Some("asc") => Ok(Order::Asc),
            Some(_) => Err(Problem::parameter("order", "must be `desc` or `asc`")),
        }
    }

    /// Takes `by`; `recorded` if it is not given.
    pub fn by(&mut self) -> Result<SortKey> {
        let Some(name) = self.take("by")? else {
            return Ok(SortKey::default());
        };
        SortKey::from_name(&name)
            .ok_or_else(|| Problem::parameter("by", "must be `recorded` or `occurred`"))
    }

    /// Takes `limit`; 50 if it is not given, at most 500.
    pub fn limit(&mut self) -> Result<usize> {
        let Some(text) = self.take("limit")? else {
            return Ok(DEFAULT_LIMIT);
        };
        let limit = text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
        limit.ok_or_else(|| {
            Problem::parameter("limit", format!("must be a number from 1 to {MAX_LIMIT}"))
        })
    }

    /// Returns the remaining parameters, to be recorded. Too long ones are an error, because the
    /// record must show all of them.
    pub fn on_record(&self) -> Result<Value> {
        let bytes = self.pairs.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        if bytes > RECORD_BYTES || self.pairs.len() > RECORD_PAIRS {
            let detail = "The filter goes on the record with the export, and this one is too long \
                          for it; export in several parts.";
            return Err(Problem::bad_request("filter_too_long", detail));
        }
        // An event cannot contain this character, so it matches no event either.
        let text = |text: &str| text.replace('\0', "\u{fffd}");
        Ok(self.pairs.iter().map(|(name, value)| (text(name), text(value))).collect())
    }

    /// Parses the remaining parameters as the filter.
    pub fn filter(self) -> Result<Filter> {
        let pairs = self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        Filter::parse(pairs).map_err(Problem::parameters)
    }

    /// Refuses any remaining parameters.
    pub fn none(self) -> Result<()> {
        let errors: Vec<FieldError> = self
            .pairs
            .into_iter()
            .map(|(field, _)| FieldError {
                field,
                message: "is not a parameter of this endpoint".to_owned(),
            })
            .collect();
        if errors.is_empty() { Ok(()) } else { Err(Problem::parameters(errors)) }
    }
}

/// The extractor of endpoints without query parameters.
pub struct NoParameters;

impl FromRequestParts<Http> for NoParameters {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _http: &Http) -> Result<NoParameters> {
        Parameters::read(parts.uri.query()).none()?;
        Ok(NoParameters)
    }
}
