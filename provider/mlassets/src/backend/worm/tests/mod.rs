//! Laws of the archive.
