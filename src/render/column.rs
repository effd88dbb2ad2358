//! The table's columns: what each shows of a row, which are needed, and how wide they may be.

use std::str::FromStr;

use rust_decimal::Decimal;
use unicode_width::UnicodeWidthStr;

use super::csv;
use super::escape::visible;
use super::message::account_name;
use crate::model::{Balance, Report, Row};

/// The blank columns between two columns.
pub(super) const GAP: usize = 2;

/// How far a name may be shortened; longer than any label of a total.
const SHORTEST_NAME: usize = 16;

/// What a column shows. These are the columns of CSV, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Type,
    Provider,
    Site,
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
    FetchedAt,
    RequestId,
    Kind,
    Code,
    Message,
    Hint,
}

/// The columns that a table has unless others are chosen.
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

/// Shorter names by which a column can be chosen.
const SHORT: [(&str, Field); 4] = [
    ("account_id", Field::AccountId),
    ("sub_account", Field::SubAccount),
    ("name", Field::Name),
    ("temporary", Field::TemporaryCredit),
];

/// Columns that were chosen, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns(pub(super) Vec<Field>);

impl Columns {
    /// The names by which columns can be chosen.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Field::ALL.into_iter().map(Field::name).chain(SHORT.map(|(name, _)| name))
    }
}

impl FromStr for Columns {
    type Err = String;

    /// Reads names separated by commas.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut fields = Vec::new();
        for given in text.split(',').map(str::trim) {
            let name = given.to_ascii_lowercase().replace(['-', ' '], "_");
            let short = SHORT.iter().find(|(short, _)| *short == name).map(|(_, field)| *field);
            let Some(field) = short.or_else(|| Field::ALL.into_iter().find(|field| field.name() == name))
            else {
                let names: Vec<_> = Self::names().collect();
                let nearest = names.iter().min_by_key(|known| strsim::damerau_levenshtein(&name, known));
                let nearest = nearest
                    .filter(|known| strsim::damerau_levenshtein(&name, known) <= name.len().max(3) / 3);
                let meant = nearest.map(|known| format!("did you mean `{known}`? ")).unwrap_or_default();
                let given = visible(given);
                return Err(format!("unknown column `{given}`; {meant}the columns are {}", names.join(", ")));
            };
            if fields.contains(&field) {
                return Err(format!("duplicate column `{}`", visible(given)));
            }
            fields.push(field);
        }
        Ok(Self(fields))
    }
}

/// The columns that a narrow terminal hides, the first one first.
const EXPENDABLE: [Field; 6] =
    [Field::TemporaryCredit, Field::Frozen, Field::CreditLimit, Field::Cash, Field::Owed, Field::AccountId];

impl Field {
    pub(super) const ALL: [Self; 20] = [
        Self::Type,
        Self::Provider,
        Self::Site,
        Self::Account,
        Self::AccountId,
        Self::SubAccount,
        Self::Name,
        Self::Currency,
        Self::Available,
        Self::Cash,
        Self::CreditLimit,
        Self::TemporaryCredit,
        Self::Frozen,
        Self::Owed,
        Self::FetchedAt,
        Self::RequestId,
        Self::Kind,
        Self::Code,
        Self::Message,
        Self::Hint,
    ];

    /// The column's name in CSV.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Provider => "provider",
            Self::Site => "site",
            Self::Account => "account",
            Self::AccountId => "billing_account_id",
            Self::SubAccount => "sub_account_id",
            Self::Name => "sub_account_name",
            Self::Currency => "currency",
            Self::Available => "available",
            Self::Cash => "cash",
            Self::CreditLimit => "credit_limit",
            Self::TemporaryCredit => "temporary_credit",
            Self::Frozen => "frozen",
            Self::Owed => "owed",
            Self::FetchedAt => "fetched_at",
            Self::RequestId => "request_id",
            Self::Kind => "kind",
            Self::Code => "code",
            Self::Message => "message",
            Self::Hint => "hint",
        }
    }

    pub(super) fn heading(self) -> &'static str {
        match self {
            Self::Type => "TYPE",
            Self::Provider => "PROVIDER",
            Self::Site => "SITE",
            Self::FetchedAt => "FETCHED AT",
            Self::RequestId => "REQUEST ID",
            Self::Kind => "KIND",
            Self::Code => "CODE",
            Self::Message => "MESSAGE",
            Self::Hint => "HINT",
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
        matches!(
            self,
            Self::Available
                | Self::Cash
                | Self::CreditLimit
                | Self::TemporaryCredit
                | Self::Frozen
                | Self::Owed
        )
    }

    /// The amount that the column holds.
    pub(super) fn amount(self, balance: &Balance) -> Option<Decimal> {
        match self {
            Self::Available => Some(balance.available),
            Self::Cash => balance.cash,
            Self::CreditLimit => balance.credit_limit,
            Self::TemporaryCredit => balance.temporary_credit,
            Self::Frozen => balance.frozen,
            Self::Owed => balance.owed,
            _ => None,
        }
    }

    /// What the column shows of a row; empty where the row has nothing for it. `failure` is the column that says why
    /// a row has no amounts.
    pub(super) fn cell(self, row: &Row, failure: Option<Self>) -> String {
        let text = match (self, row) {
            (Self::Account, Row::Balance(balance)) => {
                account_name(Some(balance.provider), Some(&balance.account))
            }
            (Self::Account, Row::Error(error)) => account_name(error.provider, error.account.as_deref()),
            (_, Row::Balance(balance)) if self.is_amount() => {
                self.amount(balance).map_or_else(String::new, |amount| balance.money(amount).grouped())
            }
            _ => visible(&csv::cells(row)[self as usize]).into_owned(),
        };
        match row {
            Row::Error(error) if failure == Some(self) => {
                let why = format!("error: {}", error.kind.name().replace('_', " "));
                if text.is_empty() { why } else { format!("{text} ({why})") }
            }
            _ => text,
        }
    }
}

/// A column and how wide its content may be.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub(super) field: Field,
    pub(super) width: usize,
    /// Whether it says why a row failed.
    is_failure: bool,
}

impl Column {
    /// What is left when a name is shortened as far as it may be. Ids and amounts are never cut.
    fn least(&self) -> usize {
        match self.field {
            Field::Account | Field::Name if !self.is_failure => self.width.min(SHORTEST_NAME),
            _ => self.width,
        }
    }
}

/// The columns of a table, as wide as their widest cell.
pub(super) struct Layout {
    pub(super) columns: Vec<Column>,
    /// The column that says why a row failed.
    pub(super) failure: Option<Field>,
    /// The columns of a total's label and sum; without both, totals are not shown.
    pub(super) label: Option<usize>,
}

impl Layout {
    /// The columns that were chosen, or those that some row or total has something for. `totals` are the cells of the
    /// totals' lines: label, currency and amount.
    pub(super) fn new(report: &Report, chosen: Option<&Columns>, totals: &[[String; 3]]) -> Self {
        let Some(Columns(chosen)) = chosen else {
            let columns = needed(report, totals);
            return Self::with(columns, Some(Field::Available), Some(0), totals);
        };
        let is_own = |field: &Field| matches!(field, Field::Account | Field::SubAccount | Field::Kind);
        let is_said = chosen.contains(&Field::Kind);
        let amounts = chosen.iter().copied().filter(|field| field.is_amount());
        let failure = [Field::Available].into_iter().filter(|field| chosen.contains(field)).chain(amounts);
        let failure = failure.chain(chosen.iter().rev().copied().filter(|field| !is_own(field)));
        // A row that shows nothing else says why it failed behind what it is about.
        let failure = failure.chain(chosen.last().copied()).next().filter(|_| !is_said);
        let widest = |field: Field| report.rows.iter().map(|row| field.cell(row, failure).width()).max();
        let column = |&field: &Field| Column {
            field,
            width: widest(field).unwrap_or(0).max(field.heading().width()),
            is_failure: failure == Some(field),
        };
        let is_label = |field: &Field| !matches!(field, Field::Currency | Field::Available);
        let label = chosen.iter().position(is_label).filter(|_| chosen.contains(&Field::Available));
        Self::with(chosen.iter().map(column).collect(), failure, label, totals)
    }

    fn with(
        mut columns: Vec<Column>,
        failure: Option<Field>,
        label: Option<usize>,
        totals: &[[String; 3]],
    ) -> Self {
        for total in totals.iter().filter(|_| label.is_some()) {
            for (at, column) in columns.iter_mut().enumerate() {
                column.width = column.width.max(total_cell(total, label == Some(at), column.field).width());
            }
        }
        Self { columns, failure, label }
    }
}

/// The columns that some row or total has something for.
fn needed(report: &Report, totals: &[[String; 3]]) -> Vec<Column> {
    let mut columns = Vec::with_capacity(FIELDS.len());
    for field in FIELDS {
        let cell = |row| field.cell(row, Some(Field::Available)).width();
        let widest = report.rows.iter().map(cell).max().unwrap_or(0);
        // Totals may be of more than the rows that are shown.
        let of_totals = !totals.is_empty() && matches!(field, Field::Currency | Field::Available);
        if of_totals && columns.is_empty() {
            let width = Field::Account.heading().width();
            columns.push(Column { field: Field::Account, width, is_failure: false });
        }
        if of_totals || widest > 0 && (field != Field::Account || names_accounts(report)) {
            let is_failure = field == Field::Available;
            columns.push(Column { field, width: widest.max(field.heading().width()), is_failure });
        }
    }
    columns
}

/// What a line of totals shows in a column.
pub(super) fn total_cell(total: &[String; 3], is_label: bool, field: Field) -> &str {
    match field {
        Field::Currency => &total[1],
        Field::Available => &total[2],
        _ if is_label => &total[0],
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

/// Fits the columns into a width: columns that can be done without are left out, which are returned, and then names
/// are shortened. What remains may still be too wide; then the lines are too long rather than an amount cut.
pub(super) fn fit(columns: &mut Vec<Column>, width: usize, may_leave_out: bool) -> Vec<Field> {
    let sum = |columns: &[Column], width: fn(&Column) -> usize| {
        columns.iter().map(|column| width(column) + GAP).sum::<usize>().saturating_sub(GAP)
    };
    let mut left_out = Vec::new();
    for field in EXPENDABLE.into_iter().filter(|_| may_leave_out) {
        if sum(columns, |column| column.width) <= width {
            break;
        }
        if let Some(at) = columns.iter().position(|column| column.field == field) {
            left_out.push(columns.remove(at).field);
        }
    }
    let mut spare = width.saturating_sub(sum(columns, Column::least));
    for column in columns {
        let more = (column.width - column.least()).min(spare);
        spare -= more;
        column.width = column.least() + more;
    }
    left_out
}
