//! Alibaba Cloud: BssOpenApi 2017-12-14.

mod acs3;
mod balance;
mod errors;
mod keys;
mod profiles;
mod rpc;
mod sts;

use super::fields::{Fields, InvalidField};
use super::{Answer, Call, Cloud, Context, Failure, Keys, Method, Question, Reply, Request, Signature};
use std::borrow::Cow;

use crate::crypto::sha256_hex;
use crate::model::{Error, ErrorKind, Result, Site};

const ACS3: &str = "acs3";
const RPC: &str = "rpc";

/// Alibaba Cloud, on both its sites.
#[derive(Clone, Copy, Debug)]
pub struct Aliyun;

/// One action of the API.
#[derive(Debug)]
struct Action {
    version: &'static str,
    name: &'static str,
    parameters: Vec<(&'static str, String)>,
}

impl Cloud for Aliyun {
    fn name(&self) -> &'static str {
        "aliyun"
    }

    fn alias(&self) -> Option<&'static str> {
        Some("alibaba")
    }

    fn title(&self) -> &'static str {
        "Alibaba Cloud"
    }

    fn pair(&self) -> [&'static str; 2] {
        ["access_key_id", "access_key_secret"]
    }

    fn sites(&self) -> &'static [Site] {
        &[Site::INTL, Site::CN]
    }

    fn first_site(&self) -> Site {
        Site::CN
    }

    fn signatures(&self) -> &'static [Signature] {
        &[
            Signature { name: RPC, about: "RPC signature 1.0, HMAC-SHA1" },
            Signature { name: ACS3, about: "Signature V3, ACS3-HMAC-SHA256" },
        ]
    }

    fn balance_action(&self) -> &'static str {
        balance::ACTION
    }

    fn host(&self, question: &Question, site: Site) -> Cow<'static, str> {
        let role = match question {
            Question::AssumeRole(role) | Question::WebIdentity { role, .. } => Some(role),
            _ => None,
        };
        if let Some(endpoint) = role.and_then(|role| role.endpoint.clone()) {
            return Cow::Owned(endpoint);
        }
        let region = role.and_then(|role| {
            let service = if role.vpc { "sts-vpc" } else { "sts" };
            role.region.as_ref().map(|region| format!("{service}.{region}.aliyuncs.com"))
        });
        match (region, question.is_about_balances(), site) {
            (Some(host), ..) => Cow::Owned(host),
            (None, true, Site::CN) => Cow::Borrowed("business.aliyuncs.com"),
            (None, true, _) => Cow::Borrowed("business.ap-southeast-1.aliyuncs.com"),
            (None, false, Site::CN) => Cow::Borrowed("sts.aliyuncs.com"),
            (None, false, _) => Cow::Borrowed("sts.ap-southeast-1.aliyuncs.com"),
        }
    }

    /// Not in the documentation's table; what other clients keep to.
    fn requests_per_second(&self, _: &Question) -> u32 {
        10
    }

    fn request(&self, call: &Call) -> Result<Request> {
        let action = action(call.question)?;
        Ok(match (call.question, call.signature) {
            (Question::WebIdentity { .. }, _) => unsigned_request(&action, call),
            (_, ACS3) => acs3_request(&action, call),
            _ => rpc_request(&action, call),
        })
    }

    fn parse(&self, call: &Call, context: &Context, reply: &Reply) -> std::result::Result<Answer, Failure> {
        let text = reply.text()?;
        let fields = Fields::parse(text)
            .map_err(|error| reply.invalid_field(&error))?
            .hiding_values(!call.question.is_about_balances());
        let wrong = |field: InvalidField| reply.invalid_field(&field);
        if !call.question.is_about_balances() {
            if reply.status != 200 {
                return Err(errors::read(&fields, call, reply));
            }
            return match call.question {
                Question::Identity => sts::read_identity(&fields).map(Answer::Identity),
                _ => sts::read_credentials(&fields).map(Answer::Credentials),
            }
            .map_err(wrong);
        }
        // `Success: false` comes with status 200 too, and a gateway's error has no `Success` at all.
        let succeeded = fields.flag("Success").map_err(wrong)? == Some(true);
        if !succeeded || reply.status != 200 {
            return Err(errors::read(&fields, call, reply));
        }
        balance::read(&fields, context).map(Answer::Page).map_err(wrong)
    }

    fn keys(&self) -> &'static Keys {
        &keys::KEYS
    }
}

fn action(question: &Question) -> Result<Action> {
    match question {
        Question::Balance => {
            Ok(Action { version: "2017-12-14", name: balance::ACTION, parameters: Vec::new() })
        }
        Question::Identity => Ok(sts::identity()),
        Question::AssumeRole(role) => Ok(sts::assume_role(role)),
        Question::WebIdentity { role, provider, token } => Ok(sts::web_identity(role, provider, token)),
        Question::Members { .. } => Err(Error::new(
            ErrorKind::Unsupported,
            "Alibaba Cloud has no request that reads members' balances",
        )
        .hint("add an account for each member; a role in the member (`role_arn`) can read its balance")),
    }
}

/// The parameters travel in the body, so that key id, token and signature stay out of URLs.
fn rpc_request(action: &Action, call: &Call) -> Request {
    let timestamp = timestamp(call);
    let mut parameters = common_parameters(action, call, &timestamp);
    parameters.extend([
        ("AccessKeyId", call.credentials.key_id.as_str()),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureVersion", "1.0"),
    ]);
    if let Some(token) = &call.credentials.token {
        parameters.push(("SecurityToken", token.expose()));
    }
    let (form, signature) = rpc::signed_form(Method::Post, parameters, call.credentials.secret.expose());
    form_request(form, signature, call)
}

/// Asked by the bearer of an identity token, which proves enough.
fn unsigned_request(action: &Action, call: &Call) -> Request {
    let timestamp = timestamp(call);
    form_request(rpc::form(common_parameters(action, call, &timestamp)), String::new(), call)
}

fn common_parameters<'a>(action: &'a Action, call: &'a Call, timestamp: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut parameters = vec![
        ("Action", action.name),
        ("Format", "JSON"),
        ("SignatureNonce", call.stamp.nonce.as_str()),
        ("Timestamp", timestamp),
        ("Version", action.version),
    ];
    parameters.extend(action.parameters.iter().map(|(name, value)| (*name, value.as_str())));
    parameters
}

fn form_request(body: String, signature: String, call: &Call) -> Request {
    Request {
        method: Method::Post,
        endpoint: call.endpoint.clone(),
        target: "/".to_owned(),
        headers: vec![
            ("accept", "application/json".to_owned()),
            ("content-type", "application/x-www-form-urlencoded".to_owned()),
        ],
        body,
        signature,
    }
}

fn acs3_request(action: &Action, call: &Call) -> Request {
    let payload_hash = sha256_hex(b"");
    let mut headers = vec![
        ("accept", "application/json".to_owned()),
        ("x-acs-action", action.name.to_owned()),
        ("x-acs-content-sha256", payload_hash.clone()),
        ("x-acs-date", timestamp(call)),
        ("x-acs-signature-nonce", call.stamp.nonce.clone()),
        ("x-acs-version", action.version.to_owned()),
    ];
    if let Some(token) = &call.credentials.token {
        headers.push(("x-acs-security-token", token.expose().to_owned()));
    }
    let mut signed: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    signed.push(("host", call.endpoint.authority()));
    signed.sort_unstable();
    let mut query: Vec<(&str, &str)> =
        action.parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
    query.sort_unstable();
    let signable = acs3::Signable {
        method: Method::Post.name(),
        query: &query,
        headers: &signed,
        payload_hash: &payload_hash,
    };
    let signature = acs3::signature(&signable.string_to_sign(), call.credentials.secret.expose());
    let authorization = acs3::authorization(&signable, &call.credentials.key_id, &signature);
    let query = signable.canonical_query_string();
    headers.push(("authorization", authorization));
    Request {
        method: Method::Post,
        endpoint: call.endpoint.clone(),
        target: if query.is_empty() { "/".to_owned() } else { format!("/?{query}") },
        headers,
        body: String::new(),
        signature,
    }
}

fn timestamp(call: &Call) -> String {
    call.stamp.time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
