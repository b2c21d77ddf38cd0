//! How a word is capitalized, and giving that shape to another.

/// The capitals of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// No capitals, or no letters at all.
    Lower,
    /// The first letter only.
    Title,
    /// Every letter, at least two of them.
    Upper,
    /// Anything else ("iPhone", "McConnell").
    Mixed,
}

/// The capitals of `word`.
pub(crate) fn of(word: &str) -> Case {
    let mut letters = word.chars().filter(|c| c.is_alphabetic());
    let Some(first) = letters.next() else { return Case::Lower };
    let (mut upper, mut lower) = (0, 0);
    for c in letters {
        if c.is_uppercase() {
            upper += 1;
        } else {
            lower += 1;
        }
    }
    match (first.is_uppercase(), upper, lower) {
        (false, 0, _) => Case::Lower,
        (true, 0, _) => Case::Title,
        (true, _, 0) => Case::Upper,
        _ => Case::Mixed,
    }
}

/// `word` with its first letter made a capital.
pub(crate) fn capitalize(word: &str) -> String {
    let mut chars = word.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        for (word, case) in [
            ("navy", Case::Lower),
            ("Navy", Case::Title),
            ("NAVY", Case::Upper),
            ("A", Case::Title),
            ("iPhone", Case::Mixed),
            ("McConnell", Case::Mixed),
            ("U.S.", Case::Upper),
            ("'s", Case::Lower),
            ("…", Case::Lower),
        ] {
            assert_eq!(of(word), case, "{word}");
        }
        assert_eq!(capitalize("élan"), "Élan");
        assert_eq!(capitalize(""), "");
    }
}
