//! Reads the command line, and variables where it says nothing, without building the commands that it does not name.

use std::ffi::{OsStr, OsString};
use std::mem::ManuallyDrop;

use clap::builder::Resettable;
use clap::error::ErrorKind;
use clap::{ArgMatches, Args as _, CommandFactory as _, FromArgMatches as _, Subcommand as _};

use super::args::{Arguments, Command, Options};
use super::{exclusive, misread};

/// The arguments of a command line, whose first word is the program's name.
///
/// clap copies every global option into every command before it looks at the first word, which is half of what a
/// start costs. So only the commands that are named are there at first: any word that is the name of one. What they
/// cannot read is read by all of them, whose errors, suggestions and help are the ones to show. Nor is any of it taken
/// apart again: the process ends soon.
pub fn arguments(words: &[OsString]) -> Result<Arguments, clap::Error> {
    match read(&mut ManuallyDrop::new(named_in(words)), words) {
        Err(error) if error.kind() != ErrorKind::DisplayVersion => by_all(words),
        read => read.map(|(arguments, _)| arguments),
    }
}

/// The program with all options, and with the commands that these words may name.
fn named_in(words: &[OsString]) -> clap::Command {
    let program = clap::Command::new("cloudbal").version(env!("CARGO_PKG_VERSION"));
    let commands = ManuallyDrop::new(Command::augment_subcommands(clap::Command::default()));
    let named = commands.get_subcommands().filter(|command| {
        let mut names = command.get_all_aliases().chain([command.get_name()]);
        names.any(|name| words.iter().any(|word| word == name))
    });
    with_variables(Options::augment_args(program).subcommands(named.cloned()), None)
}

/// Reads by all commands, whose errors are the ones to show.
fn by_all(words: &[OsString]) -> Result<Arguments, clap::Error> {
    let mut program = with_variables(Arguments::command(), None);
    let error = match read(&mut program, words) {
        Ok((arguments, _)) => return Ok(arguments),
        Err(error) => error,
    };
    let Some((id, variable)) = misread::variable_of(&error, &mut program) else {
        return Err(misread::without_secrets(error));
    };
    // clap reads the variable of an option for every command on the way to the last: also of one that is given there.
    let without = read(&mut with_variables(Arguments::command(), Some(&id)), words);
    match without {
        Ok((arguments, matches)) if exclusive::is_given(&matches, &id) => Ok(arguments),
        Err(other) if misread::is_about_the_same(&error, &other) => Err(misread::without_secrets(error)),
        _ => Err(misread::without_secrets(misread::from_variable(error, &variable))),
    }
}

/// The program whose options take no variable that is empty, nor that of the option which is to be left out.
///
/// clap would let a variable exclude what the command line says: which of two options counts is decided afterwards.
fn with_variables(program: clap::Command, left_out: Option<&str>) -> clap::Command {
    let is_empty = |name: &OsStr| std::env::var_os(name).is_some_and(|value| value.is_empty());
    let option = |option: clap::Arg| {
        let is_out = |name| is_empty(name) || left_out == Some(option.get_id().as_str());
        let option = if option.get_env().is_some_and(is_out) { option.env(None) } else { option };
        option.conflicts_with(Resettable::Reset)
    };
    program.mut_args(option).mut_subcommands(|command| with_variables(command, left_out))
}

fn read(program: &mut clap::Command, words: &[OsString]) -> Result<(Arguments, ArgMatches), clap::Error> {
    let matches = program.try_get_matches_from_mut(words)?;
    let mut arguments = Arguments::from_arg_matches(&matches).map_err(|error| error.format(program))?;
    exclusive::settle(&mut arguments, &matches).map_err(|clash| misread::clash(&clash, program))?;
    Ok((arguments, matches))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn what_is_read_is_what_all_commands_read() {
        for line in [
            "cloudbal",
            "cloudbal -o json",
            "cloudbal all --provider tencent tencent/prod",
            "cloudbal -v tencent --account prod -o csv members --uin 1,2 --rate 5",
            "cloudbal alibaba balance --signature acs3",
            "cloudbal --query all aliyun balance",
            "cloudbal doctor config",
            "cloudbal config check --config x.toml",
        ] {
            let words = words(line);
            let all = Arguments::try_parse_from(&words).unwrap();
            assert!(named_in(&words).try_get_matches_from(&words).is_ok(), "{line}");
            assert_eq!(format!("{:?}", arguments(&words).unwrap()), format!("{all:?}"), "{line}");
        }
    }

    #[test]
    fn help_and_errors_know_all_commands() {
        for line in
            ["cloudbal --help", "cloudbal help", "cloudbal tencnt", "cloudbal tencent", "cloudbal all -o x"]
        {
            let words = words(line);
            let all = Arguments::try_parse_from(&words).unwrap_err();
            assert_eq!(arguments(&words).unwrap_err().to_string(), all.to_string(), "{line}");
        }
        assert_eq!(
            arguments(&words("cloudbal --version")).unwrap_err().to_string(),
            format!("cloudbal {}\n", env!("CARGO_PKG_VERSION"))
        );
    }
}
