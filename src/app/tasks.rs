//! Determines the accounts: those of the configuration, or all that this machine has credentials for.

use std::sync::Arc;

use super::{FoundBy, Scope, Task};
use crate::cloud::{Account, Cloud, Role, Source};
use crate::config::{self, AccountEntry, Config, CredentialsEntry, Suggestion};
use crate::credentials::{self, Found, Listed, Surroundings};
use crate::model::{Error, ErrorKind, Pattern, Result, Thresholds};

/// Returns the accounts of the configuration; if it has none, all that this machine has credentials for.
pub fn all(config: &Config, around: &Surroundings) -> Vec<Task> {
    if config.accounts.is_empty() {
        let listed = credentials::everything(around);
        let task = |listed: Listed| {
            let scope = if config.defaults.members { Scope::BalanceAndMembers } else { Scope::Balance };
            let mut task = from_found(listed.cloud, &listed.label, listed.found, scope);
            task.origin = listed.origins.join(", ");
            task.found_by = FoundBy::Listing;
            task.account.site = config.defaults.site.or(task.account.site);
            task.account.sign_with(config.defaults.signature);
            task.thresholds = config.defaults.thresholds.clone();
            task
        };
        return listed.into_iter().map(task).collect();
    }
    config.accounts.iter().map(|entry| from_entry(entry, around)).collect()
}

/// Returns configuration entries for the accounts that this machine has usable credentials for, and the names of the
/// accounts that are left out.
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

/// Returns a cloud's default account: the only one in the configuration, or the first that the environment or the
/// cloud's own tools provide. Fails if the configuration has several.
pub fn only(cloud: &'static dyn Cloud, config: &Config, around: &Surroundings) -> Result<Task> {
    let entries: Vec<&AccountEntry> =
        config.accounts.iter().filter(|entry| entry.cloud.name() == cloud.name()).collect();
    match entries[..] {
        [] => {
            let task = from_result(cloud, credentials::chain(cloud, around));
            Ok(Task { found_by: FoundBy::Chain, ..task })
        }
        [entry] => Ok(from_entry(entry, around)),
        _ => {
            let names: Vec<&str> = entries.iter().map(|entry| &*entry.name).collect();
            let message = format!("the configuration has {} accounts of {}", names.len(), cloud.title());
            Err(Error::new(ErrorKind::Usage, message)
                .hint(format!("choose one with `--account`: {}", names.join(", "))))
        }
    }
}

/// Returns the task for a profile of a cloud's official command line tool.
pub fn of_profile(cloud: &'static dyn Cloud, name: &str, around: &Surroundings) -> Task {
    let mut task = from_result(cloud, credentials::profile(cloud, name, around));
    task.account.label = Arc::from(name);
    task
}

/// Returns the tasks with these names (all tasks without names): `NAME`, `CLOUD/NAME`, or a pattern of either.
///
/// An error about the first name also suggests similar commands.
pub fn named(tasks: Vec<Task>, names: &[String], commands: &[String]) -> Result<Vec<Task>> {
    if names.is_empty() {
        return Ok(tasks);
    }
    let mut is_chosen = vec![false; tasks.len()];
    for (index, name) in names.iter().enumerate() {
        let mut matching = places(&tasks, &|task| is_called(task, name));
        if matching.is_empty() && Pattern::is_one(name) {
            let pattern: Pattern = name.parse().map_err(|why| {
                Error::new(ErrorKind::Usage, format!("`{}` is {why}", name.escape_debug()))
                    .hint("use `[[]` for a bracket in a name")
            })?;
            matching = places(&tasks, &|task| matches(task, &pattern));
        }
        if matching.is_empty() {
            return Err(unknown(name, &tasks, if index == 0 { commands } else { &[] }));
        }
        for place in matching {
            is_chosen[place] = true;
        }
    }
    let chosen = tasks.into_iter().zip(is_chosen).filter(|(_, is_chosen)| *is_chosen);
    Ok(chosen.map(|(task, _)| task).collect())
}

/// Returns the task with this name, which is not a pattern.
pub fn only_named(tasks: Vec<Task>, name: &str) -> Result<Task> {
    let place = tasks.iter().position(|task| is_called(task, name));
    let place = place.ok_or_else(|| {
        let error = unknown(name, &tasks, &[]);
        match &error.hint {
            Some(hint) if Pattern::is_one(name) => {
                let hint = format!("`--account` takes a name, not a pattern; {hint}");
                error.hint(hint)
            }
            _ => error,
        }
    })?;
    Ok(tasks.into_iter().nth(place).expect("the place was just found"))
}

fn places(tasks: &[Task], is_meant: &dyn Fn(&Task) -> bool) -> Vec<usize> {
    tasks.iter().enumerate().filter(|(_, task)| is_meant(task)).map(|(place, _)| place).collect()
}

fn is_called(task: &Task, name: &str) -> bool {
    let label = &*task.account.label;
    let of_cloud = |(cloud, name)| task.account.cloud.is_called(cloud) && name == label;
    label == name || name.split_once('/').is_some_and(of_cloud)
}

fn matches(task: &Task, pattern: &Pattern) -> bool {
    let (label, cloud) = (&*task.account.label, task.account.cloud);
    let with_cloud = |cloud| pattern.matches(&format!("{cloud}/{label}"));
    pattern.matches(label) || with_cloud(cloud.name()) || cloud.alias().is_some_and(with_cloud)
}

/// Returns the error about a name without a task.
fn unknown(name: &str, tasks: &[Task], commands: &[String]) -> Error {
    let shown = without_password(name, !commands.is_empty());
    let shown = shown.escape_debug();
    let message = if Pattern::is_one(name) {
        format!("no account matches `{shown}`")
    } else if commands.is_empty() {
        format!("no account `{shown}`")
    } else {
        format!("`{shown}` is neither a command nor an account")
    };
    let known = known_names(tasks);
    let near = |known: &[String]| {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let near = config::near(name, &known);
        near.into_iter().take(3).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ")
    };
    // Accounts of several clouds may have the same name, which selects all of them.
    let mut labels: Vec<String> = tasks.iter().map(|task| task.account.label.to_string()).collect();
    labels.sort_unstable();
    labels.dedup();
    let accounts = if near(&known).is_empty() { near(&labels) } else { near(&known) };
    let hint = match (near(commands), accounts) {
        (commands, accounts) if !commands.is_empty() && !accounts.is_empty() => {
            format!("did you mean the command {commands}, or the account {accounts}?")
        }
        (commands, _) if !commands.is_empty() => format!("did you mean the command {commands}?"),
        (_, accounts) if !accounts.is_empty() => {
            format!("did you mean {accounts}? `cloudbal accounts` shows all")
        }
        _ if known.is_empty() => "no account is known; run `cloudbal init`".to_owned(),
        _ if !commands.is_empty() => {
            "`cloudbal -h` lists commands, `cloudbal accounts` lists accounts".to_owned()
        }
        _ => format!("known accounts: {}", known.join(", ")),
    };
    Error::new(ErrorKind::Usage, message).hint(hint)
}

/// Returns a name to show, with a possible password before a host masked. A word in place of a command may be the value
/// of any option.
fn without_password(name: &str, is_word: bool) -> String {
    match name.rsplit_once('@') {
        Some((user, host)) if is_word || user.contains(':') => {
            let scheme = user.split_once("://").map_or(String::new(), |(scheme, _)| format!("{scheme}://"));
            format!("{scheme}****@{host}")
        }
        _ => name.to_owned(),
    }
}

/// Returns the names of tasks, with the cloud if several share a name.
pub fn known_names(tasks: &[Task]) -> Vec<String> {
    let name = |task: &Task| {
        let label = &task.account.label;
        let is_alone = tasks.iter().filter(|other| other.account.label == *label).count() == 1;
        if is_alone { label.to_string() } else { format!("{}/{label}", task.account.cloud.name()) }
    };
    tasks.iter().map(name).collect()
}

fn from_result(cloud: &'static dyn Cloud, found: Result<Found>) -> Task {
    let label = found.as_ref().map_or_else(|_| String::new(), |found| found.label.clone());
    from_found(cloud, &label, found, Scope::Balance)
}

/// Creates a task from the result of looking for credentials.
pub fn from_found(cloud: &'static dyn Cloud, label: &str, found: Result<Found>, scope: Scope) -> Task {
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
        signature: cloud.signatures().first().map_or("", |signature| signature.name),
    };
    Task {
        account,
        source,
        origin,
        found_by: FoundBy::Choice,
        scope,
        thresholds: Thresholds::default(),
        check: None,
        streams: false,
        journal: None,
    }
}

fn from_entry(entry: &AccountEntry, around: &Surroundings) -> Task {
    let found = find(entry, around);
    let scope = if entry.members { Scope::BalanceAndMembers } else { Scope::Balance };
    let mut task = from_found(entry.cloud, &entry.name, found, scope);
    if task.source.is_err() {
        task.origin = place(entry);
    }
    if matches!(entry.credentials, CredentialsEntry::Chain) {
        task.found_by = FoundBy::Chain;
    }
    if let Some(role) = &entry.role {
        let assumed = |by| Source::AssumeRole {
            by: Box::new(by),
            role: Role {
                arn: role.arn.clone(),
                session_name: role.session_name.clone().unwrap_or_else(|| Role::SESSION_NAME.to_owned()),
                duration: role.duration,
                external_id: role.external_id.clone(),
                ..Role::default()
            },
        };
        task.source = task.source.map(assumed);
    }
    task.source = task.source.and_then(|source| credentials::at_token_service(entry.cloud, source, around));
    let account = &mut task.account;
    account.site = entry.site.or(account.site);
    account.endpoint.clone_from(&entry.endpoint);
    account.currency = entry.currency;
    account.sign_with(entry.signature);
    task.thresholds = entry.thresholds.clone();
    task
}

/// Returns where an account's credentials were not found.
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
        CredentialsEntry::Command { line, folder } => {
            credentials::from_command(line, folder, around.home.as_deref())
                .map(|source| here("a command".to_owned(), source))
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
