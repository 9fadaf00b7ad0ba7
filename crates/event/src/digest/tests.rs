use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::testing;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn leaf_hash(data: &[u8]) -> Hash {
    let mut hash = Sha256::new();
    hash.update([LEAF]);
    hash.update(data);
    hash.finalize().into()
}

/// The inputs and roots that the Certificate Transparency project tests RFC 6962 with.
#[test]
fn tree_roots_are_those_of_rfc_6962() {
    let inputs: [&[u8]; 8] = [
        &[],
        &[0x00],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        &[
            0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d,
            0x6e, 0x6f,
        ],
    ];
    let leaves: Vec<Hash> = inputs.iter().map(|input| leaf_hash(input)).collect();
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    for (size, root) in roots.iter().enumerate() {
        assert_eq!(hex(&tree_root(&leaves[..size])), *root, "{size} leaves");
    }
}

/// Test case 1 of RFC 4231.
#[test]
fn the_commitment_is_hmac_sha256() {
    assert_eq!(
        hex(&mac(&[0x0b; 20], b"Hi There")),
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    );
}

/// Every path to a leaf value in an event's JSON, each with a changed copy of the event.
fn changed(value: &Value) -> Vec<Value> {
    match value {
        Value::Object(map) => map
            .iter()
            .flat_map(|(key, inner)| {
                changed(inner).into_iter().map(move |change| {
                    let mut copy = map.clone();
                    copy.insert(key.clone(), change);
                    Value::Object(copy)
                })
            })
            .collect(),
        Value::Array(items) if !items.is_empty() => (0..items.len())
            .flat_map(|at| {
                changed(&items[at]).into_iter().map(move |change| {
                    let mut copy = items.clone();
                    copy[at] = change;
                    Value::Array(copy)
                })
            })
            .collect(),
        Value::String(text) => vec![json!(format!("{text}x"))],
        Value::Number(number) => vec![json!(number.as_f64().unwrap_or(0.0) + 1.0)],
        other => vec![json!([other])],
    }
}

fn leaf_of(event: &Event, salt: &Salt) -> Hash {
    leaf(event, &commitment(salt, personal(event).as_bytes()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_leaf_survives_the_events_json(event in testing::event(), salt in any::<Salt>()) {
        let text = canonical(&event);
        let mut back: Event = serde_json::from_slice(&text).unwrap();
        back.seq = event.seq;
        prop_assert_eq!(leaf_of(&back, &salt), leaf_of(&event, &salt));
        prop_assert_eq!(back, event);
    }

    #[test]
    fn the_personal_part_is_canonical(event in testing::event()) {
        let personal = personal(&event);
        let value: Value = serde_json::from_slice(personal.as_bytes()).unwrap();
        prop_assert_eq!(canonical(&value), personal.as_bytes());
        let metadata = canonical_object(&event.metadata);
        prop_assert_eq!(personal.metadata().as_bytes(), metadata);
    }

    #[test]
    fn the_context_is_canonical(event in testing::event()) {
        let Value::Object(all) = serde_json::to_value(&event).unwrap() else { panic!() };
        let parts = ["changes", "client", "cut", "error", "page", "request"];
        let parts = parts.iter().filter_map(|part| Some((*part, all.get(*part)?)));
        let kind = all["actor"].get("kind").map(|kind| ("actor_kind", kind));
        let parts: std::collections::BTreeMap<_, _> = parts.chain(kind).collect();
        let expected = (!parts.is_empty()).then(|| canonical(&parts));
        prop_assert_eq!(context(&event), expected);
    }

    #[test]
    fn any_changed_field_changes_the_leaf(event in testing::event(), salt in any::<Salt>()) {
        let was = leaf_of(&event, &salt);
        for change in changed(&serde_json::to_value(&event).unwrap()) {
            // Changes that make no event (a wrong severity, say) cannot be stored either.
            let Ok(mut other) = serde_json::from_value::<Event>(change) else { continue };
            other.seq = event.seq;
            if other == event || other.cursor != event.cursor {
                continue;
            }
            prop_assert_ne!(leaf_of(&other, &salt), was, "{:?}", other);
        }
        let mut moved = event.clone();
        moved.seq += 1;
        prop_assert_ne!(leaf_of(&moved, &salt), was);
    }

    #[test]
    fn any_flipped_bit_changes_the_leaf(
        event in testing::event(), salt in any::<Salt>(), bit in any::<prop::sample::Index>(),
    ) {
        let bytes = personal(&event).as_bytes().to_vec();
        let was = leaf(&event, &commitment(&salt, &bytes));
        let bit = bit.index(bytes.len() * 8);
        let mut flipped = bytes;
        flipped[bit / 8] ^= 1 << (bit % 8);
        prop_assert_ne!(leaf(&event, &commitment(&salt, &flipped)), was);
        let mut other = salt;
        other[bit % 16] ^= 1;
        prop_assert_ne!(leaf_of(&event, &other), was);
    }

    #[test]
    fn what_is_not_covered_does_not_change_it(event in testing::event(), salt in any::<Salt>()) {
        let mut other = event.clone();
        other.cursor = "c".to_owned();
        other.anonymised_at = Some(event.created_at);
        prop_assert_eq!(leaf_of(&other, &salt), leaf_of(&event, &salt));
        prop_assert_ne!(residue(&event), leaf_of(&event, &salt));
    }
}
