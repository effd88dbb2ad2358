//! Credentials: where they are looked for, and in which order.

use crate::cloud::{Cloud, Variables};
use crate::model::{Credentials, Error, Kind, Result, Secret, Site};

/// Where credentials are looked for.
pub struct Surroundings<'a> {
    /// The value of an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
}

/// Credentials that were found.
#[derive(Debug)]
pub struct Found {
    /// What the account is called.
    pub label: String,
    /// The site, where the source tells it.
    pub site: Option<Site>,
    /// How credentials are come by.
    pub source: Source,
}

/// How credentials are come by.
#[derive(Debug)]
pub enum Source {
    /// They are here.
    Static(Credentials),
}

/// The first source that is present. A source that is present and half-filled is an error, not a step to the next.
pub fn chain(cloud: &'static dyn Cloud, around: &Surroundings) -> Result<Found> {
    for set in cloud.variables() {
        if let Some(credentials) = from_variables(set, around)? {
            return Ok(Found {
                label: "environment".to_owned(),
                site: None,
                source: Source::Static(credentials),
            });
        }
    }
    let wanted = &cloud.variables()[0];
    Err(Error::new(
        Kind::Credentials,
        format!("no credentials for {}: {} and {} are not set", cloud.title(), wanted.key_id, wanted.secret),
    )
    .hint("set both variables, or try cloudbal without keys: add `--sandbox`"))
}

fn from_variables(set: &Variables, around: &Surroundings) -> Result<Option<Credentials>> {
    let read = |name: &str| -> Result<Option<String>> {
        let Some(value) = (around.variable)(name) else { return Ok(None) };
        let value = value.trim();
        if value.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Some(value.to_owned()).filter(|value| !value.is_empty()))
        } else {
            Err(Error::new(Kind::Credentials, format!("`{name}` holds characters that no key has"))
                .hint("copy the key again; blanks and line breaks inside it do not belong to it"))
        }
    };
    let (key_id, secret) = match (read(set.key_id)?, read(set.secret)?) {
        (None, None) => return Ok(None),
        (Some(key_id), Some(secret)) => (key_id, secret),
        (Some(_), None) => return Err(half(set.secret, set.key_id)),
        (None, Some(_)) => return Err(half(set.key_id, set.secret)),
    };
    let mut token = None;
    for name in set.token {
        token = token.or(read(name)?);
    }
    Ok(Some(Credentials {
        key_id,
        secret: Secret::new(secret),
        token: token.map(Secret::new),
        expires_at: None,
    }))
}

fn half(missing: &str, present: &str) -> Error {
    Error::new(Kind::Credentials, format!("`{missing}` is not set, but `{present}` is"))
        .hint("set both, or neither")
}
