//! Text to tokens, in one pass over the bytes.
//!
//! Words keep inner apostrophes, except that clitics split off ("chairman's" is `chairman` + `'s`), so that what is
//! known of a word holds for its possessive. Hyphens are tokens of their own. Abbreviations keep their period.

use super::key::is_invisible;
use super::token::{BREAK_BEFORE, QUOTE_BEFORE, SPACE_BEFORE, Token, TokenKind, VOUCHED};
use crate::line::line_end;

/// Titles and the like: the period belongs to the word and ends no sentence.
const TITLES: &[&str] = &[
    "adm", "asst", "brig", "capt", "cmdr", "col", "cpl", "det", "dr", "fr", "gen", "gov", "hon", "insp", "lt", "maj",
    "messrs", "mr", "mrs", "ms", "mt", "pres", "prof", "pvt", "rep", "reps", "rev", "sen", "sens", "sgt", "sr", "st",
    "supt", "vs",
];
/// Abbreviations whose period belongs to the word and which may end a sentence.
const ABBREVIATIONS: &[&str] = &[
    "apr", "aug", "ave", "blvd", "bros", "ca", "cf", "co", "corp", "dec", "dept", "est", "etc", "feb", "fig", "figs",
    "inc", "jan", "jr", "jul", "jun", "ltd", "nov", "oct", "sep", "sept",
];

/// Tokens of a quotation that `[sic]` behind it vouches for.
const LONGEST_VOUCHED: usize = 60;

/// Classes of the 256 byte values.
const LETTER: u8 = 1;
const DIGIT: u8 = 2;
const SPACE: u8 = 3;
const WIDE: u8 = 4;

static CLASS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            b'0'..=b'9' => DIGIT,
            b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => SPACE,
            0x80..=0xff => WIDE,
            _ => 0,
        };
        byte += 1;
    }
    table
};

/// Whether the token is a title such as "Gen.", whose period ends no sentence.
pub(crate) fn is_title(word: &str) -> bool {
    word.strip_suffix('.').is_some_and(|stem| listed(TITLES, stem))
}

fn listed(list: &[&str], word: &str) -> bool {
    if word.len() > 6 || !word.is_ascii() {
        return false;
    }
    let mut lower = [0; 6];
    for (to, byte) in lower.iter_mut().zip(word.bytes()) {
        *to = byte.to_ascii_lowercase();
    }
    list.binary_search_by(|entry| entry.as_bytes().cmp(&lower[..word.len()])).is_ok()
}

/// Appends the tokens of `text`, which must be shorter than 4 GiB, to `out`.
///
/// Cost: about 150 MB/s on English news.
pub(crate) fn tokenize(text: &str, out: &mut Vec<Token>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut flags = BREAK_BEFORE;
    let mut line_start = 0;
    while at < bytes.len() {
        let start = at;
        let byte = bytes[at];
        match CLASS[byte as usize] {
            LETTER => {
                at = word(text, bytes, at, flags, out);
                flags = 0;
                continue;
            }
            SPACE => {
                flags |= SPACE_BEFORE;
                let end = line_end(bytes, at);
                if end > 0 {
                    if !wrapped(bytes, line_start, at) {
                        flags |= BREAK_BEFORE;
                    }
                    line_start = at + end;
                }
                at += end.max(1);
                continue;
            }
            DIGIT => {
                at = number(bytes, at);
                if bytes.get(at) == Some(&b'.') && is_domain(bytes, at) {
                    at = address(text, start, at, flags, out);
                    flags = 0;
                } else {
                    push(out, start, at, TokenKind::Number, &mut flags);
                }
                continue;
            }
            WIDE => {
                let c = text[at..].chars().next().unwrap_or(' ');
                // U+02BC counts as a letter but only ever joins two: on its own it starts no word.
                if c.is_alphabetic() && c != 'ʼ' {
                    at = word(text, bytes, at, flags, out);
                    flags = 0;
                    continue;
                }
                if let Some(end) = clitic_end(text, start, c, flags) {
                    at = end;
                    push(out, start, at, TokenKind::Word, &mut flags);
                    continue;
                }
                at += c.len_utf8();
                if c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}') {
                    flags |= SPACE_BEFORE;
                    continue;
                }
                if is_invisible(c) {
                    continue;
                }
                let kind = if matches!(c, '“' | '”' | '„' | '«' | '»' | '‟' | '‘' | '’' | '‚') {
                    TokenKind::Quote
                } else {
                    TokenKind::Punct
                };
                let apostrophe = c == '’' && start > 0 && flags & SPACE_BEFORE == 0 && follows_plural(bytes, start);
                push(out, start, at, if apostrophe { TokenKind::Punct } else { kind }, &mut flags);
            }
            _ => match byte {
                b'"' => {
                    at += 1;
                    push(out, start, at, TokenKind::Quote, &mut flags);
                }
                b'\'' if let Some(end) = clitic_end(text, start, '\'', flags) => {
                    at = end;
                    push(out, start, at, TokenKind::Word, &mut flags);
                }
                b'\'' => {
                    at += 1;
                    let apostrophe = start > 0 && flags & SPACE_BEFORE == 0 && follows_plural(bytes, start);
                    push(out, start, at, if apostrophe { TokenKind::Punct } else { TokenKind::Quote }, &mut flags);
                }
                b'@' | b'#' if bytes.get(at + 1).is_some_and(|&b| CLASS[b as usize] == LETTER || b == b'_') => {
                    at += 1;
                    while at < bytes.len() && (matches!(CLASS[bytes[at] as usize], LETTER | DIGIT) || bytes[at] == b'_')
                    {
                        at += 1;
                    }
                    push(out, start, at, TokenKind::Protected, &mut flags);
                }
                b'`' => {
                    let (end, closed) = code(bytes, at);
                    at = end;
                    let kind = if closed { TokenKind::Protected } else { TokenKind::Punct };
                    push(out, start, at, kind, &mut flags);
                }
                b'{' | b'%' if let Some(end) = placeholder(bytes, at) => {
                    at = end;
                    push(out, start, at, TokenKind::Protected, &mut flags);
                }
                b'[' | b'(' if sic(&bytes[at..]) > 0 => {
                    at += sic(&bytes[at..]);
                    vouch(text, out);
                    push(out, start, at, TokenKind::Protected, &mut flags);
                }
                _ => {
                    at += 1;
                    if matches!(byte, b'.' | b'-' | b'*' | b'_' | b'=' | b'!' | b'?') {
                        while bytes.get(at) == Some(&byte) {
                            at += 1;
                        }
                    }
                    push(out, start, at, TokenKind::Punct, &mut flags);
                }
            },
        }
    }
}

/// The words and marks of a phrase as dictionaries write it: those of [`part`], without quotation marks.
pub(crate) fn phrase(text: &str) -> Vec<Token> {
    let mut tokens = part(text);
    tokens.retain(|token| token.kind != TokenKind::Quote);
    tokens
}

/// Which words of a phrase have a capital, a bit for each of its tokens from the lowest on. No run of words that is looked
/// up has nearly as many as there are bits.
pub(crate) fn capitals(text: &str) -> u64 {
    if !text.chars().any(char::is_uppercase) {
        return 0;
    }
    let tokens = phrase(text);
    let capitals = tokens.iter().take(64).map(|token| token.text(text).starts_with(char::is_uppercase));
    capitals.enumerate().fold(0, |bits, (at, capital)| bits | u64::from(capital) << at)
}

/// The tokens of a part of a text: a clitic that stands apart ("doctor 's"), or first, is what it is behind a word. Behind
/// a mark ("Yahoo!'s") a text has a mark and a letter, and so has its part.
pub(crate) fn part(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    tokenize(text, &mut tokens);
    let mut part: Vec<Token> = Vec::with_capacity(tokens.len());
    for token in tokens {
        let is_apart = part.len() == 1 || part.last().is_some_and(|mark| mark.has(SPACE_BEFORE));
        let is_mark = |mark: &&Token| mark.kind == TokenKind::Quote && is_apart && !token.has(SPACE_BEFORE);
        let mark = part.last().filter(is_mark);
        let whole = mark.map(|mark| Token { kind: token.kind, end: token.end, ..*mark });
        let clitic = whole.filter(|whole| {
            token.kind == TokenKind::Word && whole.text(text).starts_with(['\'', '’']) && is_clitic(whole.text(text))
        });
        if clitic.is_some() {
            part.pop();
        }
        part.push(clitic.unwrap_or(token));
    }
    part
}

#[inline]
fn push(out: &mut Vec<Token>, start: usize, end: usize, kind: TokenKind, flags: &mut u8) {
    out.push(Token { start: start as u32, end: end as u32, kind, flags: *flags });
    *flags = if kind == TokenKind::Quote { QUOTE_BEFORE } else { 0 };
}

/// Whether the line break at `at` only wraps a running paragraph: the next line is not empty and does not start a list
/// item, and goes on with a small letter, or the line is as long as wrapped lines are. Indents say nothing: text in HTML
/// has them on every line.
fn wrapped(bytes: &[u8], line_start: usize, at: usize) -> bool {
    let next = at + line_end(bytes, at);
    let indent = bytes[next..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let Some(&first) = bytes.get(next + indent) else { return false };
    if matches!(first, b'\n' | b'\r' | b'-' | b'*' | b'#' | b'|' | b'>') {
        return false;
    }
    first.is_ascii_lowercase() || (50..=120).contains(&(at - line_start))
}

/// Scans a word from `at`, pushes one token or two (the clitic), and returns where it ends.
#[inline]
fn word(text: &str, bytes: &[u8], start: usize, flags: u8, out: &mut Vec<Token>) -> usize {
    let mut at = start;
    let mut apostrophe = None;
    loop {
        while at < bytes.len() && CLASS[bytes[at] as usize] == LETTER {
            at += 1;
        }
        let Some(&byte) = bytes.get(at) else { break };
        match CLASS[byte as usize] {
            DIGIT => at += 1,
            WIDE => {
                let c = text[at..].chars().next().unwrap_or(' ');
                if c == '’' || c == 'ʼ' {
                    if !letter_at(text, at + c.len_utf8()) {
                        break;
                    }
                    apostrophe = Some(at);
                    at += c.len_utf8();
                } else if c.is_alphabetic() || is_mark(c) || is_invisible(c) && letter_at(text, at + c.len_utf8()) {
                    at += c.len_utf8();
                } else {
                    break;
                }
            }
            _ if byte == b'\'' && letter_at(text, at + 1) => {
                apostrophe = Some(at);
                at += 1;
            }
            _ => break,
        }
    }
    match bytes.get(at) {
        Some(b'.') => {
            let stem = &text[start..at];
            if at - start == 1 {
                // "U.S.", "e.g.", or the initial of a name
                let mut end = at + 1;
                while bytes.get(end).is_some_and(u8::is_ascii_alphabetic) && bytes.get(end + 1) == Some(&b'.') {
                    end += 2;
                }
                let initial = end == at + 1 && bytes[start].is_ascii_uppercase() && bytes[start] != b'I';
                let in_name = bytes.get(at + 1) == Some(&b' ') && bytes.get(at + 2).is_some_and(u8::is_ascii_uppercase);
                if end > at + 1 || initial && in_name {
                    at = end;
                } else if is_domain(bytes, at) {
                    return address(text, start, at, flags, out);
                }
            } else if listed(TITLES, stem)
                || listed(ABBREVIATIONS, stem)
                || stem.eq_ignore_ascii_case("no")
                    && bytes.get(at + 1..at + 3).is_some_and(|b| b[0] == b' ' && b[1].is_ascii_digit())
            {
                at += 1;
            } else if is_domain(bytes, at) {
                return address(text, start, at, flags, out);
            }
        }
        Some(b':') if bytes[at..].starts_with(b"://") => return address(text, start, at, flags, out),
        Some(b'@') if bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric) => {
            return address(text, start, at, flags, out);
        }
        _ => {}
    }
    if let Some(cut) = apostrophe
        && cut > start
        && is_clitic(&text[cut..at])
    {
        out.push(Token { start: start as u32, end: cut as u32, kind: TokenKind::Word, flags });
        out.push(Token { start: cut as u32, end: at as u32, kind: TokenKind::Word, flags: 0 });
    } else {
        out.push(Token { start: start as u32, end: at as u32, kind: TokenKind::Word, flags });
    }
    at
}

fn letter_at(text: &str, at: usize) -> bool {
    text[at..].chars().next().is_some_and(char::is_alphabetic)
}

/// Combining marks that continue a word.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{200c}' | '\u{200d}')
}

/// Where a clitic ends whose apostrophe stands right behind a number or an abbreviation ("1990's", "U.S.'s").
fn clitic_end(text: &str, at: usize, apostrophe: char, flags: u8) -> Option<usize> {
    let behind = at.checked_sub(1).map(|before| text.as_bytes()[before])?;
    if flags & SPACE_BEFORE != 0
        || !(behind.is_ascii_alphanumeric() || behind == b'.')
        || !matches!(apostrophe, '\'' | '’')
    {
        return None;
    }
    let letters = text[at + apostrophe.len_utf8()..].find(|c: char| !c.is_alphanumeric());
    let end = letters.map_or(text.len(), |letters| at + apostrophe.len_utf8() + letters);
    is_clitic(&text[at..end]).then_some(end)
}

fn is_clitic(tail: &str) -> bool {
    let letters = tail.trim_start_matches(['\'', '’', 'ʼ']);
    ["s", "re", "ve", "ll", "d", "m"].iter().any(|clitic| letters.eq_ignore_ascii_case(clitic))
}

/// Whether an apostrophe at `at` follows an "s": a plural possessive more often than a closing quotation mark, so it is
/// taken for one until the quotation scan finds what it closes.
fn follows_plural(bytes: &[u8], at: usize) -> bool {
    matches!(bytes[at - 1], b's' | b'S')
}

fn number(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while at < bytes.len() {
        match bytes[at] {
            b'0'..=b'9' => at += 1,
            b'.' | b',' if bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => at += 1,
            byte if byte.is_ascii_alphabetic() => at += 1,
            _ => break,
        }
    }
    at
}

/// What hosts and files end in, in small letters or capitals, of those endings that are hardly ever a word behind a
/// missing space.
const ENDINGS: [&str; 50] = [
    "asp", "aspx", "avi", "bmp", "com", "css", "csv", "docx", "edu", "epub", "exe", "gif", "htm", "html", "jpeg",
    "jpg", "js", "json", "jsonl", "mil", "mp3", "mp4", "mpeg", "mpg", "odp", "ods", "odt", "org", "pdf", "php", "png",
    "ppt", "pptx", "rar", "rtf", "svg", "tif", "tiff", "toml", "tsv", "tsx", "txt", "wav", "webp", "xls", "xlsm",
    "xlsx", "xml", "yaml", "yml",
];
/// Likewise, but words as often where they have a capital.
const SMALL_ENDINGS: [&str; 44] = [
    "ac.uk", "ai", "au", "bib", "biz", "br", "cfg", "cn", "co.jp", "co.nz", "co.uk", "co.za", "com.au", "cpp", "de",
    "dev", "doc", "eu", "fr", "gov", "gz", "info", "ini", "int", "io", "java", "jp", "md", "mov", "net", "nl", "nz",
    "org.uk", "py", "rs", "ru", "sh", "sql", "tar", "tex", "ts", "tv", "uk", "zip",
];

/// Whether the period at `at` stands inside a host or file name: a known ending follows, and then no letter.
fn is_domain(bytes: &[u8], at: usize) -> bool {
    let rest = &bytes[at + 1..];
    if !rest.first().is_some_and(u8::is_ascii_alphanumeric) {
        return false;
    }
    let ends = |length: usize| !rest.get(length).is_some_and(u8::is_ascii_alphanumeric);
    let is = |end: &str| rest.get(..end.len()).is_some_and(|rest| rest.eq_ignore_ascii_case(end.as_bytes()));
    ENDINGS.iter().any(|end| is(end) && ends(end.len()))
        || SMALL_ENDINGS.iter().any(|end| rest.starts_with(end.as_bytes()) && ends(end.len()))
        || bytes[..at].ends_with(b"www")
}

/// Pushes the URL, address or file name that is under way at `at`, with all that sticks to its front; returns its end.
fn address(text: &str, mut start: usize, at: usize, mut flags: u8, out: &mut Vec<Token>) -> usize {
    let sticks =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-' | b'/' | b'\\');
    while let Some(last) = out.last().filter(|last| last.end as usize == start && last.text(text).bytes().all(sticks)) {
        (start, flags) = (last.start as usize, last.flags);
        out.pop();
    }
    let end = url(text, at);
    out.push(Token { start: start as u32, end: end as u32, kind: TokenKind::Protected, flags });
    end
}

/// The end of the URL or address that is under way at `at`: up to white space or a closing mark that nothing in it opens,
/// less final marks.
fn url(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let (mut round, mut square) = (0, 0);
    let mut goes_on = |c: char| {
        let open = match c {
            '(' | ')' => &mut round,
            '[' | ']' => &mut square,
            _ if c.is_ascii() => return !c.is_ascii_whitespace() && !matches!(c, '"' | '<' | '>' | '\'' | '`'),
            _ => return c.is_alphanumeric() || is_mark(c) || matches!(c, '–' | '‐' | '‑' | '−' | '·'),
        };
        *open += if matches!(c, '(' | '[') { 1 } else { -1 };
        *open >= 0
    };
    let rest = &rest[..rest.find(|c| !goes_on(c)).unwrap_or(rest.len())];
    at + rest.trim_end_matches(['.', ',', ';', ':', '!', '?', '–', '(', '[']).len()
}

/// The length of the "[sic]" that a text starts with, in either kind of brackets, with an exclamation mark or without; 0
/// where it starts with none.
fn sic(bytes: &[u8]) -> usize {
    let closing = if bytes[0] == b'[' { b']' } else { b')' };
    match bytes.get(1..).and_then(|inside| inside.split_at_checked(3)) {
        Some((sic, rest)) if sic.eq_ignore_ascii_case(b"sic") => match *rest {
            [b'!', mark, ..] if mark == closing => 6,
            [mark, ..] if mark == closing => 5,
            _ => 0,
        },
        _ => 0,
    }
}

/// Takes the last word with its possessive, or all of the quotation that ends there, as the author's own.
fn vouch(text: &str, out: &mut [Token]) {
    let Some(last) = out.last_mut() else { return };
    last.flags |= VOUCHED;
    let (last, mark) = (*last, last.text(text));
    if mark.starts_with(['\'', '’', 'ʼ'])
        && last.kind != TokenKind::Quote
        && !last.has(SPACE_BEFORE)
        && let [.., word, _] = out
    {
        word.flags |= VOUCHED;
    }
    let opening = match mark {
        "”" => "“",
        "’" => "‘",
        "\"" | "'" => mark,
        _ => return,
    };
    let quotation = out.iter().rev().skip(1).take(LONGEST_VOUCHED + 1).position(|token| token.text(text) == opening);
    if let Some(words) = quotation {
        out.iter_mut().rev().skip(1).take(words).for_each(|token| token.flags |= VOUCHED);
    }
}

/// Backticks from which on a run opens code of any number of lines, as it does on its own line in Markdown.
const FENCE: usize = 3;
/// More backticks in a row open nothing, but make a line across the page. So few runs can lack what closes them that
/// looking for it costs no more than a few passes over a text.
const LONGEST_FENCE: usize = 16;
/// The longest code inside a line, in bytes. Fewer backticks so far apart are no code, by all that was seen, but old
/// quotation marks ("`so'") and slips.
const LONGEST_INLINE: usize = 4096;

/// The end of the code span that a run of backticks opens; the end of the run where nothing closes it. Says which.
fn code(bytes: &[u8], start: usize) -> (usize, bool) {
    let ticks = backticks(bytes, start);
    let inside = start + ticks;
    if ticks > LONGEST_FENCE {
        return (inside, false);
    }
    let reach = if ticks >= FENCE {
        bytes.len()
    } else {
        let longest = (inside + LONGEST_INLINE).min(bytes.len());
        memchr::memchr2(b'\n', b'\r', &bytes[inside..longest]).map_or(longest, |length| inside + length)
    };
    let mut at = inside;
    while let Some(next) = bytes.get(at..reach).and_then(|rest| memchr::memchr(b'`', rest)) {
        let length = backticks(bytes, at + next);
        at += next + length;
        if length == ticks {
            return (at, true);
        }
    }
    (inside, false)
}

/// Longest name that a placeholder has, in bytes.
const LONGEST_NAME: usize = 64;

/// Longest code between the braces of one.
const LONGEST_CODE: usize = 128;

/// Where a placeholder for what a program fills in ends that starts at `start`: `{name}`, `{0}`, `{{ name }}`,
/// `{% if a %}`, `%1$s`, `%(name)s`, `%{name}` and `%%name%%`. "{One|Another}" is none, but what a spinner chooses from.
fn placeholder(bytes: &[u8], start: usize) -> Option<usize> {
    let name = |from: usize| {
        let is_name = |b: &&u8| b.is_ascii_alphanumeric() || b"_.,:$#-".contains(b);
        let length = bytes.get(from..)?.iter().take(LONGEST_NAME).take_while(is_name).count();
        (length > 0).then_some(from + length)
    };
    let closed = |end: usize, close: &[u8]| bytes[end..].starts_with(close).then_some(end + close.len());
    let rest = &bytes[start..];
    match rest {
        // Those of a spinner may be nested, too: "{{One|Another} day|{Some|Other} time}".
        [b'{', open @ (b'{' | b'%'), ..] => {
            let inside = &rest[2..rest.len().min(LONGEST_CODE)];
            let end = inside.iter().position(|b| matches!(b, b'\n' | b'\r' | b'{' | b'}'))?;
            let is_code = *open == b'{' || matches!(inside, [b' ' | b'-', ..]) && inside[..end].ends_with(b"%");
            let close: &[u8] = if *open == b'{' { b"}}" } else { b"}" };
            closed(start + 2 + end, close).filter(|_| is_code)
        }
        [b'{', ..] => closed(name(start + 1)?, b"}"),
        _ if start > 0 && bytes[start - 1].is_ascii_digit() => None,
        [b'%', b'{', ..] => closed(name(start + 2)?, b"}"),
        [b'%', b'%', ..] => closed(name(start + 2)?, b"%%"),
        [b'%', b'(', ..] => closed(name(start + 2)?, b")")
            .filter(|&end| bytes.get(end).is_some_and(u8::is_ascii_alphabetic))
            .map(|end| end + 1),
        [b'%', b'1'..=b'9', b'$', b'a'..=b'z', ..] => Some(start + 4),
        _ => None,
    }
}

/// How many backticks stand in a row.
fn backticks(bytes: &[u8], start: usize) -> usize {
    bytes[start..].iter().take_while(|&&byte| byte == b'`').count()
}

/// Where the code ends that reaches over a place in a text, if any does, of what starts at `from` or behind it.
pub(crate) fn code_over(text: &str, mut from: usize, place: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    while let Some(next) = bytes.get(from..place).and_then(|rest| memchr::memchr(b'`', rest)) {
        let (end, is_code) = code(bytes, from + next);
        if is_code && end > place {
            return Some(end);
        }
        from = end;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let mut tokens = Vec::new();
        tokenize(text, &mut tokens);
        tokens.iter().map(|token| token.text(text)).collect()
    }

    #[test]
    fn tokens_of_running_text() {
        for (text, expected) in [
            ("Gen. Mark A. Milley said", vec!["Gen.", "Mark", "A.", "Milley", "said"]),
            ("the U.S. Senate", vec!["the", "U.S.", "Senate"]),
            ("US-led troops", vec!["US", "-", "led", "troops"]),
            ("chairman’s don't we're", vec!["chairman", "’s", "don't", "we", "'re"]),
            ("It ended. Then", vec!["It", "ended", ".", "Then"]),
            ("$3,000.50 (1st)", vec!["$", "3,000.50", "(", "1st", ")"]),
            ("see https://a.b/c?d=e, or", vec!["see", "https://a.b/c?d=e", ",", "or"]),
            ("mail me@x.org.", vec!["mail", "me@x.org", "."]),
            ("go to example.com now", vec!["go", "to", "example.com", "now"]),
            ("run `rm -rf` and @you #tag", vec!["run", "`rm -rf`", "and", "@you", "#tag"]),
            ("naïve café's", vec!["naïve", "café", "'s"]),
            ("co\u{ad}op\u{a0}x", vec!["co\u{ad}op", "x"]),
            ("Em\u{2060}ploy\u{feff}ees\u{200b} x\u{200b}y", vec!["Em\u{2060}ploy\u{feff}ees", "x", "y"]),
            ("wait... what?!", vec!["wait", "...", "what", "?", "!"]),
            (
                "the {navy} of {0,number}, {{ the navy }}",
                vec!["the", "{navy}", "of", "{0,number}", ",", "{{ the navy }}"],
            ),
            ("a {% if navy %} b {one|other}", vec!["a", "{% if navy %}", "b", "{", "one", "|", "other", "}"]),
            ("%2$s of %(navy)s, %{navy}", vec!["%2$s", "of", "%(navy)s", ",", "%{navy}"]),
            ("5%(or 6) {a b} {{ c", vec!["5", "%", "(", "or", "6", ")", "{", "a", "b", "}", "{", "{", "c"]),
            ("{{a|b} c|{d|e} f}", vec!["{", "{", "a", "|", "b", "}", "c", "|", "{", "d", "|", "e", "}", "f", "}"]),
            ("in {%d of all} {100%}", vec!["in", "{", "%", "d", "of", "all", "}", "{", "100", "%", "}"]),
            ("the employees' say", vec!["the", "employees", "'", "say"]),
            ("“Yes,” he", vec!["“", "Yes", ",", "”", "he"]),
            ("rock 'n' roll", vec!["rock", "'", "n", "'", "roll"]),
            ("its navy [sic] sailed", vec!["its", "navy", "[sic]", "sailed"]),
            ("mail a.typed_name@x.org now", vec!["mail", "a.typed_name@x.org", "now"]),
            ("see stated-typed.example.com.", vec!["see", "stated-typed.example.com", "."]),
            ("in stated-2024.pdf now", vec!["in", "stated-2024.pdf", "now"]),
            ("in (read_me.txt)", vec!["in", "(", "read_me.txt", ")"]),
            ("see https://x.org/wiki/Malmö_up”", vec!["see", "https://x.org/wiki/Malmö_up", "”"]),
            (
                "open stated.xlsx, STATED.PDF and Stated.Com",
                vec!["open", "stated.xlsx", ",", "STATED.PDF", "and", "Stated.Com"],
            ),
            ("in src/utilized/stated.rs now", vec!["in", "src/utilized/stated.rs", "now"]),
            ("in C:\\utilized\\a.docx.", vec!["in", "C", ":", "\\utilized\\a.docx", "."]),
            ("see x.org/utilized–stated – or", vec!["see", "x.org/utilized–stated", "–", "or"]),
            ("(see x.org/a_(b)_c)", vec!["(", "see", "x.org/a_(b)_c", ")"]),
            (
                "the end.De facto and/or one.Net profit",
                vec!["the", "end", ".", "De", "facto", "and", "/", "or", "one", ".", "Net", "profit"],
            ),
            ("it ended.Then it", vec!["it", "ended", ".", "Then", "it"]),
            ("a ```b` c", vec!["a", "```", "b", "`", "c"]),
            ("a `b``c` d", vec!["a", "`b``c`", "d"]),
            ("a `b\rc` d", vec!["a", "`", "b", "c", "`", "d"]),
            ("a ```b\n\n`c` ```` d``` e", vec!["a", "```b\n\n`c` ```` d```", "e"]),
            ("\u{200f}right \u{2067}to\u{2069} left", vec!["right", "to", "left"]),
            ("the na\u{200e}vy \u{200d}sailed", vec!["the", "na\u{200e}vy", "sailed"]),
            ("", vec![]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn only_real_breaks_end_paragraphs() {
        let breaks = |text: &str| {
            let mut tokens = Vec::new();
            tokenize(text, &mut tokens);
            tokens.iter().filter(|token| token.has(BREAK_BEFORE)).count()
        };
        assert_eq!(breaks("The Washington\nput up a sign"), 1);
        assert_eq!(breaks("A heading\nThe text"), 2);
        assert_eq!(breaks("One\r\n\r\nTwo"), 2);
        let line = "This line is as long as a line of an e-mail or a book is when it is wrapped by";
        assert_eq!(breaks(&format!("{line}\nThe Washington Post")), 1);
        assert_eq!(breaks(&format!("{line}\n- The Washington Post")), 2);
        // An indent makes no break, and takes none away.
        assert_eq!(breaks("The Washington\n\t  put up a sign"), 1);
        assert_eq!(breaks("A heading\r\n    The text"), 2);
        assert_eq!(breaks(&format!("{line}\n      The Washington Post")), 1);
        assert_eq!(breaks(&format!("{line}\n  - The Washington Post")), 2);
        assert_eq!(breaks(&format!("{line}\n  \nThe Washington Post")), 2);
        assert_eq!(breaks("One\r \rtwo"), 2);
    }

    #[test]
    fn authors_vouch_for_words_and_quotations() {
        for (text, vouched) in [
            ("its navy [sic] sailed", "navy"),
            ("the “right navy” [sic] sailed", "right navy ”"),
            ("the ‘right boats’ [sic] sailed", "right boats ’"),
            ("the \"right navy\" [sic] sailed", "right navy \""),
            ("its navy's [sic] ships", "navy 's"),
            ("the employees' [sic] ships", "employees '"),
            ("the employees’ [sic] ships", "employees ’"),
            ("the employees's [sic] ships", "employees 's"),
            ("its navy (sic) sailed", "navy"),
            ("its navy [sic!] sailed", "navy"),
            ("its navy (SIC!) sailed", "navy"),
            ("its navy [sic) sailed", ""),
            ("its navy (sick) sailed", ""),
            ("its navy (sic", ""),
        ] {
            let mut tokens = Vec::new();
            tokenize(text, &mut tokens);
            let found = tokens.iter().filter(|token| token.has(VOUCHED)).map(|token| token.text(text));
            assert_eq!(found.collect::<Vec<_>>().join(" "), vouched, "{text}");
        }
    }

    #[test]
    fn code_of_any_length_is_one_token() {
        let code = format!("```\n{}\n```", "let navy = stated;\n\n".repeat(5_000));
        let text = format!("before {code} after");
        assert_eq!(words(&text), ["before", &code, "after"]);
        let inside = text.len() / 2;
        assert_eq!(code_over(&text, 0, inside), Some(text.len() - " after".len()));
        assert_eq!((code_over(&text, 0, 3), code_over(&text, 0, text.len() - 2)), (None, None));
        // Marks that lie as far apart on a line are no code.
        let far = format!("a ` {}` b", "x ".repeat(5_000));
        assert_eq!(words(&far).iter().filter(|word| **word == "`").count(), 2);
    }

    #[test]
    fn runs_of_backticks_that_nothing_closes_are_passed_quickly() {
        let runs: String = (1..1_500).map(|ticks| "`".repeat(ticks) + " ").collect();
        assert_eq!(words(&runs).len(), 1_499);
    }

    #[test]
    fn lists_are_sorted() {
        for list in [TITLES, ABBREVIATIONS] {
            assert!(list.is_sorted());
        }
    }
}
