//! Which spans might be wrong, and what instead?
//!
//! Candidates are undecided: a run of words and one reading of it that the substitution table allows.

pub(crate) mod allowed;
mod bars;
mod lists;
mod numbers;
pub(crate) mod order;
pub(crate) mod realize;

use std::cell::LazyCell;
use std::ops::Range;

use allowed::Allowed;
pub(crate) use numbers::partners;

use crate::dictionary::Dictionary;
use crate::dictionary::compile::LONGEST;
use crate::dictionary::ngrams::Ngrams;
use crate::dictionary::pack::{CERTAIN, Codes, Substitution};
use crate::text::key::{self, FIRST_WORD, SENTENCE, Short};
use crate::text::token::{QUOTE_BEFORE, QUOTED, SENTENCE_START, SPACE_BEFORE, Token, TokenKind, VOUCHED};
use crate::text::tokenizer;

/// The longest run of words that is looked up.
pub(crate) const LONGEST_RUN: usize = LONGEST;
/// Readings of one word that are looked at, likeliest first by the channel alone.
const MOST_READINGS: usize = 15;
/// Sentences are cut after this many words.
const LONGEST_SENTENCE: usize = 240;
/// Few sentences have more words.
const USUAL_SENTENCE: usize = 32;

/// One token as the dictionaries know it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word {
    /// Id for the language model; numbers are classes of shapes there.
    pub(crate) model: u32,
    /// Id for look-up in the dictionaries; British words have that of their American twin.
    pub(crate) lookup: u32,
    /// Index of the token in its block.
    pub(crate) token: u32,
    /// Inside quotation marks.
    pub(crate) quoted: bool,
    /// Must not change.
    pub(crate) fixed: bool,
    /// How many words, from this one on, are an expression that is to stay whole, as settings or the author say; 0 where
    /// none starts.
    pub(crate) held: u8,
    /// A hyphen joins it to a prefix: it is no word of its own.
    pub(crate) prefixed: bool,
    /// A quotation mark stands before it, so that no candidate reaches across.
    pub(crate) barrier: bool,
    /// It starts with a capital.
    pub(crate) capital: bool,
    /// It is of letters, not a mark or a number.
    pub(crate) lettered: bool,
}

/// What a candidate puts in place of a run of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Reading {
    /// An original of the dictionaries.
    Original(u32),
    /// "a" or "an", whichever the text does not have.
    Article(u32),
    /// The last `tail` words of the run, then its first `head` ones.
    Moved {
        /// Number of words from the end.
        tail: u8,
        /// Number of words from the start.
        head: u8,
    },
}

/// The words of a reading, for the language model; held in place, as there are very many.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Ids {
    words: [u32; LONGEST_RUN],
    count: u8,
}

impl Ids {
    /// The first words of a run, as many as fit.
    pub(crate) fn new(words: impl IntoIterator<Item = u32>) -> Self {
        let mut ids = Self { words: [0; LONGEST_RUN], count: 0 };
        for (place, word) in ids.words.iter_mut().zip(words) {
            *place = word;
            ids.count += 1;
        }
        ids
    }

    fn drop_first(&mut self) {
        *self = Self::new(self.iter().copied().skip(1));
    }

    fn drop_last(&mut self) {
        self.count -= 1;
        self.words[self.count as usize] = 0;
    }
}

impl std::ops::Deref for Ids {
    type Target = [u32];

    fn deref(&self) -> &[u32] {
        &self.words[..self.count as usize]
    }
}

impl std::fmt::Debug for Ids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// A run of words and one reading of it.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// First word, as an index into the sentence.
    pub(crate) start: u16,
    /// One past the last word.
    pub(crate) end: u16,
    /// What stands there instead.
    pub(crate) reading: Reading,
    /// The reading's words for the language model.
    pub(crate) ids: Ids,
    /// Words of the original's text that are left out at its start and end, as they stand in the text already.
    pub(crate) trimmed: (u8, u8),
    /// ln P(spun | original) with the original's readiness, for each family.
    pub(crate) codes: Codes,
    /// Where the substitution comes from (bits of [`crate::dictionary::pack`]).
    pub(crate) flags: u8,
    /// Pages it was seen on.
    pub(crate) pages: u8,
    /// Its rank among the original's substitutes.
    pub(crate) rank: u8,
    /// Whether the words that stand there are never good English.
    pub(crate) certain: bool,
    /// How much better than what stands there it fits the words around, by the context scorer, in nats.
    pub(crate) context: f32,
    /// How much better than what stands there it fits the whole passage, by the encoder, in nats; 0 where none read it.
    pub(crate) fit: f32,
    /// ln of the odds that these words were changed at all, by context scorer and channel alone, up to the rate.
    pub(crate) pressure: f32,
    /// ln of the channel's part under the families that the estimation starts from; kept, as it is asked for often.
    pub(crate) channel: f32,
}

impl Candidate {
    /// A reading of `length` words from `start` on of which nothing else is known yet.
    pub(crate) fn new(start: usize, length: usize, reading: Reading, ids: Ids, codes: Codes) -> Self {
        Self {
            start: start as u16,
            end: (start + length) as u16,
            reading,
            ids,
            trimmed: (0, 0),
            codes,
            flags: 0,
            pages: 0,
            rank: 0,
            certain: false,
            context: 0.0,
            fit: 0.0,
            pressure: 0.0,
            channel: 0.0,
        }
    }
}

/// Looks up a block's tokens and cuts them into sentences.
pub(crate) fn sentences(block: &str, tokens: &[Token], dictionary: &Dictionary) -> Vec<Vec<Word>> {
    sentences_with(block, tokens, dictionary, &Allowed::default(), &mut Recent::default())
}

/// [`sentences`], with phrases of the block that settings allow, and words that the same dictionary was asked about
/// lately.
pub(crate) fn sentences_with(
    block: &str,
    tokens: &[Token],
    dictionary: &Dictionary,
    allowed: &Allowed,
    recent: &mut Recent,
) -> Vec<Vec<Word>> {
    let mut sentences = Vec::new();
    let mut sentence: Vec<Word> = Vec::new();
    let mut form = String::new();
    let mut barrier = false;
    // How far the allowed phrases reach that have started, in tokens, and whether one did since the last word.
    let (mut reach, mut opens) = (0, false);
    // How far those reach that have started in the sentence before.
    let mut carried = 0;
    let lists = lists::find(block, tokens);
    let mut lists = lists.iter().peekable();
    for (index, token) in tokens.iter().enumerate() {
        let reached = reach;
        let run = allowed.run(index);
        if run > 0 {
            (reach, opens) = (reach.max(index + run), true);
        }
        if (token.has(SENTENCE_START) || sentence.len() >= LONGEST_SENTENCE) && !sentence.is_empty() {
            sentences.push(std::mem::replace(&mut sentence, Vec::with_capacity(USUAL_SENTENCE)));
        }
        if sentence.is_empty() {
            carried = reached;
        }
        if token.kind == TokenKind::Quote {
            barrier = true;
            continue;
        }
        while lists.next_if(|list| list.end <= index).is_some() {}
        let text = token.text(block);
        let (model, lookup) = match key::class(token.kind, text) {
            Some(class) => {
                key::normalize(text, &mut form);
                (class, dictionary.pack.word(&form).unwrap_or(class))
            }
            None => match key::short(block.as_bytes(), token.start as usize, token.end as usize) {
                Some(short) => recent.look_up(short, dictionary),
                None => {
                    key::normalize(text, &mut form);
                    match key::pack(&form) {
                        Some(short) => recent.look_up(short, dictionary),
                        None => Recent::ids(&form, dictionary),
                    }
                }
            },
        };
        // What goes on from one sentence to the next starts anew there.
        let opens = std::mem::take(&mut opens) || sentence.is_empty();
        let held = if opens && index < reach { words(&tokens[index..reach]) } else { 0 };
        sentence.push(Word {
            model,
            lookup,
            token: index as u32,
            quoted: token.has(QUOTED),
            // No change reaches over all of a phrase that goes on from the sentence before.
            fixed: token.kind == TokenKind::Protected
                || token.has(VOUCHED)
                || index < carried
                || lists.peek().is_some_and(|list| list.start <= index)
                || token.kind == TokenKind::Number && numbers::stays(block, tokens, index)
                || token.kind == TokenKind::Word && numbers::is_day(block, tokens, index)
                || is_in_identifier(block, token),
            held: held.try_into().unwrap_or(u8::MAX),
            prefixed: is_prefixed(block, &tokens[..=index]),
            barrier: barrier || token.has(QUOTE_BEFORE),
            capital: text.starts_with(char::is_uppercase),
            lettered: token.kind == TokenKind::Word,
        });
        barrier = false;
        if token.has(VOUCHED) {
            hold_vouched(&mut sentence, dictionary);
        }
    }
    if !sentence.is_empty() {
        sentences.push(sentence);
    }
    sentences
}

/// How many of some tokens are words of a sentence.
fn words(tokens: &[Token]) -> usize {
    tokens.iter().filter(|token| token.kind != TokenKind::Quote).count()
}

/// Holds the expression that a sentence ends with, up to now, whose last word the author vouches for: what the
/// dictionaries have as one, or else words with capitals.
fn hold_vouched(sentence: &mut [Word], dictionary: &Dictionary) {
    let end = sentence.len();
    let barrier = sentence.iter().rposition(|word| word.barrier).unwrap_or(0);
    let first = barrier.max(end.saturating_sub(LONGEST_RUN));
    let is_run = |start: &usize| {
        let (mut is_run, length) = (false, end - start);
        let lookups = || sentence[*start..].iter().map(|word| word.lookup);
        dictionary.pack.for_each_run(lookups(), |found, _| is_run |= found == length);
        dictionary.pack.for_each_expression(lookups(), |found, _| is_run |= found == length);
        is_run
    };
    let run = (first..end).find(is_run).unwrap_or(end);
    let capitals = sentence[first..].iter().rev().take_while(|word| word.capital).count();
    let start = run.min(end - capitals);
    if let Some(word) = sentence[start..].first_mut() {
        word.held = word.held.max((end - start) as u8);
    }
}

/// Prefixes of which what a hyphen joins to them is a part; behind others ("pre-", "self-") stand words that spinners swap.
const PREFIXES: [&str; 7] = ["anti", "de", "mis", "non", "over", "re", "un"];

/// Whether a hyphen joins the last of these tokens to a prefix: "re-announcing".
fn is_prefixed(block: &str, tokens: &[Token]) -> bool {
    let [.., prefix, hyphen, word] = tokens else { return false };
    !word.has(SPACE_BEFORE)
        && !hyphen.has(SPACE_BEFORE)
        && hyphen.text(block) == "-"
        && PREFIXES.iter().any(|known| known.eq_ignore_ascii_case(prefix.text(block)))
}

/// Whether an underscore joins a token to another word or number: "utilized_vehicles".
fn is_in_identifier(block: &str, token: &Token) -> bool {
    fn joins(mut chars: impl Iterator<Item = char>) -> bool {
        chars.next() == Some('_') && chars.find(|&c| c != '_').is_some_and(char::is_alphanumeric)
    }
    let (start, end, bytes) = (token.start as usize, token.end as usize, block.as_bytes());
    // Bytes tell it of nearly every token at once.
    bytes.get(end) == Some(&b'_') && joins(block[end..].chars())
        || bytes[..start].last() == Some(&b'_') && joins(block[..start].chars().rev())
}

/// Places for recent words, of which each holds two: of few texts, which are to touch little memory, and of many.
const FEW_RECENT: usize = 1 << 10;
const MANY_RECENT: usize = 1 << 14;

/// A word and its ids.
#[derive(Clone, Copy, Default)]
struct RecentWord {
    /// Its look-up form, the first eight bytes of it and the others.
    form: [u64; 2],
    model: u32,
    lookup: u32,
}

/// The ids of recent words, two for each place that their bytes hash to, the one that was asked for last before the other:
/// most words of a text come again soon, and comparing a few bytes is cheaper than walking the lexicon. What is not in use
/// is an empty form, which is no word, with the ids of an unknown one.
pub(crate) struct Recent {
    words: Vec<[RecentWord; 2]>,
    /// How many words were not there.
    missed: usize,
}

impl Default for Recent {
    fn default() -> Self {
        Self { words: vec![Default::default(); FEW_RECENT], missed: 0 }
    }
}

impl Recent {
    /// Ids of a word for the language model and for the dictionaries.
    #[inline]
    fn look_up(&mut self, form: Short, dictionary: &Dictionary) -> (u32, u32) {
        let form = [form.0 as u64, (form.0 >> 64) as u64];
        let folded = form[0].wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ form[1];
        // Of both tables the length is a power of two.
        let place = (folded.wrapping_mul(0xff51_afd7_ed55_8ccd) >> 32) as usize & (self.words.len() - 1);
        let [last, other] = &mut self.words[place];
        if last.form != form {
            std::mem::swap(last, other);
            if last.form != form {
                let (model, lookup) = Self::packed_ids(form, dictionary);
                *last = RecentWord { form, model, lookup };
                self.missed += 1;
                if self.missed == FEW_RECENT {
                    self.words = vec![Default::default(); MANY_RECENT];
                }
                return (model, lookup);
            }
        }
        (last.model, last.lookup)
    }

    #[cold]
    fn packed_ids(form: [u64; 2], dictionary: &Dictionary) -> (u32, u32) {
        let bytes = form.map(u64::to_le_bytes);
        let bytes = bytes.as_flattened();
        let length = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
        Self::ids(std::str::from_utf8(&bytes[..length]).unwrap_or_default(), dictionary)
    }

    fn ids(form: &str, dictionary: &Dictionary) -> (u32, u32) {
        match dictionary.ngrams.id(form) {
            Some(id) => (id, dictionary.pack.twin(id)),
            None => {
                let id = dictionary.pack.word(form).unwrap_or(key::UNKNOWN);
                let twin = dictionary.pack.twin(id);
                // A spelling that the model lacks is judged as its twin.
                let is_known = (twin as usize) < dictionary.ngrams.words();
                (if is_known { twin } else { key::UNKNOWN }, twin)
            }
        }
    }
}

/// Ids of the words that the grammar of candidates needs.
#[derive(Debug)]
pub(crate) struct Grammar {
    articles: [u32; 2],
    marks: order::Marks,
    bars: bars::Bars,
    /// What joins words that are set side by side.
    joins: [u32; 8],
    hyphen: u32,
    /// What goes on a word that stands before it.
    endings: [u32; 7],
    /// Nouns that spinners put many of a smaller measure for: "12 months" for "year".
    measures: [u32; 10],
    /// What a noun without an article does not stand behind, though clean English has some pairs of them: "year after
    /// year".
    bare: [u32; 20],
}

impl Grammar {
    pub(crate) fn new(dictionary: &Dictionary) -> Self {
        let id = |word: &str| dictionary.ngrams.id(word).unwrap_or(u32::MAX);
        let joins = ["and", "or", ",", ":", "/", "&", "=", "nor"].map(id);
        let (hyphen, endings) = (id("-"), ["-", "'s", "'re", "'ve", "'ll", "'d", "'m"].map(id));
        let measures =
            ["century", "day", "decade", "fortnight", "hour", "minute", "month", "quarter", "week", "year"].map(id);
        let bare = [
            "about", "after", "around", "at", "before", "by", "during", "for", "from", "in", "on", "over", "since",
            "than", "through", "to", "until", "with", "within", "without",
        ]
        .map(id);
        let articles = [id("a"), id("an")];
        let (marks, bars) = (order::Marks::new(dictionary), bars::Bars::new(dictionary));
        Self { articles, marks, bars, joins, hyphen, endings, measures, bare }
    }

    /// Whether a reading is wrong in place of the words `start..end` of a sentence, whatever speaks for it.
    pub(crate) fn is_wrong(&self, sentence: &[Word], place: (usize, usize), reading: &[u32], ngrams: &Ngrams) -> bool {
        self.says_twice(sentence, place, reading)
            || self.lacks_article(sentence, place, reading, ngrams)
            || self.bars.bar(sentence, place, reading, ngrams)
    }

    /// Whether the text itself tells that a reading and the words `start..end` of a sentence were put for one another.
    pub(crate) fn is_told(&self, sentence: &[Word], place: (usize, usize), reading: &[u32]) -> bool {
        self.bars.tells_of(sentence, place, reading)
    }

    /// Whether the name that a word is in is brought in as one: "a band called Inexperienced Zone".
    pub(crate) fn introduces(&self, sentence: &[Word], at: usize) -> bool {
        self.bars.introduce(sentence, at)
    }

    /// Whether a reading, in place of the words `start..end` of a sentence, says what stands beside them, joined to them
    /// by "and" or a comma: nobody writes "fees and fees".
    fn says_twice(&self, sentence: &[Word], (start, end): (usize, usize), reading: &[u32]) -> bool {
        // The word that joining words stand before.
        fn joined<'w>(mut beside: impl Iterator<Item = &'w Word>, joins: &[u32]) -> Option<&'w Word> {
            let joins = |word: &&Word| joins.contains(&word.model);
            beside.next().filter(joins).and_then(|_| beside.find(|word| !joins(word)))
        }
        let says = |word: Option<&Word>| word.is_some_and(|word| word.model >= FIRST_WORD && reading == [word.model]);
        says(joined(sentence[..start].iter().rev(), &self.joins)) || says(joined(sentence[end..].iter(), &self.joins))
    }

    /// Whether a reading, in place of the words `start..end` of a sentence, is a noun that wants an article, and no word
    /// before it stands for one: what happened "12 months earlier" did not happen "year earlier".
    fn lacks_article(&self, sentence: &[Word], (start, end): (usize, usize), reading: &[u32], ngrams: &Ngrams) -> bool {
        let &[noun] = reading else { return false };
        if end - start < 2 || !self.measures.contains(&noun) {
            return false;
        }
        let before = |count: usize| start.checked_sub(count).map_or(SENTENCE, |at| sentence[at].model);
        let (first, second) = (before(2), before(1));
        second == SENTENCE
            || self.bare.contains(&second)
            || ngrams.log_prob(first, second, noun) < ngrams.unigram(noun) + LEAST_DRAWN
    }
}

/// How much likelier than anywhere, in nats, a noun without an article is behind what may stand in place of one.
const LEAST_DRAWN: f32 = 1.0;

/// Every reading of one word alone, whatever stands around it, in order; as of a sentence that is this word.
pub(crate) fn alone(word: u32, dictionary: &Dictionary, grammar: &Grammar, out: &mut Vec<Candidate>) {
    out.clear();
    out.extend(dictionary.pack.single(word).take(MOST_READINGS).map(|found| reading(0, 1, found, &[], dictionary)));
    let articles = grammar.articles;
    if let Some(at) = articles.iter().position(|&article| article == word) {
        let other = articles[1 - at];
        out.push(Candidate::new(0, 1, Reading::Article(other), Ids::new([other]), Codes::of([Some(ARTICLE); 4])));
    }
    drop_spellings(|_| word, out, dictionary);
    merge(out);
}

/// Drops the readings that are only another spelling, British or American, of the words that stand there.
fn drop_spellings(lookup: impl Fn(usize) -> u32, out: &mut Vec<Candidate>, dictionary: &Dictionary) {
    out.retain(|candidate| {
        let words = (candidate.start as usize..candidate.end as usize).map(&lookup);
        candidate.ids.len() != words.len() || !candidate.ids.iter().map(|&id| dictionary.pack.twin(id)).eq(words)
    });
}

/// Every reading of a sentence's runs of several words, in order of their places. What is left of some, without the
/// words that both sides share at their ends, is a single word.
///
/// `free` is to tell of each word whether it may be read otherwise on its own.
pub(crate) fn runs(
    sentence: &[Word],
    dictionary: &Dictionary,
    grammar: &Grammar,
    free: &mut Vec<bool>,
    out: &mut Vec<Candidate>,
) {
    out.clear();
    free.clear();
    free.extend(sentence.iter().map(|word| !word.fixed && !word.prefixed));
    let pack = &dictionary.pack;
    for start in 0..sentence.len() {
        if !free[start] {
            continue;
        }
        let reach = sentence[start + 1..]
            .iter()
            .take(LONGEST_RUN - 1)
            .position(|next| next.barrier || next.fixed)
            .map_or((start + LONGEST_RUN).min(sentence.len()), |at| start + 1 + at);
        let words = sentence[start..reach].iter().map(|word| word.lookup);
        pack.for_each_run(words, |length, run| {
            out.extend(pack.run(run).map(|found| reading(start, length, found, sentence, dictionary)));
        });
        order::candidates(sentence, start, reach, &grammar.marks, out);
    }
    trim(sentence, dictionary, grammar, out);
    drop_spellings(|at| sentence[at].lookup, out, dictionary);
    drop_held(sentence, dictionary, free, out);
    drop_in_names(sentence, dictionary, free, out);
    merge(out);
}

fn reading(start: usize, length: usize, found: Substitution, sentence: &[Word], dictionary: &Dictionary) -> Candidate {
    let ids = Ids::new(dictionary.pack.original_ids(found.original));
    // "Basic Electric" is no name of a firm, but there are basic electric guitars.
    let certain = found.is_certain(|at| sentence.get(start + at).is_some_and(|word| word.capital));
    let codes = if certain { found.codes.or(Codes::of([Some(CERTAIN); 4])) } else { found.codes };
    Candidate {
        flags: found.flags,
        pages: found.pages,
        rank: found.rank.unwrap_or(u8::MAX),
        certain,
        ..Candidate::new(start, length, Reading::Original(found.original), ids, codes)
    }
}

/// Trims the words that both sides of a candidate share at their ends: "throughout the" for "in the" is "throughout"
/// for "in". No word of either side is cut in two: what "long haul" stands for is "long-term", not "-term", and of what
/// stands for "sign up" no "sign-" is left. No name is left with a part of its capitals: "attorney basic" stands for
/// "Attorney General", not "attorney General".
fn trim(sentence: &[Word], dictionary: &Dictionary, grammar: &Grammar, out: &mut [Candidate]) {
    for candidate in out {
        let Reading::Original(original) = candidate.reading else { continue };
        let total = candidate.ids.len();
        // Few share words at their ends.
        let capitals = LazyCell::new(|| tokenizer::capitals(dictionary.pack.original(original)));
        let same = |id: Option<&u32>, place: usize, at: u16| {
            let word = &sentence[at as usize];
            id.is_some_and(|&id| id == word.model || id == word.lookup) && (word.capital || *capitals >> place & 1 == 0)
        };
        let is_hyphen = |at: u16| sentence[at as usize].model == grammar.hyphen;
        while candidate.end - candidate.start > 1
            && candidate.ids.len() > 1
            && same(candidate.ids.last(), total - 1 - candidate.trimmed.1 as usize, candidate.end - 1)
            && candidate.ids[candidate.ids.len() - 2] != grammar.hyphen
            && !is_hyphen(candidate.end - 2)
        {
            candidate.end -= 1;
            candidate.ids.drop_last();
            candidate.trimmed.1 += 1;
        }
        while candidate.end - candidate.start > 1
            && candidate.ids.len() > 1
            && same(candidate.ids.first(), candidate.trimmed.0 as usize, candidate.start)
            && !grammar.endings.contains(&candidate.ids[1])
            && !is_hyphen(candidate.start + 1)
        {
            candidate.start += 1;
            candidate.ids.drop_first();
            candidate.trimmed.0 += 1;
        }
    }
}

/// Puts candidates in order of their places, and merges those that say the same, so that they do not share their
/// probability.
pub(crate) fn merge(out: &mut Vec<Candidate>) {
    out.sort_unstable_by(|a, b| {
        (a.start, a.end, a.ids)
            .cmp(&(b.start, b.end, b.ids))
            .then_with(|| b.codes.best().total_cmp(&a.codes.best()))
            .then(a.reading.cmp(&b.reading))
    });
    out.dedup_by(|next, kept| {
        let same = (next.start, next.end, next.ids) == (kept.start, kept.end, kept.ids);
        if same {
            kept.codes = kept.codes.or(next.codes);
            kept.flags |= next.flags;
            kept.pages = kept.pages.max(next.pages);
            kept.rank = kept.rank.min(next.rank);
            kept.certain |= next.certain;
        }
        same
    });
}

/// ln of how readily "a" follows a swapped word into "an".
const ARTICLE: f32 = -3.0;

/// Drops the candidates that change a part of an allowed or held phrase, whose words are not free; one that reaches over
/// all of it and further stays.
fn drop_held(sentence: &[Word], dictionary: &Dictionary, free: &mut [bool], out: &mut Vec<Candidate>) {
    for run in whole(sentence, dictionary) {
        hold(run.start, run.end, free, out, |_| false);
    }
}

/// The runs of a sentence's words that are to stay whole: what dictionaries and settings allow, and what an author vouches
/// for.
pub(crate) fn whole(sentence: &[Word], dictionary: &Dictionary) -> impl Iterator<Item = Range<usize>> {
    allowed(sentence, dictionary).chain(held(sentence))
}

/// The runs of a sentence's words that settings allow, or an author vouches for, in order of their starts. One that goes on
/// in the next sentence ends one word behind this one, so that nothing in it reaches over all of the run.
fn held(sentence: &[Word]) -> impl Iterator<Item = Range<usize>> {
    let starts = sentence.iter().enumerate().filter(|(_, word)| word.held > 0);
    starts.map(|(start, word)| start..(start + word.held as usize).min(sentence.len() + 1))
}

/// The runs of a sentence's words that are phrases which the dictionaries allow, the longest at each place, in order.
pub(crate) fn allowed(sentence: &[Word], dictionary: &Dictionary) -> impl Iterator<Item = Range<usize>> {
    (0..sentence.len()).filter_map(|start| {
        let mut longest = 0;
        let words = sentence[start..].iter().map(|word| word.lookup);
        dictionary.pack.for_each_allowed(words, |length, _| longest = longest.max(length));
        (longest > 0).then_some(start..start + longest)
    })
}

/// Leaves the words of a run as they are, but for candidates that reach over all of it and further, and for `others`.
fn hold(start: usize, end: usize, free: &mut [bool], out: &mut Vec<Candidate>, others: impl Fn(&Candidate) -> bool) {
    let last = end.min(free.len());
    free[start..last].fill(false);
    out.retain(|candidate| {
        spares(&(start..end), &(candidate.start as usize..candidate.end as usize)) || others(candidate)
    });
}

/// Whether a change of some words leaves a run alone that is to stay whole: it lies apart, or reaches over all of the run
/// and further.
pub(crate) fn spares(run: &Range<usize>, words: &Range<usize>) -> bool {
    let apart = words.end <= run.start || words.start >= run.end;
    let over = words.start <= run.start && words.end >= run.end && words.len() > run.len();
    apart || over
}

/// Drops the candidates that change a part of a name which stands there whole: the Home Office is no House Office. Where
/// more words with capitals stand beside it, it may be a part of another name.
fn drop_in_names(sentence: &[Word], dictionary: &Dictionary, free: &mut [bool], out: &mut Vec<Candidate>) {
    let is_name = |at: usize, word: &Word| {
        // A sentence's first word has a capital anyway.
        word.capital && (at > 0 || word.model < FIRST_WORD || dictionary.ngrams.case(word.model).lower < 0.5)
    };
    let mut start = 0;
    while start + 1 < sentence.len() {
        let (first, second) = (sentence[start].lookup, sentence[start + 1].lookup);
        let mut longest = 0;
        if sentence[start].capital && dictionary.pack.opens_expression(first, second) {
            let words = sentence[start..].iter().map(|word| word.lookup);
            dictionary.pack.for_each_expression(words, |length, capitals| {
                let written = sentence[start..start + length].iter().enumerate();
                let as_written = written
                    .clone()
                    .all(|(at, word)| word.capital || at >= u64::BITS as usize || capitals >> at & 1 == 0);
                // Of what is a term, too, only one of both is known: "home office".
                let all = length > 1 && written.clone().all(|(_, word)| word.capital);
                if capitals.count_ones() > 1 && as_written || all {
                    longest = longest.max(length);
                }
            });
        }
        let end = start + longest;
        let alone = !start.checked_sub(1).is_some_and(|before| is_name(before, &sentence[before]))
            && !sentence.get(end).is_some_and(|after| after.capital);
        if longest > 0 && alone {
            hold(start, end, free, out, |candidate| candidate.certain);
        }
        start = end.max(start + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::block;

    /// The words of a sentence, each with the text of its token.
    fn read<'t>(text: &'t str, dictionary: &Dictionary) -> Vec<(&'t str, Word)> {
        let mut tokens = Vec::new();
        block::read(text, &mut tokens);
        let words = sentences(text, &tokens, dictionary).into_iter().flatten();
        words.map(|word| (tokens[word.token as usize].text(text), word)).collect()
    }

    #[test]
    fn an_unused_place_holds_what_is_no_word() {
        let RecentWord { form, model, lookup } = RecentWord::default();
        assert_eq!(key::pack(""), Some(Short(0)));
        assert_eq!((form, (model, lookup)), ([0; 2], Recent::ids("", &Dictionary::builtin())));
    }

    #[test]
    fn words_are_the_same_in_a_small_table_and_in_a_large_one() {
        let dictionary = Dictionary::builtin();
        let mut recent = Recent::default();
        let letters = || 'a'..='z';
        let forms: Vec<String> =
            letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| format!("{a}{b}{c}")))).collect();
        for form in forms.iter().chain(&forms) {
            let short = key::pack(form).expect("three letters are few");
            assert_eq!(recent.look_up(short, &dictionary), Recent::ids(form, &dictionary), "{form}");
        }
        assert_eq!(recent.words.len(), MANY_RECENT);
    }

    #[test]
    fn nobody_says_twice() {
        let dictionary = Dictionary::builtin();
        let grammar = Grammar::new(&dictionary);
        for (text, run, reading, twice) in [
            ("fees and charges", (2, 3), "fees", true),
            ("charges and fees", (0, 1), "fees", true),
            ("fees, and charges", (3, 4), "fees", true),
            ("charges or fees", (0, 1), "fees", true),
            ("they paid fees and extra charges", (4, 6), "fees", true),
            ("fees charges", (1, 2), "fees", false),
            ("fees of charges", (2, 3), "fees", false),
            ("fees paid and charges", (3, 4), "fees", false),
            ("fees and charges", (2, 3), "taxes", false),
            ("fees and charges", (2, 3), "paid fees", false),
            // Numbers of one shape are not the same number.
            ("12 and charges", (2, 3), "13", false),
        ] {
            let sentence: Vec<Word> = read(text, &dictionary).into_iter().map(|(_, word)| word).collect();
            let reading: Vec<u32> = read(reading, &dictionary).into_iter().map(|(_, word)| word.model).collect();
            assert_eq!(grammar.says_twice(&sentence, run, &reading), twice, "{text:?} at {run:?}: {reading:?}");
        }
    }

    /// The candidates of a text's runs, with the words that each changes and what it puts there.
    fn found(text: &str, dictionary: &Dictionary) -> Vec<(String, String, bool)> {
        let mut tokens = Vec::new();
        block::read(text, &mut tokens);
        let (grammar, mut out) = (Grammar::new(dictionary), Vec::new());
        let sentence = &sentences(text, &tokens, dictionary)[0];
        runs(sentence, dictionary, &grammar, &mut Vec::new(), &mut out);
        let written = out.iter().filter_map(|candidate| {
            let Reading::Original(original) = candidate.reading else { return None };
            let [first, last] =
                [candidate.start, candidate.end - 1].map(|at| &tokens[sentence[at as usize].token as usize]);
            let spun = text[first.start as usize..last.end as usize].to_owned();
            let original = realize::within(dictionary.pack.original(original), candidate.trimmed).to_owned();
            Some((spun, original, candidate.certain))
        });
        written.collect()
    }

    #[test]
    fn names_are_certain_where_they_have_their_capitals() {
        let dictionary = Dictionary::builtin();
        for (text, spun, original, certain) in [
            ("He reads the Every day Mail now.", "Every day", "Daily", true),
            ("He reads the EVERY DAY MAIL now.", "EVERY DAY", "Daily", true),
            ("He sorts every day mail now.", "every day mail", "Daily Mail", false),
            ("Every day mail is sorted.", "Every day mail", "Daily Mail", false),
            ("They use machine studying algorithms now.", "studying", "learning", true),
            // No name is left with a part of its capitals.
            ("He was the attorney basic now.", "attorney basic", "Attorney General", false),
            ("He was the Attorney basic now.", "basic", "General", false),
        ] {
            let found = found(text, &dictionary);
            let wanted = (spun.to_owned(), original.to_owned(), certain);
            assert!(found.contains(&wanted), "{text}: {found:?}");
        }
    }

    #[test]
    fn measures_of_time_want_an_article() {
        let dictionary = Dictionary::builtin();
        let grammar = Grammar::new(&dictionary);
        let year = dictionary.ngrams.id("year").expect("a word");
        for (text, start, lacks) in [
            ("They met 12 months earlier", 2, true),
            ("It rose more than 12 months ago", 4, true),
            ("12 months later it rose", 0, true),
            ("He used it for 12 months", 4, true),
            ("It rose in the past 12 months", 5, false),
            ("It rose each 12 months", 3, false),
            ("It rose the next 12 months", 4, false),
        ] {
            let mut tokens = Vec::new();
            block::read(text, &mut tokens);
            let sentence = &sentences(text, &tokens, &dictionary)[0];
            let lacking = grammar.lacks_article(sentence, (start, start + 2), &[year], &dictionary.ngrams);
            assert_eq!(lacking, lacks, "{text}");
        }
    }
}
