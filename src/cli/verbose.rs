//! What is told on stderr while requests are made.

use super::print::to_stderr;
use crate::client::{Event, offset_in_words};

/// Tells an event on stderr, as far as the user wants to hear of it.
pub fn tell(event: &Event, verbose: u8, quiet: bool) {
    if let Some(line) = line(event, verbose, quiet) {
        to_stderr(&line);
    }
}

/// An event as a line for stderr, if the user wants to hear of it. Nothing here holds a secret: events do not.
pub fn line(event: &Event, verbose: u8, quiet: bool) -> Option<String> {
    match event {
        Event::ClockCorrected { offset } if !quiet => {
            Some(format!("warning: this machine's clock is {}; set it\n", offset_in_words(*offset)))
        }
        Event::Asking { account, endpoint, question, attempt }
            if verbose > 0 && (*attempt == 1 || verbose > 1) =>
        {
            let again = if *attempt > 1 { format!(", attempt {attempt}") } else { String::new() };
            Some(format!("[{account}] asking {endpoint} for {}{again}\n", question.name()))
        }
        Event::Answered { account, status, bytes, elapsed } if verbose > 1 => {
            Some(format!("[{account}] HTTP {status}, {bytes} bytes in {} ms\n", elapsed.as_millis()))
        }
        Event::Retrying { error, wait } if verbose > 0 => {
            let code = error.code.as_deref().map(|code| format!(" ({code})")).unwrap_or_default();
            Some(format!("{}{code}; asking again in {} ms\n", visible(error), wait.as_millis()))
        }
        Event::TrustingSystem if verbose > 0 => Some(
            "the server's issuer is not among the embedded certificates; trying the system's\n".to_owned(),
        ),
        _ => None,
    }
}

/// An error's message without anything that could act on a terminal.
fn visible(error: &crate::model::Error) -> String {
    error
        .message
        .chars()
        .flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] })
        .collect()
}
