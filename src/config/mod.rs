//! The configuration file: which accounts there are, where their credentials are, and what is usual.

mod accounts;
mod mistakes;
mod nearest;
mod read;
mod show;
mod table;
mod template;
#[cfg(test)]
mod tests;
mod write;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use etcetera::BaseStrategy as _;
use zeroize::Zeroizing;

use crate::cloud::{Cloud, Endpoint};
use crate::file::{self, Unreadable};
use crate::model::{Credentials, Currency, Error, ErrorKind, Rates, Result, Secret, Site, Thresholds};

pub use nearest::{near, nearest};
pub use read::{mistakes, parse, parse_rates};
pub use show::show;
pub(crate) use table::quoted;
pub use template::{Suggestion, is_referable, template};
pub use write::{exists, write_new};

/// A JSON Schema of the file, for editors.
pub const SCHEMA: &str = include_str!("schema.json");

/// No configuration is larger.
const LARGEST: u64 = 16 << 20;

/// What the file says.
#[derive(Debug, Default)]
pub struct Config {
    /// What is usual.
    pub defaults: Defaults,
    /// The accounts, in the file's order.
    pub accounts: Vec<AccountEntry>,
    /// What currencies are worth.
    pub rates: Option<Rates>,
}

/// What is used where neither the command line nor a variable says otherwise.
#[derive(Debug, Default)]
pub struct Defaults {
    /// The form of output, by its name.
    pub output: Option<&'static str>,
    /// When colors are used: `auto`, `always` or `never`.
    pub color: Option<&'static str>,
    /// The currency that totals are converted to.
    pub convert_to: Option<Currency>,
    /// The site of accounts that name none; `None` is detected.
    pub site: Option<Site>,
    /// Whether organization members are shown too.
    pub members: bool,
    /// The thresholds of accounts that have none of their own.
    pub thresholds: Thresholds,
    /// How requests are signed.
    pub signature: Option<&'static str>,
    /// How many requests are under way at once.
    pub concurrency: Option<u32>,
    /// Requests a second for each account; 0 lifts the limit.
    pub rate: Option<u32>,
    /// How long one attempt may take.
    pub timeout: Option<Duration>,
    /// How long a connection may take.
    pub connect_timeout: Option<Duration>,
    /// How long the whole run may take.
    pub deadline: Option<Duration>,
    /// How often a question is asked again.
    pub retries: Option<u32>,
    /// The proxy for every request; its address may hold a password.
    pub proxy: Option<Secret>,
    /// A PEM file of further certificates to trust.
    pub ca_file: Option<PathBuf>,
    /// Whether the system's certificates are used instead of the embedded ones.
    pub system_certs: bool,
}

/// One account of the file, with what `[defaults]` says about every account filled in.
#[derive(Debug)]
pub struct AccountEntry {
    /// What the user calls it.
    pub name: Arc<str>,
    /// Its cloud.
    pub cloud: &'static dyn Cloud,
    /// Its site; `None` is detected.
    pub site: Option<Site>,
    /// Where its credentials are.
    pub credentials: CredentialsEntry,
    /// The role that is assumed with these credentials.
    pub role: Option<Role>,
    /// Whether the members of its organization are shown too.
    pub members: bool,
    /// Below what its balance, and each of its members', is low.
    pub thresholds: Thresholds,
    /// The currency of replies that name none. One that names another is refused.
    pub currency: Option<Currency>,
    /// The server to ask instead of the site's own.
    pub endpoint: Option<Endpoint>,
    /// How its requests are signed.
    pub signature: Option<&'static str>,
}

/// Where an account's credentials are.
#[derive(Debug, Default)]
pub enum CredentialsEntry {
    /// Nothing is said: wherever the cloud's own tools would find them.
    #[default]
    Chain,
    /// In environment variables: the official names with this prefix, which may be empty.
    Env(String),
    /// In this profile of the official command line tool.
    Profile(String),
    /// In this file.
    File(PathBuf),
    /// In what a command prints.
    Command {
        /// The program and its arguments, as written.
        line: String,
        /// The folder of the configuration file, which the program is beside when its path is relative.
        folder: PathBuf,
    },
    /// In the operating system's keyring, under this name.
    Keyring(String),
    /// In the metadata of the machine, for this role or whichever it has.
    Instance(Option<String>),
    /// Given for a token of the cluster; what it takes is here or in the official variables.
    Oidc(Option<Oidc>),
    /// In the file itself.
    Pair(Credentials),
}

/// What it takes to get credentials for a token of the cluster.
#[derive(Debug)]
pub struct Oidc {
    /// The role that is assumed.
    pub role_arn: String,
    /// The identity provider: its id on Tencent Cloud, its ARN on Alibaba Cloud.
    pub provider: String,
    /// The file that holds the token.
    pub token_file: PathBuf,
    /// What the session is called.
    pub role_session_name: Option<String>,
    /// The region of the service that is asked.
    pub region: Option<String>,
}

/// A role that is assumed.
#[derive(Debug)]
pub struct Role {
    /// The role.
    pub arn: String,
    /// What the session is called.
    pub session_name: Option<String>,
    /// How many seconds the session lasts.
    pub duration: Option<u32>,
    /// What the role's owner demands to hear.
    pub external_id: Option<String>,
}

/// A file that is read: what must be known about it besides its text.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Where it is. Relative paths in it start from its folder.
    pub path: &'a Path,
    /// What `~` stands for in it.
    pub home: Option<&'a Path>,
    /// Whether only its owner can read it, so that it may hold a secret.
    pub private: bool,
}

/// Where the file is when nothing else is said: the platform's folder for configuration, by the environment.
pub fn default_path() -> Option<PathBuf> {
    let folders = etcetera::base_strategy::choose_native_strategy().ok()?;
    // Without a home directory the folder would be relative: whatever file lies in the working directory.
    let folder = folders.config_dir();
    folder.is_absolute().then(|| folder.join("cloudbal").join("config.toml"))
}

/// Reads a configuration file; `None` when there is none.
pub fn load(path: &Path, home: Option<&Path>) -> Result<Option<Config>> {
    let Some((text, private)) = read_file(path)? else { return Ok(None) };
    parse(&text, Place { path, home, private }).map(Some)
}

/// Returns every mistake of a configuration file: the first of each table. A missing file has none.
pub fn all_mistakes(path: &Path, home: Option<&Path>) -> Result<Vec<Error>> {
    let Some((text, private)) = read_file(path)? else { return Ok(Vec::new()) };
    Ok(mistakes(&text, Place { path, home, private }))
}

/// Reads a file that holds what `[rates]` holds and nothing else.
pub fn load_rates(path: &Path) -> Result<Rates> {
    let (text, _) = read_file(path)?.ok_or_else(|| {
        Error::new(ErrorKind::Configuration, format!("there is no file of rates `{}`", path.display()))
            .hint("check the path; the file holds what would stand under `[rates]` in the configuration")
    })?;
    parse_rates(&text, path)
}

/// Returns the text of the file, and whether only its owner can read it, both from the same open file.
fn read_file(path: &Path) -> Result<Option<(Zeroizing<String>, bool)>> {
    let content = match file::read(path, LARGEST) {
        Ok(content) => content,
        // A home that is a file has no files in it either.
        Err(Unreadable::Io(error))
            if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(unreadable(error, path)),
    };
    let private = content.metadata().is_some_and(is_private);
    let text = content.text().map_err(|error| unreadable(error, path))?;
    Ok(Some((text, private)))
}

fn unreadable(error: Unreadable, path: &Path) -> Error {
    error.explain(
        ErrorKind::Configuration,
        &format!("`{}`", path.display()),
        "check the file and its permissions",
    )
}

/// Returns whether only the owner (or root) can read the file.
#[cfg(unix)]
fn is_private(file: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    const OTHERS: u32 = 0o077;
    file.permissions().mode() & OTHERS == 0
}

/// Elsewhere a user's folder is closed to others unless it was opened on purpose.
#[cfg(not(unix))]
fn is_private(_: &std::fs::Metadata) -> bool {
    true
}
