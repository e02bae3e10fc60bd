//! The test vectors of `docs/draw-spec.md`: kept as files, and what this library makes is what they hold.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tongban_draw::{Checks, Digest, Stream, verify};

use crate::cases;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap()
}

#[test]
fn the_files_are_what_this_library_makes() {
    let made = cases::vectors().unwrap();
    for (name, text) in &made {
        let (kept, why) = (read(name), format!("{name}: `draw_cases vectors` writes it"));
        if name == "steps.json" {
            // Not canonical: the order of its members says nothing.
            let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
            assert_eq!(json(&kept), json(text), "{why}");
        } else {
            assert_eq!(&kept, text, "{why}");
        }
    }
    let kept = std::fs::read_dir(folder()).unwrap().count();
    assert_eq!(kept, made.len());
}

#[test]
fn transcripts_among_them_hold() {
    let expected: Value = serde_json::from_str(&read("steps.json")).unwrap();
    let transcripts = expected["transcripts"].as_object().unwrap();
    assert!(transcripts.len() >= 4);
    for (name, steps) in transcripts {
        let verified = verify(read(&format!("{name}.json")).as_bytes(), Checks::default()).unwrap();
        assert_eq!(steps["announcement"], verified.announcement.to_string());
        assert_eq!(steps["selected"], serde_json::to_value(&verified.selected).unwrap());
    }
}

#[test]
fn the_stream_is_sm3_over_seed_and_counter() {
    // With the seed of 32 bytes of 1: computed with OpenSSL, `openssl dgst -sm3`.
    let mut stream = Stream::new(Digest([1; 32]));
    let words: Vec<_> = (0..5).map(|_| format!("{:016x}", stream.word())).collect();
    let expected: Value = serde_json::from_str(&read("steps.json")).unwrap();
    assert_eq!(expected["stream"]["words"], serde_json::to_value(words).unwrap());
    assert_eq!(expected["stream"]["words"][0], "d985a95f628c191d");
    assert_eq!(expected["stream"]["words"][4], "c669dd12c5c4f8f2");
}
