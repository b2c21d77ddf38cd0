//! Compiles the dictionaries' sources into a pack. Run by the build script, and for dictionaries of the user's own.

mod rows;
mod write;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use csv::Position;

use super::error::DictionaryError;
use super::inflection::{Form, Inflection};
use super::layers::Layers;
use super::ngrams::Ngrams;
use super::pack::{AUTHORED, INFLECTED, NAME, PART, PUBLISHED, push_key};
use super::source::{AttestedRow, ExpressionRow, PhraseRow, PublishedRow, SourceFile, SubstitutesRow, row_error};
use super::spelling::Use;
use crate::text::case;
use crate::text::key;
use crate::text::tokenizer;

/// Families, in the order of their numbers; the compiler shares no types with the library's reports.
pub(super) const FAMILIES: [&str; 4] = ["thesaurus", "phrasal", "science", "translation"];
/// The longest run of words that is replaced or put in place.
pub(crate) const LONGEST: usize = 7;
/// Share of a published phrase's count where the list states conditions for it.
const CONDITIONAL: f32 = 0.3;
/// Rank that a second list of substitutes starts from.
const SECOND: usize = 6;

/// Compiles sources for a model, to stand on their own or to be put on top of packs that there are.
///
/// Takes about twenty microseconds a row.
pub(crate) fn compile(
    files: &[SourceFile],
    ngrams: &Ngrams,
    below: Option<&Layers>,
) -> Result<Vec<u8>, DictionaryError> {
    let mut compiler = Compiler::new(ngrams, below);
    let mut files: Vec<&SourceFile> = files.iter().collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    for file in files.iter().filter(|file| file.path == "sources.csv") {
        compiler.take_sources(file)?;
    }
    for file in files.iter().filter(|file| file.path.starts_with("inflection/")) {
        compiler.take_forms(file)?;
    }
    for file in files.iter().filter(|file| file.path.starts_with("spelling/")) {
        compiler.take_spellings(file)?;
    }
    if files.iter().any(|file| file.path.starts_with("substitutions/")) {
        compiler.inherit_forms();
    }
    // Expressions come last: how an original is written is for the substitutions to say, and of those not for articles,
    // which have it in lower case.
    files.sort_by_key(|file| (file.path.starts_with("expressions/"), file.path == "substitutions/articles.csv"));
    for file in files {
        match file.path.split_once('/') {
            Some(("substitutions", name)) => compiler.take_substitutions(file, name)?,
            Some(("phrases", _)) => compiler.take_phrases(file)?,
            Some(("expressions", _)) => compiler.take_expressions(file)?,
            None if file.path == "allowed.csv" => compiler.take_allowed(file)?,
            None if file.path == "seldom.csv" => compiler.take_seldom(file)?,
            None if matches!(file.path.as_str(), "sources.csv" | "lexicon.csv") => {}
            Some(("inflection" | "spelling" | "examples", _)) => {}
            _ => {
                let what = "no table has this path; see dictionaries/README.md for the names that there are";
                return Err(row_error(file, &Position::new(), 0, what));
            }
        }
    }
    compiler.finish()
}

/// How many words two phrases have in common at their start, and how many of the others at their end.
pub(crate) fn common_ends(from: &[&str], to: &[&str]) -> (usize, usize) {
    let front = from.iter().zip(to).take_while(|(a, b)| a == b).count();
    let most = from.len().min(to.len()) - front;
    (front, from.iter().rev().zip(to.iter().rev()).take(most).take_while(|(a, b)| a == b).count())
}

/// Why a substitute cannot stand for an original. `dict check` asks for it, too, so that what is sound there is sound here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    /// One of them says nothing.
    Blank,
    /// Both are the same.
    Same,
    /// Words in brackets, most often an acronym, are on one side only: they would be deleted from texts, or written into
    /// them, along with the repair.
    Brackets,
}

impl Misfit {
    pub(super) fn of(original: &str, spun: &str) -> Option<Self> {
        if original.trim().is_empty() || spun.trim().is_empty() {
            Some(Self::Blank)
        } else if key::phrase(original) == key::phrase(spun) {
            Some(Self::Same)
        } else {
            (original.contains(" (") != spun.contains(" (")).then_some(Self::Brackets)
        }
    }

    /// What is wrong.
    pub(super) fn message(self, original: &str, spun: &str) -> String {
        match self {
            Self::Blank => "names no phrase".to_owned(),
            Self::Same => format!("{spun:?} stands for itself"),
            Self::Brackets => format!("{spun:?} for {original:?} has words in brackets on one side only"),
        }
    }

    /// How to mend it.
    pub(super) fn remedy(self) -> &'static str {
        match self {
            Self::Blank => "name one, or remove the row",
            Self::Same => "remove it",
            Self::Brackets => "give both sides their words in brackets, or neither",
        }
    }
}

/// What is known of one original and one substitute.
#[derive(Clone, Copy, Default)]
struct Pair {
    counts: [f32; 4],
    pages: u32,
    /// Weight of its rank in authored lists.
    authored: f32,
    rank: Option<u8>,
    flags: u8,
    /// Never good English, in the lowest bit, and which words must have a capital for that, in those above.
    certain: u8,
}

impl Pair {
    fn merge(&mut self, other: &Self, share: f32, flags: u8) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more * share;
        }
        self.pages = self.pages.saturating_add((other.pages as f32 * share) as u32);
        self.authored = self.authored.max(other.authored * share);
        self.rank = match (self.rank, other.rank) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.flags |= other.flags | flags;
        self.certain = match (self.certain, other.certain) {
            (0, certain) | (certain, 0) => certain,
            // What one of both says of any case holds in any.
            (a, b) => a & b,
        };
    }
}

/// One phrase, as an original or a substitute.
struct Phrase {
    /// Ids for the language model.
    model: Vec<u32>,
    /// Ids for look-up: numbers are words here.
    lookup: Vec<u32>,
    /// As it is to be written.
    text: String,
}

struct Compiler<'m> {
    ngrams: &'m Ngrams,
    /// The packs that this one will stand on.
    below: Option<&'m Layers>,
    inflection: Inflection,
    /// British words with their American twins.
    spellings: HashMap<String, (String, Use)>,
    /// Irregular forms of these sources: lemma, form and word.
    forms: Vec<[String; 3]>,
    sources: Vec<String>,
    phrases: Vec<Phrase>,
    by_key: HashMap<String, u32>,
    /// Words that neither the model nor the packs below have, with their ids.
    extra: BTreeMap<String, u32>,
    pairs: HashMap<(u32, u32), Pair>,
    expressions: BTreeMap<Vec<u8>, u64>,
    allowed: BTreeSet<Vec<u8>>,
    /// Words, as they are looked up, that hardly ever stand in place of others.
    seldom: BTreeSet<u32>,
}

impl<'m> Compiler<'m> {
    fn new(ngrams: &'m Ngrams, below: Option<&'m Layers>) -> Self {
        let spellings = below.iter().flat_map(|below| below.spellings());
        Self {
            ngrams,
            below,
            spellings: spellings.map(|(uk, us, using)| (uk.to_owned(), (us.to_owned(), using))).collect(),
            inflection: Inflection::default(),
            forms: Vec::new(),
            sources: Vec::new(),
            phrases: Vec::new(),
            by_key: HashMap::new(),
            extra: BTreeMap::new(),
            pairs: HashMap::new(),
            expressions: BTreeMap::new(),
            allowed: BTreeSet::new(),
            seldom: BTreeSet::new(),
        }
    }

    /// Takes the irregular forms of the packs below over.
    fn inherit_forms(&mut self) {
        for [lemma, form, word] in self.below.iter().flat_map(|below| below.forms()) {
            if let Some(form) = Form::from_name(form) {
                self.inflection.insert(lemma, form, word);
            }
        }
    }

    /// Number of words that have ids so far.
    fn words(&self) -> usize {
        self.below.map_or(self.ngrams.words(), Layers::word_count) + self.extra.len()
    }

    /// Ids of the words of a phrase, for the language model and for look-up; new words get ids of their own.
    fn ids(&mut self, text: &str) -> Vec<(u32, u32)> {
        let tokens = tokenizer::phrase(text);
        let mut word = String::new();
        let mut ids = Vec::with_capacity(tokens.len());
        for token in &tokens {
            let text = token.text(text);
            let class = key::class(token.kind, text);
            key::normalize(text, &mut word);
            if class.is_some() {
                ids.push((class.unwrap_or_default(), self.id(&word)));
                continue;
            }
            let lookup = match self.spellings.get(&word) {
                Some((american, _)) => self.id(&american.clone()),
                None => self.id(&word),
            };
            // A spelling that the model lacks is judged as its twin.
            ids.push((self.ngrams.id(&word).unwrap_or(lookup), lookup));
        }
        ids
    }

    /// The id of a word; new ones get one of their own. Numbers, which are classes to the model, are words here.
    fn id(&mut self, word: &str) -> u32 {
        let next = self.words() as u32;
        let is_number = word.starts_with(|c: char| c.is_ascii_digit());
        let known = if is_number { None } else { self.ngrams.id(word) };
        let known = known.or_else(|| self.below.and_then(|below| below.word(word)));
        known.unwrap_or_else(|| *self.extra.entry(word.to_owned()).or_insert(next))
    }

    /// A phrase with its British words spelled as American ones: all of them for look-up, else those that a British
    /// text is given back.
    fn americanized(&self, phrase: &str, for_lookup: bool) -> String {
        let mut out = String::with_capacity(phrase.len());
        let mut rest = phrase;
        while !rest.is_empty() {
            let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            let capital = word.starts_with(char::is_uppercase);
            match self.spellings.get(&word.to_lowercase()) {
                Some((american, using)) if for_lookup || *using == Use::Names || *using == Use::Common && !capital => {
                    out.push_str(&if capital { case::capitalize(american) } else { american.clone() });
                }
                _ => out.push_str(word),
            }
            let between = after.find(char::is_alphabetic).unwrap_or(after.len());
            out.push_str(&after[..between]);
            rest = &after[between..];
        }
        out
    }

    /// The number of a phrase; `None` where it is too long.
    fn phrase(&mut self, text: &str) -> Option<u32> {
        let key = key::phrase(text);
        if let Some(&id) = self.by_key.get(&key) {
            // A word that is also a name is written as a word; capitals follow those that it replaces.
            if !text.contains(' ') && !text.chars().any(char::is_uppercase) {
                text.clone_into(&mut self.phrases[id as usize].text);
            }
            return Some(id);
        }
        let ids = self.ids(text);
        if ids.len() > LONGEST {
            return None;
        }
        let (model, lookup) = ids.into_iter().unzip();
        let phrase = Phrase { model, lookup, text: text.to_owned() };
        let id = self.phrases.len() as u32;
        self.phrases.push(phrase);
        self.by_key.insert(key, id);
        Some(id)
    }

    fn add(&mut self, original: &str, spun: &str, pair: &Pair, share: f32, flags: u8) {
        let original = self.americanized(original, false);
        let spun = self.americanized(spun, true);
        let (Some(original), Some(spun)) = (self.phrase(&original), self.phrase(&spun)) else { return };
        let lookup = |number: u32| &self.phrases[number as usize].lookup;
        if lookup(spun).is_empty() || lookup(original) == lookup(spun) {
            return;
        }
        self.pairs.entry((original, spun)).or_default().merge(pair, share, flags);
    }

    fn attested(&mut self, row: &AttestedRow, pair: &Pair) {
        self.add(&row.original, &row.spun, pair, 1.0, 0);
        self.parts(&row.original, &row.spun, pair, 1.0);
    }

    fn published(&mut self, row: &PublishedRow) {
        let mut pair = Pair { flags: PUBLISHED, ..Pair::default() };
        // A phrase that is spun only beside certain words, or not beside others, says less on its own.
        let sure = if row.required.is_empty() && row.excluded.is_empty() { 1.0 } else { CONDITIONAL };
        pair.counts[2] = sure * (1.0 + (row.papers as f32).max(1.0).log10());
        self.add(&row.original, &row.spun, &pair, 1.0, 0);
        pair.counts[2] = sure;
        self.parts(&row.original, &row.spun, &pair, 1.0);
    }

    fn certain(&mut self, row: &PhraseRow) {
        // Single words are looked up once for all their places, so their case is not asked.
        let is_single = tokenizer::phrase(&row.phrase).len() == 1;
        let capitals = if is_single { 0 } else { tokenizer::capitals(&row.phrase) as u8 };
        let certain = capitals << 1 | 1;
        let pair = Pair { authored: 1.0, rank: Some(0), flags: AUTHORED, certain, ..Pair::default() };
        self.add(&row.correction, &row.phrase, &pair, 1.0, 0);
    }

    /// Adds the parts in which a longer substitution differs: what is left without the common words at both ends,
    /// and, where both sides have as many words, word for word.
    fn parts(&mut self, original: &str, spun: &str, pair: &Pair, share: f32) {
        let tokens = [original, spun].map(tokenizer::phrase);
        let forms = [key::phrase(original), key::phrase(spun)];
        let words = forms.each_ref().map(|form| form.split(' ').collect::<Vec<_>>());
        let [from, to] = words.each_ref().map(Vec::as_slice);
        if from.len() == 1 && to.len() == 1 || from.len() != tokens[0].len() || to.len() != tokens[1].len() {
            return;
        }
        // "International organizations (MNCs)" are multinational corporations; without the acronym they may be what
        // they say.
        if to.contains(&"(") {
            return;
        }
        let (mut front, mut back) = common_ends(from, to);
        // No part starts or ends within a word: "term" of "long-term" is none.
        let joins = |words: &[&str], at: usize| words.get(at).is_some_and(|word| word.starts_with(['-', '\'']));
        while front > 0 && (joins(from, front) || joins(to, front)) {
            front -= 1;
        }
        while back > 0 && [from, to].iter().any(|words| words[..words.len() - back].last() == Some(&"-")) {
            back -= 1;
        }
        // As the row writes it.
        let part = |side: usize, words: std::ops::Range<usize>| {
            let tokens = &tokens[side][words];
            let ends = tokens.first().zip(tokens.last());
            ends.map_or("", |(first, last)| &[original, spun][side][first.start as usize..last.end as usize])
        };
        let (from_left, to_left) = (front..from.len() - back, front..to.len() - back);
        let (from, to) = (&from[from_left.clone()], &to[to_left.clone()]);
        if to.is_empty() {
            return;
        }
        if from.is_empty() {
            if to.len() <= 3 && to.iter().all(|word| word.chars().any(char::is_alphanumeric)) {
                self.add("", part(1, to_left), pair, share, PART);
            }
            return;
        }
        if front + back > 0 {
            self.add(part(0, from_left), part(1, to_left), pair, share, PART);
        }
        if from.len() == to.len() && from.len() > 1 {
            for (at, (from, to)) in from.iter().zip(to).enumerate() {
                let worded =
                    |word: &str| word.starts_with(char::is_alphabetic) && word.chars().all(char::is_alphabetic);
                if from != to && worded(from) && worded(to) {
                    let at = front + at..front + at + 1;
                    self.add(part(0, at.clone()), part(1, at), pair, share * 0.5, PART);
                }
            }
        }
    }

    fn substitutes(&mut self, file: &str, row: &SubstitutesRow) {
        // A second list goes on where a first one ended. What files on top of others are called says nothing.
        let (name, science, offset) = match file {
            _ if self.below.is_some() => (false, false, 0),
            "names.csv" => (true, false, 0),
            "names-2.csv" => (true, false, SECOND),
            "science.csv" => (false, true, 0),
            "science-2.csv" => (false, true, SECOND),
            "phrases-2.csv" | "words-2.csv" => (false, false, SECOND),
            _ => (false, false, 0),
        };
        let inflects = !name && self.inflects(&row.original);
        for (rank, spun) in row.substitutes.split('|').enumerate() {
            let rank = rank + offset;
            let mut pair = Pair {
                authored: 1.0 / (rank as f32 + 2.0).powf(0.9),
                rank: Some(rank.min(254) as u8),
                flags: AUTHORED,
                ..Pair::default()
            };
            if name {
                pair.flags |= NAME;
            }
            if science {
                pair.counts[2] = 0.3;
            }
            self.add(&row.original, spun, &pair, 1.0, 0);
            if name || science || row.original.contains(' ') {
                self.parts(&row.original, spun, &pair, 0.3);
            }
            if inflects {
                self.inflect(&row.original, spun, &pair);
            }
        }
    }

    /// Whether a row's original is a base form to inflect.
    fn inflects(&self, original: &str) -> bool {
        let first = original.split(' ').next().unwrap_or_default();
        first.len() > 1 && !self.inflection.is_irregular_form(first)
    }

    /// Adds the substitution with both sides in each further form that both have.
    fn inflect(&mut self, original: &str, spun: &str, pair: &Pair) {
        for form in Form::ALL {
            let (Some(from), Some(to)) = (self.inflected(original, form), self.inflected(spun, form)) else { continue };
            if from != to {
                self.add(&from, &to, pair, 0.9, INFLECTED);
            }
        }
    }

    /// A phrase in another form: verbs at the front, nouns at the end.
    fn inflected(&self, phrase: &str, form: Form) -> Option<String> {
        let words: Vec<&str> = phrase.split(' ').collect();
        let is_verb = |word: &str| {
            [Form::Gerund, Form::Third].iter().all(|&form| self.form(word, form).is_some())
                && self.form(word, Form::Past).is_some()
        };
        if words.len() == 1 {
            return self.form(phrase, form);
        }
        let at = match form {
            Form::Third | Form::Past | Form::Participle | Form::Gerund if is_verb(words[0]) => 0,
            Form::Plural if !is_verb(words[0]) => words.len() - 1,
            _ => return None,
        };
        let changed = self.form(words[at], form)?;
        let mut words: Vec<&str> = words;
        words[at] = &changed;
        Some(words.join(" "))
    }

    /// A form of a word that the lexicon knows.
    fn form(&self, word: &str, form: Form) -> Option<String> {
        let forms = self.inflection.forms(word, form);
        let known = forms.into_iter().filter_map(|form| {
            let id = self.ngrams.id(&form)?;
            Some((form, self.ngrams.unigram(id)))
        });
        known.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(form, _)| form)
    }

    /// Words that are looked up as one, as a key.
    fn key(&mut self, phrase: &str) -> Vec<u8> {
        let mut key = Vec::new();
        self.ids(phrase).into_iter().for_each(|(_, id)| push_key(&mut key, id));
        key
    }

    /// The same, for what is asked for by ids of the language model: spelled as it is.
    fn key_as_written(&mut self, phrase: &str) -> Vec<u8> {
        let mut written = Vec::new();
        let ids = self.ids(phrase).into_iter();
        ids.for_each(|(model, lookup)| push_key(&mut written, if model < key::FIRST_WORD { lookup } else { model }));
        written
    }

    fn allow(&mut self, phrase: &str) {
        let key = self.key(phrase);
        if !key.is_empty() {
            self.allowed.insert(key);
        }
    }

    fn expression(&mut self, row: &ExpressionRow) {
        let keys = [self.key(&row.expression), self.key_as_written(&row.expression)];
        let capitals = tokenizer::capitals(&row.expression);
        for key in keys.into_iter().filter(|key| !key.is_empty()) {
            // Files come in order of their names: what was written by hand has its say before what was counted.
            self.expressions.entry(key).or_insert(capitals);
        }
    }
}
