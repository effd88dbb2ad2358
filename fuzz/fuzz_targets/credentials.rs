//! Any bytes whatsoever as a file of credentials.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::credentials(bytes));
