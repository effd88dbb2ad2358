//! What a command line means: decided once, before anything is sent.

mod accounts;
mod client;
mod display;

pub use accounts::demos;
pub use client::check_proxy;
pub use display::{Display, conversion};

use super::args::{All, Arguments, Color, Command, Options, Resume};
use super::clouds::{CloudCommand, CloudQuery};
use super::commands;
use super::known_sites::KnownSites;
use super::messages::Messages;
use super::parse::Typed;
use super::{Outcome, config_file, output_file, refuse, resume, uins, welcome};
use crate::app::{Scope, Task};
use crate::client::Settings;
use crate::config::Config;
use crate::model::{Check, Error, ErrorKind, Pattern, Result, Threshold};
use crate::render::Format;

/// A command that is about accounts, with all that it needs.
pub struct Run {
    messages: Messages,
    display: Display,
    tasks: Vec<Task>,
    action: Action,
}

enum Action {
    Accounts,
    Doctor(Requests),
    Balances(Reading),
    Welcome,
}

/// How requests are sent.
pub struct Requests {
    pub settings: Settings,
    /// Whether the sandbox answers instead of the clouds.
    pub sandbox: bool,
}

/// How balances are read.
pub struct Reading {
    pub requests: Requests,
    /// The names of the members that are shown; all when there are none.
    pub names: Vec<Pattern>,
    /// The thresholds that the command line gives.
    pub thresholds: Threshold,
    pub known_sites: KnownSites,
}

impl Requests {
    fn resolve(options: &Options, config: &Config) -> Result<Self> {
        Ok(Self { settings: client::settings(options, &config.defaults)?, sandbox: options.sandbox })
    }
}

/// What a command is to read.
struct Chosen<'a> {
    tasks: Vec<Task>,
    names: Vec<Pattern>,
    resume: Option<&'a Resume>,
    check: Option<Threshold>,
}

impl Run {
    /// Brings a command line and the configuration together.
    pub fn resolve(typed: &Typed, config: &Config) -> Result<Self> {
        let options = &typed.arguments.options;
        let color = color(options, config);
        let messages = Messages::new(options, color);
        let mut display = Display::resolve(options, &config.defaults, color)?;
        let (tasks, action) = match &typed.arguments.command {
            Some(Command::Accounts { .. }) => {
                refuse_workbook(display.format)?;
                (accounts::all(options, config, &All::default(), false)?, Action::Accounts)
            }
            Some(Command::Doctor { names }) => {
                refuse_workbook(display.format)?;
                let named = All { names: names.clone(), ..All::default() };
                let tasks = accounts::all(options, config, &named, false)?;
                (tasks, Action::Doctor(Requests::resolve(options, config)?))
            }
            _ => balances(typed, config, &mut display, messages)?,
        };
        Ok(Self { messages, display, tasks, action })
    }

    /// Does what was resolved.
    pub fn execute(self) -> Result<Outcome> {
        let Self { messages, display, tasks, action } = self;
        match action {
            Action::Accounts => commands::accounts::show(messages, &display, &tasks),
            Action::Doctor(requests) => commands::doctor::examine_all(messages, &display, &tasks, requests),
            Action::Balances(reading) => commands::balances::show(messages, &display, &tasks, reading),
            // No accounts is an error, not a balance of 0.
            Action::Welcome => Ok(welcome::print()),
        }
    }
}

/// Returns the color of the options or, without one, of the configuration.
pub fn color(options: &Options, config: &Config) -> Color {
    let named = |name: &str| clap::ValueEnum::from_str(name, false).ok();
    options.color.or_else(|| config.defaults.color.and_then(named)).unwrap_or_default()
}

/// Resolves a command that shows balances.
fn balances(
    typed: &Typed,
    config: &Config,
    display: &mut Display,
    messages: Messages,
) -> Result<(Vec<Task>, Action)> {
    let Typed { arguments, origins } = typed;
    let options = &arguments.options;
    let is_check = matches!(arguments.command, Some(Command::Check(_)));
    refuse::without_effect(options, origins, display.format, is_check, config)?;
    check_output_file(&typed.arguments)?;
    if display.format != Format::Csv {
        display.conversion = conversion(&options.view, config)?;
    }
    display.selection.only_low = is_check;
    let Chosen { mut tasks, names, resume, check } = choose(typed, config)?;
    if !matches!(arguments.command, Some(Command::Cloud(_))) {
        refuse::currency_of_several(options, origins, tasks.len())?;
    }
    for task in &mut tasks {
        task.streams = display.streams();
        if let Some(given) = &check {
            task.check = Some(Check { given: given.clone(), own: task.thresholds.clone() });
        }
    }
    if let Some(resume) = resume {
        resume::open(resume, &mut tasks, origins, messages)?;
    }
    if tasks.is_empty() {
        return Ok((tasks, Action::Welcome));
    }
    // Before anything is sent: a file of certificates may block or be wrong.
    let requests = Requests::resolve(options, config)?;
    let known_sites = KnownSites::recall(&mut tasks, options.sandbox || options.no_cache);
    let reading = Reading { requests, names, thresholds: check.unwrap_or_default(), known_sites };
    Ok((tasks, Action::Balances(reading)))
}

/// Refuses a file that output cannot go to, or whose contents the run needs.
fn check_output_file(arguments: &Arguments) -> Result<()> {
    let options = &arguments.options;
    let Some(file) = options.view.file.as_deref() else { return Ok(()) };
    let (resume, uins) = match &arguments.command {
        Some(Command::All(all)) => (all.resume.file.as_deref(), None),
        Some(Command::Check(check)) => (check.all.resume.file.as_deref(), None),
        Some(Command::Cloud(CloudCommand { query: CloudQuery::Members(members), .. })) => {
            (members.resume.file.as_deref(), members.uin_file.as_deref())
        }
        _ => (None, None),
    };
    let configuration = config_file::path(options);
    let certificates = options.ca_file.iter().map(|file| ("the file of `--ca-file`", Some(file.as_path())));
    let others = [
        ("the configuration", configuration.as_deref()),
        ("the file of `--rates`", options.view.rates.as_deref()),
        ("the file of `--uin-file`", uins),
        ("the file of `--resume`", resume),
    ];
    output_file::check_overwrites(file, others.into_iter().chain(certificates))?;
    output_file::check(file)
}

/// Returns what a command that shows balances reads.
fn choose<'a>(typed: &'a Typed, config: &Config) -> Result<Chosen<'a>> {
    let Typed { arguments, origins } = typed;
    let options = &arguments.options;
    let all = |all: &'a All, check| {
        let tasks = accounts::all(options, config, all, origins.by_word)?;
        Ok(Chosen { tasks, names: all.name.clone(), resume: Some(&all.resume), check })
    };
    match &arguments.command {
        Some(Command::All(named)) => all(named, None),
        Some(Command::Check(check)) => all(&check.all, Some(check.given())),
        Some(Command::Cloud(CloudCommand { cloud, which, query })) => {
            let (scope, names, resume) = match query {
                CloudQuery::Balance => (Scope::Balance, Vec::new(), None),
                CloudQuery::Members(members) => {
                    let uins = uins::collect(&members.uin, members.uin_file.as_deref())?;
                    (Scope::Members(uins), members.name.clone(), Some(&members.resume))
                }
            };
            let tasks = vec![accounts::one(options, config, *cloud, which, scope)?];
            Ok(Chosen { tasks, names, resume, check: None })
        }
        _ => {
            let tasks = accounts::all(options, config, &All::default(), false)?;
            Ok(Chosen { tasks, names: Vec::new(), resume: None, check: None })
        }
    }
}

/// Refuses a format that only balances have.
fn refuse_workbook(format: Format) -> Result<()> {
    if format != Format::Xlsx {
        return Ok(());
    }
    let error = Error::new(ErrorKind::Usage, "only balances can be written as a workbook");
    Err(error.hint("use `--output csv`"))
}
