//! Credentials in the operating system's keyring.

use chrono::{DateTime, Utc};

use super::command::read_external;
use crate::cloud::Source;
use crate::model::{Credentials, Error, ErrorKind, Result, Secret};

/// An entry of the keyring, whose name `cloudbal accounts login` has been given.
pub fn from_keyring(name: &str) -> Result<Source> {
    if cfg!(feature = "keyring") { Ok(Source::Keyring(name.to_owned())) } else { Err(unsupported()) }
}

/// Reads an entry of the keyring. The thread waits for it: the system may ask its user whether it may be read.
pub fn read_keyring(name: &str, now: DateTime<Utc>) -> Result<Credentials> {
    let remedy = format!("store it again with `cloudbal accounts login {name}`");
    read_external(system::read(name)?.expose(), &format!("`{name}` in the keyring"), &remedy, now)
}

/// Stores credentials under a name, in place of what is there. They are written as aliyun-cli's mode External has
/// them, so that `credentials = { command = "…" }` can read the same entry with the keyring's own program.
pub fn write_keyring(name: &str, credentials: &Credentials, now: DateTime<Utc>) -> Result<()> {
    let entry = external(credentials);
    // What could not be read again is not written.
    read_external(entry.expose(), "the key", "copy its id and its secret again", now)?;
    system::write(name, &entry)
}

/// Removes an entry.
pub fn remove_from_keyring(name: &str) -> Result<()> {
    system::remove(name)
}

fn external(credentials: &Credentials) -> Secret {
    /// Written directly, so that no other copy of the secret is left in memory.
    #[derive(serde::Serialize)]
    struct External<'a> {
        mode: &'a str,
        access_key_id: &'a str,
        access_key_secret: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        sts_token: Option<&'a str>,
    }
    let external = External {
        mode: if credentials.token.is_some() { "StsToken" } else { "AK" },
        access_key_id: &credentials.key_id,
        access_key_secret: credentials.secret.expose(),
        sts_token: credentials.token.as_ref().map(Secret::expose),
    };
    Secret::new(serde_json::to_string(&external).expect("texts can be written as JSON"))
}

fn unsupported() -> Error {
    Error::new(ErrorKind::Credentials, "this build cannot use the keyring").hint(
        "build it with `cargo install --path . --features keyring`, or use `credentials = { command = \"…\" }` \
         with the keyring's own command, such as `secret-tool`",
    )
}

#[cfg(feature = "keyring")]
mod system {
    use keyring::{Entry, Error as Failure};

    use crate::model::{Error, ErrorKind, Result, Secret};

    /// What all entries belong to; an entry's name is its user there.
    const SERVICE: &str = "cloudbal";

    pub(super) fn read(name: &str) -> Result<Secret> {
        with(name, Entry::get_password).map(Secret::new)
    }

    pub(super) fn write(name: &str, text: &Secret) -> Result<()> {
        with(name, |entry| entry.set_password(text.expose()))
    }

    pub(super) fn remove(name: &str) -> Result<()> {
        with(name, Entry::delete_credential)
    }

    fn with<T>(name: &str, act: impl Fn(&Entry) -> keyring::Result<T>) -> Result<T> {
        if let Err(failure) = Entry::store_status() {
            return Err(Error::new(ErrorKind::Credentials, format!("no keyring answers: {failure}")).hint(
                "on Linux a Secret Service, such as GNOME's or KDE's or KeePassXC, must run in this session",
            ));
        }
        Entry::new(SERVICE, name).and_then(|entry| act(&entry)).map_err(|failure| told(name, &failure))
    }

    /// In words of our own where the failure can hold what was stored.
    fn told(name: &str, failure: &Failure) -> Error {
        let (what, remedy) = match failure {
            Failure::NoEntry => (
                format!("the keyring has no `{name}`"),
                format!("store it with `cloudbal accounts login {name}`"),
            ),
            Failure::NoStorageAccess(reason) => (
                format!("the keyring is locked, or does not let `{name}` be used: {reason}"),
                "unlock it and allow it, at the desktop or with the system's own program".to_owned(),
            ),
            Failure::BadEncoding(_) | Failure::BadDataFormat(..) => (
                format!("`{name}` in the keyring is not UTF-8 text"),
                format!("store it again with `cloudbal accounts login {name}`"),
            ),
            Failure::Ambiguous(entries) => (
                format!("the keyring has {} entries for `{name}`", entries.len()),
                format!("remove all but one, whose service is `{SERVICE}` and user name `{name}`"),
            ),
            other => (
                format!("the keyring has failed at `{name}`: {other}"),
                "see whether the system's own program can use the keyring".to_owned(),
            ),
        };
        Error::new(ErrorKind::Credentials, what).hint(remedy)
    }
}

#[cfg(not(feature = "keyring"))]
mod system {
    use super::unsupported;
    use crate::model::{Result, Secret};

    pub(super) fn read(_: &str) -> Result<Secret> {
        Err(unsupported())
    }

    pub(super) fn write(_: &str, _: &Secret) -> Result<()> {
        Err(unsupported())
    }

    pub(super) fn remove(_: &str) -> Result<()> {
        Err(unsupported())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(token: Option<&str>) -> Credentials {
        let hide = |text: &str| Secret::new(text.to_owned());
        Credentials {
            key_id: "AKIDid".to_owned(),
            secret: hide("a\"b\\c"),
            token: token.map(hide),
            expires_at: None,
        }
    }

    #[test]
    fn an_entry_is_what_an_external_command_prints() {
        assert_eq!(
            external(&key(None)).expose(),
            r#"{"mode":"AK","access_key_id":"AKIDid","access_key_secret":"a\"b\\c"}"#
        );
        assert_eq!(
            external(&key(Some("t"))).expose(),
            r#"{"mode":"StsToken","access_key_id":"AKIDid","access_key_secret":"a\"b\\c","sts_token":"t"}"#
        );
    }

    #[test]
    fn what_could_not_be_read_again_is_not_written() {
        let half = Credentials { secret: Secret::new(String::new()), ..key(None) };
        let error = write_keyring("shop", &half, DateTime::UNIX_EPOCH).unwrap_err();
        assert_eq!(&*error.message, "the key: `access_key_secret` is empty but `access_key_id` is set");
    }
}
