//! Printing lists of accounts and of examinations.

use std::io::Write as _;

use crate::cli::messages::Messages;
use crate::cli::run::Display;
use crate::cli::{Outcome, print as printing};
use crate::model::Result;
use crate::render::{self, Listing};

/// Prints a listing, or what a query selects of it.
pub fn print(messages: Messages, display: &Display, listing: Listing) -> Result<Outcome> {
    if let Some(query) = &display.query {
        let answer = query.find_in_listing(listing)?;
        let mut out = printing::stdout();
        let printed = printing::finished(answer.write(&mut out).and_then(|()| out.flush()));
        for warning in answer.warnings.iter().filter(|_| !messages.quiet) {
            printing::to_stderr(&render::query_warning_for_people(warning, messages.color));
        }
        return printed;
    }
    let mut out = printing::stdout();
    let written = render::write_listing(listing, display.format, display.style, &mut out);
    printing::finished(written.and_then(|()| out.flush()))
}
