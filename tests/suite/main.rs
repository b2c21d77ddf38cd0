//! The one integration binary.

// The fuzz targets are written for this crate, which has only their macro here.
extern crate self as libfuzzer_sys;

mod cli;
mod control;
mod dictionaries;
mod eval;
mod fuzz;
mod fuzz_targets;
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
