//! Reads the command line without building the commands that it does not name.

use std::ffi::OsString;
use std::mem::ManuallyDrop;

use clap::error::ErrorKind;
use clap::{Args as _, FromArgMatches as _, Parser as _, Subcommand as _};

use super::args::{Arguments, Command, Options};
use super::misread;

/// The arguments of a command line, whose first word is the program's name.
///
/// clap copies every global option into every command before it looks at the first word, which is half of what a
/// start costs. So only the commands that are named are there at first: any word that is the name of one. What they
/// cannot read is read by all of them, whose errors, suggestions and help are the ones to show. Nor is any of it taken
/// apart again: the process ends soon.
pub fn arguments(words: &[OsString]) -> Result<Arguments, clap::Error> {
    let read = ManuallyDrop::new(named_in(words)).try_get_matches_from_mut(words);
    match read.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Err(error) if error.kind() != ErrorKind::DisplayVersion => {
            Arguments::try_parse_from(words).map_err(misread::without_secrets)
        }
        read => read,
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
    Options::augment_args(program).subcommands(named.cloned())
}

#[cfg(test)]
mod tests {
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
