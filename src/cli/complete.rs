//! Completion for shells: each press of the key runs this program, which reads files and prints candidates.
//!
//! Nothing is sent, no program is run, and what cannot be read offers nothing.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use chrono::Utc;
use clap::Command;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, SubcommandCandidates};
use clap_complete::env::Shells;

use super::{config_file, description, print, run};
use crate::app::{Task, tasks};
use crate::cloud::{CLOUDS, Origin};
use crate::config::{self, Config};
use crate::credentials::{self, Surroundings};
use crate::render::Columns;

/// The variable in which a shell's script names the shell.
const VARIABLE: &str = "COMPLETE";

/// Answers a shell that asks for candidates, or for its script. Tells whether one did.
///
/// Anything else on the command line is a run of its own, whatever the variable says: a check must not end well
/// because it only printed a script.
pub fn answer(words: &[OsString]) -> bool {
    let Some(shell) = std::env::var_os(VARIABLE) else { return false };
    let Some(shell) = shell.to_str().filter(|shell| Shells::builtins().completer(shell).is_some()) else {
        return false;
    };
    let text = match words {
        [_] => script(shell, words),
        [_, escape, line @ ..] if escape == "--" => candidates(shell, line),
        _ => return false,
    };
    _ = print::to_stdout(&text);
    true
}

/// The script that a shell evaluates to complete the command.
pub fn script(shell: &str, words: &[OsString]) -> String {
    let shells = Shells::builtins();
    let shell = shells.completer(shell).expect("the shell is one of the known ones");
    let program = words.first().map(PathBuf::from).unwrap_or_default();
    // A path stays right in other folders; a bare name is looked up again.
    let program = if program.components().count() > 1 {
        std::path::absolute(&program).unwrap_or(program)
    } else {
        PathBuf::from("cloudbal")
    };
    let mut text = Vec::new();
    shell
        .write_registration(VARIABLE, "cloudbal", "cloudbal", &program.to_string_lossy(), &mut text)
        .expect("writing to memory does not fail");
    String::from_utf8_lossy(&text).into_owned()
}

fn candidates(shell: &str, line: &[OsString]) -> String {
    let line = Line::read(line, shell == "bash");
    let mut program = complete(description::program(false), &line, None);
    let shells = Shells::builtins();
    let shell = shells.completer(shell).expect("the shell is one of the known ones");
    let mut text = Vec::new();
    let folder = std::env::current_dir().ok();
    match shell.write_complete(&mut program, line.words, folder.as_deref(), &mut text) {
        Ok(()) => String::from_utf8_lossy(&text).into_owned(),
        Err(_) => String::new(),
    }
}

/// Adds to a command, and to those below it, where the values of its options come from.
fn complete(command: Command, line: &Line, cloud: Option<&'static str>) -> Command {
    let is_root = command.get_name() == "cloudbal";
    let cloud = CLOUDS.iter().map(|cloud| cloud.name()).find(|name| *name == command.get_name()).or(cloud);
    let command = command.mut_args(|option| {
        let of: fn(&Line, Option<&'static str>) -> Vec<String> = match option.get_id().as_str() {
            "names" | "account" => accounts,
            "profile" => profiles,
            "columns" => return option.add(ArgValueCompleter::new(columns)),
            _ => return option,
        };
        let line = line.clone();
        option.add(ArgValueCompleter::new(move |begun: &OsStr| {
            let begun = begun.to_string_lossy().into_owned();
            let values = of(&line, cloud).into_iter().filter(|value| value.starts_with(&begun));
            values.map(|value| CompletionCandidate::new(line.word(&value))).collect::<Vec<_>>()
        }))
    });
    let command = if is_root {
        // The name of an account is as good as a command.
        let line = line.clone();
        command.allow_external_subcommands(true).add(SubcommandCandidates::new(move || {
            let names = accounts(&line, None).into_iter();
            names.map(|name| CompletionCandidate::new(line.word(&name))).collect::<Vec<_>>()
        }))
    } else {
        command
    };
    command.mut_subcommands(|below| complete(below, line, cloud))
}

/// What the words of an unfinished line say about where accounts come from.
#[derive(Clone, Debug)]
struct Line {
    words: Vec<OsString>,
    config: Option<PathBuf>,
    sandbox: bool,
    /// Whether the shell takes a candidate as it is, so that blanks in it must be quoted.
    is_quoted: bool,
}

impl Line {
    fn read(words: &[OsString], is_quoted: bool) -> Self {
        let after = |option: &str| {
            let at = words.iter().position(|word| word == option)?;
            words.get(at + 1).cloned()
        };
        let within =
            words.iter().find_map(|word| word.to_str()?.strip_prefix("--config=").map(OsString::from));
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let is_on = |value: OsString| {
            let value = value.to_string_lossy().trim().to_ascii_lowercase();
            !["0", "false", "f", "no", "n", "off"].contains(&value.as_str())
        };
        Self {
            config: within
                .or_else(|| after("--config"))
                .or_else(|| variable("CLOUDBAL_CONFIG"))
                .map(PathBuf::from),
            sandbox: words.iter().any(|word| word == "--sandbox")
                || variable("CLOUDBAL_SANDBOX").is_some_and(is_on),
            words: words.to_vec(),
            is_quoted,
        }
    }

    /// A value as the shell is to insert it.
    fn word(&self, value: &str) -> String {
        if !self.is_quoted {
            return value.to_owned();
        }
        shlex::try_quote(value).map_or_else(|_| value.to_owned(), std::borrow::Cow::into_owned)
    }

    /// The configuration, where it can be read at once.
    fn configuration(&self) -> Config {
        let path = self.config.clone().or_else(config::default_path);
        let path = path.filter(|path| path.metadata().is_ok_and(|file| file.is_file()));
        let load = |path: PathBuf| config::load(&path, config_file::home().as_deref()).ok().flatten();
        path.and_then(load).unwrap_or_default()
    }
}

/// The accounts' names, as `cloudbal all` takes them.
fn accounts(line: &Line, cloud: Option<&'static str>) -> Vec<String> {
    let mut tasks: Vec<Task> = if line.sandbox {
        run::demos()
    } else {
        tasks::all(&line.configuration(), &Surroundings::of_this_process(Utc::now()))
    };
    tasks.retain(|task| cloud.is_none_or(|cloud| task.account.cloud.name() == cloud));
    harmless(tasks::known_names(&tasks))
}

/// The columns that can follow those that are chosen already.
fn columns(begun: &OsStr) -> Vec<CompletionCandidate> {
    let begun = begun.to_string_lossy();
    let chosen = begun.rfind(',').map_or("", |comma| &begun[..=comma]);
    let lists = Columns::names().map(|name| format!("{chosen}{name}"));
    let lists = lists.filter(|list| list.starts_with(&*begun) && list.parse::<Columns>().is_ok());
    lists.map(CompletionCandidate::new).collect()
}

/// The profiles of the official command line tools.
fn profiles(_: &Line, cloud: Option<&'static str>) -> Vec<String> {
    let listed = credentials::everything(&Surroundings::of_this_process(Utc::now())).into_iter();
    let of_cloud = listed.filter(|listed| cloud.is_none_or(|cloud| listed.cloud.name() == cloud));
    let names = of_cloud.filter_map(|listed| match listed.reference {
        Some(Origin::Profile(name)) => Some(name),
        _ => None,
    });
    harmless(names.collect())
}

/// Names that a terminal can show as they are. Others would break the protocol, or the terminal.
fn harmless(mut names: Vec<String>) -> Vec<String> {
    names.retain(|name| !name.chars().any(char::is_control));
    names
}
