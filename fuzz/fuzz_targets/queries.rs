//! Any bytes whatsoever as a query.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::queries(bytes));
