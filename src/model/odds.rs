//! Probabilities and the logarithms of their odds.

/// Probability, 0 to 1, of what has these ln of odds, in nats.
pub(crate) fn probability(odds: f32) -> f32 {
    1.0 / (1.0 + (-odds).exp())
}

/// ln of the odds, in nats, of what has this probability, more than 0 and less than 1.
pub(crate) fn ln_odds(probability: f32) -> f32 {
    (probability / (1.0 - probability)).ln()
}
