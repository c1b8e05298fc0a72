//! Documents as trees, and how they are printed. Nothing here knows what a component is.

pub mod hcl;
pub mod json;
pub mod yaml;

/// A whole file, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Where, from the folder of `mlgen.yaml`; `/` between the parts on every system.
    pub path: String,
    /// All of it, with the newline at its end.
    pub text: String,
    /// Whether it is a program that people start by its name.
    pub executable: bool,
}
