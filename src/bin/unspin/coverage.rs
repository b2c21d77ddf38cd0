//! How much of the damage in gold texts the substitution table could turn back, given all the luck in the world.

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::{Map, Value, json};
use unspin::Unspinner;
use unspin::eval::{GoldDocument, Need, Share};

use crate::eval::counts;

/// Numbers of candidates that coverage is told for, besides the one asked for.
const RANKS: [usize; 4] = [1, 3, 10, 30];
/// Bands of the probability of originals without their context, in millionths, the least of each.
const BANDS: [f64; 4] = [100.0, 10.0, 1.0, 0.0];

/// Hard gold edits whose original is among the likeliest candidates.
pub(crate) struct Coverage {
    /// How many candidates count.
    first: usize,
    families: BTreeMap<String, Kinds>,
    /// All edits, for each of [`RANKS`].
    ranks: [Share; RANKS.len()],
    /// Edits of one word by the probability of the original, for each of [`BANDS`].
    bands: [Share; BANDS.len()],
}

#[derive(Default)]
struct Kinds {
    single: Share,
    several: Share,
}

impl Coverage {
    /// Looks up every hard edit.
    pub(crate) fn of(unspinner: &Unspinner, documents: &[GoldDocument], first: usize) -> Self {
        let (ranks, bands) = ([Share::default(); RANKS.len()], [Share::default(); BANDS.len()]);
        let mut coverage = Self { first, families: BTreeMap::new(), ranks, bands };
        for document in documents {
            for edit in document.edits.iter().filter(|edit| edit.need == Need::Hard && !edit.corrections.is_empty()) {
                let spun = &document.text[edit.span.range()];
                let words = |text: &str| text.split_whitespace().count();
                let single = words(spun) == 1 && words(&edit.corrections[0]) == 1;
                let covers =
                    |first: usize| edit.corrections.iter().any(|original| unspinner.covers(spun, original, first));
                let covered = covers(first);
                for family in [document.family.as_deref().unwrap_or("other"), "all"] {
                    let kinds = coverage.families.entry(family.to_owned()).or_default();
                    if single { &mut kinds.single } else { &mut kinds.several }.count(covered);
                }
                for (share, first) in coverage.ranks.iter_mut().zip(RANKS) {
                    share.count(covers(first));
                }
                if single {
                    let unigram = unspinner.unigram(&edit.corrections[0]) * 1e6;
                    let band = BANDS.iter().position(|&least| unigram >= least).unwrap_or(BANDS.len() - 1);
                    coverage.bands[band].count(covered);
                }
            }
        }
        coverage
    }

    /// Writes tables for people.
    pub(crate) fn show(&self, out: &mut impl Write) -> std::io::Result<()> {
        let first = self.first;
        writeln!(out, "\nhard gold edits whose original is among the first {first} candidates")?;
        writeln!(out, "{:<14}{:>20}{:>20}{:>20}", "family", "one word", "several words", "all")?;
        for (family, Kinds { single, several }) in &self.families {
            let all = Share { hits: single.hits + several.hits, of: single.of + several.of };
            writeln!(out, "{family:<14}{single:>20}{several:>20}{all:>20}")?;
        }
        writeln!(out, "\n{:<38}{:>20}", "among the first", "all")?;
        for (share, rank) in self.ranks.iter().zip(RANKS) {
            writeln!(out, "{rank:<38}{share:>20}")?;
        }
        writeln!(out, "\n{:<38}{:>20}", "unigram of the original, millionths", "one word")?;
        for (share, least) in self.bands.iter().zip(BANDS) {
            let band = if least > 0.0 { format!("{least} and more") } else { "less".to_owned() };
            writeln!(out, "{band:<38}{share:>20}")?;
        }
        Ok(())
    }

    /// The same for programs.
    pub(crate) fn machine(&self) -> Value {
        let families: Map<String, Value> = self
            .families
            .iter()
            .map(|(family, Kinds { single, several })| {
                (family.clone(), json!({ "single": counts(single), "several": counts(several) }))
            })
            .collect();
        let ranks: Vec<Value> =
            self.ranks.iter().zip(RANKS).map(|(share, rank)| json!({ "first": rank, "all": counts(share) })).collect();
        let bands: Vec<Value> = self
            .bands
            .iter()
            .zip(BANDS)
            .map(|(share, least)| json!({ "unigram_millionths": least, "single": counts(share) }))
            .collect();
        json!({ "first": self.first, "families": families, "ranks": ranks, "bands": bands })
    }
}
