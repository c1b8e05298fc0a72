//! Hostile bytes as state JSON: what is read must be written and read again alike.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|input: &[u8]| -> Corpus {
    if tfplug_fuzz::state_json(input) { Corpus::Keep } else { Corpus::Reject }
});
