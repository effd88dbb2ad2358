//! How a run reports problems on stderr.

use std::io::IsTerminal as _;

use super::args::{Color, Options};
use super::print;
use crate::model::Error;
use crate::render;

/// How a run reports problems on stderr.
#[derive(Clone, Copy, Debug)]
pub struct Messages {
    pub verbose: u8,
    pub quiet: bool,
    pub color: bool,
}

impl Messages {
    /// What the options say, in the color that options and configuration choose.
    pub fn new(options: &Options, color: Color) -> Self {
        let color = color.on(std::io::stderr().is_terminal());
        Self { verbose: options.verbose, quiet: options.quiet, color }
    }

    /// Prints an error.
    pub fn error(self, error: &Error) {
        print::to_stderr(&render::error_for_people(error, self.color));
    }

    /// Prints an error, unless the run is quiet.
    pub fn complain(self, error: &Error) {
        if !self.quiet {
            self.error(error);
        }
    }
}
