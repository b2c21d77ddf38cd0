//! Training and learning: what the shipped model and weights are made with.

pub mod channel;
mod corpus;
mod counts;
mod forest;
mod forward;
pub mod held_out;
pub mod ngrams;
mod part;
#[cfg(feature = "encoder")]
pub mod places;
pub mod scorer;
#[cfg(feature = "encoder")]
mod segments;
mod stretches;
pub mod vectors;
pub mod weights;

use crate::eval::random;
