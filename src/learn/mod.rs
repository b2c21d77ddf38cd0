//! Training and learning: what the shipped model and weights are made with.

mod corpus;
mod counts;
mod forest;
pub mod ngrams;
mod part;
pub mod places;
pub mod scorer;
pub mod vectors;
pub mod weights;
