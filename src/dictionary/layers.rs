//! The built-in pack with those of the user's own on top of it, looked up as one.
//!
//! A pack on top is compiled for the ones below it: its words are numbered on from theirs. What it says is added to
//! what they say, and comes first where only some readings are looked at.

use super::pack::{Pack, Substitution};
use super::spelling::Use;

/// Runs of a layer are numbered from its own number times this.
const RUNS: u32 = 40;

/// Packs, the lowest first.
pub(crate) struct Layers {
    base: Pack,
    above: Vec<Pack>,
    /// Number of originals below each pack on top.
    originals: Vec<u32>,
}

impl Layers {
    pub(crate) fn new(base: Pack) -> Self {
        Self { base, above: Vec::new(), originals: Vec::new() }
    }

    /// Puts a pack that was compiled for these ones on top.
    pub(crate) fn push(&mut self, pack: Pack) {
        self.originals.push(self.original_count() as u32);
        self.above.push(pack);
    }

    /// The pack on top.
    fn top(&self) -> &Pack {
        self.above.last().unwrap_or(&self.base)
    }

    /// The packs on top of the base, the highest first, each with its number and what its originals are numbered from.
    fn upper(&self) -> impl Iterator<Item = (u64, u32, &Pack)> {
        let packs = self.above.iter().zip(&self.originals).enumerate();
        packs.rev().map(|(at, (pack, &first))| (at as u64 + 1, first, pack))
    }

    /// Number of word ids, the model's included.
    pub(crate) fn word_count(&self) -> usize {
        self.top().word_count()
    }

    /// Id of a word that the model lacks.
    pub(crate) fn word(&self, word: &str) -> Option<u32> {
        self.base.word(word).or_else(|| self.above.iter().find_map(|pack| pack.word(word)))
    }

    /// Calls `visit` with every word that the model lacks and its id.
    #[cfg(feature = "cli")]
    pub(crate) fn for_each_word(&self, mut visit: impl FnMut(&str, u32)) {
        std::iter::once(&self.base).chain(&self.above).for_each(|pack| pack.for_each_word(&mut visit));
    }

    /// Number of originals.
    pub(crate) fn original_count(&self) -> usize {
        self.originals.last().map_or(0, |&first| first as usize) + self.top().original_count()
    }

    /// Whether an original is one of the packs on top of the base.
    pub(crate) fn is_on_top(&self, original: u32) -> bool {
        self.originals.first().is_some_and(|&first| original >= first)
    }

    /// The pack that holds an original, and the original's number there.
    fn holder(&self, original: u32) -> (&Pack, u32) {
        match self.upper().find(|&(_, first, _)| first <= original) {
            Some((_, first, pack)) => (pack, original - first),
            None => (&self.base, original),
        }
    }

    /// The text of an original, in its usual case.
    pub(crate) fn original(&self, original: u32) -> &str {
        let (pack, original) = self.holder(original);
        pack.original(original)
    }

    /// The words of an original as the language model knows them.
    pub(crate) fn original_ids(&self, original: u32) -> impl ExactSizeIterator<Item = u32> + '_ {
        let (pack, original) = self.holder(original);
        pack.original_ids(original)
    }

    /// What a single word may stand for.
    pub(crate) fn single(&self, word: u32) -> impl Iterator<Item = Substitution> + '_ {
        self.upper()
            .flat_map(move |(_, first, pack)| pack.single(word).map(move |found| found.numbered_from(first)))
            .chain(self.base.single(word))
    }

    /// What the run of words with this number may stand for.
    pub(crate) fn run(&self, run: u64) -> impl Iterator<Item = Substitution> + '_ {
        let (pack, first) = match (run >> RUNS) as usize {
            0 => (&self.base, 0),
            layer => (&self.above[layer - 1], self.originals[layer - 1]),
        };
        pack.run(run & ((1 << RUNS) - 1)).map(move |found| found.numbered_from(first))
    }

    /// Calls `visit` with the length and number of every run of at least two words that starts `words`.
    pub(crate) fn for_each_run(&self, words: impl Iterator<Item = u32> + Clone, mut visit: impl FnMut(usize, u64)) {
        for (layer, _, pack) in self.upper() {
            pack.for_each_run(words.clone(), |length, run| visit(length, layer << RUNS | run));
        }
        self.base.for_each_run(words, visit);
    }

    /// Calls `visit` with the words and the number of every run of at least two words.
    #[cfg(feature = "cli")]
    pub(crate) fn for_each_run_key(&self, mut visit: impl FnMut(&[u32], u64)) {
        for (layer, _, pack) in self.upper() {
            pack.for_each_run_key(|words, run| visit(words, layer << RUNS | run));
        }
        self.base.for_each_run_key(visit);
    }

    /// Whether an expression may start with these two words.
    pub(crate) fn opens_expression(&self, first: u32, second: u32) -> bool {
        std::iter::once(&self.base).chain(&self.above).any(|pack| pack.opens_expression(first, second))
    }

    /// Calls `visit` with the length of every expression that starts `words`, and with which of its words have a
    /// capital, a bit for each from the lowest on.
    pub(crate) fn for_each_expression(
        &self,
        words: impl Iterator<Item = u32> + Clone,
        mut visit: impl FnMut(usize, u64),
    ) {
        self.above.iter().for_each(|pack| pack.for_each_expression(words.clone(), &mut visit));
        self.base.for_each_expression(words, visit);
    }

    /// The length of every allowed phrase that starts `words`.
    pub(crate) fn for_each_allowed(&self, words: impl Iterator<Item = u32> + Clone, mut visit: impl FnMut(usize, u64)) {
        self.above.iter().for_each(|pack| pack.for_each_allowed(words.clone(), &mut visit));
        self.base.for_each_allowed(words, visit);
    }

    /// ln of how much oftener spinners leave this word than English has it, in nats.
    #[inline]
    pub(crate) fn tell(&self, word: u32) -> f32 {
        let tell = self.base.tell(word);
        self.above.iter().fold(tell, |most, pack| most.max(pack.tell(word)))
    }

    /// ln of how likely this word is in spun text, against clean text, in nats.
    #[inline]
    pub(crate) fn evidence(&self, word: u32) -> f32 {
        let evidence = self.base.evidence(word);
        let told = self.above.iter().filter(|pack| pack.tell(word) > self.base.tell(word));
        told.fold(evidence, |most, pack| most.max(pack.evidence(word)))
    }

    /// How readily spinners swap this word, relative to words at large.
    #[inline]
    pub(crate) fn readiness(&self, word: u32) -> f32 {
        self.base.readiness(word)
    }

    /// Sums of the counts behind the weights, for each family.
    pub(crate) fn totals(&self) -> [f32; 4] {
        self.top().totals()
    }

    /// Ids of all sources.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.base).chain(&self.above).flat_map(Pack::sources)
    }

    /// The irregular forms of all packs: lemma, form and word.
    pub(crate) fn forms(&self) -> impl Iterator<Item = [&str; 3]> {
        std::iter::once(&self.base).chain(&self.above).flat_map(Pack::forms)
    }

    /// Every pair of spellings: British, American and use.
    pub(crate) fn spellings(&self) -> impl Iterator<Item = (&str, &str, Use)> {
        self.base.spellings()
    }

    /// The American spelling of a word in its look-up form, where it is British.
    pub(crate) fn american(&self, british: &str) -> Option<&str> {
        self.base.american(british)
    }

    /// The id of a word's American twin, or its own.
    pub(crate) fn twin(&self, word: u32) -> u32 {
        self.base.twin(word)
    }

    /// 1 for a word that only British English spells like this, -1 for American, else 0.
    pub(crate) fn spelling(&self, word: u32) -> i32 {
        self.base.spelling(word)
    }

    /// A phrase as a British text writes it, at the start of a sentence or not.
    pub(crate) fn write_british(&self, phrase: &str, opens: bool) -> String {
        self.base.write_british(phrase, opens)
    }
}

#[cfg(test)]
mod tests {
    use crate::dictionary::Dictionary;
    use crate::dictionary::source::SourceFile;

    #[test]
    fn a_layer_adds_evidence_where_it_tells_more() {
        let mut dictionary = Dictionary::builtin();
        let figures = |dictionary: &Dictionary| -> Vec<(f32, f32)> {
            let words = 0..dictionary.ngrams.words() as u32;
            words.map(|word| (dictionary.pack.tell(word), dictionary.pack.evidence(word))).collect()
        };
        let before = figures(&dictionary);
        let rows = "original,substitutes,source\npeople,walrus,own\n";
        let file = SourceFile { path: "substitutions/own.csv".into(), bytes: rows.into() };
        dictionary.layer(&[file]).expect("a sound row");
        let walrus = dictionary.ngrams.id("walrus").expect("a word of the model") as usize;
        let after = figures(&dictionary);
        assert!(after[walrus].0 > before[walrus].0 && after[walrus].1 > before[walrus].1 + 1.0, "{:?}", after[walrus]);
        for (word, (before, after)) in before.into_iter().zip(after).enumerate() {
            assert!(after == before || after.0 > before.0, "{word}: {before:?}, {after:?}");
        }
    }
}
