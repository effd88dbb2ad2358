//! Durations on the command line.

use std::time::Duration;

pub use crate::model::parse_duration as parse;

/// Reads a duration that is longer than nothing.
pub fn parse_positive(text: &str) -> Result<Duration, String> {
    match parse(text)? {
        Duration::ZERO => Err("the duration must be longer than 0".to_owned()),
        time => Ok(time),
    }
}
