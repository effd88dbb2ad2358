//! Tencent Cloud's API: which actions it knows, and the envelope of its replies.

mod balance;
mod members;
mod metadata;
mod parameters;
mod sts;
mod tc3;

use serde_json::{Map, Value, json};

use super::digest::form_pairs;
use super::keys::{Key, KeyForm};
use super::registry::Provider;
use super::reply::Reply;
use super::request::Request;
use super::state::State;
use parameters::Kind;

/// The site of tencentcloud.com.
const INTL: &str = "intl";
/// The site of cloud.tencent.com.
const CN: &str = "cn";

/// The keys of both sites.
const KEYS: &[KeyForm] = &[
    KeyForm { prefix: "AKIDsandboxintltemp", site: INTL, temporary: true, first_account: 600_000_561_284 },
    KeyForm { prefix: "AKIDsandboxcntemp", site: CN, temporary: true, first_account: 100_012_345_000 },
    KeyForm { prefix: "AKIDsandboxintl", site: INTL, temporary: false, first_account: 600_000_561_284 },
    KeyForm { prefix: "AKIDsandboxcn", site: CN, temporary: false, first_account: 100_012_345_000 },
];

/// Tencent Cloud in the sandbox.
pub const PROVIDER: Provider = Provider {
    name: "tencent",
    hosts: &[
        "billing.intl.tencentcloudapi.com",
        "billing.tencentcloudapi.com",
        "sts.intl.tencentcloudapi.com",
        "sts.tencentcloudapi.com",
    ],
    keys: KEYS,
    recognizes: is_called,
    answer,
    throttled,
    failing: internal_error,
    metadata: metadata::answer,
};

/// The documented limit of both balance APIs.
const RATE: u32 = 20;

/// An error in the cloud's words. It travels with status 200.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    code: &'static str,
    message: String,
}

impl Refusal {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// One admitted call.
pub struct Call {
    key: Key,
    parameters: Map<String, Value>,
    members: u32,
    now: i64,
}

struct Action {
    service: &'static str,
    version: &'static str,
    name: &'static str,
    /// An unsigned action says `Authorization: SKIP`.
    signed: bool,
    parameters: &'static [(&'static str, Kind)],
    answer: fn(&Call) -> Result<Value, Refusal>,
}

const ACTIONS: [Action; 5] = [
    Action {
        service: "billing",
        version: "2018-07-09",
        name: "DescribeAccountBalance",
        signed: true,
        parameters: balance::PARAMETERS,
        answer: balance::describe,
    },
    Action {
        service: "billing",
        version: "2018-07-09",
        name: "DescribeOrgMemberAccountBalance",
        signed: true,
        parameters: members::PARAMETERS,
        answer: members::describe,
    },
    Action {
        service: "sts",
        version: "2018-08-13",
        name: "GetCallerIdentity",
        signed: true,
        parameters: &[],
        answer: |call| Ok(sts::identity(call)),
    },
    Action {
        service: "sts",
        version: "2018-08-13",
        name: "AssumeRole",
        signed: true,
        parameters: sts::ASSUME_ROLE,
        answer: sts::assume_role,
    },
    Action {
        service: "sts",
        version: "2018-08-13",
        name: "AssumeRoleWithWebIdentity",
        signed: false,
        parameters: sts::WEB_IDENTITY,
        answer: sts::assume_role_with_web_identity,
    },
];

/// Whether a request is meant for this cloud.
fn is_called(request: &Request) -> bool {
    request.header("authorization").is_some_and(|scheme| scheme.starts_with("TC3-"))
        || request.headers.contains_key("x-tc-action")
        || request.method == "POST" && request.host_name().ends_with("tencentcloudapi.com")
        || older_signature(request).is_some()
}

/// The method of a request signed the older way, whose key is among its parameters.
fn older_signature(request: &Request) -> Option<&'static str> {
    let mut parameters = form_pairs(&request.query);
    parameters.extend(form_pairs(request.form().unwrap_or_default()));
    let get = |name: &str| parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value);
    let is_signed = get("SecretId").is_some() && get("Signature").is_some();
    // This is the method where none is named.
    is_signed.then(|| match get("SignatureMethod").map(String::as_str) {
        Some("HmacSHA256") => "HmacSHA256",
        _ => "HmacSHA1",
    })
}

/// Judges and answers a call.
fn answer(state: &State, request: &Request, now: i64) -> Reply {
    envelope(state, respond(state, request, now))
}

/// The reply to a call too many.
fn throttled(state: &State, _: &Request) -> Reply {
    envelope(state, Err(too_many()))
}

/// The reply of a server that fails.
fn internal_error(state: &State, _: &Request) -> Reply {
    let refusal = Refusal::new("InternalError", "An internal error occurred. Try again later.");
    Reply { status: 500, ..envelope(state, Err(refusal)) }
}

fn too_many() -> Refusal {
    Refusal::new(
        "RequestLimitExceeded",
        format!("Your request exceeds the limit of {RATE} requests a second."),
    )
}

fn envelope(state: &State, outcome: Result<Value, Refusal>) -> Reply {
    let mut response = outcome
        .unwrap_or_else(|refusal| json!({ "Error": { "Code": refusal.code, "Message": refusal.message } }));
    response["RequestId"] = state.request_id().into();
    Reply::json(&json!({ "Response": response }))
}

fn respond(state: &State, request: &Request, now: i64) -> Result<Value, Refusal> {
    if request.path != "/" || !["GET", "POST"].contains(&request.method.as_str()) {
        return Err(Refusal::new("UnsupportedProtocol", "Only GET and POST of the path `/` are supported."));
    }
    if let Some(method) = older_signature(request) {
        let message = format!("The sandbox verifies TC3-HMAC-SHA256 only, not {method}.");
        return Err(Refusal::new("AuthFailure.InvalidAuthorization", message));
    }
    let action = action(request)?;
    state.called(action.name);
    let site = site(&request.host_name());
    let key = if action.signed {
        let verified = tc3::verify(request, action.service, site, now);
        if verified.as_ref().is_err_and(|refusal| refusal.code == "AuthFailure.SignatureFailure") {
            state.refused_signature();
        }
        verified?
    } else {
        if request.header("authorization") != Some("SKIP") {
            let message = format!("The action {} takes no signature.", action.name);
            return Err(Refusal::new("AuthFailure.InvalidAuthorization", message));
        }
        Key::demo(KEYS, site.unwrap_or(INTL))
    };
    state.admit(&key.id, action.name, RATE).map_err(|_| too_many())?;
    let parameters = parameters::read(request, action.parameters)?;
    (action.answer)(&Call { key, parameters, members: state.members, now })
}

fn action(request: &Request) -> Result<&'static Action, Refusal> {
    let required = |name: &str| {
        let missing =
            || Refusal::new("MissingParameter", format!("The request is missing the header `{name}`."));
        request.header(name).filter(|value| !value.is_empty()).ok_or_else(missing)
    };
    let (name, version) = (required("x-tc-action")?, required("x-tc-version")?);
    let host = request.host_name();
    let service = host.strip_suffix("tencentcloudapi.com").and_then(|labels| labels.split('.').next());
    let mut served = ACTIONS.iter().filter(|action| service.is_none_or(|service| service == action.service));
    let Some(action) = served.clone().find(|action| action.name == name) else {
        return Err(match served.find(|action| action.version == version) {
            Some(_) => Refusal::new("InvalidAction", format!("The action `{name}` does not exist.")),
            None => Refusal::new("NoSuchVersion", format!("The version `{version}` does not exist.")),
        });
    };
    if action.version != version {
        return Err(Refusal::new("NoSuchVersion", format!("The version `{version}` does not exist.")));
    }
    Ok(action)
}

/// The site of a host of the cloud's own; any other host serves both.
fn site(host: &str) -> Option<&'static str> {
    if host.ends_with(".intl.tencentcloudapi.com") {
        Some(INTL)
    } else if host.ends_with(".tencentcloudapi.com") {
        Some(CN)
    } else {
        None
    }
}
