//! Which reading is likeliest here?

pub(crate) mod articles;
#[cfg(feature = "encoder")]
pub(crate) mod attend;
pub(crate) mod channel;
pub(crate) mod cut;
pub(crate) mod decide;
#[cfg(feature = "encoder")]
pub(crate) mod encoder;
pub(crate) mod excerpt;
pub(crate) mod explain;
pub(crate) mod features;
pub(crate) mod forest;
pub(crate) mod gate;
pub(crate) mod kernels;
pub(crate) mod lattice;
pub(crate) mod odds;
pub(crate) mod paragraph;
pub(crate) mod passage;
pub(crate) mod prior;
pub(crate) mod readings;
pub(crate) mod scorer;
mod variety;

#[cfg(test)]
mod damage;
