//! How a finding is cut for its reader: whole words, and of those that were put in only these.

use std::ops::Range;

use crate::span::Span;

/// The bytes of a text that a finding covers, and what may stand there, likeliest first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cut {
    pub(crate) span: Span,
    pub(crate) texts: Vec<String>,
}

impl Cut {
    /// Cuts a finding anew that says the same: with the word in front of an ending that it changes, and without the
    /// words that stay beside those that go. It stays in the bytes that the findings beside it leave `free`.
    pub(crate) fn neatly(self, text: &str, free: &Range<usize>) -> Self {
        let cut = self.with_host(text, free.start);
        cut.without_kept(text, free.end).unwrap_or(cut)
    }

    /// "'ve got" for " have" is "you've got" for "you have".
    fn with_host(mut self, text: &str, from: usize) -> Self {
        let (before, stands) = (&text[..self.span.start], &text[self.span.start..]);
        let host = before.len() - before.trim_end_matches(char::is_alphanumeric).len();
        let start = self.span.start - host;
        if host > 0 && start >= from && stands.starts_with(['\'', '’']) {
            self.texts.iter_mut().for_each(|own| own.insert_str(0, &text[start..self.span.start]));
            self.span = Span::new(start, self.span.end);
        }
        self
    }

    /// "a brand" for "a" is "brand" for nothing, with the blank behind it.
    fn without_kept(&self, text: &str, end: usize) -> Option<Self> {
        let spun = &text[self.span.range()];
        let best = self.texts.first().filter(|best| !best.is_empty() && best.len() < spun.len())?;
        let (front, back) = (0..=best.len()).rev().find_map(|at| {
            let (front, back) = best.split_at_checked(at)?;
            let goes = spun.strip_prefix(front)?.strip_suffix(back)?;
            let apart = |side: &str, inner: bool| side.is_empty() || inner;
            let trails = goes.starts_with(char::is_whitespace) && apart(back, back.starts_with(char::is_whitespace));
            let leads = goes.ends_with(char::is_whitespace) && apart(front, front.ends_with(char::is_whitespace));
            (trails || leads).then_some((front, back))
        })?;
        let span = Span::new(self.span.start + front.len(), self.span.end - back.len());
        let texts =
            self.texts.iter().map(|own| own.strip_prefix(front)?.strip_suffix(back)).collect::<Option<Vec<_>>>()?;
        // The blank behind rather than the one in front, as of words that go on their own.
        let is_blank = |text: &str| text.starts_with(' ');
        let shifts = span.end < end && is_blank(&text[span.start..]) && is_blank(&text[span.end..]);
        if shifts && texts[1..].iter().all(|own| is_blank(own)) {
            let shifted = texts.iter().map(|own| own.strip_prefix(' ').map_or(String::new(), |own| format!("{own} ")));
            return Some(Self { span: Span::new(span.start + 1, span.end + 1), texts: shifted.collect() });
        }
        Some(Self { span, texts: texts.into_iter().map(str::to_owned).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_cut_at_words_and_say_the_same() {
        for (text, spun, texts, (from, to), expected) in [
            ("if you've got it", "'ve got", &[" have"][..], (0, 99), ("you've got", &["you have"][..])),
            ("if you’ve got it", "’ve got", &[" have", " own"], (0, 99), ("you’ve got", &["you have", "you own"])),
            // What was found before it stays apart.
            ("if you've got it", "'ve got", &[" have"], (6, 99), ("'ve got", &[" have"])),
            ("up 20% now", "%", &[" percent"], (0, 99), ("%", &[" percent"])),
            ("signed a brand new contract", "a brand", &["a"], (0, 99), ("brand ", &[""])),
            ("a brand new contract", "a brand", &["a"], (0, 7), (" brand", &[""])),
            ("the very best", "the very", &["the"], (0, 99), ("very ", &[""])),
            ("the brand new car", "the brand new car", &["the car"], (0, 99), ("brand new ", &[""])),
            ("a brand new contract", "a brand", &["a", "the"], (0, 99), ("a brand", &["a", "the"])),
            ("a brand new contract", "a brand", &["a", "a very"], (0, 99), ("brand ", &["", "very "])),
            ("it surely.", "it surely", &["it"], (0, 99), (" surely", &[""])),
            ("it surely\nworks", "it surely", &["it"], (0, 99), (" surely", &[""])),
            ("surely it works", "surely it", &["it"], (0, 99), ("surely ", &[""])),
            ("an otherwise good day", "an otherwise", &["a"], (0, 99), ("an otherwise", &["a"])),
            ("a newer car", "newer", &["new"], (0, 99), ("newer", &["new"])),
            ("brand-new car", "brand-new", &["new"], (0, 99), ("brand-new", &["new"])),
            ("Surely it works", "Surely it", &["It"], (0, 99), ("Surely it", &["It"])),
            ("the navy", "navy", &["military"], (0, 99), ("navy", &["military"])),
            ("really, the ship", "really, ", &[""], (0, 99), ("really, ", &[""])),
        ] {
            let start = text.find(spun).expect("a part of the text");
            let texts: Vec<String> = texts.iter().map(|own| (*own).to_owned()).collect();
            let given = Cut { span: Span::new(start, start + spun.len()), texts };
            let cut = given.clone().neatly(text, &(from..to));
            assert_eq!(
                (&text[cut.span.range()], cut.texts.iter().map(String::as_str).collect()),
                (expected.0, expected.1.to_vec()),
                "{text}"
            );
            let applied = |cut: &Cut| -> Vec<String> {
                let Span { start, end } = cut.span;
                cut.texts.iter().map(|own| format!("{}{own}{}", &text[..start], &text[end..])).collect()
            };
            assert_eq!(applied(&cut), applied(&given), "{text}");
        }
    }
}
