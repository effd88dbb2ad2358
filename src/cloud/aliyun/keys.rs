//! Where Alibaba Cloud's own tools keep credentials: aliyun-cli, the SDKs, Terraform, ACK and ECS.

use std::path::PathBuf;

use chrono::{DateTime, Utc};

use super::super::Endpoint;
use super::super::ini;
use super::super::keys::{
    Around, File, Kept, Keys, Link, Metadata, MetadataToken, Place, Profiles, Role, RoleVariables, Source,
    Store, TokenServiceVariables, Variables, WebIdentityVariables,
};
use super::super::record::{Known, Record};
use super::profiles;
use crate::model::{Credentials, Result};

/// The SDKs' prefix first, then the further ones of aliyun-cli, then the names of Terraform and older tools.
/// (aliyun-cli reads bare `ACCESS_KEY_ID` too: it may be any cloud's, so it is not read here.)
pub const KEYS: Keys = Keys {
    variables: &[
        Variables {
            key_id: "ALIBABA_CLOUD_ACCESS_KEY_ID",
            secret: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
            token: &["ALIBABA_CLOUD_SECURITY_TOKEN"],
        },
        Variables {
            key_id: "ALIBABACLOUD_ACCESS_KEY_ID",
            secret: "ALIBABACLOUD_ACCESS_KEY_SECRET",
            token: &["ALIBABACLOUD_SECURITY_TOKEN"],
        },
        Variables {
            key_id: "ALICLOUD_ACCESS_KEY_ID",
            secret: "ALICLOUD_ACCESS_KEY_SECRET",
            token: &["ALICLOUD_SECURITY_TOKEN"],
        },
        Variables {
            key_id: "ALICLOUD_ACCESS_KEY",
            secret: "ALICLOUD_SECRET_KEY",
            token: &["ALICLOUD_SECURITY_TOKEN"],
        },
        Variables {
            key_id: "ALIYUN_ACCESS_KEY_ID",
            secret: "ALIYUN_ACCESS_KEY_SECRET",
            token: &["ALIYUN_SECURITY_TOKEN"],
        },
    ],
    // Every official tool ranks the further names below the profile.
    chain: &[
        Link::Variables(0, 1),
        Link::Store(0),
        Link::WebIdentity,
        Link::Store(1),
        Link::Store(2),
        Link::Variables(1, 5),
        Link::Uri,
    ],
    spellings: Some(["ALIBABA_CLOUD_", "ALIBABACLOUD_"]),
    // `ALIBABA_CLOUD_ROLE_ARN` belongs to the identity token; the SDKs do not assume it with a key pair.
    roles: &[RoleVariables {
        arn: "ALICLOUD_ASSUME_ROLE_ARN",
        session_name: "ALICLOUD_ASSUME_ROLE_SESSION_NAME",
        default_session_name: Some(Role::SESSION_NAME),
        duration: Some("ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION"),
        external_id: None,
    }],
    web_identity: Some(WebIdentityVariables {
        role_arn: "ALIBABA_CLOUD_ROLE_ARN",
        provider: "ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
        token_file: "ALIBABA_CLOUD_OIDC_TOKEN_FILE",
        session_name: Some("ALIBABA_CLOUD_ROLE_SESSION_NAME"),
        region: "ALIBABA_CLOUD_STS_REGION",
    }),
    token_service: Some(TokenServiceVariables {
        endpoint: "ALIBABA_CLOUD_STS_ENDPOINT",
        region: "ALIBABA_CLOUD_STS_REGION",
        vpc: "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED",
    }),
    uri: Some("ALIBABA_CLOUD_CREDENTIALS_URI"),
    no_external: Some("ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS"),
    setup: "aliyun configure",
    stores: &[
        Store {
            place: Place::Home(".aliyun/config.json"),
            path_variable: Some("ALIBABA_CLOUD_CONFIG_FILE"),
            profile_variables: &["ALIBABACLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE", "ALICLOUD_PROFILE"],
            ignored_when: &[
                ("ALIBABA_CLOUD_IGNORE_PROFILE", "TRUE"),
                ("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "true"),
            ],
            read: profiles::read,
        },
        Store {
            place: Place::Home(".alibabacloud/credentials.ini"),
            path_variable: Some("ALIBABA_CLOUD_CREDENTIALS_FILE"),
            profile_variables: &["ALIBABA_CLOUD_PROFILE"],
            ignored_when: &[],
            read: any_file,
        },
        Store {
            place: Place::Home(".alibabacloud/credentials"),
            path_variable: None,
            profile_variables: &["ALIBABA_CLOUD_PROFILE"],
            ignored_when: &[],
            read: any_file,
        },
    ],
    retired: Some((".aliyuncli", "aliyun configure")),
    read_file: any_file,
    metadata: Metadata {
        base: "http://100.100.100.200",
        roles: "/latest/meta-data/ram/security-credentials/",
        token: Some(MetadataToken {
            path: "/latest/api/token",
            lifetime_header: "x-aliyun-ecs-metadata-token-ttl-seconds",
            lifetime: "21600",
            header: "x-aliyun-ecs-metadata-token",
        }),
    },
    read_document: document,
};

/// The keys of the SDKs' files.
const SDK: Known = Known {
    credentials: &[
        "access_key_id",
        "access_key_secret",
        "security_token",
        "role_arn",
        "role_session_name",
        "oidc_provider_arn",
        "oidc_token_file_path",
        "role_name",
        "policy",
        "public_key_id",
        "private_key_file",
        "private_key_secret",
        "bearer_token",
        "external_id",
        "credentials_uri",
    ],
    settings: &[
        "enable",
        "type",
        "region_id",
        "region",
        "role_session_expiration",
        "duration_seconds",
        "sts_region",
        "sts_endpoint",
        "enable_vpc",
    ],
};

/// The SDKs' INI file, or aliyun-cli's.
fn any_file(files: &[File], around: &Around) -> Result<Profiles> {
    let [file] = files else { return Ok(Profiles { current: String::new(), all: Vec::new() }) };
    if file.text.as_ref().is_ok_and(|text| text.trim_start().starts_with('{')) {
        profiles::read(files, around)
    } else {
        ini::profiles(file, &SDK, |record| {
            Ok(section(record, around)?.map(|source| Kept { site: None, source }))
        })
    }
}

/// The fields that the SDKs fill from variables where they are empty.
const FILLED: &[(&str, &[(&str, &str)])] = &[
    (
        "oidc_role_arn",
        &[
            ("role_arn", "ALIBABA_CLOUD_ROLE_ARN"),
            ("role_session_name", "ALIBABA_CLOUD_ROLE_SESSION_NAME"),
            ("oidc_provider_arn", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN"),
            ("oidc_token_file_path", "ALIBABA_CLOUD_OIDC_TOKEN_FILE"),
        ],
    ),
    (
        "ram_role_arn",
        &[("role_arn", "ALIBABA_CLOUD_ROLE_ARN"), ("role_session_name", "ALIBABA_CLOUD_ROLE_SESSION_NAME")],
    ),
    ("ecs_ram_role", &[("role_name", "ALIBABA_CLOUD_ECS_METADATA")]),
];

fn section(record: &Record, around: &Around) -> Result<Option<Source>> {
    match record.text("enable")?.map(str::to_ascii_lowercase).as_deref() {
        None | Some("true") => {}
        Some("false") => return Ok(None),
        Some(_) => return Err(record.wrong("`enable` is neither `true` nor `false`")),
    }
    record.refuse_misspelled(&SDK)?;
    let kind = match record.text("type")? {
        Some(kind) => kind.to_ascii_lowercase(),
        None => kind_by_keys(record)?.to_owned(),
    };
    let record = &record.filled(FILLED, &kind, around)?;
    let key = |tokens: &[&str]| record.key("access_key_id", "access_key_secret", tokens);
    let needed = |name: &str| record.needed(name);
    let role = || {
        let session_name = record.word("role_session_name")?.unwrap_or(Role::SESSION_NAME).to_owned();
        let text = |name: &str| record.word(name).map(|text| text.map(str::to_owned));
        Ok(Role {
            arn: needed("role_arn")?.to_owned(),
            session_name,
            duration: record.seconds("role_session_expiration")?,
            external_id: text("external_id")?,
            policy: record.lines("policy")?.map(str::to_owned),
            region: text("sts_region")?,
            endpoint: sts_endpoint(record)?,
            vpc: record.flag("enable_vpc")?,
        })
    };
    let credentials = |tokens: &[&str]| key(tokens)?.ok_or_else(|| record.missing("access_key_id"));
    Ok(Some(match kind.as_str() {
        "access_key" => match key(&[])? {
            Some(credentials) => Source::Static(credentials),
            None => return record.refuse_leftovers(&SDK).map(|()| None),
        },
        "sts" => {
            needed("security_token")?;
            Source::Static(credentials(&["security_token"])?)
        }
        "ram_role_arn" => {
            let by = Box::new(Source::Static(credentials(&["security_token"])?));
            Source::AssumeRole { by, role: role()? }
        }
        "ecs_ram_role" => Source::Instance { role: record.word("role_name")?.map(str::to_owned) },
        "oidc_role_arn" => Source::WebIdentity {
            role: role()?,
            provider: needed("oidc_provider_arn")?.to_owned(),
            token_file: token_file(record, "oidc_token_file_path")?,
        },
        other => return Err(record.wrong(format!("`type` is `{other}`, which is not supported"))),
    }))
}

/// The type of a section that names none. A key that would need another type is an error: without its role the key may
/// be another account's.
fn kind_by_keys(record: &Record) -> Result<&'static str> {
    match ["role_arn", "oidc_provider_arn", "role_name"].iter().find(|name| record.is_filled(name)) {
        Some(present) => Err(record.half("type", present)),
        None if record.is_filled("security_token") => Ok("sts"),
        None => Ok("access_key"),
    }
}

/// The host of the token service that a profile names.
pub fn sts_endpoint(record: &Record) -> Result<Option<String>> {
    let Some(host) = record.word("sts_endpoint")? else { return Ok(None) };
    host.parse::<Endpoint>().map_err(|error| record.wrong(format!("`sts_endpoint`: {error}")))?;
    Ok(Some(host.to_owned()))
}

/// The path of a file that holds a token; unlike what requests carry it may have any characters.
pub fn token_file(record: &Record, name: &str) -> Result<PathBuf> {
    Ok(PathBuf::from(record.path(name)?.ok_or_else(|| record.missing(name))?))
}

/// What the metadata service of an ECS instance, or a credentials URI, answers.
fn document(record: &Record, now: DateTime<Utc>) -> Result<Credentials> {
    if record.text("Code")? != Some("Success") {
        return Err(record.wrong("`Code` is not `Success`"));
    }
    record.temporary(["AccessKeyId", "AccessKeySecret", "SecurityToken"], "Expiration", now)
}
