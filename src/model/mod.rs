//! Which reading is likeliest here?

pub(crate) mod decide;
pub(crate) mod explain;
pub(crate) mod features;
pub(crate) mod forest;
pub(crate) mod gate;
pub(crate) mod lattice;
pub(crate) mod passage;
pub(crate) mod prior;
pub(crate) mod scorer;

#[cfg(test)]
mod damage;
