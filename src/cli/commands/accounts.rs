//! `cloudbal accounts`: which accounts are known, and where their credentials are.

use chrono::Utc;

use super::listing;
use crate::app::{self, FoundBy, Task};
use crate::cli::ending::Ending;
use crate::cli::messages::Messages;
use crate::cli::run::Display;
use crate::cli::{Outcome, verbose, welcome};
use crate::cloud::CLOUDS;
use crate::credentials::{self, Surroundings};
use crate::model::{Error, Result};
use crate::render::Listing;

/// Shows the accounts that are known.
pub fn show(messages: Messages, display: &Display, tasks: &[Task]) -> Result<Outcome> {
    if !messages.quiet {
        verbose::tell_precedence(tasks, &[FoundBy::Chain, FoundBy::Listing]);
    }
    let known = app::accounts::known(tasks);
    Ending::new(messages).watch();
    listing::print(messages, display, Listing::Accounts(&known))?;
    let errors: Vec<&Error> = known.iter().filter_map(|account| account.error.as_ref()).collect();
    for error in &errors {
        messages.complain(error);
    }
    Ok(match (known.is_empty(), errors.is_empty()) {
        (true, _) => none(messages),
        (false, true) => Outcome::Complete,
        (false, false) => Outcome::Incomplete,
    })
}

/// Explains where credentials were searched for in vain, and how to begin.
pub fn none(messages: Messages) -> Outcome {
    let around = Surroundings::of_this_process(Utc::now());
    for cloud in CLOUDS {
        if let Err(error) = credentials::chain(*cloud, &around) {
            messages.complain(&error);
        }
    }
    welcome::print()
}
