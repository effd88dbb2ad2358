//! `cloudbal config`: where the configuration file is, its effect and its mistakes.

use std::path::PathBuf;

use chrono::Utc;
use rust_decimal::Decimal;

use crate::app::tasks;
use crate::cli::args::{ConfigCommand, Options};
use crate::cli::messages::Messages;
use crate::cli::run::conversion;
use crate::cli::{Outcome, config_file, print};
use crate::cloud::{Account, Source};
use crate::config::{self, Config};
use crate::credentials::Surroundings;
use crate::model::{Currency, Error, ErrorKind, Result};
use crate::render::visible;

/// Prints what is asked about the configuration file.
pub fn run(options: &Options, command: ConfigCommand, messages: Messages) -> Result<Outcome> {
    match command {
        ConfigCommand::Path => print::to_stdout(&format!("{}\n", path(options)?.display())),
        ConfigCommand::Show => print::to_stdout(&config::show(&load(options)?)),
        ConfigCommand::Check => {
            let mut mistakes = config::all_mistakes(&path(options)?, config_file::home().as_deref())?;
            // The last is printed as every command's error is.
            if let Some(last) = mistakes.pop() {
                for error in mistakes {
                    messages.error(&error);
                }
                return Err(last);
            }
            let config = load(options)?;
            // The file alone can be right, and still every command that shows balances refuses it.
            conversion(&options.view, &config)?;
            let warnings = warnings(&config);
            if !messages.quiet {
                print::to_stderr(&warnings.concat());
            }
            let counted = counted(config.accounts.len());
            print::to_stdout(&match warnings.len() {
                0 => format!("ok: {counted}\n"),
                1 => format!("{counted}, 1 warning\n"),
                warnings => format!("{counted}, {warnings} warnings\n"),
            })
        }
        ConfigCommand::Schema => print::to_stdout(config::SCHEMA),
    }
}

/// What is right in the file and still will not work on this machine.
fn warnings(config: &Config) -> Vec<String> {
    if config.accounts.is_empty() {
        return Vec::new();
    }
    let tasks = tasks::all(config, &Surroundings::of_this_process(Utc::now()));
    let mut warnings = Vec::new();
    for (task, entry) in tasks.iter().zip(&config.accounts) {
        let mut warn =
            |text: String| warnings.push(format!("warning: {}: {}\n", visible(&entry.name), visible(&text)));
        match &task.source {
            Err(error) => warn(error.to_string()),
            Ok(source) => missing(source).into_iter().for_each(&mut warn),
        }
        let currencies = currencies(&task.account);
        let is_other =
            |(currency, _): &&(Currency, Decimal)| !currencies.is_empty() && !currencies.contains(currency);
        let usual = &config.defaults.thresholds.own;
        if let Some((other, _)) = entry.thresholds.own.each.iter().find(is_other)
            && entry.thresholds.own != *usual
        {
            let own: Vec<String> = currencies.iter().map(ToString::to_string).collect();
            warn(format!("`threshold` in {other} checks nothing: the balance is in {}", own.join(" or ")));
        }
        let members = &entry.thresholds.members;
        let has_threshold = members.any.is_some() || !members.each.is_empty();
        if entry.members && !config.defaults.members && entry.cloud.members().is_none() {
            warn(format!("`members = true` has no effect: {} has no members to read", entry.cloud.title()));
        }
        if has_threshold && *members != config.defaults.thresholds.members && entry.cloud.members().is_none()
        {
            warn(format!(
                "`member_threshold` checks nothing: {} has no members to read",
                entry.cloud.title()
            ));
        }
    }
    if let Some(file) = config.defaults.ca_file.as_ref().filter(|file| !file.exists()) {
        warnings.push(format!(
            "warning: `ca_file` is `{}`, which does not exist\n",
            visible(&file.display().to_string())
        ));
    }
    warnings
}

/// Returns what a source of credentials needs and this machine does not have.
fn missing(source: &Source) -> Option<String> {
    match source {
        Source::AssumeRole { by, .. } => missing(by),
        Source::Command(words) => {
            let program = words.first()?;
            // Without PATH, a name is looked up where the system sees fit.
            if std::env::var_os("PATH").is_none() && !program.contains(std::path::is_separator) {
                return None;
            }
            let error = which::which(program).err()?;
            Some(format!("the program for credentials `{program}` cannot be run: {error}"))
        }
        Source::WebIdentity { token_file, .. } if !token_file.exists() => {
            Some(format!("the identity token file `{}` does not exist", token_file.display()))
        }
        _ => None,
    }
}

/// Returns the currencies that an account's balance may be in; none where only the reply tells.
fn currencies(account: &Account) -> Vec<Currency> {
    if let Some(currency) = account.currency {
        return vec![currency];
    }
    let of_sites = account.sites().into_iter().map(|site| account.cloud.currency(site));
    of_sites.collect::<Option<Vec<_>>>().unwrap_or_default()
}

/// Returns where the configuration file is, or would be.
pub fn path(options: &Options) -> Result<PathBuf> {
    config_file::path(options).ok_or_else(|| {
        Error::new(ErrorKind::Configuration, "cannot locate the configuration: no home directory")
            .hint("name a file with `--config` or CLOUDBAL_CONFIG")
    })
}

fn load(options: &Options) -> Result<Config> {
    let path = path(options)?;
    config::load(&path, config_file::home().as_deref())?.ok_or_else(|| {
        Error::new(ErrorKind::Configuration, format!("no configuration file `{}`", path.display()))
            .hint("write one with `cloudbal init`; without it cloudbal uses what the clouds' own tools keep")
    })
}

/// Counts accounts in words.
pub fn counted(accounts: usize) -> String {
    format!("{accounts} account{}", if accounts == 1 { "" } else { "s" })
}
