//! The command line's arguments. The comments here are the help.

mod options;
mod threshold;
mod view;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand};

pub use options::{Color, Options};
pub use threshold::Leasts;
pub use view::View;

use super::clouds::CloudCommand;
use super::{choices, duration};
use crate::model::{Pattern, Threshold};
use crate::sandbox::Fault;

/// Show how much money is left in every cloud account, exactly
///
/// Reads the balances of Tencent Cloud and Alibaba Cloud accounts, on the international and the China sites, with
/// exact decimals. Without a command it shows all accounts that this machine has credentials for. A word that is not
/// a command selects accounts: `cloudbal prod` is `cloudbal all prod`.
#[derive(Debug, Parser)]
#[command(name = "cloudbal", version, max_term_width = 100)]
pub struct Arguments {
    #[command(flatten)]
    pub options: Options,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// A command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the balances of all accounts, or of some
    ///
    /// The accounts are those of the configuration or, without any there, the profiles of the official command line
    /// tools and the keys in the environment.
    All(All),
    /// Show low balances; exit with status 3 if there are any
    ///
    /// For cron and monitoring: only low balances and errors are shown. A balance is low when less than its threshold is available: the
    /// `threshold` or `member_threshold` of the configuration, or that of `--threshold`. Without a threshold it is low
    /// when nothing is left.
    Check(Check),
    #[command(flatten)]
    Cloud(CloudCommand),
    /// List accounts, where their keys are, and why any cannot be used
    ///
    /// No request is sent and no program is run.
    Accounts {
        #[command(subcommand)]
        command: Option<AccountsCommand>,
    },
    /// Examine accounts step by step and show what to fix
    ///
    /// The steps are key, network, clock, signature, identity, permission and site. Each step that fails is shown with what to do about it.
    Doctor {
        /// Select accounts: NAME, CLOUD/NAME, or a pattern such as `prod-*`
        #[arg(value_name = "NAME")]
        names: Vec<String>,
    },
    /// Write a configuration file with the accounts found here
    ///
    /// The file explains every key, refers to credentials where they are, and holds no secret. An existing file is
    /// never overwritten.
    Init {
        /// Write the file without asking
        #[arg(long)]
        yes: bool,
    },
    /// Inspect the configuration file
    #[command(arg_required_else_help = true)]
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Serve a sandbox of both clouds, to try things without keys
    ///
    /// The sandbox checks signatures, clocks, nonces, parameters and request rates as the clouds do, and answers with
    /// the balances of the clouds' own documentation. The output is for a shell to evaluate: exports of an address
    /// and demo keys; every other line is a comment, the first one with the address.
    #[command(after_long_help = DEMO_KEYS)]
    Sandbox(Sandbox),
    /// Print the completion script of a shell
    ///
    /// The script completes commands, options and their values, accounts and profiles. Completion reads files only: no
    /// request is sent and no program is run.
    Completions {
        /// Choose the shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write all pages into a folder
    Man {
        /// Name the folder
        dir: Option<PathBuf>,
    },
    /// Print the JSON Schema of the output
    Schema,
}

/// The keys that the sandbox accepts.
const DEMO_KEYS: &str = "\
Demo keys:
  AKIDsandboxintldemo, AKIDsandboxcndemo  Tencent Cloud, international and China site
  LTAIsandboxintldemo, LTAIsandboxcndemo  Alibaba Cloud, international and China site
  AKIDsandboxintltemp, AKIDsandboxcntemp  Tencent Cloud, temporary
  STS.sandboxintl, STS.sandboxcn          Alibaba Cloud, temporary

The secret of every key is `sandbox-secret-of-` followed by its id, the token of a temporary key
`sandbox-token-of-` followed by its id. A number at the end of `demo` or in its place is another account
(`LTAIsandboxcn7`). Words after a dash change the replies (`AKIDsandboxintldemo-owing`):
  -owing         a negative balance
  -denied        no permission to read the balance
  -alone         Tencent Cloud: not the administrator of an organization
  -inactive      Alibaba Cloud: a disabled key
  -unsuccessful  Alibaba Cloud: HTTP 200 with `Success: false`
  -yen           Alibaba Cloud: a balance in JPY
  -quota         Alibaba Cloud: with a quota";

/// A choice of accounts.
#[derive(Debug, Default, Args)]
pub struct All {
    /// Select accounts: NAME, CLOUD/NAME, or a pattern such as `prod-*`
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Select the accounts of this cloud
    #[arg(long, value_name = "CLOUD", value_parser = PossibleValuesParser::new(choices::clouds()))]
    pub provider: Option<String>,
    /// Add the members of every organization
    #[arg(long)]
    pub members: bool,
    #[command(flatten)]
    pub resume: Resume,
    /// Select members by name with a pattern: `*`, `?`, `[abc]`; repeatable
    #[arg(long, value_name = "GLOB")]
    pub name: Vec<Pattern>,
}

/// The thresholds of a check.
#[derive(Debug, Default, Args)]
pub struct Check {
    #[command(flatten)]
    pub all: All,
    /// Set the amount below which a balance is low; `USD=100,CNY=700` for each currency
    ///
    /// Without a code the amount is for every balance in its own currency. A comma between three digits and the next
    /// three separates thousands: `USD=2,000` is two thousand.
    #[arg(long, value_name = "[CODE=]AMOUNT", allow_hyphen_values = true)]
    #[arg(env = "CLOUDBAL_THRESHOLD", hide_env_values = true)]
    pub threshold: Vec<Leasts>,
}

impl Check {
    /// The threshold of every balance that is said here.
    pub fn given(&self) -> Threshold {
        let mut given = Threshold::default();
        for least in self.threshold.iter().flat_map(|leasts| &leasts.0) {
            match least.currency {
                Some(currency) => given.each.insert(0, (currency, least.amount)),
                None => given.any = Some(least.amount),
            }
        }
        given
    }
}

/// A choice of one account of a cloud.
#[derive(Debug, Default, Args)]
pub struct Which {
    /// Select an account by its name in `cloudbal accounts`
    #[arg(long, global = true, value_name = "NAME", env = "CLOUDBAL_ACCOUNT", hide_env_values = true)]
    pub account: Option<String>,
    /// Use this profile of the official command line tool
    #[arg(long, global = true, value_name = "PROFILE", conflicts_with = "account")]
    #[arg(env = "CLOUDBAL_PROFILE", hide_env_values = true)]
    pub profile: Option<String>,
}

/// What to do with the operating system's keyring.
#[derive(Debug, Subcommand)]
pub enum AccountsCommand {
    /// Store a key in the operating system's keyring, for `credentials = { keyring = "NAME" }`
    ///
    /// At a terminal it prompts for the id, the secret and, for a temporary key, the token. Otherwise they are the
    /// lines of standard input in this order. An existing key with the same name is replaced.
    Login {
        /// Name the key
        #[arg(value_parser = clap::builder::NonEmptyStringValueParser::new())]
        name: String,
        /// Give the key id, SecretId or AccessKeyId, instead of entering it
        #[arg(long, value_name = "ID")]
        key_id: Option<String>,
    },
    /// Remove a key from the operating system's keyring
    Logout {
        /// Name the key
        #[arg(value_parser = clap::builder::NonEmptyStringValueParser::new())]
        name: String,
    },
}

/// What to do with the configuration file.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print the path of the file, whether it exists or not
    Path,
    /// Print the effective configuration without secrets
    Show,
    /// Show every mistake in the file, and warn of what is missing on this machine
    Check,
    /// Print a JSON Schema of the file, for editors
    Schema,
}

/// A choice of members.
#[derive(Debug, Args)]
pub struct Members {
    /// Read only these members, separated by commas; repeatable
    #[arg(long, value_name = "UIN")]
    pub uin: Vec<String>,
    /// Read only the members listed in FILE, one uin per line (`-` is standard input, `#` a comment)
    #[arg(long, value_name = "FILE")]
    pub uin_file: Option<PathBuf>,
    /// Select members by name with a pattern: `*`, `?`, `[abc]`; repeatable
    #[arg(long, value_name = "GLOB")]
    pub name: Vec<Pattern>,
    #[command(flatten)]
    pub resume: Resume,
}

/// Where members are saved until all are read.
#[derive(Debug, Default, Args)]
pub struct Resume {
    /// Save progress to FILE and resume from it; removed once everything is read and shown
    ///
    /// After an interruption or an error, the same command reuses the pages that were saved and reads the others. One
    /// file serves all accounts of a run.
    #[arg(
        id = "resume",
        long = "resume",
        value_name = "FILE",
        env = "CLOUDBAL_RESUME",
        hide_env_values = true
    )]
    pub file: Option<PathBuf>,
    /// Read saved pages again that are older than this [default: 1h]
    #[arg(id = "resume_max_age", long = "resume-max-age", value_name = "TIME", value_parser = duration::parse)]
    #[arg(env = "CLOUDBAL_RESUME_MAX_AGE", hide_env_values = true)]
    pub max_age: Option<Duration>,
}

/// How the sandbox behaves.
#[derive(Debug, Args)]
pub struct Sandbox {
    /// Listen on this loopback address; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Set the number of members of the organization
    #[arg(long, value_name = "N", default_value_t = 12)]
    pub members: u32,
    /// Delay every reply
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = duration::parse)]
    pub latency: Duration,
    /// Inject a fault: throttle, error500, reset, html, truncated, slow, skew; `throttle:0.2` at a share
    #[arg(long, value_name = "NAME[:RATE]")]
    pub fault: Vec<Fault>,
    /// Limit requests per second for each key and action; 0 removes the documented limits
    #[arg(long, value_name = "N")]
    pub rate: Option<u32>,
    /// Use TLS in the clouds' names, and write the certificate for `--ca-file` to FILE
    #[arg(long, value_name = "FILE")]
    pub tls: Option<PathBuf>,
}
