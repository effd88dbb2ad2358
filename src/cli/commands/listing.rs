//! Printing lists of accounts and of examinations.

use std::io::Write as _;

use crate::cli::args::Options;
use crate::cli::{Outcome, print as printing};
use crate::model::{Error, ErrorKind, Result};
use crate::render::{self, Format, Listing, Query};

/// Parses the query of the options.
pub fn query(options: &Options) -> Result<Option<Query>> {
    if options.format() == Format::Xlsx {
        let error = Error::new(ErrorKind::Usage, "only balances can be written as a workbook");
        return Err(error.hint("use `--output csv`"));
    }
    options.query.as_deref().map(|text| Query::parse(text, options.format())).transpose()
}

/// Prints a listing, or what a query selects of it.
pub fn print(options: &Options, query: Option<&Query>, listing: Listing) -> Result<Outcome> {
    if let Some(query) = query {
        let answer = query.find_in_listing(listing)?;
        let mut out = printing::stdout();
        let printed = printing::finished(answer.write(&mut out).and_then(|()| out.flush()));
        for warning in answer.warnings.iter().filter(|_| !options.quiet) {
            printing::to_stderr(&render::query_warning_for_people(warning, options.color_on_stderr()));
        }
        return printed;
    }
    let mut out = printing::stdout();
    let written = render::write_listing(listing, options.format(), options.style(), &mut out);
    printing::finished(written.and_then(|()| out.flush()))
}

/// Prints an error on stderr, unless the run is quiet.
pub fn complain(options: &Options, error: &Error) {
    if !options.quiet {
        printing::to_stderr(&render::error_for_people(error, options.color_on_stderr()));
    }
}
