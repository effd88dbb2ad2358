//! The only place that prints.

use std::io::{self, BufWriter, StdoutLock, Write};
use std::sync::atomic::{AtomicU64, Ordering};

use super::Outcome;
use crate::model::{Error, Kind, Result};

/// How often a print has begun or ended: an odd number while one is under way.
static STEPS: AtomicU64 = AtomicU64::new(0);

/// The print that is under way, if one is. When it is the same later, whoever should read it does not.
pub fn under_way() -> Option<u64> {
    Some(STEPS.load(Ordering::Relaxed)).filter(|steps| steps % 2 == 1)
}

/// Does something that may print.
pub fn printing<T>(print: impl FnOnce() -> T) -> T {
    STEPS.fetch_add(1, Ordering::Relaxed);
    let result = print();
    STEPS.fetch_add(1, Ordering::Relaxed);
    result
}

/// Stdout, for this thread alone.
pub fn stdout() -> BufWriter<impl Write> {
    BufWriter::with_capacity(64 << 10, Stdout(io::stdout().lock()))
}

struct Stdout(StdoutLock<'static>);

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        printing(|| self.0.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        printing(|| self.0.flush())
    }
}

/// Prints a text to stdout.
pub fn to_stdout(text: &str) -> Result<Outcome> {
    let mut out = stdout();
    finished(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Prints a text to stderr. If that fails there is nobody left to tell.
pub fn to_stderr(text: &str) {
    if !text.is_empty() {
        _ = printing(|| io::stderr().lock().write_all(text.as_bytes()));
    }
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
