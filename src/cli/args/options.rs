//! The options that several commands share.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};

use super::view::View;
use crate::cli::choices::{self, SiteChoice};
use crate::cli::duration;
use crate::cloud::Endpoint;
use crate::model::Currency;
use crate::render::Format;

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
    ///
    /// Amounts are strings: compare them with `to_number(available)`. Filters and projections such as `balances[?…]` read
    /// one balance at a time, 130 MiB for 100,000. A query that needs all of them at once, such as `length(balances)` or
    /// `sort_by(balances, …)`, takes 330 MiB for 100,000.
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
