//! Temporary credentials and identity: STS 2018-08-13, <https://www.tencentcloud.com/document/product/1150>.

use chrono::DateTime;
use serde_json::json;

use super::super::fields::{Fields, InvalidField};
use super::super::{Identity, Role};
use super::Action;
use crate::crypto::percent_encode;
use crate::model::{Credentials, Secret};

/// The region that the official SDKs name when they assume a role.
const REGION: &str = "ap-guangzhou";

fn action(name: &'static str, region: Option<&str>, body: &serde_json::Value) -> Action {
    let region = Some(region.unwrap_or(REGION).to_owned());
    Action { service: "sts", version: "2018-08-13", name, region, body: body.to_string() }
}

pub fn identity() -> Action {
    action("GetCallerIdentity", None, &json!({}))
}

pub fn assume_role(role: &Role) -> Action {
    action("AssumeRole", role.region.as_deref(), &parameters(role))
}

pub fn web_identity(role: &Role, provider: &str, token: &Secret) -> Action {
    let mut body = parameters(role);
    body["ProviderId"] = provider.into();
    body["WebIdentityToken"] = token.expose().into();
    action("AssumeRoleWithWebIdentity", role.region.as_deref(), &body)
}

/// The policy is percent-encoded inside the JSON body, as the documentation demands.
fn parameters(role: &Role) -> serde_json::Value {
    let mut body = json!({ "RoleArn": role.arn, "RoleSessionName": role.session_name });
    if let Some(seconds) = role.duration {
        body["DurationSeconds"] = seconds.into();
    }
    if let Some(policy) = &role.policy {
        body["Policy"] = percent_encode(policy).into();
    }
    if let Some(external_id) = &role.external_id {
        body["ExternalId"] = external_id.as_str().into();
    }
    body
}

pub fn read_identity(response: &Fields) -> Result<Identity, InvalidField> {
    let account_id = response.text("AccountId")?.ok_or_else(|| missing("AccountId"))?;
    Ok(Identity { account_id, arn: response.text("Arn")? })
}

/// `ExpiredTime` is in Unix seconds.
pub fn read_credentials(response: &Fields) -> Result<Credentials, InvalidField> {
    let keys = response.object("Credentials")?.ok_or_else(|| missing("Credentials"))?;
    let needed = |name| keys.text(name)?.ok_or_else(|| missing(name));
    let expires = response.count("ExpiredTime")?.ok_or_else(|| missing("ExpiredTime"))?;
    let expires = i64::try_from(expires).ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    Ok(Credentials {
        key_id: needed("TmpSecretId")?,
        secret: Secret::new(needed("TmpSecretKey")?),
        token: Some(Secret::new(needed("Token")?)),
        expires_at: Some(expires.ok_or_else(|| InvalidField("`ExpiredTime` is not a time".to_owned()))?),
    })
}

fn missing(name: &str) -> InvalidField {
    InvalidField(format!("`{name}` is missing"))
}
