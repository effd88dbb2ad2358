//! `QueryAccountBalance`: <https://help.aliyun.com/document_detail/472991.html>.

use super::super::fields::{Fields, InvalidField, Optional};
use super::super::{Context, NextPages, Page};
use super::errors::is_success;
use crate::model::{Balance, Currency, Row};

pub const ACTION: &str = "QueryAccountBalance";

/// The fields that become common ones.
const READ: &[&str] = &["AvailableAmount", "AvailableCashAmount", "CreditAmount", "Currency"];

/// Further amounts, in major units like all of them here.
const AMOUNTS: &[&str] = &["MybankCreditAmount", "QuotaLimit"];

/// Reads the balance. `AvailableAmount` is what can still be spent: cash, credit and refunds less what is
/// unsettled; coupons and prepaid cards are not in it
/// (<https://help.aliyun.com/en/user-center/monitor-account-balances>).
pub fn read(fields: &Fields, context: &Context) -> Result<Page, InvalidField> {
    let missing = |name: &str| InvalidField(format!("`{name}` is missing"));
    if let Some(code) = fields.text("Code")?.filter(|code| !is_success(code)) {
        return Err(InvalidField(format!("`Success` is true, but `Code` is `{code}`")));
    }
    let data = fields.object("Data")?.ok_or_else(|| missing("Data"))?;
    let currency = match data.text("Currency")?.filter(|code| !code.trim().is_empty()) {
        Some(code) => Currency::from_reply(&code)
            .ok_or_else(|| InvalidField(format!("`Currency` is `{code}`, not a currency code")))?,
        None => context.currency.ok_or_else(|| missing("Currency"))?,
    };
    let (mut envelope, mut optional) = (Optional::new(fields), Optional::new(&data));
    let balance = Balance {
        provider: "aliyun",
        site: context.site,
        account: context.account.clone(),
        billing_account_id: None,
        sub_account_id: None,
        sub_account_name: None,
        currency,
        available: data.amount("AvailableAmount")?.ok_or_else(|| missing("AvailableAmount"))?,
        cash: optional.read("AvailableCashAmount", Fields::amount),
        credit_limit: optional.read("CreditAmount", Fields::amount),
        temporary_credit: None,
        frozen: None,
        owed: None,
        details: optional.details(READ, AMOUNTS, Fields::amount),
        fetched_at: context.fetched_at,
        request_id: envelope.read("RequestId", Fields::text).map(Into::into),
        verdict: None,
        warnings: [envelope.warnings, optional.warnings].concat(),
    };
    Ok(Page { rows: vec![Row::Balance(Box::new(balance))], total: None, next_pages: NextPages::default() })
}
