//! A workbook for spreadsheets: sheets of balances, totals and errors.
//!
//! Ids and names are texts, so no digit is lost and nothing runs as a formula. A spreadsheet computes with floats, which
//! keep 15 significant digits: an amount with more is written as text.

use std::collections::HashMap;
use std::io::{self, Write};

use rust_decimal::Decimal;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::column::{Columns, Field};
use super::{csv, escape::escape};
use crate::model::{Converted, Currency, Money, Report, Row, Total, is_hidden};

/// How many digits every float keeps.
const EXACT_DIGITS: usize = 15;

/// How long a cell may be.
const LONGEST_CELL: usize = 32_767;

const BALANCES: [Field; 15] = [
    Field::Provider,
    Field::Site,
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
    Field::FetchedAt,
    Field::RequestId,
];

const ERRORS: [Field; 8] = [
    Field::Provider,
    Field::Account,
    Field::SubAccount,
    Field::Kind,
    Field::Code,
    Field::Message,
    Field::Hint,
    Field::RequestId,
];

/// Writes a workbook of the whole report. Chosen columns are those of the balances.
pub(super) fn write(report: &Report, columns: Option<&Columns>, out: &mut dyn Write) -> io::Result<()> {
    save(workbook(report, columns.map_or(&BALANCES[..], |Columns(fields)| fields)), out)
}

fn save(workbook: Result<Workbook, XlsxError>, out: &mut dyn Write) -> io::Result<()> {
    let bytes = workbook.and_then(|mut workbook| workbook.save_to_buffer());
    let bytes = bytes.map_err(|error| match error {
        XlsxError::RowColumnLimitError => {
            io::Error::other("a sheet has no room for that many rows: write them as `csv`")
        }
        other => io::Error::other(other),
    })?;
    out.write_all(&bytes)
}

fn workbook(report: &Report, fields: &[Field]) -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    let names = |fields: &[Field]| fields.iter().map(|field| field.name()).collect::<Vec<_>>();
    let mut sheet = Sheet::begin(&mut workbook, "Balances", &names(fields))?;
    for row in &report.rows {
        let Row::Balance(balance) = row else { continue };
        let texts = csv::cells(row);
        sheet.row(fields.iter().map(|field| match field.amount(balance) {
            Some(amount) => Cell::Amount(balance.money(amount)),
            None => Cell::Text(texts[*field as usize].clone()),
        }))?;
    }
    sheet.end()?;
    let header = ["type", "currency", "available", "accounts", "rates", "rates_date", "missing_rates"];
    let mut sheet = Sheet::begin(&mut workbook, "Totals", &header)?;
    for &Total { currency, available, accounts } in &report.totals {
        sheet.row([
            Cell::Text("total".into()),
            Cell::Text(currency.to_string().into()),
            sum(available, currency),
            Cell::Count(accounts),
        ])?;
    }
    if let Some(converted) = &report.converted {
        sheet.row(converted_cells(converted))?;
    }
    sheet.end()?;
    let mut sheet = Sheet::begin(&mut workbook, "Errors", &names(&ERRORS))?;
    for row in report.rows.iter().filter(|row| matches!(row, Row::Error(_))) {
        let texts = csv::cells(row);
        sheet.row(ERRORS.iter().map(|field| Cell::Text(texts[*field as usize].clone())))?;
    }
    sheet.end()?;
    Ok(workbook)
}

fn converted_cells(converted: &Converted) -> [Cell<'static>; 7] {
    let &Converted { currency, available, base, ref rates, date, ref missing } = converted;
    let rate = |(currency, rate): &(Currency, Decimal)| format!("1 {currency} = {} {base}", rate.normalize());
    let list = |items: Vec<String>| Cell::Text(items.join(", ").into());
    [
        Cell::Text("converted".into()),
        Cell::Text(currency.to_string().into()),
        if missing.is_empty() { sum(available, currency) } else { Cell::Text("".into()) },
        Cell::Text("".into()),
        list(rates.iter().map(rate).collect()),
        Cell::Text(date.to_string().into()),
        list(missing.iter().map(ToString::to_string).collect()),
    ]
}

fn sum(available: Option<Decimal>, currency: Currency) -> Cell<'static> {
    available
        .map_or(Cell::Text("too large to add up".into()), |amount| Cell::Amount(Money { amount, currency }))
}

enum Cell<'a> {
    Text(std::borrow::Cow<'a, str>),
    Amount(Money),
    Count(u64),
}

/// A sheet with a header that stays in view and filters.
struct Sheet<'a> {
    worksheet: &'a mut Worksheet,
    next: u32,
    last_column: u16,
    formats: HashMap<String, Format>,
}

impl<'a> Sheet<'a> {
    fn begin(workbook: &'a mut Workbook, name: &str, header: &[&str]) -> Result<Self, XlsxError> {
        let sheet = workbook.add_worksheet().set_name(name)?;
        let bold = Format::new().set_bold();
        for (column, name) in (0..).zip(header) {
            sheet.write_string_with_format(0, column, *name, &bold)?;
        }
        sheet.set_freeze_panes(1, 0)?;
        let last_column = u16::try_from(header.len().saturating_sub(1)).unwrap_or(u16::MAX);
        Ok(Self { worksheet: sheet, next: 1, last_column, formats: HashMap::new() })
    }

    fn row<'c>(&mut self, cells: impl IntoIterator<Item = Cell<'c>>) -> Result<(), XlsxError> {
        for (column, cell) in (0..).zip(cells) {
            match cell {
                Cell::Text(text) if text.is_empty() => {}
                Cell::Text(text) => _ = self.worksheet.write_string(self.next, column, writable(&text))?,
                Cell::Count(count) => {
                    let count = u32::try_from(count).map_or(f64::MAX, f64::from);
                    self.worksheet.write_number(self.next, column, count)?;
                }
                Cell::Amount(money) => self.amount(column, &money)?,
            }
        }
        self.next += 1;
        Ok(())
    }

    fn amount(&mut self, column: u16, money: &Money) -> Result<(), XlsxError> {
        let plain = money.plain();
        let Some(number) = exact(money.amount) else {
            self.worksheet.write_string(self.next, column, plain)?;
            return Ok(());
        };
        let decimals = plain.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let point = if decimals == 0 { "" } else { "." };
        let pattern = format!("[${}] #,##0{point}{}", money.currency, "0".repeat(decimals));
        let format =
            self.formats.entry(pattern).or_insert_with_key(|pattern| Format::new().set_num_format(pattern));
        self.worksheet.write_number_with_format(self.next, column, number, format)?;
        Ok(())
    }

    fn end(self) -> Result<(), XlsxError> {
        self.worksheet.autofilter(0, 0, self.next - 1, self.last_column)?;
        self.worksheet.autofit();
        Ok(())
    }
}

/// The amount as a float that is this very amount, in a spreadsheet too.
fn exact(amount: Decimal) -> Option<f64> {
    let amount = amount.normalize();
    if amount.is_zero() {
        return Some(0.0);
    }
    let digits = amount.mantissa().unsigned_abs().to_string().len();
    if digits > EXACT_DIGITS { None } else { amount.to_string().parse().ok() }
}

/// A text that a cell can hold: without characters that act or hide, and not longer than a cell.
fn writable(text: &str) -> String {
    let acts = |character: char| is_hidden(character) && !matches!(character, '\t' | '\n');
    let text = escape(text, acts, |shown, character| shown.extend(character.escape_default()));
    // Cells are as long as their UTF-16.
    if text.encode_utf16().count() <= LONGEST_CELL {
        return text.into_owned();
    }
    let mut room = LONGEST_CELL - 1;
    let fits = |character: &char| {
        let rest = room.checked_sub(character.len_utf16());
        room = rest.unwrap_or_default();
        rest.is_some()
    };
    text.chars().take_while(fits).chain(['…']).collect()
}
