//! A half-open byte range in one text.

use std::ops::{Index, Range};

use serde::{Deserialize, Serialize};

/// A half-open range of byte offsets, `start..end`, in one text.
///
/// Spans that the library hands out fall on character boundaries, so `&text[span]` never panics on the text they were
/// made from. What they lack of being ranges, [`range`](Self::range) and `From` make up for.
///
/// # Examples
///
/// ```
/// use unspin::Span;
///
/// let span = Span::new(4, 8);
/// assert_eq!(&"the navy sailed"[span], "navy");
/// assert_eq!((span.len(), span.range()), (4, 4..8));
/// assert_eq!(Span::from(4..8), span);
/// assert!(span.overlaps(Span::new(7, 9)) && !span.overlaps(Span::new(8, 9)));
/// assert_eq!(span.shifted(10), Span::new(14, 18));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
pub struct Span {
    /// First byte of the range.
    pub start: usize,
    /// One past the last byte of the range.
    pub end: usize,
}

impl Span {
    /// Makes a span; `end` is raised to `start` where it lies before it.
    #[inline]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end: end.max(start) }
    }

    /// The span as a range, for indexing.
    #[inline]
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// Length in bytes; 0 where `end` was set to what lies before `start`.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(unspin::Span { start: 8, end: 4 }.len(), 0);
    /// ```
    #[inline]
    pub fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Whether the span covers no bytes.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Whether the two spans share at least one byte.
    #[inline]
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether the two spans share a byte, or one is empty and lies in or at the other: an insertion touches what stands
    /// beside it.
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::Span;
    ///
    /// let word = Span::new(4, 8);
    /// assert!(word.touches(Span::new(8, 8)) && word.touches(Span::new(7, 9)));
    /// assert!(!word.touches(Span::new(8, 9)));
    /// ```
    pub fn touches(self, other: Self) -> bool {
        if self.is_empty() || other.is_empty() {
            return self.start <= other.end && other.start <= self.end;
        }
        self.overlaps(other)
    }

    /// The span moved by `by` bytes toward the end of the text. As for any sum, there must be so many bytes.
    #[inline]
    #[must_use]
    pub fn shifted(self, by: usize) -> Self {
        Self { start: self.start + by, end: self.end + by }
    }
}

/// The bytes of a span, which must lie in the text and on its character boundaries; else it panics, as for a range.
impl Index<Span> for str {
    type Output = str;

    #[inline]
    fn index(&self, span: Span) -> &str {
        &self[span.range()]
    }
}

/// As for `str`.
impl Index<Span> for String {
    type Output = str;

    #[inline]
    fn index(&self, span: Span) -> &str {
        &self[span.range()]
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}

impl From<Span> for Range<usize> {
    fn from(span: Span) -> Self {
        span.range()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_indexed_by_spans() {
        let text = "the naïve navy";
        assert_eq!((&text[Span::new(4, 10)], &text.to_owned()[Span::new(10, 10)]), ("naïve", ""));
        assert!(std::panic::catch_unwind(|| text[Span::new(0, 7)].len()).is_err(), "within a character");
    }
}
