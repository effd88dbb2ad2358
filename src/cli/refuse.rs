//! Refuses options that would have no effect, or an unintended one: none is ignored silently.

use super::args::Options;
use super::origins::Origins;
use crate::config::Config;
use crate::model::{Error, ErrorKind, Result};
use crate::render::Format;

/// An option that may be refused: its id, how it is written, and its variable.
type Refusable = [&'static str; 3];

const BELOW: Refusable = ["below", "--below", "CLOUDBAL_BELOW"];
const ONLY_FAILED: Refusable = ["only_failed", "--only-failed", "CLOUDBAL_ONLY_FAILED"];
const IN: Refusable = ["convert_to", "--in", "CLOUDBAL_IN"];
const RATES: Refusable = ["rates", "--rates", "CLOUDBAL_RATES"];
const CURRENCY: Refusable = ["currency", "--currency", "CLOUDBAL_CURRENCY"];

/// Returns the option or the variable that a value comes from, and how to take it back.
fn name(origins: &Origins, [id, option, variable]: Refusable) -> (&'static str, &'static str) {
    if origins.is_from_variable(id) { (variable, "unset") } else { (option, "leave out") }
}

/// Refuses what the command, the format or the lack of another option leaves without effect.
pub fn without_effect(
    options: &Options,
    origins: &Origins,
    format: Format,
    is_check: bool,
    config: &Config,
) -> Result<()> {
    let view = &options.view;
    let refused = |option, why: &str, instead: &str| {
        let (name, take_back) = name(origins, option);
        let error = Error::new(ErrorKind::Usage, format!("`{name}` {why}"));
        Err(error.hint(format!("{take_back} `{name}`; {instead}")))
    };
    if is_check {
        if view.below.is_some() {
            let why = "cannot be used with `check`: it filters what is shown and decides nothing";
            return refused(BELOW, why, "`--threshold` sets what is low");
        }
        if view.only_failed {
            let why = "cannot be used with `check`: it would hide the balances that are low";
            return refused(ONLY_FAILED, why, "`cloudbal all --only-failed` shows errors only");
        }
    }
    let refused_option = |option: &str, why: &str, instead: &str| {
        let error = Error::new(ErrorKind::Usage, format!("`{option}` {why}"));
        Err(error.hint(instead.to_owned()))
    };
    if format == Format::Xlsx && view.file.is_none() {
        return refused_option("--output xlsx", "needs a file", "name it, as in `--file balances.xlsx`");
    }
    if view.bom && format != Format::Csv {
        return refused_option("--bom", "applies to CSV only", "add `--output csv`, or leave out `--bom`");
    }
    if view.columns.is_some() {
        if options.query.is_some() {
            return refused_option(
                "--columns",
                "cannot be used with `--query`",
                "let the query select the fields",
            );
        }
        if !matches!(format, Format::Table | Format::Csv | Format::Xlsx) {
            let why = "applies to the table, CSV and workbooks only";
            return refused_option("--columns", why, "leave it out; `--query` selects fields of documents");
        }
    }
    if format == Format::Csv {
        let instead = "`-o json` and the table have totals";
        if view.convert_to.is_some() {
            return refused(IN, "has no effect on CSV, which has no totals", instead);
        }
        if view.rates.is_some() {
            return refused(RATES, "has no effect on CSV, which has no totals", instead);
        }
    }
    if view.rates.is_some() && view.convert_to.is_none() && config.defaults.convert_to.is_none() {
        return refused(RATES, "has no effect without `--in`", "or convert totals with `--in CODE`");
    }
    Ok(())
}

/// Refuses one currency for several accounts: it would relabel amounts in others.
pub fn currency_of_several(options: &Options, origins: &Origins, accounts: usize) -> Result<()> {
    let Some(currency) = options.currency.filter(|_| accounts > 1) else { return Ok(()) };
    let (name, take_back) = name(origins, CURRENCY);
    let message = format!("`{name}` applies to one account, not to {accounts}: it would relabel amounts");
    Err(Error::new(ErrorKind::Usage, message).hint(format!(
        "{take_back} `{name}`; `--in {currency}` converts totals, and `currency` in the configuration is one account's"
    )))
}
