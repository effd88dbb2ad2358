//! The only place that prints.

use std::io::{self, BufWriter, Write};
use std::sync::atomic::{AtomicU64, Ordering};

use super::Outcome;
use crate::model::{Error, ErrorKind, Result};

/// How often a print to stdout and one to stderr has begun or ended: an odd number while one is under way.
static STEPS: [AtomicU64; 2] = [AtomicU64::new(0), AtomicU64::new(0)];

/// The size of a write: small, so that progress of a slow reader is noticed.
const PIECE: usize = 4 << 10;

/// The prints that are under way.
#[derive(Clone, Copy, Debug)]
pub struct UnderWay([u64; 2]);

impl UnderWay {
    /// Those of now.
    pub fn now() -> Self {
        Self(STEPS.each_ref().map(|steps| steps.load(Ordering::Relaxed)))
    }

    /// Returns whether one of them is still in progress, because its reader has stalled.
    pub fn is_held_up(self) -> bool {
        self.0.into_iter().zip(Self::now().0).any(|(before, now)| before == now && before % 2 == 1)
    }
}

/// Does something that prints to stderr.
pub fn on_stderr<T>(print: impl FnOnce() -> T) -> T {
    counted(&STEPS[1], print)
}

fn counted<T>(steps: &AtomicU64, print: impl FnOnce() -> T) -> T {
    steps.fetch_add(1, Ordering::Relaxed);
    let result = print();
    steps.fetch_add(1, Ordering::Relaxed);
    result
}

/// Stdout, buffered.
pub fn stdout() -> BufWriter<Stdout> {
    buffered(Stdout)
}

/// With a buffer as large as a pipe.
pub fn buffered<W: Write>(out: W) -> BufWriter<W> {
    BufWriter::with_capacity(64 << 10, out)
}

/// Stdout as it is.
#[derive(Debug)]
pub struct Stdout;

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        counted(&STEPS[0], || io::stdout().lock().write(&bytes[..bytes.len().min(PIECE)]))
    }

    fn flush(&mut self) -> io::Result<()> {
        counted(&STEPS[0], || io::stdout().lock().flush())
    }
}

/// Prints a text to stdout.
pub fn to_stdout(text: &str) -> Result<Outcome> {
    let mut out = stdout();
    finished(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Prints a text to stderr. A failure is ignored, because it could not be reported.
pub fn to_stderr(text: &str) {
    if !text.is_empty() {
        _ = on_stderr(|| io::stderr().lock().write_all(text.as_bytes()));
    }
}

/// Waits until everything that was written to a pipe is read, or the reader has gone away. Returns whether it was read:
/// a file or a terminal takes what is written at once.
pub fn is_taken() -> bool {
    #[cfg(unix)]
    return counted(&STEPS[0], is_pipe_taken);
    #[cfg(not(unix))]
    true
}

#[cfg(unix)]
fn is_pipe_taken() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::fs::{FileType, fstat};
    let out = io::stdout();
    if !fstat(&out).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode).is_fifo()) {
        return true;
    }
    let pause = Timespec { tv_sec: 0, tv_nsec: 5_000_000 };
    // A system that cannot tell gives 0 or an error.
    while rustix::io::ioctl_fionread(&out).is_ok_and(|unread| unread > 0) {
        let mut watched = [PollFd::new(&out, PollFlags::empty())];
        let is_gone = poll(&mut watched, Some(&pause)).is_ok_and(|changed| changed > 0);
        if is_gone {
            return false;
        }
    }
    true
}

/// A closed pipe is not an error: its reader has read enough.
pub fn finished(written: io::Result<()>) -> Result<Outcome> {
    match written {
        Ok(()) => Ok(Outcome::Complete),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Outcome::Complete),
        Err(error) => Err(Error::new(ErrorKind::File, format!("the output cannot be written: {error}"))
            .hint("check the disk's space and what stdout is redirected to")),
    }
}
