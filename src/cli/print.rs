//! The only place that prints.

use std::io::{self, Write};

use super::Outcome;
use crate::model::{Error, Kind, Result};

/// Prints a text to stdout.
pub fn to_stdout(text: &str) -> Result<Outcome> {
    let mut out = io::stdout().lock();
    finished(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Prints a text to stderr. If that fails there is nobody left to tell.
pub fn to_stderr(text: &str) {
    _ = io::stderr().lock().write_all(text.as_bytes());
}

/// A closed pipe is no error: whoever read has read enough.
pub fn finished(written: io::Result<()>) -> Result<Outcome> {
    match written {
        Ok(()) => Ok(Outcome::Complete),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Outcome::Complete),
        Err(error) => Err(Error::new(Kind::File, format!("the output cannot be written: {error}"))
            .hint("check the disk's space and what stdout is redirected to")),
    }
}
