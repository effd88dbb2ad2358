//! Alibaba Cloud's API: which actions it knows, its two schemes, and its replies as JSON or XML.

mod acs3;
mod balance;
mod metadata;
mod rpc;
mod sts;
mod verify;
mod xml;

use serde_json::{Value, json};

use super::digest::form_pairs;
use super::keys::{Key, KeyForm};
use super::registry::Provider;
use super::reply::Reply;
use super::request::Request;
use super::state::State;

/// The site of alibabacloud.com.
const INTL: &str = "intl";
/// The site of aliyun.com.
const CN: &str = "cn";

/// The keys of both sites.
const KEYS: &[KeyForm] = &[
    KeyForm { prefix: "STS.sandboxintl", site: INTL, temporary: true, first_account: 5_012_345_678_900_000 },
    KeyForm { prefix: "STS.sandboxcn", site: CN, temporary: true, first_account: 1_012_345_678_900_000 },
    KeyForm { prefix: "LTAIsandboxintl", site: INTL, temporary: false, first_account: 5_012_345_678_900_000 },
    KeyForm { prefix: "LTAIsandboxcn", site: CN, temporary: false, first_account: 1_012_345_678_900_000 },
];

/// Alibaba Cloud in the sandbox.
pub const PROVIDER: Provider = Provider {
    name: "aliyun",
    hosts: &[
        "business.aliyuncs.com",
        "business.ap-southeast-1.aliyuncs.com",
        "sts.aliyuncs.com",
        "sts.ap-southeast-1.aliyuncs.com",
        "sts.cn-hangzhou.aliyuncs.com",
        "sts.cn-shanghai.aliyuncs.com",
        "sts.cn-beijing.aliyuncs.com",
        "sts.cn-shenzhen.aliyuncs.com",
        "sts.cn-hongkong.aliyuncs.com",
    ],
    keys: KEYS,
    recognizes: |request| {
        let parameters = Parameters::of(request);
        is_rpc(&parameters) || is_acs3(request, &parameters)
    },
    answer,
    throttled,
    failing: |_, _| Reply::text(500, "Internal Server Error"),
    metadata: metadata::answer,
};

/// The limit of `QueryAccountBalance` as its users report it.
const RATE: u32 = 10;

/// An error in the cloud's words.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    status: u16,
    code: &'static str,
    message: String,
    retry_after: Option<u128>,
}

impl Refusal {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None }
    }

    fn missing(name: &str) -> Self {
        Self::new(400, "MissingParameter", format!("The parameter {name} is mandatory for this action."))
    }
}

/// Parameters in the order sent, names and values decoded.
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn of(request: &Request) -> Self {
        let mut pairs = form_pairs(&request.query);
        pairs.extend(form_pairs(request.form().unwrap_or_default()));
        Self(pairs)
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn require(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).filter(|value| !value.is_empty()).ok_or_else(|| Refusal::missing(name))
    }
}

/// One admitted call.
pub struct Call<'a> {
    key: Key,
    parameters: &'a Parameters,
    now: i64,
}

struct Action {
    product: &'static str,
    version: &'static str,
    name: &'static str,
    signed: bool,
    answer: fn(&Call) -> Result<Value, Refusal>,
}

const BUSINESS: &str = "business";
const STS: &str = "sts";

const ACTIONS: [Action; 4] = [
    Action {
        product: BUSINESS,
        version: "2017-12-14",
        name: "QueryAccountBalance",
        signed: true,
        answer: balance::query,
    },
    Action {
        product: STS,
        version: "2015-04-01",
        name: "GetCallerIdentity",
        signed: true,
        answer: |call| Ok(sts::identity(call)),
    },
    Action {
        product: STS,
        version: "2015-04-01",
        name: "AssumeRole",
        signed: true,
        answer: sts::assume_role,
    },
    Action {
        product: STS,
        version: "2015-04-01",
        name: "AssumeRoleWithOIDC",
        signed: false,
        answer: sts::assume_role_with_oidc,
    },
];

/// A request made in one of the cloud's two schemes.
struct Message<'a> {
    request: &'a Request,
    parameters: Parameters,
    acs3: bool,
}

impl<'a> Message<'a> {
    /// Reads a recognized request.
    fn read(request: &'a Request) -> Self {
        let parameters = Parameters::of(request);
        let acs3 = is_acs3(request, &parameters);
        Self { request, parameters, acs3 }
    }

    fn action_and_version(&self) -> Result<(&str, &str), Refusal> {
        let header = |name: &str| self.request.header(name).ok_or_else(|| Refusal::missing(name));
        if self.acs3 {
            Ok((header("x-acs-action")?, header("x-acs-version")?))
        } else {
            Ok((self.parameters.require("Action")?, self.parameters.require("Version")?))
        }
    }

    /// XML is the default of the RPC scheme; here it is of the other too, as nothing promises JSON unasked.
    fn wants_json(&self) -> bool {
        if self.acs3 {
            self.request.header("accept").is_some_and(|kinds| kinds.contains("json") || kinds.contains("*/*"))
        } else {
            self.parameters.get("Format").is_some_and(|format| format.eq_ignore_ascii_case("json"))
        }
    }
}

fn is_rpc(parameters: &Parameters) -> bool {
    parameters.get("Action").is_some() || parameters.get("Signature").is_some()
}

/// The older SDK sends `x-acs-action` next to its RPC parameters, so that header alone decides nothing.
fn is_acs3(request: &Request, parameters: &Parameters) -> bool {
    request.header("authorization").is_some_and(|scheme| scheme.starts_with("ACS3-"))
        || (!is_rpc(parameters) && request.header("x-acs-action").is_some())
}

/// Judges and answers a call.
fn answer(state: &State, request: &Request, now: i64) -> Reply {
    let message = Message::read(request);
    render(state, &message, respond(state, &message, now))
}

/// The reply to a call too many.
fn throttled(state: &State, request: &Request) -> Reply {
    render(state, &Message::read(request), Err(too_many(1000)))
}

fn too_many(wait: u128) -> Refusal {
    let message = "Request was denied due to user flow control.";
    Refusal { retry_after: Some(wait), ..Refusal::new(400, "Throttling.User", message) }
}

fn respond(state: &State, message: &Message, now: i64) -> Result<Value, Refusal> {
    let Message { request, parameters, acs3 } = message;
    let (name, version) = message.action_and_version()?;
    let host = request.host_name();
    let action = action(name, version, &host)?;
    state.called(action.name);
    let site = site(&host);
    let key = if action.signed {
        let claim = if *acs3 { acs3::claim(request)? } else { rpc::claim(request, parameters)? };
        verify::judge(state, &claim, now)?
    } else {
        Key::demo(KEYS, site.unwrap_or(CN))
    };
    if action.product == BUSINESS && site.is_some_and(|site| site != key.site) {
        return Err(balance::not_applicable());
    }
    state.admit(&key.id, action.name, RATE).map_err(|wait| too_many(wait.as_millis() + 1))?;
    (action.answer)(&Call { key, parameters, now })
}

fn action(name: &str, version: &str, host: &str) -> Result<&'static Action, Refusal> {
    let product = host.strip_suffix("aliyuncs.com").and_then(|labels| labels.split('.').next());
    let mut served = ACTIONS.iter().filter(|action| product.is_none_or(|product| product == action.product));
    let known = served.clone().find(|action| action.name == name && action.version == version);
    known.ok_or_else(|| match served.find(|action| action.version == version) {
        Some(_) => Refusal::new(
            404,
            "InvalidAction.NotFound",
            "Specified api is not found, please check your url and method.",
        ),
        None => Refusal::new(404, "InvalidVersion", "Specified parameter Version is not valid."),
    })
}

/// The site of a host of the cloud's own; any other host serves both.
fn site(host: &str) -> Option<&'static str> {
    match host {
        "business.ap-southeast-1.aliyuncs.com" | "sts.ap-southeast-1.aliyuncs.com" => Some(INTL),
        "business.aliyuncs.com" | "sts.aliyuncs.com" => Some(CN),
        _ => None,
    }
}

fn render(state: &State, message: &Message, outcome: Result<Value, Refusal>) -> Reply {
    let id = state.request_id().to_uppercase();
    let (status, root, mut body, retry_after) = match outcome {
        Ok(body) => (200, "Response", body, None),
        Err(refusal) => {
            let recommend = format!(
                "https://api.aliyun.com/troubleshoot?q={}&product=BssOpenApi&requestId={id}",
                refusal.code
            );
            let body = json!({
                "HostId": message.request.header("host"),
                "Code": refusal.code,
                "Message": refusal.message,
                "Recommend": recommend,
            });
            (refusal.status, "Error", body, refusal.retry_after)
        }
    };
    body["RequestId"] = id.as_str().into();
    let mut reply = if message.wants_json() {
        Reply::new(status, "application/json;charset=utf-8", body.to_string())
    } else {
        Reply::new(status, "text/xml;charset=utf-8", xml::document(root, &body))
    };
    reply.headers.push(("x-acs-request-id", id));
    reply.headers.extend(retry_after.map(|millis| ("x-acs-retry-after", millis.to_string())));
    reply
}
