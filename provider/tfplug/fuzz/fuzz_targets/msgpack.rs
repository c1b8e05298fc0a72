#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|input: &[u8]| -> Corpus {
    if tfplug_fuzz::msgpack(input) { Corpus::Keep } else { Corpus::Reject }
});
