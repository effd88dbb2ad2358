//! The table for people.
//!
//! Amounts, currencies and ids are never cut. In a terminal that is too narrow columns that can be done without are left
//! out (the last line says which) unless they were chosen, then names are shortened, and then lines are longer than the
//! terminal.

use std::io::{self, Write};

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, ColumnConstraint, Row as Line, Table, Width};
use rust_decimal::Decimal;

use super::Style;
use super::column::{Column, Columns, Field, GAP, Layout, fit, total_cell};
use crate::model::{Converted, Currency, Money, Report, Row, Total};

/// How many rows are laid out at a time: the widths are known beforehand, so memory does not grow with the rows.
const ROWS_AT_ONCE: usize = 1000;

/// Two characters of no width mark where red begins and ends while widths are counted. No cell can hold them
/// otherwise: in texts from outside they are written as escapes.
const RED: (char, &str) = ('\u{2061}', "\x1b[31m");
const PLAIN: (char, &str) = ('\u{2062}', "\x1b[0m");

pub(super) fn write(
    report: &Report,
    chosen: Option<&Columns>,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let is_possible = |converted: &&Converted| converted.missing.is_empty() && !report.totals.is_empty();
    let converted = report.converted.as_ref().filter(is_possible);
    let names_currency = chosen.is_none_or(|Columns(fields)| fields.contains(&Field::Currency));
    let mut totals: Vec<[String; 3]> =
        report.totals.iter().map(total_cells).chain(converted.map(converted_cells)).collect();
    for [label, currency, _] in totals.iter_mut().filter(|_| !names_currency) {
        *label = format!("{label} {currency}");
    }
    let Layout { mut columns, failure, label } = Layout::new(report, chosen, &totals);
    let left_out =
        style.width.map_or_else(Vec::new, |width| fit(&mut columns, width.into(), chosen.is_none()));
    if report.rows.is_empty() {
        let nothing = match (totals.is_empty(), report.none_low) {
            (true, _) => "no balances",
            (false, true) => "no balance is low",
            (false, false) => "nothing to show",
        };
        writeln!(out, "{nothing}")?;
    } else {
        let headings = columns.iter().map(|column| Cell::new(column.field.heading())).collect();
        write_lines(&columns, vec![headings], out)?;
    }
    for rows in report.rows.chunks(ROWS_AT_ONCE) {
        let lines = rows.iter().map(|row| {
            columns.iter().map(|column| cell(column.field, row, failure, style.color)).collect::<Vec<_>>()
        });
        write_lines(&columns, lines.collect(), out)?;
    }
    if !totals.is_empty() && label.is_some() {
        let width = columns.iter().map(|column| column.width + GAP).sum::<usize>().saturating_sub(GAP);
        writeln!(out, "{}", "─".repeat(width))?;
        let amounts = report.totals.iter().map(|total| total.available);
        let amounts = amounts.chain(converted.map(|converted| converted.available));
        let lines = amounts.zip(&totals).map(|(amount, cells)| {
            let red = style.color && amount.is_some_and(is_alarming);
            let cell = |(at, column): (usize, &Column)| {
                let red = red && column.field == Field::Available;
                painted(total_cell(cells, label == Some(at), column.field), red)
            };
            columns.iter().enumerate().map(cell).collect::<Vec<_>>()
        });
        write_lines(&columns, lines.collect(), out)?;
    }
    if let Some(converted) = &report.converted {
        write!(out, "{}", explanation(converted))?;
    }
    let read_at = report.oldest.unwrap_or(report.generated_at);
    writeln!(out, "read {}", read_at.format("%Y-%m-%d %H:%M:%S UTC"))?;
    if !left_out.is_empty() {
        let headings: Vec<_> = left_out.iter().map(|field| field.heading()).collect();
        writeln!(out, "hidden columns (narrow terminal): {}", headings.join(", "))?;
    }
    Ok(())
}

fn cell(field: Field, row: &Row, failure: Option<Field>, color: bool) -> Cell {
    let alarming = match row {
        Row::Balance(balance) => field == Field::Available && is_alarming(balance.available),
        Row::Error(_) => failure == Some(field),
    };
    painted(&field.cell(row, failure), color && alarming)
}

/// Nothing is left, or less.
fn is_alarming(available: Decimal) -> bool {
    available <= Decimal::ZERO
}

fn painted(text: &str, red: bool) -> Cell {
    Cell::new(marked(text, red))
}

/// A cell's text, with the marks of red where it is.
pub(super) fn marked(text: &str, red: bool) -> String {
    if red { format!("{}{text}{}", RED.0, PLAIN.0) } else { text.to_owned() }
}

/// A line that is laid out, with what the marks stand for.
pub(super) fn unmarked(line: &str) -> String {
    line.replace(RED.0, RED.1).replace(PLAIN.0, PLAIN.1)
}

fn total_cells(total: &Total) -> [String; 3] {
    sum_cells(format!("total of {}", total.accounts), total.currency, total.available)
}

fn converted_cells(converted: &Converted) -> [String; 3] {
    sum_cells("converted".to_owned(), converted.currency, converted.available)
}

fn sum_cells(label: String, currency: Currency, sum: Option<Decimal>) -> [String; 3] {
    let sum =
        sum.map_or_else(|| "too large to add up".to_owned(), |amount| Money { amount, currency }.grouped());
    [label, currency.to_string(), sum]
}

/// By which rates totals were converted, or why they could not be; nothing when it took no rate.
fn explanation(converted: &Converted) -> String {
    let &Converted { currency, base, ref rates, date, ref missing, .. } = converted;
    let list = |items: &mut dyn Iterator<Item = String>| items.collect::<Vec<_>>().join(", ");
    if let Some(first) = missing.first() {
        let missing = list(&mut missing.iter().map(ToString::to_string));
        format!(
            "no total in {currency}: the rates of {date} have none for {missing}; \
             add `{first} = \"…\"`, what 1 {first} is in {base}\n"
        )
    } else if rates.is_empty() {
        String::new()
    } else {
        let rate =
            |(currency, rate): &(Currency, Decimal)| format!("1 {currency} = {} {base}", rate.normalize());
        format!("converted by the rates of {date}: {}\n", list(&mut rates.iter().map(rate)))
    }
}

/// Lays lines out in columns of known widths; each stays one line.
fn write_lines(columns: &[Column], lines: Vec<Vec<Cell>>, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(NOTHING);
    for cells in lines {
        let mut line = Line::from(cells);
        line.max_height(1);
        table.add_row(line);
    }
    for (at, column) in columns.iter().enumerate() {
        let gap = if at == 0 { 0 } else { GAP };
        let width = u16::try_from(column.width + gap).unwrap_or(u16::MAX);
        let laid_out = table.column_mut(at).expect("every line has a cell for each column");
        laid_out.set_padding((u16::try_from(gap).unwrap_or(0), 0));
        laid_out.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
        // Names are cut anywhere rather than between words: no text holds this delimiter.
        laid_out.set_delimiter('\0');
        if column.field.is_amount() {
            laid_out.set_cell_alignment(CellAlignment::Right);
        }
    }
    for line in table.lines() {
        writeln!(out, "{}", unmarked(line.trim_end()))?;
    }
    Ok(())
}
