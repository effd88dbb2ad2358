//! The command line: what was asked for is wired to the use cases, and their results are printed.

mod args;
mod background;
mod choices;
mod clouds;
mod color;
mod commands;
mod complete;
mod demo;
mod description;
mod duration;
mod ending;
mod exclusive;
mod harden;
mod known_sites;
mod misread;
mod output_file;
mod parse;
mod print;
mod printer;
mod progress;
mod refuse;
mod resume;
mod runtime;
mod select;
mod settings;
mod steps;
mod tidy;
mod uins;
mod verbose;
mod view;
mod welcome;

use std::process::ExitCode;
use std::time::Instant;

use crate::app::{Scope, Task};
use crate::client;
use crate::model::{Error, Result};
use crate::render::{self, Format};
use args::{AccountsCommand, All, Arguments, Color, Command, Options};
use clouds::{CloudCommand, CloudQuery};
use commands::{accounts, balances, config, doctor, generate, init, keyring, sandbox};

/// How a run ended, as the shell sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was read.
    Complete,
    /// Something could not be read.
    Incomplete,
    /// Usage, configuration or credentials are wrong: nothing was asked.
    Unusable,
    /// A balance is low.
    Low,
    /// The user interrupted it.
    Interrupted,
}

impl Outcome {
    /// How a run ends that this error has ended.
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
    let Arguments { mut options, command } = match parse::arguments(&words) {
        Ok(arguments) => arguments,
        Err(error) => return ExitCode::from(misread::print(error, Color::of_words(&words)).exit_status()),
    };
    let outcome = run(&mut options, command, start).unwrap_or_else(|error| {
        // The configuration may have been read by now, and have chosen.
        print::to_stderr(&render::error_for_people(&error, options.color_on_stderr()));
        Outcome::of(&error)
    });
    ExitCode::from(outcome.exit_status())
}

fn run(options: &mut Options, command: Option<Command>, start: Instant) -> Result<Outcome> {
    options.hold_deadline(start);
    let command = match command {
        Some(Command::Sandbox(sandbox)) => return sandbox::serve(&sandbox),
        Some(Command::Completions { shell }) => return generate::completions(shell),
        Some(Command::Man { dir }) => return generate::man(dir.as_deref()),
        Some(Command::Init { yes }) => return init::run(options, yes),
        Some(Command::Config { command }) => return config::run(options, command),
        Some(Command::Accounts { command: Some(AccountsCommand::Login { name, key_id }) }) => {
            return keyring::login(&name, key_id);
        }
        Some(Command::Accounts { command: Some(AccountsCommand::Logout { name }) }) => {
            return keyring::logout(&name);
        }
        Some(Command::Schema) => return generate::schema(),
        command => command,
    };
    if options.proxy_origin == args::ProxyOrigin::Arguments
        && !options.quiet
        && options.proxy.as_deref().is_some_and(has_password)
    {
        let warning = "warning: the password in `--proxy` shows in the list of processes (`ps`)\n\
                       hint: set it in the variable CLOUDBAL_PROXY instead\n";
        print::to_stderr(warning);
    }
    if options.sandbox {
        (options.endpoint, options.proxy) = (None, None);
    }
    if let Some(proxy) = &options.proxy {
        client::check_proxy(proxy)?;
    }
    let config = select::configuration(options)?;
    options.fill(&config.defaults);
    options.hold_deadline(start);
    // What shows no amounts converts none.
    if !matches!(command, Some(Command::Accounts { .. } | Command::Doctor { .. })) {
        refuse::without_effect(options, command.as_ref(), &config)?;
        options.view.settle(&config, options.format() != Format::Csv)?;
    }
    match command {
        Some(Command::Cloud(CloudCommand { cloud, which, query: CloudQuery::Balance })) => {
            balances::show(options, vec![select::one(options, &config, cloud, &which, Scope::Balance)?])
        }
        Some(Command::Cloud(CloudCommand { cloud, which, query: CloudQuery::Members(members) })) => {
            options.view.names = members.name;
            let uins = uins::collect(&members.uin, members.uin_file.as_deref())?;
            let mut tasks = vec![select::one(options, &config, cloud, &which, Scope::Members(uins))?];
            resume::open(&members.resume, &mut tasks, options)?;
            balances::show(options, tasks)
        }
        Some(Command::Accounts { .. }) => {
            accounts::show(options, &select::all(options, &config, &All::default())?)
        }
        Some(Command::Doctor { names }) => {
            let chosen = All { names, ..All::default() };
            doctor::examine_all(options, &select::all(options, &config, &chosen)?)
        }
        Some(Command::All(mut all)) => {
            let mut tasks = select::all(options, &config, &all)?;
            options.view.names = std::mem::take(&mut all.name);
            resume::open(&all.resume, &mut tasks, options)?;
            show_all(options, tasks)
        }
        Some(Command::Check(check)) => {
            let mut tasks = select::all(options, &config, &check.all)?;
            options.view.names.clone_from(&check.all.name);
            resume::open(&check.all.resume, &mut tasks, options)?;
            let given = check.given();
            select::check(&mut tasks, &given);
            options.view.check = Some(given);
            show_all(options, tasks)
        }
        _ => show_all(options, select::all(options, &config, &All::default())?),
    }
}

/// Whether a proxy's address holds a password.
fn has_password(proxy: &str) -> bool {
    let rest = proxy.split_once("://").map_or(proxy, |(_, rest)| rest);
    let user = rest.rsplit_once('@').map(|(user, _)| user);
    user.and_then(|user| user.split_once(':')).is_some_and(|(_, password)| !password.is_empty())
}

/// The balances of these accounts. That there is none is no balance of 0.
fn show_all(options: &Options, tasks: Vec<Task>) -> Result<Outcome> {
    refuse::currency_of_several(options, tasks.len())?;
    if tasks.is_empty() { Ok(welcome::print()) } else { balances::show(options, tasks) }
}
