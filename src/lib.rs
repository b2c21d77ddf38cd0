//! unspin
mod candidates;
mod config;
mod dictionary;
mod directive;
pub mod eval;
mod fix;
#[cfg(feature = "cli")]
pub mod input;
#[cfg(feature = "cli")]
pub mod learn;
mod line_index;
mod lookup;
mod model;
pub mod render;
mod report;
mod span;
mod text;
mod unspinner;
pub use config::{Config, Quotes};
pub use dictionary::error::{DictionaryError, ErrorKind};
pub use dictionary::source::SourceFile;
#[cfg(feature = "cli")]
pub use dictionary::verify::{DictionaryFault, FaultKind, FileFigures};
pub use directive::Directives;
pub use fix::{Edit, Fixed, OffsetMap, Selection};
pub use line_index::LineIndex;
pub use lookup::Substitute;
pub use report::{Applicability, Correction, Evidence, Family, Finding, Report, Rule, Severity};
pub use span::Span;
pub use unspinner::{Builder, Unspinner};
