//! The formats that are written row by row, as pages arrive: NDJSON and CSV.

use std::io::{self, Write};

use super::column::Columns;
use super::csv::CsvWriter;
use super::document::Line;
use super::{Format, json};
use crate::model::{Converted, Row, Total, Warning};

/// Writes rows as they come. Give it a buffered writer, and [`flush`](Stream::flush) after each page.
pub struct Stream<'a>(Inner<'a>);

enum Inner<'a> {
    Ndjson(&'a mut dyn Write),
    Csv(Box<CsvWriter<'a>>),
}

impl<'a> Stream<'a> {
    /// Begins the output, or says that the format can only be written as a whole.
    pub fn begin(
        format: Format,
        columns: Option<&Columns>,
        out: &'a mut dyn Write,
    ) -> io::Result<Option<Self>> {
        Ok(match format {
            Format::Ndjson => Some(Self(Inner::Ndjson(out))),
            Format::Csv => Some(Self(Inner::Csv(Box::new(CsvWriter::begin(columns, out)?)))),
            Format::Table | Format::Json | Format::Yaml | Format::Xlsx => None,
        })
    }

    /// Writes one row.
    pub fn row(&mut self, row: &Row) -> io::Result<()> {
        match &mut self.0 {
            Inner::Ndjson(out) => json::line(&Line::row(row), *out),
            Inner::Csv(csv) => csv.row(row),
        }
    }

    /// Writes a warning, where the format has them.
    pub fn warning(&mut self, warning: &Warning) -> io::Result<()> {
        match &mut self.0 {
            Inner::Ndjson(out) => json::line(&Line::warning(warning), *out),
            Inner::Csv(_) => Ok(()),
        }
    }

    /// Passes on what was written so far.
    pub fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Inner::Ndjson(out) => out.flush(),
            Inner::Csv(csv) => csv.flush(),
        }
    }

    /// Writes the totals, where the format has them, and ends the output.
    pub fn finish(mut self, totals: &[Total], converted: Option<&Converted>) -> io::Result<()> {
        if let Inner::Ndjson(out) = &mut self.0 {
            for total in totals {
                json::line(&Line::total(total), *out)?;
            }
            if let Some(converted) = converted {
                json::line(&Line::converted(converted), *out)?;
            }
        }
        self.flush()
    }
}
