//! Lists the known accounts without sending requests or running commands.

use super::Task;
use crate::cloud::{Cloud, Source};
use crate::credentials::{self, Found, Surroundings};
use crate::model::KnownAccount;

/// Returns the accounts of these tasks.
pub fn known(tasks: &[Task]) -> Vec<KnownAccount> {
    tasks.iter().map(account).collect()
}

fn account(task: &Task) -> KnownAccount {
    let (provider, label) = (task.account.cloud.name(), &task.account.label);
    let error = task.source.as_ref().err().map(|error| error.clone().at(provider, label));
    let source = task.source.as_ref().ok();
    KnownAccount {
        provider,
        account: label.clone(),
        site: task.account.site,
        origin: task.origin.clone(),
        credentials: source.map(describe).unwrap_or_default(),
        key_id: source.and_then(key_id),
        error,
    }
}

/// Describes which of a cloud's sources is used by default, and which others it takes precedence over; `None` without
/// others.
pub fn precedence(cloud: &'static dyn Cloud, around: &Surroundings) -> Option<String> {
    let chosen = credentials::chain(cloud, around).ok()?;
    let others = credentials::passed_over(cloud, &chosen, around);
    let told = |found: &Found| format!("{} from {}", describe(&found.source), found.place());
    let passed_over: Vec<String> = others.iter().map(told).collect();
    (!others.is_empty()).then(|| {
        format!("{}: using {}; passed over: {}", cloud.name(), told(&chosen), passed_over.join(", "))
    })
}

/// Describes a source of credentials for a table. A URL is not shown, because it may hold a password.
fn describe(source: &Source) -> String {
    match source {
        Source::Static(credentials) => credentials.masked_key_id(),
        Source::AssumeRole { by, role } => format!("{}, role {}", describe(by), role.arn),
        Source::WebIdentity { role, .. } => format!("an identity token, role {}", role.arn),
        Source::Instance { role: None } => "the instance's role".to_owned(),
        Source::Instance { role: Some(role) } => format!("the instance's role {role}"),
        Source::Uri(_) => "an address".to_owned(),
        Source::Command(_) => "a command".to_owned(),
        Source::Keyring(name) => format!("`{name}` in the keyring"),
    }
}

fn key_id(source: &Source) -> Option<String> {
    match source {
        Source::Static(credentials) => Some(credentials.masked_key_id()),
        Source::AssumeRole { by, .. } => key_id(by),
        _ => None,
    }
}
