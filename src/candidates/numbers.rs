//! Numbers that are never spelled out: they are labels or measures, or go with others that are written in digits.

use crate::line::line_end;
use crate::text::token::{BREAK_BEFORE, SPACE_BEFORE, Token, TokenKind};

/// Lines that start with a number, one below the other, which make a list.
const LIST: usize = 3;

/// What the number after it is a label of: "flight 9", "ages 5 and up".
const LABELED: [&str; 31] = [
    "ages",
    "apartment",
    "appendix",
    "chapter",
    "channel",
    "clause",
    "episode",
    "exhibit",
    "flight",
    "gate",
    "grade",
    "highway",
    "page",
    "pages",
    "paragraph",
    "phase",
    "platform",
    "room",
    "rooms",
    "route",
    "seat",
    "section",
    "sections",
    "tier",
    "type",
    "verse",
    "verses",
    "version",
    "versions",
    "volume",
    "zone",
];

/// The same where it has a capital: "Season 4", but "last season 4 of them left".
const LABELED_AS_NAME: [&str; 36] = [
    "act", "area", "article", "block", "building", "class", "day", "district", "division", "figure", "form", "formula",
    "game", "group", "issue", "item", "lane", "level", "line", "lot", "match", "model", "part", "question", "round",
    "rule", "scene", "season", "series", "size", "stage", "step", "table", "unit", "week", "year",
];

/// What is counted in digits: large numbers, shares, times of day, and what short forms measure.
const COUNTED: [&str; 26] = [
    "%",
    "a.m",
    "a.m.",
    "am",
    "billion",
    "cm",
    "g",
    "kg",
    "km",
    "lb",
    "lbs",
    "m.p.h.",
    "mg",
    "million",
    "ml",
    "mm",
    "mph",
    "o'clock",
    "o’clock",
    "p.c.",
    "p.m",
    "p.m.",
    "pct",
    "percent",
    "pm",
    "trillion",
];

/// What ingredients are measured in.
const OF_RECIPES: [&str; 10] =
    ["cup", "cups", "ounces", "oz", "tablespoon", "tablespoons", "tbsp", "teaspoon", "teaspoons", "tsp"];

/// Measures that go on in a smaller one: "2 hours 4 minutes".
const UNITS: [&str; 14] = [
    "days", "feet", "foot", "ft", "hour", "hours", "inches", "minutes", "months", "ounces", "pounds", "seconds",
    "weeks", "years",
];

/// Tokens within which the next ingredient's number comes.
const INGREDIENT: usize = 5;

/// Whether a number stays as it is.
pub(crate) fn stays(block: &str, tokens: &[Token], at: usize) -> bool {
    let number = &tokens[at];
    let digits = number.text(block).len();
    // Larger ones are no digits of an author: "100 % free" is a spinner's "free", "50 percent" is half.
    let is_small = || {
        is_label(block, tokens, at)
            || is_in_measure(block, tokens, at)
            || is_in_range(block, tokens, at)
            || is_in_recipe(block, tokens, at)
    };
    is_joined(block, number)
        || is_alone(tokens, at)
        || is_place(block, number)
        || is_dimension(number.text(block))
        || is_one_of(&TENS, beside(block, tokens, at, -1))
        || digits == 1 && is_counted(block, tokens, at)
        || digits <= 2 && is_small()
}

/// Whether a number is all of a line: that of a subtitle, a page or a cell.
fn is_alone(tokens: &[Token], at: usize) -> bool {
    tokens[at].has(BREAK_BEFORE) && tokens.get(at + 1).is_none_or(|next| next.has(BREAK_BEFORE))
}

/// Days as dates have them.
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Months likewise.
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Whether a word is the day of a date in figures, such as programs write: "Mon, Mar 2, 2020", "Mon 2 Mar".
pub(super) fn is_day(block: &str, tokens: &[Token], at: usize) -> bool {
    if tokens[at].end - tokens[at].start != 3 || !DAYS.contains(&tokens[at].text(block)) {
        return false;
    }
    let next = at + 1 + usize::from(beside(block, tokens, at, 1) == ",");
    is_number(tokens, next) || is_number(tokens, next + 1) && MONTHS.contains(&beside(block, tokens, next, 0))
}

/// What two dimensions are called, and no ordinal: "2D", beside "2d" and "2ND".
fn is_dimension(number: &str) -> bool {
    number.strip_suffix('D').is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Tens, behind which digits are no number of their own: "twenty 5". Behind a hyphen they are: "twenty-5".
const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// What joins two numbers that are written alike, both in digits or both in words: "5 votes to 3", "1 or 2 weeks".
const PAIRS: [&str; 4] = ["and", "of", "or", "to"];

/// The tokens of the numbers of one digit that a number is written like: those that it makes a pair with, of which at most
/// a word stands before what joins them.
pub(crate) fn partners(block: &str, tokens: &[Token], at: usize) -> impl Iterator<Item = usize> {
    let is_digit =
        |at: usize| tokens.get(at).is_some_and(|token| token.end - token.start == 1) && is_number(tokens, at);
    let is_pair = move |first: usize, second: usize| {
        let between = &tokens[first + 1..second];
        let joins = between.last().is_some_and(|last| is_one_of(&PAIRS, last.text(block)));
        joins && between.iter().all(|token| token.kind == TokenKind::Word) && is_digit(first) && is_digit(second)
    };
    let before = [2, 3]
        .into_iter()
        .filter_map(move |distance| at.checked_sub(distance))
        .filter(move |&first| is_pair(first, at));
    let after = [2, 3].into_iter().map(move |distance| at + distance);
    before.chain(after.filter(move |&second| second < tokens.len() && is_pair(at, second)))
}

fn is_number(tokens: &[Token], at: usize) -> bool {
    tokens.get(at).is_some_and(|token| token.kind == TokenKind::Number)
}

fn is_one_of(list: &[&str], word: &str) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// The text of a token that lies so far from another; nothing beyond the ends of the block.
fn beside<'b>(block: &'b str, tokens: &[Token], at: usize, distance: isize) -> &'b str {
    at.checked_add_signed(distance).and_then(|at| tokens.get(at)).map_or("", |token| token.text(block))
}

/// Between feet and inches.
const FOOT: &str = "-foot-";

/// Whether a number belongs to another one that a mark joins it to: scores, shares, times, feet and inches.
fn is_joined(block: &str, number: &Token) -> bool {
    let joins = |c: char| matches!(c, '-' | '–' | '/' | ':' | '\'' | '’' | '′');
    let digit = |c: char| c.is_ascii_digit();
    let (before, after) = (&block[..number.start as usize], &block[number.end as usize..]);
    after.strip_prefix(joins).is_some_and(|rest| rest.starts_with(digit))
        || before.strip_suffix(joins).is_some_and(|rest| rest.ends_with(digit))
        || after.strip_prefix(FOOT).is_some_and(|rest| rest.starts_with(digit))
        || before.strip_suffix(FOOT).is_some_and(|rest| rest.ends_with(digit))
}

/// Marks of lists, headings, quotations and stress, which stand at the start of a line.
const LINE_MARKS: [char; 5] = ['*', '_', '#', '>', '-'];

/// Whether a number only tells where it stands: in brackets on its own, at the start of a line of a list or with a mark
/// behind it there ("4. Rest"), or before a capital after a semicolon ("5 Divers; 9 Reporter").
fn is_place(block: &str, number: &Token) -> bool {
    let (before, after) = (&block[..number.start as usize], &block[number.end as usize..]);
    if before.ends_with('(') && after.starts_with([')', ',']) || before.ends_with(',') && after.starts_with(')') {
        return true;
    }
    let before = before.trim_end_matches([' ', '\t']);
    if before.ends_with(';') {
        return after.trim_start().starts_with(char::is_uppercase);
    }
    let is_mark = |c: char| matches!(c, ' ' | '\t') || LINE_MARKS.contains(&c);
    let before = before.trim_end_matches(is_mark);
    if !before.is_empty() && !before.ends_with(['\n', '\r']) {
        return false;
    }
    if after.strip_prefix(['.', ')']).is_some_and(|rest| rest.starts_with([' ', '\t'])) {
        return true;
    }
    let starts_so = |line: &&str| line.trim_start_matches(is_mark).starts_with(|c: char| c.is_ascii_digit());
    let above = lines_above(before).take(LIST - 1).take_while(starts_so).count();
    let below = lines_below(after).take(LIST - 1).take_while(starts_so).count();
    above + 1 + below >= LIST
}

/// The lines that end before the end of a text, the last one first.
fn lines_above(mut text: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        text = text.strip_suffix("\r\n").or_else(|| text.strip_suffix(['\n', '\r']))?;
        let line = text.rfind(['\n', '\r']).map_or(text, |at| &text[at + 1..]);
        text = &text[..text.len() - line.len()];
        Some(line)
    })
}

/// The lines that start after the start of a text.
fn lines_below(mut text: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let end = text.find(['\n', '\r'])?;
        text = &text[end + line_end(text.as_bytes(), end)..];
        Some(text.find(['\n', '\r']).map_or(text, |end| &text[..end]))
    })
}

/// Whether the word before a number says which one it is.
fn is_label(block: &str, tokens: &[Token], at: usize) -> bool {
    let before = beside(block, tokens, at, -1);
    tokens[at].has(SPACE_BEFORE)
        && (is_one_of(&LABELED, before)
            || before.starts_with(char::is_uppercase) && is_one_of(&LABELED_AS_NAME, before))
}

/// Whether what a number counts is counted in digits.
fn is_counted(block: &str, tokens: &[Token], at: usize) -> bool {
    let [next, second] = [1, 2].map(|distance| beside(block, tokens, at, distance));
    is_one_of(&COUNTED, next) || next.eq_ignore_ascii_case("per") && second.eq_ignore_ascii_case("cent")
}

/// Whether a number is one of two that make a measure together.
fn is_in_measure(block: &str, tokens: &[Token], at: usize) -> bool {
    let is_number = |at: usize| is_number(tokens, at);
    let is_unit = |distance: isize| is_one_of(&UNITS, beside(block, tokens, at, distance));
    is_unit(1) && (is_unit(3) && is_number(at + 2) || is_unit(-1) && at.checked_sub(2).is_some_and(is_number))
}

/// Whether a number and one of two digits or more make a range: "9 to 14", "between 5 and 20".
fn is_in_range(block: &str, tokens: &[Token], at: usize) -> bool {
    let [before, next, second] = [-1, 1, 2].map(|distance| beside(block, tokens, at, distance));
    let joins =
        next.eq_ignore_ascii_case("to") || next.eq_ignore_ascii_case("and") && before.eq_ignore_ascii_case("between");
    joins && second.len() > 1 && second.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a number counts an ingredient, or stands in a list beside one that does: "3 cups flour, 2 eggs".
fn is_in_recipe(block: &str, tokens: &[Token], at: usize) -> bool {
    let measures =
        |at: usize| tokens[at].kind == TokenKind::Number && is_one_of(&OF_RECIPES, beside(block, tokens, at, 1));
    let is_listed = |from: usize, to: usize| {
        let between = &block[tokens[from].end as usize..tokens[to].start as usize];
        between.contains(['\n', '\r'])
            || tokens[from + 1..to].iter().any(|token| matches!(token.text(block), "," | "and"))
    };
    let before = (at.saturating_sub(INGREDIENT)..at).any(|other| measures(other) && is_listed(other, at));
    let after = (at + 1..(at + 1 + INGREDIENT).min(tokens.len())).any(|other| measures(other) && is_listed(at, other));
    measures(at) || before || after
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::block;

    #[test]
    fn pairs_are_written_alike() {
        for (text, pairs) in [
            ("by 5 votes to 3 there", true),
            ("1 to 2 weeks", true),
            ("won 4 of 7 races", true),
            ("2 and 3 hours", true),
            ("1 or 2 of them", true),
            ("2 boys and 5 girls", true),
            ("2 of the boys and 5 girls", false),
            ("2 boys and 15 girls", false),
            ("2 boys, 5 girls", false),
            ("2 boys; and 5 girls", false),
            ("2 boys met 5 girls", false),
        ] {
            let mut tokens = Vec::new();
            block::read(text, &mut tokens);
            let numbers: Vec<usize> = (0..tokens.len()).filter(|&at| is_number(&tokens, at)).collect();
            for (own, other) in [(0, 1), (1, 0)] {
                let found: Vec<usize> = partners(text, &tokens, numbers[own]).collect();
                assert_eq!(found, if pairs { &numbers[other..=other] } else { &[] }, "{text}");
            }
        }
    }

    #[test]
    fn days_of_dates_in_figures() {
        for (text, is) in [
            ("On Mon, Mar 2, 2020 she", true),
            ("On Mon 2 Mar she", true),
            ("Sent: Tue 3 March", true),
            ("On Mon, she", false),
            ("On Monday, Mar 2, she", false),
            ("On Mon", false),
        ] {
            let mut tokens = Vec::new();
            block::read(text, &mut tokens);
            assert_eq!((0..tokens.len()).any(|at| is_day(text, &tokens, at)), is, "{text}");
        }
    }

    #[test]
    fn labels_and_measures_stay_in_digits() {
        for (text, stay) in [
            ("They won 3-1 there.", true),
            ("They won 2–1 there.", true),
            ("They left at 10:30 sharp.", true),
            ("They got 1/2 of it.", true),
            ("They built it in 1998–2004.", true),
            ("They saw 10 people.", false),
            ("They fought a 30-year war.", false),
            ("They made a pre-2000 car.", false),
            ("They lost 3 - 1 of them twice.", false),
            ("He is 5'8” or 5’7” tall, a 6-foot-1 man.", true),
            ("It is a 5-foot wall.", false),
            ("1\n00:01,000 --> 00:02,000\nThe end.", true),
            // Places.
            ("Bank employee loses head (6).", true),
            ("Counterfeit coin found in a bay (5,4).", true),
            ("Employees of the bank (5 people).", false),
            ("Castanet; 5 Divers.", true),
            ("They came early; 5 stayed.", false),
            ("1 Employees with a stick\n2 Learner enters\n3 Agency backs", true),
            ("Down\r\n1 Employees with a stick\r\n2 Learner enters\r\n3 Agency backs\r\n", true),
            ("Down\r1 Employees with a stick\r2 Learner enters\r3 Agency backs\r", true),
            ("12 months ago it began.\r\r5 days later it ended.\r\r3 came.", false),
            ("12 months ago it began.\n\n5 days later it ended.\n\n3 came.", false),
            ("It ended in 1998.\n12 months ago it began, and\n3 came.", false),
            ("4 people were hurt.\nThe others were not.", false),
            ("**4. Rest**", true),
            ("Eat well.\n> 4) Rest well.", true),
            ("Eat well.\n- 4 of them rest.", false),
            ("They saw 4. Rest came later.", false),
            ("* 1 Employees with a stick\n* 2 Learner enters\n* 3 Agency backs", true),
            // Dimensions.
            ("They need 2D to see it.", true),
            ("It is the 2d level, the 2ND and the 3rd.", false),
            // What is left of a number.
            ("It was twenty 5 years ago.", true),
            ("It was ten 5 years ago, or thirty-7.", false),
            // Labels.
            ("Flight 9 left from Gate 4 with chapter 3.", true),
            ("It runs on Channel 4, for ages 5 and up.", true),
            ("Season 4 and Part 2 were seen in Year 3.", true),
            ("Last season 4 of them left, and this year 5 came.", false),
            // What is counted in digits.
            ("It fell 2% or 3 percent or 4 per cent or 5 million.", true),
            ("It opened at 9 a.m. and ran to 8 o'clock.", true),
            ("It fell 5 times.", false),
            ("It is 100 % free for 50 percent of them.", false),
            // Of two that go together none is spelled out.
            ("It takes 2 hours 4 minutes, and he is 6 feet 2 inches.", true),
            ("Sentenced to 3 years and 4 months.", false),
            ("Pupils of 9 to 14, and between 5 and 20 of them.", true),
            ("It takes 3 to 5 days, and between 5 and 7 hours.", false),
            // Recipes.
            ("Add 3 cups flour, 2 eggs and 4 tablespoons sugar.", true),
            ("3 cups flour\n2 eggs\n1 onion", true),
            ("It takes 2 eggs and 4 onions.", false),
        ] {
            let mut tokens = Vec::new();
            block::read(text, &mut tokens);
            let numbers = (0..tokens.len()).filter(|&at| tokens[at].kind == TokenKind::Number);
            let found: Vec<(&str, bool)> =
                numbers.map(|at| (tokens[at].text(text), stays(text, &tokens, at))).collect();
            assert!(!found.is_empty(), "{text}");
            // Of a range the larger number may be spelled out by nobody.
            assert!(
                found.iter().all(|(number, found)| *found == stay || number.len() > 1 && stay),
                "{text:?}: {found:?}"
            );
        }
    }
}
