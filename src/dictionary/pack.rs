//! The compiled dictionaries: one checksummed run of bytes that is used in place.
//!
//! In a pack that stands on others, single words are among the runs, so that its size follows its rows.
//!
//! Sections, in order: the words that the n-gram model lacks (fst, word to id), the texts of the originals with
//! their ids, substitutions of single words (indexed by word id), substitutions of runs of words (fst over word
//! ids), the substitutions themselves, how readily each word is swapped, expressions (fst over word ids), allowed
//! phrases (fst over word ids), names of sources, for each word how much oftener spinners leave it and how likely it
//! is in spun text, whether any of these runs starts with it, likewise for pairs of words, and what compiling a further
//! pack for this one needs: irregular forms and the sums of all counts; last, British and American spellings.

use std::borrow::Cow;
use std::ops::Range;

use super::bytes::{Bytes, Slice};
use super::error::{DictionaryError, ErrorKind};
use super::header::Kind;
use super::table::mix;

/// What every pack starts with; the last character is the version.
pub(crate) const MAGIC: &[u8; 8] = b"UNSPNPK3";
/// Number of sections.
pub(crate) const SECTIONS: usize = 23;
/// Bytes of the header: the magic, the checksum, the model's checksum, the number of words and the section ends.
pub(crate) const HEADER: usize = 32 + SECTIONS * 8;
/// Bytes of one substitution, see [`Substitution::packed`].
const ENTRY: usize = 9;
/// Originals that a pack can number.
pub(crate) const ORIGINALS: usize = 1 << 21;
/// Rank of what has none.
const UNRANKED: u8 = 127;
/// Log-weights, in nats, run from here in steps of 1/8.
pub(crate) const LOWEST_WEIGHT: f32 = -14.0;
/// ln of the weight of a phrase that is never good English.
pub(crate) const CERTAIN: f32 = 1.5;

/// Where the parts of a pack lie.
#[derive(Clone, Copy)]
pub(crate) enum Section {
    Words,
    OriginalTextEnds,
    OriginalTexts,
    OriginalIdEnds,
    OriginalIds,
    SingleEnds,
    Runs,
    RunEnds,
    Entries,
    Readiness,
    Expressions,
    Allowed,
    Sources,
    Tells,
    Evidence,
    Starts,
    Pairs,
    Forms,
    Totals,
    British,
    American,
    Twins,
    Marks,
}

/// A run of words that is swapped starts with the word (in [`Section::Starts`]).
pub(crate) const STARTS_RUN: u8 = 1;
/// An expression does.
pub(crate) const STARTS_EXPRESSION: u8 = 2;
/// An allowed phrase does.
pub(crate) const STARTS_ALLOWED: u8 = 4;
/// Shift from the bits above to those of runs that are the word alone.
pub(crate) const ALONE: u32 = 3;
/// Bits of [`Section::Pairs`], a power of two: a pair of words that starts any run has its bit set, and so do a few
/// others.
pub(crate) const PAIR_BITS: usize = 1 << 21;

/// Which bit is a pair's.
pub(crate) fn pair_bit(first: u32, second: u32) -> usize {
    mix(u64::from(first) << 32 | u64::from(second)) as usize % PAIR_BITS
}

/// Seen in real spun pages.
pub(crate) const ATTESTED: u8 = 1;
/// Written from knowledge.
pub(crate) const AUTHORED: u8 = 2;
/// A published tortured phrase, or part of one.
pub(crate) const PUBLISHED: u8 = 4;
/// Made from another substitution by inflecting both sides.
pub(crate) const INFLECTED: u8 = 16;
/// Part of a longer substitution.
pub(crate) const PART: u8 = 32;
/// A name.
pub(crate) const NAME: u8 = 64;

/// Words moved or doubled; never in the pack itself.
pub(crate) const MOVED: u8 = 128;

/// The names of those of a table's bits that are set.
pub(crate) fn named(flags: u8, names: &[(u8, &'static str)]) -> Vec<&'static str> {
    names.iter().filter(|(flag, _)| flags & flag != 0).map(|(_, name)| *name).collect()
}

/// A substitution's weights for the families, as the pack has them: 0 for a family that does not make it, else up to 127
/// steps of 1/8 nat from [`LOWEST_WEIGHT`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Codes(pub(crate) [u8; 4]);

impl Codes {
    /// ln of the weight for each family; `None` for one that does not make it.
    pub(crate) fn weights(self) -> [Option<f32>; 4] {
        self.0.map(|code| (code > 0).then(|| weight(code)))
    }

    /// The highest weight, in nats; no weight is as low as what stands for none.
    pub(crate) fn best(self) -> f32 {
        let [a, b, c, d] = self.0;
        let most = a.max(b).max(c).max(d);
        if most > 0 { weight(most) } else { f32::NEG_INFINITY }
    }

    /// For each family the higher of two weights.
    #[must_use]
    pub(crate) fn or(self, other: Self) -> Self {
        Self(std::array::from_fn(|family| self.0[family].max(other.0[family])))
    }

    /// The codes nearest to these weights, in nats.
    pub(crate) fn of(weights: [Option<f32>; 4]) -> Self {
        Self(weights.map(|weight| weight.map_or(0, |w| ((w - LOWEST_WEIGHT) * 8.0).round().clamp(1.0, 127.0) as u8)))
    }
}

fn weight(code: u8) -> f32 {
    LOWEST_WEIGHT + f32::from(code) / 8.0
}

/// One substitution: what an observed run of words may stand for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Substitution {
    /// Which original.
    pub(crate) original: u32,
    /// Where it comes from: the bits above.
    pub(crate) flags: u8,
    /// ln of P(spun | original) times the readiness of the original, for each family; `None` where it does not make it.
    pub(crate) codes: Codes,
    /// Number of spun pages it was seen on, at most 255.
    pub(crate) pages: u8,
    /// Its rank among the substitutes of the original, from 0 to 126 at most; `None` where it has none, or is certain.
    pub(crate) rank: Option<u8>,
    /// Whether these words are never good English, in the lowest bit, and which of them must have a capital for that, in
    /// the bits above, the lowest for the first word.
    pub(crate) certain: u8,
}

impl Substitution {
    /// Whether these words are never good English as they stand in a text; `capital` tells which of them have a capital
    /// there.
    pub(crate) fn is_certain(&self, capital: impl Fn(usize) -> bool) -> bool {
        self.certain & 1 == 1 && (0..7).all(|at| self.certain >> (at + 1) & 1 == 0 || capital(at))
    }

    /// As a pack has it, from the lowest bit on: 21 of the original, seven of the flags, one for certain, seven of the
    /// rank or, for what is certain, of the capitals, eight of the pages, seven for each family's weight.
    pub(crate) fn packed(self) -> [u8; ENTRY] {
        let certain = self.certain & 1;
        let rank = self.rank.map_or(UNRANKED, |rank| rank.min(UNRANKED - 1));
        let rank = if certain == 1 { self.certain >> 1 } else { rank };
        let mut low = u64::from(self.original) | u64::from(self.flags & 127) << 21 | u64::from(certain) << 28;
        low |= u64::from(rank) << 29 | u64::from(self.pages) << 36;
        let codes = self.codes.0.iter().rev().fold(0u32, |codes, &code| codes << 7 | u32::from(code));
        low |= u64::from(codes & 0xf_ffff) << 44;
        let mut entry = [(codes >> 20) as u8; ENTRY];
        entry[..8].copy_from_slice(&low.to_le_bytes());
        entry
    }

    /// See [`Self::packed`].
    #[inline]
    fn unpacked(entry: [u8; ENTRY]) -> Self {
        let [bytes @ .., high] = entry;
        let low = u64::from_le_bytes(bytes);
        let codes = (low >> 44) as u32 | u32::from(high) << 20;
        let certain = (low >> 28) as u8 & 1;
        let rank = (low >> 29) as u8 & 127;
        Self {
            original: low as u32 & (ORIGINALS as u32 - 1),
            flags: (low >> 21) as u8 & 127,
            codes: Codes(std::array::from_fn(|family| (codes >> (7 * family)) as u8 & 127)),
            pages: (low >> 36) as u8,
            rank: (certain == 0 && rank < UNRANKED).then_some(rank),
            certain: if certain == 1 { rank << 1 | 1 } else { 0 },
        }
    }

    /// The same, with its original numbered from `first`.
    pub(crate) fn numbered_from(self, first: u32) -> Self {
        Self { original: self.original + first, ..self }
    }
}

/// Compiled dictionaries, opened in place.
pub(crate) struct Pack {
    data: Bytes,
    sections: [Range<usize>; SECTIONS],
    words: fst::Map<Slice>,
    runs: fst::Map<Slice>,
    expressions: fst::Map<Slice>,
    allowed: fst::Map<Slice>,
    word_count: usize,
}

pub(super) const KIND: Kind = Kind {
    error: ErrorKind::Pack,
    name: "dictionary pack",
    remedy: "compile the dictionaries anew",
    magic: MAGIC,
    header: HEADER,
};

impl Pack {
    /// Opens a pack that was compiled for the model with this checksum.
    pub(crate) fn open(data: Cow<'static, [u8]>, model: u64, verify: bool) -> Result<Self, DictionaryError> {
        let data = Bytes::from(data);
        let fields = KIND.fields(&data)?;
        let field = |place| fields.number(place);
        if field(1) != model {
            return Err(KIND.bad("n-gram model", format!("{model:016x}"), format!("{:016x}", field(1))));
        }
        let mut sections: [Range<usize>; SECTIONS] = std::array::from_fn(|_| 0..0);
        let mut start = HEADER;
        for (n, section) in sections.iter_mut().enumerate() {
            let end = field(3 + n) as usize;
            if end < start || end > data.len() {
                return Err(KIND.bad(
                    "sections",
                    format!("an end between {start} and {}", data.len()),
                    end.to_string(),
                ));
            }
            *section = start..end;
            start = end;
        }
        if start != data.len() {
            return Err(KIND.bad("length", format!("{start} bytes"), format!("{} bytes", data.len())));
        }
        if verify {
            KIND.verify(&data, HEADER)?;
        }
        let map = |section: Section| {
            fst::Map::new(data.slice(sections[section as usize].clone()))
                .map_err(|error| KIND.bad("word table", "an fst".into(), error.to_string()))
        };
        Ok(Self {
            words: map(Section::Words)?,
            runs: map(Section::Runs)?,
            expressions: map(Section::Expressions)?,
            allowed: map(Section::Allowed)?,
            word_count: field(2) as usize,
            sections,
            data,
        })
    }

    pub(super) fn section(&self, section: Section) -> &[u8] {
        &self.data[self.sections[section as usize].clone()]
    }

    fn number(&self, section: Section, index: usize) -> usize {
        let bytes = self.section(section);
        bytes.get(index * 4..index * 4 + 4).map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize)
    }

    fn between(&self, ends: Section, index: usize) -> Range<usize> {
        let start = if index == 0 { 0 } else { self.number(ends, index - 1) };
        start..self.number(ends, index).max(start)
    }

    /// Number of word ids, the model's included.
    pub(crate) fn word_count(&self) -> usize {
        self.word_count
    }

    /// Id of a word that the model lacks.
    pub(crate) fn word(&self, word: &str) -> Option<u32> {
        self.words.get(word).map(|id| id as u32)
    }

    /// Calls `visit` with every word that the model lacks and its id.
    #[cfg(feature = "cli")]
    pub(crate) fn for_each_word(&self, mut visit: impl FnMut(&str, u32)) {
        use fst::Streamer;
        let mut words = self.words.stream();
        while let Some((word, id)) = words.next() {
            visit(std::str::from_utf8(word).unwrap_or_default(), id as u32);
        }
    }

    /// Number of originals.
    pub(crate) fn original_count(&self) -> usize {
        self.section(Section::OriginalTextEnds).len() / 4
    }

    /// The text of an original, in its usual case.
    pub(crate) fn original(&self, original: u32) -> &str {
        let range = self.between(Section::OriginalTextEnds, original as usize);
        std::str::from_utf8(self.section(Section::OriginalTexts).get(range).unwrap_or_default()).unwrap_or_default()
    }

    /// The words of an original as the language model knows them.
    pub(crate) fn original_ids(&self, original: u32) -> impl ExactSizeIterator<Item = u32> + '_ {
        let range = self.between(Section::OriginalIdEnds, original as usize);
        let bytes = self.section(Section::OriginalIds).get(range.start * 4..range.end * 4).unwrap_or_default();
        bytes.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
    }

    /// What a single word may stand for.
    pub(crate) fn single(&self, word: u32) -> impl Iterator<Item = Substitution> + '_ {
        let range = if self.is_dense() {
            self.between(Section::SingleEnds, word as usize)
        } else {
            self.single_run(word).map_or(0..0, |run| self.between(Section::RunEnds, run as usize))
        };
        self.entries(range)
    }

    /// Whether single words have a table of their own.
    fn is_dense(&self) -> bool {
        !self.sections[Section::SingleEnds as usize].is_empty()
    }

    /// The number of the run of one word; for most words there is none, which a byte tells.
    fn single_run(&self, word: u32) -> Option<u64> {
        if self.starts(word) >> ALONE & STARTS_RUN == 0 {
            return None;
        }
        self.runs.get(&word.to_be_bytes()[1..])
    }

    /// A byte that belongs to a single word.
    fn of_word(&self, section: Section, word: u32) -> Option<u8> {
        // Runs are numbered from 1.
        let at = if self.is_dense() { word as usize } else { self.single_run(word)? as usize - 1 };
        self.section(section).get(at).copied()
    }

    /// What the `index`-th run of words may stand for.
    pub(crate) fn run(&self, index: u64) -> impl Iterator<Item = Substitution> + '_ {
        self.entries(self.between(Section::RunEnds, index as usize))
    }

    fn entries(&self, range: Range<usize>) -> impl Iterator<Item = Substitution> + '_ {
        let bytes = self.section(Section::Entries).get(range.start * ENTRY..range.end * ENTRY).unwrap_or_default();
        bytes.as_chunks().0.iter().map(|&entry| Substitution::unpacked(entry))
    }

    /// Calls `visit` with the length and index of every run of at least two words that starts `words`.
    pub(crate) fn for_each_run(&self, words: impl Iterator<Item = u32>, mut visit: impl FnMut(usize, u64)) {
        self.walk(&self.runs, STARTS_RUN, words, |length, run| {
            if length > 1 {
                visit(length, run);
            }
        });
    }

    /// Calls `visit` with the words and the index of every run of at least two words.
    #[cfg(feature = "cli")]
    pub(crate) fn for_each_run_key(&self, mut visit: impl FnMut(&[u32], u64)) {
        use fst::Streamer;
        let mut words: Vec<u32> = Vec::new();
        let mut stream = self.runs.stream();
        while let Some((key, index)) = stream.next() {
            words.clear();
            words.extend(key.chunks_exact(3).map(|b| u32::from_be_bytes([0, b[0], b[1], b[2]])));
            if words.len() > 1 {
                visit(&words, index);
            }
        }
    }

    /// Calls `visit` with the length of every expression that starts `words`, and with which of its words have a
    /// capital, a bit for each from the lowest on.
    pub(crate) fn for_each_expression(&self, words: impl Iterator<Item = u32>, visit: impl FnMut(usize, u64)) {
        self.walk(&self.expressions, STARTS_EXPRESSION, words, visit);
    }

    /// Whether an expression may start with these two words; few other pairs seem to.
    pub(crate) fn opens_expression(&self, first: u32, second: u32) -> bool {
        self.starts(first) & STARTS_EXPRESSION != 0 && self.starts_any(first, second)
    }

    /// What starts with a word.
    fn starts(&self, word: u32) -> u8 {
        self.section(Section::Starts).get(word as usize).copied().unwrap_or(0)
    }

    /// Whether any run, expression or allowed phrase may start with two words.
    fn starts_any(&self, first: u32, second: u32) -> bool {
        let bit = pair_bit(first, second);
        self.section(Section::Pairs).get(bit / 8).is_some_and(|byte| byte >> (bit % 8) & 1 == 1)
    }

    /// The length of every allowed phrase that starts `words`.
    pub(crate) fn for_each_allowed(&self, words: impl Iterator<Item = u32>, visit: impl FnMut(usize, u64)) {
        self.walk(&self.allowed, STARTS_ALLOWED, words, visit);
    }

    /// ln of how much oftener spinners leave this word than English has it, in nats.
    pub(crate) fn tell(&self, word: u32) -> f32 {
        let code = self.of_word(Section::Tells, word).unwrap_or(0x80);
        f32::from(code as i8) / 8.0
    }

    /// ln of how likely this word is in spun text, against clean text, in nats.
    pub(crate) fn evidence(&self, word: u32) -> f32 {
        let code = self.of_word(Section::Evidence, word).unwrap_or(0);
        f32::from(code as i8) / 32.0
    }

    /// Sums of the counts behind the weights, for each family.
    pub(crate) fn totals(&self) -> [f32; 4] {
        let bytes = self.section(Section::Totals);
        std::array::from_fn(|family| {
            let bytes = bytes.get(family * 4..family * 4 + 4);
            bytes.map_or(0.0, |b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
        })
    }

    /// Ids of the sources.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &str> {
        self.lines(Section::Sources)
    }

    /// The irregular forms: lemma, form and word.
    pub(crate) fn forms(&self) -> impl Iterator<Item = [&str; 3]> {
        self.lines(Section::Forms).filter_map(|line| {
            let (lemma, rest) = line.split_once('\t')?;
            let (form, word) = rest.split_once('\t')?;
            Some([lemma, form, word])
        })
    }

    pub(super) fn lines(&self, section: Section) -> impl Iterator<Item = &str> {
        std::str::from_utf8(self.section(section)).unwrap_or_default().lines()
    }

    /// How readily spinners swap this word, relative to words at large.
    pub(crate) fn readiness(&self, word: u32) -> f32 {
        let code = self.section(Section::Readiness).get(word as usize).copied().unwrap_or(32);
        f32::from(code) / 32.0
    }

    /// Calls `visit` for every run of a map that starts `words`. Most words and pairs start none, which a byte and a bit
    /// tell.
    #[inline]
    fn walk(&self, map: &fst::Map<Slice>, starts: u8, words: impl Iterator<Item = u32>, visit: impl FnMut(usize, u64)) {
        let mut words = words;
        let Some(first) = words.next() else { return };
        let bits = self.starts(first);
        if bits & starts == 0 {
            return;
        }
        let second = words.next().filter(|&second| self.starts_any(first, second));
        if second.is_some() {
            walk(map, std::iter::once(first).chain(second).chain(words), visit);
        } else if bits >> ALONE & starts != 0 {
            walk(map, std::iter::once(first), visit);
        }
    }
}

/// Three bytes a word id, so that keys sort by words.
pub(crate) fn push_key(key: &mut Vec<u8>, word: u32) {
    key.extend_from_slice(&word.to_be_bytes()[1..]);
}

fn walk(map: &fst::Map<Slice>, words: impl Iterator<Item = u32>, mut visit: impl FnMut(usize, u64)) {
    let fst = map.as_fst();
    let mut node = fst.root();
    let mut output = fst::raw::Output::zero();
    for (count, word) in words.enumerate() {
        for byte in &word.to_be_bytes()[1..] {
            let Some(at) = node.find_input(*byte) else { return };
            let transition = node.transition(at);
            output = output.cat(transition.out);
            node = fst.node(transition.addr);
        }
        if node.is_final() {
            visit(count + 1, output.cat(node.final_output()).value());
        }
    }
}
