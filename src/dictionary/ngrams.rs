//! The n-gram model's container and look-up.
//!
//! One run of bytes that is used in place: a header, the lexicon (an fst from word to id), two bytes of probability,
//! one of backoff and one of case a word, and two static functions (see [`super::table`]) that hold the 2-grams and
//! 3-grams under hashes of their word ids. Probabilities are interpolated Kneser-Ney in back-off form, quantised.

use std::borrow::Cow;

use super::bytes::{Bytes, Slice};
use super::error::{DictionaryError, ErrorKind};
use super::header::Kind;
use super::table::Shape;

/// What every model file starts with; the last character is the version.
const MAGIC: &[u8; 8] = b"UNSPNGM2";
/// Bytes of the header.
pub(crate) const HEADER: usize = 128;
/// Log-probabilities of words on their own, in nats, run from here to 0.
pub(crate) const LOWEST: f32 = -18.0;
/// Back-off weights, in nats, run from here to [`HIGHEST_BACKOFF`].
pub(crate) const LOWEST_BACKOFF: f32 = -5.0;
/// See [`LOWEST_BACKOFF`].
pub(crate) const HIGHEST_BACKOFF: f32 = 0.5;
/// Bits of a probability in the tables, at most.
pub(crate) const PROBABILITY_BITS: u32 = 7;
/// Bits of a back-off weight in the table of 2-grams, at most.
pub(crate) const BACKOFF_BITS: u32 = 5;

/// A trained n-gram model, opened in place.
pub(crate) struct Ngrams {
    data: Bytes,
    lexicon: fst::Map<Slice>,
    /// See [`Self::lexicon`].
    lexicon_of: u64,
    words: usize,
    unigrams: usize,
    bigram: Shape,
    bigrams: std::ops::Range<usize>,
    trigram: Shape,
    trigrams: std::ops::Range<usize>,
    /// Bits of a probability in the tables.
    bits: u32,
    /// What the codes of a 3-gram and of its 2-grams err by together at most, in nats.
    slack: f32,
    probability: [f32; 1 << PROBABILITY_BITS],
    backoff: [f32; 1 << BACKOFF_BITS],
}

/// What a model has for a pair of words, where it holds it: ln P(second | first), and the back-off weight of both.
pub(crate) type Pair = Option<(f32, f32)>;

/// How often a word stands in each case away from sentence starts, as shares of its uses there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct CaseShares {
    /// Share with no capitals, 0 to 1.
    pub(crate) lower: f32,
    /// Share in capitals throughout, 0 to 1.
    pub(crate) upper: f32,
}

impl CaseShares {
    /// Whether the word is hardly ever written without a capital, and is no acronym.
    pub(crate) fn is_proper(self) -> bool {
        self.lower < 0.1 && self.upper < 0.5
    }
}

pub(crate) const KIND: Kind = Kind {
    error: ErrorKind::Model,
    name: "n-gram model",
    remedy: "make it anew with `unspin train`",
    magic: MAGIC,
    header: HEADER,
};

impl Ngrams {
    /// Opens a model. `verify` also checks the checksum, at about 8 GB/s.
    pub(crate) fn open(data: Cow<'static, [u8]>, verify: bool) -> Result<Self, DictionaryError> {
        let data = Bytes::from(data);
        let fields = KIND.fields(&data)?;
        let field = |place| fields.number(place);
        if field(1) != data.len() as u64 {
            return Err(KIND.bad("length", format!("{} bytes", field(1)), format!("{} bytes", data.len())));
        }
        if verify {
            KIND.verify(&data, HEADER)?;
        }
        let words = field(2) as usize;
        let lexicon_end = HEADER.saturating_add(field(3) as usize);
        let unigrams_end = lexicon_end.saturating_add(words.saturating_mul(4));
        let shape = |n: usize, payload_bits: u32| Shape {
            seed: field(n),
            segment_length: (field(n + 1) & 0xffff_ffff) as u32,
            segment_count: (field(n + 1) >> 32) as u32,
            fingerprint_bits: field(n + 2) as u32,
            payload_bits,
        };
        let (bits, backoff_bits, lowest) = (field(10) as u32, field(11) as u32, field(12) as f32);
        if !(1..=PROBABILITY_BITS).contains(&bits) || !(1..=BACKOFF_BITS).contains(&backoff_bits) {
            let most = format!("1 to {PROBABILITY_BITS} and 1 to {BACKOFF_BITS}");
            return Err(KIND.bad(
                "bits of a probability and of a back-off weight",
                most,
                format!("{bits} and {backoff_bits}"),
            ));
        }
        let bigram = shape(4, bits + backoff_bits);
        let trigram = shape(7, bits);
        for shape in [bigram, trigram] {
            if !shape.segment_length.is_power_of_two() || shape.fingerprint_bits > 32 || shape.segment_length > 1 << 18
            {
                return Err(KIND.bad("table", "a segment length that is a power of two".into(), format!("{shape:?}")));
            }
        }
        let bigrams_end = unigrams_end.saturating_add(bigram.bytes());
        let trigrams_end = bigrams_end.saturating_add(trigram.bytes());
        if trigrams_end != data.len() {
            return Err(KIND.bad("sections", format!("{trigrams_end} bytes"), format!("{} bytes", data.len())));
        }
        let lexicon = fst::Map::new(data.slice(HEADER..lexicon_end))
            .map_err(|error| KIND.bad("lexicon", "an fst".into(), error.to_string()))?;
        let step =
            |bits: u32, low: f32, high: f32, code: usize| low + (high - low) * code as f32 / ((1 << bits) - 1) as f32;
        Ok(Self {
            lexicon,
            // A model that chose its words itself has none here.
            lexicon_of: if field(13) == 0 { field(0) } else { field(13) },
            words,
            unigrams: lexicon_end,
            bigram,
            bigrams: unigrams_end..bigrams_end,
            trigram,
            trigrams: bigrams_end..trigrams_end,
            bits,
            slack: step(bits, 0.0, lowest, 1) + step(backoff_bits, 0.0, HIGHEST_BACKOFF - LOWEST_BACKOFF, 1) / 2.0,
            probability: std::array::from_fn(|code| step(bits, -lowest, 0.0, code)),
            backoff: std::array::from_fn(|code| step(backoff_bits, LOWEST_BACKOFF, HIGHEST_BACKOFF, code)),
            data,
        })
    }

    /// Checksum as the header states it.
    pub(crate) fn checksum(&self) -> u64 {
        let mut word = [0; 8];
        word.copy_from_slice(&self.data[8..16]);
        u64::from_le_bytes(word)
    }

    /// Checksum of the model that first had these words under these ids: what was trained for that one goes with this one,
    /// too.
    pub(crate) fn lexicon(&self) -> u64 {
        self.lexicon_of
    }

    /// Number of word ids, classes included.
    pub(crate) fn words(&self) -> usize {
        self.words
    }

    /// Id of a word in its look-up form.
    pub(crate) fn id(&self, word: &str) -> Option<u32> {
        self.lexicon.get(word).map(|id| id as u32)
    }

    /// Calls `visit` with every word and its id.
    #[cfg(feature = "cli")]
    pub(crate) fn for_each_word(&self, mut visit: impl FnMut(&str, u32)) {
        use fst::Streamer;
        let mut words = self.lexicon.stream();
        while let Some((word, id)) = words.next() {
            visit(std::str::from_utf8(word).unwrap_or_default(), id as u32);
        }
    }

    /// ln P(word), without context; that of an unknown word for an id the model does not hold.
    #[inline]
    pub(crate) fn unigram(&self, word: u32) -> f32 {
        let at = self.unigram_at(word);
        let code = u16::from_le_bytes([self.data[at], self.data[at + 1]]);
        LOWEST * (1.0 - f32::from(code) / 65535.0)
    }

    #[inline]
    fn unigram_at(&self, word: u32) -> usize {
        let word = if (word as usize) < self.words { word as usize } else { 0 };
        self.unigrams + word * 4
    }

    #[inline]
    fn unigram_backoff(&self, word: u32) -> f32 {
        let code = self.data[self.unigram_at(word) + 2];
        LOWEST_BACKOFF + (HIGHEST_BACKOFF - LOWEST_BACKOFF) * f32::from(code) / 255.0
    }

    /// [`Self::case`] as the file has it.
    pub(crate) fn case_code(&self, word: u32) -> u8 {
        self.data[self.unigram_at(word) + 3]
    }

    /// How a word is written away from sentence starts.
    pub(crate) fn case(&self, word: u32) -> CaseShares {
        let code = self.case_code(word);
        CaseShares { lower: f32::from(code & 15) / 15.0, upper: f32::from(code >> 4) / 15.0 }
    }

    /// ln P(second | first) and the back-off weight of the pair, where the model holds the pair.
    #[inline]
    pub(crate) fn bigram(&self, first: u32, second: u32) -> Pair {
        let payload = self.bigram.get(&self.data[self.bigrams.clone()], bigram_key(first, second))?;
        Some(self.pair_of(payload))
    }

    #[inline]
    fn pair_of(&self, payload: u64) -> (f32, f32) {
        let backoff = (payload >> self.bits) as usize & ((1 << BACKOFF_BITS) - 1);
        (self.probability_of(payload & ((1 << self.bits) - 1)), self.backoff[backoff])
    }

    #[inline]
    fn probability_of(&self, payload: u64) -> f32 {
        self.probability[payload as usize & ((1 << PROBABILITY_BITS) - 1)]
    }

    /// Calls `found` with [`Self::bigram`] of each of many pairs, as [`bigram_key`] has them; cheaper than one after the
    /// other.
    #[inline]
    pub(crate) fn bigrams(&self, pairs: &[u64], mut found: impl FnMut(Pair)) {
        let cells = &self.data[self.bigrams.clone()];
        self.bigram.get_many(cells, pairs, |payload| found(payload.map(|payload| self.pair_of(payload))));
    }

    /// Likewise with [`Self::trigram`] of triples, as [`trigram_key`] has them.
    #[inline]
    pub(crate) fn trigrams(&self, triples: &[u64], mut found: impl FnMut(Option<f32>)) {
        let cells = &self.data[self.trigrams.clone()];
        self.trigram.get_many(cells, triples, |payload| found(payload.map(|payload| self.probability_of(payload))));
    }

    /// ln P(third | first, second), where the model holds all three as one.
    #[inline]
    pub(crate) fn trigram(&self, first: u32, second: u32, third: u32) -> Option<f32> {
        let payload = self.trigram.get(&self.data[self.trigrams.clone()], trigram_key(first, second, third))?;
        Some(self.probability_of(payload))
    }

    /// ln P(second | first), backed off where the pair is not held.
    #[inline]
    pub(crate) fn pair(&self, first: u32, second: u32) -> f32 {
        self.bigram(first, second).map_or_else(|| self.unigram_backoff(first) + self.unigram(second), |pair| pair.0)
    }

    /// [`Self::pair`], with the pair looked up already.
    #[inline]
    pub(crate) fn pair_or_alone(&self, first: u32, second: u32, pair: Pair) -> f32 {
        pair.map_or_else(|| self.alone(first, second), |pair| pair.0)
    }

    /// ln P(second) where the model does not hold it after the first, but for the weight of what stands before both.
    #[inline]
    pub(crate) fn alone(&self, first: u32, second: u32) -> f32 {
        self.unigram_backoff(first) + self.unigram(second)
    }

    /// ln P(third | first, second), backed off as far as need be. Two table look-ups most often.
    ///
    /// A 3-gram is held only where both its 2-grams are, so a pair that is not held ends the search; that keeps
    /// false hits of the small fingerprints out.
    #[inline]
    pub(crate) fn log_prob(&self, first: u32, second: u32, third: u32) -> f32 {
        let (before, pair) = (self.bigram(first, second), self.bigram(second, third));
        self.backed_off([second, third], before.map(|before| before.1), pair, || self.trigram(first, second, third))
    }

    /// ln P(words) in running English, where anything may stand before them.
    pub(crate) fn phrase(&self, words: &[u32]) -> f32 {
        let word = |at: usize| match at {
            0 => self.unigram(words[0]),
            1 => self.pair(words[0], words[1]),
            _ => self.log_prob(words[at - 2], words[at - 1], words[at]),
        };
        (0..words.len()).map(word).sum()
    }

    /// ln P of a 3-gram as the table has it, or what its 2-grams make it. Only 3-grams that are likelier than that are held:
    /// what is less likely, by more than codes err, is a false hit.
    #[inline]
    fn whole_or(&self, whole: Option<f32>, backed_off: f32) -> f32 {
        whole.filter(|whole| *whole >= backed_off - self.slack).unwrap_or(backed_off)
    }

    /// [`Self::log_prob`] of the second of two words, where the pairs are looked up: the back-off weight of the first with
    /// the word before it, where the model holds that, what it has for both, and for all three, which it is asked for only
    /// where it holds both pairs.
    #[inline]
    pub(crate) fn backed_off(
        &self,
        words: [u32; 2],
        before: Option<f32>,
        pair: Pair,
        whole: impl FnOnce() -> Option<f32>,
    ) -> f32 {
        match (pair, before) {
            (None, before) => before.unwrap_or(0.0) + self.alone(words[0], words[1]),
            (Some((probability, _)), None) => probability,
            (Some((probability, _)), Some(backoff)) => self.whole_or(whole(), backoff + probability),
        }
    }
}

/// Key of a pair of word ids.
#[inline]
pub(crate) fn bigram_key(first: u32, second: u32) -> u64 {
    (first as u64) << 32 | second as u64
}

/// Key of three word ids, each below 2^21.
#[inline]
pub(crate) fn trigram_key(first: u32, second: u32, third: u32) -> u64 {
    (first as u64) << 42 | (second as u64) << 21 | third as u64
}
