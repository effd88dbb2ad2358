//! The command line: parses what was typed, resolves what it means, and does it.

mod args;
mod background;
mod choices;
mod clouds;
mod color;
mod commands;
mod complete;
mod config_file;
mod demo;
mod description;
mod duration;
mod ending;
mod exclusive;
mod harden;
mod known_sites;
mod messages;
mod misread;
mod origins;
mod output_file;
mod parse;
mod print;
mod printer;
mod progress;
mod refuse;
mod resume;
mod run;
mod runtime;
mod steps;
mod tidy;
mod uins;
mod verbose;
mod welcome;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::file;
use crate::model::{Error, Result};
use args::{AccountsCommand, Arguments, Color, Command};
use commands::{config, generate, init, keyring, sandbox};
use messages::Messages;
use parse::Typed;
use run::Run;

/// How a run ended, as an exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was read.
    Complete,
    /// Something could not be read.
    Incomplete,
    /// Usage, configuration or credentials are wrong; no request was sent.
    Unusable,
    /// A balance is low.
    Low,
    /// The user interrupted it.
    Interrupted,
}

impl Outcome {
    /// Returns how a run ends that this error has ended.
    fn of(error: &Error) -> Self {
        if error.is_about_the_request() { Self::Unusable } else { Self::Incomplete }
    }

    fn exit_status(self) -> u8 {
        match self {
            Self::Complete => 0,
            Self::Incomplete => 1,
            Self::Unusable => 2,
            Self::Low => 3,
            Self::Interrupted => 130,
        }
    }
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let start = Instant::now();
    harden::no_core_dumps();
    let words: Vec<_> = std::env::args_os().collect();
    if complete::answer(&words) {
        return ExitCode::SUCCESS;
    }
    if let Some(status) = tidy::rerun_without_blanks(&words) {
        return status;
    }
    let typed = match parse::arguments(&words) {
        Ok(typed) => typed,
        Err(error) => return ExitCode::from(misread::print(error, Color::of_words(&words)).exit_status()),
    };
    ExitCode::from(run(&typed, start).exit_status())
}

/// Resolves what was typed, and does it.
fn run(typed: &Typed, start: Instant) -> Outcome {
    let options = &typed.arguments.options;
    let messages = Messages::new(options, options.color.unwrap_or_default());
    hold_deadline(options.deadline, start);
    if let Some(outcome) = without_accounts(&typed.arguments, messages) {
        return outcome.unwrap_or_else(|error| failed(&error, messages));
    }
    let config = match run::check_proxy(options, &typed.origins).and_then(|()| config_file::load(options)) {
        Ok(config) => config,
        Err(error) => return failed(&error, messages),
    };
    hold_deadline(options.deadline.or(config.defaults.deadline), start);
    let messages = Messages::new(options, run::color(options, &config));
    Run::resolve(typed, &config).and_then(Run::execute).unwrap_or_else(|error| failed(&error, messages))
}

/// Does what is not about accounts; `None` when the command is about accounts.
fn without_accounts(arguments: &Arguments, messages: Messages) -> Option<Result<Outcome>> {
    let options = &arguments.options;
    Some(match arguments.command.as_ref()? {
        Command::Sandbox(arguments) => sandbox::serve(arguments),
        Command::Completions { shell } => generate::completions(*shell),
        Command::Man { dir } => generate::man(dir.as_deref()),
        Command::Schema => generate::schema(),
        Command::Init { yes } => init::run(options, *yes),
        Command::Config { command } => config::run(options, *command, messages),
        Command::Accounts { command: Some(AccountsCommand::Login { name, key_id }) } => {
            keyring::login(name, key_id.clone())
        }
        Command::Accounts { command: Some(AccountsCommand::Logout { name }) } => keyring::logout(name),
        _ => return None,
    })
}

/// Reports an error that has ended a run.
fn failed(error: &Error, messages: Messages) -> Outcome {
    messages.error(error);
    Outcome::of(error)
}

/// Sets the deadline of the process, when there is one, which also holds for every file that is read.
fn hold_deadline(deadline: Option<Duration>, start: Instant) {
    if let Some(deadline) = deadline.and_then(|time| start.checked_add(time)) {
        file::set_deadline(deadline);
    }
}
