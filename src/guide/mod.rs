//! The guide: how the parts fit together, what the dictionaries are, what each rule finds, editors,
//! formats, settings, and recipes.
//!
//! There is no code in here. Where a page links to another one, that is defined below for the documentation, and at the
//! page's foot for those who read the files; the first of two definitions counts.

#[doc = include_str!("architecture.md")]
pub mod architecture {}

/// [method]: crate::guide::method
///
#[doc = include_str!("dictionary.md")]
pub mod dictionary {}

#[doc = include_str!("editors.md")]
pub mod editors {}

/// [review]: crate::guide::review
/// [serve]: crate::guide::serve
///
#[doc = include_str!("formats.md")]
pub mod formats {}

#[doc = include_str!("method.md")]
pub mod method {}

#[doc = include_str!("recipes.md")]
pub mod recipes {}

/// [serve]: crate::guide::serve
///
#[doc = include_str!("review.md")]
pub mod review {}

/// [formats]: crate::guide::formats
/// [review]: crate::guide::review
///
#[doc = include_str!("serve.md")]
pub mod serve {}

#[doc = include_str!("settings.md")]
pub mod settings {}

/// What each rule finds, why that is wrong, how it is repaired, and when to suppress it; `unspin explain RULE` prints
/// the same text.
pub mod rules {
    #[doc = include_str!("rules/broken-expression.md")]
    pub mod broken_expression {}

    #[doc = include_str!("rules/broken-phrase.md")]
    pub mod broken_phrase {}

    #[doc = include_str!("rules/swapped-word.md")]
    pub mod swapped_word {}

    #[doc = include_str!("rules/swapped-function-word.md")]
    pub mod swapped_function_word {}

    #[doc = include_str!("rules/inserted-words.md")]
    pub mod inserted_words {}
}

/// The examples of the README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub mod readme {}
