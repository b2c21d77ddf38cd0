//! Which tokens stand inside quotation marks.

use super::token::{BREAK_BEFORE, QUOTE_BEFORE, QUOTED, SPACE_BEFORE, Token, TokenKind};

/// Marks the tokens that stand inside quotation marks, straight or curly, double or single.
///
/// A double mark that no other closes before the paragraph ends quotes up to the paragraph's end where the next
/// paragraph opens with a mark again (a quotation that runs on); otherwise it quotes nothing.
pub(crate) fn mark(block: &str, tokens: &mut [Token]) {
    let mut paragraph = 0;
    while paragraph < tokens.len() {
        let end = tokens[paragraph + 1..]
            .iter()
            .position(|token| token.has(BREAK_BEFORE))
            .map_or(tokens.len(), |at| paragraph + 1 + at);
        let runs_on = tokens.get(end).is_some_and(|token| matches!(token.text(block), "“" | "„" | "«" | "‟" | "\""));
        mark_paragraph(block, &mut tokens[paragraph..end], runs_on);
        paragraph = end;
    }
}

fn mark_paragraph(block: &str, tokens: &mut [Token], runs_on: bool) {
    let mut open: Option<usize> = None;
    let mut open_single: Option<usize> = None;
    for at in 0..tokens.len() {
        if tokens[at].kind == TokenKind::Punct && closes_single(block, tokens, at) {
            if let Some(start) = open_single.take() {
                tokens[at].kind = TokenKind::Quote;
                if let Some(next) = tokens.get_mut(at + 1) {
                    next.flags |= QUOTE_BEFORE;
                }
                quote(&mut tokens[start..=at]);
            }
            continue;
        }
        if tokens[at].kind != TokenKind::Quote {
            continue;
        }
        match tokens[at].text(block) {
            "“" | "„" | "«" | "‟" => open = Some(at),
            "”" | "»" => {
                if let Some(start) = open.take() {
                    quote(&mut tokens[start..=at]);
                }
            }
            "\"" => match open.take() {
                Some(start) => quote(&mut tokens[start..=at]),
                // Inches open no quotation.
                None if is_measure(tokens, at) => {}
                None => open = Some(at),
            },
            // Single marks: an opening one stands after a space and before a letter.
            single => {
                let spaced = tokens[at].has(SPACE_BEFORE) || at == 0;
                let tight =
                    tokens.get(at + 1).is_some_and(|next| !next.has(SPACE_BEFORE) && next.kind == TokenKind::Word);
                if matches!(single, "‘" | "'" | "‚") && spaced && tight {
                    open_single = Some(at);
                } else if !spaced && let Some(start) = open_single.take() {
                    quote(&mut tokens[start..=at]);
                }
            }
        }
    }
    if runs_on && let Some(start) = open {
        quote(&mut tokens[start..]);
    }
}

/// Whether an apostrophe after an "s" could close a quotation: no word goes on behind it.
fn closes_single(block: &str, tokens: &[Token], at: usize) -> bool {
    matches!(tokens[at].text(block), "'" | "’")
        && tokens.get(at + 1).is_none_or(|next| next.has(SPACE_BEFORE) || next.kind == TokenKind::Punct)
}

/// Whether a straight mark sticks to a number before it and to nothing after it.
fn is_measure(tokens: &[Token], at: usize) -> bool {
    at > 0
        && tokens[at - 1].kind == TokenKind::Number
        && !tokens[at].has(SPACE_BEFORE)
        && tokens.get(at + 1).is_none_or(|next| next.has(SPACE_BEFORE))
}

/// Has quotations count as any other text.
pub(crate) fn forget(tokens: &mut [Token]) {
    tokens.iter_mut().for_each(|token| token.flags &= !QUOTED);
}

fn quote(tokens: &mut [Token]) {
    for token in tokens {
        token.flags |= QUOTED;
    }
}

#[cfg(test)]
mod tests {
    use super::super::tokenizer::tokenize;
    use super::*;

    fn check(text: &str, expected: &str) {
        let mut tokens = Vec::new();
        tokenize(text, &mut tokens);
        mark(text, &mut tokens);
        let quoted: Vec<_> = tokens
            .iter()
            .filter(|token| token.has(QUOTED) && token.kind == TokenKind::Word)
            .map(|token| token.text(text))
            .collect();
        assert_eq!(quoted.join(" "), expected, "{text}");
    }

    #[test]
    fn quotations() {
        check("He said “we go” and left", "we go");
        check("He said \"we go\" and \"stay\" then", "we go stay");
        check("a 5\" pipe and no more", "");
        check("a 5\" pipe and \"a word\" there", "a word");
        check("He said \"it is 5\" and left", "it is");
        check("read in 'The Chiefs of Employees' that", "The Chiefs of Employees");
        check("read in ‘The Chiefs of Employees’, that", "The Chiefs of Employees");
        check("the ‘boys’ toys’ and more", "boys");
        check("in the '90s the navy and the soldiers' letters", "");
        check("“One goes on.\n\n“Two ends,” he said", "One goes on Two ends");
        check("He said 'we go' and the boys' toys", "we go");
        check("‘We don’t go’ he said", "We don’t go");
        check("rock 'n' roll", "n");
        check("“never closed", "");
        check("“never closed.\n\n‘But this is’, he said", "But this is");
    }
}
