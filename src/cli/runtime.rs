//! The runtime that a command waits for the network in.

use crate::model::{Error, ErrorKind, Result};

/// One thread does everything: it waits for the network nearly all the time.
pub fn runtime() -> Result<tokio::runtime::Runtime> {
    let build = || {
        room_for_a_runtime()?;
        // Check the timers after every step, so that a busy connection cannot delay a timeout.
        tokio::runtime::Builder::new_current_thread().event_interval(1).enable_all().build()
    };
    build().map_err(|error| {
        Error::new(ErrorKind::File, format!("cannot create the event loop: {error}"))
            .hint("raise the limit of open files (`ulimit -n`)")
    })
}

/// Fails when there are too few open files left: tokio panics when it gets no pair of sockets for signals. A runtime
/// opens six files.
#[cfg(unix)]
fn room_for_a_runtime() -> std::io::Result<()> {
    let pair = std::os::unix::net::UnixStream::pair;
    drop([pair()?, pair()?, pair()?]);
    Ok(())
}

#[cfg(not(unix))]
fn room_for_a_runtime() -> std::io::Result<()> {
    Ok(())
}
