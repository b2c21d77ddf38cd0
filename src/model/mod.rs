//! Which reading is likeliest here?

pub(crate) mod analysis;
pub(crate) mod decide;
pub(crate) mod features;
pub(crate) mod lattice;
pub(crate) mod prior;
