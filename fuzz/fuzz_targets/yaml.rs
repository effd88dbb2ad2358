//! Any bytes whatsoever as the texts of a report.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::yaml(bytes));
