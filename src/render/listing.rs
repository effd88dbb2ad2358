//! Writes the known accounts, and the results of examining them.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::csv::CsvWriter;
use super::document::{ErrorRecord, timestamp};
use super::escape::visible;
use super::message::{account_name, label, lines};
use super::table::marked;
use super::{Format, Style, grid, json, yaml};
use crate::model::{Aspect, Checkup, Error, Finding, KnownAccount, Site, Step};

/// The output of a command that reads no balances.
#[derive(Clone, Copy, Debug)]
pub enum Listing<'a> {
    /// The known accounts.
    Accounts(&'a [KnownAccount]),
    /// The results of examining accounts, and when they were examined.
    Checkups(&'a [Checkup], DateTime<Utc>),
}

/// Writes a listing. The style applies to tables only.
pub fn write_listing(listing: Listing, format: Format, style: Style, out: &mut dyn Write) -> io::Result<()> {
    match (format, listing) {
        (Format::Table, Listing::Accounts([])) => writeln!(out, "no accounts"),
        (Format::Table, Listing::Accounts(accounts)) => {
            let headings = ["ACCOUNT", "SITE", "CREDENTIALS", "FOUND IN", "READABLE"];
            grid::write(&headings, accounts.iter().map(|account| cells(account, style)).collect(), out)
        }
        (Format::Table, Listing::Checkups(checkups, _)) => {
            checkups.iter().enumerate().try_for_each(|(at, checkup)| {
                write_heading(at > 0, checkup.provider, &checkup.account, out)?;
                checkup.steps.iter().try_for_each(|step| write_step(step, style, out))
            })
        }
        (Format::Json, listing) => json::pretty(&listing, out),
        (Format::Yaml, listing) => yaml::write(&listing, out),
        (Format::Ndjson, Listing::Accounts(accounts)) => {
            accounts.iter().try_for_each(|account| json::line(&AccountRecord::new(account), out))
        }
        (Format::Ndjson, Listing::Checkups(checkups, _)) => {
            checkups.iter().try_for_each(|checkup| json::line(&CheckupRecord::new(checkup), out))
        }
        (Format::Xlsx, _) => {
            Err(io::Error::new(io::ErrorKind::Unsupported, "only balances can be written as a workbook"))
        }
        (Format::Csv, listing) => {
            let (header, rows) = sheet(listing);
            let mut csv = CsvWriter::with_header(header, out)?;
            rows.iter().try_for_each(|row| csv.record(row))?;
            csv.flush()
        }
    }
}

fn cells(account: &KnownAccount, style: Style) -> Vec<String> {
    let is_usable = account.error.is_none();
    vec![
        account_name(Some(account.provider), Some(&account.account)),
        account.site.as_ref().map_or("auto", Site::name).to_owned(),
        visible(&account.credentials).into_owned(),
        visible(&account.origin).into_owned(),
        marked(if is_usable { "yes" } else { "no" }, style.color && !is_usable),
    ]
}

/// Writes the heading of an account's steps, after an empty line unless it is the first.
pub fn write_heading(is_further: bool, provider: &str, account: &str, out: &mut dyn Write) -> io::Result<()> {
    let space = if is_further { "\n" } else { "" };
    writeln!(out, "{space}{}", account_name(Some(provider), Some(account)))
}

/// Writes the line of a step; for a failure, with its hint below.
pub fn write_step(Step { aspect, finding }: &Step, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let color = match finding {
        Finding::Fine(_) => "32",
        Finding::Failed(_) => "31",
        Finding::Skipped(_) => "33",
    };
    let outcome = label(&format!("{:7}", finding.outcome()), color, style.color);
    let (found, error) = finding.parts();
    let found = error.map(message).or(found.map(str::to_owned)).unwrap_or_default();
    writeln!(out, "  {outcome}  {:10}  {}", aspect.name(), indented(&found))?;
    if let Some(hint) = error.and_then(|error| error.hint.as_deref()) {
        writeln!(out, "{:23}{} {}", "", label("hint:", "36", style.color), indented(hint))?;
    }
    Ok(())
}

/// Returns a text with its further lines aligned below the first.
fn indented(text: &str) -> String {
    lines(text).replace('\n', &format!("\n{:21}", ""))
}

/// Returns a message with the cloud's code.
fn message(error: &Error) -> String {
    let code = error.code.as_deref().map(|code| format!(" (code {code})")).unwrap_or_default();
    format!("{}{code}", error.message)
}

/// Returns the header and the rows. Cells without a value are empty.
fn sheet(listing: Listing) -> (&'static [&'static str], Vec<Vec<String>>) {
    let told = |error: Option<&Error>| {
        let hint = error.and_then(|error| error.hint.as_deref()).unwrap_or_default();
        [error.map(message).unwrap_or_default(), hint.to_owned()]
    };
    match listing {
        Listing::Accounts(accounts) => {
            let row = |account: &KnownAccount| {
                let record = AccountRecord::new(account);
                let site = record.site.as_ref().map_or("", Site::name);
                let usable = if record.usable { "true" } else { "false" };
                let cells =
                    [record.provider, record.account, site, record.credentials, record.origin, usable];
                cells.map(str::to_owned).into_iter().chain(told(account.error.as_ref())).collect()
            };
            let header =
                &["provider", "account", "site", "credentials", "origin", "usable", "message", "hint"];
            (header, accounts.iter().map(row).collect())
        }
        Listing::Checkups(checkups, _) => {
            let row = |(checkup, step): (&Checkup, &Step)| {
                let (found, error) = step.finding.parts();
                let cells = [
                    checkup.provider,
                    &checkup.account,
                    step.aspect.name(),
                    step.finding.outcome(),
                    found.unwrap_or_default(),
                ];
                cells.map(str::to_owned).into_iter().chain(told(error)).collect()
            };
            let steps =
                checkups.iter().flat_map(|checkup| checkup.steps.iter().map(move |step| (checkup, step)));
            let header = &["provider", "account", "step", "outcome", "found", "message", "hint"];
            (header, steps.map(row).collect())
        }
    }
}

impl Serialize for Listing<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut document = serializer.serialize_struct("Listing", 3)?;
        document.serialize_field("schema_version", &1)?;
        match self {
            Self::Accounts(accounts) => {
                let records: Vec<_> = accounts.iter().map(AccountRecord::new).collect();
                document.serialize_field("accounts", &records)?;
            }
            Self::Checkups(checkups, time) => {
                document.serialize_field("generated_at", &timestamp(*time))?;
                let records: Vec<_> = checkups.iter().map(CheckupRecord::new).collect();
                document.serialize_field("checkups", &records)?;
            }
        }
        document.end()
    }
}

#[derive(serde::Serialize)]
struct AccountRecord<'a> {
    provider: &'static str,
    account: &'a str,
    site: Option<Site>,
    credentials: &'a str,
    key_id: Option<&'a str>,
    origin: &'a str,
    usable: bool,
    error: Option<ErrorRecord<'a>>,
}

impl<'a> AccountRecord<'a> {
    fn new(known: &'a KnownAccount) -> Self {
        Self {
            provider: known.provider,
            account: &known.account,
            site: known.site,
            credentials: &known.credentials,
            key_id: known.key_id.as_deref(),
            origin: &known.origin,
            usable: known.error.is_none(),
            error: known.error.as_ref().map(ErrorRecord::new),
        }
    }
}

#[derive(serde::Serialize)]
struct CheckupRecord<'a> {
    provider: &'static str,
    account: &'a str,
    well: bool,
    steps: Vec<StepRecord<'a>>,
}

impl<'a> CheckupRecord<'a> {
    fn new(checkup: &'a Checkup) -> Self {
        let steps = checkup.steps.iter().map(|step| {
            let (found, error) = step.finding.parts();
            let error = error.map(ErrorRecord::new);
            StepRecord { step: step.aspect, outcome: step.finding.outcome(), found, error }
        });
        Self {
            provider: checkup.provider,
            account: &checkup.account,
            well: checkup.is_well(),
            steps: steps.collect(),
        }
    }
}

#[derive(serde::Serialize)]
struct StepRecord<'a> {
    step: Aspect,
    outcome: &'static str,
    found: Option<&'a str>,
    error: Option<ErrorRecord<'a>>,
}
