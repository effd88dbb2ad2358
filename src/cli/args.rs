//! What can be said on the command line. The comments here are the help.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::{BoolishValueParser, PossibleValue, PossibleValuesParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use rust_decimal::Decimal;

use super::duration;
use super::view::View;
use crate::cloud::{CLOUDS, Endpoint};
use crate::model::{Currency, Threshold, amount_from_text};
use crate::sandbox::Fault;

/// How much money is left in every cloud account, exactly
///
/// Reads the balances of Tencent Cloud and Alibaba Cloud accounts, on the international and the China sites, with
/// exact decimals. Without a command: all accounts that this machine has credentials for. Try it without keys:
/// `cloudbal --sandbox tencent members`.
#[derive(Debug, Parser)]
#[command(name = "cloudbal", version, max_term_width = 100)]
#[command(
    after_help = "Exit status: 0 everything was read · 1 something could not be read (the rest is printed) · \
2 usage, configuration or no credentials · 3 a balance is low (`check`) · 130 interrupted"
)]
pub struct Arguments {
    #[command(flatten)]
    pub options: Options,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// All accounts at once: those of the configuration, or all that this machine has credentials for
    ///
    /// Without a configuration these are the profiles of the official command line tools and the keys in the
    /// environment.
    All(All),
    /// Look for balances that are low, for cron and monitoring: the exit status is then 3
    ///
    /// Only low balances and errors are shown. What is low is said by `threshold` and `member_threshold` in the
    /// configuration, or here; where nothing is said, a balance is low when nothing is left.
    Check(Check),
    /// Tencent Cloud balances
    #[command(arg_required_else_help = true)]
    Tencent {
        #[command(flatten)]
        which: Which,
        #[command(subcommand)]
        command: TencentCommand,
    },
    /// Alibaba Cloud balances
    #[command(arg_required_else_help = true, visible_alias = "alibaba")]
    Aliyun {
        #[command(flatten)]
        which: Which,
        #[command(subcommand)]
        command: AliyunCommand,
    },
    /// Show which accounts are known, where their keys are, and why any is not usable
    ///
    /// Nobody is asked and no command is run.
    Accounts {
        #[command(subcommand)]
        command: Option<AccountsCommand>,
    },
    /// Examine accounts step by step: key, network, clock, signature, identity, permission, site
    ///
    /// What fails is shown with what to do about it.
    Doctor {
        /// Only these accounts: NAME, or CLOUD/NAME where two clouds have the same
        #[arg(value_name = "NAME")]
        names: Vec<String>,
    },
    /// Write a configuration that names the accounts found on this machine
    ///
    /// It explains every key, refers to credentials where they are, and holds no secret. A file that is there is
    /// never overwritten.
    Init {
        /// Write it without asking
        #[arg(long)]
        yes: bool,
    },
    /// The configuration file: where it is, what it amounts to, what is wrong with it
    #[command(arg_required_else_help = true)]
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Serve the sandbox of both clouds on this machine, to try things without keys
    ///
    /// The sandbox checks signatures, clocks, nonces, parameters and request rates as the clouds do, and answers with
    /// the balances of the clouds' own documentation. The output is for a shell to evaluate: exports of an address
    /// and demo keys; every other line is a comment, the first one with the address.
    #[command(after_long_help = DEMO_KEYS)]
    Sandbox(Sandbox),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write one for each command into a folder
    Man {
        /// The folder
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

/// Which accounts.
#[derive(Debug, Default, Args)]
pub struct All {
    /// Only these accounts: NAME, or CLOUD/NAME where two clouds have the same
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Only this cloud's accounts
    #[arg(long, value_name = "CLOUD", value_parser = PossibleValuesParser::new(cloud_names()))]
    pub provider: Option<String>,
    /// The members of every organisation too
    #[arg(long)]
    pub members: bool,
    #[command(flatten)]
    pub resume: Resume,
}

/// What is low.
#[derive(Debug, Default, Args)]
pub struct Check {
    #[command(flatten)]
    pub all: All,
    /// Less than this is low: for every balance in its own currency, or with `CODE=` for those in one currency
    #[arg(long, value_name = "[CODE=]AMOUNT", allow_hyphen_values = true)]
    #[arg(value_delimiter = ';', env = "CLOUDBAL_THRESHOLD", hide_env_values = true)]
    pub threshold: Vec<Least>,
}

/// An amount that should be available at the least, in one currency or in any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Least {
    /// The currency.
    pub currency: Option<Currency>,
    /// The amount, in major units.
    pub amount: Decimal,
}

impl FromStr for Least {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (currency, amount) = match text.split_once('=') {
            Some((code, amount)) => (Some(code.parse::<Currency>().map_err(|why| why.to_string())?), amount),
            None => (None, text),
        };
        let amount = amount_from_text(amount).map_err(|why| why.to_string())?;
        Ok(Self { currency, amount })
    }
}

impl Check {
    /// The threshold of every balance that is said here.
    pub fn given(&self) -> Threshold {
        let mut given = Threshold::default();
        for least in &self.threshold {
            match least.currency {
                Some(currency) => given.each.insert(0, (currency, least.amount)),
                None => given.any = Some(least.amount),
            }
        }
        given
    }
}

fn cloud_names() -> impl Iterator<Item = PossibleValue> {
    CLOUDS.iter().map(|cloud| PossibleValue::new(cloud.name()).aliases(cloud.alias()))
}

/// Which account of a cloud.
#[derive(Debug, Default, Args)]
pub struct Which {
    /// The account of this name, as `cloudbal accounts` shows it
    #[arg(long, global = true, value_name = "NAME", env = "CLOUDBAL_ACCOUNT", hide_env_values = true)]
    pub account: Option<String>,
    /// This profile of the official command line tool
    #[arg(long, global = true, value_name = "PROFILE", conflicts_with = "account")]
    #[arg(env = "CLOUDBAL_PROFILE", hide_env_values = true)]
    pub profile: Option<String>,
}

/// What to do with the operating system's keyring.
#[derive(Debug, Subcommand)]
pub enum AccountsCommand {
    /// Store a key in the operating system's keyring, for `credentials = { keyring = "NAME" }`
    ///
    /// Its id, its secret and, for a temporary key, its token are asked for at a terminal, and are otherwise the lines
    /// of standard input in this order. A key that has this name is replaced.
    Login {
        /// What to call it
        #[arg(value_parser = clap::builder::NonEmptyStringValueParser::new())]
        name: String,
        /// The key id, which then is not asked for: SecretId or AccessKeyId
        #[arg(long, value_name = "ID")]
        key_id: Option<String>,
    },
    /// Remove a key from the operating system's keyring
    Logout {
        /// What it is called
        #[arg(value_parser = clap::builder::NonEmptyStringValueParser::new())]
        name: String,
    },
}

/// What to do with the configuration file.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print where the file is, or would be
    Path,
    /// Print what it amounts to, without its secrets
    Show,
    /// Look for mistakes
    Check,
    /// Print a JSON Schema of the file, for editors
    Schema,
}

/// What to ask Tencent Cloud.
#[derive(Debug, Subcommand)]
pub enum TencentCommand {
    /// The balance of the account the key belongs to (DescribeAccountBalance)
    Balance,
    /// The balances of the members of the organisation it administers (DescribeOrgMemberAccountBalance)
    ///
    /// All members, or those that are named. A member that was asked for and not returned is an error.
    Members(Members),
}

/// What to ask Alibaba Cloud.
#[derive(Debug, Subcommand)]
pub enum AliyunCommand {
    /// The balance of the account the key belongs to (QueryAccountBalance)
    Balance,
}

/// Which members.
#[derive(Debug, Args)]
pub struct Members {
    /// Read this member only; repeat it or separate several by commas
    #[arg(long, value_name = "UIN")]
    pub uin: Vec<String>,
    /// Read the members whose uins are in this file, one a line (`-` is standard input, `#` begins a comment)
    #[arg(long, value_name = "FILE")]
    pub uin_file: Option<PathBuf>,
    #[command(flatten)]
    pub resume: Resume,
}

/// Where members are saved until all are read.
#[derive(Debug, Default, Args)]
pub struct Resume {
    /// Save the members that are read to FILE and resume from it; removed once everything is read and shown
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
    /// Whether the command line gives `--resume` and `--resume-max-age`, and not only variables.
    #[arg(skip)]
    pub given: [bool; 2],
}

/// How the stand-in behaves.
#[derive(Debug, Args)]
pub struct Sandbox {
    /// Where to listen: a loopback address, port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// How many members the organisation has
    #[arg(long, value_name = "N", default_value_t = 12)]
    pub members: u32,
    /// Hold every reply back this long
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = duration::parse)]
    pub latency: Duration,
    /// Let something go wrong: throttle, error500, reset, html, truncated, slow or skew; with a share as in `throttle:0.2`
    #[arg(long, value_name = "NAME[:RATE]")]
    pub fault: Vec<Fault>,
    /// Requests a second for each key and action instead of the documented limits; 0 lifts them
    #[arg(long, value_name = "N")]
    pub rate: Option<u32>,
    /// Speak TLS in the clouds' names, and write the certificate to trust (for `--ca-file`) to this file
    #[arg(long, value_name = "FILE")]
    pub tls: Option<PathBuf>,
}

/// Options of every command. What is not said here is taken from the configuration.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Options {
    /// How to print [default: table]
    #[arg(short, long, global = true, value_enum, env = "CLOUDBAL_OUTPUT", hide_env_values = true)]
    pub output: Option<Output>,
    /// Print only what this JMESPath expression finds in the JSON document
    #[arg(long, global = true, value_name = "EXPR", env = "CLOUDBAL_QUERY", hide_env_values = true)]
    pub query: Option<String>,
    #[command(flatten)]
    pub view: View,
    /// The configuration file, instead of the one that `cloudbal config path` shows
    #[arg(long, global = true, value_name = "FILE", env = "CLOUDBAL_CONFIG", hide_env_values = true)]
    pub config: Option<PathBuf>,
    /// The site the account belongs to; `auto` finds out [default: auto]
    #[arg(long, global = true, value_enum, env = "CLOUDBAL_SITE", hide_env_values = true)]
    pub site: Option<SiteChoice>,
    /// The currency of the amounts (ISO 4217), instead of what the site or the reply says
    #[arg(long, global = true, value_name = "CODE", env = "CLOUDBAL_CURRENCY", hide_env_values = true)]
    pub currency: Option<Currency>,
    /// Ask this server instead of the cloud's own
    #[arg(long, global = true, value_name = "URL", env = "CLOUDBAL_ENDPOINT", hide_env_values = true)]
    pub endpoint: Option<Endpoint>,
    /// Connect to this address whatever host is asked; names, TLS and signatures stay the cloud's
    #[arg(long, global = true, value_name = "ADDRESS", env = "CLOUDBAL_CONNECT_TO", hide_env_values = true)]
    pub connect_to: Option<SocketAddr>,
    /// Ask this metadata service for an instance role's credentials, instead of the cloud's own
    #[arg(long, global = true, value_name = "URL", hide = true)]
    #[arg(env = "CLOUDBAL_METADATA_ENDPOINT", hide_env_values = true)]
    pub metadata_endpoint: Option<String>,
    /// How requests to Alibaba Cloud are signed [default: rpc]
    #[arg(long, global = true, value_enum, env = "CLOUDBAL_SIGNATURE", hide_env_values = true)]
    pub signature: Option<SignatureChoice>,
    /// How long one attempt may take, in seconds or as `500ms`, `2m` [default: 10]
    #[arg(long, global = true, value_name = "TIME", value_parser = duration::parse_positive)]
    #[arg(env = "CLOUDBAL_TIMEOUT", hide_env_values = true)]
    pub timeout: Option<Duration>,
    /// How long a connection may take [default: 5]
    #[arg(long, global = true, value_name = "TIME", value_parser = duration::parse_positive)]
    #[arg(env = "CLOUDBAL_CONNECT_TIMEOUT", hide_env_values = true)]
    pub connect_timeout: Option<Duration>,
    /// How long the whole run may take; what was read until then is printed
    #[arg(long, global = true, value_name = "TIME", value_parser = duration::parse_positive)]
    #[arg(env = "CLOUDBAL_DEADLINE", hide_env_values = true)]
    pub deadline: Option<Duration>,
    /// How often to ask again after a failure that may pass [default: 3]
    #[arg(long, global = true, value_name = "N", env = "CLOUDBAL_RETRIES", hide_env_values = true)]
    pub retries: Option<u32>,
    /// Requests a second for each account, instead of the cloud's documented limit; 0 lifts it
    #[arg(long, global = true, value_name = "N", env = "CLOUDBAL_RATE", hide_env_values = true)]
    pub rate: Option<u32>,
    /// How many requests may be under way at once, over all accounts [default: 256]
    #[arg(long, global = true, value_name = "N", env = "CLOUDBAL_CONCURRENCY", hide_env_values = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub concurrency: Option<u32>,
    /// Trust the certificates in this PEM file too
    #[arg(long, global = true, value_name = "FILE", env = "CLOUDBAL_CA_FILE", hide_env_values = true)]
    pub ca_file: Vec<PathBuf>,
    /// Trust the system's certificates instead of the embedded ones
    #[arg(long, global = true, env = "CLOUDBAL_SYSTEM_CERTS", hide_env_values = true)]
    #[arg(value_parser = BoolishValueParser::new())]
    pub system_certs: bool,
    /// Send requests through this proxy, instead of what HTTPS_PROXY, ALL_PROXY and NO_PROXY say
    #[arg(long, global = true, value_name = "URL", env = "CLOUDBAL_PROXY", hide_env_values = true)]
    pub proxy: Option<String>,
    /// When to use colors [default: auto]
    ///
    /// The first of these decides: `--color`, CLOUDBAL_COLOR, `color` in the configuration, NO_COLOR (never),
    /// CLICOLOR_FORCE (always), CLICOLOR=0 (never), TERM=dumb (never), whether the output is a terminal. It holds for
    /// tables, errors, help and usage errors alike.
    #[arg(long, global = true, value_enum, env = "CLOUDBAL_COLOR", hide_env_values = true)]
    pub color: Option<Color>,
    /// Tell on stderr what is asked; twice also every attempt and how long it took
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    #[arg(env = "CLOUDBAL_VERBOSE", hide_env_values = true, value_parser = times)]
    pub verbose: u8,
    /// Tell nothing on stderr but why nothing could be asked; the exit status and the output's errors remain
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "verbose",
        env = "CLOUDBAL_QUIET",
        hide_env_values = true,
        value_parser = BoolishValueParser::new()
    )]
    pub quiet: bool,
    /// Neither read nor write the file that remembers which site an account belongs to
    ///
    /// `CLOUDBAL_CACHE=off` does the same.
    #[arg(long, global = true)]
    pub no_cache: bool,
    /// Ask a stand-in of the clouds inside this process, with demo keys, whatever else is said: nothing leaves this
    /// machine
    #[arg(long, global = true, env = "CLOUDBAL_SANDBOX", hide_env_values = true)]
    #[arg(value_parser = BoolishValueParser::new())]
    pub sandbox: bool,
}

/// How often a flag is given: a number, or a word for once or never.
fn times(text: &str) -> Result<u8, String> {
    let by_word = || match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" | "on" | "t" => Some(1),
        "false" | "no" | "n" | "off" | "f" => Some(0),
        _ => None,
    };
    text.parse().ok().or_else(by_word).ok_or_else(|| "not a small number, `true` or `false`".to_owned())
}

/// How to print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// A table for people
    #[default]
    Table,
    /// One JSON document
    Json,
    /// One JSON object a line, as pages arrive
    Ndjson,
    /// Comma-separated values with a header
    Csv,
    /// The JSON document as YAML
    Yaml,
}

/// Which site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SiteChoice {
    /// The usual one first, and the other when it does not know the account
    Auto,
    /// The international site
    Intl,
    /// The China site
    Cn,
}

/// Which signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SignatureChoice {
    /// RPC signature 1.0, HMAC-SHA1
    Rpc,
    /// Signature V3, ACS3-HMAC-SHA256
    Acs3,
}

/// When to use colors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// At a terminal, unless a variable says otherwise
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
