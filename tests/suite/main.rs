//! The one integration binary.

mod cli;
mod control;
mod inputs;
mod layering;
mod resume;
mod run;
