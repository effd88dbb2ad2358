//! Any bytes whatsoever as a reply.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::replies(bytes));
