//! `QueryAccountBalance`: <https://help.aliyun.com/document_detail/472991.html>.

use std::sync::Arc;

use super::super::fields::{Fields, InvalidField};
use super::super::{Context, Following, Page};
use super::errors::is_success;
use crate::model::{Balance, Detail, Row};

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
    let currency = match (context.currency, data.text("Currency")?) {
        (Some(currency), _) => currency,
        (None, Some(code)) => {
            code.parse().map_err(|error| InvalidField(format!("`Currency` is `{code}`: {error}")))?
        }
        (None, None) => return Err(missing("Currency")),
    };
    let details = data.iter().filter(|(name, _)| !READ.contains(name)).map(|(name, raw)| {
        let detail = if AMOUNTS.contains(&name) {
            Detail::Amount(data.amount(name)?.ok_or_else(|| missing(name))?)
        } else {
            Detail::Verbatim(raw.to_owned())
        };
        Ok((Arc::from(name), detail))
    });
    let balance = Balance {
        provider: "aliyun",
        site: context.site,
        account: context.account.clone(),
        billing_account_id: None,
        sub_account_id: None,
        sub_account_name: None,
        currency,
        available: data.amount("AvailableAmount")?.ok_or_else(|| missing("AvailableAmount"))?,
        cash: data.amount("AvailableCashAmount")?,
        credit_limit: data.amount("CreditAmount")?,
        temporary_credit: None,
        frozen: None,
        owed: None,
        details: details.collect::<Result<_, _>>()?,
        fetched_at: context.fetched_at,
        request_id: fields.text("RequestId")?.map(Into::into),
    };
    Ok(Page { rows: vec![Row::Balance(Box::new(balance))], total: None, following: Following::default() })
}
