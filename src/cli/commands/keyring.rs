//! `cloudbal accounts login` and `logout`: keys in the operating system's keyring.

use std::io::{self, BufRead, IsTerminal as _, Read as _};

use chrono::Utc;

use crate::cli::{Outcome, print};
#[cfg(feature = "keyring")]
use crate::cli::{ending, runtime::runtime};
#[cfg(feature = "keyring")]
use crate::client::in_thread;
use crate::config;
use crate::credentials;
use crate::model::{Credentials, Error, ErrorKind, Result, Secret};
use crate::render::visible;

/// The most that is read of standard input: more than any key and token have.
const LARGEST: u64 = 64 << 10;

/// Stores a key, and says what to write into the configuration.
pub fn login(name: &str, key_id: Option<String>) -> Result<Outcome> {
    // A key that cannot be stored is not asked for.
    credentials::from_keyring(name)?;
    let entered = if io::stdin().is_terminal() {
        asked(key_id)
    } else {
        piped(key_id, &mut io::stdin().lock().take(LARGEST))
    };
    let key = match entered {
        Ok(key) => key,
        Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(Outcome::Interrupted),
        Err(error) => {
            return Err(Error::new(ErrorKind::Usage, format!("the key cannot be read: {error}")).hint(
                "give its id, its secret and, if it has one, its token, each on a line of standard input",
            ));
        }
    };
    credentials::write_keyring(name, &key, Utc::now())?;
    print::to_stdout(&format!(
        "stored {} in the keyring\nin the configuration, its account has: credentials = {{ keyring = {} }}\n",
        key.masked_key_id(),
        config::quoted(name),
    ))
}

/// Removes a key.
pub fn logout(name: &str) -> Result<Outcome> {
    credentials::remove_from_keyring(name)?;
    print::to_stdout(&format!("removed `{}` from the keyring\n", visible(name)))
}

/// Asks at a terminal, without echo for all but the key id.
fn asked(key_id: Option<String>) -> io::Result<Credentials> {
    let ask = || {
        print::to_stderr("Key id: ");
        line(&mut io::stdin().lock())
    };
    let key_id = key_id.map_or_else(ask, |key_id| Ok(Secret::new(key_id)))?;
    let secret = hidden("Its secret (not shown): ")?;
    Ok(key(&key_id, secret, hidden("Its token, if it is temporary (not shown): ")?))
}

/// Reads the lines of standard input that is not a terminal.
fn piped(key_id: Option<String>, input: &mut dyn BufRead) -> io::Result<Credentials> {
    let key_id = key_id.map_or_else(|| line(input), |key_id| Ok(Secret::new(key_id)))?;
    let secret = line(input)?;
    Ok(key(&key_id, secret, line(input)?))
}

fn key(key_id: &Secret, secret: Secret, token: Secret) -> Credentials {
    Credentials {
        key_id: key_id.expose().to_owned(),
        secret,
        token: Some(token).filter(|token| !token.expose().is_empty()),
        expires_at: None,
    }
}

/// One line, without the blanks around it.
fn line(input: &mut dyn BufRead) -> io::Result<Secret> {
    let mut text = String::new();
    let read = input.read_line(&mut text);
    let text = Secret::new(text);
    read.map(|_| Secret::new(text.expose().trim().to_owned()))
}

#[cfg(feature = "keyring")]
fn hidden(question: &str) -> io::Result<Secret> {
    print::to_stderr(question);
    let read = || line(&mut Secret::new(rpassword::read_password()?).expose().as_bytes());
    runtime().map_err(io::Error::other)?.block_on(async {
        // Handle the signal, so that it does not end the process before echo is on again.
        tokio::spawn(ending::interrupted());
        in_thread(read).await?
    })
}

#[cfg(not(feature = "keyring"))]
fn hidden(_: &str) -> io::Result<Secret> {
    Err(io::ErrorKind::Unsupported.into())
}
