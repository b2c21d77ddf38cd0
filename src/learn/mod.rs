//! Training and learning: what the shipped model and weights are made with.

mod corpus;
mod counts;
pub mod ngrams;
pub mod vectors;
