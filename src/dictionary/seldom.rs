//! Which words are seldom put in place of others.

/// Times that a word must have stood before it is said to be seldom a substitute.
const LEAST_STOOD: u32 = 200;
/// The most substitutes, of so many times that a word stood, for it to be seldom one.
const SELDOM: (u32, u32) = (3, 200);

/// Whether a word stood often enough, and seldom enough in place of another, that readings of it alone are not worth
/// looking at.
pub(crate) fn is_seldom(stood: u32, swapped: u32) -> bool {
    stood >= LEAST_STOOD && u64::from(swapped) * u64::from(SELDOM.1) <= u64::from(stood) * u64::from(SELDOM.0)
}
