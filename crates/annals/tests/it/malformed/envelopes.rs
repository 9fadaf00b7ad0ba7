//! Full bodies in the wrong envelope: compression, types, sizes.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use proptest::sample::select;

use super::bodies::full_event;
use super::{Sent, Target, for_all};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn gzipped(body: Vec<u8>) -> Sent {
    Sent::events("application/json", body).header("content-encoding", b"gzip")
}

/// A valid event that arrives cut short, or with the wrong type.
fn spoilt() -> impl Strategy<Value = Sent> {
    let packed = gzip(full_event().to_string().as_bytes());
    let length = packed.len();
    let types =
        r#"(text|application|image)/(plain|xml|jso|jsonp|x-www-form-urlencoded|[a-z]{1,8})"#;
    let encodings = select(vec!["br", "deflate", "zstd", "gzip, gzip", "x", "", "gzip;q=1", "*"]);
    let strange = prop_oneof![Just(b"\xff\xfe".to_vec()), Just(b"".to_vec()), Just(b";".to_vec())];
    prop_oneof![
        // The last eight bytes are the end mark, without which the body is incomplete.
        (0..length - 8).prop_map(move |cut| gzipped(packed[..cut].to_vec())),
        Just(gzipped(full_event().to_string().into_bytes())),
        types.prop_map(|kind| Sent::events(&kind, full_event().to_string())),
        strange.prop_map(|kind| {
            let request = Sent::new(http::Method::POST, "/api/v1/events");
            request.header("content-type", &kind).body(full_event().to_string())
        }),
        encodings.prop_map(|encoding| {
            let request = Sent::events("application/json", full_event().to_string());
            request.header("content-encoding", encoding.as_bytes())
        }),
    ]
}

#[test]
fn what_arrives_incomplete_is_refused() {
    let mut target = Target::start();
    for_all(680, &spoilt(), |request| {
        let answer = target.send(request)?;
        let refused = matches!(answer.status, 400 | 415);
        prop_assert!(refused, "{}: {}", answer.status, answer.text());
        Ok(())
    });
    target.finish();
}

/// Some bits of a gzip file mean nothing, so that it may stay valid; then the event must be
/// unchanged.
#[test]
fn a_flipped_bit_changes_no_event() {
    let mut target = Target::start();
    let packed = gzip(full_event().to_string().as_bytes());
    for_all(300, &(0..packed.len(), 0..8), |(at, bit)| {
        let mut body = packed.clone();
        body[at] ^= 1_u8 << bit;
        let answer = target.send(gzipped(body))?;
        if answer.status == 201 {
            target.events += answer.json()["accepted"].as_u64().unwrap();
        } else {
            prop_assert_eq!(answer.problem(), (400, "unreadable_body".to_owned()));
        }
        Ok(())
    });
    assert!(target.events <= target.own + 1, "more than one event came of one");
    target.finish();
}

/// Bodies too large, and small ones that unpack into large ones.
fn oversize() -> impl Strategy<Value = Sent> {
    const LIMIT: usize = 5 * 1024 * 1024;
    let spaces = |size| vec![b' '; size];
    prop_oneof![
        (1_usize..100_000)
            .prop_map(move |more| Sent::events("application/json", spaces(LIMIT + more))),
        (1_usize..60_000_000).prop_map(move |more| gzipped(gzip(&spaces(LIMIT + more)))),
        (1_001_usize..5_000).prop_map(|many| {
            Sent::events("application/json", format!("[{}1]", "1,".repeat(many - 1)))
        }),
        (1_001_usize..5_000)
            .prop_map(|many| Sent::events("application/x-ndjson", "1\n".repeat(many))),
    ]
}

#[test]
fn what_is_too_large_is_refused() {
    let mut target = Target::start();
    for_all(20, &oversize(), |request| {
        let kind = request.headers.clone();
        let answer = target.send(request)?;
        prop_assert_eq!(answer.problem(), (413, "too_large".to_owned()), "{:?}", kind);
        Ok(())
    });
    target.finish();
}
