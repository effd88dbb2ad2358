//! CSV (RFC 4180): a header, and one line for each balance and each error.
//!
//! - `type` is `balance` or `error`; columns that the other type has are empty. Totals are left out: a sum over a
//!   column must not count the same money twice. So are `details`, whose names differ from cloud to cloud.
//! - A cell that a spreadsheet would run (it begins with `=`, `+`, `-`, `@`, their full-width forms, a tab or a
//!   line break) gets a `'` in front, unless it is a number.
//! - Control, bidirectional and invisible characters other than tab and line breaks are written as escapes
//!   (`\u{1b}`, `\u{202e}`).

use std::borrow::Cow;
use std::io::{self, Write};

use csv::{Terminator, Writer, WriterBuilder};
use rust_decimal::Decimal;

use super::column::{Columns, Field};
use super::document::timestamp;
use super::escape::escape;
use crate::model::{Balance, Error, Row, is_hidden};

pub(super) struct CsvWriter<'a> {
    out: Writer<&'a mut dyn Write>,
    fields: Vec<Field>,
}

impl<'a> CsvWriter<'a> {
    /// Writes the header of rows, of all columns unless some are chosen.
    pub(super) fn begin(columns: Option<&Columns>, out: &'a mut dyn Write) -> io::Result<Self> {
        let fields = columns.map_or_else(|| Field::ALL.to_vec(), |Columns(fields)| fields.clone());
        let header: Vec<_> = fields.iter().map(|field| field.name()).collect();
        Ok(Self { fields, ..Self::with_header(&header, out)? })
    }

    pub(super) fn with_header(header: &[&str], out: &'a mut dyn Write) -> io::Result<Self> {
        let out = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
        let mut csv = Self { out, fields: Vec::new() };
        csv.record(header)?;
        Ok(csv)
    }

    pub(super) fn row(&mut self, row: &Row) -> io::Result<()> {
        let cells = cells(row);
        let chosen: Vec<_> = self.fields.iter().map(|field| &cells[*field as usize]).collect();
        self.record(&chosen)
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    pub(super) fn record(&mut self, cells: &[impl AsRef<str>]) -> io::Result<()> {
        self.out
            .write_record(cells.iter().map(|cell| harmless(cell.as_ref()).into_owned().into_bytes()))
            .map_err(|error| {
                match error.into_kind() {
                    // The kind has to survive, so that a closed pipe can be told from a full disk.
                    csv::ErrorKind::Io(error) => error,
                    other => io::Error::other(format!("{other:?}")),
                }
            })
    }
}

/// A row's cells, one for each [`Field`] in its order.
pub(super) fn cells(row: &Row) -> [Cow<'_, str>; Field::ALL.len()] {
    match row {
        Row::Balance(balance) => balance_cells(balance),
        Row::Error(error) => error_cells(error),
    }
}

fn balance_cells(balance: &Balance) -> [Cow<'_, str>; Field::ALL.len()] {
    let plain = |amount: Option<Decimal>| {
        amount.map_or(Cow::Borrowed(""), |amount| Cow::Owned(balance.money(amount).plain()))
    };
    [
        "balance".into(),
        balance.provider.into(),
        balance.site.name().into(),
        (&*balance.account).into(),
        or_empty(balance.billing_account_id.as_deref()),
        or_empty(balance.sub_account_id.as_deref()),
        or_empty(balance.sub_account_name.as_deref()),
        balance.currency.to_string().into(),
        plain(Some(balance.available)),
        plain(balance.cash),
        plain(balance.credit_limit),
        plain(balance.temporary_credit),
        plain(balance.frozen),
        plain(balance.owed),
        timestamp(balance.fetched_at).into(),
        or_empty(balance.request_id.as_deref()),
        "".into(),
        "".into(),
        "".into(),
        "".into(),
    ]
}

fn error_cells(error: &Error) -> [Cow<'_, str>; Field::ALL.len()] {
    let none = || Cow::Borrowed("");
    [
        "error".into(),
        or_empty(error.provider),
        none(),
        or_empty(error.account.as_deref()),
        none(),
        or_empty(error.sub_account_id.as_deref()),
        none(),
        none(),
        none(),
        none(),
        none(),
        none(),
        none(),
        none(),
        none(),
        or_empty(error.request_id.as_deref()),
        error.kind.name().into(),
        or_empty(error.code.as_deref()),
        (&*error.message).into(),
        or_empty(error.hint.as_deref()),
    ]
}

fn or_empty(text: Option<&str>) -> Cow<'_, str> {
    Cow::Borrowed(text.unwrap_or_default())
}

/// The cell as no spreadsheet runs it.
fn harmless(cell: &str) -> Cow<'_, str> {
    let acts = |character: char| is_hidden(character) && !matches!(character, '\t' | '\n' | '\r');
    let cell = escape(cell, acts, |shown, character| shown.extend(character.escape_default()));
    let runs = cell.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\n', '\r']);
    if runs && !is_number(&cell) { Cow::Owned(format!("'{cell}")) } else { cell }
}

fn is_number(cell: &str) -> bool {
    let unsigned = cell.strip_prefix(['-', '+']).unwrap_or(cell);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}
