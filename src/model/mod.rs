//! Which reading is likeliest here?

pub(crate) mod channel;
pub(crate) mod decide;
#[allow(dead_code, unused_imports, reason = "no decision asks the encoder yet")]
pub(crate) mod encoder;
pub(crate) mod explain;
pub(crate) mod features;
pub(crate) mod forest;
pub(crate) mod gate;
pub(crate) mod kernels;
pub(crate) mod lattice;
pub(crate) mod passage;
pub(crate) mod prior;
pub(crate) mod readings;
pub(crate) mod scorer;

#[cfg(test)]
mod damage;
