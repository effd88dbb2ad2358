//! Any bytes whatsoever as what breaks a reply with temporary credentials.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::temporary(bytes));
