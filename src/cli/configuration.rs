//! The configuration file: where it is, what it amounts to, and writing the first one.

use std::io::{self, BufRead, IsTerminal as _};
use std::path::{Path, PathBuf};

use chrono::Utc;

use super::args::{ConfigCommand, Options};
use super::{Outcome, print, select};
use crate::app::tasks;
use crate::config::{self, Config, Place};
use crate::credentials::Surroundings;
use crate::model::{Error, ErrorKind, Result};
use crate::render::{self, visible};

/// Prints what is asked about the configuration file.
pub fn run(options: &Options, command: ConfigCommand) -> Result<Outcome> {
    match command {
        ConfigCommand::Path => print::to_stdout(&format!("{}\n", path(options)?.display())),
        ConfigCommand::Show => print::to_stdout(&config::show(&load(options)?)),
        ConfigCommand::Check => {
            let mut mistakes = config::all_mistakes(&path(options)?, select::home().as_deref())?;
            // The last is printed as every command's error is.
            if let Some(last) = mistakes.pop() {
                for error in mistakes {
                    print::to_stderr(&render::error_for_people(&error, options.color_on_stderr()));
                }
                return Err(last);
            }
            let config = load(options)?;
            // The file alone can be right, and still every command that shows balances refuses it.
            if config.defaults.convert_to.or(options.view.convert_to).is_some() {
                options.view.wished(&config)?;
            }
            let warnings = warnings(&config);
            if !options.quiet {
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
        if let Err(error) = &task.source {
            warn(error.to_string());
        }
        let members = &entry.thresholds.members;
        let has_threshold = members.any.is_some() || !members.each.is_empty();
        if entry.members && !config.defaults.members && !entry.cloud.has_members() {
            warn(format!("`members = true` has no effect: {} has no members to read", entry.cloud.title()));
        }
        if has_threshold && *members != config.defaults.thresholds.members && !entry.cloud.has_members() {
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

fn path(options: &Options) -> Result<PathBuf> {
    select::path(options).ok_or_else(|| {
        Error::new(
            ErrorKind::Configuration,
            "it is not known where the configuration is: there is no home directory",
        )
        .hint("name a file with `--config` or CLOUDBAL_CONFIG")
    })
}

fn load(options: &Options) -> Result<Config> {
    let path = path(options)?;
    config::load(&path, select::home().as_deref())?.ok_or_else(|| {
        Error::new(ErrorKind::Configuration, format!("there is no configuration file `{}`", path.display()))
            .hint("write one with `cloudbal init`; without it cloudbal uses what the clouds' own tools keep")
    })
}

/// Writes a configuration that names the accounts found on this machine.
pub fn init(options: &Options, yes: bool) -> Result<Outcome> {
    let path = path(options)?;
    if path.symlink_metadata().is_ok() {
        return Err(config::exists(&path));
    }
    let (found, left_out) = tasks::suggestions(&Surroundings::of_this_process(Utc::now()));
    let text = config::template(&found);
    if !yes && !confirmed(&path, &text)? {
        print::to_stderr("nothing was written\n");
        return Ok(Outcome::Incomplete);
    }
    config::write_new(&path, &text)?;
    // What was written is read again, so that the next command has nothing to complain of.
    let home = select::home();
    let config = config::parse(&text, Place { path: &path, home: home.as_deref(), private: true })?;
    let names: Vec<&str> = config.accounts.iter().map(|account| &*account.name).collect();
    let listed = |names: &[&str]| visible(&names.join(", ")).into_owned();
    let names = if names.is_empty() { String::new() } else { format!(": {}", listed(&names)) };
    let left_out: Vec<&str> = left_out.iter().map(String::as_str).collect();
    let left_out = if left_out.is_empty() {
        String::new()
    } else {
        format!(
            "left out, because they are not usable or a file cannot refer to them: {}\n",
            listed(&left_out)
        )
    };
    print::to_stdout(&format!(
        "wrote {}\n{}{names}\n{left_out}\
         next: `cloudbal doctor` examines the accounts, `cloudbal` shows their balances\n",
        visible(&path.display().to_string()),
        counted(config.accounts.len()),
    ))
}

fn counted(accounts: usize) -> String {
    format!("{accounts} account{}", if accounts == 1 { "" } else { "s" })
}

/// Asks at a terminal.
fn confirmed(path: &Path, text: &str) -> Result<bool> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Error::new(ErrorKind::Usage, "nobody can be asked: this is no terminal")
            .hint(format!("to write `{}` without being asked, add `--yes`", path.display())));
    }
    print::to_stderr(&question(path, text));
    Ok(agrees(&mut io::stdin().lock()))
}

/// What will be written, without the comments, and the question.
fn question(path: &Path, text: &str) -> String {
    let says = |line: &&str| !line.is_empty() && !line.starts_with('#');
    let lines: Vec<String> = text.lines().filter(says).map(|line| format!("  {line}\n")).collect();
    format!(
        "This will be written to {}, with every key explained:\n\n{}\nWrite it? [y/N] ",
        visible(&path.display().to_string()),
        lines.concat()
    )
}

fn agrees(input: &mut dyn BufRead) -> bool {
    let mut answer = String::new();
    let read = input.read_line(&mut answer);
    read.is_ok() && ["y", "yes"].contains(&answer.trim().to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_is_one() {
        let answer = |text: &str| agrees(&mut text.as_bytes());
        assert!(answer("y\n") && answer(" YES\r\n") && answer("y"));
        for no in ["", "\n", "n\n", "yep\n", "no\ny\n", "ja\n"] {
            assert!(!answer(no), "{no:?}");
        }
    }

    #[test]
    fn the_question_shows_the_path_and_what_will_be_set() {
        let text =
            "# A comment.\n[defaults]\n\n#output = \"table\"\n\n[accounts.default]\nprovider = \"tencent\"\n";
        insta::assert_snapshot!(question(Path::new("/home/ann/config.toml"), text), @r#"
        This will be written to /home/ann/config.toml, with every key explained:

          [defaults]
          [accounts.default]
          provider = "tencent"

        Write it? [y/N]
        "#);
    }
}
