//! The options that choose what is shown, and where.

use std::path::PathBuf;

use clap::Args;
use clap::builder::BoolishValueParser;
use rust_decimal::Decimal;

use crate::cli::choices;
use crate::model::{Currency, Sort, amount_from_text};
use crate::render::Columns;

/// Options that choose what is shown, and where.
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
    /// shown with it; a missing rate is named. CSV has no totals.
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
}
