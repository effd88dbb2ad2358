//! What is shown of a run, how, and where.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use crate::cli::args::{Color, Options, View};
use crate::config::{self, Config, Defaults};
use crate::model::{Conversion, Error, ErrorKind, Result, Selection};
use crate::render::{Columns, Format, Query, Style};

/// What is shown of a run, how, and where.
#[derive(Debug)]
pub struct Display {
    pub format: Format,
    pub style: Style,
    pub query: Option<Query>,
    /// The columns that were chosen.
    pub columns: Option<Columns>,
    /// Whether CSV begins with a byte order mark.
    pub bom: bool,
    /// The file that is written instead of stdout.
    pub file: Option<PathBuf>,
    pub selection: Selection,
    pub conversion: Option<Conversion>,
}

impl Display {
    /// Brings options and configuration together. Nothing is converted yet.
    pub fn resolve(options: &Options, defaults: &Defaults, color: Color) -> Result<Self> {
        let view = &options.view;
        let format = format(options, defaults);
        let query = options.query.as_deref().map(|text| Query::parse(text, format)).transpose()?;
        let selection =
            Selection { only_failed: view.only_failed, below: view.below, only_low: false, sort: view.sort };
        Ok(Self {
            format,
            style: style(view, color),
            query,
            columns: view.columns.clone(),
            bom: view.bom,
            file: view.file.clone(),
            selection,
            conversion: None,
        })
    }

    /// Whether rows are written as they come.
    pub fn streams(&self) -> bool {
        let is_ordered = self.query.is_none() && self.selection.sort.is_none();
        is_ordered && matches!(self.format, Format::Ndjson | Format::Csv)
    }
}

/// Returns the format of the options or, without one, of the configuration.
pub fn format(options: &Options, defaults: &Defaults) -> Format {
    let named = |name: &str| Format::ALL.into_iter().find(|format| format.name() == name);
    options.output.or_else(|| defaults.output.and_then(named)).unwrap_or_default()
}

fn style(view: &View, color: Color) -> Style {
    if view.file.is_some() {
        return Style { color: color.on(false), width: None };
    }
    let width = terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| width.0);
    Style { color: color.on(std::io::stdout().is_terminal()), width }
}

/// Returns the conversion that the options or the configuration ask for, with its rates.
pub fn conversion(view: &View, config: &Config) -> Result<Option<Conversion>> {
    let Some(to) = view.convert_to.or(config.defaults.convert_to) else { return Ok(None) };
    let rates = match &view.rates {
        Some(file) => config::load_rates(file)?,
        None => config.rates.clone().ok_or_else(|| {
            let wish = if view.convert_to.is_some() { "" } else { ", as `defaults.in` wants it" };
            let message = format!("nothing can be shown in {to}{wish}: there are no rates");
            Error::new(ErrorKind::Configuration, message).hint(
                "write them under `[rates]` in the configuration, or name a file of them with `--rates`",
            )
        })?,
    };
    Ok(Some(Conversion { to, rates }))
}
