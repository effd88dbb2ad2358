//! A plain table of texts: headings and rows, as wide as what they hold.

use std::io::{self, Write};

use comfy_table::Table;
use comfy_table::presets::NOTHING;

use super::column::GAP;
use super::table::unmarked;

/// Lays rows out under their headings. Nothing is cut: a line may be longer than a terminal is wide.
pub(super) fn write(headings: &[&str], rows: Vec<Vec<String>>, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.add_row(headings);
    for row in rows {
        table.add_row(row);
    }
    for (at, column) in table.column_iter_mut().enumerate() {
        let gap = if at == 0 { 0 } else { GAP };
        column.set_padding((u16::try_from(gap).unwrap_or(0), 0));
    }
    for line in table.lines() {
        writeln!(out, "{}", unmarked(line.trim_end()))?;
    }
    Ok(())
}
