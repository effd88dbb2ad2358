//! Obtains credentials that need a request or a program: roles, identity tokens, instances, URLs, commands, the
//! keyring.

use zeroize::Zeroizing;

use crate::client::{Answered, Fetch, in_thread};
use crate::cloud::{Answer, Failure, Metadata, Question, Source};
use crate::credentials;
use crate::model::{Credentials, Error, ErrorKind, Result};

use super::Session;

/// Obtains the credentials of a source.
pub async fn credentials(session: &Session<'_>, source: &Source) -> Result<Credentials> {
    match source {
        Source::Static(credentials) => Ok(credentials.clone()),
        Source::AssumeRole { by, role } => {
            let credentials = Box::pin(credentials(session, by)).await?;
            temporary(session.ask_with(&credentials, &Question::AssumeRole(role.clone())).await)
        }
        Source::WebIdentity { role, provider, token_file } => {
            let file = token_file.clone();
            let read = tokio::task::spawn_blocking(move || credentials::read_token(&file));
            let token = read.await.unwrap_or_else(|_| {
                Err(Error::new(ErrorKind::Credentials, "reading the identity token was cancelled"))
            })?;
            let question = Question::WebIdentity { role: role.clone(), provider: provider.clone(), token };
            temporary(session.exchange_token(&question).await)
        }
        Source::Instance { role } => instance(session, role.as_deref()).await,
        Source::Uri(address) => {
            let place = "the credentials URL";
            let reply = fetch(session, Fetch::get(address.expose()), place).await.map_err(unusable)?;
            read(session, place, &reply)
        }
        Source::Command(words) => {
            let (words, now) = (words.clone(), session.client().now());
            in_thread(move || credentials::run_command(&words, now))
                .await
                .unwrap_or_else(|error| Err(no_thread("cannot run the command for credentials", &error)))
        }
        Source::Keyring(name) => {
            let (name, now) = (name.clone(), session.client().now());
            in_thread(move || credentials::read_keyring(&name, now))
                .await
                .unwrap_or_else(|error| Err(no_thread("cannot read the keyring", &error)))
        }
    }
}

/// Returns an error of kind `File`: the fault is this machine's, not the credentials'.
fn no_thread(what: &str, error: &std::io::Error) -> Error {
    Error::new(ErrorKind::File, format!("{what}: no thread available: {error}"))
        .hint("raise the limit of processes (`ulimit -u`) or of memory (`ulimit -v`)")
}

fn temporary(asked: std::result::Result<Answered, Failure>) -> Result<Credentials> {
    match asked.map(|answered| answered.answer) {
        Ok(Answer::Credentials(credentials)) => Ok(credentials),
        Ok(Answer::Page(_) | Answer::Identity(_)) => unreachable!("a cloud answers what it was asked"),
        Err(failure) => {
            let mut error = *failure.error;
            error.message = format!("no temporary credentials: {}", error.message).into();
            Err(error)
        }
    }
}

/// Obtains the credentials of the instance's role from the metadata service.
async fn instance(session: &Session<'_>, role: Option<&str>) -> Result<Credentials> {
    let Metadata { base, roles, token } = &session.account().cloud.keys().metadata;
    let base = session.client().metadata_endpoint().unwrap_or(base);
    let place = "the metadata service";
    let mut header = None;
    if let Some(token) = token {
        let put =
            Fetch::put(&format!("{base}{}", token.path)).with(token.lifetime_header, token.lifetime).local();
        // An instance may lack the newer version of the service, which needs a token.
        if let Ok(value) = fetch(session, put, place).await {
            header = Some((token.header, value));
        }
    }
    let get = |path: &str| {
        let get = Fetch::get(&format!("{base}{roles}{path}")).local();
        match &header {
            Some((name, value)) => get.with(name, value),
            None => get,
        }
    };
    let list = || fetch(session, get(""), place);
    let name = match role {
        Some(role) => role.to_owned(),
        None => match list().await {
            Ok(text) => only_role(&text)?,
            Err(error) if error.kind == ErrorKind::Refused => {
                return Err(unusable(error).hint("attach a role to the instance: it has none"));
            }
            Err(error) => return Err(unusable(error)),
        },
    };
    if !is_role(&name) {
        return Err(Error::new(ErrorKind::Credentials, "the name of the instance's role is not valid")
            .hint("correct it in the profile or the configuration"));
    }
    let given = match fetch(session, get(&name), place).await {
        Ok(reply) => read(session, place, &reply),
        // If the service cannot be reached, listing the roles would fail too.
        Err(error) if matches!(error.kind, ErrorKind::Network | ErrorKind::Timeout | ErrorKind::File) => {
            return Err(unusable(error));
        }
        Err(error) => Err(error),
    };
    let mut error = match given {
        Ok(credentials) => return Ok(credentials),
        Err(error) => unusable(error),
    };
    error.message = format!("no credentials for the instance role `{name}`: {}", error.message).into();
    // The name is most often wrong, so list the roles that exist.
    match list().await.map(|text| role_names(&text)) {
        Ok(known) if known.is_empty() => {
            error.hint = Some("this instance has no role: attach one to it".into());
        }
        Ok(known) if !known.contains(&name) => {
            let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
            error.message =
                format!("no instance role `{name}`: this instance has {}", known.join(", ")).into();
            error.hint = Some("correct the name of the role, or remove it".into());
        }
        Ok(_) | Err(_) => {}
    }
    Err(error)
}

/// Returns the only role in the metadata service's list.
fn only_role(list: &str) -> Result<String> {
    match &role_names(list)[..] {
        [role] => Ok(role.clone()),
        [] => Err(Error::new(ErrorKind::Credentials, "the metadata service lists no role for this instance")
            .hint("attach a role to the instance")),
        several => {
            let names: Vec<String> = several.iter().map(|name| format!("`{name}`")).collect();
            let message = format!("the instance has several roles: {}", names.join(", "));
            Err(Error::new(ErrorKind::Credentials, message)
                .hint("choose one of them in the profile or the configuration"))
        }
    }
}

/// Returns the roles in the metadata service's list, which has one per line.
fn role_names(list: &str) -> Vec<String> {
    list.lines().map(str::trim).filter(|name| is_role(name)).map(str::to_owned).collect()
}

/// The longest name of a role in any cloud.
const LONGEST_ROLE: usize = 128;

/// Returns whether a text can be the name of a role, and a part of a URL.
fn is_role(name: &str) -> bool {
    // Names are shown, and anything else in place of the list may be credentials.
    (1..=LONGEST_ROLE).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.+=,@".contains(&byte))
}

/// Returns the body of a reply. The kind of an error shows whether the service was reached.
async fn fetch(session: &Session<'_>, fetch: Fetch, place: &str) -> Result<Zeroizing<String>> {
    session.client().fetch(fetch).await.map_err(|mut error| {
        error.message = format!("{place}: {}", error.message).into();
        error
    })
}

/// Marks an error as one of missing credentials, unless this machine is out of files or threads.
fn unusable(error: Error) -> Error {
    if error.kind == ErrorKind::File { error } else { Error { kind: ErrorKind::Credentials, ..error } }
}

fn read(session: &Session<'_>, place: &str, text: &str) -> Result<Credentials> {
    credentials::read_document(session.account().cloud, place, text, session.client().now())
}
