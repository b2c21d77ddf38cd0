//! What is in this text? Tokens, sentences, quotations and regions that must not change.
//!
//! The language model's training and the checker read text through this one module, so that what was counted and
//! what is looked up are the same things.

pub(crate) mod block;
pub(crate) mod case;
pub(crate) mod key;
pub(crate) mod quote;
pub(crate) mod sentence;
pub(crate) mod token;
pub(crate) mod tokenizer;
