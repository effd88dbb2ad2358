//! The results of one run.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::{Balance, Converted, Currency, Error};

/// A row of a report.
#[derive(Clone, Debug)]
pub enum Row {
    Balance(Box<Balance>),
    /// A balance that could not be read.
    Error(Box<Error>),
}

/// The sum of the available amounts in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Total {
    /// The currency. Amounts are never added across currencies.
    pub currency: Currency,
    /// The sum; `None` if it cannot be represented exactly.
    pub available: Option<Decimal>,
    /// The number of balances.
    pub accounts: u64,
}

impl Total {
    /// Adds a balance to the total of its currency. Totals are in order of the first balance in their currency.
    pub fn add(totals: &mut Vec<Self>, balance: &Balance) {
        let at = totals.iter().position(|total| total.currency == balance.currency).unwrap_or_else(|| {
            totals.push(Self { currency: balance.currency, available: Some(Decimal::ZERO), accounts: 0 });
            totals.len() - 1
        });
        let total = &mut totals[at];
        total.available = total.available.and_then(|sum| exact_sum(sum, balance.available));
        total.accounts += 1;
    }
}

/// Returns the exact sum, or `None`. (Decimal's own addition drops digits to make a large sum fit.)
fn exact_sum(a: Decimal, b: Decimal) -> Option<Decimal> {
    let sum = a.checked_add(b)?;
    (sum.checked_sub(a) == Some(b) && sum.checked_sub(b) == Some(a)).then_some(sum)
}

/// Returns the exact difference, or `None`.
pub(super) fn exact_difference(a: Decimal, b: Decimal) -> Option<Decimal> {
    let difference = a.checked_sub(b)?;
    (difference.checked_add(b) == Some(a) && a.checked_sub(difference) == Some(b)).then_some(difference)
}

/// A warning about an optional field of a balance that could not be read. The balance is shown without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The cloud's short name.
    pub provider: &'static str,
    /// The label of the account.
    pub account: Arc<str>,
    /// The id of the organization member.
    pub sub_account_id: Option<String>,
    /// The field and its value: lower case, no full stop.
    pub message: Box<str>,
    /// The cloud's id of the request.
    pub request_id: Option<Arc<str>>,
}

impl Warning {
    /// Returns the warnings about a balance.
    pub fn of(balance: &Balance) -> impl Iterator<Item = Self> {
        balance.warnings.iter().map(|message| Self {
            provider: balance.provider,
            account: Arc::clone(&balance.account),
            sub_account_id: balance.sub_account_id.clone(),
            message: message.clone(),
            request_id: balance.request_id.clone(),
        })
    }
}

/// The results of one run.
#[derive(Clone, Debug)]
pub struct Report {
    /// When the report was created.
    pub generated_at: DateTime<Utc>,
    /// When the oldest balance was read, including balances that are not shown.
    pub oldest: Option<DateTime<Utc>>,
    /// Balances and errors, in the order in which they are shown.
    pub rows: Vec<Row>,
    /// A total for each currency.
    pub totals: Vec<Total>,
    /// The sum of all totals in one currency, if requested.
    pub converted: Option<Converted>,
    /// Warnings about balances, including balances that are not among the rows.
    pub warnings: Vec<Warning>,
    /// Whether a check ran and found no low balance.
    pub none_low: bool,
}

impl Report {
    /// Creates a report of rows, with their totals.
    pub fn new(generated_at: DateTime<Utc>, rows: Vec<Row>) -> Self {
        let mut report = Self {
            generated_at,
            oldest: None,
            rows,
            totals: Vec::new(),
            converted: None,
            warnings: Vec::new(),
            none_low: false,
        };
        for row in &report.rows {
            if let Row::Balance(balance) = row {
                Total::add(&mut report.totals, balance);
                report.warnings.extend(Warning::of(balance));
            }
        }
        report.oldest = report.balances().map(|balance| balance.fetched_at).min();
        report
    }

    /// Returns the balances that were read.
    pub fn balances(&self) -> impl Iterator<Item = &Balance> {
        self.rows.iter().filter_map(|row| match row {
            Row::Balance(balance) => Some(&**balance),
            Row::Error(_) => None,
        })
    }

    /// Returns the errors.
    pub fn errors(&self) -> impl Iterator<Item = &Error> {
        self.rows.iter().filter_map(|row| match row {
            Row::Error(error) => Some(&**error),
            Row::Balance(_) => None,
        })
    }
}
