//! unspin
mod dictionary;
#[cfg(feature = "cli")]
pub mod learn;
mod line_index;
mod span;
mod text;
pub use line_index::LineIndex;
pub use span::Span;
