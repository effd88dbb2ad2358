//! Credentials in environment variables.

use std::ops::Range;
use std::path::PathBuf;

use serde_json::{Map, Value};

use super::everything::Place;
use super::{Found, Surroundings};
use crate::cloud::keys::{Keys, RoleVariables, Variables};
use crate::cloud::{Origin, Record, Role, Source, spellings};
use crate::model::{Error, ErrorKind, Result, Secret};

/// The value of a variable without the blanks around it, under the first of its spellings that is set. An empty one
/// counts as not set.
pub fn variable(name: &str, around: &Surroundings) -> Result<Option<String>> {
    Ok(spelt(name, around)?.map(|(_, value)| value))
}

/// The same with the spelling that is set.
pub fn spelt(name: &str, around: &Surroundings) -> Result<Option<(String, String)>> {
    for name in spellings(name) {
        if let Some(value) = strict(&name, around)? {
            return Ok(Some((name, value)));
        }
    }
    Ok(None)
}

/// The value of a variable of this very name.
fn strict(name: &str, around: &Surroundings) -> Result<Option<String>> {
    Ok(raw(name, around)?.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()))
}

/// The spelling of a variable that is set.
fn spelling(name: &str, around: &Surroundings) -> String {
    spelt(name, around).ok().flatten().map_or_else(|| name.to_owned(), |(spelling, _)| spelling)
}

fn raw(name: &str, around: &Surroundings) -> Result<Option<String>> {
    (around.variable)(name).map(std::ffi::OsString::into_string).transpose().map_err(|_| {
        Error::new(ErrorKind::Credentials, format!("`{name}` holds bytes that are not UTF-8"))
            .hint("set it again")
    })
}

/// The key in the first of some sets of variables that has one.
pub fn key(
    keys: &Keys,
    sets: Range<usize>,
    around: &Surroundings,
    looked: &mut Vec<String>,
) -> Result<Option<Found>> {
    in_sets(keys, sets, "", around, looked)
}

/// The key in the first set of variables that has one, each name with a prefix.
pub fn prefixed(
    keys: &Keys,
    prefix: &str,
    around: &Surroundings,
    looked: &mut Vec<String>,
) -> Result<Option<Found>> {
    in_sets(keys, 0..keys.variables.len(), prefix, around, looked)
}

fn in_sets(
    keys: &Keys,
    sets: Range<usize>,
    prefix: &str,
    around: &Surroundings,
    looked: &mut Vec<String>,
) -> Result<Option<Found>> {
    for set in &keys.variables[sets.clone()] {
        if let Some(found) = from_set(keys, set, prefix, around)? {
            return Ok(Some(found));
        }
        looked.push(format!("`{prefix}{}` and `{prefix}{}`", set.key_id, set.secret));
    }
    lone(keys, sets, prefix, around)
}

/// The keys in every one of some sets that has one. The first of all sets is what a reader of the variables gets:
/// `is_first` says that none was found before.
pub fn keys(keys: &Keys, sets: Range<usize>, is_first: &mut bool, around: &Surroundings) -> Vec<Place> {
    let from_set = |set: &Variables| Some((origin(set.key_id), from_set(keys, set, "", around).transpose()?));
    let mut found: Vec<_> = keys.variables[sets.clone()].iter().filter_map(from_set).collect();
    if found.is_empty()
        && *is_first
        && let Err(error) = lone(keys, sets, "", around)
    {
        found.push(("environment".to_owned(), Err(error)));
    }
    let reference = |()| std::mem::take(is_first).then_some(Origin::Environment);
    let references = std::iter::repeat(()).map(reference);
    found
        .into_iter()
        .zip(references)
        .map(|((origin, found), reference)| place(origin, reference, found))
        .collect()
}

fn place(origin: String, reference: Option<Origin>, found: Result<Found>) -> Place {
    Place { name: "environment".to_owned(), origin, reference, found }
}

/// The identity token of a workload, where there is one.
pub fn identity(keys: &Keys, around: &Surroundings) -> Option<Place> {
    let found = web_identity(keys, around, &mut Vec::new()).transpose()?;
    let name = spelling(keys.web_identity.as_ref()?.role_arn, around);
    Some(place(origin(&name), Some(Origin::IdentityToken), found))
}

/// The address that answers with temporary credentials, where there is one.
pub fn address(keys: &Keys, around: &Surroundings) -> Option<Place> {
    let found = uri(keys, around, &mut Vec::new()).transpose()?;
    Some(place(origin(&spelling(keys.uri?, around)), None, found))
}

fn origin(name: &str) -> String {
    format!("environment ({name})")
}

fn from_set(keys: &Keys, set: &Variables, prefix: &str, around: &Surroundings) -> Result<Option<Found>> {
    let roles = keys.roles.iter().flat_map(|role| {
        [Some(role.arn), Some(role.session_name), role.duration, role.external_id].into_iter().flatten()
    });
    let all = [set.key_id, set.secret].into_iter().chain(set.token.iter().copied()).chain(roles);
    let record = record(
        all.map(|name| format!("{prefix}{name}")),
        "correct the variables, or unset them to use another source",
        |name| raw(name, around),
    )?;
    let named = |name: &str| format!("{prefix}{name}");
    let tokens: Vec<String> = set.token.iter().map(|name| named(name)).collect();
    let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
    let Some(credentials) = record.key(&named(set.key_id), &named(set.secret), &tokens)? else {
        return Ok(None);
    };
    if credentials.token.is_none() {
        refuse_stray_token(keys, set, prefix, around)?;
    }
    let mut source = Source::Static(credentials);
    for variables in keys.roles {
        if let Some(arn) = record.word(&named(variables.arn))? {
            let role = role(&record, variables, arn, &named)?;
            source = Source::AssumeRole { by: Box::new(source), role };
            break;
        }
    }
    let origin = origin(&named(set.key_id));
    Ok(Some(Found { label: "environment".to_owned(), origin, site: None, source }))
}

fn record(
    names: impl Iterator<Item = String>,
    remedy: &str,
    value: impl Fn(&str) -> Result<Option<String>>,
) -> Result<Record> {
    let mut values = Map::new();
    for name in names {
        if let Some(value) = value(&name)? {
            values.insert(name, Value::String(value));
        }
    }
    Ok(Record::new("", remedy, values))
}

fn role(
    record: &Record,
    variables: &RoleVariables,
    arn: &str,
    named: &dyn Fn(&str) -> String,
) -> Result<Role> {
    let optional = |name: Option<&str>| match name {
        Some(name) => record.word(&named(name)).map(|text| text.map(str::to_owned)),
        None => Ok(None),
    };
    let session_name = optional(Some(variables.session_name))?
        .or_else(|| variables.default_session_name.map(str::to_owned))
        .ok_or_else(|| record.half(&named(variables.session_name), &named(variables.arn)))?;
    Ok(Role {
        arn: arn.to_owned(),
        session_name,
        duration: variables.duration.map_or(Ok(None), |name| record.seconds(&named(name)))?,
        external_id: optional(variables.external_id)?,
        ..Role::default()
    })
}

/// Fails when a key has no token, but a token is set under another prefix whose own key is not: it may belong to this
/// key, which would be rejected without it.
fn refuse_stray_token(keys: &Keys, set: &Variables, prefix: &str, around: &Surroundings) -> Result<()> {
    let is_set = |name: &str| strict(&format!("{prefix}{name}"), around).map(|value| value.is_some());
    for other in keys.variables {
        for token in other.token.iter().filter(|token| is_set(token).unwrap_or(true)) {
            let owners = keys.variables.iter().filter(|owner| owner.token.contains(token));
            let owned = owners.map(|owner| is_set(owner.key_id)).collect::<Result<Vec<_>>>()?.contains(&true);
            if !owned {
                return Err(stray_token(set, token, prefix));
            }
        }
    }
    Ok(())
}

fn stray_token(set: &Variables, token: &str, prefix: &str) -> Error {
    let message = format!("`{prefix}{token}` is set, but its key is in `{prefix}{}`", set.key_id);
    Error::new(ErrorKind::Credentials, message)
        .hint(format!("set the token as `{prefix}{}`, or unset `{prefix}{token}`", set.token[0]))
}

/// A token or a role without any key is an error: with another source's key it would be a mixture. A role is assumed
/// with the key of any set.
fn lone(keys: &Keys, sets: Range<usize>, prefix: &str, around: &Surroundings) -> Result<Option<Found>> {
    let mut with_key = None;
    for set in keys.variables {
        let is_set = strict(&format!("{prefix}{}", set.key_id), around)?.is_some();
        with_key = with_key.or(Some(set).filter(|_| is_set));
    }
    let is_whole = with_key.is_none() && sets.contains(&0);
    let tokens = keys.variables[sets].iter();
    let tokens = tokens.flat_map(|set| set.token.iter().map(|token| (*token, set.key_id)));
    let roles = keys.roles.iter().filter(|_| is_whole).map(|role| (role.arn, keys.variables[0].key_id));
    for (name, key_id) in tokens.chain(roles) {
        if strict(&format!("{prefix}{name}"), around)?.is_some() {
            if let Some(set) = with_key {
                return Err(stray_token(set, name, prefix));
            }
            let message = format!("`{prefix}{key_id}` is not set but `{prefix}{name}` is set");
            return Err(Error::new(ErrorKind::Credentials, message)
                .hint(format!("set the key it belongs to, or unset `{prefix}{name}`")));
        }
    }
    Ok(None)
}

/// The identity token of a workload, when every variable it needs is set; else the others mean nothing.
pub fn web_identity(keys: &Keys, around: &Surroundings, looked: &mut Vec<String>) -> Result<Option<Found>> {
    let Some(names) = &keys.web_identity else { return Ok(None) };
    let all = [Some(names.role_arn), Some(names.provider), Some(names.token_file), Some(names.region)];
    let all = all.into_iter().chain([names.session_name]).flatten().map(str::to_owned);
    let record = record(all, "set it again", |name| variable(name, around))?;
    for name in [names.role_arn, names.provider, names.token_file] {
        if record.text(name)?.is_none() {
            looked.push(format!("an identity token (`{name}` is not set)"));
            return Ok(None);
        }
    }
    let session_name = names.session_name.map_or(Ok(None), |name| record.word(name))?;
    let role = Role {
        arn: record.needed(names.role_arn)?.to_owned(),
        session_name: session_name.unwrap_or(Role::SESSION_NAME).to_owned(),
        region: record.word(names.region)?.map(str::to_owned),
        ..Role::default()
    };
    let provider = record.needed(names.provider)?.to_owned();
    let token_file = record.path(names.token_file)?.map(PathBuf::from).unwrap_or_default();
    let source = Source::WebIdentity { role, provider, token_file };
    let origin = origin(&spelling(names.role_arn, around));
    Ok(Some(Found { label: "environment".to_owned(), origin, site: None, source }))
}

/// The address that answers with temporary credentials.
pub fn uri(keys: &Keys, around: &Surroundings, looked: &mut Vec<String>) -> Result<Option<Found>> {
    let Some(name) = keys.uri else { return Ok(None) };
    let record = record([name.to_owned()].into_iter(), "set it again", |name| variable(name, around))?;
    let Some(uri) = record.word(name)? else {
        looked.push(format!("`{name}`"));
        return Ok(None);
    };
    let source = Source::Uri(Secret::new(uri.to_owned()));
    let origin = origin(&spelling(name, around));
    Ok(Some(Found { label: "environment".to_owned(), origin, site: None, source }))
}
