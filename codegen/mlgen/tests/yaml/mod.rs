//! YAML.

mod layout;
mod read;
mod round_trip;
