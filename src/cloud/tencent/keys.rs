//! Where Tencent Cloud's own tools keep credentials: tccli, the SDKs, Terraform, TKE and CVM.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::super::ini;
use super::super::keys::{
    Around, File, Kept, Keys, Link, Metadata, Place, Profile, Profiles, Role, RoleVariables, Source, Store,
    Variables, WebIdentityVariables,
};
use super::super::record::{Known, Record};
use super::super::{Cloud as _, Question};
use super::Tencent;
use crate::model::{Credentials, Result, Site};

/// The token's name is tccli's first, then Terraform's; so are the role's.
pub const KEYS: Keys = Keys {
    variables: &[Variables {
        key_id: "TENCENTCLOUD_SECRET_ID",
        secret: "TENCENTCLOUD_SECRET_KEY",
        token: &["TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN", "TENCENTCLOUD_SESSION_TOKEN"],
    }],
    // The identity token of a cluster is set up for this very workload; profiles lie about on machines.
    chain: &[Link::Variables(0, 1), Link::WebIdentity, Link::Store(0), Link::Store(1), Link::Store(2)],
    spellings: None,
    roles: &[
        RoleVariables {
            arn: "TENCENTCLOUD_ROLE_ARN",
            session_name: "TENCENTCLOUD_ROLE_SESSION_NAME",
            default_session_name: None,
            duration: None,
            external_id: None,
        },
        RoleVariables {
            arn: "TENCENTCLOUD_ASSUME_ROLE_ARN",
            session_name: "TENCENTCLOUD_ASSUME_ROLE_SESSION_NAME",
            default_session_name: None,
            duration: Some("TENCENTCLOUD_ASSUME_ROLE_SESSION_DURATION"),
            external_id: Some("TENCENTCLOUD_ASSUME_ROLE_EXTERNAL_ID"),
        },
    ],
    web_identity: Some(WebIdentityVariables {
        role_arn: "TKE_ROLE_ARN",
        provider: "TKE_PROVIDER_ID",
        token_file: "TKE_WEB_IDENTITY_TOKEN_FILE",
        session_name: None,
        region: "TKE_REGION",
    }),
    token_service: None,
    uri: None,
    no_external: None,
    setup: "tccli configure",
    stores: &[
        Store {
            place: Place::Folder(".tccli", &[CREDENTIAL, CONFIGURE]),
            path_variable: Some("TENCENTCLOUD_SHARED_CREDENTIALS_DIR"),
            profile_variables: &["TCCLI_PROFILE", "TENCENTCLOUD_PROFILE"],
            ignored_when: &[],
            read: tccli,
        },
        Store {
            place: Place::Home(".tencentcloud/credentials"),
            path_variable: Some("TENCENTCLOUD_CREDENTIALS_FILE"),
            profile_variables: &[],
            ignored_when: &[],
            read: any_file,
        },
        Store {
            place: Place::Root("etc/tencentcloud/credentials"),
            path_variable: None,
            profile_variables: &[],
            ignored_when: &[],
            read: any_file,
        },
    ],
    retired: None,
    read_file: any_file,
    metadata: Metadata {
        base: "http://metadata.tencentyun.com",
        roles: "/latest/meta-data/cam/security-credentials/",
        token: None,
    },
    read_document: metadata,
};

/// The keys of tccli's credential files.
const TCCLI: Known = Known {
    credentials: &[
        "secretId",
        "secretKey",
        "token",
        "role-arn",
        "role-session-name",
        "expiresAt",
        "oauth",
        "sso",
    ],
    settings: &["type", "region", "output", "language", "arrayCount", "warning", "use-cvm-role"],
};

/// The keys of the SDKs' files. The SDKs read a role, but do not assume it.
const SDK: Known = Known {
    credentials: &["secret_id", "secret_key", "token", "role_arn", "role_session_name"],
    settings: &["region", "language", "output", "endpoint"],
};

const CREDENTIAL: &str = ".credential";
const CONFIGURE: &str = ".configure";

/// tccli has two files for each profile: `NAME.credential`, and `NAME.configure` without secrets.
#[expect(clippy::unnecessary_wraps, reason = "every store is read by a function of this shape")]
fn tccli(files: &[File], around: &Around) -> Result<Profiles> {
    let profiles = files.iter().filter_map(|file| {
        let name = file.name.strip_suffix(CREDENTIAL)?;
        let site = files.iter().find(|file| file.name.strip_suffix(CONFIGURE) == Some(name)).and_then(site);
        let kept = profile(name, file, around.now).map(|source| source.map(|source| Kept { site, source }));
        Some(Profile { name: name.to_owned(), origin: file.shown.clone(), kept })
    });
    Ok(Profiles { current: "default".to_owned(), all: profiles.collect() })
}

/// The site whose billing host the profile has. It only saves a question: a file without one is not an error.
fn site(configure: &File) -> Option<Site> {
    let configure: Value = serde_json::from_str(configure.text.as_ref().ok()?).ok()?;
    let host = configure.get("billing")?.get("endpoint")?.as_str()?.trim();
    Tencent.sites().iter().copied().find(|site| Tencent.host(&Question::Balance, *site) == host)
}

fn profile(name: &str, file: &File, now: DateTime<Utc>) -> Result<Option<Source>> {
    let text = file.text.as_ref().map_err(Clone::clone)?;
    let place = format!("profile `{name}` in `{}`", file.shown);
    let option = if name == "default" { String::new() } else { format!(" --profile {name}") };
    let run = |command: &str| format!("run `tccli {command}{option}`");
    let record = Record::parse(text, &*place, run("configure"))?;
    record.refuse_misspelled(&TCCLI)?;
    let source = match record.text("type")? {
        // What `tccli configure` writes has no type, or the type `default`.
        None | Some("default") => {
            let credentials = record.key("secretId", "secretKey", &["token"])?;
            if credentials.is_none() {
                record.refuse_leftovers(&TCCLI)?;
            }
            credentials.map(Source::Static)
        }
        Some("oauth") => Some(cached(&Record::parse(text, place, run("auth login"))?, now)?),
        Some("sso") => Some(cached(&Record::parse(text, place, run("sso login"))?, now)?),
        // A role that an earlier login has left behind is not assumed, as by tccli.
        Some("cvm-role") => return Ok(Some(Source::Instance { role: None })),
        Some(other) => return Err(record.wrong(format!("`type` is `{other}`, which is not known"))),
    };
    let Some(arn) = record.word("role-arn")? else { return Ok(source) };
    let by = Box::new(source.ok_or_else(|| record.half("secretId", "role-arn"))?);
    // tccli ignores half a role, and shows the account of the key.
    let session_name = record.word("role-session-name")?;
    let session_name = session_name.ok_or_else(|| record.half("role-session-name", "role-arn"))?.to_owned();
    let role = Role { arn: arn.to_owned(), session_name, ..Role::default() };
    Ok(Some(Source::AssumeRole { by, role }))
}

/// The temporary key of the last login.
fn cached(record: &Record, now: DateTime<Utc>) -> Result<Source> {
    let credentials = record.temporary(["secretId", "secretKey", "token"], "expiresAt", now)?;
    if credentials.expires_at.is_none() {
        return Err(record.missing("expiresAt"));
    }
    Ok(Source::Static(credentials))
}

/// The SDKs' INI file, or one of tccli's.
fn any_file(files: &[File], around: &Around) -> Result<Profiles> {
    let [file] = files else { return Ok(Profiles { current: String::new(), all: Vec::new() }) };
    if !file.text.as_ref().is_ok_and(|text| text.trim_start().starts_with('{')) {
        return ini::profiles(file, &SDK, |record| {
            record.refuse_misspelled(&SDK)?;
            let Some(credentials) = record.key("secret_id", "secret_key", &["token"])? else {
                return record.refuse_leftovers(&SDK).map(|()| None);
            };
            Ok(Some(Kept { site: None, source: Source::Static(credentials) }))
        });
    }
    let name = file.name.strip_suffix(CREDENTIAL).unwrap_or(&file.name);
    let kept = profile(name, file, around.now).map(|source| source.map(|source| Kept { site: None, source }));
    let profile = Profile { name: name.to_owned(), origin: file.shown.clone(), kept };
    Ok(Profiles { current: name.to_owned(), all: vec![profile] })
}

/// What the metadata service of a CVM instance answers.
fn metadata(record: &Record, now: DateTime<Utc>) -> Result<Credentials> {
    if record.text("Code")? != Some("Success") {
        return Err(record.wrong("`Code` is not `Success`"));
    }
    record.temporary(["TmpSecretId", "TmpSecretKey", "Token"], "ExpiredTime", now)
}
