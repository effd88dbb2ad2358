//! The profiles of aliyun-cli: `config.json` with every mode that can sign.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::super::keys::{File, Kept, Profile, Profiles, Role, Source};
use super::super::record::Record;
use super::keys::token_file;
use crate::model::{Credentials, Result, Secret};

/// The longest chain of profiles that assume roles from each other.
const LONGEST_CHAIN: usize = 8;

/// Reads `config.json`.
pub fn read(files: &[File], now: DateTime<Utc>) -> Result<Profiles> {
    let [file] = files else { return Ok(Profiles { current: String::new(), all: Vec::new() }) };
    let text = file.text.as_ref().map_err(Clone::clone)?;
    let config =
        Record::parse(text, format!("`{}`", file.shown), "correct the file, or run `aliyun configure`")?;
    let current = config.text("current")?.unwrap_or("default");
    let mut entries = Vec::new();
    for values in config.objects("profiles")? {
        let name = values.get("name").and_then(Value::as_str).map(str::trim).filter(|name| !name.is_empty());
        entries.push((name.ok_or_else(|| config.wrong("a profile has no `name`"))?, values));
    }
    let reader = Reader { shown: &file.shown, entries: &entries, now };
    let profile = |name: &str, source: Result<Option<Source>>| Profile {
        name: name.to_owned(),
        origin: file.shown.clone(),
        kept: source.map(|source| source.map(|source| Kept { site: None, source })),
    };
    let mut all: Vec<Profile> =
        entries.iter().map(|(name, _)| profile(name, reader.resolve(name, &mut Vec::new()))).collect();
    if !all.is_empty() && !all.iter().any(|profile| profile.name == current) {
        let error = config.wrong(format!("`current` is `{current}`, and no profile has that name"));
        all.push(profile(current, Err(error)));
    }
    Ok(Profiles { current: current.to_owned(), all })
}

struct Reader<'a> {
    shown: &'a str,
    entries: &'a [(&'a str, &'a Map<String, Value>)],
    now: DateTime<Utc>,
}

impl<'a> Reader<'a> {
    /// What a profile comes to. `path` holds the profiles that led here.
    fn resolve(&self, name: &'a str, path: &mut Vec<&'a str>) -> Result<Option<Source>> {
        let values = self.entries.iter().find(|(known, _)| *known == name).map(|(_, values)| *values);
        let record = self.record(name, &format!("run `aliyun configure --profile {name}`"), values);
        let Some(values) = values else { return Err(record.wrong("there is no such profile")) };
        path.push(name);
        let Some(mode) = mode(&record)? else { return Ok(None) };
        let needed = |field: &str| record.needed(field).map(str::to_owned);
        let key = |tokens: &[&str]| record.key("access_key_id", "access_key_secret", tokens);
        let credentials = |tokens: &[&str]| key(tokens)?.ok_or_else(|| record.missing("access_key_id"));
        let by_role = |by: Source| Ok(Source::AssumeRole { by: Box::new(by), role: role(&record)? });
        let instance = || Ok(Source::Instance { role: record.word("ram_role_name")?.map(str::to_owned) });
        match mode.to_ascii_lowercase().as_str() {
            // A new profile has this mode and nothing else. A token that another mode has left behind is not used.
            "ak" => return Ok(key(&[])?.map(Source::Static)),
            "ststoken" => {
                needed("sts_token")?;
                credentials(&["sts_token"]).map(Source::Static)
            }
            "ramrolearn" => by_role(Source::Static(credentials(&["sts_token"])?)),
            "ecsramrole" => instance(),
            "ramrolearnwithrolename" => by_role(instance()?),
            "chainableramrolearn" => by_role(self.source_profile(&record, values, path)?),
            "oidc" => Ok(Source::WebIdentity {
                role: role(&record)?,
                provider: needed("oidc_provider_arn")?,
                token_file: token_file(&record, "oidc_token_file")?,
            }),
            "external" => {
                let command =
                    record.text("process_command")?.ok_or_else(|| record.missing("process_command"))?;
                Source::command(command)
                    .ok_or_else(|| record.wrong("`process_command` has a quote that is not closed"))
            }
            "credentialsuri" => Ok(Source::Uri(Secret::new(needed("credentials_uri")?))),
            "cloudsso" => self.cached(name, values, "CloudSSO").map(Source::Static),
            "oauth" => self.cached(name, values, "OAuth").map(Source::Static),
            "rsakeypair" | "bearertoken" | "anonymous" => {
                Err(record.wrong(format!("mode `{mode}` cannot be used to read balances")))
            }
            _ => Err(record.wrong(format!("mode `{mode}` is not known"))),
        }
        .map(Some)
    }

    /// What the profile comes to whose credentials assume this one's role.
    fn source_profile(
        &self,
        record: &Record,
        values: &'a Map<String, Value>,
        path: &mut Vec<&'a str>,
    ) -> Result<Source> {
        record.needed("ram_role_arn")?;
        // Read from the map, which outlives the record.
        record.text("source_profile")?.ok_or_else(|| record.missing("source_profile"))?;
        let next = values.get("source_profile").and_then(Value::as_str).unwrap_or_default().trim();
        if let Some(start) = path.iter().position(|name| *name == next) {
            let cycle: Vec<&str> = path[start..].iter().copied().chain([next]).collect();
            let cycle: Vec<String> = cycle.iter().map(|name| format!("`{name}`")).collect();
            return Err(record.wrong(format!("`source_profile` goes round: {}", cycle.join(" → "))));
        }
        if path.len() == LONGEST_CHAIN {
            return Err(
                record.wrong(format!("`source_profile` leads through more than {LONGEST_CHAIN} profiles"))
            );
        }
        self.resolve(next, path)?
            .ok_or_else(|| record.wrong(format!("`source_profile` is `{next}`, which has no credentials")))
    }

    /// The temporary key of the last login. Renewing it would rewrite the file, which is aliyun-cli's to do.
    fn cached(&self, name: &str, values: &Map<String, Value>, mode: &str) -> Result<Credentials> {
        let remedy = format!(
            "run any `aliyun` command with `--profile {name}` to renew it, \
             or log in with `aliyun configure --mode {mode} --profile {name}`"
        );
        let record = self.record(name, &remedy, Some(values));
        let names = ["access_key_id", "access_key_secret", "sts_token"];
        let credentials = record.temporary(names, "sts_expiration", self.now)?;
        if credentials.expires_at.is_none() {
            return Err(record.missing("sts_expiration"));
        }
        Ok(credentials)
    }

    fn record(&self, name: &str, remedy: &str, values: Option<&Map<String, Value>>) -> Record {
        Record::new(
            format!("profile `{name}` in `{}`", self.shown),
            remedy,
            values.cloned().unwrap_or_default(),
        )
    }
}

/// The modes without a key, each by the field that gives it away.
const BY_FIELD: &[(&str, &str)] = &[
    ("ram_role_name", "EcsRamRole"),
    ("process_command", "External"),
    ("credentials_uri", "CredentialsURI"),
    ("oidc_provider_arn", "OIDC"),
    ("source_profile", "ChainableRamRoleArn"),
];

/// The mode as it is written, or recognised from the fields as aliyun-cli does; `None` when nothing is filled in.
fn mode(record: &Record) -> Result<Option<String>> {
    if let Some(mode) = record.text("mode")? {
        return Ok(Some(mode.to_owned()));
    }
    let has = |name: &str| record.text(name).map(|text| text.is_some());
    if has("access_key_id")? || has("access_key_secret")? {
        let mode = if has("ram_role_arn")? {
            "RamRoleArn"
        } else if has("sts_token")? {
            "StsToken"
        } else {
            "AK"
        };
        return Ok(Some(mode.to_owned()));
    }
    for (field, mode) in BY_FIELD {
        if has(field)? {
            return Ok(Some((*mode).to_owned()));
        }
    }
    Ok(None)
}

fn role(record: &Record) -> Result<Role> {
    let text = |name: &str| record.word(name).map(|text| text.map(str::to_owned));
    // The Python SDK has another name for the session.
    let session_name = text("ram_session_name")?.or(text("role_session_name")?);
    Ok(Role {
        arn: record.needed("ram_role_arn")?.to_owned(),
        session_name: session_name.unwrap_or_else(|| Role::SESSION_NAME.to_owned()),
        duration: record.seconds("expired_seconds")?,
        external_id: text("external_id")?,
        region: text("sts_region")?,
    })
}
