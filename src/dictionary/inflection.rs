//! The inflected forms of English words: irregular ones from a table, regular ones by rule.

use std::collections::HashMap;

/// Which form of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Form {
    Plural,
    Third,
    Past,
    Participle,
    Gerund,
    Comparative,
    Superlative,
}

impl Form {
    pub(crate) const ALL: [Self; 7] =
        [Self::Plural, Self::Third, Self::Past, Self::Participle, Self::Gerund, Self::Comparative, Self::Superlative];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plural => "plural",
            Self::Third => "third",
            Self::Past => "past",
            Self::Participle => "participle",
            Self::Gerund => "gerund",
            Self::Comparative => "comparative",
            Self::Superlative => "superlative",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == name)
    }
}

/// Irregular forms, and the rules for all others.
#[derive(Debug, Default)]
pub(crate) struct Inflection {
    irregular: HashMap<(String, Form), Vec<String>>,
    /// Words that are themselves irregular forms.
    inflected: HashMap<String, Form>,
}

impl Inflection {
    pub(crate) fn insert(&mut self, lemma: &str, form: Form, word: &str) {
        self.irregular.entry((lemma.to_owned(), form)).or_default().push(word.to_owned());
        self.inflected.insert(word.to_owned(), form);
    }

    /// Whether the word is an irregular form of another.
    pub(crate) fn is_irregular_form(&self, word: &str) -> bool {
        self.inflected.contains_key(word)
    }

    /// Candidates for a form of a lemma, likeliest first; whether one is a word is for a lexicon to say.
    pub(crate) fn forms(&self, lemma: &str, form: Form) -> Vec<String> {
        if let Some(words) = self.irregular.get(&(lemma.to_owned(), form)) {
            return words.clone();
        }
        if lemma.len() < 2 || !lemma.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') {
            return Vec::new();
        }
        match form {
            Form::Plural | Form::Third => vec![with_s(lemma)],
            Form::Past | Form::Participle => with_vowel_ending(lemma, "ed"),
            Form::Gerund => with_vowel_ending(lemma, "ing"),
            Form::Comparative => with_vowel_ending(lemma, "er"),
            Form::Superlative => with_vowel_ending(lemma, "est"),
        }
    }
}

fn is_vowel(byte: u8) -> bool {
    matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u')
}

fn with_s(lemma: &str) -> String {
    let bytes = lemma.as_bytes();
    let last = bytes[bytes.len() - 1];
    let before = bytes[bytes.len() - 2];
    if last == b'y' && !is_vowel(before) {
        return format!("{}ies", &lemma[..lemma.len() - 1]);
    }
    let hissing = matches!(last, b's' | b'x' | b'z') || last == b'h' && matches!(before, b'c' | b's');
    let o = last == b'o'
        && !is_vowel(before)
        && !matches!(lemma, "photo" | "piano" | "memo" | "logo" | "euro" | "casino" | "video");
    if hissing || o { format!("{lemma}es") } else { format!("{lemma}s") }
}

/// Adds "ed", "ing", "er" or "est" by the spelling rules; where doubling of the last consonant depends on stress,
/// both spellings.
fn with_vowel_ending(lemma: &str, ending: &str) -> Vec<String> {
    let bytes = lemma.as_bytes();
    let last = bytes[bytes.len() - 1];
    let before = bytes[bytes.len() - 2];
    let stem = &lemma[..lemma.len() - 1];
    if last == b'e' {
        if ending == "ing" {
            return if before == b'i' {
                vec![format!("{}ying", &lemma[..lemma.len() - 2])]
            } else if matches!(before, b'e' | b'o' | b'y') || lemma == "be" {
                vec![format!("{lemma}ing")]
            } else {
                vec![format!("{stem}ing")]
            };
        }
        return vec![format!("{stem}{ending}")];
    }
    if last == b'y' && !is_vowel(before) && ending != "ing" {
        return vec![format!("{stem}i{ending}")];
    }
    if last == b'c' && ending != "er" && ending != "est" {
        return vec![format!("{lemma}k{ending}"), format!("{lemma}{ending}")];
    }
    let doubles = !is_vowel(last)
        && !matches!(last, b'w' | b'x' | b'y' | b'h')
        && is_vowel(before)
        && (bytes.len() < 3 || !is_vowel(bytes[bytes.len() - 3]));
    if !doubles {
        return vec![format!("{lemma}{ending}")];
    }
    let doubled = format!("{lemma}{}{ending}", last as char);
    let plain = format!("{lemma}{ending}");
    let syllables = bytes.windows(2).filter(|pair| is_vowel(pair[0]) && !is_vowel(pair[1])).count();
    if syllables == 1 { vec![doubled, plain] } else { vec![plain, doubled] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regular_and_irregular_forms() {
        let mut inflection = Inflection::default();
        inflection.insert("take", Form::Past, "took");
        for (lemma, form, expected) in [
            ("take", Form::Past, "took"),
            ("take", Form::Gerund, "taking"),
            ("state", Form::Past, "stated"),
            ("carry", Form::Third, "carries"),
            ("carry", Form::Past, "carried"),
            ("carry", Form::Gerund, "carrying"),
            ("stop", Form::Past, "stopped"),
            ("visit", Form::Past, "visited"),
            ("die", Form::Gerund, "dying"),
            ("see", Form::Gerund, "seeing"),
            ("church", Form::Plural, "churches"),
            ("day", Form::Plural, "days"),
            ("hero", Form::Plural, "heroes"),
            ("big", Form::Comparative, "bigger"),
            ("happy", Form::Superlative, "happiest"),
            ("panic", Form::Past, "panicked"),
            ("need", Form::Past, "needed"),
        ] {
            assert_eq!(inflection.forms(lemma, form).first().map(String::as_str), Some(expected), "{lemma} {form:?}");
        }
        assert!(inflection.is_irregular_form("took"));
        assert!(inflection.forms("I", Form::Past).is_empty());
    }
}
