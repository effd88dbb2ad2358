//! What is told about a command line that cannot be read.

use std::io::IsTerminal as _;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::args::Color;
use super::exclusive::Clash;
use super::{Outcome, print as printing};
use crate::render::visible;

/// Prints help and the version on stdout, and what is wrong with a command line on stderr.
pub fn print(error: clap::Error, color: Color) -> Outcome {
    if error.use_stderr() {
        printing::to_stderr(&text(error, color.on(std::io::stderr().is_terminal())));
        return Outcome::Unusable;
    }
    // A closed pipe is not an error.
    printing::to_stdout(&text(error, color.on(std::io::stdout().is_terminal())))
        .unwrap_or(Outcome::Incomplete)
}

/// The parts of an error that repeat what the user wrote.
const WRITTEN: [ContextKind; 4] = [
    ContextKind::InvalidValue,
    ContextKind::InvalidArg,
    ContextKind::InvalidSubcommand,
    ContextKind::TrailingArg,
];

/// The text of an error. What a value holds cannot act on a terminal or pretend to be a line of its own.
fn text(mut error: clap::Error, color: bool) -> String {
    let mut odd = Vec::new();
    for kind in WRITTEN {
        if let Some(ContextValue::String(written)) = error.get(kind)
            && let shown = visible(written)
            && shown != *written
        {
            let (written, shown) = (written.clone(), shown.into_owned());
            error.insert(kind, ContextValue::String(shown.clone()));
            odd.push((written, shown));
        }
    }
    if odd.is_empty() {
        let styled = error.render();
        return if color { styled.ansi().to_string() } else { styled.to_string() };
    }
    // The reason may quote the value once more, and the parser's own colors cannot be told from those in it.
    let styled = error.render().ansi().to_string();
    let styled = odd.iter().fold(styled, |text, (written, shown)| text.replace(written, shown));
    StyledStr::from(styled).to_string().lines().map(|line| format!("{}\n", visible(line))).collect()
}

/// The option that an error is about, by its id, and the variable that it would be taken from, if that is set.
pub fn variable_of(error: &clap::Error, program: &mut clap::Command) -> Option<(String, String)> {
    if error.kind() == ErrorKind::ArgumentConflict {
        return None;
    }
    let Some(ContextValue::String(name)) = error.get(ContextKind::InvalidArg) else { return None };
    // Only what is built knows what it is called.
    program.build();
    let option = option_that(program, &|option| option.to_string() == *name)?;
    let variable = option.get_env().filter(|variable| std::env::var_os(variable).is_some())?;
    Some((option.get_id().to_string(), variable.to_string_lossy().into_owned()))
}

/// The first option that a condition holds for.
fn option_that<'a>(program: &'a clap::Command, holds: &dyn Fn(&clap::Arg) -> bool) -> Option<&'a clap::Arg> {
    let here = program.get_arguments().find(|option| holds(option));
    here.or_else(|| program.get_subcommands().find_map(|command| option_that(command, holds)))
}

/// The error about an option of which a command makes no use, though it stands where it can be read.
pub fn unused(option: &clap::Arg, path: &[&str], program: &mut clap::Command) -> clap::Error {
    // Only what is built knows what it is called.
    program.build();
    let mut error = clap::Error::new(ErrorKind::UnknownArgument).with_cmd(program);
    error.insert(ContextKind::InvalidArg, ContextValue::String(option.to_string()));
    tip(&mut error, format!("`cloudbal {}` makes no use of it", path.join(" ")));
    error
}

/// An error that says which variable the value comes from.
pub fn from_variable(mut error: clap::Error, variable: &str) -> clap::Error {
    tip(&mut error, format!("it comes from the variable {variable}"));
    error
}

fn tip(error: &mut clap::Error, text: String) {
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![StyledStr::from(text)]));
}

/// The error about two options that exclude each other.
pub fn clash(clash: &Clash, program: &mut clap::Command) -> clap::Error {
    // Only what is built knows what it is called.
    program.build();
    let mut error = clap::Error::new(ErrorKind::ArgumentConflict).with_cmd(program);
    let options = clash
        .options
        .map(|id| option_that(program, &|option| option.get_id() == id).expect("the options were just read"));
    for (kind, option) in [ContextKind::InvalidArg, ContextKind::PriorArg].into_iter().zip(options) {
        error.insert(kind, ContextValue::String(option.to_string()));
    }
    if clash.by_variables {
        let [first, second] = options.map(|option| option.get_env().unwrap_or_default().display());
        tip(&mut error, format!("they come from the variables {first} and {second}"));
    }
    error
}

/// An error without what may be a password in the values that it shows: the user before an address' `@`.
pub fn without_secrets(mut error: clap::Error) -> clap::Error {
    // A word at a wrong place is shown as well: as an argument or a command that there is not.
    for kind in [ContextKind::InvalidValue, ContextKind::InvalidArg, ContextKind::InvalidSubcommand] {
        if let Some(ContextValue::String(value)) = error.get(kind) {
            let value = without_user(value);
            error.insert(kind, ContextValue::String(value));
        }
    }
    error
}

/// A value whose user is hidden, up to the last `@`: a password may have others in it.
fn without_user(value: &str) -> String {
    let Some((user, host)) = value.rsplit_once('@') else { return value.to_owned() };
    let scheme = user.split_once("://").map_or(String::new(), |(scheme, _)| format!("{scheme}://"));
    format!("{scheme}****@{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_the_host_is_hidden() {
        let hidden = [
            "https://u:hush@host/",
            "https://hush@host:1",
            "https://u:hu@sh@host",
            "https://u:hu/sh@host",
            "u:hush@host",
            "u://hu://sh@host",
            "hush@",
        ]
        .map(without_user);
        assert_eq!(
            hidden,
            [
                "https://****@host/",
                "https://****@host:1",
                "https://****@host",
                "https://****@host",
                "****@host",
                "u://****@host",
                "****@",
            ]
        );
        assert_eq!(["", "host", "https://host/x"].map(without_user), ["", "host", "https://host/x"]);
    }
}
