//! The initial configuration file.

use std::fmt::Write as _;

use super::accounts::unfit;
use super::table::{quoted, spelt};
use crate::cloud::{Cloud, Origin};
use crate::model::Site;

/// Every key of the file, explained; the accounts that were found follow it.
const KEYS: &str = include_str!("template.toml");

/// Credentials that were found on this machine, for the file to refer to. It holds no secret, so none is copied.
#[derive(Debug)]
pub struct Suggestion {
    /// The name the account could have. It is changed where it is taken or unfit.
    pub name: String,
    /// Its cloud.
    pub cloud: &'static dyn Cloud,
    /// Its site, where it is known.
    pub site: Option<Site>,
    /// Where its credentials were found.
    pub origin: Origin,
}

/// A configuration file in which every key is explained and every account that was found is named, but for those
/// whose own names no configuration file could repeat.
pub fn template(found: &[Suggestion]) -> String {
    let mut text = KEYS.to_owned();
    let mut taken = Vec::new();
    for suggestion in found {
        let Some(credentials) = reference(&suggestion.origin) else { continue };
        let name = free_name(suggestion, &taken);
        account(&mut text, &name, suggestion, &credentials);
        taken.push(name);
    }
    text
}

/// The suggested name; where it is unfit or taken, with the cloud before it, and then with a number behind it.
fn free_name(suggestion: &Suggestion, taken: &[String]) -> String {
    let cloud = suggestion.cloud.name();
    let prefixed = format!("{cloud}-{}", suggestion.name);
    let base = if unfit(&prefixed).is_none() { prefixed } else { cloud.to_owned() };
    // One number more than there are names taken, so one of them is free.
    let numbered = (2..taken.len() + 3).map(|number| format!("{base}-{number}"));
    [suggestion.name.clone(), base.clone()]
        .into_iter()
        .chain(numbered)
        .find(|name| unfit(name).is_none() && !taken.contains(name))
        .expect("there are more numbers than names that are taken")
}

/// Whether a configuration file can refer to credentials: names with a line break or the like cannot be repeated.
pub fn is_referable(origin: &Origin) -> bool {
    reference(origin).is_some()
}

/// How the file refers to credentials; `None` when it cannot, which takes a name with a line break or the like.
fn reference(origin: &Origin) -> Option<String> {
    let (key, name) = match origin {
        Origin::Environment => return Some("env = true".to_owned()),
        Origin::IdentityToken => return Some("oidc = true".to_owned()),
        Origin::Profile(profile) => ("profile", profile.as_str()),
        Origin::File(file) => ("file", file.to_str()?),
    };
    let can_be_read = !name.trim().is_empty() && !name.chars().any(char::is_control);
    can_be_read.then(|| format!("{key} = {}", quoted(name)))
}

fn account(text: &mut String, name: &str, suggestion: &Suggestion, credentials: &str) {
    let provider = quoted(suggestion.cloud.name());
    _ = writeln!(text, "\n[accounts.{}]\nprovider = {provider}", spelt(name));
    if let Some(site) = suggestion.site {
        _ = writeln!(text, "site = {}", quoted(site.name()));
    }
    _ = writeln!(text, "credentials = {{ {credentials} }}");
}
