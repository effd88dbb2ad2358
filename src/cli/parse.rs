//! Reads the command line, and variables where it is silent, without building the commands that it does not name.

use std::ffi::{OsStr, OsString};
use std::mem::ManuallyDrop;

use clap::builder::Resettable;
use clap::error::ErrorKind;
use clap::{ArgMatches, Args as _, CommandFactory as _, FromArgMatches as _, Subcommand as _};

use super::args::{Arguments, Command, Options};
use super::exclusive::is_given;
use super::origins::Origins;
use super::{description, exclusive, misread};
use crate::config;

/// What was typed: the arguments, and where their values come from.
#[derive(Debug)]
pub struct Typed {
    pub arguments: Arguments,
    pub origins: Origins,
}

/// Parses a command line, whose first word is the program's name.
///
/// clap copies every global option into every command before it looks at the first word, which is half of what a
/// start costs. So only the commands that are named are there at first: any word that is the name of one. What they
/// cannot read is read by all of them, whose errors, suggestions and help are the ones to show. Nor is any of it taken
/// apart again: the process ends soon.
pub fn arguments(words: &[OsString]) -> Result<Typed, clap::Error> {
    let mut program = ManuallyDrop::new(named_in(words));
    match program.try_get_matches_from_mut(words) {
        Err(error) if error.kind() == ErrorKind::DisplayVersion => Err(error),
        Err(_) => by_all(words),
        // Where no command is named, clap has no help for one either.
        Ok(matches) if matches.subcommand_name() == Some("help") => by_all(words),
        Ok(matches) => match account_at(&program, &matches, words) {
            Some(place) => of_accounts(words, place),
            None => taken(&mut program, &matches).or_else(|_| by_all(words)),
        },
    }
}

/// The program with all options, and with the commands that these words may name. Any other word is taken for one.
fn named_in(words: &[OsString]) -> clap::Command {
    let program = clap::Command::new("cloudbal").version(env!("CARGO_PKG_VERSION"));
    let commands = ManuallyDrop::new(Command::augment_subcommands(clap::Command::default()));
    let named = commands.get_subcommands().filter(|command| {
        let mut names = command.get_all_aliases().chain([command.get_name()]);
        names.any(|name| words.iter().any(|word| word == name))
    });
    let program = Options::augment_args(program).subcommands(named.cloned()).allow_external_subcommands(true);
    with_variables(program, &|_| true)
}

/// Returns the index of the first word if it is in place of a command but is not one: it may be the name of an account.
fn account_at(program: &clap::Command, matches: &ArgMatches, words: &[OsString]) -> Option<usize> {
    let (name, matches) = matches.subcommand()?;
    if program.find_subcommand(name).is_some() {
        return None;
    }
    let behind = matches.get_many::<OsString>("").map_or(0, Iterator::count);
    words.len().checked_sub(behind + 1)
}

/// The arguments of `cloudbal NAME`, which are those of `cloudbal all NAME`.
fn of_accounts(words: &[OsString], place: usize) -> Result<Typed, clap::Error> {
    let mut with_command = words.to_vec();
    with_command.insert(place, OsString::from("all"));
    let mut program = ManuallyDrop::new(named_in(&with_command));
    let read = program.try_get_matches_from_mut(&with_command).map_err(|_| ());
    let read = read.and_then(|matches| taken(&mut program, &matches).map_err(|_| ()));
    let mut typed = match read {
        Ok(typed) => typed,
        // A slip of the pen in a command's name is what is wrong, not the options that it would have.
        Err(()) if is_near_a_command(&words[place]) => return by_all(words),
        Err(()) => by_all(&with_command)?,
    };
    typed.origins.by_word = true;
    Ok(typed)
}

fn is_near_a_command(word: &OsStr) -> bool {
    let commands = description::commands();
    let commands: Vec<&str> = commands.iter().map(String::as_str).collect();
    word.to_str().is_some_and(|word| config::nearest(word, &commands).is_some())
}

/// Reads by all commands, whose errors are the ones to show.
fn by_all(words: &[OsString]) -> Result<Typed, clap::Error> {
    // Without variables at first: which of them are read depends on the command.
    let mut described = with_variables(description::program(true), &|_| false);
    let matches = match described.try_get_matches_from_mut(words) {
        Ok(matches) => matches,
        Err(error) => return Err(about_words(error, words)),
    };
    let path = path(&matches);
    if let Some(option) = unused(&described, &matches, &path) {
        let option = option.clone();
        return Err(misread::without_secrets(misread::unused(&option, &path, &mut described)));
    }
    // clap reads the variable of an option for every command on the way to the last: also of one that is given there.
    let reads = |option: &str| description::uses(&path, option) && !is_given(&matches, option);
    let is_local =
        |option: &clap::Arg| !option.is_global_set() && !is_given(&matches, option.get_id().as_str());
    let reads = |option: &clap::Arg| is_local(option) || reads(option.get_id().as_str());
    let mut program = with_variables(Arguments::command(), &reads);
    let read = program.try_get_matches_from_mut(words).and_then(|matches| taken(&mut program, &matches));
    read.map_err(|error| {
        let error = match misread::variable_of(&error, &mut program) {
            Some((_, variable)) => misread::from_variable(error, &variable),
            None => error,
        };
        misread::without_secrets(error)
    })
}

/// The error about words that cannot be read, or the help that they ask for.
fn about_words(error: clap::Error, words: &[OsString]) -> clap::Error {
    let is_help =
        matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand);
    let is_long = words.iter().any(|word| word == "--help" || word == "help");
    if is_help && is_long {
        // Long help names the variables.
        let again = description::program(false).try_get_matches_from(words);
        return again.err().filter(|again| again.kind() == error.kind()).unwrap_or(error);
    }
    if is_help {
        return error;
    }
    if words.len() > 2 && words.ends_with(&["help".into(), "options".into()]) {
        return description::options_help();
    }
    misread::without_secrets(error)
}

/// The program whose options take their variables where they read them, and none that is empty.
///
/// clap would let a variable exclude what the command line says: which of two options counts is decided afterwards.
fn with_variables(program: clap::Command, reads: &dyn Fn(&clap::Arg) -> bool) -> clap::Command {
    let is_empty = |name: &OsStr| std::env::var_os(name).is_some_and(|value| value.is_empty());
    let option = |option: clap::Arg| {
        let is_out = |name| is_empty(name) || !reads(&option);
        let option = if option.get_env().is_some_and(is_out) { option.env(None) } else { option };
        option.conflicts_with(Resettable::Reset)
    };
    program.mut_args(option).mut_subcommands(|command| with_variables(command, reads))
}

/// What was read, unless options exclude each other or the command makes no use of one.
fn taken(program: &mut clap::Command, matches: &ArgMatches) -> Result<Typed, clap::Error> {
    let path = path(matches);
    if let Some(option) = unused(program, matches, &path) {
        let option = option.clone();
        return Err(misread::unused(&option, &path, program));
    }
    let mut arguments = Arguments::from_arg_matches(matches).map_err(|error| error.format(program))?;
    if !description::uses(&path, "deadline") {
        // Its variable is not read: a server must not end by it.
        arguments.options.deadline = None;
    }
    exclusive::settle(&mut arguments, matches).map_err(|clash| misread::clash(&clash, program))?;
    Ok(Typed { arguments, origins: Origins::of(matches) })
}

/// The names that lead to the command that was given.
fn path(mut matches: &ArgMatches) -> Vec<&str> {
    let mut path = Vec::new();
    while let Some((name, below)) = matches.subcommand() {
        path.push(name);
        matches = below;
    }
    path
}

/// The option on the command line, if any, of which the command makes no use.
fn unused<'p>(program: &'p clap::Command, matches: &ArgMatches, path: &[&str]) -> Option<&'p clap::Arg> {
    let mut options = program.get_arguments();
    options.find(|option| {
        let id = option.get_id().as_str();
        !["help", "version"].contains(&id) && !description::uses(path, id) && is_given(matches, id)
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        shlex::split(line).unwrap().into_iter().map(OsString::from).collect()
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
            assert_eq!(format!("{:?}", arguments(&words).unwrap().arguments), format!("{all:?}"), "{line}");
        }
    }

    #[test]
    fn help_and_errors_know_all_commands() {
        for line in
            ["cloudbal --help", "cloudbal help", "cloudbal help all", "cloudbal all -o x", "cloudbal man -x"]
        {
            let words = words(line);
            let all = description::program(false).try_get_matches_from(&words).unwrap_err();
            assert_eq!(arguments(&words).unwrap_err().to_string(), all.to_string(), "{line}");
        }
        assert_eq!(
            arguments(&words("cloudbal --version")).unwrap_err().to_string(),
            format!("cloudbal {}\n", env!("CARGO_PKG_VERSION"))
        );
    }

    #[test]
    fn a_word_that_is_no_command_selects_accounts() {
        let all = |line: &str| match arguments(&words(line)).unwrap() {
            Typed { arguments: Arguments { command: Some(Command::All(all)), options }, origins } => {
                (origins.by_word, all.names, all.members, options.quiet, options.verbose)
            }
            other => panic!("{other:?}"),
        };
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(all("cloudbal prod"), (true, names(&["prod"]), false, false, 0));
        assert_eq!(all("cloudbal -q prod check --members"), (true, names(&["prod", "check"]), true, true, 0));
        assert_eq!(all("cloudbal -o json 'prod-*' -v"), (true, names(&["prod-*"]), false, false, 1));
        assert_eq!(all("cloudbal all prod"), (false, names(&["prod"]), false, false, 0));
        assert_eq!(all("cloudbal all check"), (false, names(&["check"]), false, false, 0));
    }

    #[test]
    fn an_option_means_the_same_before_and_after_a_command() {
        for (before, after) in [
            ("cloudbal --sandbox tencent members", "cloudbal tencent members --sandbox"),
            ("cloudbal -o json aliyun balance", "cloudbal aliyun -o json balance"),
            ("cloudbal --config x config check", "cloudbal config --config x check"),
            ("cloudbal --color never schema", "cloudbal schema --color never"),
            ("cloudbal --deadline 1m doctor", "cloudbal doctor --deadline 60"),
        ] {
            let [before, after] = [before, after].map(|line| arguments(&words(line)).unwrap().arguments);
            assert_eq!(format!("{before:?}"), format!("{after:?}"));
        }
    }

    #[test]
    fn an_option_that_a_command_makes_no_use_of_is_refused_wherever_it_stands() {
        for line in [
            "cloudbal completions bash --timeout 5",
            "cloudbal --timeout 5 completions bash",
            "cloudbal schema -o json",
            "cloudbal -o json schema",
            "cloudbal man --sandbox",
            "cloudbal --sandbox man",
            "cloudbal config --query x path",
            "cloudbal config path --in USD",
            "cloudbal config --in USD path",
            "cloudbal --retries 1 config check",
            "cloudbal init --sandbox",
            "cloudbal --sandbox init",
            "cloudbal sandbox --sandbox",
            "cloudbal -q sandbox",
            "cloudbal accounts login x --sandbox",
            "cloudbal accounts --sandbox login x",
            "cloudbal accounts --below 5",
            "cloudbal doctor --sort name",
            "cloudbal tencent balance --signature acs3",
            "cloudbal --signature acs3 tencent balance",
        ] {
            let error = arguments(&words(line)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::UnknownArgument, "{line}: {error}");
        }
        assert_eq!(
            arguments(&words("cloudbal --timeout 5 schema")).unwrap_err().to_string(),
            "error: unexpected argument '--timeout <TIME>' found\n\n\
             \x20 tip: `cloudbal schema` makes no use of it\n\n\
             For more information, try '--help'.\n"
        );
    }

    #[test]
    fn every_example_in_the_help_can_be_read() {
        fn each(command: &clap::Command, path: &[&str], count: &mut usize) {
            for example in description::examples(path) {
                let example = example.split(" #").next().unwrap_or_default();
                for part in example
                    .split(['>', '&', ';', '(', ')'])
                    .filter(|part| part.trim().starts_with("cloudbal"))
                {
                    let words = words(part.trim());
                    assert!(arguments(&words).is_ok(), "{part}: {}", arguments(&words).unwrap_err());
                    *count += 1;
                }
            }
            for below in command.get_subcommands() {
                let path: Vec<&str> = path.iter().copied().chain([below.get_name()]).collect();
                each(below, &path, count);
            }
        }
        let mut count = 0;
        each(&description::program(true), &[], &mut count);
        assert!(count > 40, "{count}");
    }
}
