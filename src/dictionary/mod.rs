//! What do we know about English and spinners?
pub(crate) mod error;
pub(crate) mod ngrams;
pub(crate) mod table;
