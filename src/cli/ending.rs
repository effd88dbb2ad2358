//! Ends a run at the deadline or at a signal.
//!
//! A separate thread waits for that, because the main thread may be blocked by writing to a pipe that is not being
//! read. If the run cannot end by itself, this thread ends the process.
//!
//! Signals are blocked until that thread listens: one that arrives while handlers are being installed would neither
//! end the process nor be noticed.

use std::cell::OnceCell;
use std::sync::mpsc;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::messages::Messages;
use super::print::UnderWay;
use super::runtime::runtime;
use super::{Outcome, print};
use crate::credentials;
use crate::file;
use crate::model::{Error, ErrorKind};
use crate::render;

/// How long a run that should end may wait for its output to be read.
const GRACE: Duration = Duration::from_secs(2);

/// How long printing the reason may take, because stderr may be blocked too.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Why a run is asked to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It takes longer than it may.
    Deadline,
    /// The user or the system wants it.
    Interrupted,
}

impl Reason {
    fn outcome(self) -> Outcome {
        match self {
            Self::Deadline => Outcome::Incomplete,
            Self::Interrupted => Outcome::Interrupted,
        }
    }

    /// The error when what was read could not be shown.
    fn unread(self) -> Error {
        let (kind, what) = match self {
            Self::Deadline => (ErrorKind::Timeout, "the deadline came while the output was not being read"),
            Self::Interrupted => (ErrorKind::Interrupted, "interrupted while the output was not being read"),
        };
        Error::new(kind, what).hint("the reader of the pipe stalled; the output is truncated")
    }
}

#[derive(Default)]
struct Request {
    reason: OnceLock<Reason>,
    told: Notify,
}

/// The end of a run, which it may be asked for.
pub struct Ending {
    messages: Messages,
    request: Arc<Request>,
    is_watched: OnceCell<bool>,
}

impl Ending {
    /// Blocks signals until [`watch`](Self::watch): create it before any other thread.
    pub fn new(messages: Messages) -> Self {
        block_signals();
        Self { messages, request: Arc::default(), is_watched: OnceCell::new() }
    }

    /// Waits until the run is asked to end.
    pub async fn asked(&self) -> Reason {
        if !self.watch() {
            // Signals then do what they do by themselves: they end the process at once.
            deadline().await;
            return Reason::Deadline;
        }
        self.request.told.notified().await;
        *self.request.reason.get().expect("it is set before the notification")
    }

    /// From now on, ends the process if the run should end and its output is blocked, or at a second interruption.
    /// Returns whether the thread for that could be started.
    pub fn watch(&self) -> bool {
        *self.is_watched.get_or_init(|| {
            let watch = Watch { request: Arc::clone(&self.request), messages: self.messages };
            let watched = std::thread::Builder::new().spawn(move || watch.run()).is_ok();
            if !watched {
                unblock_signals();
            }
            watched
        })
    }
}

struct Watch {
    request: Arc<Request>,
    messages: Messages,
}

impl Watch {
    fn run(&self) {
        let Ok(runtime) = runtime() else {
            unblock_signals();
            if let Some(deadline) = file::deadline() {
                std::thread::sleep(deadline.saturating_duration_since(Instant::now()));
                self.ask(Reason::Deadline);
            }
            return;
        };
        runtime.block_on(async {
            let mut signals = Signals::listen();
            let reason = tokio::select! {
                () = deadline() => Reason::Deadline,
                () = signals.next() => Reason::Interrupted,
            };
            self.ask(reason);
            loop {
                let before = UnderWay::now();
                tokio::select! {
                    () = tokio::time::sleep(GRACE) => {}
                    () = signals.next() => exit(Reason::Interrupted),
                }
                if before.is_held_up() {
                    self.tell(&reason.unread());
                    exit(reason);
                }
            }
        });
    }

    fn ask(&self, reason: Reason) {
        _ = self.request.reason.set(reason);
        self.request.told.notify_one();
    }

    /// Prints the error to stderr, unless that is blocked too.
    fn tell(&self, error: &Error) {
        if self.messages.quiet {
            return;
        }
        let words = render::error_for_people(error, self.messages.color);
        let (said, saying) = mpsc::channel();
        let telling = std::thread::Builder::new().spawn(move || {
            print::to_stderr(&words);
            said.send(())
        });
        if telling.is_ok() {
            _ = saying.recv_timeout(LAST_WORDS);
        }
    }
}

fn exit(reason: Reason) -> ! {
    credentials::stop_commands();
    std::process::exit(reason.outcome().exit_status().into())
}

async fn deadline() {
    match file::deadline() {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}

/// Waits for the user to interrupt, or for the system to ask for an end.
pub async fn interrupted() {
    block_signals();
    Signals::listen().next().await;
}

/// Signals that end a run: INT and TERM, or Ctrl+C on systems without signals.
struct Signals {
    #[cfg(unix)]
    listeners: [Option<tokio::signal::unix::Signal>; 2],
}

#[cfg(unix)]
impl Signals {
    /// Listens from now on; what arrived while signals were blocked comes first.
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let listeners = [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| signal(kind).ok());
        unblock_signals();
        Self { listeners }
    }

    /// Waits for the next one.
    async fn next(&mut self) {
        let [interrupt, terminate] = &mut self.listeners;
        tokio::select! {
            Some(()) = received(interrupt) => {}
            Some(()) = received(terminate) => {}
            else => std::future::pending().await,
        }
    }
}

/// The next signal; `None` when it cannot be listened to.
#[cfg(unix)]
async fn received(listener: &mut Option<tokio::signal::unix::Signal>) -> Option<()> {
    listener.as_mut()?.recv().await
}

#[cfg(not(unix))]
impl Signals {
    fn listen() -> Self {
        Self {}
    }

    /// Waits for the next one.
    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Holds INT and TERM back from this thread, and from those it starts from now on. Programs that it starts get them.
fn block_signals() {
    #[cfg(unix)]
    let _ = ends().thread_block();
}

fn unblock_signals() {
    #[cfg(unix)]
    let _ = ends().thread_unblock();
}

#[cfg(unix)]
fn ends() -> nix::sys::signal::SigSet {
    use nix::sys::signal::{SigSet, Signal};
    SigSet::from_iter([Signal::SIGINT, Signal::SIGTERM])
}
