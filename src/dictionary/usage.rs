//! What spinners were seen to do: how often phrases stood in texts whose substitutions are known, and how often they were
//! swapped there.
//!
//! The substitution table says what a word may stand for; this says how often it does. Counts are kept apart for the
//! families, on a scale of 32 steps (exact up to 8, within a seventh beyond), in two tables of hashes
//! ([`super::table`]): phrases in their two roles, and pairs. A phrase that is not there is taken for one that is with
//! a probability of one in 16,384.

use std::borrow::Cow;

use super::error::{DictionaryError, ErrorKind};
use super::header::{Kind, USAGE as MAGIC};
use super::table::{self, FNV, Shape, fnv, mix};

/// Bytes of the header: the magic, the checksum, then seed, segment length and count of each table.
const HEADER: usize = 64;
/// Bits of a count's step.
const STEP_BITS: u32 = 5;
const FINGERPRINT_BITS: u32 = 14;

/// A count for each family.
pub(crate) type ByFamily = [u32; 4];

/// The counts of a phrase in one role: as a substitute how often it stood anywhere and how often it was one; as an
/// original how often it was left and how often it was swapped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) all: ByFamily,
    pub(crate) swapped: ByFamily,
}

/// What the tables are asked for: a substitute, an original, and the two together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Keys {
    pub(crate) substitute: u64,
    pub(crate) original: u64,
    pub(crate) pair: u64,
}

impl Keys {
    /// Under which nothing is known.
    pub(crate) const UNKNOWN: Self = Self { substitute: 0, original: 0, pair: 0 };

    /// The keys of a substitute and an original, each the [`phrase`] of its words.
    pub(crate) fn new(substitute: u64, original: u64) -> Self {
        let (substitute, original) = (mix(substitute ^ 1), mix(original ^ 2));
        Self { substitute, original, pair: mix(substitute.rotate_left(17) ^ original) }
    }
}

/// The hash of a word in its look-up form.
pub(crate) fn word(form: &str) -> u64 {
    mix(fnv(FNV, form.bytes()))
}

/// The hash of a phrase, from those of its words.
pub(crate) fn phrase(words: impl IntoIterator<Item = u64>) -> u64 {
    words.into_iter().fold(0, |hash: u64, word| mix(hash.rotate_left(7) ^ word))
}

/// What is known of a substitute and an original.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) substitute: Tally,
    pub(crate) original: Tally,
    pub(crate) pair: ByFamily,
}

/// Figures made of it.
pub(crate) const FIGURES: usize = 4;

impl Known {
    /// How probable it is where families have these shares: that the substitute stands for this original, that it
    /// stands for any, and that the original is swapped; then ln of one more than the substitute's count.
    pub(crate) fn figures(&self, families: &[f32; 4]) -> [f32; FIGURES] {
        // Shares are guesses, and a family that a text is not of says something, too.
        const OTHERS: f32 = 0.1;
        let sum = |counts: &ByFamily| -> f32 {
            counts.iter().zip(families).map(|(&n, share)| n as f32 * (OTHERS + (1.0 - OTHERS) * share)).sum()
        };
        let seen = sum(&self.substitute.all);
        let (left, swapped) = (sum(&self.original.all), sum(&self.original.swapped));
        [
            (sum(&self.pair) + 0.1) / (seen + 1.0),
            (sum(&self.substitute.swapped) + 0.3) / (seen + 1.0),
            (swapped + 0.2) / (left + swapped + 2.0),
            seen.ln_1p(),
        ]
    }
}

/// The count that each step stands for: `8 * 1.32^(n - 8)` from the eighth on.
const COUNTS: [u32; 1 << STEP_BITS] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 14, 18, 24, 32, 42, 56, 74, 97, 128, 170, 224, 295, 390, 515, 680, 897, 1184, 1563,
    2063, 2724, 3595, 4746,
];

/// The step nearest to a count, by ratio.
fn step_of(count: u32) -> u64 {
    let above = COUNTS.partition_point(|&known| known < count).min(COUNTS.len() - 1);
    let (high, low) = (u64::from(COUNTS[above]), u64::from(COUNTS[above.max(1) - 1]));
    let is_lower = above > 0 && u64::from(count).pow(2) < high * low;
    above as u64 - u64::from(is_lower)
}

fn unpack(bits: u64) -> ByFamily {
    const STEP: u64 = (1 << STEP_BITS) - 1;
    std::array::from_fn(|family| COUNTS[(bits >> (family as u32 * STEP_BITS) & STEP) as usize])
}

fn pack(counts: &ByFamily) -> u64 {
    counts.iter().enumerate().fold(0, |bits, (family, &n)| bits | step_of(n) << (family as u32 * STEP_BITS))
}

/// The counts as they come back from a table.
#[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "only learning counts"))]
pub(crate) fn rounded(counts: &ByFamily) -> ByFamily {
    unpack(pack(counts))
}

/// The tables, used in place.
pub(crate) struct Usage {
    data: Cow<'static, [u8]>,
    phrases: Shape,
    pairs: Shape,
}

const KIND: Kind = Kind {
    error: ErrorKind::Model,
    name: "table of usage",
    remedy: "make it anew with `unspin learn channel`",
    magic: MAGIC,
    header: HEADER,
};

impl Usage {
    /// The built-in table.
    pub(crate) fn builtin() -> Self {
        Self::open(super::USAGE.into(), false).expect("the embedded table is one that tests open")
    }

    /// Opens a table.
    pub(crate) fn open(data: Cow<'static, [u8]>, verify: bool) -> Result<Self, DictionaryError> {
        let fields = KIND.fields(&data)?;
        let shape = |first: usize, payload_bits: u32| Shape {
            seed: fields.number(first),
            segment_length: fields.number(first + 1) as u32,
            segment_count: fields.number(first + 2) as u32,
            fingerprint_bits: FINGERPRINT_BITS,
            payload_bits,
        };
        let (phrases, pairs) = (shape(1, 8 * STEP_BITS), shape(4, 4 * STEP_BITS));
        for shape in [&phrases, &pairs] {
            let (length, count) = (shape.segment_length, shape.segment_count);
            if !length.is_power_of_two() || length > 1 << 18 || count == 0 || count > 1 << 24 {
                let expected = "segments as a table of hashes has them".to_owned();
                return Err(KIND.bad("tables", expected, format!("{count} of {length}")));
            }
        }
        let length = HEADER + phrases.bytes() + pairs.bytes();
        if length != data.len() {
            return Err(KIND.bad("length", format!("{length} bytes"), format!("{} bytes", data.len())));
        }
        if verify {
            KIND.verify(&data, 16)?;
        }
        Ok(Self { data, phrases, pairs })
    }

    /// What is known of a substitute and an original. Takes three look-ups.
    pub(crate) fn of(&self, keys: Keys) -> Known {
        self.of_many(&[keys]).next().unwrap_or_default()
    }

    /// [`Self::of`] each of many; cheaper than one after the other.
    pub(crate) fn of_many(&self, keys: &[Keys]) -> impl Iterator<Item = Known> {
        let (phrase_cells, pair_cells) = self.data[HEADER..].split_at(self.phrases.bytes());
        let phrases: Vec<u64> = keys.iter().flat_map(|keys| [keys.substitute, keys.original]).collect();
        let mut tallies = Vec::with_capacity(phrases.len());
        self.phrases.get_many(phrase_cells, &phrases, |bits| tallies.push(bits.unwrap_or_default()));
        let pairs: Vec<u64> = keys.iter().map(|keys| keys.pair).collect();
        let mut counts = Vec::with_capacity(pairs.len());
        self.pairs.get_many(pair_cells, &pairs, |bits| counts.push(bits.unwrap_or_default()));
        let tally = |bits: u64| Tally { all: unpack(bits), swapped: unpack(bits >> (4 * STEP_BITS)) };
        keys.iter().enumerate().map(move |(at, &keys)| {
            if keys == Keys::UNKNOWN {
                return Known::default();
            }
            let [substitute, original] = [tallies[2 * at], tallies[2 * at + 1]].map(tally);
            // What never stood anywhere stood for nothing.
            let pair = if substitute.all == [0; 4] { ByFamily::default() } else { unpack(counts[at]) };
            Known { substitute, original, pair }
        })
    }
}

/// The bytes of a table of these phrases and pairs, by the keys that [`Keys`] has for them.
#[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "only learning makes tables"))]
pub(crate) fn build(phrases: &[(u64, Tally)], pairs: &[(u64, ByFamily)]) -> Option<Vec<u8>> {
    let phrases: Vec<(u64, u64)> =
        phrases.iter().map(|(key, tally)| (*key, pack(&tally.all) | pack(&tally.swapped) << (4 * STEP_BITS))).collect();
    let pairs: Vec<(u64, u64)> = pairs.iter().map(|(key, counts)| (*key, pack(counts))).collect();
    let (phrase_shape, phrase_cells) = table::build(&phrases, FINGERPRINT_BITS, 8 * STEP_BITS)?;
    let (pair_shape, pair_cells) = table::build(&pairs, FINGERPRINT_BITS, 4 * STEP_BITS)?;
    let mut bytes = [vec![0; HEADER], phrase_cells, pair_cells].concat();
    let numbers = |shape: Shape| [shape.seed, u64::from(shape.segment_length), u64::from(shape.segment_count)];
    KIND.seal(&mut bytes, 16, &[numbers(phrase_shape), numbers(pair_shape)].concat());
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_keep_their_size() {
        assert_eq!([0, 1, 5, 8, 9, 10].map(|n| rounded(&[n; 4])[0]), [0, 1, 5, 8, 8, 11]);
        for n in [20u32, 100, 1000, 3000] {
            let got = rounded(&[0, n, 0, 0])[1];
            assert!(got.abs_diff(n) * 7 <= n, "{n} comes back as {got}");
        }
        assert_eq!(rounded(&[1_000_000; 4]), rounded(&[5_000; 4]));
    }

    #[test]
    fn what_was_counted_is_known() {
        let key = |text: &str| phrase(text.split(' ').map(word));
        let navy = Keys::new(key("navy"), key("military"));
        let tally = Tally { all: [9, 2, 0, 0], swapped: [8, 1, 0, 0] };
        let original = Tally { all: [1, 0, 0, 0], swapped: [7, 3, 0, 0] };
        let bytes = build(&[(navy.substitute, tally), (navy.original, original)], &[(navy.pair, [6, 0, 0, 1])])
            .expect("distinct keys");
        let usage = Usage::open(bytes.into(), true).expect("whole");
        let known = usage.of(navy);
        assert_eq!(known.pair, [6, 0, 0, 1]);
        assert_eq!((known.substitute.swapped, known.original.swapped), ([8, 1, 0, 0], [7, 3, 0, 0]));
        assert_eq!(usage.of(Keys::UNKNOWN), Known::default());
        // Roles and the order of words matter.
        assert_eq!(usage.of(Keys::new(key("military"), key("navy"))), Known::default());
        assert_ne!(key("put up"), key("up put"));
        let [stands, swapped, ..] = known.figures(&[1.0, 0.0, 0.0, 0.0]);
        assert!(stands > 0.5 && swapped > stands, "{stands} {swapped}");
    }
}
