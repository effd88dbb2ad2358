//! The balance of one account, the same for every cloud.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::value::RawValue;

use super::{Currency, Money, Site, Verdict};

/// The balance of one account. Amounts are in major units of `currency`; `None` means "not given", never zero.
#[derive(Clone, Debug)]
pub struct Balance {
    /// The cloud's short name, such as `tencent`.
    pub provider: &'static str,
    /// The site that answered.
    pub site: Site,
    /// The label of the account whose key was used.
    pub account: Arc<str>,
    /// The account the key belongs to, if the cloud returns it.
    pub billing_account_id: Option<String>,
    /// The id of the organization member, if the balance is a member's.
    pub sub_account_id: Option<String>,
    /// The member's name.
    pub sub_account_name: Option<String>,
    /// The currency of every amount.
    pub currency: Currency,
    /// The amount that can still be spent.
    pub available: Decimal,
    pub cash: Option<Decimal>,
    /// The credit limit, including temporary credit if the cloud includes it.
    pub credit_limit: Option<Decimal>,
    /// The temporary part of the credit limit.
    pub temporary_credit: Option<Decimal>,
    /// The amount frozen by pending orders.
    pub frozen: Option<Decimal>,
    /// The overdue amount.
    pub owed: Option<Decimal>,
    /// All other fields of the reply, with the cloud's names and in the cloud's order.
    pub details: Vec<(Arc<str>, Detail)>,
    /// When the reply arrived.
    pub fetched_at: DateTime<Utc>,
    /// The cloud's id of the request.
    pub request_id: Option<Arc<str>>,
    /// The result of a check; `None` if the balance was not checked.
    pub verdict: Option<Verdict>,
    /// A message for each optional field that could not be read.
    pub warnings: Vec<Box<str>>,
}

impl Balance {
    /// Returns an amount with the currency of this balance.
    pub fn money(&self, amount: Decimal) -> Money {
        Money { amount, currency: self.currency }
    }
}

/// A field of a reply beyond the common ones.
#[derive(Clone, Debug)]
pub enum Detail {
    /// An amount in a documented unit, converted to major units of the balance's currency.
    Amount(Decimal),
    /// An amount that is empty or unreadable: shown as null, never as zero.
    Unknown,
    /// Any other field, as the JSON of the reply. No unit is assumed.
    Verbatim(Box<RawValue>),
}
