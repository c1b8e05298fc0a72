//! Laws of documents: what is printed is read back, and tools of others leave it alone.

mod hcl;
mod yaml;
