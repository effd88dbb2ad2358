//! STS: who calls, and temporary keys for roles.

use serde_json::{Value, json};

use super::{Call, KEYS, Refusal};
use crate::sandbox::iso_time;
use crate::sandbox::keys::Key;

const DEFAULT_DURATION: i64 = 3600;
const SHORTEST_DURATION: i64 = 900;
const LONGEST_DURATION: i64 = 43_200;

/// `GetCallerIdentity` needs no permission.
pub fn identity(call: &Call) -> Value {
    let account = call.key.account().to_string();
    let (kind, arn) = if call.key.token().is_some() {
        ("AssumedRoleUser", format!("acs:sts::{account}:assumed-role/sandbox/sandbox"))
    } else {
        ("Account", format!("acs:ram::{account}:root"))
    };
    json!({
        "AccountId": account,
        "Arn": arn,
        "IdentityType": kind,
        "PrincipalId": account,
        "UserId": account,
    })
}

/// `AssumeRole`.
pub fn assume_role(call: &Call) -> Result<Value, Refusal> {
    if call.key.has("denied") {
        let message = "You are not authorized to do this action. You should be authorized by RAM.";
        return Err(Refusal::new(403, "NoPermission", message));
    }
    issue(call)
}

/// `AssumeRoleWithOIDC`: any token will do, but there has to be one.
pub fn assume_role_with_oidc(call: &Call) -> Result<Value, Refusal> {
    call.parameters.require("OIDCProviderArn")?;
    call.parameters.require("OIDCToken")?;
    issue(call)
}

fn issue(call: &Call) -> Result<Value, Refusal> {
    let arn = call.parameters.require("RoleArn")?;
    let (account, role) = role(arn).ok_or_else(|| invalid("InvalidParameter.RoleArn", "RoleArn"))?;
    let session = call.parameters.require("RoleSessionName")?;
    let allowed = |sign: char| sign.is_ascii_alphanumeric() || ".@-_".contains(sign);
    if !(2..=64).contains(&session.len()) || !session.chars().all(allowed) {
        return Err(invalid("InvalidParameter.RoleSessionName", "RoleSessionName"));
    }
    let duration =
        call.parameters.get("DurationSeconds").map_or(Some(DEFAULT_DURATION), |text| text.parse().ok());
    let duration = duration
        .filter(|seconds| (SHORTEST_DURATION..=LONGEST_DURATION).contains(seconds))
        .ok_or_else(|| invalid("InvalidParameter.DurationSeconds", "DurationSeconds"))?;
    let key = Key::issue(KEYS, call.key.site, call.now + duration, account, role);
    Ok(json!({
        "AssumedRoleUser": {
            "Arn": format!("acs:sts::{account}:assumed-role/{role}/{session}"),
            "AssumedRoleId": format!("{account}:{session}"),
        },
        "Credentials": {
            "AccessKeyId": key.id,
            "AccessKeySecret": key.secret(),
            "SecurityToken": key.token(),
            "Expiration": iso_time(call.now + duration),
        },
    }))
}

/// Account and name of `acs:ram::ACCOUNT:role/NAME`.
fn role(arn: &str) -> Option<(&str, &str)> {
    let (account, name) = arn.strip_prefix("acs:ram::")?.split_once(":role/")?;
    let numbered = !account.is_empty() && account.bytes().all(|byte| byte.is_ascii_digit());
    (numbered && !name.is_empty()).then_some((account, name))
}

fn invalid(code: &'static str, name: &str) -> Refusal {
    Refusal::new(400, code, format!("The parameter {name} is wrongly formed."))
}
