//! Any bytes whatsoever as amounts, one a line.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::amounts(bytes));
