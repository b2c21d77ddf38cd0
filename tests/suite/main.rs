//! The one integration binary.

mod cli;
mod control;
mod dictionaries;
mod fuzz;
mod inputs;
mod layering;
mod lsp;
mod properties;
mod resume;
mod review;
#[cfg(unix)]
mod review_keys;
mod run;
mod sarif;
mod tree;
