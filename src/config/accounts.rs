//! The accounts of the file, and where their credentials are.

use std::path::Path;
use std::sync::Arc;

use super::mistakes::Mistakes;
use super::nearest::quoted_list;
use super::read::{AUTO, file, signature, thresholds};
use super::table::Table;
use super::{AccountEntry, CredentialsEntry, Defaults, Oidc, Place, Role};
use crate::cloud::{CLOUDS, Cloud, is_quoted};
use crate::model::{Credentials, Error, Result, Secret, Site};

/// The keys of `[accounts.NAME]`.
pub(super) const ACCOUNT: &[&str] = &[
    "provider",
    "site",
    "credentials",
    "role_arn",
    "role_session_name",
    "role_duration",
    "external_id",
    "members",
    "threshold",
    "member_threshold",
    "currency",
    "endpoint",
    "signature",
];

/// The keys of `credentials` besides a cloud's own names for a key and its secret.
pub(super) const SOURCES: &[&str] = &["env", "profile", "file", "command", "keyring", "instance", "oidc"];

/// The key that may stand beside a key and its secret.
pub(super) const TOKEN: &str = "token";

/// The keys of `oidc`.
pub(super) const OIDC: &[&str] = &["role_arn", "provider", "token_file", "role_session_name", "region"];

pub(super) fn accounts(
    table: &Table,
    defaults: &Defaults,
    place: Place,
    mistakes: &mut Mistakes,
) -> Vec<AccountEntry> {
    let one = |(name, _)| one(table, name, defaults, place, mistakes);
    table.keys().into_iter().filter_map(one).collect()
}

/// Reads an account; `None` where nothing of it can be read.
fn one(
    table: &Table,
    name: &str,
    defaults: &Defaults,
    place: Place,
    mistakes: &mut Mistakes,
) -> Option<AccountEntry> {
    if let Some(why) = unfit(name) {
        mistakes.note([table.error(name, format_args!("`{}` {why}", table.full(name)))]);
        return None;
    }
    let account = mistakes.or_default(table.table(name))?;
    mistakes.note(account.unknown(ACCOUNT));
    let cloud = mistakes.or_default(cloud(&account).map(Some))?;
    Some(read(name, cloud, &account, defaults, place, mistakes))
}

/// Returns why a name cannot be an account's. It is an argument and a label in tables.
pub(super) fn unfit(name: &str) -> Option<&'static str> {
    if name.trim().is_empty() {
        Some("is not a valid account name: it is empty")
    } else if name.trim() != name || name.chars().any(char::is_control) {
        Some("is not a valid account name: it contains control characters or surrounding spaces")
    } else if name.starts_with('-') {
        Some("is not a valid account name: it would be an option on the command line")
    } else {
        None
    }
}

fn read(
    name: &str,
    cloud: &'static dyn Cloud,
    table: &Table,
    defaults: &Defaults,
    place: Place,
    mistakes: &mut Mistakes,
) -> AccountEntry {
    let credentials = match table.table("credentials") {
        Ok(Some(inner)) => credentials(&inner, cloud, place),
        Ok(None) => Ok(CredentialsEntry::Chain),
        Err(error) => Err(error.hint("for instance `credentials = { profile = \"default\" }`")),
    };
    let has_signature = |name: &&str| cloud.signatures().iter().any(|known| known.name == *name);
    let usual_signature = defaults.signature.filter(has_signature);
    AccountEntry {
        name: Arc::from(name),
        cloud,
        site: mistakes.or_default(site(table, cloud, defaults.site)),
        credentials: mistakes.or_default(credentials),
        role: mistakes.or_default(role(table)),
        members: mistakes.or_default(table.flag("members")).unwrap_or(defaults.members),
        thresholds: mistakes.or_default(thresholds(table, &defaults.thresholds)),
        currency: mistakes.or_default(table.currency("currency")),
        endpoint: mistakes.or_default(table.parsed("endpoint")),
        signature: mistakes.or_default(own_signature(table, cloud)).or(usual_signature),
    }
}

/// Reads how the account's requests are signed, which its cloud must be able to do.
fn own_signature(table: &Table, cloud: &dyn Cloud) -> Result<Option<&'static str>> {
    let signature = signature(table)?;
    if signature.is_some_and(|name| !cloud.signatures().iter().any(|known| known.name == name)) {
        let message =
            format!("`{}` has no effect: {} does not use it", table.full("signature"), cloud.title());
        return Err(table.error("signature", message).hint("remove it"));
    }
    Ok(signature)
}

fn cloud(table: &Table) -> Result<&'static dyn Cloud> {
    if let Some(cloud) = table.text("provider")?.and_then(crate::cloud::named) {
        return Ok(cloud);
    }
    let names: Vec<&'static str> = CLOUDS.iter().map(|cloud| cloud.name()).collect();
    let name = table.choice("provider", &names)?.ok_or_else(|| {
        table
            .whole_error(format_args!("`{}` has no `provider`", table.name()))
            .hint(format!("say which cloud it is: {}", quoted_list(&names, "or")))
    })?;
    Ok(crate::cloud::named(name).expect("the name is one of the clouds'"))
}

/// The site of an account; `None` is detected. A default that its cloud does not have does not apply.
fn site(table: &Table, cloud: &dyn Cloud, default: Option<Site>) -> Result<Option<Site>> {
    let sites = cloud.sites();
    let known: Vec<&str> = std::iter::once(AUTO).chain(sites.iter().map(Site::name)).collect();
    let default = default.filter(|site| sites.contains(site));
    Ok(table
        .choice("site", &known)?
        .map_or(default, |name| name.parse().ok().filter(|site| sites.contains(site))))
}

fn role(table: &Table) -> Result<Option<Role>> {
    if let Some(arn) = owned(table, "role_arn")? {
        return Ok(Some(Role {
            arn,
            session_name: owned(table, "role_session_name")?,
            duration: role_duration(table)?,
            external_id: owned(table, "external_id")?,
        }));
    }
    match ["role_session_name", "role_duration", "external_id"].iter().find(|key| table.has(key)) {
        Some(key) => Err(needs(table, key, "role_arn")),
        None => Ok(None),
    }
}

/// Reads how long a role's session lasts, in seconds.
fn role_duration(table: &Table) -> Result<Option<u32>> {
    let Some(duration) = table.duration("role_duration", 43_200)? else { return Ok(None) };
    if duration.subsec_nanos() != 0 {
        let message = format!("`{}` is not a whole number of seconds", table.full("role_duration"));
        return Err(table.error("role_duration", message).hint("for instance `role_duration = \"1h\"`"));
    }
    Ok(u32::try_from(duration.as_secs()).ok())
}

fn credentials(table: &Table, cloud: &'static dyn Cloud, place: Place) -> Result<CredentialsEntry> {
    let pair = cloud.pair();
    let known = [SOURCES, &pair, &[TOKEN]].concat();
    refuse_pairs_of_others(table, cloud)?;
    table.allow(&known)?;
    // A key id, its secret and its token are one source together; the first of them stands for it.
    let of_pair = [pair[0], pair[1], TOKEN].into_iter().find(|key| table.has(key));
    let given: Vec<&str> = SOURCES.iter().copied().filter(|key| table.has(key)).chain(of_pair).collect();
    let text = |key| owned(table, key).map(|text| text.expect("the source was found in this table"));
    match given[..] {
        [] => Err(table
            .whole_error(format_args!("`{}` names no source", table.name()))
            .hint(format!("name one of {}, or leave it out", quoted_list(SOURCES, "and")))),
        ["env"] => prefix(table).map(CredentialsEntry::Env),
        ["profile"] => text("profile").map(CredentialsEntry::Profile),
        ["file"] => file(table, "file", place)
            .map(|path| CredentialsEntry::File(path.expect("the source was found in this table"))),
        ["command"] => text("command").map(|line| {
            let folder = place.path.parent().unwrap_or(Path::new("")).to_owned();
            CredentialsEntry::Command { line, folder }
        }),
        ["keyring"] => text("keyring").map(CredentialsEntry::Keyring),
        ["instance"] => {
            table.text_or_true("instance").map(|role| CredentialsEntry::Instance(role.map(str::to_owned)))
        }
        ["oidc"] => oidc(table, place).map(CredentialsEntry::Oidc),
        [_] => self::pair(table, pair, place),
        [first, second, ..] => Err(table
            .error(second, format_args!("`{}` has both `{first}` and `{second}`", table.name()))
            .hint("keep one of them: it must be plain whose credentials are used")),
    }
}

/// Another cloud's names for a key and its secret are not a typing mistake, but a wrong `provider`.
fn refuse_pairs_of_others(table: &Table, cloud: &'static dyn Cloud) -> Result<()> {
    for other in CLOUDS.iter().filter(|other| other.pair() != cloud.pair()) {
        if let Some(key) = other.pair().iter().find(|key| table.has(key)) {
            let message =
                format!("`{}` is {}'s name, not {}'s", table.full(key), other.title(), cloud.title());
            let [id, secret] = cloud.pair();
            return Err(table.error(key, message).hint(format!("write `{id}` and `{secret}`")));
        }
    }
    Ok(())
}

fn prefix(table: &Table) -> Result<String> {
    let prefix = table.text_or_true("env")?.unwrap_or_default();
    if prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Ok(prefix.to_owned());
    }
    let message = format!("`{}` is not the beginning of a variable's name", table.full("env"));
    Err(table.error("env", message).hint("letters, digits and underscores, for instance `env = \"PROD_\"`"))
}

fn oidc(table: &Table, place: Place) -> Result<Option<Oidc>> {
    if table.flag("oidc") == Ok(Some(true)) {
        return Ok(None);
    }
    let inner = table.table("oidc").map_err(|error| {
        error.hint(
            "`oidc = true` uses the cluster's own variables; or name `role_arn`, `provider` and `token_file`",
        )
    })?;
    let inner = inner.expect("the source was found in this table");
    inner.allow(OIDC)?;
    let missing = |key: &str| inner.whole_error(format_args!("`{}` has no `{key}`", inner.name()));
    Ok(Some(Oidc {
        role_arn: owned(&inner, "role_arn")?.ok_or_else(|| missing("role_arn"))?,
        provider: owned(&inner, "provider")?.ok_or_else(|| missing("provider"))?,
        token_file: file(&inner, "token_file", place)?.ok_or_else(|| missing("token_file"))?,
        role_session_name: owned(&inner, "role_session_name")?,
        region: owned(&inner, "region")?,
    }))
}

fn pair(table: &Table, [id, secret]: [&'static str; 2], place: Place) -> Result<CredentialsEntry> {
    let key_id = key(table, id)?;
    let secret_text = key(table, secret)?;
    let token = key(table, TOKEN)?.map(Secret::new);
    let (key_id, secret) = match (key_id, secret_text) {
        (Some(key_id), Some(text)) => (key_id, Secret::new(text)),
        (Some(_), None) => return Err(needs(table, id, secret)),
        (None, Some(_)) => return Err(needs(table, secret, id)),
        (None, None) => return Err(needs(table, TOKEN, id)),
    };
    if place.private {
        return Ok(CredentialsEntry::Pair(Credentials { key_id, secret, token, expires_at: None }));
    }
    let message = format!("`{}` holds a secret, and others have access to this file", table.name());
    let path = shell_word(&place.path.to_string_lossy());
    Err(table.whole_error(message).hint(format!("run `chmod 600 {path}`, or keep the secret elsewhere")))
}

/// A part of a key. It becomes a header's value, so nothing but visible ASCII may be in it.
fn key(table: &Table, key: &str) -> Result<Option<String>> {
    let Some(text) = table.text(key)? else { return Ok(None) };
    if is_quoted(text) {
        let message =
            format!("`{}` is quoted twice: the inner quotes are part of its value", table.full(key));
        return Err(table.error(key, message).hint("remove the inner quotes"));
    }
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(Some(text.to_owned()));
    }
    Err(table
        .error(key, format_args!("`{}` holds characters that no key has", table.full(key)))
        .hint("copy the key again; blanks do not belong to it"))
}

fn owned(table: &Table, key: &str) -> Result<Option<String>> {
    Ok(table.text(key)?.map(str::to_owned))
}

fn needs(table: &Table, present: &str, missing: &str) -> Error {
    table.error(present, format_args!("`{}` needs `{missing}` beside it", table.full(present)))
}

/// A path as a shell takes it.
fn shell_word(path: &str) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "/._-+~".contains(character);
    if path.chars().all(is_plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}
