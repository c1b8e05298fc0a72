//! Hostile bytes as MessagePack: what is read must be written and read again alike.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|input: &[u8]| -> Corpus {
    if tfplug_fuzz::msgpack(input) { Corpus::Keep } else { Corpus::Reject }
});
