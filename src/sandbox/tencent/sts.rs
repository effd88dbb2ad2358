//! STS: who calls, and temporary keys for roles.

use serde_json::{Value, json};

use super::balance::permitted;
use super::parameters::Kind;
use super::{Call, KEYS, Refusal};
use crate::sandbox::iso_time;
use crate::sandbox::keys::Key;

/// What `AssumeRole` takes.
pub const ASSUME_ROLE: &[(&str, Kind)] = &[
    ("RoleArn", Kind::Text),
    ("RoleSessionName", Kind::Text),
    ("DurationSeconds", Kind::Integer),
    ("Policy", Kind::Text),
    ("ExternalId", Kind::Text),
    ("Tags", Kind::Tags),
    ("SourceIdentity", Kind::Text),
    ("SerialNumber", Kind::Text),
    ("TokenCode", Kind::Text),
];

/// What `AssumeRoleWithWebIdentity` takes.
pub const WEB_IDENTITY: &[(&str, Kind)] = &[
    ("ProviderId", Kind::Text),
    ("WebIdentityToken", Kind::Text),
    ("RoleArn", Kind::Text),
    ("RoleSessionName", Kind::Text),
    ("DurationSeconds", Kind::Integer),
];

const DEFAULT_DURATION: i64 = 7200;
const LONGEST_DURATION: i64 = 43_200;

/// `GetCallerIdentity` needs no permission.
pub fn identity(call: &Call) -> Value {
    let account = call.key.account().to_string();
    let kind = if call.key.token().is_some() { "CAMRole" } else { "RootAccount" };
    json!({
        "Arn": format!("qcs::cam::uin/{account}:uin/{account}"),
        "AccountId": account,
        "UserId": account,
        "PrincipalId": account,
        "Type": kind,
    })
}

/// `AssumeRole`.
pub fn assume_role(call: &Call) -> Result<Value, Refusal> {
    permitted(call, "sts:AssumeRole")?;
    issue(call)
}

/// `AssumeRoleWithWebIdentity`: any token will do, but there has to be one.
pub fn assume_role_with_web_identity(call: &Call) -> Result<Value, Refusal> {
    required(call, "ProviderId")?;
    required(call, "WebIdentityToken")?;
    issue(call)
}

fn issue(call: &Call) -> Result<Value, Refusal> {
    let (account, role) = role(required(call, "RoleArn")?).ok_or_else(|| invalid("RoleArn"))?;
    let session = required(call, "RoleSessionName")?;
    let allowed = |sign: char| sign.is_ascii_alphanumeric() || "_+=,.@-".contains(sign);
    if !(2..=128).contains(&session.len()) || !session.chars().all(allowed) {
        return Err(invalid("RoleSessionName"));
    }
    let duration = call.parameters.get("DurationSeconds").map_or(Some(DEFAULT_DURATION), Value::as_i64);
    let duration = duration
        .filter(|seconds| (1..=LONGEST_DURATION).contains(seconds))
        .ok_or_else(|| invalid("DurationSeconds"))?;
    let expires = call.now + duration;
    let key = Key::issue(KEYS, call.key.site, expires, account, role);
    Ok(json!({
        "Credentials": { "Token": key.token(), "TmpSecretId": key.id, "TmpSecretKey": key.secret() },
        "ExpiredTime": expires,
        "Expiration": iso_time(expires),
    }))
}

/// Account and name of `qcs::cam::uin/ACCOUNT:role/ID` or `…:roleName/NAME`.
fn role(arn: &str) -> Option<(&str, &str)> {
    let (account, role) = arn.strip_prefix("qcs::cam::uin/")?.split_once(':')?;
    let name = role.strip_prefix("roleName/").or_else(|| role.strip_prefix("role/"))?;
    let numbered = !account.is_empty() && account.bytes().all(|byte| byte.is_ascii_digit());
    (numbered && !name.is_empty()).then_some((account, name))
}

fn required<'a>(call: &'a Call, name: &str) -> Result<&'a str, Refusal> {
    let value = call.parameters.get(name).and_then(Value::as_str).filter(|value| !value.is_empty());
    value.ok_or_else(|| {
        Refusal::new("MissingParameter", format!("The request is missing the required parameter `{name}`."))
    })
}

fn invalid(name: &str) -> Refusal {
    Refusal::new("InvalidParameterValue", format!("The value of the parameter `{name}` is not valid."))
}
