//! How credentials are come by that are not simply there: roles, identity tokens, instances, addresses, programs.

use zeroize::Zeroizing;

use crate::client::Fetch;
use crate::cloud::{Answer, Metadata, Question, Source};
use crate::credentials;
use crate::model::{Credentials, Error, Kind, Result};

use super::Session;

/// The credentials that a source gives.
pub async fn credentials(session: &Session<'_>, source: &Source) -> Result<Credentials> {
    match source {
        Source::Static(credentials) => Ok(credentials.clone()),
        Source::AssumeRole { by, role } => {
            let credentials = Box::pin(credentials(session, by)).await?;
            temporary(session, &credentials, &Question::AssumeRole(role.clone())).await
        }
        Source::WebIdentity { role, provider, token_file } => {
            let file = token_file.clone();
            let read = tokio::task::spawn_blocking(move || credentials::read_token(&file));
            let token = read.await.unwrap_or_else(|_| {
                Err(Error::new(Kind::Credentials, "reading the identity token was given up"))
            })?;
            let question = Question::WebIdentity { role: role.clone(), provider: provider.clone(), token };
            temporary(session, &Credentials::none(), &question).await
        }
        Source::Instance { role } => instance(session, role.as_deref()).await,
        Source::Uri(address) => {
            let reply = fetch(session, Fetch::get(address.expose()), "the credentials' address").await?;
            read(session, "the credentials' address", &reply)
        }
        Source::Command(words) => {
            let (words, now) = (words.clone(), session.client().now());
            let run = tokio::task::spawn_blocking(move || credentials::run_command(&words, now));
            run.await.unwrap_or_else(|_| {
                Err(Error::new(Kind::Credentials, "the credentials' command was given up"))
            })
        }
        Source::Keyring(name) => {
            let (name, now) = (name.clone(), session.client().now());
            let read = tokio::task::spawn_blocking(move || credentials::read_keyring(&name, now));
            read.await
                .unwrap_or_else(|_| Err(Error::new(Kind::Credentials, "reading the keyring was given up")))
        }
    }
}

async fn temporary(session: &Session<'_>, by: &Credentials, question: &Question) -> Result<Credentials> {
    match session.ask_with(by, question).await.map(|answered| answered.answer) {
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
    let role = match role {
        Some(role) => role.to_owned(),
        None => fetch(session, get(""), place).await?.trim().to_owned(),
    };
    if role.is_empty() || !role.bytes().all(|byte| byte.is_ascii_graphic() && !b"/?#".contains(&byte)) {
        return Err(Error::new(Kind::Credentials, "the metadata service names no role of this instance")
            .hint("bind a role to the instance, or name it in the configuration"));
    }
    read(session, place, &fetch(session, get(&role), place).await?)
}

async fn fetch(session: &Session<'_>, fetch: Fetch, place: &str) -> Result<Zeroizing<String>> {
    session.client().fetch(fetch).await.map_err(|mut error| {
        error.kind = Kind::Credentials;
        error.message = format!("{place}: {}", error.message).into();
        error
    })
}

fn read(session: &Session<'_>, place: &str, text: &str) -> Result<Credentials> {
    credentials::read_document(session.account().cloud, place, text, session.client().now())
}
