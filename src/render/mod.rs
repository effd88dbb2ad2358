//! Writes reports: as a table for people, and as JSON, NDJSON, CSV and YAML for programs.
//!
//! Every function writes to a writer and returns its error; none depends on a terminal. Writes are small, so use
//! buffered writers.

mod column;
mod csv;
mod document;
mod escape;
mod grid;
mod json;
mod listing;
mod literal;
mod message;
mod query;
mod stream;
mod table;
mod values;
mod watch;
mod xlsx;
mod yaml;

use std::io::{self, Write};

use crate::model::Report;
use document::{Document, Verbatim};

pub use column::Columns;
pub use escape::visible;
pub use listing::{Listing, write_heading, write_listing, write_step};
pub use message::{
    error_for_people, low_for_people, query_warning_for_people, unchecked_for_people, warning_for_people,
};
pub use query::{Answer, Query};
pub use stream::Stream;

/// The JSON Schema (2020-12) of the JSON document. `$defs/line` is the schema of a line of NDJSON, `$defs/accounts` and
/// `$defs/checkups` those of listings.
pub const SCHEMA: &str = include_str!("schema.json");

/// An output format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// A table for people.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// Comma-separated values with a header.
    Csv,
    /// The JSON document as YAML.
    Yaml,
    /// A workbook for spreadsheets.
    Xlsx,
}

impl Format {
    /// Every format that is text, the default first.
    pub const ALL: [Self; 5] = [Self::Table, Self::Json, Self::Ndjson, Self::Csv, Self::Yaml];

    /// Returns the name used in options, such as `ndjson`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Yaml => "yaml",
            Self::Xlsx => "xlsx",
        }
    }
}

/// The style of a table.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// Whether colors are used.
    pub color: bool,
    /// The width of the terminal; `None` without a terminal, in which case nothing is shortened.
    pub width: Option<u16>,
}

/// Writes the whole report. The style applies to tables only.
pub fn write(report: &Report, format: Format, style: Style, out: &mut dyn Write) -> io::Result<()> {
    write_columns(report, format, None, style, out)
}

/// Writes the whole report with the columns that were chosen, where the format has columns.
pub fn write_columns(
    report: &Report,
    format: Format,
    columns: Option<&Columns>,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Table => table::write(report, columns, style, out),
        Format::Json => {
            json::pretty(&Document { report, verbatim: Verbatim::Text, with_balances: true }, out)
        }
        Format::Yaml => {
            yaml::write(&Document { report, verbatim: Verbatim::Value, with_balances: true }, out)
        }
        Format::Xlsx => xlsx::write(report, columns, out),
        Format::Ndjson | Format::Csv => {
            let Some(mut stream) = Stream::begin(format, columns, out)? else { return Ok(()) };
            for row in &report.rows {
                stream.row(row)?;
            }
            for warning in &report.warnings {
                stream.warning(warning)?;
            }
            stream.finish(&report.totals, report.converted.as_ref())
        }
    }
}
