//! Any bytes whatsoever as addresses of servers, one a line.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::endpoints(bytes));
