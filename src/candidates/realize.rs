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
    if !(is_an || word.eq_ignore_ascii_case("a"))
        || !tokens[first].has(SPACE_BEFORE)
        || tokens[first].has(SENTENCE_START)
    {
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
    let stop = tokens[last].text(block).ends_with('.') && !text.ends_with('.');
    if stop && tokens.get(last + 1).is_none_or(|next| next.has(SENTENCE_START)) {
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
        tokens.get(last + 1).map(|token| token.text(block)).is_some_and(|next| {
            let usually = ngrams.id(&next.to_lowercase()).map_or(0.0, |id| ngrams.case(id).lower);
            case::of(next) == Case::Title && usually > 0.5
        })
    } else if opens {
        titled >= 2 && titled >= long
    } else {
        titled > 0 && shapes.first() == Some(&Case::Title)
    };
    // "Secretary-Basic": as the text has it, "Secretary-General".
    let run = &block[tokens[first].start as usize..tokens[last].end as usize];
    let all_parts = titled > 1 && titled == shapes.len() && run.contains('-');
    let mut word_form = String::new();
    let mut out = String::with_capacity(original.len());
    for (index, word) in original.split(' ').enumerate() {
        if index > 0 {
            out.push(' ');
        }
        key::normalize(word, &mut word_form);
        let proper = ngrams.id(&word_form).map(|id| ngrams.case(id));
        let small = matches!(word, "of" | "the" | "and" | "in" | "for" | "to" | "on" | "at" | "a" | "an" | "by");
        if proper.is_some_and(|case| case.upper > ACRONYM) && word.len() > 1 && word.chars().all(char::is_alphabetic) {
            out.push_str(&word.to_uppercase());
        } else if index == 0 && opens && shapes.first() != Some(&Case::Lower)
            || in_name && !(small && index > 0)
            || proper.is_some_and(CaseShares::is_proper) && word.chars().all(char::is_alphabetic)
        {
            for (at, part) in word.split_inclusive('-').enumerate() {
                if at == 0 || all_parts {
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

/// Whether the words of some tokens are in capitals because the text around them is, or for emphasis: short ones alone may
/// be acronyms.
fn shouts(block: &str, tokens: &[Token], first: usize, last: usize) -> bool {
    let is_word = |token: &&Token| token.kind == TokenKind::Word;
    let mut words = tokens[first..=last].iter().filter(is_word).map(|token| token.text(block));
    let is_upper =
        |word: &str| case::of(word) == Case::Upper || word.len() == 1 && word.chars().all(char::is_uppercase);
    let is_shouted = |word: &str| word.len() > 3 && case::of(word) == Case::Upper;
    let beside = |token: Option<&Token>| token.filter(is_word).is_some_and(|token| is_shouted(token.text(block)));
    words.clone().all(is_upper)
        && words.clone().any(|word| word.len() > 1)
        && (words.any(|word| word.len() > 3)
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

/// A phrase with a capital on the words whose bits are set, the lowest bit for the first word.
pub(crate) fn capitals(phrase: &str, bits: u64) -> Cow<'_, str> {
    if bits == 0 {
        return phrase.into();
    }
    let word = |(at, word): (usize, &str)| if bits >> at & 1 == 1 { case::capitalize(word) } else { word.to_owned() };
    phrase.split(' ').enumerate().map(word).collect::<Vec<_>>().join(" ").into()
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

/// Acronyms that are spoken as words, of those whose first letter alone would be spoken with a vowel.
const SPOKEN: [&str; 20] = [
    "FEMA", "FICO", "FIFA", "HAMAS", "HIPAA", "HUD", "LASER", "LIDAR", "MAGA", "MERS", "NAFTA", "NASA", "NASCAR",
    "NASDAQ", "NATO", "NOAA", "RADAR", "SARS", "SCOTUS", "SWAT",
];

/// A word of an original, in capitals where it is an acronym.
fn spoken<'w>(word: &'w str, ngrams: &Ngrams) -> Cow<'w, str> {
    let is_acronym = ngrams.id(&word.to_lowercase()).is_some_and(|id| ngrams.case(id).upper > ACRONYM);
    if is_acronym { word.to_uppercase().into() } else { word.into() }
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
            ("Mayor Wins 3rd Term in Race", (2, 2), "third", "Mayor Wins Third Term in Race"),
            ("Mayor is winner for 3rd Term in Race", (4, 4), "third", "Mayor is winner for Third Term in Race"),
            ("on the 3rd Monday of May", (2, 2), "third", "on the third Monday of May"),
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
