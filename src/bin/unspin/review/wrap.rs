//! Styled text broken into lines.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Text as it may be shown: runs of white space are one space, what would steer the terminal or turn the direction of
/// writing around is replaced.
pub(crate) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            _ if c.is_whitespace() => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push('\u{fffd}'),
            _ if c.is_control() => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

/// Breaks pieces of one text into lines of a width, between words where that is possible.
pub(crate) fn wrap(pieces: &[(String, Style)], width: usize) -> Vec<Line<'static>> {
    let width = width.max(2);
    let mut lines: Vec<Line<'static>> = vec![Line::default()];
    let mut used = 0;
    // The word that is being put together, which may have several styles.
    let mut word: Vec<(String, Style)> = Vec::new();
    let mut word_width = 0;
    let flush =
        |word: &mut Vec<(String, Style)>, word_width: &mut usize, used: &mut usize, lines: &mut Vec<Line<'static>>| {
            if *used > 0 && *used + *word_width > width {
                // The space before a word that goes down stays up.
                lines.push(Line::default());
                *used = 0;
            }
            for (text, style) in word.drain(..) {
                for grapheme in text.graphemes(true) {
                    let columns = grapheme.width();
                    if *used + columns > width {
                        lines.push(Line::default());
                        *used = 0;
                    }
                    push(lines, grapheme, style);
                    *used += columns;
                }
            }
            *word_width = 0;
        };
    for (text, style) in pieces {
        for part in text.split_inclusive(' ') {
            let (solid, space) = part.strip_suffix(' ').map_or((part, false), |solid| (solid, true));
            if !solid.is_empty() {
                word.push((solid.to_owned(), *style));
                word_width += solid.width();
            }
            if space {
                flush(&mut word, &mut word_width, &mut used, &mut lines);
                if used > 0 && used < width {
                    push(&mut lines, " ", *style);
                    used += 1;
                }
            }
        }
    }
    flush(&mut word, &mut word_width, &mut used, &mut lines);
    lines
}

/// Adds text to the last line.
fn push(lines: &mut [Line<'static>], text: &str, style: Style) {
    let Some(line) = lines.last_mut() else { return };
    match line.spans.last_mut().filter(|span| span.style == style) {
        Some(span) => span.content.to_mut().push_str(text),
        None => line.spans.push(Span::styled(text.to_owned(), style)),
    }
}

/// The start of a text that fits a width, with a mark where something was cut off.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut used = 0;
    let fits = |grapheme: &&str| {
        used += grapheme.width();
        used < width
    };
    let kept: String = text.graphemes(true).take_while(fits).collect();
    kept + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &str, width: usize) -> Vec<String> {
        wrap(&[(text.to_owned(), Style::default())], width).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn lines_break_between_words() {
        for (text, width, want) in [
            ("the navy would stay", 8, &["the navy", "would ", "stay"][..]),
            ("the navy", 80, &["the navy"]),
            ("incomprehensible", 6, &["incomp", "rehens", "ible"]),
            ("日本語テキスト", 5, &["日本", "語テ", "キス", "ト"]),
            ("e\u{301}e\u{301}e\u{301}", 2, &["e\u{301}e\u{301}", "e\u{301}"]),
            ("", 5, &[""]),
        ] {
            assert_eq!(wrapped(text, width), want, "{text}");
            assert!(wrapped(text, width).iter().all(|line| line.width() <= width));
        }
        // A word of two styles is one word.
        let bold = Style::default().bold();
        let lines =
            wrap(&[("the un".into(), Style::default()), ("spun".into(), bold), (" x".into(), Style::default())], 8);
        assert_eq!(lines.iter().map(ToString::to_string).collect::<Vec<_>>(), ["the ", "unspun x"]);
    }

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(clean("a\t\n b\u{1b}[2J\u{202e}c\u{200d}"), "a b\u{fffd}[2J\u{fffd}c\u{200d}");
    }

    #[test]
    fn text_is_cut() {
        assert_eq!(
            (cut("military", 8), cut("military", 5), cut("日本語", 4)),
            ("military".into(), "mili…".into(), "日…".into())
        );
    }
}
