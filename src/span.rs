//! A half-open byte range in one text.

use std::ops::Range;

/// A half-open range of byte offsets, `start..end`, in one text.
///
/// Spans that the library hands out fall on character boundaries, so `&text[span.range()]` never panics on the
/// text they were made from.
///
/// # Examples
///
/// ```
/// use unspin::Span;
///
/// let span = Span::new(4, 8);
/// assert_eq!(&"the navy sailed"[span.range()], "navy");
/// assert_eq!(span.len(), 4);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
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

    /// The span moved by `by` bytes towards the end of the text.
    #[inline]
    #[must_use]
    pub fn shifted(self, by: usize) -> Self {
        Self { start: self.start + by, end: self.end + by }
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
