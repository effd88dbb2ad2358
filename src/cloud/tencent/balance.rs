//! `DescribeAccountBalance`: <https://www.tencentcloud.com/document/product/555/50284>.

use super::super::fields::{Fields, InvalidField, Optional};
use super::super::{Context, NextPages, Page};
use super::{currency, major};
use crate::model::{Balance, Row, Site};

pub const ACTION: &str = "DescribeAccountBalance";

/// The fields that hold cents.
const AMOUNTS: &[&str] = &[
    "Balance",
    "RealBalance",
    "CashAccountBalance",
    "IncomeIntoAccountBalance",
    "PresentAccountBalance",
    "FreezeAmount",
    "OweAmount",
    "CreditAmount",
    "CreditBalance",
    "RealCreditBalance",
    "TempCredit",
];

/// `TempCredit` asks for the temporary credit to be told.
pub fn body() -> String {
    r#"{"TempCredit":true}"#.to_owned()
}

/// Reads the balance. `RealCreditBalance` is what can still be spent; a reply without it gives `RealBalance`.
pub fn read(response: &Fields, context: &Context) -> Result<Page, InvalidField> {
    let spendable = match major(response, "RealCreditBalance")? {
        Some(amount) => Some((amount, "RealCreditBalance")),
        None => major(response, "RealBalance")?.map(|amount| (amount, "RealBalance")),
    };
    let (available, source) = spendable
        .ok_or_else(|| InvalidField("`RealCreditBalance` and `RealBalance` are both missing".to_owned()))?;
    let mut optional = Optional::new(response);
    // The international site documents the field as not applied: its zero says nothing.
    let cash =
        optional.read("CashAccountBalance", major).filter(|cash| context.site == Site::CN || !cash.is_zero());
    let mut read =
        vec![source, "CreditAmount", "TempCredit", "FreezeAmount", "OweAmount", "Uin", "RequestId"];
    if cash.is_some() {
        read.push("CashAccountBalance");
    }
    let balance = Balance {
        provider: "tencent",
        site: context.site,
        account: context.account.clone(),
        billing_account_id: optional.read("Uin", Fields::text),
        sub_account_id: None,
        sub_account_name: None,
        currency: currency(context),
        available,
        cash,
        credit_limit: optional.read("CreditAmount", major),
        temporary_credit: optional.read("TempCredit", major),
        frozen: optional.read("FreezeAmount", major),
        owed: optional.read("OweAmount", major),
        details: optional.details(&read, AMOUNTS, major),
        fetched_at: context.fetched_at,
        request_id: optional.read("RequestId", Fields::text).map(Into::into),
        verdict: None,
        warnings: optional.warnings,
    };
    Ok(Page { rows: vec![Row::Balance(Box::new(balance))], total: None, next_pages: NextPages::default() })
}
