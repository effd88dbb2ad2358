//! What is shown of what was read: which rows, in which order, and the total in one currency.

use clap::{Args, ValueEnum};
use rust_decimal::Decimal;

use crate::model::{Selection, Sort, amount_from_text};

/// What is shown of what was read.
#[derive(Debug, Args)]
pub struct View {
    /// Show only what could not be read; totals are still over everything that was
    #[arg(long, global = true, env = "CLOUDBAL_ONLY_FAILED", hide_env_values = true)]
    pub only_failed: bool,
    /// Show only balances with less than this available, each in its own currency, and errors; totals are still over
    /// everything
    #[arg(long, global = true, value_name = "AMOUNT", value_parser = amount_from_text)]
    #[arg(allow_hyphen_values = true, env = "CLOUDBAL_BELOW", hide_env_values = true)]
    pub below: Option<Decimal>,
    /// Show rows in this order, instead of the one in which accounts are named
    #[arg(long, global = true, value_enum, env = "CLOUDBAL_SORT", hide_env_values = true)]
    pub sort: Option<SortChoice>,
}

/// Which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SortChoice {
    /// The least first, one currency after the other by its code; errors last
    Available,
    /// By cloud and account, then by the sub-account's name
    Name,
}

impl View {
    /// Which rows are shown, and in which order.
    pub fn selection(&self) -> Selection {
        let sort = self.sort.map(|choice| match choice {
            SortChoice::Available => Sort::Available,
            SortChoice::Name => Sort::Name,
        });
        Selection { only_failed: self.only_failed, below: self.below, sort }
    }
}
