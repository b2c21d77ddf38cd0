//! The substitution table run forwards: text is spun as spinners spin it.

use super::random::Random;
use crate::dictionary::Dictionary;
use crate::dictionary::pack::Substitution;

/// Families that text is spun with: a share of the stretches and the family's number.
const FAMILIES: [(f32, usize); 3] = [(0.5, 0), (0.2, 1), (0.3, 2)];
/// Rates that text is spun at.
const RATES: [f32; 6] = [0.0, 0.1, 0.2, 0.3, 0.45, 0.6];

/// How a stretch of text is spun.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    pub(super) family: usize,
    pub(super) rate: f32,
}

impl Manner {
    /// A family, as often as text is spun with it, and a rate.
    pub(super) fn draw(random: &mut Random) -> Self {
        let mut left = random.unit();
        let drawn = FAMILIES.iter().find(|entry| {
            left -= entry.0;
            left < 0.0
        });
        let family = drawn.map_or(0, |entry| entry.1);
        Self { family, rate: RATES[random.below(RATES.len())] }
    }
}

/// The substitution table, forwards.
pub(super) struct Forward {
    /// Substitutes of each word, in `substitutes`.
    ends: Vec<u32>,
    substitutes: Vec<Substitute>,
    /// Words of all substitutes.
    words: Vec<u32>,
}

struct Substitute {
    start: u32,
    length: u8,
    /// Shares in the original's substitutions, for each family.
    shares: [f32; 4],
}

impl Forward {
    pub(super) fn of(dictionary: &Dictionary) -> Self {
        let pack = &dictionary.pack;
        let mut pairs: Vec<(u32, Substitute)> = Vec::new();
        let mut words: Vec<u32> = Vec::new();
        let mut take = |spun: &[u32], found: Substitution| {
            let mut ids = pack.original_ids(found.original);
            if let (Some(original), None) = (ids.next(), ids.next()) {
                let shares = found.codes.weights().map(|weight| weight.map_or(0.0, f32::exp));
                pairs.push((original, Substitute { start: words.len() as u32, length: spun.len() as u8, shares }));
                words.extend_from_slice(spun);
            }
        };
        for spun in 0..pack.word_count() as u32 {
            pack.single(spun).for_each(|found| take(&[spun], found));
        }
        pack.for_each_run_key(|spun, index| pack.run(index).for_each(|found| take(spun, found)));
        pairs.sort_by_key(|pair| pair.0);
        let mut ends = vec![0u32; pack.word_count()];
        pairs.iter().for_each(|pair| ends[pair.0 as usize] += 1);
        let mut sum = 0;
        for end in &mut ends {
            sum += *end;
            *end = sum;
        }
        Self { ends, substitutes: pairs.into_iter().map(|pair| pair.1).collect(), words }
    }

    /// Number of substitutions.
    pub(super) fn len(&self) -> usize {
        self.substitutes.len()
    }

    /// The words that are put in place of one, where any are.
    pub(super) fn draw(&self, word: u32, manner: Manner, random: &mut Random) -> Option<&[u32]> {
        let Manner { family, rate } = manner;
        let substitutes = self.of_word(word);
        let total: f32 = substitutes.iter().map(|substitute| substitute.shares[family]).sum();
        if rate <= 0.0 || total <= 0.0 || random.unit() >= (rate * total).min(0.9) {
            return None;
        }
        let mut left = random.unit() * total;
        let drawn = substitutes.iter().find(|substitute| {
            left -= substitute.shares[family];
            left < 0.0 && substitute.shares[family] > 0.0
        })?;
        Some(&self.words[drawn.start as usize..][..drawn.length as usize])
    }

    fn of_word(&self, word: u32) -> &[Substitute] {
        let word = word as usize;
        let start = if word == 0 { 0 } else { self.ends[word - 1] };
        &self.substitutes[start as usize..self.ends[word] as usize]
    }
}

/// How every word of the dictionaries is written.
pub(super) fn spellings(dictionary: &Dictionary) -> Vec<String> {
    let mut spellings = vec![String::new(); dictionary.pack.word_count()];
    dictionary.ngrams.for_each_word(|word, id| word.clone_into(&mut spellings[id as usize]));
    dictionary.pack.for_each_word(|word, id| word.clone_into(&mut spellings[id as usize]));
    spellings
}
