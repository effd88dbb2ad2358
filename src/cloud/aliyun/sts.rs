//! Temporary credentials and identity: STS 2015-04-01, <https://help.aliyun.com/document_detail/371864.html>.

use chrono::DateTime;

use super::super::fields::{Fields, InvalidField};
use super::super::{Identity, Role};
use super::Action;
use crate::model::{Credentials, Secret};

pub const VERSION: &str = "2015-04-01";

pub fn identity() -> Action {
    Action { version: VERSION, name: "GetCallerIdentity", parameters: Vec::new() }
}

pub fn assume_role(role: &Role) -> Action {
    Action { version: VERSION, name: "AssumeRole", parameters: parameters(role) }
}

pub fn web_identity(role: &Role, provider: &str, token: &Secret) -> Action {
    let mut parameters = parameters(role);
    parameters.push(("OIDCProviderArn", provider.to_owned()));
    parameters.push(("OIDCToken", token.expose().to_owned()));
    Action { version: VERSION, name: "AssumeRoleWithOIDC", parameters }
}

fn parameters(role: &Role) -> Vec<(&'static str, String)> {
    let mut parameters = vec![("RoleArn", role.arn.clone()), ("RoleSessionName", role.session_name.clone())];
    parameters.extend(role.duration.map(|seconds| ("DurationSeconds", seconds.to_string())));
    parameters.extend(role.policy.clone().map(|policy| ("Policy", policy)));
    parameters.extend(role.external_id.clone().map(|external_id| ("ExternalId", external_id)));
    parameters
}

pub fn read_identity(fields: &Fields) -> Result<Identity, InvalidField> {
    let account_id = fields.text("AccountId")?.ok_or_else(|| missing("AccountId"))?;
    Ok(Identity { account_id, arn: fields.text("Arn")? })
}

pub fn read_credentials(fields: &Fields) -> Result<Credentials, InvalidField> {
    let keys = fields.object("Credentials")?.ok_or_else(|| missing("Credentials"))?;
    let needed = |name| keys.text(name)?.ok_or_else(|| missing(name));
    let expires = DateTime::parse_from_rfc3339(&needed("Expiration")?);
    let expires = expires.map_err(|_| InvalidField("`Expiration` is not a time".to_owned()))?;
    Ok(Credentials {
        key_id: needed("AccessKeyId")?,
        secret: Secret::new(needed("AccessKeySecret")?),
        token: Some(Secret::new(needed("SecurityToken")?)),
        expires_at: Some(expires.to_utc()),
    })
}

fn missing(name: &str) -> InvalidField {
    InvalidField(format!("`{name}` is missing"))
}
