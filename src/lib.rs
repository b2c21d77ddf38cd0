//! Finds and repairs machine-spun English: text in which a program swapped words for synonyms that do not fit.
//!
//! An [`Unspinner`] checks a text and gives a [`Report`]: how probably the text is spun, by which [`Family`] of spinner,
//! and every [`Finding`] with its likeliest corrections, confidence and evidence. A report repairs the text it was made
//! from; [`Fixed`] holds the edits and a map of offsets both ways. All of it is in memory, and no text makes it fail; only
//! [dictionaries of one's own](Builder::dictionaries) can be at fault, which [`try_build`](Builder::try_build) tells.
//!
//! ```
//! use unspin::{Selection, Unspinner};
//!
//! let unspinner = Unspinner::builder().assume_spun(true).build();
//! let text = "The Protection Secretary stated that the American navy would stay.";
//! let report = unspinner.check(text);
//! let fixed = report.fix(text, &Selection::All);
//! assert!(fixed.text.contains("Defense Secretary"));
//! ```
//!
//! Texts are judged in stretches before any word of them is: what is most probably clean has no findings. Say
//! [`assume_spun`](Builder::assume_spun) where it is known to be spun, or too short to tell.
//!
//! - [`render`] shows reports in eight formats and as diffs, [`eval`] measures them against gold texts.
//! - `input` reads files of every form as records that can be put back, and `learn` trains models; both come with the
//!   feature `cli`, which is on by default.
//! - The feature `encoder` builds in a neural model, which finds more in spun text in ten times the time:
//!   `Builder::builtin_encoder`.
//! - [`guide`] tells how the parts fit together, what the dictionaries are, and what each rule finds.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod candidates;
mod config;
mod decision;
mod dictionary;
mod directive;
pub mod eval;
mod fix;
pub mod guide;
#[cfg(feature = "cli")]
pub mod input;
#[cfg(feature = "cli")]
pub mod learn;
mod line;
mod line_index;
mod lookup;
mod model;
mod name;
mod printable;
pub mod render;
mod report;
mod span;
mod text;
mod unspinner;
pub use config::{Config, Model, Quotes};
pub use decision::{Decision, DecisionError, Decisions, Matched, Place, Verdict};
pub use dictionary::error::{DictionaryError, ErrorKind};
pub use dictionary::source::SourceFile;
#[cfg(feature = "cli")]
pub use dictionary::verify::{DictionaryFault, FaultKind, FileFigures};
pub use directive::Directives;
pub use fix::{Edit, Fixed, OffsetMap, Selection};
pub use line_index::LineIndex;
pub use lookup::Substitute;
pub use name::UnknownName;
pub use printable::printable;
pub use report::{Applicability, Correction, Evidence, Family, Finding, Report, Rule, Severity};
pub use span::Span;
pub use unspinner::{Builder, Checked, Passages, Unspinner};
