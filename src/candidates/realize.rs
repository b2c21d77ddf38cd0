//! A reading written into the text: case, spacing, what it replaces.

use std::borrow::Cow;

use crate::dictionary::ngrams::{CaseShares, Ngrams};
use crate::span::Span;
use crate::text::case::{self, Case};
use crate::text::key;
use crate::text::token::{SENTENCE_START, SPACE_BEFORE, Token, TokenKind};
use crate::text::tokenizer::{self, is_title};

/// What a reading replaces in a block, and with what.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Realized {
    /// Bytes of the block.
    pub(crate) span: Span,
    pub(crate) text: String,
}

/// Writes `original` over the tokens `first..=last`, and the article before them to fit.
pub(crate) fn realize(
    block: &str,
    tokens: &[Token],
    (first, last): (usize, usize),
    original: &str,
    ngrams: &Ngrams,
) -> Realized {
    let shouts = shouts(block, tokens, first, last);
    let plain = write(block, tokens, first, last, original, shouts, ngrams);
    let Some(article) = first.checked_sub(1).map(|before| &tokens[before]) else { return plain };
    let word = article.text(block);
    let is_an = word.eq_ignore_ascii_case("an");
    let looks = is_an || word.eq_ignore_ascii_case("a");
    // A capital makes it a letter of a name, "Serie A", but where all words have one.
    let is_one = || is_article(block, tokens, first - 1) || shouts || in_headline(block, tokens, first - 1);
    if !looks || tokens[first].has(SENTENCE_START) || !tokens[first].has(SPACE_BEFORE) || !is_one() {
        return plain;
    }
    // In a line of capitals only the original as the dictionary writes it tells words from acronyms.
    let written = if shouts { original } else { &plain.text };
    let an = match written.split([' ', '-']).find(|word| !word.is_empty()) {
        Some(follows) if shouts => takes_an(&spoken(follows, ngrams)),
        Some(follows) => takes_an(follows),
        None => an_fits(block, tokens, if last + 1 < tokens.len() { last + 1 } else { first }, ngrams),
    };
    if an == is_an {
        return plain;
    }
    let fitting = match (is_an, word.starts_with('A')) {
        (true, true) => "A",
        (true, false) => "a",
        (false, true) if shouts => "AN",
        (false, true) => "An",
        (false, false) => "an",
    };
    let start = article.start as usize;
    let between = &block[article.end as usize..plain.span.start.max(article.end as usize)];
    Realized { span: Span::new(start, plain.span.end), text: format!("{fitting}{between}{}", plain.text) }
}

/// Writes `original` over the tokens `first..=last`.
///
/// An original keeps its own capitals where it has any; else it takes those of the words it replaces. Where nothing
/// is to stand there, the white space on one side goes too, and the next word takes over the capital of a sentence's
/// start. What marks kept apart ("20%", "ex-officer") spaces do. `shouts` tells that the words are in capitals as those
/// around them are.
fn write(
    block: &str,
    tokens: &[Token],
    first: usize,
    last: usize,
    original: &str,
    shouts: bool,
    ngrams: &Ngrams,
) -> Realized {
    let (start, mut end) = (tokens[first].start as usize, tokens[last].end as usize);
    if original.is_empty() {
        return remove(block, tokens, first, last);
    }
    let mut text = if shouts { original.to_uppercase() } else { recase(block, tokens, first, last, original, ngrams) };
    if tokens[last].text(block).ends_with('.') && !text.ends_with('.') && ends_sentence(block, tokens, last, ngrams) {
        // The period of an abbreviation that ends a sentence is the sentence's, too.
        text.push('.');
    }
    let clings = tokens[first].text(block).starts_with(['\'', '’']) && !tokens[first].has(SPACE_BEFORE);
    let is_joined = block[..start].ends_with(is_letter) && !block[start..].starts_with(is_letter);
    if (clings && first > 0 || is_joined) && text.starts_with(is_letter) {
        text.insert(0, ' ');
    }
    if let Some((mark, possessive)) =
        tokens.get(last + 1).and_then(|next| possessive(block, next, if shouts { original } else { &text }))
    {
        text.push_str(&if shouts { possessive.to_uppercase() } else { possessive });
        end = mark.end as usize;
    }
    if text.ends_with(is_letter) && block[end..].starts_with(is_letter) && !block[..end].ends_with(is_letter) {
        text.push(' ');
    }
    if block[start..end].contains('’') {
        text = text.replace('\'', "’");
    }
    Realized { span: Span::new(start, end), text }
}

/// Keeps the line break that a repair reaches over, so that lines of text that is wrapped stay about as long as they are:
/// in its place where there are as many words as before, else behind the repair, or before it where nothing stands apart
/// behind it.
pub(crate) fn keep_break(block: &str, realized: Realized) -> Realized {
    let Realized { span, text } = realized;
    let covered = &block[span.range()];
    let Some(end) = covered.find(['\n', '\r']) else { return Realized { span, text } };
    let is_framed = |text: &str| text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace);
    let count = |text: &str| text.split_whitespace().count();
    if count(covered) == count(&text) && !is_framed(covered) && !is_framed(&text) {
        let (mut kept, mut rest) = (String::with_capacity(covered.len()), covered);
        for word in text.split_whitespace() {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let between = rest[end..].find(|c: char| !c.is_whitespace()).unwrap_or(0);
            kept = kept + word + &rest[end..end + between];
            rest = &rest[end + between..];
        }
        return Realized { span, text: kept };
    }
    let is_blank = |c: char| matches!(c, ' ' | '\t');
    // The break with the blanks around it.
    let start = covered[..end].trim_end_matches(is_blank).len();
    let rest = &covered[end..];
    let length = rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len());
    let line_break = &covered[start..end + length];
    let behind = &block[span.end..];
    let blanks = behind.len() - behind.trim_start_matches(is_blank).len();
    if blanks > 0 && !behind[blanks..].starts_with(['\n', '\r']) {
        let text = format!("{}{line_break}", text.trim_end_matches(is_blank));
        return Realized { span: Span::new(span.start, span.end + blanks), text };
    }
    let before = block[..span.start].trim_end_matches(is_blank);
    if before.len() < span.start && !before.is_empty() && !before.ends_with(['\n', '\r']) {
        let text = format!("{line_break}{}", text.trim_start_matches(is_blank));
        return Realized { span: Span::new(before.len(), span.end), text };
    }
    Realized { span, text }
}

/// Whether a sentence ends with a token that is an abbreviation. Where none seems to start behind it, one does all the
/// same with a word that has its capital from nothing else, in running text: "up 0.8 p.c. Unemployment fell".
fn ends_sentence(block: &str, tokens: &[Token], at: usize, ngrams: &Ngrams) -> bool {
    let Some(next) = tokens.get(at + 1) else { return true };
    let is_lower = |token: &Token| token.kind == TokenKind::Word && case::of(token.text(block)) == Case::Lower;
    next.has(SENTENCE_START)
        || is_lower(&tokens[at])
            && has_new_capital(block, next, ngrams)
            && tokens.get(at + 2).is_some_and(is_lower)
            && next.has(SPACE_BEFORE)
}

/// Whether a token is a word with a capital that is mostly written without one.
pub(crate) fn has_new_capital(block: &str, token: &Token, ngrams: &Ngrams) -> bool {
    let word = token.text(block);
    let usually = ngrams.id(&word.to_lowercase()).map_or(0.0, |id| ngrams.case(id).lower);
    token.kind == TokenKind::Word && case::of(word) == Case::Title && usually > 0.5
}

/// The ending of a possessive that another word asks for, where the one that stands there does not suit it: "'s" after
/// what is no plural, a mark alone after what is.
fn possessive<'t>(block: &str, next: &'t Token, text: &str) -> Option<(&'t Token, String)> {
    if next.has(SPACE_BEFORE) {
        return None;
    }
    let ending = next.text(block);
    let plural = text.ends_with('s') && !text.ends_with("ss") && text.chars().all(|c| !c.is_uppercase());
    match ending {
        "'" | "’" if next.kind == TokenKind::Punct && !text.ends_with(['s', 'S']) => {
            Some((next, format!("{ending}s")))
        }
        "'s" | "’s" | "'S" | "’S" if plural => Some((next, ending.trim_end_matches(['s', 'S']).to_owned())),
        _ => None,
    }
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric()
}

/// Removes the tokens `first..=last`, with the white space on one side of them where words stay apart without it.
fn remove(block: &str, tokens: &[Token], first: usize, last: usize) -> Realized {
    let (start, end) = (tokens[first].start as usize, tokens[last].end as usize);
    let joins = |from: usize, to: usize| block[..from].ends_with(is_letter) && block[to..].starts_with(is_letter);
    let Some(next) = tokens.get(last + 1).filter(|next| next.has(SPACE_BEFORE) && !next.has(SENTENCE_START)) else {
        // Before a mark, the white space in front goes.
        let from = first.checked_sub(1).map_or(start, |before| tokens[before].end as usize);
        let goes = block[from..start].chars().all(|c| c == ' ') && !joins(from, end);
        let text = if joins(start, end) { " " } else { "" };
        return Realized { span: Span::new(if goes { from } else { start }, end), text: text.to_owned() };
    };
    let (next_start, next_end) = (next.start as usize, next.end as usize);
    if joins(start, next_start) {
        return Realized { span: Span::new(start, end), text: String::new() };
    }
    let capital = case::of(tokens[first].text(block)) == Case::Title && opens(block, tokens, first);
    if capital && next.kind == TokenKind::Word && case::of(&block[next_start..next_end]) == Case::Lower {
        return Realized { span: Span::new(start, next_end), text: case::capitalize(&block[next_start..next_end]) };
    }
    Realized { span: Span::new(start, next_start), text: String::new() }
}

fn recase(block: &str, tokens: &[Token], first: usize, last: usize, original: &str, ngrams: &Ngrams) -> String {
    let words: Vec<&str> = tokens[first..=last]
        .iter()
        .filter(|token| token.kind == TokenKind::Word)
        .map(|token| token.text(block))
        .collect();
    let shapes: Vec<Case> = words.iter().map(|word| case::of(word)).collect();
    let opens = opens(block, tokens, first);
    if original.chars().any(char::is_uppercase) {
        return if starts(block, tokens, first) { case::capitalize(original) } else { original.to_owned() };
    }
    let titled = shapes.iter().filter(|shape| **shape == Case::Title).count();
    let long = words.iter().filter(|word| word.len() > 3).count();
    // In a name every longer word has its capital; at the start of a sentence the first word proves nothing.
    let in_name = if words.is_empty() {
        // A number has no capitals, but in a title the word after it has one that it has nowhere else.
        tokens.get(last + 1).is_some_and(|next| has_new_capital(block, next, ngrams))
            && in_headline(block, tokens, last)
    } else if opens {
        titled >= 2 && titled >= long
    } else {
        titled > 0 && shapes.first() == Some(&Case::Title)
    };
    if original == "may" && is_month(block, tokens, (first, last), ngrams) {
        return "May".to_owned();
    }
    // "Secretary-Basic": as the text has it, "Secretary-General".
    let run = &block[tokens[first].start as usize..tokens[last].end as usize];
    let all_parts = titled > 1 && titled == shapes.len() && run.contains('-');
    let rank = rank(block, tokens, (first, last), original);
    let mut word_form = String::new();
    let mut out = String::with_capacity(original.len());
    for (index, word) in original.split(' ').enumerate() {
        if index > 0 {
            out.push(' ');
        }
        key::normalize(word, &mut word_form);
        let shares = shares(&word_form, ngrams);
        let inner = MIXED.iter().find(|known| known.eq_ignore_ascii_case(&word_form));
        let small = matches!(word, "of" | "the" | "and" | "in" | "for" | "to" | "on" | "at" | "a" | "an" | "by");
        if let Some(known) = inner {
            out.push_str(known);
        } else if is_acronym(&word_form, shares) && word.len() > 1 && word.chars().all(char::is_alphabetic) {
            out.push_str(&word.to_uppercase());
        } else if index == 0 && opens && shapes.first() != Some(&Case::Lower)
            || in_name && !(small && index > 0)
            || shares.is_some_and(CaseShares::is_proper) && word.chars().all(char::is_alphabetic)
            || rank.is_some()
        {
            for (at, part) in word.split_inclusive('-').enumerate() {
                if at == 0 || all_parts || rank == Some(part) {
                    out.push_str(&case::capitalize(part));
                } else {
                    out.push_str(part);
                }
            }
        } else {
            out.push_str(word);
        }
    }
    out
}

/// What stands behind the hyphen of a title: "Secretary-General".
const RANKS: [&str; 12] = [
    "admiral",
    "captain",
    "chancellor",
    "chief",
    "colonel",
    "commander",
    "general",
    "governor",
    "major",
    "marshal",
    "president",
    "principal",
];

/// The last part of a title that an original is, or whose last part it is, where it has a capital as the first part has:
/// mid in a sentence, or before a name.
fn rank<'o>(block: &str, tokens: &[Token], (first, last): (usize, usize), original: &'o str) -> Option<&'o str> {
    let (front, rank) = original.rsplit_once('-').unwrap_or(("", original));
    // The token of the first part, and whether the original has it, too.
    let part = if front.is_empty() && first >= 2 && tokens[first - 1].text(block) == "-" { first - 2 } else { first };
    let is_whole = part < first || !front.is_empty();
    let has_capital = |token: &Token| token.kind == TokenKind::Word && case::of(token.text(block)) == Case::Title;
    let is_clear = || !opens(block, tokens, part) || tokens.get(last + 1).is_some_and(has_capital);
    (is_whole && RANKS.contains(&rank) && !original.contains(' ') && has_capital(&tokens[part]) && is_clear())
        .then_some(rank)
}

const MONTHS: [&str; 11] =
    ["January", "February", "March", "April", "June", "July", "August", "September", "October", "November", "December"];

/// What a month stands behind; a verb hardly does.
const BEFORE_MONTHS: [&str; 16] = [
    "in", "by", "of", "since", "until", "from", "before", "after", "during", "through", "last", "next", "this",
    "early", "late", "mid",
];

/// Words behind which a day stands.
const BEFORE_DAYS: [&str; 8] = ["on", "of", "by", "since", "until", "from", "before", "after"];

/// How much likelier than anywhere, in nats, a verb is behind "can", where no month stands.
const VERB: f32 = 1.0;

/// Whether "may" in place of some tokens is the month.
fn is_month(block: &str, tokens: &[Token], (first, last): (usize, usize), ngrams: &Ngrams) -> bool {
    let beside = |at: usize, distance: isize| {
        at.checked_add_signed(distance).and_then(|at| tokens.get(at)).map_or("", |token| token.text(block))
    };
    let is_one_of = |list: &[&str], word: &str| list.iter().any(|known| known.eq_ignore_ascii_case(word));
    let is_day = |word: &str| word.parse::<u8>().is_ok_and(|day| (1..=31).contains(&day));
    let is_year = |word: &str| word.len() == 4 && word.parse::<u16>().is_ok_and(|year| (1000..2100).contains(&year));
    let [second, before] = [-2, -1].map(|distance| beside(first, distance));
    let [after, other] = [1, 2].map(|distance| beside(last, distance));
    let mut form = String::new();
    key::normalize(after, &mut form);
    let is_verb = match (ngrams.id("can"), ngrams.id(&form)) {
        (Some(can), Some(next)) if form.starts_with(is_letter) => ngrams.pair(can, next) > ngrams.unigram(next) + VERB,
        _ => false,
    };
    let stands = is_one_of(&BEFORE_MONTHS, before) || before == "-" && is_one_of(&BEFORE_MONTHS, second);
    let is_dated = is_day(after) && !tokens.get(last + 2).is_some_and(|next| next.kind == TokenKind::Word)
        || is_year(after)
        || is_day(before) && is_one_of(&BEFORE_DAYS, second);
    // "June and may" goes on with a verb.
    let is_joined = matches!(before, "or" | "to" | "–" | "/") && MONTHS.contains(&second)
        || matches!(after, "and" | "or" | "to" | "–" | "/") && MONTHS.contains(&other);
    !is_verb && (stands || is_dated || is_joined)
}

/// Whether the words of some tokens are in capitals because the text around them is, or for emphasis: short ones alone may
/// be acronyms.
fn shouts(block: &str, tokens: &[Token], first: usize, last: usize) -> bool {
    let is_word = |token: &&Token| token.kind == TokenKind::Word;
    let mut words = tokens[first..=last].iter().filter(is_word).map(|token| token.text(block));
    let is_upper =
        |word: &str| case::of(word) == Case::Upper || word.len() == 1 && word.chars().all(char::is_uppercase);
    // "U.S." is as short as it is without its periods.
    let is_long = |word: &str| word.chars().filter(|c| c.is_alphanumeric()).count() > 3;
    let is_shouted = |word: &str| is_long(word) && case::of(word) == Case::Upper;
    let beside = |token: Option<&Token>| token.filter(is_word).is_some_and(|token| is_shouted(token.text(block)));
    if words.clone().next().is_none() {
        // A number is as the words around it are, of which one may be an acronym.
        let around = tokens[first.saturating_sub(2)..first].iter().chain(tokens[last + 1..].iter().take(2));
        let mut around = around.filter(is_word).map(|token| token.text(block));
        return around.clone().count() > 1 && around.clone().all(is_upper) && around.any(is_shouted);
    }
    words.clone().all(is_upper)
        && words.clone().any(|word| word.len() > 1)
        && (words.any(is_long)
            || beside(first.checked_sub(1).map(|before| &tokens[before]))
            || beside(tokens.get(last + 1)))
}

/// Whether a capital on a token says nothing of it: a sentence starts there, or something that could be one, behind a
/// mark that opens a quotation or a bracket, dots, or an abbreviation.
pub(crate) fn opens(block: &str, tokens: &[Token], at: usize) -> bool {
    if tokens[at].has(SENTENCE_START) {
        return true;
    }
    let Some(before) = at.checked_sub(1).map(|before| &tokens[before]) else { return true };
    let text = before.text(block);
    match before.kind {
        TokenKind::Quote => !tokens[at].has(SPACE_BEFORE),
        TokenKind::Punct => matches!(text, "(" | "[" | "…") || text.starts_with(".."),
        TokenKind::Word => text.len() > 2 && text.ends_with('.') && !is_title(text),
        _ => false,
    }
}

/// Words with a capital that make a headline, if there are few without one.
const HEADLINE: usize = 3;

/// Tokens on each side that are looked at, for a text may have no stop.
const LONGEST_HEADLINE: usize = 60;

/// Whether a token is in a sentence whose words have capitals as those of headlines do: three of four, or more, of those
/// that are longer than "of".
pub(crate) fn in_headline(block: &str, tokens: &[Token], at: usize) -> bool {
    let starts = |token: &Token| token.has(SENTENCE_START);
    let nearest = at.saturating_sub(LONGEST_HEADLINE);
    let first = tokens[nearest..=at].iter().rposition(starts).map_or(nearest, |first| nearest + first);
    let farthest = (at + 1 + LONGEST_HEADLINE).min(tokens.len());
    let end = tokens[at + 1..farthest].iter().position(starts).map_or(farthest, |next| at + 1 + next);
    let words = tokens[first..end].iter().filter(|token| token.kind == TokenKind::Word).map(|token| token.text(block));
    let longer = words.filter(|word| word.chars().count() > 2 && !matches!(*word, "and" | "for" | "the"));
    let (lower, capital): (Vec<&str>, Vec<&str>) = longer.partition(|word| case::of(word) == Case::Lower);
    capital.len() >= HEADLINE && capital.len() >= 3 * lower.len()
}

/// Whether a sentence starts with a token, or with marks before it.
fn starts(block: &str, tokens: &[Token], mut at: usize) -> bool {
    let is_mark = |token: &Token| token.kind == TokenKind::Quote || matches!(token.text(block), "(" | "[");
    while !tokens[at].has(SENTENCE_START) {
        if at == 0 || tokens[at].has(SPACE_BEFORE) || !is_mark(&tokens[at - 1]) {
            return false;
        }
        at -= 1;
    }
    true
}

/// An original of the dictionaries with the capitals that it has in place of the tokens `first..=last`.
///
/// Those of its own are as one text had them, which may have been a headline. They stand where the words replaced have
/// a capital that is not that of a sentence's start, on words that are mostly written with one, and on those of a name
/// which is then complete: `named` has a bit for each of these, the lowest for the first word.
pub(crate) fn cased<'o>(
    block: &str,
    tokens: &[Token],
    (first, last): (usize, usize),
    original: &'o str,
    named: u64,
    ngrams: &Ngrams,
) -> Cow<'o, str> {
    let has_own = original.contains(char::is_uppercase);
    if named == 0 && !has_own {
        return original.into();
    }
    let has_capital = |at: usize| case::of(tokens[at].text(block)) != Case::Lower;
    let is_capital = has_own && (first..=last).any(|at| has_capital(at) && !(at == first && opens(block, tokens, at)));
    let word = |(at, word): (usize, &str)| match () {
        () if named >> at & 1 == 1 => case::capitalize(word),
        () if is_capital || keeps_capital(word, ngrams) => word.to_owned(),
        () => word.to_lowercase(),
    };
    original.split(' ').enumerate().map(word).collect::<Vec<_>>().join(" ").into()
}

/// Gives words of a phrase their capitals: a bit for each that has one, the lowest for the first word.
pub(crate) fn capitals(phrase: &str, named: u64) -> String {
    let word = |(at, word)| if named >> at & 1 == 1 { case::capitalize(word) } else { word.to_owned() };
    phrase.split(' ').enumerate().map(word).collect::<Vec<_>>().join(" ")
}

/// Whether a word that has a capital in a dictionary has it wherever it stands: names, acronyms, letters, and "I".
fn keeps_capital(word: &str, ngrams: &Ngrams) -> bool {
    // Months that are words, too.
    if matches!(word, "May" | "March") || case::of(word) != Case::Title {
        return true;
    }
    let stem = word.trim_end_matches(|c: char| !c.is_alphanumeric());
    let stem = stem.strip_suffix("'s").unwrap_or(stem);
    let mut form = String::new();
    key::normalize(stem, &mut form);
    form != "a" && (form.len() == 1 || ngrams.id(&form).is_none_or(|id| ngrams.case(id).lower < 0.5))
}

/// A phrase without some tokens at its ends, quotation marks not counted.
pub(crate) fn within(phrase: &str, trimmed: (u8, u8)) -> &str {
    if trimmed == (0, 0) {
        return phrase;
    }
    let tokens = tokenizer::phrase(phrase);
    let (first, last) = (trimmed.0 as usize, tokens.len().saturating_sub(trimmed.1 as usize));
    match tokens.get(first..last) {
        Some([start, .., end]) => &phrase[start.start as usize..end.end as usize],
        Some([only]) => only.text(phrase),
        _ => phrase,
    }
}

/// Share of a word's uses in capitals above which it is an acronym.
const ACRONYM: f32 = 0.85;

/// Words whose capitals are not those of an acronym: of what the corpora of science papers have in place of formulas.
const NO_ACRONYMS: [&str; 1] = ["math"];

/// Names with capitals inside, which count as capitals, too.
const MIXED: [&str; 23] = [
    "eBay", "FedEx", "GitHub", "iCloud", "iMac", "iOS", "iPad", "iPads", "iPhone", "iPhones", "iPod", "iPods",
    "iTunes", "LinkedIn", "MacBook", "macOS", "mRNA", "PayPal", "PhD", "SpaceX", "TikTok", "WhatsApp", "YouTube",
];

/// Acronyms that are spoken as words, of those whose first letter alone would be spoken with a vowel.
const SPOKEN: [&str; 20] = [
    "FEMA", "FICO", "FIFA", "HAMAS", "HIPAA", "HUD", "LASER", "LIDAR", "MAGA", "MERS", "NAFTA", "NASA", "NASCAR",
    "NASDAQ", "NATO", "NOAA", "RADAR", "SARS", "SCOTUS", "SWAT",
];

/// A word of an original, in capitals where it is an acronym.
fn spoken<'w>(word: &'w str, ngrams: &Ngrams) -> Cow<'w, str> {
    let form = word.to_lowercase();
    if is_acronym(&form, shares(&form, ngrams)) { word.to_uppercase().into() } else { word.into() }
}

/// How a word in its look-up form is written, where the model has it.
fn shares(form: &str, ngrams: &Ngrams) -> Option<CaseShares> {
    ngrams.id(form).map(|id| ngrams.case(id))
}

/// Whether a word in its look-up form that is written like this is an acronym.
fn is_acronym(form: &str, shares: Option<CaseShares>) -> bool {
    !NO_ACRONYMS.contains(&form) && shares.is_some_and(|shares| shares.upper > ACRONYM)
}

/// Whether a token is "a" or "an", and no letter that is a name's: "Serie A", "Plan A".
pub(crate) fn is_article(block: &str, tokens: &[Token], at: usize) -> bool {
    match tokens[at].text(block) {
        "a" | "an" => true,
        "A" | "An" => opens(block, tokens, at),
        _ => false,
    }
}

/// Whether "an" rather than "a" stands before a token of a text.
pub(crate) fn an_fits(block: &str, tokens: &[Token], at: usize, ngrams: &Ngrams) -> bool {
    let word = tokens[at].text(block);
    let lower = word.to_lowercase();
    let is_plain = shouts(block, tokens, at, at) && ngrams.id(&lower).is_some();
    takes_an(&if is_plain { spoken(&lower, ngrams) } else { word.into() })
}

/// Whether "an" rather than "a" stands before a word, by its sound as far as spelling tells.
fn takes_an(word: &str) -> bool {
    let lower = word.to_lowercase();
    let bytes = lower.as_bytes();
    let Some(&first) = bytes.first() else { return false };
    let starts = |list: &[&str]| list.iter().any(|start| lower.starts_with(start));
    // "NBA", "F1", the "x" of "x-ray", "mRNA" start with the name of a letter.
    let is_spelled = |c: char| c.is_uppercase() || c.is_ascii_digit() || c == '.';
    let mixed =
        word.chars().next().is_some_and(char::is_lowercase) && word.chars().nth(1).is_some_and(char::is_uppercase);
    if first.is_ascii_alphabetic() && (bytes.len() == 1 || mixed || word.chars().all(is_spelled)) {
        if SPOKEN.contains(&word) {
            return false;
        }
        return matches!(first, b'a' | b'e' | b'f' | b'h' | b'i' | b'l' | b'm' | b'n' | b'o' | b'r' | b's' | b'x');
    }
    match first {
        b'h' => starts(&["hour", "honest", "honor", "honour", "heir"]),
        b'u' => {
            let you = [
                "ubi", "ufo", "uga", "uk", "uly", "unanim", "uni", "ura", "ure", "uri", "uro", "uru", "usa", "use",
                "usu", "uta", "ute", "uti", "uto", "uvu",
            ];
            let un = ["unid", "unill", "unim", "unin", "uniss"];
            !starts(&you) || starts(&un) && !starts(&["unidir", "unimod"])
        }
        b'e' => !starts(&["eu", "ewe"]) || starts(&["euler"]),
        b'o' => {
            !(matches!(lower.as_str(), "one" | "ones" | "oneself" | "onetime") || starts(&["one-", "oneness", "once"]))
        }
        b'8' => true,
        b'a' | b'i' => true,
        // "11", "18th", "11.5", "18,000".
        _ => matches!(lower.split(|c: char| !c.is_ascii_digit()).next(), Some("11" | "18")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_stay() {
        // What is replaced stands between bars.
        for (marked, new, fixed) in [
            ("World |Well\n  being| Organization", "Health", "World Health\n  Organization"),
            ("the |Well\nbeing|, and", "Health", "the\nHealth, and"),
            ("|Well\nbeing|, and", "Health", "Health, and"),
            ("the |Well\nbeing|\nand", "Health", "the\nHealth\nand"),
            ("whether |or\r\nnot |it is", "", "whether\r\nit is"),
            ("the |brand\n|new car", "", "the\nnew car"),
            ("the |Nationwide\n\tSafety| Council", "National Security", "the National\n\tSecurity Council"),
            ("|a\nb\nc|", "d e f", "d\ne\nf"),
            ("the |Each day\nMail| and", "Daily Mail", "the Daily Mail\nand"),
            ("the |Each day Mail| and", "Daily Mail", "the Daily Mail and"),
        ] {
            let bars: Vec<usize> = marked.match_indices('|').map(|(at, _)| at).collect();
            let block = marked.replace('|', "");
            let span = Span::new(bars[0], bars[1] - 1);
            let Realized { span, text } = keep_break(&block, Realized { span, text: new.to_owned() });
            assert_eq!(format!("{}{text}{}", &block[..span.start], &block[span.end..]), fixed, "{marked:?}");
        }
    }

    #[test]
    fn articles_go_by_sound() {
        for (word, an) in [
            ("apple", true),
            ("hour", true),
            ("house", false),
            ("university", false),
            ("uninvited", true),
            ("European", false),
            ("one", false),
            ("FBI", true),
            ("US", false),
            ("umbrella", true),
            ("8", true),
            ("unidentified", true),
            ("unanimous", false),
            ("unannounced", true),
            ("onetime", false),
            ("U", false),
            ("unique", false),
            ("Ugandan", false),
            ("utopian", false),
            ("utter", true),
            ("usher", true),
            ("urine", false),
            ("urgent", true),
            ("onerous", true),
            ("one-off", false),
            ("NATO", false),
            ("NBA", true),
            ("U.S.", false),
            ("F.B.I.", true),
            ("usage", false),
            ("usability", false),
            ("Utah", false),
            ("ureter", false),
            ("uvula", false),
            ("Ulysses", false),
            ("Euler", true),
            ("euphoric", false),
            ("x", true),
            ("F", true),
            ("n", true),
            ("t", false),
            ("mRNA", true),
            ("tRNA", false),
            ("F1", true),
            ("H1N1", true),
            ("MP3", true),
            ("T20", false),
            ("11th", true),
            ("18th", true),
            ("18,000", true),
            ("11.5", true),
            ("110", false),
            ("1800", false),
        ] {
            assert_eq!(takes_an(word), an, "{word}");
        }
    }

    #[test]
    fn what_was_trimmed_has_no_quotation_marks() {
        for (phrase, trimmed, rest) in [
            ("rock 'n' roll music", (3, 0), "music"),
            ("old rock 'n' roll", (0, 2), "old rock"),
            ("the boss's desk", (1, 1), "boss's"),
            ("the desk", (0, 0), "the desk"),
        ] {
            assert_eq!(within(phrase, trimmed), rest, "{phrase}");
        }
    }

    #[test]
    fn capitals_are_those_of_the_words_replaced_or_of_a_whole_name() {
        let ngrams = crate::dictionary::Dictionary::builtin().ngrams;
        for (text, words, original, named, expected) in [
            ("rules take hold unless of course Congress acts", (3, 5), "Unless", 0, "unless"),
            ("a court that is federal", (1, 4), "Federal Court", 0, "federal court"),
            ("a Court that is Federal", (1, 4), "Federal Court", 0, "Federal Court"),
            ("a Senate invoice", (2, 2), "Bill", 0, "bill"),
            ("an element of five", (0, 1), "A Factor", 0, "a factor"),
            ("He saw the customer Financial Protection Bureau", (3, 3), "consumer", 1, "Consumer"),
            ("the unified States", (1, 1), "united", 1, "United"),
            ("at xmas they left", (1, 1), "Christmas", 0, "Christmas"),
            ("in could 2020", (1, 1), "May", 0, "May"),
            ("they left for the fruit", (3, 4), "the UK", 0, "the UK"),
            (
                "a world well being organization",
                (1, 4),
                "World Health Organization",
                0b111,
                "World Health Organization",
            ),
            ("a world well being organization", (1, 4), "World Health Organization", 0, "world health organization"),
            // The capital of a sentence's start says nothing of a name.
            ("Court that is federal", (0, 3), "Federal Court", 0, "federal court"),
            ("the navy stays", (1, 1), "military", 0, "military"),
        ] {
            let mut tokens = Vec::new();
            crate::text::block::read(text, &mut tokens);
            assert_eq!(cased(text, &tokens, words, original, named, &ngrams), expected, "{text}");
        }
    }

    #[test]
    fn readings_are_written_as_the_text_is() {
        let ngrams = crate::dictionary::Dictionary::builtin().ngrams;
        for (text, words, original, expected) in [
            ("The Chiefs of Employees' letter", (3, 3), "Staff", "The Chiefs of Staff's letter"),
            ("The Chiefs of Employees’ letter", (3, 3), "Staff", "The Chiefs of Staff’s letter"),
            ("the staffs' letter", (1, 1), "employees", "the employees' letter"),
            ("the navy's letter", (1, 1), "forces", "the forces' letter"),
            ("the staff's letter", (1, 1), "boss", "the boss's letter"),
            (
                "“Counterfeit consciousness is here",
                (1, 2),
                "artificial intelligence",
                "“Artificial intelligence is here",
            ),
            (
                "(Counterfeit consciousness is here",
                (1, 2),
                "artificial intelligence",
                "(Artificial intelligence is here",
            ),
            (
                "They left… Counterfeit consciousness",
                (3, 4),
                "artificial intelligence",
                "They left… Artificial intelligence",
            ),
            (
                "Acme Corp. Counterfeit consciousness",
                (2, 3),
                "artificial intelligence",
                "Acme Corp. Artificial intelligence",
            ),
            ("the Counterfeit Consciousness Act", (1, 2), "artificial intelligence", "the Artificial Intelligence Act"),
            ("“Actuallyish the ship left", (1, 1), "", "“The ship left"),
            ("allies (Great Britain and France)", (2, 3), "the UK", "allies (the UK and France)"),
            ("allies, e.g. Great Britain", (3, 4), "the UK", "allies, e.g. the UK"),
            ("“Great Britain said", (1, 2), "the UK", "“The UK said"),
            ("THE WASHINGTON PUT UP SAID", (2, 3), "Post", "THE WASHINGTON POST SAID"),
            ("Costs rose 9 p.c. They fell", (3, 3), "percent", "Costs rose 9 percent. They fell"),
            ("Costs rose 9 p.c. in May", (3, 3), "percent", "Costs rose 9 percent in May"),
            ("Costs rose 9 p.c. Unemployment fell", (3, 3), "percent", "Costs rose 9 percent. Unemployment fell"),
            ("Costs Rise 9 p.c. Unemployment Falls", (3, 3), "percent", "Costs Rise 9 percent Unemployment Falls"),
            ("costs rose 9 p.c. Tuesday night", (3, 3), "percent", "costs rose 9 percent Tuesday night"),
            ("the U.S. Government said", (1, 1), "American", "the American Government said"),
            ("ALL BUT 4 REPUBLICANS LEFT", (2, 2), "four", "ALL BUT FOUR REPUBLICANS LEFT"),
            ("WITH 9 DEMOCRATS", (1, 1), "nine", "WITH NINE DEMOCRATS"),
            ("4 NATO members", (0, 0), "four", "Four NATO members"),
            ("NASA sent 4 NATO members", (2, 2), "four", "NASA sent four NATO members"),
            ("they did the mathematics", (3, 3), "math", "they did the math"),
            ("DID THE MATHEMATICS", (2, 2), "math", "DID THE MATH"),
            ("the app for telephones", (3, 3), "ios", "the app for iOS"),
            ("a new telephone", (1, 2), "iphone", "an iPhone"),
            ("Telephone users", (0, 0), "iphone", "iPhone users"),
            ("IS A PREVIOUS OFFICER", (2, 2), "former", "IS A FORMER OFFICER"),
            ("HELD A LENGTHY DEBATE", (2, 2), "long", "HELD A LONG DEBATE"),
            ("IS A OUTDATED MAN", (2, 2), "old", "IS AN OLD MAN"),
            ("IS AN FOREIGN AGENT", (2, 2), "FBI", "IS AN FBI AGENT"),
            ("IS A CENTRAL AGENT", (2, 2), "fbi", "IS AN FBI AGENT"),
            ("IS AN INDUBITABLY HOUSE", (2, 2), "", "IS A HOUSE"),
            ("was an FBI agent", (2, 2), "US", "was a US agent"),
            ("THE CHIEFS OF EMPLOYEES' LETTER", (3, 3), "Staff", "THE CHIEFS OF STAFF'S LETTER"),
            ("THE NAVY'S LETTER", (1, 1), "forces", "THE FORCES' LETTER"),
            ("the staff's letter", (1, 1), "FBI", "the FBI's letter"),
            ("the employees' letter", (1, 1), "FBI", "the FBI's letter"),
            ("a convenience research", (1, 1), "usability", "a usability research"),
            ("a radiograph", (1, 1), "x-ray", "an x-ray"),
            ("he's a man", (1, 1), "is", "he is a man"),
            ("a outdated man", (1, 1), "old", "an old man"),
            ("A outdated man", (1, 1), "old", "An old man"),
            ("It was A Outdated Man Who Won", (3, 3), "old", "It was An Old Man Who Won"),
            ("he plays in Serie A workplace buildings", (5, 5), "office", "he plays in Serie A office buildings"),
            ("the Class A workplace", (3, 3), "office", "the Class A office"),
            ("Mayor Wins 3rd Term in Race", (2, 2), "third", "Mayor Wins Third Term in Race"),
            ("Mayor is winner for 3rd Term in Race", (4, 4), "third", "Mayor is winner for Third Term in Race"),
            ("on the 3rd Monday of May", (2, 2), "third", "on the third Monday of May"),
            ("How to Fix Bikes in 10 Minutes", (5, 5), "ten", "How to Fix Bikes in Ten Minutes"),
            ("a ticket costs 5 Euro for everybody", (3, 3), "five", "a ticket costs five Euro for everybody"),
            ("the UN Secretary-basic said so", (4, 4), "general", "the UN Secretary-General said so"),
            ("the Secretary-basic said so", (1, 3), "secretary-general", "the Secretary-General said so"),
            ("Major-basic Smith", (2, 2), "general", "Major-General Smith"),
            ("Solicitor-preferred Lucy Frazer", (0, 2), "solicitor-general", "Solicitor-General Lucy Frazer"),
            ("Secretary-basic of it", (2, 2), "general", "Secretary-general of it"),
            ("the major-basic said", (3, 3), "general", "the major-general said"),
            ("the Tory-directed Council", (3, 3), "led", "the Tory-led Council"),
            ("The trial begins in could, he said", (4, 4), "may", "The trial begins in May, he said"),
            ("by could or June", (1, 1), "may", "by May or June"),
            ("since last could", (2, 2), "may", "since last May"),
            ("in mid-could, he said", (3, 3), "may", "in mid-May, he said"),
            ("on could 3", (1, 1), "may", "on May 3"),
            ("they met on 3 could 2020", (4, 4), "may", "they met on 3 May 2020"),
            ("June or could, he said", (2, 2), "may", "June or May, he said"),
            ("this could be it", (1, 1), "may", "this may be it"),
            ("those who come in could stay", (4, 4), "may", "those who come in may stay"),
            ("he came in June and could stay", (5, 5), "may", "he came in June and may stay"),
            ("they could, he said", (1, 1), "may", "they may, he said"),
            ("only 2 could go", (2, 2), "may", "only 2 may go"),
            ("the mayor's 3rd term", (3, 3), "third", "the mayor's third term"),
            ("the US of old", (1, 1), "country", "the country of old"),
            ("up 20% today", (2, 2), "percent", "up 20 percent today"),
            ("the ex-president left", (1, 2), "former", "the former president left"),
            ("a brand-new cap", (1, 2), "", "a new cap"),
            ("the all-brand new cap", (2, 3), "", "the all new cap"),
            ("the all-new cap", (2, 2), "", "the all new cap"),
            ("a cap-like, new", (2, 3), "", "a cap, new"),
        ] {
            let mut tokens = Vec::new();
            crate::text::block::read(text, &mut tokens);
            let Realized { span, text: written } = realize(text, &tokens, words, original, &ngrams);
            let got = format!("{}{written}{}", &text[..span.start], &text[span.end..]);
            assert_eq!(got, expected, "{text}");
        }
    }
}
