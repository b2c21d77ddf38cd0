//! One token and what is known of it without a dictionary.

/// What a token is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum TokenKind {
    /// Letters, with inner apostrophes and, for abbreviations, periods.
    Word,
    /// Digits, with inner commas, periods and letters that stick to them ("1st", "2.0", "10x").
    Number,
    /// One mark, or a run of the same mark ("...", "--").
    Punct,
    /// A quotation mark. The language model does not see these.
    Quote,
    /// A URL, e-mail address, @name, #tag, piece of code or "[sic]", which nothing may change. Code is what stands between
    /// runs of as many backticks, from three on over any number of lines.
    Protected,
}

/// White space stands before the token.
pub(crate) const SPACE_BEFORE: u8 = 1;
/// A line break that ends a paragraph, heading or list item stands before the token.
pub(crate) const BREAK_BEFORE: u8 = 2;
/// The token is the first of a sentence.
pub(crate) const SENTENCE_START: u8 = 4;
/// The token stands inside quotation marks.
pub(crate) const QUOTED: u8 = 8;
/// A quotation mark stands between this token and the one before it.
pub(crate) const QUOTE_BEFORE: u8 = 16;
/// The token is followed by `[sic]`, in either kind of brackets: the author vouches for it.
pub(crate) const VOUCHED: u8 = 32;

/// A token of one block; offsets are bytes from the start of the block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) kind: TokenKind,
    pub(crate) flags: u8,
}

impl Token {
    #[inline]
    pub(crate) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    #[inline]
    pub(crate) fn text<'t>(&self, block: &'t str) -> &'t str {
        &block[self.start as usize..self.end as usize]
    }
}
