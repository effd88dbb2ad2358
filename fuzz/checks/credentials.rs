//! Credentials: in files of the clouds' own tools, and in what programs and metadata services answer.

use std::path::Path;

use cloudbal::cloud::keys::{Around, File, Profiles};
use cloudbal::cloud::{CLOUDS, Source};
use cloudbal::credentials::{from_command, read_command_output, read_document};
use cloudbal::model::{Credentials, Result};

use super::{is_told, now};

/// The bytes are every file of every store, the output of a program, and what an address has answered.
pub fn credentials(bytes: &[u8]) {
    are_told(read_command_output(bytes, now()).as_ref().map(are_usable));
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    are_told(from_command(text, Path::new("/etc"), None).as_ref().map(leads_somewhere));
    let file =
        |name: &str| File { name: name.to_owned(), shown: format!("~/{name}"), text: Ok(text.to_owned()) };
    let around = &Around { now: now(), variable: &|name| Ok((name.len() % 2 == 0).then(|| text.to_owned())) };
    for cloud in CLOUDS {
        let keys = cloud.keys();
        for store in keys.stores {
            for files in [&[][..], &[file("a.credential")], &[file("a.credential"), file("a.configure")]] {
                profiles(&(store.read)(files, around));
            }
        }
        profiles(&(keys.read_file)(&[file("a.credential")], around));
        are_told(read_document(*cloud, "the address", text, now()).as_ref().map(are_usable));
    }
}

fn profiles(profiles: &Result<Profiles>) {
    are_told(profiles.as_ref().map(|profiles| {
        for profile in &profiles.all {
            are_told(profile.kept.as_ref().map(|kept| {
                if let Some(kept) = kept {
                    leads_somewhere(&kept.source);
                }
            }));
        }
    }));
}

fn are_told(result: std::result::Result<(), &cloudbal::model::Error>) {
    if let Err(error) = result {
        is_told(error);
    }
}

/// No source lacks what it takes to use it.
fn leads_somewhere(source: &Source) {
    match source {
        Source::Static(credentials) => are_usable(credentials),
        Source::AssumeRole { by, role } => {
            leads_somewhere(by);
            assert!(is_word(&role.arn) && is_word(&role.session_name), "{role:?}");
        }
        Source::WebIdentity { role, provider, token_file } => {
            assert!(is_word(&role.arn) && is_word(&role.session_name) && is_word(provider), "{role:?}");
            assert!(!token_file.as_os_str().is_empty());
        }
        Source::Instance { role } => assert!(role.as_deref().is_none_or(is_word), "{role:?}"),
        Source::Uri(address) => assert!(is_word(address.expose())),
        Source::Command(words) => assert!(!words.is_empty()),
        Source::Keyring(name) => assert!(!name.is_empty()),
    }
}

/// Credentials are whole, can be sent, and have not ended.
fn are_usable(credentials: &Credentials) {
    let Credentials { key_id, secret, token, expires_at } = credentials;
    assert!(is_word(key_id) && is_word(secret.expose()), "{key_id:?}");
    assert!(token.as_ref().is_none_or(|token| is_word(token.expose())), "{key_id:?}");
    assert!(expires_at.is_none_or(|end| end > now()), "{key_id:?} {expires_at:?}");
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}
