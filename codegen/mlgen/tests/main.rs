//! Laws of documents: what is printed is read back, and tools of others leave it alone. And rules of modules.

mod hcl;
mod rules;
#[cfg(feature = "acceptance")]
mod terraform;
mod yaml;
