//! `DescribeOrgMemberAccountBalance`: <https://www.tencentcloud.com/document/api/555/80470>.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value;
use serde_json::value::RawValue;

use super::super::fields::{Fields, InvalidField, Optional};
use super::super::{Context, NextPages, Page};
use super::{currency, major};
use crate::model::{Balance, Error, ErrorKind, Row};

pub const ACTION: &str = "DescribeOrgMemberAccountBalance";

/// The largest `PageSize`, and the largest number of uins in one request.
pub const PAGE_SIZE: usize = 10;

/// The largest plausible organization. A larger total is treated as an error of the server.
const MOST_MEMBERS: u64 = 10_000_000;

/// The fields that hold cents.
const AMOUNTS: &[&str] =
    &["RealBalance", "CashAccountBalance", "CreditAmount", "BasicCreditAmount", "TempCredit", "OweAmount"];

/// The fields that become common ones.
const READ: &[&str] = &[
    "MemberUin",
    "MemberName",
    "RealBalance",
    "CashAccountBalance",
    "CreditAmount",
    "TempCredit",
    "OweAmount",
];

pub fn body(page: u64, uins: &[String]) -> String {
    let mut body = serde_json::json!({ "PageNumber": page, "PageSize": PAGE_SIZE });
    if !uins.is_empty() {
        body["MemberUins"] = uins.into();
    }
    body.to_string()
}

/// Reads one page. A member that cannot be read is an error of its own, and so is one that was asked for and is
/// not there; one that was asked for and comes again is left out. The reply's `PageSize` is the number of members
/// returned, so pages are counted by what was asked.
pub fn read(response: &Fields, context: &Context, page: u64, uins: &[String]) -> Result<Page, InvalidField> {
    let total = response.count("TotalCount")?;
    if total.is_some_and(|total| total > MOST_MEMBERS) {
        return Err(InvalidField(format!("`TotalCount` is more than {MOST_MEMBERS}")));
    }
    let members = match (response.objects("Data")?, total) {
        (Some(members), _) => members,
        (None, Some(0)) => Vec::new(),
        (None, _) => return Err(InvalidField("`Data` is missing".to_owned())),
    };
    // Without it, and were it unreadable, the members are what they are.
    let request_id: Option<Arc<str>> = response.text("RequestId").ok().flatten().map(Into::into);
    let mut seen = HashSet::with_capacity(members.len());
    let mut rows = Vec::with_capacity(members.len());
    for (raw, member) in members {
        let uin = match &member {
            Ok(member) => member.text("MemberUin").ok().flatten(),
            Err(_) => uin_in(raw),
        };
        if !uins.is_empty() && uin.as_ref().is_some_and(|uin| seen.contains(uin)) {
            continue;
        }
        let row = member
            .and_then(|member| read_member(&member, context, request_id.clone()))
            .and_then(|balance| expected(balance, uins));
        rows.push(row.map_or_else(
            |InvalidField(why)| {
                let error = Error::new(ErrorKind::UnreadableReply, format!("unreadable member: {why}"));
                failed(error, context, uin.as_deref(), request_id.as_deref())
            },
            |balance| Row::Balance(Box::new(balance)),
        ));
        seen.extend(uin);
    }
    for uin in uins.iter().filter(|uin| !seen.contains(*uin)) {
        let error = Error::new(ErrorKind::NotReturned, "asked for and not returned")
            .hint("check the uin, and that it belongs to the organization this account administers");
        rows.push(failed(error, context, Some(uin), request_id.as_deref()));
    }
    let pages = total.unwrap_or_default().div_ceil(PAGE_SIZE as u64);
    let next_pages = if uins.is_empty() && page == 1 { 2..pages.saturating_add(1).max(2) } else { 0..0 };
    Ok(Page { rows, total, next_pages: NextPages { pages: next_pages } })
}

/// The uin of a member that cannot be read, where at least that can.
fn uin_in(member: &RawValue) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Member {
        #[serde(rename = "MemberUin")]
        uin: Value,
    }
    match serde_json::from_str(member.get()).ok()? {
        Member { uin: Value::String(uin) } => Some(uin),
        Member { uin: Value::Number(uin) } => Some(uin.to_string()),
        Member { .. } => None,
    }
}

/// Rejects a member that was not requested.
fn expected(balance: Balance, uins: &[String]) -> Result<Balance, InvalidField> {
    let asked = uins.is_empty() || balance.sub_account_id.as_ref().is_some_and(|uin| uins.contains(uin));
    if asked { Ok(balance) } else { Err(InvalidField("it was not asked for".to_owned())) }
}

fn read_member(
    member: &Fields,
    context: &Context,
    request_id: Option<Arc<str>>,
) -> Result<Balance, InvalidField> {
    let missing = |name: &str| InvalidField(format!("`{name}` is missing"));
    let mut optional = Optional::new(member);
    Ok(Balance {
        provider: "tencent",
        site: context.site,
        account: context.account.clone(),
        billing_account_id: None,
        sub_account_id: Some(member.text("MemberUin")?.ok_or_else(|| missing("MemberUin"))?),
        sub_account_name: optional.read("MemberName", Fields::text),
        currency: currency(context),
        available: major(member, "RealBalance")?.ok_or_else(|| missing("RealBalance"))?,
        cash: optional.read("CashAccountBalance", major),
        credit_limit: optional.read("CreditAmount", major),
        temporary_credit: optional.read("TempCredit", major),
        frozen: None,
        owed: optional.read("OweAmount", major),
        details: optional.details(READ, AMOUNTS, major),
        fetched_at: context.fetched_at,
        request_id,
        verdict: None,
        warnings: optional.warnings,
    })
}

fn failed(error: Error, context: &Context, uin: Option<&str>, request_id: Option<&str>) -> Row {
    let mut error = error.at("tencent", context.account);
    error.sub_account_id = uin.map(Into::into);
    error.request_id = request_id.map(Into::into);
    Row::Error(Box::new(error))
}
