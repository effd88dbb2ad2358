//! Stdout for streams, written on a separate thread, so that a slow reader cannot make requests time out.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use super::print::Stdout;

/// How much may wait for its reader before nothing more is asked for.
const MOST_WAITING: usize = 256 << 10;

/// What has not been written yet, and why it could not be.
#[derive(Debug, Default)]
pub struct Backlog {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: usize,
    failure: Option<io::Error>,
    waker: Option<Waker>,
}

impl Backlog {
    /// Ready when there is room for more, or no more is of use.
    pub fn poll_room(&self, context: &Context) -> Poll<()> {
        self.poll(context, |state| state.waiting < MOST_WAITING || state.failure.is_some())
    }

    /// Ready when stdout cannot be written any more.
    pub fn poll_failed(&self, context: &Context) -> Poll<()> {
        self.poll(context, |state| state.failure.is_some())
    }

    /// Whether stdout could not be written to the end.
    pub fn has_failed(&self) -> bool {
        self.state().failure.is_some()
    }

    /// Waits until everything is written.
    pub fn drain(&self) -> io::Result<()> {
        let mut state = self.state();
        while state.waiting > 0 && state.failure.is_none() {
            state = self.changed.wait(state).expect("no holder of the state panics");
        }
        drop(state);
        if self.has_failed() { Err(self.failure()) } else { Ok(()) }
    }

    /// Why it could not be written.
    fn failure(&self) -> io::Error {
        // The error itself cannot be copied; every kind that stdout gives has a number.
        match &self.state().failure {
            Some(failure) => {
                failure.raw_os_error().map_or_else(|| failure.kind().into(), io::Error::from_raw_os_error)
            }
            None => io::ErrorKind::BrokenPipe.into(),
        }
    }

    fn poll(&self, context: &Context, is_ready: impl Fn(&State) -> bool) -> Poll<()> {
        let mut state = self.state();
        if is_ready(&state) {
            return Poll::Ready(());
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }

    fn note(&self, written: usize, result: io::Result<()>) {
        let mut state = self.state();
        state.waiting -= written;
        state.failure = result.err();
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of the state panics")
    }
}

/// Hands everything to the thread that writes it.
#[derive(Debug)]
pub struct Background {
    backlog: Arc<Backlog>,
    /// The thread is started with the first piece.
    thread: Option<Sender<Vec<u8>>>,
}

impl Background {
    /// Stdout, to which nothing was written yet.
    pub fn new() -> Self {
        Self { backlog: Arc::default(), thread: None }
    }

    /// What waits to be written.
    pub fn backlog(&self) -> Arc<Backlog> {
        Arc::clone(&self.backlog)
    }

    fn start(backlog: &Arc<Backlog>) -> io::Result<Sender<Vec<u8>>> {
        let (to, from) = channel();
        let backlog = Arc::clone(backlog);
        std::thread::Builder::new().spawn(move || write(&from, &backlog))?;
        Ok(to)
    }
}

fn write(pieces: &Receiver<Vec<u8>>, backlog: &Backlog) {
    for piece in pieces {
        let result = Stdout.write_all(&piece).and_then(|()| Stdout.flush());
        let is_over = result.is_err();
        backlog.note(piece.len(), result);
        if is_over {
            return;
        }
    }
}

impl Write for Background {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.backlog.has_failed() {
            return Err(self.backlog.failure());
        }
        let thread = match &self.thread {
            Some(thread) => thread,
            None => self.thread.insert(Self::start(&self.backlog)?),
        };
        self.backlog.state().waiting += bytes.len();
        thread.send(bytes.to_vec()).map_err(|_| self.backlog.failure())?;
        Ok(bytes.len())
    }

    /// What was written is on its way.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
