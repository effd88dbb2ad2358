//! How credentials are come by that are not simply there: roles, identity tokens, instances, addresses, programs.

use zeroize::Zeroizing;

use crate::client::{Answered, Fetch, in_thread};
use crate::cloud::{Answer, Failure, Metadata, Question, Source};
use crate::credentials;
use crate::model::{Credentials, Error, ErrorKind, Result};

use super::Session;

/// The credentials that a source gives.
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
                Err(Error::new(ErrorKind::Credentials, "reading the identity token was given up"))
            })?;
            let question = Question::WebIdentity { role: role.clone(), provider: provider.clone(), token };
            temporary(session.exchange_token(&question).await)
        }
        Source::Instance { role } => instance(session, role.as_deref()).await,
        Source::Uri(address) => {
            let place = "the credentials' address";
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

/// Something local: trying again may help, other credentials do not.
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

/// What the metadata service of the instance gives for its role.
async fn instance(session: &Session<'_>, role: Option<&str>) -> Result<Credentials> {
    let Metadata { base, roles, token } = &session.account().cloud.keys().metadata;
    let base = session.client().metadata_endpoint().unwrap_or(base);
    let place = "the metadata service";
    let mut header = None;
    if let Some(token) = token {
        let put =
            Fetch::put(&format!("{base}{}", token.path)).with(token.lifetime_header, token.lifetime).local();
        // An instance may not have the newer version of the service: then it is asked without a token.
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
                return Err(unusable(error).hint("bind a role to the instance: the service names none"));
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
        // A service that cannot be reached knows no roles either.
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
    // Most often the name is wrong: the roles that exist tell what was meant.
    match list().await.map(|text| role_names(&text)) {
        Ok(known) if known.is_empty() => {
            error.hint = Some("no role is bound to this instance: bind one to it".into());
        }
        Ok(known) if !known.contains(&name) => {
            let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
            error.message =
                format!("no instance role `{name}`: this instance has {}", known.join(", ")).into();
            error.hint = Some("correct the role's name, or leave it out".into());
        }
        Ok(_) | Err(_) => {}
    }
    Err(error)
}

/// The role that the metadata service names.
fn only_role(list: &str) -> Result<String> {
    match &role_names(list)[..] {
        [role] => Ok(role.clone()),
        [] => Err(Error::new(ErrorKind::Credentials, "the metadata service names no role of this instance")
            .hint("bind a role to the instance")),
        several => {
            let names: Vec<String> = several.iter().map(|name| format!("`{name}`")).collect();
            let message = format!("the instance has several roles: {}", names.join(", "));
            Err(Error::new(ErrorKind::Credentials, message)
                .hint("name one of them in the profile or the configuration"))
        }
    }
}

/// The roles in the metadata service's list, one a line.
fn role_names(list: &str) -> Vec<String> {
    list.lines().map(str::trim).filter(|name| is_role(name)).map(str::to_owned).collect()
}

/// No cloud's role has a longer name.
const LONGEST_ROLE: usize = 128;

/// Whether a text can be a role's name, and a part of an address.
fn is_role(name: &str) -> bool {
    // Anything else in the place of the list may be credentials, and names are shown.
    (1..=LONGEST_ROLE).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.+=,@".contains(&byte))
}

/// The body of a reply. An error's kind tells whether the service was reached.
async fn fetch(session: &Session<'_>, fetch: Fetch, place: &str) -> Result<Zeroizing<String>> {
    session.client().fetch(fetch).await.map_err(|mut error| {
        error.message = format!("{place}: {}", error.message).into();
        error
    })
}

/// Whatever kept credentials from being obtained, they are what is missing; only a lack of files or threads says
/// nothing of them.
fn unusable(error: Error) -> Error {
    if error.kind == ErrorKind::File { error } else { Error { kind: ErrorKind::Credentials, ..error } }
}

fn read(session: &Session<'_>, place: &str, text: &str) -> Result<Credentials> {
    credentials::read_document(session.account().cloud, place, text, session.client().now())
}
