//! Balances, errors and reports that the tests render.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use cloudbal::model::{
    Balance, Conversion, Currency, Detail, Error, ErrorKind, Rates, Report, Row, Site, amount_from_text,
};
use cloudbal::render::{self, Format, Style};
use rust_decimal::Decimal;
use serde_json::value::RawValue;

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(crate) fn amount(text: &str) -> Decimal {
    amount_from_text(text).unwrap()
}

pub(crate) fn raw(json: &str) -> Detail {
    Detail::Verbatim(RawValue::from_string(json.to_owned()).unwrap())
}

/// The member in Tencent Cloud's documentation.
pub(crate) fn kleinerwang() -> Balance {
    Balance {
        provider: "tencent",
        site: Site::INTL,
        account: "default".into(),
        billing_account_id: None,
        sub_account_id: Some("700001941608".to_owned()),
        sub_account_name: Some("kleinerwang_test".to_owned()),
        currency: Currency::USD,
        available: amount("363659.11"),
        cash: Some(amount("363659.11")),
        credit_limit: Some(amount("0")),
        temporary_credit: Some(amount("0")),
        frozen: None,
        owed: Some(amount("0")),
        details: vec![
            (Arc::from("BasicCreditAmount"), Detail::Amount(amount("0"))),
            (Arc::from("IsCreditAccount"), raw("false")),
        ],
        fetched_at: at("2026-11-22T05:00:01.123Z"),
        request_id: Some("241b92ef-b68e-4827-ae15-5ef7f3bd4009".into()),
        verdict: None,
        warnings: Vec::new(),
    }
}

/// The account in Alibaba Cloud's documentation.
pub(crate) fn aliyun() -> Balance {
    Balance {
        provider: "aliyun",
        site: Site::CN,
        account: "shop".into(),
        billing_account_id: None,
        sub_account_id: None,
        sub_account_name: None,
        currency: Currency::CNY,
        available: amount("10000.00"),
        cash: Some(amount("10000.00")),
        credit_limit: Some(amount("0.00")),
        temporary_credit: None,
        frozen: None,
        owed: None,
        details: vec![(Arc::from("MybankCreditAmount"), Detail::Amount(amount("0.00")))],
        fetched_at: at("2026-11-22T05:00:01Z"),
        request_id: Some("16176743-6DC7-4CB3-BB25-A13982D8DFAD".into()),
        verdict: None,
        warnings: Vec::new(),
    }
}

/// Another member of the same organization.
pub(crate) fn member(id: &str, name: &str, available: &str) -> Balance {
    Balance {
        sub_account_id: Some(id.to_owned()),
        sub_account_name: Some(name.to_owned()),
        available: amount(available),
        cash: Some(amount(available)),
        ..kleinerwang()
    }
}

pub(crate) fn denied() -> Error {
    let mut error = Error::new(ErrorKind::Permission, "the key may not read balances")
        .at("tencent", &"prod".into())
        .code("AuthFailure.UnauthorizedOperation")
        .hint("grant `finance:DescribeAccountBalance` in CAM");
    error.request_id = Some("ea0a9d1b-9ac0-4ff1-b2f2-d7f0a7d2f0a1".into());
    error
}

pub(crate) fn not_returned() -> Error {
    let mut error =
        Error::new(ErrorKind::NotReturned, "the answer has no such member").at("tencent", &"default".into());
    error.sub_account_id = Some("700000000001".into());
    error
}

pub(crate) fn balance(balance: Balance) -> Row {
    Row::Balance(Box::new(balance))
}

pub(crate) fn error(error: Error) -> Row {
    Row::Error(Box::new(error))
}

pub(crate) fn report(rows: Vec<Row>) -> Report {
    Report::new(at("2026-11-22T05:00:02.999Z"), rows)
}

/// The report with its totals in dollars by a rate for yuan alone.
pub(crate) fn in_usd(report: Report) -> Report {
    let date = "2026-11-20".parse().unwrap();
    let rates = Rates { date, base: Currency::CNY, rates: vec![(Currency::USD, amount("7.12"))] };
    let converted = Some(Conversion { to: Currency::USD, rates }.of(&report.totals));
    Report { converted, ..report }
}

pub(crate) fn text(report: &Report, format: Format) -> String {
    styled(report, format, Style::default())
}

pub(crate) fn styled(report: &Report, format: Format, style: Style) -> String {
    let mut out = Vec::new();
    render::write(report, format, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
