//! Damaged models and packs are refused with what was expected and what was found, and never panic.

use proptest::prelude::*;

use super::features::COUNT;
use super::forest::Forest;
use super::scorer::{self, Scorer};
use crate::dictionary::error::DictionaryError;
use crate::dictionary::ngrams::{self, Ngrams};
use crate::dictionary::pack::{self, Pack};
use crate::dictionary::usage::Usage;
use crate::dictionary::{MODEL, PACK, USAGE};

static FOREST: &[u8] = include_bytes!("../../dictionaries/model/english.forest");

type Open = fn(Vec<u8>) -> Result<(), DictionaryError>;

/// Each kind of file, with what opens it and the first byte that its checksum covers.
const KINDS: [(&str, &[u8], Open, usize); 5] = [
    ("n-gram model", MODEL, |data| Ngrams::open(data.into(), true).map(drop), ngrams::HEADER),
    ("pack", PACK, |data| Pack::open(data.into(), model().checksum(), true).map(drop), pack::HEADER),
    ("scorer", scorer::BUILTIN, |data| Scorer::open(data.into(), model().lexicon(), true).map(drop), scorer::HEADER),
    ("usage", USAGE, |data| Usage::open(data.into(), true).map(drop), 16),
    ("trees", FOREST, |data| Forest::open(&data, COUNT).map(drop), 16),
];

fn model() -> Ngrams {
    Ngrams::open(MODEL.into(), false).expect("whole")
}

fn refused(name: &str, result: Result<(), DictionaryError>) {
    let message = result.expect_err(name).to_string();
    assert!(message.contains("expected") && message.contains("got"), "{name}: {message}");
}

#[test]
fn what_is_whole_is_opened() {
    for (name, whole, open, _) in KINDS {
        open(whole.to_vec()).expect(name);
        refused(name, open(Vec::new()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn flipped_bits_are_noticed(at in any::<prop::sample::Index>(), flip in 1u8..) {
        for (name, whole, open, covered) in KINDS {
            let mut data = whole.to_vec();
            let at = covered + at.index(data.len() - covered);
            data[at] ^= flip;
            refused(name, open(data));
        }
    }

    #[test]
    fn damaged_heads_do_no_harm(at in 0usize..512, head in prop::collection::vec(any::<u8>(), 1..16)) {
        for (name, whole, open, covered) in KINDS {
            let mut data = whole.to_vec();
            data[at..at + head.len()].copy_from_slice(&head);
            // The numbers before what the checksum covers say how the rest is read: what makes no sense there is refused,
            // and what does, such as another seed, is opened.
            let is_told = data[..16] != whole[..16] || data[covered..] != whole[covered..];
            match open(data) {
                Ok(()) => prop_assert!(!is_told, "{name}: {head:?} at {at} goes unnoticed"),
                refusal => refused(name, refusal),
            }
        }
    }

    #[test]
    fn cut_and_grown_files_are_noticed(at in any::<prop::sample::Index>(), more in prop::collection::vec(any::<u8>(), 1..9)) {
        for (name, whole, open, _) in KINDS {
            refused(name, open(whole[..at.index(whole.len())].to_vec()));
            refused(name, open([whole, more.as_slice()].concat()));
        }
    }

    #[test]
    fn nonsense_is_refused(data in prop::collection::vec(any::<u8>(), 0..2000)) {
        for (name, whole, open, _) in KINDS {
            refused(name, open(data.clone()));
            // With the right first bytes, too.
            refused(name, open([&whole[..8], data.as_slice()].concat()));
        }
    }
}
