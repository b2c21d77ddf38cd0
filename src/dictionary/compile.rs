//! Compiles the dictionaries' sources into a pack. Run by the build script, and for dictionaries of the user's own.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::error::{DictionaryError, ErrorKind};
use super::inflection::{Form, Inflection};
use super::ngrams::{Ngrams, checksum};
use super::pack::{
    ALONE, ATTESTED, AUTHORED, Codes, HEADER, INFLECTED, LOWEST_WEIGHT, MAGIC, NAME, PAIR_BITS, PART, PUBLISHED,
    SECTIONS, STARTS_ALLOWED, STARTS_EXPRESSION, STARTS_RUN, Section, THESAURUS, pair_bit, push_key,
};
use super::source::{
    AllowedRow, AttestedRow, ExpressionRow, FormRow, OriginRow, PublishedRow, SourceFile, SubstitutesRow, read,
};
use crate::text::key;
use crate::text::token::TokenKind;
use crate::text::tokenizer::tokenize;

/// Families, in the order of their numbers; the compiler shares no types with the library's reports.
const FAMILIES: [&str; 4] = ["thesaurus", "phrasal", "science", "translation"];
/// The longest run of words that is replaced or put in place.
const LONGEST: usize = 7;
/// Evidence that a rank in an authored list is worth, in attested counts.
const AUTHORED_MASS: f32 = 4.0;
/// Rate of substitution that the first look at a text has in mind.
const USUAL_RATE: f32 = 0.2;
/// Share of a published phrase's count where the list states conditions for it.
const CONDITIONAL: f32 = 0.3;
/// Counts that the other families lend to one family.
const SHARED_MASS: f32 = 5.0;

/// Compiles sources for a model.
///
/// Takes about three seconds for 200,000 rows.
pub(crate) fn compile(files: &[SourceFile], ngrams: &Ngrams) -> Result<Vec<u8>, DictionaryError> {
    let mut compiler = Compiler::new(ngrams);
    let mut files: Vec<&SourceFile> = files.iter().collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    for file in files.iter().filter(|file| file.path == "sources.csv") {
        for (_, row) in read::<OriginRow>(file)? {
            compiler.sources.push(row.id);
        }
    }
    for file in files.iter().filter(|file| file.path.starts_with("inflection/")) {
        for (line, row) in read::<FormRow>(file)? {
            let form = Form::from_name(&row.form).ok_or_else(|| {
                row_error(file, line, &format!("unknown form {:?}; use one of plural, third, past, participle, gerund, comparative, superlative", row.form))
            })?;
            compiler.check_source(file, line, &row.source)?;
            compiler.inflection.insert(&row.lemma, form, &row.word);
        }
    }
    // Expressions come last: how an original is written is for the substitutions to say.
    files.sort_by_key(|file| file.path.starts_with("expressions/"));
    for file in &files {
        match file.path.split_once('/') {
            Some(("substitutions", "attested.csv")) => {
                for (line, row) in read::<AttestedRow>(file)? {
                    compiler.check_source(file, line, &row.source)?;
                    compiler.attested(file, line, &row)?;
                }
            }
            Some(("substitutions", "published.csv")) => {
                for (line, row) in read::<PublishedRow>(file)? {
                    compiler.check_source(file, line, &row.source)?;
                    compiler.published(&row);
                }
            }
            Some(("substitutions", name)) => {
                for (line, row) in read::<SubstitutesRow>(file)? {
                    compiler.check_source(file, line, &row.source)?;
                    compiler.substitutes(name, &row);
                }
            }
            Some(("expressions", _)) => {
                for (line, row) in read::<ExpressionRow>(file)? {
                    compiler.check_source(file, line, &row.source)?;
                    compiler.expression(&row);
                }
            }
            None if file.path == "allowed.csv" => {
                for (line, row) in read::<AllowedRow>(file)? {
                    if row.reason.is_empty() {
                        return Err(row_error(file, line, "an allowed phrase needs a reason"));
                    }
                    compiler.allowed.insert(key::phrase(&row.phrase));
                }
            }
            _ => {}
        }
    }
    compiler.finish()
}

fn row_error(file: &SourceFile, line: u64, what: &str) -> DictionaryError {
    DictionaryError::new(ErrorKind::Row, format!("{}:{line}: {what}", file.path))
}

/// A substitute and its original, with the weights in each family.
type Weighted = (u32, u32, [Option<f32>; 4], Pair);

/// What is known of one original and one substitute.
#[derive(Clone, Copy, Default)]
struct Pair {
    counts: [f32; 4],
    pages: u32,
    /// Weight of its rank in authored lists.
    authored: f32,
    rank: Option<u8>,
    flags: u8,
}

impl Pair {
    fn merge(&mut self, other: &Self, share: f32, flags: u8) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more * share;
        }
        self.pages += (other.pages as f32 * share) as u32;
        self.authored = self.authored.max(other.authored * share);
        self.rank = match (self.rank, other.rank) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.flags |= other.flags | flags;
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
    inflection: Inflection,
    sources: Vec<String>,
    phrases: Vec<Phrase>,
    by_key: HashMap<String, u32>,
    extra: BTreeMap<String, u32>,
    pairs: HashMap<(u32, u32), Pair>,
    expressions: BTreeMap<Vec<u8>, u64>,
    allowed: BTreeSet<String>,
}

impl<'m> Compiler<'m> {
    fn new(ngrams: &'m Ngrams) -> Self {
        Self {
            ngrams,
            inflection: Inflection::default(),
            sources: Vec::new(),
            phrases: Vec::new(),
            by_key: HashMap::new(),
            extra: BTreeMap::new(),
            pairs: HashMap::new(),
            expressions: BTreeMap::new(),
            allowed: BTreeSet::new(),
        }
    }

    fn check_source(&self, file: &SourceFile, line: u64, source: &str) -> Result<(), DictionaryError> {
        if self.sources.iter().any(|known| known == source) {
            return Ok(());
        }
        Err(row_error(file, line, &format!("unknown source {source:?}; add it to sources.csv or correct the name")))
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
        let mut tokens = Vec::new();
        tokenize(text, &mut tokens);
        tokens.retain(|token| token.kind != TokenKind::Quote);
        if tokens.len() > LONGEST {
            return None;
        }
        let mut phrase = Phrase { model: Vec::new(), lookup: Vec::new(), text: text.to_owned() };
        let mut word = String::new();
        for token in &tokens {
            let text = token.text(text);
            let class = key::class(token.kind, text);
            key::normalize(text, &mut word);
            let id = match (class, self.ngrams.id(&word)) {
                (None, Some(id)) => id,
                _ => {
                    let next = (self.ngrams.words() + self.extra.len()) as u32;
                    *self.extra.entry(word.clone()).or_insert(next)
                }
            };
            phrase.lookup.push(id);
            phrase.model.push(class.unwrap_or(id));
        }
        let id = self.phrases.len() as u32;
        self.phrases.push(phrase);
        self.by_key.insert(key, id);
        Some(id)
    }

    fn add(&mut self, original: &str, spun: &str, pair: &Pair, share: f32, flags: u8) {
        let (Some(original), Some(spun)) = (self.phrase(original), self.phrase(spun)) else { return };
        if original == spun || self.phrases[spun as usize].lookup.is_empty() {
            return;
        }
        self.pairs.entry((original, spun)).or_default().merge(pair, share, flags);
    }

    fn attested(&mut self, file: &SourceFile, line: u64, row: &AttestedRow) -> Result<(), DictionaryError> {
        let family = FAMILIES.iter().position(|name| *name == row.family).ok_or_else(|| {
            row_error(file, line, &format!("unknown family {:?}; use one of {}", row.family, FAMILIES.join(", ")))
        })?;
        let mut pair = Pair { pages: row.pages, flags: ATTESTED, ..Pair::default() };
        pair.counts[family] = row.count as f32;
        self.add(&row.original, &row.spun, &pair, 1.0, 0);
        self.parts(&row.original, &row.spun, &pair, 1.0);
        Ok(())
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

    /// Adds the parts in which a longer substitution differs: what is left without the common words at both ends,
    /// and, where both sides have as many words, word for word.
    fn parts(&mut self, original: &str, spun: &str, pair: &Pair, share: f32) {
        let (original_key, spun_key) = (key::phrase(original), key::phrase(spun));
        let from: Vec<&str> = original_key.split(' ').collect();
        let to: Vec<&str> = spun_key.split(' ').collect();
        if from.len() == 1 && to.len() == 1 {
            return;
        }
        let front = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
        let most = from.len().min(to.len()) - front;
        let back = from.iter().rev().zip(to.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
        let (from, to) = (&from[front..from.len() - back], &to[front..to.len() - back]);
        if to.is_empty() {
            return;
        }
        if from.is_empty() {
            if to.len() <= 3 && to.iter().all(|word| word.chars().any(char::is_alphanumeric)) {
                self.add("", &to.join(" "), pair, share, PART);
            }
            return;
        }
        if front + back > 0 {
            self.add(&from.join(" "), &to.join(" "), pair, share, PART);
        }
        if from.len() == to.len() && from.len() > 1 {
            for (from, to) in from.iter().zip(to) {
                let worded = |word: &str| word.chars().all(|c| c.is_alphabetic() || c == '-');
                if from != to && worded(from) && worded(to) {
                    self.add(from, to, pair, share * 0.5, PART);
                }
            }
        }
    }

    fn substitutes(&mut self, file: &str, row: &SubstitutesRow) {
        let name = file.starts_with("names");
        let science = file.starts_with("science");
        let thesaurus = file.starts_with("thesaurus");
        // A second list goes on where a first one ended.
        let offset = if thesaurus {
            30
        } else if file.contains('2') {
            6
        } else {
            0
        };
        let inflects = !name && self.inflects(&row.original);
        for (rank, spun) in row.substitutes.split('|').enumerate() {
            let rank = rank + offset;
            let mut pair = Pair {
                authored: 1.0 / (rank as f32 + 2.0).powf(0.9),
                rank: Some(rank.min(254) as u8),
                flags: if thesaurus { THESAURUS } else { AUTHORED },
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

    fn expression(&mut self, row: &ExpressionRow) {
        let Some(phrase) = self.phrase(&row.expression) else { return };
        let mut key = Vec::new();
        self.phrases[phrase as usize].lookup.iter().for_each(|&id| push_key(&mut key, id));
        let mut tokens = Vec::new();
        tokenize(&row.expression, &mut tokens);
        tokens.retain(|token| token.kind != TokenKind::Quote);
        let capitals = tokens.iter().map(|token| token.text(&row.expression).starts_with(char::is_uppercase));
        let capitals = capitals.enumerate().fold(0, |bits, (at, capital)| bits | u64::from(capital) << at);
        if !key.is_empty() {
            self.expressions.insert(key, capitals);
        }
    }

    /// ln P(phrase) in running English.
    fn log_frequency(&self, phrase: &Phrase) -> f32 {
        let mut window: Option<(u32, Option<u32>)> = None;
        let mut sum = 0.0;
        for &id in &phrase.model {
            sum += match window {
                None => self.ngrams.unigram(id),
                Some((last, None)) => self.ngrams.pair(last, id),
                Some((last, Some(before))) => self.ngrams.log_prob(before, last, id),
            };
            window = Some((id, window.map(|(last, _)| last)));
        }
        sum
    }

    fn finish(mut self) -> Result<Vec<u8>, DictionaryError> {
        // Originals with what is put in their place, in order, so that equal sources give equal bytes.
        let mut pairs: Vec<((u32, u32), Pair)> = self.pairs.drain().collect();
        pairs.sort_unstable_by_key(|entry| entry.0);
        let mut totals = [0f32; 4];
        for (_, pair) in &pairs {
            if pair.flags & (INFLECTED | PART) == 0 {
                totals.iter_mut().zip(pair.counts).for_each(|(total, count)| *total += count);
            }
        }
        let all: f32 = totals.iter().sum::<f32>().max(1.0);
        let mut readiness = vec![32u8; self.ngrams.words() + self.extra.len()];
        let mut weighted: Vec<Weighted> = Vec::with_capacity(pairs.len());
        for group in pairs.chunk_by(|a, b| a.0.0 == b.0.0) {
            let original = group[0].0.0;
            let phrase = &self.phrases[original as usize];
            let frequency = if phrase.model.is_empty() { 0.01 } else { self.log_frequency(phrase).exp() };
            let counts: [f32; 4] = std::array::from_fn(|family| group.iter().map(|entry| entry.1.counts[family]).sum());
            let count: f32 = counts.iter().sum();
            let ready = ((count + 1.0) / (all * frequency + 1.0)).clamp(0.05, 6.0);
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
                    let weight = (ready_here.clamp(0.02, 8.0) * here).ln();
                    (weight > LOWEST_WEIGHT).then_some(weight)
                });
                weighted.push((spun, original, weights, pair));
            }
        }
        weighted.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| best(&b.2).total_cmp(&best(&a.2))).then(a.1.cmp(&b.1)));
        let tells = self.tells(&weighted, readiness.len());
        self.write(&weighted, &readiness, &tells)
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
            left[word as usize] += self.log_frequency(original).exp() * mixed;
        }
        let tell = |(word, left): (usize, f32)| {
            if left > 0.0 { left.ln() - self.ngrams.unigram(word as u32) } else { -16.0 }
        };
        left.into_iter().enumerate().map(tell).collect()
    }

    fn write(&self, weighted: &[Weighted], readiness: &[u8], tells: &[f32]) -> Result<Vec<u8>, DictionaryError> {
        let failed = |error: fst::Error| DictionaryError::new(ErrorKind::Pack, format!("cannot compile: {error}"));
        let mut sections: [Vec<u8>; SECTIONS] = std::array::from_fn(|_| Vec::new());
        let words = self.extra.iter().map(|(word, &id)| (word.as_str(), u64::from(id)));
        sections[Section::Words as usize] = fst::Map::from_iter(words).map_err(failed)?.as_fst().as_bytes().to_vec();

        // Only phrases that are an original get a number in the pack.
        let mut numbers: HashMap<u32, u32> = HashMap::new();
        let (mut texts, mut ids) = (0u32, 0u32);
        for &(_, original, _, _) in weighted {
            if numbers.contains_key(&original) {
                continue;
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

        let mut singles: BTreeMap<u32, &[Weighted]> = BTreeMap::new();
        let mut runs: BTreeMap<Vec<u8>, &[Weighted]> = BTreeMap::new();
        for group in weighted.chunk_by(|a, b| a.0 == b.0) {
            let lookup = &self.phrases[group[0].0 as usize].lookup;
            if let [word] = lookup[..] {
                singles.insert(word, group);
            } else {
                let mut key = Vec::new();
                lookup.iter().for_each(|&id| push_key(&mut key, id));
                runs.insert(key, group);
            }
        }
        let mut entries = 0u32;
        let mut push = |group: &[Weighted], out: &mut Vec<u8>| {
            for (_, original, weights, pair) in group {
                out.extend(numbers[original].to_le_bytes());
                out.extend(Codes::of(*weights).0);
                out.extend([pair.flags, pair.pages.min(255) as u8, pair.rank.unwrap_or(255), 0]);
                entries += 1;
            }
            entries
        };
        let mut end = 0;
        for word in 0..readiness.len() as u32 {
            if let Some(group) = singles.get(&word) {
                end = push(group, &mut sections[Section::Entries as usize]);
            }
            sections[Section::SingleEnds as usize].extend(end.to_le_bytes());
        }
        // Runs follow; the first one starts where the single words end.
        let mut run_ends = vec![end];
        let mut builder = fst::MapBuilder::memory();
        for (key, group) in &runs {
            builder.insert(key, run_ends.len() as u64).map_err(failed)?;
            run_ends.push(push(group, &mut sections[Section::Entries as usize]));
        }
        sections[Section::Runs as usize] = builder.into_inner().map_err(failed)?;
        sections[Section::RunEnds as usize] = run_ends.iter().flat_map(|end| end.to_le_bytes()).collect();
        sections[Section::Readiness as usize] = readiness.to_vec();
        let code = |nats: f32, steps: f32| (nats * steps).round().clamp(-128.0, 127.0) as i8 as u8;
        sections[Section::Tells as usize] = tells.iter().map(|&tell| code(tell, 8.0)).collect();
        // A word of a spun text was left as it was, or put there by the spinner.
        let evidence = tells.iter().zip(readiness).map(|(&tell, &ready)| {
            let kept = 1.0 - (USUAL_RATE * f32::from(ready) / 32.0).min(0.9);
            code((kept + USUAL_RATE * tell.exp()).ln(), 32.0)
        });
        sections[Section::Evidence as usize] = evidence.collect();
        let mut starts = vec![0u8; readiness.len()];
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
        runs.keys().for_each(|key| start(key, STARTS_RUN));
        self.expressions.keys().for_each(|key| start(key, STARTS_EXPRESSION));
        let expressions = self.expressions.iter().map(|(key, &kind)| (key, kind));
        sections[Section::Expressions as usize] =
            fst::Map::from_iter(expressions).map_err(failed)?.as_fst().as_bytes().to_vec();
        let mut allowed = BTreeMap::new();
        for phrase in &self.allowed {
            let mut key = Vec::new();
            for word in phrase.split(' ') {
                let id = self.ngrams.id(word).or_else(|| self.extra.get(word).copied());
                push_key(&mut key, id.unwrap_or(key::UNKNOWN));
            }
            start(&key, STARTS_ALLOWED);
            allowed.insert(key, 0u64);
        }
        sections[Section::Allowed as usize] =
            fst::Map::from_iter(allowed).map_err(failed)?.as_fst().as_bytes().to_vec();
        sections[Section::Starts as usize] = starts;
        sections[Section::Pairs as usize] = pairs;
        sections[Section::Sources as usize] = self.sources.join("\n").into_bytes();

        let mut bytes = vec![0u8; HEADER];
        for (n, section) in sections.iter().enumerate() {
            bytes.extend_from_slice(section);
            let end = bytes.len() as u64;
            bytes[32 + n * 8..40 + n * 8].copy_from_slice(&end.to_le_bytes());
        }
        bytes[..8].copy_from_slice(MAGIC);
        bytes[16..24].copy_from_slice(&self.ngrams.checksum().to_le_bytes());
        bytes[24..32].copy_from_slice(&(readiness.len() as u64).to_le_bytes());
        let sum = checksum(&bytes[HEADER..]);
        bytes[8..16].copy_from_slice(&sum.to_le_bytes());
        Ok(bytes)
    }
}

fn best(weights: &[Option<f32>; 4]) -> f32 {
    weights.iter().flatten().copied().fold(f32::NEG_INFINITY, f32::max)
}
