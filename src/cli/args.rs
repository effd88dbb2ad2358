//! The command line's arguments. The comments here are the help.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::{BoolishValueParser, PossibleValuesParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use rust_decimal::Decimal;

use super::choices::{self, SiteChoice};
use super::clouds::CloudCommand;
use super::duration;
use super::view::View;
use crate::cloud::Endpoint;
use crate::model::{Currency, Pattern, Threshold, amount_from_text};
use crate::render::Format;
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
        let amount = amount_from_text(amount)
            .map_err(|why| format!("{why}; accepted are `100`, `1,000.50` and `USD=100,CNY=700`"))?;
        Ok(Self { currency, amount })
    }
}

/// Amounts in one text: `100`, `USD=2,000`, `USD=2,CNY=7`, `5;USD=2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leasts(pub Vec<Least>);

impl FromStr for Leasts {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts: Vec<String> = Vec::new();
        for part in text.split(';') {
            for (place, piece) in part.split(',').enumerate() {
                match parts.last_mut() {
                    // Behind a comma, what names no currency belongs to the amount: `USD=2,000`.
                    Some(last) if place > 0 && !piece.contains('=') => {
                        last.push(',');
                        last.push_str(piece);
                    }
                    _ => parts.push(piece.trim().to_owned()),
                }
            }
        }
        let mut leasts: Vec<Least> = Vec::new();
        for part in parts {
            let least: Least = part.parse()?;
            if leasts.iter().any(|other| other.currency == least.currency) {
                let what = least.currency.as_ref().map_or("an amount without a currency", Currency::code);
                return Err(format!("{what} is given twice"));
            }
            leasts.push(least);
        }
        Ok(Self(leasts))
    }
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

/// Options that several commands share. What is not given here is taken from the configuration.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Options {
    /// Choose the output format [default: table]
    #[arg(short, long, global = true, env = "CLOUDBAL_OUTPUT", hide_env_values = true)]
    #[arg(value_parser = choices::format())]
    pub output: Option<Format>,
    /// Print the result of a JMESPath expression on the JSON document
    #[arg(long, global = true, value_name = "EXPR", env = "CLOUDBAL_QUERY", hide_env_values = true)]
    pub query: Option<String>,
    #[command(flatten)]
    pub view: View,
    /// Use this configuration file instead of the one `cloudbal config path` shows
    #[arg(long, global = true, value_name = "FILE", env = "CLOUDBAL_CONFIG", hide_env_values = true)]
    pub config: Option<PathBuf>,
    /// Choose the site of the account; `auto` tries both [default: auto]
    #[arg(long, global = true, env = "CLOUDBAL_SITE", hide_env_values = true)]
    #[arg(value_parser = choices::site())]
    pub site: Option<SiteChoice>,
    /// Set the currency (ISO 4217) of amounts that come without one
    ///
    /// For one account whose cloud names no currency. `--in` converts totals.
    #[arg(long, global = true, value_name = "CODE", env = "CLOUDBAL_CURRENCY", hide_env_values = true)]
    pub currency: Option<Currency>,
    /// Send requests to this server instead of the cloud's own
    #[arg(long, global = true, value_name = "URL", env = "CLOUDBAL_ENDPOINT", hide_env_values = true)]
    pub endpoint: Option<Endpoint>,
    /// Connect to this address for every host; TLS and signatures stay the cloud's
    #[arg(long, global = true, value_name = "ADDRESS", env = "CLOUDBAL_CONNECT_TO", hide_env_values = true)]
    pub connect_to: Option<SocketAddr>,
    /// Use this metadata service for the credentials of an instance role
    #[arg(long, global = true, value_name = "URL", hide = true)]
    #[arg(env = "CLOUDBAL_METADATA_ENDPOINT", hide_env_values = true)]
    pub metadata_endpoint: Option<String>,
    #[arg(long, global = true, env = "CLOUDBAL_SIGNATURE", hide_env_values = true)]
    #[arg(value_parser = choices::signature(), help = choices::signature_help())]
    pub signature: Option<&'static str>,
    /// Limit the duration of one attempt: `10`, `500ms`, `1m30s` [default: 10]
    #[arg(long, global = true, value_name = "TIME", value_parser = duration::parse_positive)]
    #[arg(env = "CLOUDBAL_TIMEOUT", hide_env_values = true)]
    pub timeout: Option<Duration>,
    /// Limit the time to connect [default: 5]
    #[arg(long, global = true, value_name = "TIME", value_parser = duration::parse_positive)]
    #[arg(env = "CLOUDBAL_CONNECT_TIMEOUT", hide_env_values = true)]
    pub connect_timeout: Option<Duration>,
    /// Limit the duration of the whole run; what was read by then is printed
    #[arg(long, global = true, value_name = "TIME", value_parser = duration::parse_positive)]
    #[arg(env = "CLOUDBAL_DEADLINE", hide_env_values = true)]
    pub deadline: Option<Duration>,
    /// Retry this often after a transient failure [default: 3]
    #[arg(long, global = true, value_name = "N", env = "CLOUDBAL_RETRIES", hide_env_values = true)]
    pub retries: Option<u32>,
    /// Limit requests per second for each account; 0 removes the documented limit
    #[arg(long, global = true, value_name = "N", env = "CLOUDBAL_RATE", hide_env_values = true)]
    pub rate: Option<u32>,
    /// Limit concurrent requests over all accounts [default: 256]
    #[arg(long, global = true, value_name = "N", env = "CLOUDBAL_CONCURRENCY", hide_env_values = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub concurrency: Option<u32>,
    /// Trust the certificates in this PEM file as well
    #[arg(long, global = true, value_name = "FILE", env = "CLOUDBAL_CA_FILE", hide_env_values = true)]
    pub ca_file: Vec<PathBuf>,
    /// Trust the system's certificates instead of the embedded ones
    #[arg(long, global = true, env = "CLOUDBAL_SYSTEM_CERTS", hide_env_values = true)]
    #[arg(value_parser = BoolishValueParser::new())]
    pub system_certs: bool,
    /// Use this proxy, overriding HTTPS_PROXY, ALL_PROXY and NO_PROXY
    #[arg(long, global = true, value_name = "URL", env = "CLOUDBAL_PROXY", hide_env_values = true)]
    pub proxy: Option<String>,
    /// Color the output [default: auto]
    ///
    /// The first of these decides: `--color`, CLOUDBAL_COLOR, `color` in the configuration, NO_COLOR (never),
    /// CLICOLOR_FORCE (always), CLICOLOR=0 (never), TERM=dumb (never), whether the output is a terminal. It holds for
    /// tables, errors, help and usage errors alike.
    #[arg(long, global = true, value_enum, env = "CLOUDBAL_COLOR", hide_env_values = true)]
    pub color: Option<Color>,
    /// Log requests to stderr; repeat for every attempt with its duration
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    #[arg(env = "CLOUDBAL_VERBOSE", hide_env_values = true, value_parser = times)]
    pub verbose: u8,
    /// Suppress messages on stderr, except why a run cannot begin
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
    /// Ignore the file that remembers which site an account belongs to
    ///
    /// It is neither read nor written. `CLOUDBAL_CACHE=off` does the same.
    #[arg(long, global = true)]
    pub no_cache: bool,
    /// Use the built-in sandbox and demo keys; no request leaves this machine
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_separates_thousands_or_currencies_and_nothing_else() {
        let read = |text: &str| {
            let leasts = text.parse::<Leasts>()?.0.into_iter();
            let shown = leasts.map(|least| match least.currency {
                Some(currency) => format!("{currency} {}", least.amount),
                None => least.amount.to_string(),
            });
            Ok::<_, String>(shown.collect::<Vec<_>>().join(" | "))
        };
        let reads = |text: &str| read(text).unwrap();
        assert_eq!(reads("USD=2,000"), "USD 2000");
        assert_eq!(reads("USD=2,CNY=7"), "USD 2 | CNY 7");
        assert_eq!(reads("USD=2, CNY=7"), "USD 2 | CNY 7");
        assert_eq!(reads("USD=2,000,CNY=7,000.50"), "USD 2000 | CNY 7000.5");
        assert_eq!(reads("USD=1,234,567;CNY=7"), "USD 1234567 | CNY 7");
        assert_eq!(reads("5,USD=2"), "5 | USD 2");
        assert_eq!(reads("100,200"), "100200");
        assert_eq!(reads("-1,000"), "-1000");
        for wrong in [
            "",
            ",",
            "USD=",
            "USD=2,",
            "USD=2,5",
            "USD=2,50",
            "USD=1,5,CNY=7",
            "USD=2, 000",
            "5;7",
            "USD=2,USD=3",
            "USD=2,usd=3",
            "2,CNY",
            "USD=5k",
            "=5",
            "USD=2,,CNY=7",
            "USD=2;;CNY=7",
            "1000,000",
        ] {
            assert!(read(wrong).is_err(), "{wrong:?} is read as {:?}", read(wrong));
        }
    }
}
