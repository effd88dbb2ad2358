//! Where the values of options come from: the command line or variables.

use std::collections::BTreeSet;

use clap::ArgMatches;
use clap::parser::ValueSource;

/// Where the values of a command line come from.
#[derive(Debug, Default)]
pub struct Origins {
    given: BTreeSet<String>,
    variables: BTreeSet<String>,
    /// Whether the first name of an account is where a command could be.
    pub by_word: bool,
}

impl Origins {
    /// Collects the origins of all values, whichever command they are given to.
    pub fn of(matches: &ArgMatches) -> Self {
        let mut origins = Self::default();
        let mut next = Some(matches);
        while let Some(matches) = next {
            // clap copies the values of global options up, to commands where their names cannot be asked for.
            for id in matches.ids().filter(|id| matches.try_contains_id(id.as_str()).is_ok()) {
                match matches.value_source(id.as_str()) {
                    Some(ValueSource::CommandLine) => origins.given.insert(id.to_string()),
                    Some(ValueSource::EnvVariable) => origins.variables.insert(id.to_string()),
                    _ => false,
                };
            }
            next = matches.subcommand().map(|(_, below)| below);
        }
        origins
    }

    /// Whether the command line itself gives this option.
    pub fn is_given(&self, id: &str) -> bool {
        self.given.contains(id)
    }

    /// Whether only a variable gives this option.
    pub fn is_from_variable(&self, id: &str) -> bool {
        self.variables.contains(id) && !self.is_given(id)
    }
}
