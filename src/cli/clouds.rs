//! The commands of each cloud, built from the registry of clouds.

use clap::error::ErrorKind;
use clap::{ArgMatches, Args as _, FromArgMatches, Subcommand};

use super::args::{Members, Which};
use crate::cloud::{self, CLOUDS, Cloud, MembersApi};

/// A command about one cloud.
#[derive(Debug)]
pub struct CloudCommand {
    pub cloud: &'static dyn Cloud,
    pub which: Which,
    pub query: CloudQuery,
}

/// What a cloud's command reads.
#[derive(Debug)]
pub enum CloudQuery {
    Balance,
    Members(Members),
}

impl CloudCommand {
    /// Describes the command of a cloud.
    fn describe(cloud: &dyn Cloud) -> clap::Command {
        let command = clap::Command::new(cloud.name()).visible_aliases(cloud.alias());
        let about =
            format!("Show the balance of the account that the key belongs to ({})", cloud.balance_action());
        let balance = clap::Command::new("balance").about(about);
        // `augment_args` sets the description of the group of options.
        let command = Which::augment_args(command)
            .about(format!("Show {} balances", cloud.title()))
            .subcommand_required(true)
            .arg_required_else_help(true)
            .subcommand(balance);
        let Some(MembersApi { action, .. }) = cloud.members() else { return command };
        let about = format!("Show the balances of organization members ({action})");
        let details = "The key must belong to the administrator of the organization. A member that was requested and \
                       not returned is an error, and so is a pattern that matches no member.";
        let members = Members::augment_args(clap::Command::new("members"))
            .long_about(format!("{about}\n\n{details}"))
            .about(about);
        command.subcommand(members)
    }
}

impl Subcommand for CloudCommand {
    fn augment_subcommands(program: clap::Command) -> clap::Command {
        program.subcommands(CLOUDS.iter().map(|cloud| Self::describe(*cloud)))
    }

    fn augment_subcommands_for_update(program: clap::Command) -> clap::Command {
        Self::augment_subcommands(program)
    }

    fn has_subcommand(name: &str) -> bool {
        cloud::named(name).is_some()
    }
}

impl FromArgMatches for CloudCommand {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let missing = || clap::Error::new(ErrorKind::MissingSubcommand);
        let (name, matches) = matches.subcommand().ok_or_else(missing)?;
        let cloud = cloud::named(name).ok_or_else(|| clap::Error::new(ErrorKind::InvalidSubcommand))?;
        let query = match matches.subcommand() {
            Some(("members", matches)) => CloudQuery::Members(Members::from_arg_matches(matches)?),
            Some(_) => CloudQuery::Balance,
            None => return Err(missing()),
        };
        Ok(Self { cloud, which: Which::from_arg_matches(matches)?, query })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{description, parse};
    use super::*;

    fn words(line: &str) -> Vec<std::ffi::OsString> {
        line.split(' ').map(Into::into).collect()
    }

    #[test]
    fn every_cloud_has_a_command_under_each_of_its_names() {
        for cloud in CLOUDS {
            for name in std::iter::once(cloud.name()).chain(cloud.alias()) {
                let arguments = parse::arguments(&words(&format!("cloudbal {name} balance --account x")));
                let Some(super::super::args::Command::Cloud(command)) = arguments.unwrap().arguments.command
                else {
                    panic!("`{name}` is another command")
                };
                assert_eq!(command.cloud.name(), cloud.name());
                assert_eq!(command.which.account.as_deref(), Some("x"));
                assert!(matches!(command.query, CloudQuery::Balance));
            }
            let members = parse::arguments(&words(&format!("cloudbal {} members", cloud.name())));
            assert_eq!(members.is_ok(), cloud.members().is_some(), "{members:?}");
        }
    }

    #[test]
    fn a_cloud_offers_its_own_sites_and_the_signatures_that_it_has() {
        let mut program = description::program(true);
        program.build();
        for cloud in CLOUDS {
            let command = program.find_subcommand(cloud.name()).unwrap().find_subcommand("balance").unwrap();
            let values = |id: &str| {
                let option = command.get_arguments().find(|option| option.get_id() == id)?;
                let values = option.get_possible_values();
                Some(values.iter().map(|value| value.get_name().to_owned()).collect::<Vec<_>>())
            };
            let sites = cloud.sites().iter().map(ToString::to_string);
            let sites: Vec<String> = std::iter::once("auto".to_owned()).chain(sites).collect();
            assert_eq!(values("site"), Some(sites));
            let signatures: Vec<String> =
                cloud.signatures().iter().map(|signature| signature.name.to_owned()).collect();
            assert_eq!(values("signature"), (!signatures.is_empty()).then_some(signatures));
        }
    }
}
