//! Tencent Cloud: API 3.0, billing 2018-07-09.

mod balance;
mod errors;
mod keys;
mod members;
mod sign;
mod sts;

use super::fields::{Fields, InvalidField};
use super::{
    Answer, Call, Cloud, Context, Endpoint, Failure, Keys, MembersApi, Method, Question, Reply, Request,
};
use crate::crypto::sha256_hex;
use crate::model::{Currency, Result, Site, minor_to_major};
use rust_decimal::Decimal;
use std::borrow::Cow;

/// Tencent Cloud, on both its sites.
#[derive(Clone, Copy, Debug)]
pub struct Tencent;

/// One action of the API: what the signature and the headers need to know of it.
#[derive(Debug)]
struct Action {
    /// The service's name in the signature.
    service: &'static str,
    version: &'static str,
    name: &'static str,
    /// The region, where the action wants one.
    region: Option<String>,
    /// The JSON body.
    body: String,
}

impl Cloud for Tencent {
    fn name(&self) -> &'static str {
        "tencent"
    }

    fn title(&self) -> &'static str {
        "Tencent Cloud"
    }

    fn pair(&self) -> [&'static str; 2] {
        ["secret_id", "secret_key"]
    }

    fn sites(&self) -> &'static [Site] {
        &[Site::INTL, Site::CN]
    }

    fn first_site(&self) -> Site {
        Site::INTL
    }

    /// The official SDKs ask the China site's token service, whatever site the account belongs to.
    fn identity_token_sites(&self) -> &'static [Site] {
        &[Site::CN, Site::INTL]
    }

    fn balance_action(&self) -> &'static str {
        balance::ACTION
    }

    fn currency(&self, site: Site) -> Option<Currency> {
        Some(currency_of(site))
    }

    fn members(&self) -> Option<MembersApi> {
        Some(MembersApi { action: members::ACTION, page_size: members::PAGE_SIZE })
    }

    fn host(&self, question: &Question, site: Site) -> Cow<'static, str> {
        Cow::Borrowed(match (question.is_about_balances(), site) {
            (true, Site::CN) => "billing.tencentcloudapi.com",
            (true, _) => "billing.intl.tencentcloudapi.com",
            (false, Site::CN) => "sts.tencentcloudapi.com",
            (false, _) => "sts.intl.tencentcloudapi.com",
        })
    }

    /// <https://www.tencentcloud.com/document/product/555/30746>
    fn requests_per_second(&self, _: &Question) -> u32 {
        20
    }

    fn request(&self, call: &Call) -> Result<Request> {
        Ok(signed_request(&action(call.question), call))
    }

    fn parse(&self, call: &Call, context: &Context, reply: &Reply) -> std::result::Result<Answer, Failure> {
        let text = reply.text()?;
        let envelope = Fields::parse(text)
            .map_err(|error| reply.invalid_field(&error))?
            .hiding_values(!call.question.is_about_balances());
        let wrong = |field: InvalidField| reply.invalid_field(&field);
        let response = envelope.object("Response").map_err(wrong)?;
        let response = response.ok_or_else(|| reply.unreadable("it has no `Response`"))?;
        // Errors come with status 200; they are looked for whatever the status and the content type.
        if let Some(error) = response.object("Error").map_err(wrong)? {
            return Err(errors::read(&error, &response, call, reply));
        }
        if reply.status != 200 {
            return Err(reply.unreadable("neither an error nor a success"));
        }
        match call.question {
            Question::Balance => balance::read(&response, context).map(Answer::Page),
            Question::Members { page, uins } => {
                members::read(&response, context, *page, uins).map(Answer::Page)
            }
            Question::Identity => sts::read_identity(&response).map(Answer::Identity),
            Question::AssumeRole(_) | Question::WebIdentity { .. } => {
                sts::read_credentials(&response).map(Answer::Credentials)
            }
        }
        .map_err(wrong)
    }

    fn keys(&self) -> &'static Keys {
        &keys::KEYS
    }
}

fn action(question: &Question) -> Action {
    let billing = |name, body| Action { service: "billing", version: "2018-07-09", name, region: None, body };
    match question {
        Question::Balance => billing(balance::ACTION, balance::body()),
        Question::Members { page, uins } => billing(members::ACTION, members::body(*page, uins)),
        Question::Identity => sts::identity(),
        Question::AssumeRole(role) => sts::assume_role(role),
        Question::WebIdentity { role, provider, token } => sts::web_identity(role, provider, token),
    }
}

/// What `Content-Type` is signed and sent as: nothing may be appended to it.
const CONTENT_TYPE: &str = "application/json";

fn signed_request(action: &Action, call: &Call) -> Request {
    let time = call.stamp.time;
    let host = call.endpoint.authority();
    let signable = sign::Signable {
        method: Method::Post.name(),
        query: "",
        headers: &[("content-type", CONTENT_TYPE), ("host", host)],
        payload_hash: &sha256_hex(action.body.as_bytes()),
        service: action.service,
        time,
    };
    let mut headers = vec![
        ("content-type", CONTENT_TYPE.to_owned()),
        ("x-tc-action", action.name.to_owned()),
        ("x-tc-version", action.version.to_owned()),
        ("x-tc-timestamp", time.timestamp().to_string()),
        ("x-tc-language", "en-US".to_owned()),
    ];
    let mut signature = String::new();
    if matches!(call.question, Question::WebIdentity { .. }) {
        headers.push(("authorization", "SKIP".to_owned()));
    } else {
        signature = sign::signature(&signable, call.credentials.secret.expose());
        headers.push(("authorization", sign::authorization(&signable, &call.credentials.key_id, &signature)));
    }
    if let Some(region) = &action.region {
        headers.push(("x-tc-region", region.clone()));
    }
    if let Some(token) = &call.credentials.token {
        headers.push(("x-tc-token", token.expose().to_owned()));
    }
    let endpoint: Endpoint = call.endpoint.clone();
    let (target, body) = ("/".to_owned(), action.body.clone());
    Request { method: Method::Post, endpoint, target, headers, body, signature }
}

/// An amount that a reply gives in cents (fen), in major units.
fn major(fields: &Fields, name: &str) -> std::result::Result<Option<Decimal>, InvalidField> {
    fields
        .amount(name)?
        .map(|cents| minor_to_major(cents).map_err(|error| InvalidField(format!("`{name}`: {error}"))))
        .transpose()
}

/// The currency of a reply, which names none.
fn currency(context: &Context) -> Currency {
    context.currency.unwrap_or_else(|| currency_of(context.site))
}

/// On the international site amounts are US cents, on the China site fen.
fn currency_of(site: Site) -> Currency {
    if site == Site::CN { Currency::CNY } else { Currency::USD }
}
