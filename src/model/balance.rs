//! The balance of one account, the same for every cloud.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::value::RawValue;

use super::{Currency, Money, Site, Verdict};

/// How much money one account has. Amounts are in major units of `currency`; `None` is "not given", never zero.
#[derive(Clone, Debug)]
pub struct Balance {
    /// The cloud's short name, such as `tencent`.
    pub provider: &'static str,
    /// The site that answered.
    pub site: Site,
    /// The label of the account whose key was used.
    pub account: Arc<str>,
    /// The account the key belongs to, where the cloud tells it.
    pub billing_account_id: Option<String>,
    /// The organisation member this balance is of.
    pub sub_account_id: Option<String>,
    /// The member's name.
    pub sub_account_name: Option<String>,
    /// What every amount here is counted in.
    pub currency: Currency,
    /// What can still be spent.
    pub available: Decimal,
    /// Cash.
    pub cash: Option<Decimal>,
    /// The credit limit, temporary credit included where the cloud counts it in.
    pub credit_limit: Option<Decimal>,
    /// The temporary part of the credit limit.
    pub temporary_credit: Option<Decimal>,
    /// Frozen by pending orders.
    pub frozen: Option<Decimal>,
    /// Overdue.
    pub owed: Option<Decimal>,
    /// Everything else the cloud gave, under the cloud's own names, in the cloud's order.
    pub details: Vec<(Arc<str>, Detail)>,
    /// When the answer came.
    pub fetched_at: DateTime<Utc>,
    /// The cloud's id of the request that this was read from.
    pub request_id: Option<Arc<str>>,
    /// What a check has found; `None` when nothing was checked.
    pub verdict: Option<Verdict>,
    /// The optional fields that could not be read, each with what it holds.
    pub warnings: Vec<Box<str>>,
}

impl Balance {
    /// An amount of this balance with its currency.
    pub fn money(&self, amount: Decimal) -> Money {
        Money { amount, currency: self.currency }
    }
}

/// Something a cloud gave beyond the common fields.
#[derive(Clone, Debug)]
pub enum Detail {
    /// An amount whose unit is documented, in major units of the balance's currency.
    Amount(Decimal),
    /// An amount that is empty or cannot be read: null, never zero.
    Unknown,
    /// Anything else, as the cloud wrote it (JSON): nothing about its unit is assumed.
    Verbatim(Box<RawValue>),
}
