//! Swaps that are wrong for certain where they stand, though the words next to them do not tell: "but tired he was" for
//! "however tired he was". Each asks for a pattern that spun text hardly has, as it was held against spun articles.

use super::Word;
use crate::dictionary::Dictionary;
use crate::dictionary::ngrams::Ngrams;
use crate::text::key;

/// How much likelier than anywhere, in nats, a word is after those that tell its kind.
const TOLD: f32 = 1.0;
/// Words within which "since" still belongs to "have been".
const SINCE: usize = 12;
/// Words on the far side of what says that one phrase becomes another, and on the near side.
const GLOSS: (usize, usize) = (8, 6);

/// Units and currencies; those on a line are one thing.
const UNITS: [&[&str]; 30] = [
    &["kilometer", "kilometers", "kilometre", "kilometres", "km", "kms"],
    &["mile", "miles"],
    &["meter", "meters", "metre", "metres"],
    &["yard", "yards"],
    &["foot", "feet", "ft"],
    &["inch", "inches"],
    &["centimeter", "centimeters", "centimetre", "centimetres", "cm"],
    &["millimeter", "millimeters", "millimetre", "millimetres", "mm"],
    &["acre", "acres"],
    &["hectare", "hectares"],
    &["kilo", "kilos", "kilogram", "kilograms", "kg"],
    &["gram", "grams"],
    &["ounce", "ounces", "oz"],
    &["ton", "tons", "tonne", "tonnes"],
    &["pound", "pounds", "lb", "lbs"],
    &["pound", "pounds", "quid"],
    &["liter", "liters", "litre", "litres"],
    &["gallon", "gallons"],
    &["pint", "pints"],
    &["barrel", "barrels"],
    &["dollar", "dollars", "buck", "bucks"],
    &["cent", "cents", "penny", "pennies"],
    &["penny", "pennies", "pence"],
    &["euro", "euros"],
    &["yen"],
    &["yuan"],
    &["rupee", "rupees"],
    &["peso", "pesos"],
    &["franc", "francs"],
    &["ruble", "rubles", "rouble", "roubles"],
];

/// Numbers that are written out. Not "million": kilos behind it are a spinner's pounds sterling.
const NUMBERS: [&str; 30] = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "thousand",
    "dozen",
];

/// Ids of the words that the patterns need.
#[derive(Debug)]
pub(crate) struct Bars {
    however: u32,
    but: u32,
    /// "too" and "very".
    degrees: [u32; 2],
    subjects: [u32; 16],
    no_longer: [u32; 2],
    not: u32,
    auxiliaries: [u32; 44],
    /// What a verb stands behind, in any of its forms.
    actors: [u32; 4],
    otherwise: u32,
    or: u32,
    instead: u32,
    than: u32,
    /// What "up to" takes the place of only before a number.
    as_much_as: [[u32; 3]; 2],
    up_to: [u32; 2],
    should: u32,
    r#if: u32,
    questions: [u32; 7],
    perfects: [[u32; 2]; 2],
    pasts: [u32; 2],
    since: u32,
    entrance: [u32; 2],
    front: [u32; 2],
    /// What tells one door from others.
    doors: [u32; 12],
    /// Marks that may end a clause.
    ends: [u32; 5],
    /// What may stand between two clauses or phrases.
    marks: [u32; 10],
    /// What says that one phrase becomes another, alone and with the word before it.
    becomes: [u32; 5],
    as_word: u32,
    given_as: [u32; 8],
    /// What says that a name follows, and what may stand between.
    callers: [u32; 14],
    called: [u32; 12],
    /// Units and currencies, each with its line, in order.
    units: Vec<(u32, usize)>,
    numbers: [u32; NUMBERS.len()],
    /// Numbers that are larger still.
    large: [u32; 2],
    /// Signs of currencies.
    currencies: [u32; 3],
    hyphen: u32,
    /// "working day" and what is no deadline without it.
    working: u32,
    days: [u32; 2],
}

impl Bars {
    pub(crate) fn new(dictionary: &Dictionary) -> Self {
        let id = |word: &str| dictionary.ngrams.id(word).unwrap_or(u32::MAX);
        let names = UNITS.iter().enumerate().flat_map(|(line, names)| names.iter().map(move |name| (name, line)));
        let mut units: Vec<(u32, usize)> = names.map(|(name, line)| (id(name), line)).collect();
        units.sort_unstable();
        Self {
            however: id("however"),
            but: id("but"),
            degrees: ["too", "very"].map(id),
            subjects: [
                "he", "her", "his", "i", "it", "its", "my", "one", "our", "she", "the", "their", "they", "we", "you",
                "your",
            ]
            .map(id),
            no_longer: ["no", "longer"].map(id),
            not: id("not"),
            auxiliaries: [
                "am", "are", "be", "been", "being", "can", "could", "did", "do", "does", "had", "has", "have",
                "having", "is", "may", "might", "must", "shall", "should", "was", "were", "will", "would", "'d", "'ll",
                "'m", "'re", "'s", "'ve", "he's", "i'm", "i've", "it's", "she's", "that's", "there's", "they're",
                "they've", "we're", "we've", "you're", "you've", "ought",
            ]
            .map(id),
            actors: ["he", "i", "they", "who"].map(id),
            otherwise: id("otherwise"),
            or: id("or"),
            instead: id("instead"),
            as_much_as: [["as", "much", "as"], ["as", "many", "as"]].map(|words| words.map(id)),
            up_to: ["up", "to"].map(id),
            than: id("than"),
            should: id("should"),
            r#if: id("if"),
            questions: ["how", "what", "when", "where", "which", "who", "why"].map(id),
            perfects: [["have", "been"], ["has", "been"]].map(|words| words.map(id)),
            pasts: ["was", "were"].map(id),
            since: id("since"),
            entrance: ["entrance", "entrances"].map(id),
            front: ["front", "fronts"].map(id),
            doors: [
                "another", "fifth", "fourth", "main", "old", "previous", "primary", "rear", "second", "separate",
                "side", "third",
            ]
            .map(id),
            ends: [",", ".", ";", "?", "!"].map(id),
            marks: [",", ".", ";", "?", "!", ":", "—", "-", "(", ")"].map(id),
            becomes: ["became", "become", "becomes", "into", "→"].map(id),
            as_word: id("as"),
            callers: [
                "band",
                "call",
                "called",
                "calling",
                "calls",
                "christened",
                "dubbed",
                "entitled",
                "known",
                "name",
                "named",
                "names",
                "nicknamed",
                "titled",
            ]
            .map(id),
            called: ["a", "an", "as", "her", "herself", "him", "himself", "it", "itself", "the", "them", "themselves"]
                .map(id),
            units,
            numbers: NUMBERS.map(id),
            large: ["million", "billion"].map(id),
            currencies: ["$", "£", "€"].map(id),
            hyphen: id("-"),
            working: id("working"),
            days: ["day", "days"].map(id),
            given_as: ["given", "known", "met", "out", "rendered", "spelled", "translated", "written"].map(id),
        }
    }

    /// Whether a reading is barred in place of the words `start..end` of a sentence.
    pub(crate) fn bar(
        &self,
        sentence: &[Word],
        (start, end): (usize, usize),
        reading: &[u32],
        ngrams: &Ngrams,
    ) -> bool {
        let is = |words: &[u32]| sentence[start..end].iter().map(|word| word.model).eq(words.iter().copied());
        let before = |count: usize| start.checked_sub(count).map(|at| sentence[at].model);
        let after = |count: usize| sentence.get(end + count).map(|word| word.model);
        let among = |list: &[u32], word: Option<u32>| word.is_some_and(|word| list.contains(&word));
        match *reading {
            [word] if word == self.but && is(&[self.however]) => {
                // "However much they offered", "however small": it says to what degree.
                let is_clause = after(1).is_none() || among(&self.subjects, after(1)) || among(&self.ends, after(1));
                is_clause && after(0).is_some_and(|graded| told(&self.degrees, graded, ngrams))
            }
            [word] if word == self.not && is(&self.no_longer) => {
                // Nobody "not sells" what he no longer sells.
                let follows = before(1).is_some_and(|word| !self.marks.contains(&word));
                let helped = (1..=2).any(|count| among(&self.auxiliaries, before(count)));
                follows && !helped && after(0).is_some_and(|verb| told(&self.actors, verb, ngrams))
            }
            [word] if word == self.or && is(&[self.otherwise]) => {
                after(0) == Some(self.than) || among(&self.ends, after(0))
            }
            [word] if word == self.instead => after(0) == Some(self.than),
            [up, to] if [up, to] == self.up_to && self.as_much_as.iter().any(|words| is(words)) => {
                !after(0).is_some_and(|word| self.is_number(word) || self.currencies.contains(&word))
            }
            [word] if word == self.r#if && is(&[self.should]) => among(&self.questions, before(1)),
            [word] if self.pasts.contains(&word) && self.perfects.iter().any(|perfect| is(perfect)) => {
                sentence[end..].iter().take(SINCE).any(|word| word.model == self.since)
            }
            // Spinners leave values alone.
            [word] if end - start == 1 && self.is_value(word) => {
                word != sentence[start].model && self.is_value(sentence[start].model)
            }
            // "25 miles" are no 25 kilometers, though spinners put one for the other.
            [word] if end - start == 1 && self.is_other_unit(sentence[start].model, word) => {
                self.counts(sentence, start)
            }
            // "Within five working days" is a deadline.
            [word] if self.days.contains(&word) && is(&[self.working, word]) => self.counts(sentence, start),
            [word] if self.front.contains(&word) && end - start == 1 => {
                self.entrance.contains(&sentence[start].model) && among(&self.doors, before(1))
            }
            _ => false,
        }
    }

    /// Whether both are units or currencies, and not the same.
    fn is_other_unit(&self, spun: u32, reading: u32) -> bool {
        let lines = |word: u32| {
            let first = self.units.partition_point(|unit| unit.0 < word);
            self.units[first..].iter().take_while(move |unit| unit.0 == word).map(|unit| unit.1)
        };
        let is_same = |line: usize| lines(reading).any(|other| other == line);
        lines(spun).next().is_some() && lines(reading).next().is_some() && !lines(spun).any(is_same)
    }

    /// Whether a number stands before a word, or a hyphen and a number.
    fn counts(&self, sentence: &[Word], at: usize) -> bool {
        let mut before = sentence[..at].iter().rev().map(|word| word.model);
        let mut number = before.next();
        if number == Some(self.hyphen) {
            number = before.next();
        }
        number.is_some_and(|word| self.is_number(word))
    }

    /// Whether a word is a number, in digits or written out.
    fn is_number(&self, word: u32) -> bool {
        key::is_number(word) || self.numbers.contains(&word)
    }

    /// Whether a word is a number that is written out and may be no other: "a dozen" may be twelve.
    fn is_value(&self, word: u32) -> bool {
        let [values @ .., _dozen] = &self.numbers;
        values.contains(&word) || self.large.contains(&word)
    }

    /// Whether the text says that a reading became, or is given as, the words `start..end` of a sentence, or the other
    /// way round: it tells of the swap, and means both. "Big data turns into colossal information."
    pub(crate) fn tells_of(&self, sentence: &[Word], (start, end): (usize, usize), reading: &[u32]) -> bool {
        if reading.is_empty() {
            return false;
        }
        let (far, near) = GLOSS;
        let model = |at: usize| sentence[at].model;
        let says = |from: usize, to: usize| {
            let words = sentence[from..to].windows(reading.len());
            words.into_iter().any(|words| words.iter().map(|word| word.model).eq(reading.iter().copied()))
        };
        let is_gloss = |at: usize| {
            let is_given = || at > 0 && model(at) == self.as_word && self.given_as.contains(&model(at - 1));
            self.becomes.contains(&model(at)) || is_given()
        };
        let earlier = (start.saturating_sub(near)..start).filter(|&at| is_gloss(at));
        let later = (end..(end + near).min(sentence.len())).filter(|&at| is_gloss(at));
        earlier.into_iter().any(|at| says(at.saturating_sub(far), at))
            || later.into_iter().any(|at| says(at + 1, (at + 1 + far).min(sentence.len())))
    }

    /// Whether the name that a word is in is brought in as one: "a band called Inexperienced Zone". It may be that.
    pub(crate) fn introduce(&self, sentence: &[Word], at: usize) -> bool {
        let before = sentence[..at].iter().rev().skip_while(|word| word.capital);
        let mut before = before.skip_while(|word| self.called.contains(&word.model));
        sentence[at].capital && before.next().is_some_and(|word| self.callers.contains(&word.model))
    }
}

/// Whether a word is of the kind that stands behind one of these.
fn told(before: &[u32], word: u32, ngrams: &Ngrams) -> bool {
    before.iter().any(|&before| ngrams.pair(before, word) > ngrams.unigram(word) + TOLD)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidates::sentences;
    use crate::text::block;
    use crate::text::token::Token;

    /// The words of a text, which is one sentence.
    fn read(text: &str, dictionary: &Dictionary) -> (Vec<Token>, Vec<Word>) {
        let mut tokens = Vec::new();
        block::read(text, &mut tokens);
        let words = sentences(text, &tokens, dictionary).into_iter().flatten().collect();
        (tokens, words)
    }

    /// Where the words in braces stand in a text, and its words and theirs without the braces.
    fn marked(text: &str, dictionary: &Dictionary) -> (Vec<Word>, (usize, usize)) {
        let (open, close) = (text.find('{').expect("{"), text.find('}').expect("}"));
        let plain = text.replace(['{', '}'], "");
        let (tokens, words) = read(&plain, dictionary);
        let at = |byte: usize| {
            let starts = |word: &Word| (tokens[word.token as usize].start as usize) < byte;
            words.iter().take_while(|word| starts(word)).count()
        };
        let place = (at(open), at(close - 1));
        (words, place)
    }

    #[test]
    fn what_grammar_bars_is_none() {
        let dictionary = Dictionary::builtin();
        let bars = Bars::new(&dictionary);
        for (text, reading, barred) in [
            ("He kept walking, {however} tired he was.", "but", true),
            ("She would not sell, {however} much they offered.", "but", true),
            ("{However} hard he tried, it stayed shut.", "but", true),
            ("The chance, {however} small, was taken.", "but", true),
            ("Do not coil the cord, {however} neat it may look.", "but", true),
            ("It is 9 percent, {however} only the best of these take it.", "but", false),
            ("{However} many companies cover it now.", "but", false),
            ("They left, {however} he stayed.", "but", false),
            ("He had the ball, {however} the others won.", "but", false),
            ("The shop {no longer} sells bread.", "not", true),
            ("They {no longer} live in the town.", "not", true),
            ("It can {no longer} be boarded.", "not", false),
            ("It may just {no longer} be undone.", "not", false),
            ("It's {no longer} a secret.", "not", false),
            ("{No longer} everybody licensed it.", "not", false),
            ("It is a thaw, {no longer} a spring.", "not", false),
            ("They pay with {no longer} a buck owed.", "not", false),
            ("Nobody leaves {otherwise} than by the gate.", "or", true),
            ("They said {otherwise}.", "or", true),
            ("Fixed {otherwise} variable rates.", "or", false),
            ("What {should} you look for?", "if", true),
            ("Call them {should} you wish to.", "if", false),
            ("The pellets {have been} banned there since 2022.", "were", true),
            ("The pellets {have been} banned in 2022.", "were", false),
            ("Bake it {rather} than fry it.", "instead", true),
            ("He went home {rather}.", "instead", false),
            ("It lowers the pressure {as much as} some pills.", "up to", true),
            ("It lowers the pressure by {as much as} 5 percent.", "up to", false),
            ("It takes {as many as} ten days.", "up to", false),
            ("It costs {as much as} $11.1 billion now.", "up to", false),
            ("It takes {five} days.", "four", true),
            ("It takes a {dozen} days.", "twelve", false),
            ("It takes {dos} days.", "two", false),
            ("It cost a {million} dollars.", "billion", true),
            ("He asked for a second {entrance} there.", "front", true),
            ("He sat in the {entrance} row.", "front", false),
            ("It is 25 {kilometers} away.", "miles", true),
            ("It is a five-{kilometer} walk.", "mile", true),
            ("It is 25 {kilometers} away.", "kilometres", false),
            ("It is 25 {kilometers} away.", "steps", false),
            ("They live {kilometers} away.", "miles", false),
            ("It costs 60 {dollars} now.", "cents", true),
            ("It costs 60 {bucks} now.", "dollars", false),
            ("It costs two {quid} now.", "pounds", false),
            ("It costs 1.3 {pennies} now.", "cents", false),
            ("It costs 40 {pence} now.", "cents", true),
            ("It weighs 90 {kilos} now.", "pounds", true),
            ("It costs 2 million {kilos} now.", "pounds", false),
            ("We reply within five {working days} then.", "days", true),
            ("We reply in one {working day} then.", "day", true),
            ("It was cold each {working day} there.", "day", false),
        ] {
            let (words, place) = marked(text, &dictionary);
            let (_, reading) = read(reading, &dictionary);
            let reading: Vec<u32> = reading.iter().map(|word| word.model).collect();
            assert_eq!(bars.bar(&words, place, &reading, &dictionary.ngrams), barred, "{text:?}");
        }
    }

    #[test]
    fn names_that_are_brought_in_as_such_are_known() {
        let dictionary = Dictionary::builtin();
        let bars = Bars::new(&dictionary);
        for (text, introduced) in [
            ("There is the band who call themselves {Inexperienced} Zone.", true),
            ("It is a shop called the Great {Every day} Mail.", true),
            ("She is known as {Kid} A.", true),
            ("He read the {Every day} Mail.", false),
            ("He is called {inexperienced} by them.", false),
        ] {
            let (words, place) = marked(text, &dictionary);
            assert_eq!(bars.introduce(&words, place.0), introduced, "{text}");
        }
    }

    #[test]
    fn what_tells_of_a_swap_is_none() {
        let dictionary = Dictionary::builtin();
        let bars = Bars::new(&dictionary);
        for (text, reading, told) in [
            ("Big data turns into {colossal information}.", "big data", true),
            ("With them “big data” becomes “{colossal information}”.", "big data", true),
            ("{Colossal information} became big data.", "big data", true),
            ("The United States becomes the {Unified} States.", "united", true),
            ("The Daily Mail, which I have met as {Every day} Mail.", "daily", true),
            ("big data → {colossal information}", "big data", true),
            ("He takes big data and {colossal information}.", "big data", false),
            ("It turns into {colossal information}.", "big data", false),
        ] {
            let (words, place) = marked(text, &dictionary);
            let (_, reading) = read(reading, &dictionary);
            let reading: Vec<u32> = reading.iter().map(|word| word.model).collect();
            assert_eq!(bars.tells_of(&words, place, &reading), told, "{text:?}");
        }
    }
}
