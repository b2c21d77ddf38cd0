//! The one integration binary.

mod cli;
mod control;
mod dictionaries;
mod eval;
mod fuzz;
mod guide;
mod inputs;
mod layering;
mod learn;
mod long;
mod lsp;
mod properties;
mod resume;
mod review;
#[cfg(unix)]
mod review_keys;
mod run;
mod sarif;
#[cfg(all(unix, feature = "serve"))]
mod serve;
mod tree;
