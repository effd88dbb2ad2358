//! Credentials: where they are looked for, and in which order.
//!
//! For each cloud, the first source that is present counts, in the order that the cloud's official tools have: its
//! environment variables, the official command line tool's current profile, the SDKs' files, the identity token of a
//! workload, an address that answers with temporary credentials. A source that is present but half-filled, expired or broken is an error, never a step to the next: the
//! next may be another account's.

mod command;
mod environment;
mod everything;
mod files;
mod keyring;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

pub use crate::cloud::{Role, Source};
use chrono::{DateTime, Utc};
pub use command::{read_command_output, run_command, stop_commands};
pub use everything::{Listed, everything};
pub use keyring::{from_keyring, read_keyring, remove_from_keyring, write_keyring};

use crate::cloud::{CLOUDS, Cloud, Keys, Link, Record};
use crate::file;
use crate::model::{Credentials, Error, ErrorKind, Result, Secret, Site};

/// Where credentials are looked for. All of it is given, so that a test can give something else.
pub struct Surroundings<'a> {
    /// The value of an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// The home directory, where it is known.
    pub home: Option<PathBuf>,
    /// The root of the file system.
    pub root: PathBuf,
    /// The time, to tell what has expired.
    pub now: DateTime<Utc>,
}

impl Surroundings<'_> {
    /// What this process sees.
    pub fn of_this_process(now: DateTime<Utc>) -> Self {
        Self {
            variable: &|name| std::env::var_os(name),
            home: std::env::home_dir().filter(|home| !home.as_os_str().is_empty()),
            root: PathBuf::from("/"),
            now,
        }
    }
}

/// Credentials that were found.
#[derive(Clone, Debug)]
pub struct Found {
    /// What the account is called: the profile's name, or `environment`.
    pub label: String,
    /// Where they were found, for people.
    pub origin: String,
    /// The site, where the source tells it.
    pub site: Option<Site>,
    /// How the credentials are obtained.
    pub source: Source,
}

impl Found {
    /// Where they were found, with the profile's name where there is one.
    pub fn place(&self) -> String {
        if self.origin.starts_with("environment") {
            return self.origin.clone();
        }
        format!("profile `{}` in {}", self.label, self.origin)
    }
}

/// The first source that is present.
pub fn chain(cloud: &'static dyn Cloud, around: &Surroundings) -> Result<Found> {
    let keys = cloud.keys();
    let mut looked = Vec::new();
    let found = first(keys, around, &mut looked).and_then(|found| {
        found.ok_or_else(|| {
            if around.home.is_none() {
                looked.push("the home directory is not known".to_owned());
            }
            Error::new(
                ErrorKind::Credentials,
                format!("no credentials for {}: looked at {}", cloud.title(), looked.join(", ")),
            )
            .hint(format!(
                "set the variables, or run `{}`; to try cloudbal without keys add `--sandbox`",
                keys.setup
            ))
        })
    });
    of(cloud, found.and_then(|found| located(cloud, found, around)))
}

/// What is not there is added to `looked`, for the error when nothing is.
fn first(keys: &Keys, around: &Surroundings, looked: &mut Vec<String>) -> Result<Option<Found>> {
    let mut unknown = None;
    for (number, link) in keys.chain.iter().enumerate() {
        let stores_follow = keys.chain[number..].iter().any(|link| matches!(link, Link::Store(_)));
        if unknown.is_some() && !matches!(link, Link::Store(_)) {
            // The profile that a variable names may be in a store that comes later: it was meant.
            if stores_follow {
                continue;
            }
            break;
        }
        if let Some(found) = at(keys, *link, around, looked, &mut unknown)? {
            return Ok(Some(found));
        }
    }
    looked.extend(files::retired(keys, around));
    unknown.map_or(Ok(None), Err)
}

/// What one place of the chain holds.
fn at(
    keys: &Keys,
    link: Link,
    around: &Surroundings,
    looked: &mut Vec<String>,
    unknown: &mut Option<Error>,
) -> Result<Option<Found>> {
    match link {
        Link::Variables(from, to) => environment::key(keys, from..to, around, looked),
        Link::Store(number) => files::current(keys, &keys.stores[number], around, looked, unknown),
        Link::WebIdentity => environment::web_identity(keys, around, looked),
        Link::Uri => environment::uri(keys, around, looked),
    }
}

/// The sources that a chosen one comes before, where they lead to other accounts. What is broken among them is not
/// told: it is not used.
pub fn passed_over(cloud: &'static dyn Cloud, chosen: &Found, around: &Surroundings) -> Vec<Found> {
    let keys = cloud.keys();
    let mut others: Vec<Found> = Vec::new();
    let links = keys.chain.iter().flat_map(|link| match *link {
        Link::Variables(from, to) => (from..to).map(|set| Link::Variables(set, set + 1)).collect(),
        link => vec![link],
    });
    for link in links {
        let Ok(Some(found)) = at(keys, link, around, &mut Vec::new(), &mut None) else { continue };
        let Ok(found) = located(cloud, found, around) else { continue };
        let is_known = |known: &Found| known.source.is_same(&found.source);
        if !is_known(chosen) && !others.iter().any(is_known) {
            others.push(found);
        }
    }
    others
}

/// A source whose roles are assumed at the token service that the environment names, where nothing nearer names one.
fn located(cloud: &'static dyn Cloud, found: Found, around: &Surroundings) -> Result<Found> {
    Ok(Found { source: at_token_service(cloud, found.source, around)?, ..found })
}

/// The same for a source that was not found but configured.
pub fn at_token_service(cloud: &'static dyn Cloud, source: Source, around: &Surroundings) -> Result<Source> {
    let Some(names) = &cloud.keys().token_service else { return Ok(source) };
    let locate = |mut role: Role| {
        if role.endpoint.is_none() {
            role.endpoint = environment::variable(names.endpoint, around)?;
        }
        if role.region.is_none() {
            role.region = environment::variable(names.region, around)?;
        }
        let vpc = environment::variable(names.vpc, around)?;
        role.vpc |= vpc.is_some_and(|value| value.eq_ignore_ascii_case("true"));
        Ok(role)
    };
    Ok(match source {
        Source::AssumeRole { by, role } => {
            Source::AssumeRole { by: Box::new(at_token_service(cloud, *by, around)?), role: locate(role)? }
        }
        Source::WebIdentity { role, provider, token_file } => {
            Source::WebIdentity { role: locate(role)?, provider, token_file }
        }
        other => other,
    })
}

/// Returns a profile of the official command line tool, whatever the environment says.
pub fn profile(cloud: &'static dyn Cloud, name: &str, around: &Surroundings) -> Result<Found> {
    let found = files::profile(cloud.keys(), name, around);
    of(cloud, found.and_then(|found| located(cloud, found, around)))
}

/// The cloud's environment variables with a prefix, such as `PROD_TENCENTCLOUD_SECRET_ID`.
pub fn from_prefix(cloud: &'static dyn Cloud, prefix: &str, around: &Surroundings) -> Result<Found> {
    let mut looked = Vec::new();
    let found = environment::prefixed(cloud.keys(), prefix, around, &mut looked).and_then(|found| {
        found.ok_or_else(|| {
            Error::new(
                ErrorKind::Credentials,
                format!("no credentials in the environment: looked at {}", looked.join(", ")),
            )
            .hint("set a key id and its secret under these names")
        })
    });
    of(cloud, found.and_then(|found| located(cloud, found, around)))
}

/// The identity token of a workload, as the official variables name it.
pub fn web_identity(cloud: &'static dyn Cloud, around: &Surroundings) -> Result<Found> {
    let mut looked = Vec::new();
    let found = environment::web_identity(cloud.keys(), around, &mut looked).and_then(|found| {
        found.ok_or_else(|| {
            Error::new(ErrorKind::Credentials, format!("no identity token: looked at {}", looked.join(", ")))
                .hint("set all variables of the cluster's role, or write them into `oidc = { … }`")
        })
    });
    of(cloud, found.and_then(|found| located(cloud, found, around)))
}

/// The current profile of a file in any format that the cloud's own tools write.
pub fn from_file(cloud: &'static dyn Cloud, path: &Path, around: &Surroundings) -> Result<Found> {
    let found = files::from_file(cloud.keys(), path, around);
    of(cloud, found.and_then(|found| located(cloud, found, around)))
}

/// The default places of credentials that count as absent because they cannot be reached, and why.
pub fn unreachable(around: &Surroundings) -> Vec<(String, std::io::Error)> {
    files::unreachable(CLOUDS.iter().map(|cloud| cloud.keys()), around)
}

/// A program whose output is credentials. One that is named by a relative path is in this folder, or below the home
/// directory where the path begins with `~`.
pub fn from_command(text: &str, folder: &Path, home: Option<&Path>) -> Result<Source> {
    command(text).map(|source| match source {
        Source::Command(mut words) => {
            let program = Path::new(&words[0]);
            let path = match (program.strip_prefix("~"), home) {
                (Ok(rest), Some(home)) => home.join(rest),
                _ if program.components().count() > 1 => {
                    folder.join(program.strip_prefix(".").unwrap_or(program))
                }
                _ => return Source::Command(words),
            };
            words[0] = path.to_string_lossy().into_owned();
            Source::Command(words)
        }
        other => other,
    })
}

/// Reads the command line of a program that prints credentials.
fn command(text: &str) -> Result<Source> {
    Source::command(text).map_err(|why| {
        Error::new(ErrorKind::Configuration, format!("the command for credentials {why}")).hint(
            "write the program and its arguments; no shell runs them, so `|`, `$` and `#` mean themselves",
        )
    })
}

/// No identity token is larger.
const LARGEST_TOKEN: u64 = 1 << 20;

/// Reads the identity token of a workload. The file is read at each use, because its issuer renews it.
pub fn read_token(path: &Path) -> Result<Secret> {
    const HINT: &str = "check the variable or the configuration that names the file, and who renews it";
    let shown = path.display();
    let wrong = |why: String| {
        Error::new(ErrorKind::Credentials, format!("the identity token in `{shown}` cannot be used: {why}"))
            .hint(HINT)
    };
    let text = file::read(path, LARGEST_TOKEN).and_then(file::Content::text).map_err(|error| {
        error.explain(ErrorKind::Credentials, &format!("the identity token in `{shown}`"), HINT)
    })?;
    let token = text.trim();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(wrong("it is empty or holds characters that no token has".to_owned()));
    }
    Ok(Secret::new(token.to_owned()))
}

/// Reads what the metadata service of an instance, or an address for credentials, has answered. `place` says who.
pub fn read_document(
    cloud: &'static dyn Cloud,
    place: &str,
    text: &str,
    now: DateTime<Utc>,
) -> Result<Credentials> {
    let record = Record::parse(text, place, "try it with `curl`");
    of(cloud, record.and_then(|record| (cloud.keys().read_document)(&record, now)))
}

/// Errors say which cloud they happened with.
fn of<T>(cloud: &'static dyn Cloud, result: Result<T>) -> Result<T> {
    result.map_err(|mut error| {
        error.provider = Some(cloud.name());
        error
    })
}
