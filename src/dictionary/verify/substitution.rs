//! May a substitute stand for its original?

use std::collections::HashSet;

use csv::StringRecord;

use super::fault::{DictionaryFault, FaultKind, REWRITE};
use super::known::Known;
use super::rows::Rows;
use super::schema::Table;
use crate::dictionary::compile::{LONGEST, Misfit};
use crate::text::{key, tokenizer};

/// How much commoner, in nats, than its correction a phrase may be in clean English.
const COMMONER: f32 = 3.0;

/// Looks at the original of a row and at all that stands in its place, where its table is one of substitutions.
pub(super) fn check(rows: &Rows<'_>, record: &StringRecord, known: &Known<'_>, faults: &mut Vec<DictionaryFault>) {
    let table = rows.table;
    let Some(at) = table.original() else { return };
    let mut fault = |field, kind, message: String, remedy: &str| {
        faults.push(rows.fault(record, field, kind, message, remedy));
    };
    let original = &record[at];
    let original_key = key::phrase(original);
    let other = table.substitute();
    let mut seen = HashSet::new();
    for substitute in table.substitutes(record) {
        let substitute_key = key::phrase(substitute);
        if table == Table::Phrases
            && let Some(another) = another(&substitute_key, original, known)
        {
            let message = format!("{substitute:?} stands for {another:?}, too, in a table of substitutions");
            let remedy = "leave it to the tables, where its surroundings decide, or correct them";
            fault(other, FaultKind::Ambiguous, message, remedy);
        }
        let misfit = Misfit::of(original, substitute);
        if let Some(misfit) = misfit {
            let (message, remedy) = (misfit.message(original, substitute), misfit.remedy());
            match misfit {
                Misfit::Same => fault(other, FaultKind::Identity, message, &format!("{remedy}; {REWRITE}")),
                Misfit::Brackets => fault(other, FaultKind::Brackets, message, remedy),
                // Rewriting takes it out of a list; a row of nothing else was not read.
                Misfit::Blank => {}
            }
        }
        if misfit != Some(Misfit::Same) && !seen.insert(substitute_key) {
            let message = format!("{substitute:?} is listed twice for {original:?}");
            fault(other, FaultKind::Duplicate, message, &format!("keep the first; {REWRITE}"));
        }
        if let Some(message) = too_long(substitute) {
            fault(other, FaultKind::Long, message, SHORTEN);
        }
        if table.is_certain(record)
            && let Some(times) = commoner(substitute, original, known)
        {
            let message = format!("{substitute:?} is {times:.0} times as common in clean English as {original:?}");
            let remedy = if table == Table::Published {
                "name required or excluded words, so that it weighs less"
            } else {
                "put it into substitutions/, where its surroundings decide"
            };
            fault(other, FaultKind::Common, message, remedy);
        }
    }
    if let Some(word) = original_key.split(' ').find(|word| is_unknown(word, known)) {
        let message = format!("{original:?}: the lexicon lacks {word:?}, so the language model cannot judge it");
        fault(at, FaultKind::Lexicon, message, "correct its spelling, or put the word into lexicon.csv");
    }
    if let Some(message) = too_long(original) {
        fault(at, FaultKind::Long, message, SHORTEN);
    }
}

/// What makes a phrase that is too long shorter.
const SHORTEN: &str = "remove the words that both sides share";

/// What is said of a phrase that is longer than the compiler takes.
fn too_long(phrase: &str) -> Option<String> {
    (tokenizer::phrase(phrase).len() > LONGEST)
        .then(|| format!("{phrase:?} has more than {LONGEST} words, so it is left out"))
}

/// How many times as common a substitute is in clean English as its original, where that is too many.
fn commoner(substitute: &str, original: &str, known: &Known<'_>) -> Option<f32> {
    let english = known.english;
    if !english.is_said(substitute) {
        return None;
    }
    let gap = english.frequency(substitute)? - english.frequency(original)?;
    (gap > COMMONER).then(|| gap.exp())
}

/// Another original of a substitute, given by its key, in a table of substitutions.
fn another<'c>(substitute: &str, original: &str, known: &Known<'c>) -> Option<&'c str> {
    let originals = known.originals.get(substitute)?;
    originals.iter().copied().find(|another| !known.english.says_the_same(another, original))
}

/// Whether a word is in no lexicon; what is not all letters is not looked for.
fn is_unknown(word: &str, known: &Known<'_>) -> bool {
    word.chars().all(char::is_alphabetic) && !known.english.has(word) && !known.words.contains(word)
}
