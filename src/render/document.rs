//! The document behind JSON, NDJSON, YAML and queries. It always has the same shape: amounts are strings, and absent
//! values are null.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use rust_decimal::Decimal;
use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::model::{
    Balance, Converted, Currency, Detail, Error, ErrorKind, Money, Report, Row, Site, Total, Warning,
};

/// How a detail that is JSON from a reply is written.
#[derive(Clone, Copy)]
pub(super) enum Verbatim {
    /// As the same text, so that nothing changes. Possible in JSON only.
    Text,
    /// As its value, for other formats.
    Value,
}

/// A whole report, serialized without copying the balances.
pub(super) struct Document<'a> {
    pub(super) report: &'a Report,
    pub(super) verbatim: Verbatim,
    /// Whether it lists the balances; a query may need them one by one.
    pub(super) with_balances: bool,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { report, verbatim, with_balances } = *self;
        let mut document = serializer.serialize_struct("Document", 7)?;
        document.serialize_field("schema_version", &1)?;
        document.serialize_field("generated_at", &timestamp(report.generated_at))?;
        document.serialize_field("oldest_fetched_at", &report.oldest.map(timestamp))?;
        let balances = || {
            let balances = report.balances().take(if with_balances { usize::MAX } else { 0 });
            balances.map(|balance| BalanceRecord::new(balance, verbatim))
        };
        document.serialize_field("balances", &Each(balances))?;
        document.serialize_field("totals", &Each(|| report.totals.iter().map(TotalRecord::new)))?;
        let converted = report.converted.as_ref().map(ConvertedRecord::new);
        document.serialize_field("converted", &converted)?;
        document.serialize_field("errors", &Each(|| report.errors().map(ErrorRecord::new)))?;
        document.serialize_field("warnings", &Each(|| report.warnings.iter().map(WarningRecord::new)))?;
        document.end()
    }
}

/// Returns the record of a balance, for formats other than JSON.
pub(super) fn balance_record(balance: &Balance) -> BalanceRecord<'_> {
    BalanceRecord::new(balance, Verbatim::Value)
}

/// A list that is created while it is serialized.
struct Each<F>(F);

impl<F, I> Serialize for Each<F>
where
    F: Fn() -> I,
    I: Iterator<Item: Serialize>,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

/// One line of NDJSON.
#[derive(serde::Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum Line<'a> {
    Balance(Box<BalanceRecord<'a>>),
    Error(ErrorRecord<'a>),
    Warning(WarningRecord<'a>),
    Total(TotalRecord),
    Converted(ConvertedRecord<'a>),
}

impl<'a> Line<'a> {
    pub(super) fn row(row: &'a Row) -> Self {
        match row {
            Row::Balance(balance) => Self::Balance(Box::new(BalanceRecord::new(balance, Verbatim::Text))),
            Row::Error(error) => Self::Error(ErrorRecord::new(error)),
        }
    }

    pub(super) fn warning(warning: &'a Warning) -> Self {
        Self::Warning(WarningRecord::new(warning))
    }

    pub(super) fn total(total: &Total) -> Self {
        Self::Total(TotalRecord::new(total))
    }

    pub(super) fn converted(converted: &'a Converted) -> Self {
        Self::Converted(ConvertedRecord::new(converted))
    }
}

#[derive(serde::Serialize)]
pub(super) struct BalanceRecord<'a> {
    provider: &'static str,
    site: Site,
    account: &'a str,
    billing_account_id: Option<&'a str>,
    sub_account_id: Option<&'a str>,
    sub_account_name: Option<&'a str>,
    currency: Currency,
    available: String,
    cash: Option<String>,
    credit_limit: Option<String>,
    temporary_credit: Option<String>,
    frozen: Option<String>,
    owed: Option<String>,
    details: Details<'a>,
    fetched_at: String,
    request_id: Option<&'a str>,
    #[serde(flatten)]
    verdict: Option<VerdictRecord>,
}

/// The result of a check. These fields are present only if balances were checked.
#[derive(serde::Serialize)]
struct VerdictRecord {
    threshold: Option<String>,
    low: bool,
    shortfall: Option<String>,
}

impl<'a> BalanceRecord<'a> {
    fn new(balance: &'a Balance, verbatim: Verbatim) -> Self {
        let plain = |amount: Option<Decimal>| amount.map(|amount| balance.money(amount).plain());
        Self {
            provider: balance.provider,
            site: balance.site,
            account: &balance.account,
            billing_account_id: balance.billing_account_id.as_deref(),
            sub_account_id: balance.sub_account_id.as_deref(),
            sub_account_name: balance.sub_account_name.as_deref(),
            currency: balance.currency,
            available: balance.money(balance.available).plain(),
            cash: plain(balance.cash),
            credit_limit: plain(balance.credit_limit),
            temporary_credit: plain(balance.temporary_credit),
            frozen: plain(balance.frozen),
            owed: plain(balance.owed),
            details: Details { list: &balance.details, currency: balance.currency, verbatim },
            fetched_at: timestamp(balance.fetched_at),
            request_id: balance.request_id.as_deref(),
            verdict: balance.verdict.map(|verdict| VerdictRecord {
                threshold: plain(verdict.threshold),
                low: verdict.low,
                shortfall: plain(verdict.shortfall(balance.available)),
            }),
        }
    }
}

#[derive(serde::Serialize)]
pub(super) struct ErrorRecord<'a> {
    provider: Option<&'static str>,
    account: Option<&'a str>,
    sub_account_id: Option<&'a str>,
    kind: ErrorKind,
    code: Option<&'a str>,
    message: &'a str,
    request_id: Option<&'a str>,
    hint: Option<&'a str>,
}

impl<'a> ErrorRecord<'a> {
    pub(super) fn new(error: &'a Error) -> Self {
        Self {
            provider: error.provider,
            account: error.account.as_deref(),
            sub_account_id: error.sub_account_id.as_deref(),
            kind: error.kind,
            code: error.code.as_deref(),
            message: &error.message,
            request_id: error.request_id.as_deref(),
            hint: error.hint.as_deref(),
        }
    }
}

#[derive(serde::Serialize)]
pub(super) struct WarningRecord<'a> {
    provider: &'static str,
    account: &'a str,
    sub_account_id: Option<&'a str>,
    message: &'a str,
    request_id: Option<&'a str>,
}

impl<'a> WarningRecord<'a> {
    fn new(warning: &'a Warning) -> Self {
        Self {
            provider: warning.provider,
            account: &warning.account,
            sub_account_id: warning.sub_account_id.as_deref(),
            message: &warning.message,
            request_id: warning.request_id.as_deref(),
        }
    }
}

#[derive(serde::Serialize)]
pub(super) struct TotalRecord {
    currency: Currency,
    available: Option<String>,
    accounts: u64,
}

impl TotalRecord {
    fn new(total: &Total) -> Self {
        let &Total { currency, available, accounts } = total;
        let available = available.map(|amount| Money { amount, currency }.plain());
        Self { currency, available, accounts }
    }
}

#[derive(serde::Serialize)]
pub(super) struct ConvertedRecord<'a> {
    currency: Currency,
    available: Option<String>,
    base: Currency,
    rates: Vec<RateRecord>,
    date: String,
    missing: &'a [Currency],
}

#[derive(serde::Serialize)]
struct RateRecord {
    currency: Currency,
    rate: String,
}

impl<'a> ConvertedRecord<'a> {
    fn new(converted: &'a Converted) -> Self {
        let &Converted { currency, available, base, ref rates, date, ref missing } = converted;
        let rate = |&(currency, rate): &(Currency, Decimal)| RateRecord {
            currency,
            rate: rate.normalize().to_string(),
        };
        Self {
            currency,
            available: available.map(|amount| Money { amount, currency }.plain()),
            base,
            rates: rates.iter().map(rate).collect(),
            date: date.to_string(),
            missing,
        }
    }
}

struct Details<'a> {
    list: &'a [(Arc<str>, Detail)],
    currency: Currency,
    verbatim: Verbatim,
}

impl Serialize for Details<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut details = serializer.serialize_map(Some(self.list.len()))?;
        for (name, detail) in self.list {
            match (detail, self.verbatim) {
                (&Detail::Amount(amount), _) => {
                    details.serialize_entry(name, &Money { amount, currency: self.currency }.plain())?;
                }
                (Detail::Unknown, _) => details.serialize_entry(name, &())?,
                (Detail::Verbatim(json), Verbatim::Text) => {
                    details.serialize_entry(name, &*on_one_line(json))?;
                }
                (Detail::Verbatim(json), Verbatim::Value) => {
                    details.serialize_entry(name, &value(json))?;
                }
            }
        }
        details.end()
    }
}

/// Returns the same JSON without line breaks, which would end a line of NDJSON. (JSON allows them only between tokens.)
fn on_one_line(json: &RawValue) -> std::borrow::Cow<'_, RawValue> {
    if json.get().contains(['\n', '\r']) {
        let text = json.get().replace(['\n', '\r'], " ");
        std::borrow::Cow::Owned(RawValue::from_string(text).expect("a blank for a line break leaves it JSON"))
    } else {
        std::borrow::Cow::Borrowed(json)
    }
}

/// Returns the value of JSON from a reply. Numbers that would lose digits as floats, and JSON that is nested too
/// deeply, are returned as text.
fn value(json: &RawValue) -> Value {
    match serde_json::from_str(json.get()) {
        Ok(value) => exact(value, json),
        Err(_) => Value::String(json.get().to_owned()),
    }
}

/// Returns the value with the digits of its numbers unchanged.
fn exact(value: Value, json: &RawValue) -> Value {
    const KNOWN: &str = "parts of valid JSON are valid";
    match value {
        Value::Number(number) if number.to_string() != json.get() => Value::String(json.get().to_owned()),
        Value::Array(list) => {
            let parts: Vec<&RawValue> = serde_json::from_str(json.get()).expect(KNOWN);
            list.into_iter().zip(parts).map(|(value, json)| exact(value, json)).collect()
        }
        Value::Object(fields) => {
            let parts: BTreeMap<String, &RawValue> = serde_json::from_str(json.get()).expect(KNOWN);
            fields
                .into_iter()
                .map(|(name, value)| {
                    let json = parts[&name];
                    (name, exact(value, json))
                })
                .collect()
        }
        other => other,
    }
}

/// Returns a time in the document's format, such as `2026-11-22T05:00:00Z`.
pub(super) fn timestamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
