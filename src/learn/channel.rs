//! Counts what spinners did in texts whose substitutions are known: `unspin learn channel`.
//!
//! The counts are features of the last decision. Trees must not be grown on what is counted in the very document that
//! they are grown on, or they would take every pair for gold; so documents come in an order, and each is told what
//! those before it said (ordered target statistics: Prokhorenkova et al., 2018).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::forward;
use super::part::is_made;
use crate::candidates::{self, Word};
use crate::dictionary::Dictionary;
use crate::dictionary::compile::common_ends;
use crate::dictionary::error::{DictionaryError, ErrorKind};
use crate::dictionary::ngrams::Ngrams;
use crate::dictionary::seldom::is_seldom;
use crate::dictionary::source::{AttestedRow, SourceFile, read};
use crate::dictionary::usage::{self, ByFamily, Keys, Known, Tally};
use crate::eval::GoldDocument;
use crate::report::Family;
use crate::text::token::{SPACE_BEFORE, Token, TokenKind};
use crate::text::tokenizer;
use crate::text::{block, key};

/// The source of rows that documents give.
const SOURCE: &str = "spun-articles";
/// The columns of substitutions with counts.
const HEADER: [&str; 6] = ["spun", "original", "family", "count", "pages", "source"];
/// The longest phrase that is counted, in words.
const LONGEST: usize = 4;
/// The longest phrase of such a row, in words.
const LONGEST_ROW: usize = 5;

/// A table of usage with what it holds.
#[derive(Debug)]
pub struct Learned {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// The substitutions as rows of a dictionary, `substitutions/articles.csv`.
    pub rows: String,
    /// The words that hardly ever stood in place of others, likewise, `seldom.csv`.
    pub seldom: String,
    /// What was counted, for people.
    pub report: String,
}

/// Counts how the words of the dictionaries are used in documents with known substitutions.
///
/// Takes about a second for two thousand documents. Those without a known family are left out, for all is counted by
/// family.
///
/// # Errors
///
/// Where two phrases have the same hash.
///
/// # Examples
///
/// ```
/// use unspin::eval::GoldDocument;
/// use unspin::learn::channel;
///
/// let gold = GoldDocument::read(
///     r#"{"id": "a", "family": "thesaurus", "text": "The Protection Secretary left.",
///         "edits": [{"start": 4, "end": 14, "corrections": ["Defense"], "severity": "hard"}]}"#,
/// )?;
/// let learned = channel::learn(&gold, &mut |_| ())?;
/// assert!(learned.rows.starts_with("spun,original,family,"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn learn(gold: &[GoldDocument], progress: &mut dyn FnMut(&str)) -> Result<Learned, DictionaryError> {
    let dictionary = Dictionary::builtin();
    progress("reading documents");
    let mut counts = Counts::default();
    let mut words = 0;
    let mut alone = Alone::default();
    let (known, unknown): (Vec<&GoldDocument>, Vec<_>) =
        gold.iter().filter(|document| !document.edits.is_empty()).partition(|document| family(document).is_some());
    for &document in &known {
        let mut tokens = Vec::new();
        block::read(&document.text, &mut tokens);
        let sentences = candidates::sentences(&document.text, &tokens, &dictionary);
        words += sentences.iter().map(Vec::len).sum::<usize>();
        counts.add(&Facts::of(document, &tokens, &sentences));
        alone.add(document, &tokens);
    }
    progress("making the table");
    let mut asked = Asked::of(&dictionary);
    // What is seldom is no substitute in the dictionaries, but may be the rest of a longer one.
    asked.substitutes.extend(alone.seldom().map(|(word, ..)| {
        let phrase = hash(word);
        Keys::new(phrase, phrase).substitute
    }));
    let substitutes = counts.substitutes.iter().filter(|(key, _)| asked.substitutes.contains(key));
    let originals = counts.originals.iter().filter(|(key, _)| asked.originals.contains(key));
    let mut phrases: Vec<(u64, Tally)> = substitutes.chain(originals).map(|(&key, &tally)| (key, tally)).collect();
    let mut pairs: Vec<(u64, ByFamily)> = counts.pairs.iter().map(|(&key, &counts)| (key, counts)).collect();
    phrases.sort_unstable_by_key(|entry| entry.0);
    pairs.sort_unstable_by_key(|entry| entry.0);
    let bytes = usage::build(&phrases, &pairs)
        .ok_or_else(|| DictionaryError::new(ErrorKind::Model, "two phrases have the same hash".to_owned()))?;
    let swapped = |tallies: &HashMap<u64, Tally>| tallies.values().filter(|tally| tally.swapped != [0; 4]).count();
    let left_out = match unknown.len() {
        0 => String::new(),
        count => format!("; left out for want of a known family: {count}"),
    };
    let report = format!(
        "{words} words of {} documents: {} phrases of the dictionaries in one of the two roles, {} seen as \
         substitutes, {} as originals, {} pairs; {} bytes{left_out}",
        known.len(),
        phrases.len(),
        swapped(&counts.substitutes),
        swapped(&counts.originals),
        pairs.len(),
        bytes.len(),
    );
    Ok(Learned { bytes, rows: rows(gold, &dictionary.ngrams), seldom: alone.rows(), report })
}

/// The family of a document, if it is one that there is.
fn family(document: &GoldDocument) -> Option<Family> {
    Family::from_name(document.family.as_deref()?)
}

/// The substitutions of documents as rows of a dictionary, in order of their bytes.
pub(super) fn rows<'d>(gold: impl IntoIterator<Item = &'d GoldDocument>, ngrams: &Ngrams) -> String {
    let mut rows: BTreeMap<(String, String, &str), (u32, BTreeSet<&str>)> = BTreeMap::new();
    let mut forms: BTreeMap<String, BTreeMap<String, u32>> = BTreeMap::new();
    for document in gold.into_iter().filter(|document| !is_made(&document.id)) {
        let Some(family) = family(document) else { continue };
        for edit in &document.edits {
            let Some(correction) = edit.corrections.first() else { continue };
            let spun = &document.text[edit.span.range()];
            let original = key::phrase(correction);
            let fits = |phrase: &str| {
                (1..=LONGEST_ROW).contains(&phrase.split(' ').count())
                    && phrase.contains(char::is_alphanumeric)
                    && !phrase.contains(['|', '"', '.', ',', ';', ':', '(', ')'])
            };
            let spun = key::phrase(spun);
            let is_known = |word: &str| ngrams.id(word).is_some() || word.starts_with(|c: char| c.is_ascii_digit());
            let bare = |phrase: &str| phrase.replace(['\'', ' '], "");
            let differ = bare(&spun) != bare(&original);
            if fits(&spun) && fits(&original) && differ && original.split(' ').all(is_known) {
                *forms.entry(original.clone()).or_default().entry(written(correction)).or_default() += 1;
                let (count, documents) = rows.entry((spun, original, family.name())).or_default();
                *count += 1;
                documents.insert(&document.id);
            }
        }
    }
    let mut table = vec![HEADER.map(str::to_owned)];
    let form = |original: &str| forms[original].iter().max_by_key(|(form, count)| (*count, std::cmp::Reverse(*form)));
    let mut rows: Vec<_> = rows
        .iter()
        .map(|((spun, original, family), seen)| (spun, form(original).map_or(original, |(form, _)| form), family, seen))
        .collect();
    rows.sort_unstable_by_key(|&(spun, original, family, _)| (spun, original, family));
    for (spun, original, family, (count, documents)) in rows {
        let pages = documents.len();
        table.push([spun, original, *family, &count.to_string(), &pages.to_string(), SOURCE].map(str::to_owned));
    }
    written_out(&table)
}

/// The rows of a table of real pages without what documents, each of them a page, say: a substitution that no other page
/// has is none, and of others as much of the count goes as of the pages.
pub(super) fn rows_without<'d>(
    file: &SourceFile,
    documents: impl Iterator<Item = &'d GoldDocument>,
) -> Result<String, DictionaryError> {
    let mut pages: HashMap<u64, u32> = HashMap::new();
    for document in documents {
        let mut pairs: HashSet<u64> = HashSet::new();
        for edit in &document.edits {
            let spun = key::phrase(&document.text[edit.span.range()]);
            for correction in &edit.corrections {
                for_each_part(&spun, &key::phrase(correction), |spun, original| {
                    pairs.insert(Keys::new(hash_of(spun), hash_of(original)).pair);
                });
            }
        }
        pairs.into_iter().for_each(|pair| *pages.entry(pair).or_default() += 1);
    }
    let mut table = vec![HEADER.map(str::to_owned)];
    for (_, row) in read::<AttestedRow>(file)? {
        let pair = Keys::new(hash(&row.spun), hash(&row.original)).pair;
        let left = row.pages.saturating_sub(pages.get(&pair).copied().unwrap_or_default());
        if left > 0 {
            let count = (row.count * left).div_ceil(row.pages);
            table.push([row.spun, row.original, row.family, count.to_string(), left.to_string(), row.source]);
        }
    }
    Ok(written_out(&table))
}

/// Rows as CSV.
fn written_out<const N: usize>(rows: &[[String; N]]) -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    rows.iter().for_each(|row| out.write_record(row).expect("a vector takes all"));
    String::from_utf8(out.into_inner().expect("a vector takes all")).expect("strings went in")
}

/// How often each word stood anywhere, and how often it alone was an edit.
#[derive(Default)]
struct Alone(BTreeMap<String, (u32, u32)>);

impl Alone {
    fn add(&mut self, document: &GoldDocument, tokens: &[Token]) {
        let mut form = String::new();
        for token in tokens.iter().filter(|token| token.kind == TokenKind::Word) {
            key::normalize(token.text(&document.text), &mut form);
            match self.0.get_mut(&form) {
                Some(counts) => counts.0 += 1,
                None => drop(self.0.insert(form.clone(), (1, 0))),
            }
        }
        for edit in document.edits.iter().filter(|edit| !edit.corrections.is_empty()) {
            if let Some(counts) = self.0.get_mut(&key::phrase(&document.text[edit.span.range()])) {
                counts.1 += 1;
            }
        }
    }

    /// The words that are seldom a substitute, with their counts, in order of their bytes.
    fn seldom(&self) -> impl Iterator<Item = (&str, u32, u32)> {
        let seldom = self.0.iter().filter(|(_, (stood, swapped))| is_seldom(*stood, *swapped));
        seldom.map(|(word, &(stood, swapped))| (word.as_str(), stood, swapped))
    }

    fn rows(&self) -> String {
        let row = |(word, stood, swapped): (&str, u32, u32)| {
            [word.to_owned(), stood.to_string(), swapped.to_string(), SOURCE.to_owned()]
        };
        let header = ["word", "stood", "swapped", "source"].map(str::to_owned);
        written_out(&std::iter::once(header).chain(self.seldom().map(row)).collect::<Vec<_>>())
    }
}

/// An original as dictionaries have it: in small letters, unless it is a name, which has capitals beyond its first word.
fn written(correction: &str) -> String {
    let tokens = tokenizer::phrase(correction);
    let is_name = tokens.iter().skip(1).any(|token| token.text(correction).starts_with(char::is_uppercase));
    let mut out = String::with_capacity(correction.len());
    let mut form = String::new();
    for token in &tokens {
        if !out.is_empty() && token.has(SPACE_BEFORE) {
            out.push(' ');
        }
        let text = token.text(correction);
        if is_name {
            out.push_str(&text.replace('’', "'"));
        } else {
            key::normalize(text, &mut form);
            out.push_str(&form);
        }
    }
    out
}

/// The keys of all phrases that may be asked for.
struct Asked {
    substitutes: HashSet<u64>,
    originals: HashSet<u64>,
}

impl Asked {
    fn of(dictionary: &Dictionary) -> Self {
        let pack = &dictionary.pack;
        let spellings: Vec<u64> = forward::spellings(dictionary).iter().map(|word| usage::word(word)).collect();
        let key = |words: &[u32]| {
            let phrase = usage::phrase(words.iter().map(|&word| spellings[word as usize]));
            Keys::new(phrase, phrase).substitute
        };
        let mut substitutes: HashSet<u64> = (0..pack.word_count() as u32)
            .filter(|&word| pack.single(word).next().is_some())
            .map(|word| key(&[word]))
            .collect();
        pack.for_each_run_key(|words, _| {
            substitutes.insert(key(words));
        });
        let originals = (0..pack.original_count() as u32).map(|original| {
            let phrase = hash(pack.original(original));
            Keys::new(phrase, phrase).original
        });
        Self { substitutes, originals: originals.collect() }
    }
}

/// What is said of one document: keys of phrases by role, and of pairs.
#[derive(Default)]
pub(super) struct Facts {
    family: usize,
    /// A substitute's key, and whether it was one here.
    substitutes: Vec<(u64, bool)>,
    /// An original's key, and whether it was swapped here.
    originals: Vec<(u64, bool)>,
    pairs: Vec<u64>,
}

/// The hash of a phrase by its words, in their look-up forms.
fn hash_of(words: &[&str]) -> u64 {
    usage::phrase(words.iter().map(|word| usage::word(word)))
}

/// The hash of a phrase as documents or dictionaries write it.
fn hash(text: &str) -> u64 {
    usage::phrase(key::phrase(text).split(' ').map(usage::word))
}

impl Facts {
    /// What a document says that was cut into these tokens and sentences: nothing where its family is not known.
    pub(super) fn of(document: &GoldDocument, tokens: &[Token], sentences: &[Vec<Word>]) -> Self {
        let Some(family) = family(document) else { return Self::default() };
        let mut facts = Self { family: family as usize, ..Self::default() };
        let mut edits = document.edits.iter().peekable();
        let mut form = String::new();
        for sentence in sentences {
            let words: Vec<(u64, bool)> = sentence
                .iter()
                .map(|word| {
                    let token = &tokens[word.token as usize];
                    while edits.peek().is_some_and(|edit| edit.span.end <= token.start as usize) {
                        edits.next();
                    }
                    let changed = edits.peek().is_some_and(|edit| edit.span.start < token.end as usize);
                    key::normalize(token.text(&document.text), &mut form);
                    (usage::word(&form), changed)
                })
                .collect();
            for length in 1..=LONGEST {
                for run in words.windows(length) {
                    let phrase = usage::phrase(run.iter().map(|word| word.0));
                    let keys = Keys::new(phrase, phrase);
                    facts.substitutes.push((keys.substitute, run.iter().all(|word| word.1)));
                    if run.iter().all(|word| !word.1) {
                        facts.originals.push((keys.original, false));
                    }
                }
            }
        }
        for edit in &document.edits {
            if let Some(correction) = edit.corrections.first() {
                facts.swap(&key::phrase(&document.text[edit.span.range()]), &key::phrase(correction));
            }
        }
        facts
    }

    /// Takes a substitution in, whole and in the parts that a dictionary would make of it.
    fn swap(&mut self, spun: &str, original: &str) {
        for_each_part(spun, original, |spun, original| {
            if spun != original && !spun.is_empty() && spun.len() <= LONGEST {
                let keys = Keys::new(hash_of(spun), hash_of(original));
                self.pairs.push(keys.pair);
                self.originals.push((keys.original, true));
            }
        });
    }
}

/// Calls `visit` with a substitution's words and its original's, whole and in the parts that a dictionary would make of
/// it.
fn for_each_part(spun: &str, original: &str, mut visit: impl FnMut(&[&str], &[&str])) {
    let (from, to): (Vec<&str>, Vec<&str>) = (original.split(' ').collect(), spun.split(' ').collect());
    visit(&to, &from);
    if from.len() == to.len() && from.len() > 1 {
        (from.iter().zip(&to)).for_each(|(from, to)| visit(&[to], &[from]));
        return;
    }
    let (front, back) = common_ends(&from, &to);
    if front + back > 0 {
        visit(&to[front..to.len() - back], &from[front..from.len() - back]);
    }
}

/// Counts over documents.
#[derive(Default)]
pub(super) struct Counts {
    substitutes: HashMap<u64, Tally>,
    originals: HashMap<u64, Tally>,
    pairs: HashMap<u64, ByFamily>,
}

impl Counts {
    pub(super) fn add(&mut self, facts: &Facts) {
        let family = facts.family;
        for &(key, swapped) in &facts.substitutes {
            let tally = self.substitutes.entry(key).or_default();
            tally.all[family] += 1;
            tally.swapped[family] += u32::from(swapped);
        }
        for &(key, swapped) in &facts.originals {
            let tally = self.originals.entry(key).or_default();
            let counts = if swapped { &mut tally.swapped } else { &mut tally.all };
            counts[family] += 1;
        }
        for &key in &facts.pairs {
            self.pairs.entry(key).or_default()[family] += 1;
        }
    }

    /// What a table of these counts says.
    pub(super) fn of(&self, keys: &Keys) -> Known {
        let tally = |tallies: &HashMap<u64, Tally>, key| {
            let tally: Tally = tallies.get(&key).copied().unwrap_or_default();
            Tally { all: usage::rounded(&tally.all), swapped: usage::rounded(&tally.swapped) }
        };
        Known {
            substitute: tally(&self.substitutes, keys.substitute),
            original: tally(&self.originals, keys.original),
            pair: usage::rounded(&self.pairs.get(&keys.pair).copied().unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_seldom_that_nearly_always_stand_for_themselves() {
        let edit = |start: usize, spun: &str| {
            let end = start + spun.len();
            format!(r#"{{"start":{start},"end":{end},"spun":"{spun}","corrections":["x"],"severity":"hard"}}"#)
        };
        // Three of the articles, four of the nouns, and a longer phrase, which says nothing of its words.
        let edits = [0, 9, 18].map(|at| edit(at, "the")).into_iter();
        let edits = edits.chain([27, 36, 45, 54].map(|at| edit(at + 4, "navy"))).chain([edit(90, "the navy")]);
        let text = "the navy ".repeat(200);
        let edits: Vec<String> = edits.collect();
        let gold = format!(r#"{{"id":"x","family":"thesaurus","text":"{text}","edits":[{}]}}"#, edits.join(","));
        let learned = learn(&GoldDocument::read(&gold).expect("gold"), &mut |_| {}).expect("learned");
        assert_eq!(learned.seldom, "word,stood,swapped,source\nthe,200,3,spun-articles\n");
    }

    #[test]
    fn documents_without_a_known_family_count_nowhere() {
        let document = |id: &str, family: &str| {
            format!(
                r#"{{"id": "{id}", "family": {family}, "text": "the navy", "edits":
                    [{{"start": 4, "end": 8, "corrections": ["military"], "severity": "hard"}}]}}"#
            )
        };
        let learned = |documents: &[String]| {
            let gold = GoldDocument::read(&documents.join("\n")).expect("gold");
            learn(&gold, &mut |_| {}).expect("learned")
        };
        let (known, unknown) = (document("a", r#""science""#), [document("b", "null"), document("c", r#""other""#)]);
        let alone = learned(std::slice::from_ref(&known));
        let all = learned(&[&[known], unknown.as_slice()].concat());
        assert_eq!((all.bytes, all.rows), (alone.bytes, alone.rows));
        assert_eq!(all.report, alone.report + "; left out for want of a known family: 2");
    }

    #[test]
    fn what_only_some_pages_have_is_left_out_with_them() {
        let rows = "spun,original,family,count,pages,source\n\
                    the navy,the military,thesaurus,1,1,spun-pages\n\
                    navy,military,thesaurus,7,3,spun-pages\n\
                    navy,fleet,thesaurus,2,1,spun-pages\n";
        // The part of the longer substitution is another row; twice in a page counts once, and what is unknown not at all.
        let page = r#"{"id": "page1", "text": "the navy, the navy stayed", "edits": [
            {"start": 0, "end": 8, "corrections": ["the military"], "severity": "hard"},
            {"start": 10, "end": 18, "corrections": ["The military", "the military"], "severity": "hard"},
            {"start": 19, "end": 25, "corrections": [], "severity": "hard"}]}"#;
        let pages = GoldDocument::read(page).expect("gold");
        let file = SourceFile { path: "substitutions/attested.csv".to_owned(), bytes: rows.into() };
        let left = |pages: &[GoldDocument]| rows_without(&file, pages.iter()).expect("rows");
        assert_eq!(left(&[]), rows);
        let header = "spun,original,family,count,pages,source";
        assert_eq!(
            left(&pages),
            format!("{header}\nnavy,military,thesaurus,5,2,spun-pages\nnavy,fleet,thesaurus,2,1,spun-pages\n")
        );
    }

    #[test]
    fn originals_are_written_as_people_write_them() {
        for (correction, form) in [
            ("click-through rate", "click-through rate"),
            ("The Rate", "The Rate"),
            ("In time", "in time"),
            ("The Wall Street Journal", "The Wall Street Journal"),
            ("New York’s", "New York's"),
            ("$250", "$250"),
            ("don’t", "don't"),
        ] {
            assert_eq!(written(correction), form);
        }
    }
}
