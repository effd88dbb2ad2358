//! Mutually exclusive options: one on the command line overrides one in a variable.

use std::cmp::Ordering;

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::args::{Arguments, Command};
use super::clouds::CloudCommand;

/// Two options that exclude each other and were said in the same way.
pub struct Clash {
    /// The options, by their ids.
    pub options: [&'static str; 2],
    /// Whether variables say both.
    pub by_variables: bool,
}

/// Of options that exclude each other, keeps the one that counts.
pub fn settle(arguments: &mut Arguments, matches: &ArgMatches) -> Result<(), Clash> {
    let Arguments { options, command } = arguments;
    if options.quiet && options.verbose > 0 {
        match sources(matches, ["quiet", "verbose"])? {
            Ordering::Less => options.quiet = false,
            Ordering::Equal | Ordering::Greater => options.verbose = 0,
        }
    }
    if let (Some(Command::Sandbox(sandbox)), Some((_, matches))) = (&mut *command, matches.subcommand()) {
        // clap hands the variable of the global option of the same name down.
        sandbox.rate =
            sandbox.rate.filter(|_| matches.value_source("rate") == Some(ValueSource::CommandLine));
    }
    let (Some(Command::Cloud(CloudCommand { which, .. })), Some((_, matches))) =
        (command, matches.subcommand())
    else {
        return Ok(());
    };
    if which.account.is_some() && which.profile.is_some() {
        let options = ["profile", "account"];
        match sources(matches, options)? {
            Ordering::Less => which.profile = None,
            Ordering::Equal => return Err(Clash { options, by_variables: true }),
            Ordering::Greater => which.account = None,
        }
    }
    Ok(())
}

/// Whether the command line itself gives an option.
pub fn is_given(matches: &ArgMatches, id: &str) -> bool {
    // An option of a command below has a value here, but no name that may be asked for.
    let here = matches.try_contains_id(id).is_ok();
    here && matches.value_source(id) == Some(ValueSource::CommandLine)
        || matches.subcommand().is_some_and(|(_, matches)| is_given(matches, id))
}

/// Which of two options was said with more weight; equal when variables say both.
fn sources(matches: &ArgMatches, options: [&'static str; 2]) -> Result<Ordering, Clash> {
    let [first, second] = options.map(|option| matches.value_source(option));
    if first == second && first == Some(ValueSource::CommandLine) {
        return Err(Clash { options, by_variables: false });
    }
    Ok(first.cmp(&second))
}
