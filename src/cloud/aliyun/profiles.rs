//! The profiles of aliyun-cli: `config.json` with every mode that can sign.

use serde_json::{Map, Value};

use super::super::keys::{Around, File, Kept, Profile, Profiles, Role, Source};
use super::super::record::{Known, Record};
use super::keys::{KEYS, sts_endpoint, token_file};
use crate::model::{Credentials, Result, Secret};

/// The longest chain of profiles that assume roles from each other.
const LONGEST_CHAIN: usize = 8;

/// The keys of `config.json`.
const CONFIG: Known = Known { credentials: &["profiles"], settings: &["current", "meta_path"] };

/// The keys of a profile, as aliyun-cli writes them and the Python SDK reads them.
const PROFILE: Known = Known {
    credentials: &[
        "access_key_id",
        "access_key_secret",
        "sts_token",
        "ram_role_name",
        "ram_role_arn",
        "ram_session_name",
        "role_session_name",
        "external_id",
        "source_profile",
        "private_key",
        "key_pair_name",
        "process_command",
        "credentials_uri",
        "oidc_provider_arn",
        "oidc_token_file",
        "policy",
        "cloud_sso_sign_in_url",
        "access_token",
        "cloud_sso_access_token_expire",
        "cloud_sso_access_config",
        "cloud_sso_account_id",
        "sts_expiration",
        "oauth_access_token",
        "oauth_refresh_token",
        "oauth_access_token_expire",
        "oauth_refresh_token_expire",
        "bearer_token",
    ],
    settings: &[
        "name",
        "mode",
        "region_id",
        "output_format",
        "language",
        "site",
        "verified",
        "expired_seconds",
        "sts_region",
        "sts_endpoint",
        "enable_vpc",
        "read_timeout",
        "retry_timeout",
        "connect_timeout",
        "retry_count",
        "endpoint_type",
        "endpoint",
        "external_account_type",
        "auto_plugin_install",
        "auto_plugin_install_enable_pre",
        "bearer_token_header_key",
        "oauth_site_type",
    ],
};

/// Reads `config.json`. A profile that cannot be read fails alone.
pub fn read(files: &[File], around: &Around) -> Result<Profiles> {
    let [file] = files else { return Ok(Profiles { current: String::new(), all: Vec::new() }) };
    let text = file.text.as_ref().map_err(Clone::clone)?;
    let config =
        Record::parse(text, format!("`{}`", file.shown), "correct the file, or run `aliyun configure`")?
            .ignoring_case(&CONFIG)?;
    // An empty name chooses the profile without a name, as in aliyun-cli.
    let current = config.exact("current")?.unwrap_or(if config.holds("current") { "" } else { "default" });
    let list = config.list("profiles")?;
    if list.is_empty() {
        config.refuse_leftovers(&CONFIG)?;
    }
    let mut read = Vec::new();
    let mut broken = Vec::new();
    for (number, value) in (1..).zip(list) {
        let name = name(value);
        match entry(&config, number, value) {
            Ok(values) => read.push((name.unwrap_or_default(), values)),
            Err(error) => broken.push((name.unwrap_or_else(|| format!("profile {number}")), error)),
        }
    }
    let entries: Vec<(&str, &Map<String, Value>)> =
        read.iter().map(|(name, values)| (name.as_str(), values)).collect();
    let reader = Reader { shown: &file.shown, entries: &entries, around };
    let profile = |name: &str, source: Result<Option<Source>>| Profile {
        name: name.to_owned(),
        origin: file.shown.clone(),
        kept: source.map(|source| source.map(|source| Kept { site: None, source })),
    };
    let mut all: Vec<Profile> =
        entries.iter().map(|(name, _)| profile(name, reader.resolve(name, &mut Vec::new()))).collect();
    // A profile without a name can only be the current one.
    let mut nameless = all.iter_mut().filter(|profile| profile.name.is_empty());
    let first = nameless.next();
    if current.is_empty() {
        for profile in nameless {
            profile.kept = Err(config.wrong("several profiles have no `name`"));
        }
    } else {
        for profile in first.into_iter().chain(nameless) {
            profile.kept = Err(config.wrong("a profile has no `name`"));
        }
    }
    all.extend(broken.into_iter().map(|(name, error)| profile(&name, Err(error))));
    let is_chosen = !list.is_empty() || !["", "default"].contains(&current);
    if is_chosen && !all.iter().any(|profile| profile.name == current) {
        let error = config.wrong(format!("`current` is `{current}`, and no profile has that name"));
        all.push(profile(current, Err(error)));
    }
    Ok(Profiles { current: current.to_owned(), all })
}

/// The name of a profile; `None` when it has none.
fn name(value: &Value) -> Option<String> {
    let mut fields = value.as_object()?.iter();
    let (_, name) = fields.find(|(key, _)| key.eq_ignore_ascii_case("name"))?;
    name.as_str().map(str::to_owned).filter(|name| !name.trim().is_empty())
}

/// The values of a profile.
fn entry(config: &Record, number: usize, value: &Value) -> Result<Map<String, Value>> {
    let wrong = |what: &str| config.wrong(format!("profile {number} {what}"));
    let values = match value {
        Value::Object(values) => values.clone(),
        Value::Null => return Err(wrong("is null")),
        _ => return Err(wrong("is not an object")),
    };
    let name = name(value).map_or_else(|| number.to_string(), |name| format!("`{name}`"));
    let place = format!("profile {name} in {}", config.place());
    let record = Record::new(place, "correct the file", values).ignoring_case(&PROFILE)?;
    let values = record.into_values();
    match values.get("name") {
        None | Some(Value::Null | Value::String(_)) => Ok(values),
        Some(_) => Err(wrong("has a `name` that is not a text")),
    }
}

struct Reader<'a> {
    shown: &'a str,
    entries: &'a [(&'a str, &'a Map<String, Value>)],
    around: &'a Around<'a>,
}

impl<'a> Reader<'a> {
    /// What a profile comes to. `path` holds the profiles that led here.
    fn resolve(&self, name: &'a str, path: &mut Vec<&'a str>) -> Result<Option<Source>> {
        let values = self.entries.iter().find(|(known, _)| *known == name).map(|(_, values)| *values);
        let record = self.record(name, &format!("run `aliyun configure --profile {name}`"), values);
        let Some(values) = values else { return Err(record.wrong("there is no such profile")) };
        path.push(name);
        record.refuse_misspelled(&PROFILE)?;
        let Some(mode) = mode(&record)? else { return record.refuse_leftovers(&PROFILE).map(|()| None) };
        let (written, mode) = (mode.as_str(), mode.to_ascii_lowercase());
        let record = with_key(record.filled(FILLED, &mode, self.around)?, &mode, self.around)?;
        let needed = |field: &str| record.needed(field).map(str::to_owned);
        let key = |tokens: &[&str]| record.key("access_key_id", "access_key_secret", tokens);
        let credentials = |tokens: &[&str]| key(tokens)?.ok_or_else(|| record.missing("access_key_id"));
        let by_role = |by: Source| Ok(Source::AssumeRole { by: Box::new(by), role: role(&record)? });
        let instance = || Ok(Source::Instance { role: record.word("ram_role_name")?.map(str::to_owned) });
        match mode.as_str() {
            // A new profile has this mode and nothing else. A token that another mode has left behind is not used.
            "ak" => match key(&[])? {
                Some(credentials) => Ok(Source::Static(credentials)),
                None => return record.refuse_leftovers(&PROFILE).map(|()| None),
            },
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
                    record.lines("process_command")?.ok_or_else(|| record.missing("process_command"))?;
                Source::command(command).map_err(|why| record.wrong(format!("`process_command` {why}")))
            }
            "credentialsuri" => Ok(Source::Uri(Secret::new(needed("credentials_uri")?))),
            "cloudsso" => self.cached(name, values, "CloudSSO").map(Source::Static),
            "oauth" => self.cached(name, values, "OAuth").map(Source::Static),
            "rsakeypair" | "bearertoken" | "anonymous" => {
                Err(record.wrong(format!("mode `{written}` cannot be used to read balances")))
            }
            _ => Err(record.wrong(format!("mode `{written}` is not known"))),
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
        let next = values.get("source_profile").and_then(Value::as_str).unwrap_or_default();
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
        let credentials = record.temporary(names, "sts_expiration", self.around.now)?;
        if credentials.expires_at.is_none() {
            return Err(record.missing("sts_expiration"));
        }
        Ok(credentials)
    }

    fn record(&self, name: &str, remedy: &str, values: Option<&Map<String, Value>>) -> Record {
        let place = if name.is_empty() {
            format!("the profile without a name in `{}`", self.shown)
        } else {
            format!("profile `{name}` in `{}`", self.shown)
        };
        Record::new(place, remedy, values.cloned().unwrap_or_default())
    }
}

/// The fields that aliyun-cli fills from variables where they are empty.
const FILLED: &[(&str, &[(&str, &str)])] = &[
    ("credentialsuri", &[("credentials_uri", "ALIBABA_CLOUD_CREDENTIALS_URI")]),
    (
        "oidc",
        &[
            ("oidc_provider_arn", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN"),
            ("oidc_token_file", "ALIBABA_CLOUD_OIDC_TOKEN_FILE"),
            ROLE_ARN,
            SESSION_NAME,
        ],
    ),
    ("ecsramrole", &[INSTANCE_ROLE]),
    ("ramrolearn", &[ROLE_ARN, SESSION_NAME, EXTERNAL_ID]),
    ("ramrolearnwithrolename", &[INSTANCE_ROLE, ROLE_ARN, SESSION_NAME, EXTERNAL_ID]),
    ("chainableramrolearn", &[ROLE_ARN, SESSION_NAME, EXTERNAL_ID]),
];
const ROLE_ARN: (&str, &str) = ("ram_role_arn", "ALIBABA_CLOUD_ROLE_ARN");
const SESSION_NAME: (&str, &str) = ("ram_session_name", "ALIBABA_CLOUD_ROLE_SESSION_NAME");
const EXTERNAL_ID: (&str, &str) = ("external_id", "ALIBABA_CLOUD_EXTERNAL_ID");
const INSTANCE_ROLE: (&str, &str) = ("ram_role_name", "ALIBABA_CLOUD_ECS_METADATA");

/// The profile with a key from variables, where its mode needs one and it has no part of any. A key that is half in
/// the profile is never completed from elsewhere: halves of two keys would be combined.
fn with_key(record: Record, mode: &str, around: &Around) -> Result<Record> {
    if !["ststoken", "ramrolearn"].contains(&mode) {
        return Ok(record);
    }
    for field in ["access_key_id", "access_key_secret", "sts_token"] {
        if record.text(field)?.is_some() {
            return Ok(record);
        }
    }
    for set in KEYS.variables {
        if (around.variable)(set.key_id)?.is_some() {
            let token = set.token.first().copied().unwrap_or_default();
            let fields =
                [("access_key_id", set.key_id), ("access_key_secret", set.secret), ("sts_token", token)];
            return record.filled(&[(mode, &fields)], mode, around);
        }
    }
    Ok(record)
}

/// The modes without a key, each by the field that gives it away.
const BY_FIELD: &[(&str, &str)] = &[
    ("ram_role_name", "EcsRamRole"),
    ("process_command", "External"),
    ("credentials_uri", "CredentialsURI"),
    ("oidc_provider_arn", "OIDC"),
    ("source_profile", "ChainableRamRoleArn"),
];

/// Returns the mode, or infers it from the fields as aliyun-cli does; `None` if all fields are empty.
fn mode(record: &Record) -> Result<Option<String>> {
    if let Some(mode) = record.text("mode")? {
        return Ok(Some(mode.to_owned()));
    }
    let has = |name: &str| record.text(name).map(|text| text.is_some());
    if has("access_key_id")? || has("access_key_secret")? {
        // A token stands for a key of its own, whose role another mode may have left behind.
        let mode = if has("sts_token")? {
            "StsToken"
        } else if has("ram_role_arn")? {
            "RamRoleArn"
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
        policy: record.lines("policy")?.map(str::to_owned),
        region: text("sts_region")?,
        endpoint: sts_endpoint(record)?,
        vpc: record.flag("enable_vpc")?,
    })
}
