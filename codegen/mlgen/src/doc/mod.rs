//! Documents as trees, and how they are printed. Nothing here knows what a component is.

pub mod hcl;
