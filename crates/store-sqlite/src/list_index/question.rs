//! A filter and a scope as an expression over keys.

use std::io::Result;

use super::bits::Bits;
use annals_store::Scope;
use annals_store::filter::{Field, Filter, Term};
use annals_store::keys::{Indexed, Keys};
use annals_store::scope::{HiddenActions, Scoped, View};

/// The positions wanted, as far as keys can say.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All positions.
    All,
    /// The positions of a key, by its index in [`Question::keys`].
    Key(usize),
    Any(Vec<Wanted>),
    Every(Vec<Wanted>),
    Not(Box<Wanted>),
}

/// A query.
pub(super) struct Question<'a> {
    pub(super) asked: &'a Scoped,
    pub(super) keys: Vec<u64>,
    pub(super) wanted: Wanted,
    /// `true` if the filter has a bound in time.
    pub(super) period: bool,
    /// The conditions for rows whose tile reaches across a bound in time.
    pub(super) in_doubt: Scoped,
    /// `true` if every row must be read.
    pub(super) metadata: bool,
}

/// The positions of keys in one window.
pub(super) trait Source {
    /// The positions of a key, by its index; `None` if there are none.
    fn bits(&mut self, key: usize) -> Result<Option<Bits>>;
    /// `true` if the key has any position.
    fn has(&mut self, key: usize) -> Result<bool>;
}

impl<'a> Question<'a> {
    pub(super) fn new(keys: &Keys, asked: &'a Scoped) -> Question<'a> {
        let filter = asked.filter();
        let mut builder = Builder { keys, used: Vec::new() };
        let mut every = vec![builder.views(asked.scope.views())];
        every.extend(filter.terms.iter().filter_map(|term| builder.term(term)));
        every.extend(filter.words.iter().map(|word| builder.key(Indexed::WORD, word)));
        let keys = builder.used;
        let metadata = |term: &&Term| matches!(term.field, Field::Metadata(_));
        let terms: Vec<Term> = filter.terms.iter().filter(metadata).cloned().collect();
        let (from, to) = (filter.from, filter.to);
        Question {
            asked,
            keys,
            wanted: Wanted::every(every),
            period: from.is_some() || to.is_some(),
            metadata: !terms.is_empty(),
            in_doubt: Scope::everything().over(Filter { terms, from, to, words: Vec::new() }),
        }
    }
}

struct Builder<'k> {
    keys: &'k Keys,
    used: Vec<u64>,
}

impl Builder<'_> {
    fn key(&mut self, field: Indexed, value: &str) -> Wanted {
        let key = self.keys.of(field, value);
        let place = self.used.iter().position(|used| *used == key).unwrap_or_else(|| {
            self.used.push(key);
            self.used.len() - 1
        });
        Wanted::Key(place)
    }

    fn any(&mut self, field: Indexed, values: &[String]) -> Wanted {
        Wanted::any(values.iter().map(|value| self.key(field, value)).collect())
    }

    fn term(&mut self, term: &Term) -> Option<Wanted> {
        let any = self.any(Indexed::of(&term.field)?, &term.values);
        Some(if term.negated { Wanted::Not(Box::new(any)) } else { any })
    }

    fn views(&mut self, views: &[View]) -> Wanted {
        Wanted::any(views.iter().map(|view| self.view(view)).collect())
    }

    fn view(&mut self, view: &View) -> Wanted {
        let people = view.people.as_ref().map(|people| self.any(Indexed::SUBJECT, people));
        let hidden: Vec<Wanted> = view.hidden.iter().map(|hidden| self.hidden(hidden)).collect();
        let hidden = (!hidden.is_empty()).then(|| Wanted::Not(Box::new(Wanted::any(hidden))));
        Wanted::every(people.into_iter().chain(hidden).collect())
    }

    fn hidden(&mut self, hidden: &HiddenActions) -> Wanted {
        let category = self.key(Indexed::CATEGORY, &hidden.category);
        let actions = self.any(Indexed::ACTION, &hidden.actions);
        let actions = if hidden.all_but { Wanted::Not(Box::new(actions)) } else { actions };
        Wanted::every(vec![category, actions])
    }
}

impl Wanted {
    fn any(mut some: Vec<Wanted>) -> Wanted {
        if some.len() == 1 { some.remove(0) } else { Wanted::Any(some) }
    }

    fn every(mut some: Vec<Wanted>) -> Wanted {
        some.retain(|wanted| *wanted != Wanted::All);
        match some.len() {
            0 => Wanted::All,
            1 => some.remove(0),
            _ => Wanted::Every(some),
        }
    }

    /// The wanted positions of a window; `None` if there are none.
    pub(super) fn bits(&self, source: &mut dyn Source, size: usize) -> Result<Option<Bits>> {
        Ok(match self {
            Wanted::All => Some(Bits::all(size)),
            Wanted::Key(key) => source.bits(*key)?,
            Wanted::Any(some) => {
                let mut found: Option<Bits> = None;
                for wanted in some {
                    let bits = wanted.bits(source, size)?;
                    match (&mut found, bits) {
                        (Some(found), Some(bits)) => found.or(&bits),
                        (None, bits) => found = bits,
                        (Some(_), None) => {}
                    }
                }
                found
            }
            Wanted::Every(all) => every(all, source, size)?,
            Wanted::Not(inner) => match inner.bits(source, size)? {
                None => Some(Bits::all(size)),
                Some(mut bits) => {
                    bits.not();
                    Some(bits)
                }
            },
        })
    }
}

/// The intersection of all. Keys come first, since one without positions ends the work.
fn every(all: &[Wanted], source: &mut dyn Source, size: usize) -> Result<Option<Bits>> {
    for wanted in all {
        if let Wanted::Key(key) = wanted
            && !source.has(*key)?
        {
            return Ok(None);
        }
    }
    let mut found: Option<Bits> = None;
    let without = |wanted: &&Wanted| matches!(wanted, Wanted::Not(_));
    for wanted in all.iter().filter(|wanted| !without(wanted)) {
        let Some(bits) = wanted.bits(source, size)? else {
            return Ok(None);
        };
        match &mut found {
            None => found = Some(bits),
            Some(found) => found.and(&bits),
        }
        if found.as_ref().is_some_and(Bits::is_empty) {
            return Ok(None);
        }
    }
    for wanted in all.iter().filter(without) {
        let Wanted::Not(inner) = wanted else { continue };
        let found = found.get_or_insert_with(|| Bits::all(size));
        if let Some(bits) = inner.bits(source, size)? {
            found.and_not(&bits);
        }
    }
    Ok(found)
}
