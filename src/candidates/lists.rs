//! Lists of words: what stands there is no prose, and nothing around a word tells which one belongs there. In a list of
//! synonyms each would do for the next.

use std::ops::Range;

use crate::text::token::{BREAK_BEFORE, SPACE_BEFORE, Token, TokenKind};

/// Items in a row that make a list; sentences have fewer.
const ITEMS: usize = 8;
/// Words of an item, at most.
const LONGEST_ITEM: usize = 3;

/// The lists of a block, as ranges of its tokens, in order.
pub(super) fn find(block: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let mut lists = Vec::new();
    // Where the items started that follow each other up to here, how many have ended and where the last one did.
    let (mut start, mut items, mut end) = (0, 0, 0);
    // Words of the item at hand.
    let mut words = 0;
    let mut close = |start: usize, items: usize, end: usize| {
        if items >= ITEMS {
            lists.push(start..end);
        }
    };
    for (at, token) in tokens.iter().enumerate() {
        let mark = if token.kind == TokenKind::Punct { token.text(block) } else { "" };
        let ends_sentence = mark.starts_with(['.', '!', '?']) && !is_number(block, &tokens[..at], words);
        if ends_sentence || words > LONGEST_ITEM {
            close(start, items, end);
            // What has begun here is no item.
            (items, words) = (0, LONGEST_ITEM + 1);
        }
        if token.has(BREAK_BEFORE) || parts(mark, token) {
            match words {
                0 => {}
                1..=LONGEST_ITEM => (items, end) = (items + 1, at),
                _ => start = at,
            }
            words = 0;
        }
        words += usize::from(!matches!(token.kind, TokenKind::Punct | TokenKind::Quote));
    }
    if (1..=LONGEST_ITEM).contains(&words) {
        (items, end) = (items + 1, tokens.len());
    }
    close(start, items, end);
    lists
}

/// Whether a mark stands between the items of a list.
fn parts(mark: &str, token: &Token) -> bool {
    match mark {
        "," | ";" | ":" | "/" | "|" | "(" | ")" | "=" | "*" | "•" | "·" | "–" | "—" => true,
        // One that joins words does not.
        "-" => token.has(SPACE_BEFORE),
        _ => false,
    }
}

/// Whether the item of `words` words that these tokens end with is a number, behind which a period is none of a sentence.
fn is_number(block: &str, tokens: &[Token], words: usize) -> bool {
    let number = |token: &Token| token.kind == TokenKind::Number || token.end - token.start == 1;
    words == 1 && tokens.last().is_some_and(|token| number(token) && !token.text(block).starts_with(['.', '!', '?']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::block;

    #[test]
    fn finds_lists_and_no_prose() {
        let rows = "angry: furious, enraged, livid\n\nbig: huge, massive, vast\n\nquiet: tranquil, hushed, worn-out";
        let line = "look: glance, peer at, stare; say - state, remark, declare, utter";
        let numbered = "1. angry\n\n2. big\n\n3. cold\n\n4. dim\n\n5. easy\n\n6. fast\n\n7. glad\n\n8. hot\n\n9. icy";
        let prose = "Yesterday, in Paris, he said, at last, what he thought of us, of apples, pears, plums and figs, and so on.";
        for (text, lists) in [
            (rows.to_string(), vec![rows.to_string()]),
            (line.to_string(), vec![line.to_string()]),
            (numbered.to_string(), vec![numbered.to_string()]),
            (prose.to_string(), vec![]),
            (
                format!("Here is what some of the words mean.\n\n{line}\n\nThat is all there is to say of it."),
                vec![line.to_string()],
            ),
            (
                format!("{line}. Now use the words above in one sentence each."),
                // What ends with a period is the end of a sentence as well.
                vec![line.rsplit_once(',').expect("a list").0.to_string()],
            ),
            (String::new(), vec![]),
        ] {
            let mut tokens = Vec::new();
            block::read(&text, &mut tokens);
            let found = find(&text, &tokens);
            let found: Vec<&str> = found
                .iter()
                .map(|list| &text[tokens[list.start].start as usize..tokens[list.end - 1].end as usize])
                .collect();
            assert_eq!(found, lists, "{text}");
        }
    }
}
