//! Any bytes whatsoever as values of `Retry-After`, one a line.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::retry_after(bytes));
