//! What is told on stderr while requests are made.

use chrono::Utc;

use super::print::to_stderr;
use crate::app::{self, FoundBy, Task};
use crate::client::{Event, offset_in_words};
use crate::cloud::CLOUDS;
use crate::credentials::Surroundings;
use crate::render::visible;

/// Tells an event on stderr, as far as the user wants to hear of it.
pub fn tell(event: &Event, verbose: u8, quiet: bool) {
    if let Some(line) = line(event, verbose, quiet) {
        to_stderr(&line);
    }
}

/// Says on stderr which source of credentials is used, and which are passed over, for the clouds of the accounts that
/// were found in one of these ways.
pub fn tell_precedence(tasks: &[Task], found_by: &[FoundBy]) {
    let around = Surroundings::of_this_process(Utc::now());
    for cloud in CLOUDS {
        let concerns =
            |task: &Task| task.account.cloud.name() == cloud.name() && found_by.contains(&task.found_by);
        if tasks.iter().any(concerns)
            && let Some(line) = app::accounts::precedence(*cloud, &around)
        {
            to_stderr(&format!("note: {}\n", visible(&line)));
        }
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
            let (account, endpoint) = (visible(account), endpoint.to_string());
            Some(format!("[{account}] asking {} for {}{again}\n", visible(&endpoint), question.name()))
        }
        Event::Answered { account, status, bytes, elapsed } if verbose > 1 => {
            let account = visible(account);
            Some(format!("[{account}] HTTP {status}, {bytes} bytes in {} ms\n", elapsed.as_millis()))
        }
        Event::Retrying { error, wait } if verbose > 0 => {
            let code = error.code.as_deref().map(|code| format!(" ({})", visible(code))).unwrap_or_default();
            Some(format!("{}{code}; asking again in {} ms\n", visible(&error.message), wait.as_millis()))
        }
        Event::TrustingSystem if verbose > 0 => Some(
            "the server's issuer is not among the embedded certificates; trying the system's\n".to_owned(),
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{Error, ErrorKind};

    #[test]
    fn what_a_server_says_can_neither_act_nor_hide_on_a_terminal() {
        let error = Error::new(ErrorKind::Server, "a\u{202e}b\u{1b}[2J\nc").code("X\u{200b}\u{7}");
        let event = Event::Retrying { error: &error, wait: Duration::from_millis(5) };
        assert_eq!(
            line(&event, 1, false),
            Some("a\\u{202e}b\\u{1b}[2J\\nc (X\\u{200b}\\u{7}); asking again in 5 ms\n".to_owned())
        );
    }
}
