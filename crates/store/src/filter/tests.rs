//! Tests that a filter survives being written as a query and parsed again.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// Writes a term's values as a person would have to, with escapes.
fn print(term: &Term) -> String {
    let escape = |value: &String| value.replace('\\', "\\\\").replace(',', "\\,");
    let values: Vec<String> = term.values.iter().map(escape).collect();
    format!("{}{}", if term.negated { "!" } else { "" }, values.join(","))
}

fn name(field: &Field) -> String {
    match field {
        Field::Metadata(key) => format!("metadata.{key}"),
        field => field.name().to_owned(),
    }
}

fn term() -> impl Strategy<Value = Term> {
    let keys = ["colour", "a.b=c&d"].map(|key| Field::Metadata(key.to_owned()));
    let fields: Vec<Field> = FIELDS.iter().cloned().chain(keys).collect();
    let values = |field: Field| {
        let values = match field.closed() {
            Some(closed) => select((closed.names)()).prop_map(str::to_owned).boxed(),
            None => prop_oneof!["[a,\\\\! ]{1,8}", ".{1,12}"].boxed(),
        };
        (Just(field), vec(values, 1..5), any::<bool>())
    };
    select(fields)
        .prop_flat_map(values)
        // A first value that begins with `!` can only be in a negated list.
        .prop_filter("negates", |(_, values, negated)| *negated || !values[0].starts_with('!'))
        .prop_map(|(field, values, negated)| Term { field, values, negated })
}

fn filter() -> impl Strategy<Value = Filter> {
    let moment = || (0_i64..4_000_000_000_000_000).prop_map(Time::from_micros);
    let found = |text: String| words(&text).collect::<Vec<_>>();
    (vec(term(), 0..5), of(moment()), of(moment()), ".{0,20}".prop_map(found)).prop_map(
        |(mut terms, from, to, mut words)| {
            let mut seen = Vec::new();
            terms.retain(|term| {
                let new = !seen.contains(&name(&term.field));
                seen.push(name(&term.field));
                new
            });
            words.dedup();
            Filter { terms, from, to, words }
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(filter in filter()) {
        prop_assume!(filter.check_combination().is_ok());
        let mut pairs: Vec<(String, String)> =
            filter.terms.iter().map(|term| (name(&term.field), print(term))).collect();
        pairs.extend(filter.from.map(|time| ("from".to_owned(), time.to_string())));
        pairs.extend(filter.to.map(|time| ("to".to_owned(), time.to_string())));
        if !filter.words.is_empty() {
            pairs.push(("q".to_owned(), filter.words.join(" ")));
        }
        let borrowed = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let read = Filter::parse(borrowed);
        prop_assert_eq!(read.as_ref(), Ok(&filter), "{:?}", pairs);
        prop_assert_eq!(read.map(|read| read.fingerprint()), Ok(filter.fingerprint()));
    }

    #[test]
    fn filters_that_differ_have_other_fingerprints(one in filter(), other in filter()) {
        prop_assert_eq!(one == other, one.fingerprint() == other.fingerprint());
    }
}

#[test]
fn a_backslash_escapes_commas_and_itself_alone() {
    for (text, values) in [
        (r"a\,b", vec!["a,b"]),
        (r"a\\,b", vec![r"a\", "b"]),
        (r"a\b", vec![r"a\b"]),
        (r"a\", vec![r"a\"]),
    ] {
        assert_eq!(split_list(text), values, "{text}");
    }
}
