//! The one integration binary.

mod cli;
mod inputs;
mod layering;
mod run;
