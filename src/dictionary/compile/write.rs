//! From what the rows say to a pack: weights, tells, and the bytes.

use std::collections::{BTreeMap, HashMap};

use super::{Compiler, Pair, Phrase};
use crate::dictionary::error::{DictionaryError, ErrorKind};
use crate::dictionary::pack::{
    ALONE, CERTAIN, Codes, HEADER, INFLECTED, KIND, LOWEST_WEIGHT, ORIGINALS, PAIR_BITS, PART, SECTIONS,
    STARTS_ALLOWED, STARTS_EXPRESSION, STARTS_RUN, Section, Substitution, pair_bit, push_key,
};
use crate::dictionary::spelling::{self, Use};

/// Evidence that a rank in an authored list is worth, in attested counts.
const AUTHORED_MASS: f32 = 4.0;
/// Rate of substitution that the first look at a text has in mind.
const USUAL_RATE: f32 = 0.2;
/// Counts that the other families lend to one family.
const SHARED_MASS: f32 = 5.0;

/// Weight of an original's frequency, in nats, beside the channel's in the order of what a phrase may stand for, as only
/// the first few are looked at: that order has the right one among the first 15 most often.
const FREQUENCY: f32 = 0.6;
/// What stands in for ln of the frequency of no words at all.
const NOTHING: f32 = -8.0;
/// ln of the frequency below which originals are all as rare as another.
const LEAST_FREQUENT: f32 = -25.0;

/// A substitute and its original, with the weights in each family.
type Weighted = (u32, u32, [Option<f32>; 4], Pair);
/// What single words may stand for.
type Singles<'w> = BTreeMap<u32, &'w [Weighted]>;
/// What runs of words may stand for, by their keys.
type Runs<'w> = BTreeMap<Vec<u8>, &'w [Weighted]>;
/// The parts of a pack, in order of their numbers.
type Sections = [Vec<u8>; SECTIONS];

impl Compiler<'_> {
    pub(super) fn finish(mut self) -> Result<Vec<u8>, DictionaryError> {
        // Originals with what is put in their place, in order, so that equal sources give equal bytes.
        let mut pairs: Vec<((u32, u32), Pair)> = self.pairs.drain().collect();
        pairs.sort_unstable_by_key(|entry| entry.0);
        let totals = self.totals(&pairs);
        let (mut weighted, readiness) = self.weigh(&pairs, &totals);
        self.put_in_order(&mut weighted);
        let tells = self.tells(&weighted, readiness.len());
        // These few are more than a quarter of all words; what they might stand for costs time and says nothing.
        weighted.retain(|(spun, _, _, pair)| match self.phrases[*spun as usize].lookup[..] {
            [word] => pair.certain != 0 || !self.seldom.contains(&word),
            _ => true,
        });
        self.write(&weighted, &readiness, &tells, &totals)
    }

    /// What all substitutions that were seen count, in each family.
    fn totals(&self, pairs: &[((u32, u32), Pair)]) -> [f32; 4] {
        let mut totals = [0f32; 4];
        for (_, pair) in pairs {
            if pair.flags & (INFLECTED | PART) == 0 {
                totals.iter_mut().zip(pair.counts).for_each(|(total, count)| *total += count);
            }
        }
        if let Some(below) = self.below {
            totals.iter_mut().zip(below.totals()).for_each(|(total, more)| *total += more);
        }
        totals
    }

    /// The weights of all substitutes, and for every word how readily spinners swap it.
    fn weigh(&self, pairs: &[((u32, u32), Pair)], totals: &[f32; 4]) -> (Vec<Weighted>, Vec<u8>) {
        let all: f32 = totals.iter().sum::<f32>().max(1.0);
        let mut readiness = vec![32u8; self.words()];
        let mut weighted: Vec<Weighted> = Vec::with_capacity(pairs.len());
        for group in pairs.chunk_by(|a, b| a.0.0 == b.0.0) {
            let original = group[0].0.0;
            let phrase = &self.phrases[original as usize];
            let frequency = if phrase.model.is_empty() { 0.01 } else { self.ngrams.phrase(&phrase.model).exp() };
            let counts: [f32; 4] = std::array::from_fn(|family| group.iter().map(|entry| entry.1.counts[family]).sum());
            let count: f32 = counts.iter().sum();
            let mut ready = ((count + 1.0) / (all * frequency + 1.0)).clamp(0.05, 6.0);
            let mut least = 0.02;
            if let Some(below) = self.below {
                // A row of one's own says that the original is swapped, however seldom the pages below have it so.
                let known = if let [word] = phrase.lookup[..] { below.readiness(word) } else { 1.0 };
                ready = ready.max(known).max(1.0);
                least = 1.0;
            }
            if let [word] = phrase.lookup[..] {
                readiness[word as usize] = (ready.min(7.0) * 32.0) as u8;
            }
            let authored: f32 = group.iter().map(|entry| entry.1.authored).sum::<f32>().max(1e-6);
            for &((_, spun), pair) in group {
                let seen: f32 = pair.counts.iter().sum();
                let pooled = (seen + AUTHORED_MASS * pair.authored / authored.max(1.0)) / (count + AUTHORED_MASS);
                let weights = std::array::from_fn(|family| {
                    let ready_here = (counts[family] + 2.0 * ready) / (totals[family] * frequency + 2.0);
                    let here = (pair.counts[family] + SHARED_MASS * pooled) / (counts[family] + SHARED_MASS);
                    // What is certain only with its capitals gets that weight where a text has them.
                    let weight = if pair.certain == 1 { CERTAIN } else { (ready_here.clamp(least, 8.0) * here).ln() };
                    (weight > LOWEST_WEIGHT).then_some(weight)
                });
                weighted.push((spun, original, weights, pair));
            }
        }
        (weighted, readiness)
    }

    /// Puts what a phrase may stand for side by side, the likeliest first.
    fn put_in_order(&self, weighted: &mut [Weighted]) {
        let frequency =
            |phrase: &Phrase| if phrase.model.is_empty() { NOTHING } else { self.ngrams.phrase(&phrase.model) };
        let frequencies: Vec<f32> = self.phrases.iter().map(frequency).collect();
        let promise = |one: &Weighted| best(&one.2) + FREQUENCY * frequencies[one.1 as usize].max(LEAST_FREQUENT);
        weighted.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| promise(b).total_cmp(&promise(a))).then(a.1.cmp(&b.1)));
    }

    /// For every word, ln of how often spinners leave it, against how often English has it.
    fn tells(&self, weighted: &[Weighted], words: usize) -> Vec<f32> {
        let mut left = vec![0f32; words];
        for (spun, original, weights, _) in weighted {
            let [word] = self.phrases[*spun as usize].lookup[..] else { continue };
            let original = &self.phrases[*original as usize];
            if original.model.is_empty() {
                continue;
            }
            let mixed: f32 = weights.iter().flatten().map(|weight| weight.exp()).sum::<f32>() / 4.0;
            left[word as usize] += self.ngrams.phrase(&original.model).exp() * mixed;
        }
        let tell = |(word, left): (usize, f32)| {
            if left > 0.0 { left.ln() - self.ngrams.unigram(word as u32) } else { -16.0 }
        };
        left.into_iter().enumerate().map(tell).collect()
    }

    /// Writes the originals, and gives each its number: only phrases that are one get a number in the pack.
    fn originals(&self, weighted: &[Weighted], sections: &mut Sections) -> Result<HashMap<u32, u32>, DictionaryError> {
        let mut numbers: HashMap<u32, u32> = HashMap::new();
        let (mut texts, mut ids) = (0u32, 0u32);
        for &(_, original, _, _) in weighted {
            if numbers.contains_key(&original) {
                continue;
            }
            if numbers.len() == ORIGINALS {
                let error = format!("cannot compile: more than {ORIGINALS} corrections; use several directories");
                return Err(DictionaryError::new(ErrorKind::Pack, error));
            }
            numbers.insert(original, numbers.len() as u32);
            let phrase = &self.phrases[original as usize];
            texts += phrase.text.len() as u32;
            ids += phrase.model.len() as u32;
            sections[Section::OriginalTextEnds as usize].extend(texts.to_le_bytes());
            sections[Section::OriginalTexts as usize].extend(phrase.text.as_bytes());
            sections[Section::OriginalIdEnds as usize].extend(ids.to_le_bytes());
            for id in &phrase.model {
                sections[Section::OriginalIds as usize].extend(id.to_le_bytes());
            }
        }
        Ok(numbers)
    }

    /// The substitutions by what stands for something: by single words, where the pack has room for one of each word, and
    /// by the keys of runs.
    fn by_words<'w>(&self, weighted: &'w [Weighted]) -> (Singles<'w>, Runs<'w>) {
        let (mut singles, mut runs) = (Singles::new(), Runs::new());
        for group in weighted.chunk_by(|a, b| a.0 == b.0) {
            match self.phrases[group[0].0 as usize].lookup[..] {
                [word] if self.below.is_none() => drop(singles.insert(word, group)),
                ref words => {
                    let mut key = Vec::new();
                    words.iter().for_each(|&id| push_key(&mut key, id));
                    runs.insert(key, group);
                }
            }
        }
        (singles, runs)
    }

    fn write(
        &self,
        weighted: &[Weighted],
        readiness: &[u8],
        tells: &[f32],
        totals: &[f32; 4],
    ) -> Result<Vec<u8>, DictionaryError> {
        let mut sections: Sections = std::array::from_fn(|_| Vec::new());
        let words = self.extra.iter().map(|(word, &id)| (word.as_str(), u64::from(id)));
        sections[Section::Words as usize] = map(words)?;
        let numbers = self.originals(weighted, &mut sections)?;
        let dense = self.below.is_none();
        let (singles, runs) = self.by_words(weighted);
        let mut entries = 0u32;
        let mut push = |group: &[Weighted], out: &mut Vec<u8>| {
            for (_, original, weights, pair) in group {
                let substitution = Substitution {
                    original: numbers[original],
                    flags: pair.flags,
                    codes: Codes::of(*weights),
                    pages: pair.pages.min(255) as u8,
                    rank: pair.rank,
                    certain: pair.certain,
                };
                out.extend(substitution.packed());
                entries += 1;
            }
            entries
        };
        let code = |nats: f32, steps: f32| (nats * steps).round().clamp(-128.0, 127.0) as i8 as u8;
        let tell = |word: u32| code(tells[word as usize], 8.0);
        // A word of a spun text was left as it was, or put there by the spinner.
        let evidence = |word: u32| {
            let kept = 1.0 - (USUAL_RATE * f32::from(readiness[word as usize]) / 32.0).min(0.9);
            code((kept + USUAL_RATE * tells[word as usize].exp()).ln(), 32.0)
        };
        let mut end = 0;
        if dense {
            for word in 0..readiness.len() as u32 {
                if let Some(group) = singles.get(&word) {
                    end = push(group, &mut sections[Section::Entries as usize]);
                }
                sections[Section::SingleEnds as usize].extend(end.to_le_bytes());
                sections[Section::Tells as usize].push(tell(word));
                sections[Section::Evidence as usize].push(evidence(word));
            }
            sections[Section::Readiness as usize] = readiness.to_vec();
        }
        // Runs follow; the first one starts where the single words end.
        let mut run_ends = vec![end];
        let mut builder = fst::MapBuilder::memory();
        for (key, group) in &runs {
            builder.insert(key, run_ends.len() as u64).map_err(failed)?;
            run_ends.push(push(group, &mut sections[Section::Entries as usize]));
            if !dense {
                let [word, ..] = self.phrases[group[0].0 as usize].lookup[..] else { continue };
                sections[Section::Tells as usize].push(tell(word));
                sections[Section::Evidence as usize].push(evidence(word));
            }
        }
        sections[Section::Runs as usize] = builder.into_inner().map_err(failed)?;
        sections[Section::RunEnds as usize] = run_ends.iter().flat_map(|end| end.to_le_bytes()).collect();
        sections[Section::Expressions as usize] = map(self.expressions.iter().map(|(key, &kind)| (key, kind)))?;
        sections[Section::Allowed as usize] = map(self.allowed.iter().map(|key| (key, 0)))?;
        let forms: Vec<String> = self.forms.iter().map(|form| form.join("\t")).collect();
        sections[Section::Forms as usize] = forms.join("\n").into_bytes();
        sections[Section::Totals as usize] = totals.iter().flat_map(|total| total.to_le_bytes()).collect();
        sections[Section::Sources as usize] = self.sources.join("\n").into_bytes();
        (sections[Section::Starts as usize], sections[Section::Pairs as usize]) = self.starts(runs.keys());

        if dense {
            let mut spellings: Vec<(&str, &str, Use)> =
                self.spellings.iter().map(|(uk, (us, using))| (uk.as_str(), us.as_str(), *using)).collect();
            spellings.sort_unstable_by_key(|pair| pair.0);
            let id = |word: &str| self.ngrams.id(word).or_else(|| self.extra.get(word).copied());
            for (section, bytes) in spelling::sections(&spellings, id) {
                sections[section as usize] = bytes;
            }
        }

        let mut bytes = vec![0u8; HEADER];
        let mut numbers = vec![self.ngrams.checksum(), self.words() as u64];
        for section in &sections {
            bytes.extend_from_slice(section);
            numbers.push(bytes.len() as u64);
        }
        KIND.seal(&mut bytes, HEADER, &numbers);
        Ok(bytes)
    }
}

impl Compiler<'_> {
    /// For every word what starts with it, and for pairs of words likewise.
    fn starts<'k>(&self, runs: impl Iterator<Item = &'k Vec<u8>>) -> (Vec<u8>, Vec<u8>) {
        let mut starts = vec![0u8; self.words()];
        let mut pairs = vec![0u8; PAIR_BITS / 8];
        let mut start = |key: &[u8], bit: u8| {
            let mut words = key.chunks_exact(3).map(|b| u32::from_be_bytes([0, b[0], b[1], b[2]]));
            let Some(first) = words.next() else { return };
            let second = words.next();
            if let Some(bits) = starts.get_mut(first as usize) {
                *bits |= if second.is_some() { bit } else { bit | bit << ALONE };
            }
            if let Some(second) = second {
                let bit = pair_bit(first, second);
                pairs[bit / 8] |= 1 << (bit % 8);
            }
        };
        runs.for_each(|key| start(key, STARTS_RUN));
        self.expressions.keys().for_each(|key| start(key, STARTS_EXPRESSION));
        self.allowed.iter().for_each(|key| start(key, STARTS_ALLOWED));
        (starts, pairs)
    }
}

fn failed(error: fst::Error) -> DictionaryError {
    DictionaryError::new(ErrorKind::Pack, format!("cannot compile: {error}"))
}

/// The bytes of a map of keys in order.
fn map<K: AsRef<[u8]>>(entries: impl Iterator<Item = (K, u64)>) -> Result<Vec<u8>, DictionaryError> {
    Ok(fst::Map::from_iter(entries).map_err(failed)?.as_fst().as_bytes().to_vec())
}

fn best(weights: &[Option<f32>; 4]) -> f32 {
    weights.iter().flatten().copied().fold(f32::NEG_INFINITY, f32::max)
}
