//! Which accounts there are: those of the configuration, or all that this machine has credentials for.

use std::sync::Arc;

use super::{Task, Wish};
use crate::cloud::{Account, Cloud, Role, Source};
use crate::config::{self, AccountEntry, Config, CredentialsEntry, Suggestion};
use crate::credentials::{self, Found, Listed, Surroundings};
use crate::model::{Error, Kind, Result, Thresholds};

/// The accounts of the configuration; without any, all that this machine has credentials for.
pub fn all(config: &Config, around: &Surroundings) -> Vec<Task> {
    if config.accounts.is_empty() {
        let listed = credentials::everything(around);
        let task = |listed: Listed| {
            let wish = if config.defaults.members { Wish::BalanceAndMembers } else { Wish::Balance };
            let mut task = from_found(listed.cloud, &listed.label, listed.found, wish);
            task.origin = listed.origins.join(", ");
            task.account.site = config.defaults.site.or(task.account.site);
            task.account.sign_with(config.defaults.signature);
            task.thresholds = config.defaults.thresholds.clone();
            task
        };
        return listed.into_iter().map(task).collect();
    }
    config.accounts.iter().map(|entry| from_entry(entry, around)).collect()
}

/// What a configuration can say of the accounts that this machine has usable credentials for, and the names of those
/// that it leaves out.
pub fn suggestions(around: &Surroundings) -> (Vec<Suggestion>, Vec<String>) {
    let mut left_out = Vec::new();
    let suggest = |listed: Listed| {
        let Listed { cloud, label, reference, found, .. } = listed;
        let (Ok(found), Some(origin)) = (found, reference.filter(config::is_referable)) else {
            left_out.push(format!("{}/{label}", cloud.name()));
            return None;
        };
        Some(Suggestion { name: label, cloud, site: found.site, origin })
    };
    let suggestions = credentials::everything(around).into_iter().filter_map(suggest).collect();
    (suggestions, left_out)
}

/// The one account of a cloud that is meant when none is named: the configuration's when it has one, or the first
/// that the environment and the cloud's own tools have.
pub fn only(cloud: &'static dyn Cloud, config: &Config, around: &Surroundings) -> Result<Task> {
    let entries: Vec<&AccountEntry> =
        config.accounts.iter().filter(|entry| entry.cloud.name() == cloud.name()).collect();
    match entries[..] {
        [] => Ok(from_result(cloud, credentials::chain(cloud, around))),
        [entry] => Ok(from_entry(entry, around)),
        _ => {
            let names: Vec<&str> = entries.iter().map(|entry| &*entry.name).collect();
            let message = format!("the configuration has {} accounts of {}", names.len(), cloud.title());
            Err(Error::new(Kind::Usage, message)
                .hint(format!("choose one with `--account`: {}", names.join(", "))))
        }
    }
}

/// A profile of a cloud's official command line tool.
pub fn of_profile(cloud: &'static dyn Cloud, name: &str, around: &Surroundings) -> Task {
    let mut task = from_result(cloud, credentials::profile(cloud, name, around));
    task.account.label = Arc::from(name);
    task
}

/// The tasks with these names (all of them when there are no names): `NAME`, or `CLOUD/NAME`.
pub fn named(tasks: Vec<Task>, names: &[String]) -> Result<Vec<Task>> {
    if names.is_empty() {
        return Ok(tasks);
    }
    let is = |task: &Task, name: &str| {
        let label = &*task.account.label;
        let of_cloud = |(cloud, name)| task.account.cloud.is_called(cloud) && name == label;
        label == name || name.split_once('/').is_some_and(of_cloud)
    };
    if let Some(unknown) = names.iter().find(|name| !tasks.iter().any(|task| is(task, name))) {
        let known: Vec<&str> = tasks.iter().map(|task| &*task.account.label).collect();
        let hint = match (config::nearest(unknown, &known), known.is_empty()) {
            (Some(near), _) => format!("did you mean `{near}`? `cloudbal accounts` shows all"),
            (None, false) => format!("known are: {}", known_names(&tasks).join(", ")),
            (None, true) => "no account is known; `cloudbal init` helps to name them".to_owned(),
        };
        return Err(Error::new(Kind::Usage, format!("there is no account `{unknown}`")).hint(hint));
    }
    Ok(tasks.into_iter().filter(|task| names.iter().any(|name| is(task, name))).collect())
}

/// What tasks are called, with the cloud where another has the same name.
fn known_names(tasks: &[Task]) -> Vec<String> {
    let name = |task: &Task| {
        let label = &task.account.label;
        let is_alone = tasks.iter().filter(|other| other.account.label == *label).count() == 1;
        if is_alone { label.to_string() } else { format!("{}/{label}", task.account.cloud.name()) }
    };
    tasks.iter().map(name).collect()
}

fn from_result(cloud: &'static dyn Cloud, found: Result<Found>) -> Task {
    let label = found.as_ref().map_or_else(|_| String::new(), |found| found.label.clone());
    from_found(cloud, &label, found, Wish::Balance)
}

/// A task whose credentials were found, or not.
pub fn from_found(cloud: &'static dyn Cloud, label: &str, found: Result<Found>, wish: Wish) -> Task {
    let (site, origin, source) = match found {
        Ok(found) => (found.site, found.origin, Ok(found.source)),
        Err(error) => (None, String::new(), Err(error)),
    };
    let account = Account {
        label: Arc::from(label),
        cloud,
        site,
        remembered: None,
        endpoint: None,
        currency: None,
        signature: cloud.signatures().first().copied().unwrap_or_default(),
    };
    Task { account, source, origin, wish, thresholds: Thresholds::default(), streams: false, journal: None }
}

fn from_entry(entry: &AccountEntry, around: &Surroundings) -> Task {
    let found = find(entry, around);
    let wish = if entry.members { Wish::BalanceAndMembers } else { Wish::Balance };
    let mut task = from_found(entry.cloud, &entry.name, found, wish);
    if task.source.is_err() {
        task.origin = place(entry);
    }
    if let Some(role) = &entry.role {
        task.source = task.source.map(|by| Source::AssumeRole {
            by: Box::new(by),
            role: Role {
                arn: role.arn.clone(),
                session_name: role.session_name.clone().unwrap_or_else(|| Role::SESSION_NAME.to_owned()),
                duration: role.duration,
                external_id: role.external_id.clone(),
                region: None,
            },
        });
    }
    let account = &mut task.account;
    account.site = entry.site.or(account.site);
    account.endpoint.clone_from(&entry.endpoint);
    account.currency = entry.currency;
    account.sign_with(entry.signature);
    task.thresholds = entry.thresholds.clone();
    task
}

/// Where an account's credentials were looked for in vain.
fn place(entry: &AccountEntry) -> String {
    match &entry.credentials {
        CredentialsEntry::Env(_) => "environment".to_owned(),
        CredentialsEntry::Profile(name) => format!("profile `{name}`"),
        CredentialsEntry::File(path) => path.display().to_string(),
        CredentialsEntry::Keyring(_) => "the keyring".to_owned(),
        _ => "the configuration".to_owned(),
    }
}

fn find(entry: &AccountEntry, around: &Surroundings) -> Result<Found> {
    let cloud = entry.cloud;
    let here =
        |origin: String, source: Source| Found { label: entry.name.to_string(), origin, site: None, source };
    match &entry.credentials {
        CredentialsEntry::Chain => credentials::chain(cloud, around),
        CredentialsEntry::Env(prefix) => credentials::from_prefix(cloud, prefix, around),
        CredentialsEntry::Profile(name) => credentials::profile(cloud, name, around),
        CredentialsEntry::File(path) => credentials::from_file(cloud, path, around),
        CredentialsEntry::Command(text) => {
            credentials::from_command(text).map(|source| here("a command".to_owned(), source))
        }
        CredentialsEntry::Keyring(name) => {
            credentials::from_keyring(name).map(|source| here("the keyring".to_owned(), source))
        }
        CredentialsEntry::Instance(role) => {
            Ok(here("the instance's metadata service".to_owned(), Source::Instance { role: role.clone() }))
        }
        CredentialsEntry::Oidc(None) => credentials::web_identity(cloud, around),
        CredentialsEntry::Oidc(Some(oidc)) => Ok(here(
            format!("the identity token in `{}`", oidc.token_file.display()),
            Source::WebIdentity {
                role: Role {
                    arn: oidc.role_arn.clone(),
                    session_name: oidc
                        .role_session_name
                        .clone()
                        .unwrap_or_else(|| Role::SESSION_NAME.to_owned()),
                    region: oidc.region.clone(),
                    ..Role::default()
                },
                provider: oidc.provider.clone(),
                token_file: oidc.token_file.clone(),
            },
        )),
        CredentialsEntry::Pair(credentials) => {
            Ok(here("the configuration".to_owned(), Source::Static(credentials.clone())))
        }
    }
}
