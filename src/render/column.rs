//! The table's columns: what each shows of a row, which are needed, and how wide they may be.

use rust_decimal::Decimal;
use unicode_width::UnicodeWidthStr;

use super::escape::visible;
use super::message::account_name;
use crate::model::{Balance, Report, Row};

/// The blank columns between two columns.
pub(super) const GAP: usize = 2;

/// How far a name may be shortened; longer than any label of a total.
const SHORTEST_NAME: usize = 16;

/// What a column shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Account,
    AccountId,
    SubAccount,
    Name,
    Currency,
    Available,
    Cash,
    CreditLimit,
    TemporaryCredit,
    Frozen,
    Owed,
}

/// Every column, from left to right.
const FIELDS: [Field; 11] = [
    Field::Account,
    Field::AccountId,
    Field::SubAccount,
    Field::Name,
    Field::Currency,
    Field::Available,
    Field::Cash,
    Field::CreditLimit,
    Field::TemporaryCredit,
    Field::Frozen,
    Field::Owed,
];

/// What a terminal that is too narrow goes without, the first first.
const EXPENDABLE: [Field; 6] =
    [Field::TemporaryCredit, Field::Frozen, Field::CreditLimit, Field::Cash, Field::Owed, Field::AccountId];

impl Field {
    pub(super) fn heading(self) -> &'static str {
        match self {
            Self::Account => "ACCOUNT",
            Self::AccountId => "ACCOUNT ID",
            Self::SubAccount => "SUB-ACCOUNT",
            Self::Name => "NAME",
            Self::Currency => "CURRENCY",
            Self::Available => "AVAILABLE",
            Self::Cash => "CASH",
            Self::CreditLimit => "CREDIT LIMIT",
            Self::TemporaryCredit => "TEMPORARY",
            Self::Frozen => "FROZEN",
            Self::Owed => "OWED",
        }
    }

    pub(super) fn is_amount(self) -> bool {
        !matches!(self, Self::Account | Self::AccountId | Self::SubAccount | Self::Name | Self::Currency)
    }

    /// What the column shows of a row; empty where the row has nothing for it. An error stands where the
    /// amount would.
    pub(super) fn cell(self, row: &Row) -> String {
        match row {
            Row::Balance(balance) => self.balance_cell(balance).unwrap_or_default(),
            Row::Error(error) => match self {
                Self::Account => account_name(error.provider, error.account.as_deref()),
                Self::SubAccount => shown(error.sub_account_id.as_deref()).unwrap_or_default(),
                Self::Available => format!("error: {}", error.kind.name().replace('_', " ")),
                _ => String::new(),
            },
        }
    }

    fn balance_cell(self, balance: &Balance) -> Option<String> {
        let grouped = |amount: Decimal| balance.money(amount).grouped();
        match self {
            Self::Account => Some(account_name(Some(balance.provider), Some(&balance.account))),
            Self::AccountId => shown(balance.billing_account_id.as_deref()),
            Self::SubAccount => shown(balance.sub_account_id.as_deref()),
            Self::Name => shown(balance.sub_account_name.as_deref()),
            Self::Currency => Some(balance.currency.to_string()),
            Self::Available => Some(grouped(balance.available)),
            Self::Cash => balance.cash.map(grouped),
            Self::CreditLimit => balance.credit_limit.map(grouped),
            Self::TemporaryCredit => balance.temporary_credit.map(grouped),
            Self::Frozen => balance.frozen.map(grouped),
            Self::Owed => balance.owed.map(grouped),
        }
    }
}

fn shown(text: Option<&str>) -> Option<String> {
    text.map(|text| visible(text).into_owned())
}

/// A column and how wide its content may be.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub(super) field: Field,
    pub(super) width: usize,
}

impl Column {
    /// What is left when a name is shortened as far as it may be. Ids and amounts are never cut.
    fn least(&self) -> usize {
        match self.field {
            Field::Account | Field::Name => self.width.min(SHORTEST_NAME),
            _ => self.width,
        }
    }
}

/// The columns that some row or total has something for, as wide as their widest cell. `totals` are the cells of the
/// totals' lines: label, currency and amount.
pub(super) fn needed(report: &Report, totals: &[[String; 3]]) -> Vec<Column> {
    let mut columns = Vec::with_capacity(FIELDS.len());
    for field in FIELDS {
        let widest = report.rows.iter().map(|row| field.cell(row).width()).max().unwrap_or(0);
        // Totals may be of more than the rows that are shown.
        let of_totals = !totals.is_empty() && matches!(field, Field::Currency | Field::Available);
        if of_totals && columns.is_empty() {
            columns.push(Column { field: Field::Account, width: Field::Account.heading().width() });
        }
        if of_totals || widest > 0 && (field != Field::Account || names_accounts(report)) {
            columns.push(Column { field, width: widest.max(field.heading().width()) });
        }
    }
    for total in totals {
        for (at, column) in columns.iter_mut().enumerate() {
            column.width = column.width.max(total_cell(total, at, column.field).width());
        }
    }
    columns
}

/// What a line of totals shows in a column: its label stands in the first one.
pub(super) fn total_cell(total: &[String; 3], at: usize, field: Field) -> &str {
    match field {
        Field::Currency => &total[1],
        Field::Available => &total[2],
        _ if at == 0 => &total[0],
        _ => "",
    }
}

/// Whether rows have to say which account they are of: members of one account need not.
fn names_accounts(report: &Report) -> bool {
    let account = |row: &Row| match row {
        Row::Balance(balance) => (Some(balance.provider), Some(balance.account.clone())),
        Row::Error(error) => (error.provider, error.account.clone()),
    };
    let is_member = |row: &Row| match row {
        Row::Balance(balance) => balance.sub_account_id.is_some(),
        Row::Error(error) => error.sub_account_id.is_some(),
    };
    let mut rows = report.rows.iter();
    let first = report.rows.first().map(account);
    !rows.all(|row| is_member(row) && Some(account(row)) == first)
}

/// Fits the columns into a width: names are shortened, then columns left out, which are returned. What remains
/// may still be too wide; then the lines are too long rather than an amount cut.
pub(super) fn fit(columns: &mut Vec<Column>, width: usize) -> Vec<Field> {
    let least = |columns: &[Column]| {
        columns.iter().map(|column| column.least() + GAP).sum::<usize>().saturating_sub(GAP)
    };
    let mut left_out = Vec::new();
    for field in EXPENDABLE {
        if least(columns) <= width {
            break;
        }
        if let Some(at) = columns.iter().position(|column| column.field == field) {
            left_out.push(columns.remove(at).field);
        }
    }
    let mut spare = width.saturating_sub(least(columns));
    for column in columns {
        let more = (column.width - column.least()).min(spare);
        spare -= more;
        column.width = column.least() + more;
    }
    left_out
}
