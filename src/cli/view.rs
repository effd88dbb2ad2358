//! What is shown of what was read: which rows, in which order, and the total in one currency.

use std::path::PathBuf;

use clap::Args;
use clap::builder::BoolishValueParser;
use rust_decimal::Decimal;

use super::choices;
use crate::config::{self, Config};
use crate::model::{
    Conversion, Currency, Error, ErrorKind, Pattern, Result, Selection, Sort, Threshold, amount_from_text,
};
use crate::render::Columns;

/// What is shown of what was read.
#[derive(Debug, Args)]
pub struct View {
    /// Show only errors; totals still cover everything that was read
    #[arg(long, global = true, env = "CLOUDBAL_ONLY_FAILED", hide_env_values = true)]
    #[arg(value_parser = BoolishValueParser::new())]
    pub only_failed: bool,
    /// Show only errors and balances below AMOUNT in their own currency
    ///
    /// Totals still cover everything that was read. For `check` use `--threshold`.
    #[arg(long, global = true, value_name = "AMOUNT", value_parser = amount_from_text)]
    #[arg(allow_hyphen_values = true, env = "CLOUDBAL_BELOW", hide_env_values = true)]
    pub below: Option<Decimal>,
    /// Sort rows, instead of showing them in the order of the accounts
    #[arg(long, global = true, env = "CLOUDBAL_SORT", hide_env_values = true)]
    #[arg(value_parser = choices::sort())]
    pub sort: Option<Sort>,
    /// Convert the totals to this currency, with the rates of the configuration or of `--rates`
    ///
    /// The sum is exact and rounded once, to the currency's own decimal places (half to even). Rates and their day are
    /// shown with it; when a rate is missing, it is said which. CSV has no totals.
    #[arg(long = "in", global = true, value_name = "CODE", env = "CLOUDBAL_IN", hide_env_values = true)]
    pub convert_to: Option<Currency>,
    /// Use the rates in FILE instead of the configuration's `[rates]`
    #[arg(long, global = true, value_name = "FILE", env = "CLOUDBAL_RATES", hide_env_values = true)]
    pub rates: Option<PathBuf>,
    /// Show only these columns, in this order: `account,name,available` (table, CSV, workbook)
    ///
    /// The columns are those of CSV: type, provider, site, account, billing_account_id, sub_account_id, sub_account_name,
    /// currency, available, cash, credit_limit, temporary_credit, frozen, owed, fetched_at, request_id, kind, code,
    /// message, hint; shorter names are account_id, sub_account, name, temporary.
    #[arg(long, global = true, value_name = "COLUMN,…")]
    pub columns: Option<Columns>,
    /// Add a byte order mark to CSV, so that spreadsheets read it as UTF-8
    #[arg(long, global = true)]
    pub bom: bool,
    /// Write the output to FILE instead of stdout: complete, or not at all
    #[arg(long, global = true, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// The names of members that are shown; all when there are none.
    #[arg(skip)]
    pub names: Vec<Pattern>,
    /// The thresholds of this run, when balances are checked and only those that are low are shown.
    #[arg(skip)]
    pub check: Option<Threshold>,
    /// What currency and rates come to, once [`settle`](Self::settle) has brought them together.
    #[arg(skip)]
    pub conversion: Option<Conversion>,
}

impl View {
    /// Brings the wished currency and the rates together, and reads the file of rates when there is one. A default
    /// currency is left alone where the format has no totals.
    pub fn settle(&mut self, config: &Config, has_totals: bool) -> Result<()> {
        self.conversion = if has_totals { self.wished(config)? } else { None };
        Ok(())
    }

    /// The conversion that is wished for, with its rates.
    pub fn wished(&self, config: &Config) -> Result<Option<Conversion>> {
        let Some(to) = self.convert_to.or(config.defaults.convert_to) else { return Ok(None) };
        let rates = match &self.rates {
            Some(file) => config::load_rates(file)?,
            None => config.rates.clone().ok_or_else(|| {
                let wish = if self.convert_to.is_some() { "" } else { ", as `defaults.in` wants it" };
                let message = format!("nothing can be shown in {to}{wish}: there are no rates");
                Error::new(ErrorKind::Configuration, message).hint(
                    "write them under `[rates]` in the configuration, or name a file of them with `--rates`",
                )
            })?,
        };
        Ok(Some(Conversion { to, rates }))
    }

    /// Which rows are shown, and in which order.
    pub fn selection(&self) -> Selection {
        let only_low = self.check.is_some();
        Selection { only_failed: self.only_failed, below: self.below, only_low, sort: self.sort }
    }
}
