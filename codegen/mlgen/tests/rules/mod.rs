//! Rules of modules: what mlgen answers is what Terraform answers.

#[cfg(feature = "acceptance")]
mod answers;
