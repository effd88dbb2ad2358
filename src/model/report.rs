//! Everything one run found out.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::{Balance, Converted, Currency, Error};

/// One line of a report, in the order in which it is shown.
#[derive(Clone, Debug)]
pub enum Row {
    /// A balance that was read.
    Balance(Box<Balance>),
    /// One that could not be read.
    Error(Box<Error>),
}

/// What is left in all accounts of one currency together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Total {
    /// The currency. Nothing is added across currencies.
    pub currency: Currency,
    /// The sum; `None` when it is too large to be kept exactly.
    pub available: Option<Decimal>,
    /// How many balances were added.
    pub accounts: u64,
}

impl Total {
    /// Adds a balance to the total of its currency. Totals stand in the order in which currencies are first seen.
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

/// The sum without rounding, or nothing. (Decimal's own addition gives up digits to make a large sum fit.)
fn exact_sum(a: Decimal, b: Decimal) -> Option<Decimal> {
    let sum = a.checked_add(b)?;
    (sum.checked_sub(a) == Some(b) && sum.checked_sub(b) == Some(a)).then_some(sum)
}

/// The difference without rounding, or nothing.
pub(super) fn exact_difference(a: Decimal, b: Decimal) -> Option<Decimal> {
    let difference = a.checked_sub(b)?;
    (difference.checked_add(b) == Some(a) && a.checked_sub(difference) == Some(b)).then_some(difference)
}

/// An optional field of a balance that could not be read: the balance is shown without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The cloud's short name.
    pub provider: &'static str,
    /// The label of the account.
    pub account: Arc<str>,
    /// The organization member that the balance is of.
    pub sub_account_id: Option<String>,
    /// Which field, and what it holds: lower case, no full stop.
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

/// Everything one run found out.
#[derive(Clone, Debug)]
pub struct Report {
    /// When the report was made.
    pub generated_at: DateTime<Utc>,
    /// When the oldest balance was read, also of those that are not shown.
    pub oldest: Option<DateTime<Utc>>,
    /// Balances and errors, in the order in which they were asked for.
    pub rows: Vec<Row>,
    /// A total for each currency.
    pub totals: Vec<Total>,
    /// All totals together in one currency, when that was asked for.
    pub converted: Option<Converted>,
    /// What could not be read of balances, also of those that are not among the rows.
    pub warnings: Vec<Warning>,
    /// Whether it was looked for balances that are low, and there is none.
    pub none_low: bool,
}

impl Report {
    /// A report of rows, with their totals.
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

    /// The balances that were read.
    pub fn balances(&self) -> impl Iterator<Item = &Balance> {
        self.rows.iter().filter_map(|row| match row {
            Row::Balance(balance) => Some(&**balance),
            Row::Error(_) => None,
        })
    }

    /// What could not be read.
    pub fn errors(&self) -> impl Iterator<Item = &Error> {
        self.rows.iter().filter_map(|row| match row {
            Row::Error(error) => Some(&**error),
            Row::Balance(_) => None,
        })
    }
}
