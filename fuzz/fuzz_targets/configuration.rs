//! Any bytes whatsoever as a configuration file.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::configuration(bytes));
