//! What holds for every report.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use chrono::DateTime;
use cloudbal::model::{Balance, Conversion, Currency, Detail, Error, ErrorKind, Rates, Report, Row, Site};
use cloudbal::render::{Format, Query, SCHEMA, Style};
use jsonschema::Validator;
use proptest::option;
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::fixtures::{aliyun, at, balance, denied, error, in_usd, kleinerwang, raw, report, styled, text};

fn document_schema() -> Validator {
    jsonschema::draft202012::new(&serde_json::from_str(SCHEMA).unwrap()).unwrap()
}

fn line_schema() -> Validator {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    jsonschema::draft202012::new(&json!({ "$ref": "#/$defs/line", "$defs": schema["$defs"] })).unwrap()
}

fn assert_valid(schema: &Validator, instance: &Value) {
    let faults: Vec<String> = schema.iter_errors(instance).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:?} in {instance}");
}

#[test]
fn the_schema_is_a_json_schema() {
    jsonschema::meta::validate(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
}

#[test]
fn the_schema_refuses_what_is_not_in_it() {
    let rows = vec![balance(kleinerwang()), balance(aliyun()), error(denied())];
    let document: Value = serde_json::from_str(&text(&in_usd(report(rows)), Format::Json)).unwrap();
    assert_valid(&document_schema(), &document);
    for change in [
        |document: &mut Value| document["more"] = json!(1),
        |document: &mut Value| document["balances"][0]["type"] = json!("balance"),
        |document: &mut Value| document["balances"][0]["available"] = Value::Null,
        |document: &mut Value| document["balances"][0]["available"] = json!(363_659.11),
        |document: &mut Value| document["balances"][0]["cash"] = json!("1,000.00"),
        |document: &mut Value| document["errors"][0]["kind"] = json!("other"),
        |document: &mut Value| document["totals"][0]["more"] = json!(1),
        |document: &mut Value| document["converted"]["rates"][0]["rate"] = json!(7.12),
        |document: &mut Value| drop(document["converted"].as_object_mut().unwrap().remove("missing")),
        |document: &mut Value| drop(document.as_object_mut().unwrap().remove("converted")),
        |document: &mut Value| drop(document["errors"][0].as_object_mut().unwrap().remove("hint")),
        |document: &mut Value| drop(document.as_object_mut().unwrap().remove("totals")),
    ] {
        let mut changed = document.clone();
        change(&mut changed);
        assert!(!document_schema().is_valid(&changed), "{changed}");
    }
}

#[test]
fn the_schema_knows_every_kind_of_error() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let kinds: Vec<Value> = KINDS.iter().map(|kind| json!(kind.name())).collect();
    assert_eq!(schema["$defs"]["error_fields"]["properties"]["kind"]["enum"], json!(kinds));
}

const KINDS: [ErrorKind; 18] = [
    ErrorKind::Usage,
    ErrorKind::Configuration,
    ErrorKind::Credentials,
    ErrorKind::Authentication,
    ErrorKind::Permission,
    ErrorKind::WrongSite,
    ErrorKind::Clock,
    ErrorKind::Throttled,
    ErrorKind::Refused,
    ErrorKind::Server,
    ErrorKind::Network,
    ErrorKind::Timeout,
    ErrorKind::UnreadableReply,
    ErrorKind::NotReturned,
    ErrorKind::Incomplete,
    ErrorKind::Unsupported,
    ErrorKind::Interrupted,
    ErrorKind::File,
];

fn amounts() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        (-100_000_000i64..100_000_000, 0u32..6).prop_map(|(digits, scale)| Decimal::new(digits, scale)),
        (any::<i64>(), 0u32..=28).prop_map(|(digits, scale)| Decimal::new(digits, scale)),
        Just(Decimal::MAX),
        Just(Decimal::MIN),
    ]
}

/// Names as people write them, as attackers write them, and as nobody does.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z_0-9-]{0,20}",
        "[=+@\\-\t\r\n'\",.0-9a\u{1b}\u{9b}\u{202e}上＝]{0,8}",
        "\\PC{0,20}",
        any::<String>(),
    ]
}

fn details() -> impl Strategy<Value = Detail> {
    prop_oneof![
        amounts().prop_map(Detail::Amount),
        prop_oneof![Just("null"), Just("1e400"), Just("[1,\n{\"a\":0.1}]"), Just("\"\u{9b}\u{2028}\"")]
            .prop_map(raw),
    ]
}

fn balances() -> impl Strategy<Value = Balance> {
    let money = (amounts(), proptest::collection::vec(option::of(amounts()), 5));
    let names = (texts(), option::of(texts()), option::of(texts()), option::of(texts()), option::of(texts()));
    let rest = (
        prop_oneof![Just("USD"), Just("CNY"), Just("JPY"), Just("KWD")],
        any::<bool>(),
        0i64..4_000_000_000,
        proptest::collection::btree_map(texts(), details(), 0..3),
    );
    (money, names, rest).prop_map(|((available, money), names, (currency, intl, seconds, details))| Balance {
        provider: "tencent",
        site: if intl { Site::INTL } else { Site::CN },
        account: names.0.into(),
        billing_account_id: names.1,
        sub_account_id: names.2,
        sub_account_name: names.3,
        currency: currency.parse::<Currency>().unwrap(),
        available,
        cash: money[0],
        credit_limit: money[1],
        temporary_credit: money[2],
        frozen: money[3],
        owed: money[4],
        details: details.into_iter().map(|(name, detail)| (Arc::from(name), detail)).collect(),
        fetched_at: DateTime::from_timestamp(seconds, 999_999_999).unwrap(),
        request_id: names.4.map(Arc::from),
        verdict: None,
        warnings: Vec::new(),
    })
}

fn errors() -> impl Strategy<Value = Error> {
    let option = || option::of(texts());
    (0..KINDS.len(), texts(), option(), option(), option(), option(), option()).prop_map(
        |(kind, message, account, sub_account_id, code, request_id, hint)| Error {
            kind: KINDS[kind],
            provider: account.is_some().then_some("aliyun"),
            account: account.map(Arc::from),
            sub_account_id: sub_account_id.map(Box::from),
            code: code.map(Box::from),
            message: message.into(),
            request_id: request_id.map(Box::from),
            hint: hint.map(Box::from),
        },
    )
}

fn reports() -> impl Strategy<Value = Report> {
    let row = prop_oneof![3 => balances().prop_map(balance), 1 => errors().prop_map(error)];
    let rows = proptest::collection::vec(row, 0..6);
    (rows, option::of(conversions())).prop_map(|(rows, conversion)| {
        let report = report(rows);
        let converted = conversion.map(|conversion| conversion.of(&report.totals));
        Report { converted, ..report }
    })
}

fn conversions() -> impl Strategy<Value = Conversion> {
    let currency = prop_oneof![Just(Currency::USD), Just(Currency::CNY), Just(Currency::JPY)];
    let rates = proptest::collection::vec((currency.clone(), amounts()), 0..3);
    (currency.clone(), currency, rates).prop_map(|(to, base, rates)| {
        let date = at("2026-11-20T00:00:00Z").date_naive();
        Conversion { to, rates: Rates { date, base, rates } }
    })
}

/// The cells that a row must have in CSV, by the name of their column.
fn expected_cells(row: &Row) -> Vec<(&'static str, String)> {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    match row {
        Row::Balance(balance) => vec![
            ("type", "balance".to_owned()),
            ("account", balance.account.to_string()),
            ("billing_account_id", text(balance.billing_account_id.as_deref())),
            ("sub_account_id", text(balance.sub_account_id.as_deref())),
            ("sub_account_name", text(balance.sub_account_name.as_deref())),
            ("currency", balance.currency.to_string()),
            ("request_id", text(balance.request_id.as_deref())),
            ("message", String::new()),
        ],
        Row::Error(error) => vec![
            ("type", "error".to_owned()),
            ("account", text(error.account.as_deref())),
            ("sub_account_id", text(error.sub_account_id.as_deref())),
            ("available", String::new()),
            ("code", text(error.code.as_deref())),
            ("message", error.message.to_string()),
            ("request_id", text(error.request_id.as_deref())),
            ("hint", text(error.hint.as_deref())),
        ],
    }
}

/// Takes the documented changes of a cell back.
fn restored(cell: &str) -> String {
    let dangerous = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\n', '\r'];
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(dangerous)).unwrap_or(cell).to_owned()
}

/// A text with its control and invisible characters written out, as CSV has them.
fn written_out(text: &str) -> String {
    static HIDDEN: LazyLock<regex::Regex> = LazyLock::new(|| {
        regex::Regex::new(r"[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\x{2800}\x{fff9}-\x{fffb}]")
            .unwrap()
    });
    let hidden = &*HIDDEN;
    let mut shown = String::new();
    for character in text.chars() {
        match character {
            '\t' | '\n' | '\r' => shown.push(character),
            _ if hidden.is_match(character.encode_utf8(&mut [0; 4])) => {
                write!(shown, "\\u{{{:x}}}", u32::from(character)).unwrap();
            }
            _ => shown.push(character),
        }
    }
    shown
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_json_document_is_valid(report in reports()) {
        // Numbers past a float's range are JSON, but this reader refuses them.
        let shown = text(&report, Format::Json).replace("1e400", "1e40");
        assert_valid(&document_schema(), &serde_json::from_str(&shown).unwrap());
    }

    #[test]
    fn every_line_of_ndjson_is_valid(report in reports()) {
        let shown = text(&report, Format::Ndjson).replace("1e400", "1e40");
        prop_assert_eq!(shown.lines().count(), report.rows.len() + report.totals.len() + report.converted.iter().count());
        for line in shown.lines() {
            prop_assert!(line.starts_with(r#"{"type":""#), "{}", line);
            assert_valid(&line_schema(), &serde_json::from_str(line).unwrap());
        }
    }

    #[test]
    fn every_yaml_document_is_valid_and_its_amounts_are_texts(report in reports()) {
        let document: Value = yaml_serde::from_str(&text(&report, Format::Yaml)).unwrap();
        assert_valid(&document_schema(), &document);
        let names: Vec<_> = report.balances().map(|balance| json!(balance.sub_account_name)).collect();
        let shown: Vec<_> =
            document["balances"].as_array().unwrap().iter().map(|shown| shown["sub_account_name"].clone()).collect();
        prop_assert_eq!(shown, names);
    }

    #[test]
    fn every_cell_of_csv_can_be_read_back_and_none_is_run(report in reports()) {
        let shown = text(&report, Format::Csv);
        let mut reader = csv::Reader::from_reader(shown.as_bytes());
        let header = reader.headers().unwrap().clone();
        let records: Vec<_> = reader.records().map(Result::unwrap).collect();
        prop_assert_eq!(records.len(), report.rows.len());
        for (record, row) in records.iter().zip(&report.rows) {
            for (name, cell) in expected_cells(row) {
                let at = header.iter().position(|heading| heading == name).unwrap();
                prop_assert_eq!(restored(&record[at]), restored(&written_out(&cell)), "{}", name);
            }
            for cell in record {
                let number = cell.trim_start_matches(['-', '+']).parse::<f64>().is_ok();
                prop_assert!(number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{:?}", cell);
            }
        }
    }

    #[test]
    fn every_table_is_text_that_no_terminal_acts_on(report in reports(), width in option::of(0u16..200)) {
        let shown = styled(&report, Format::Table, Style { color: false, width });
        let acts = |character: char| character != '\n' && (character.is_control() || ('\u{202a}'..='\u{202e}').contains(&character));
        prop_assert!(!shown.contains(acts), "{:?}", shown);
        let notes = 1 + usize::from(shown.contains("\nhidden columns (narrow terminal): "));
        let totals = report.totals.len();
        let converted = report.converted.as_ref().map_or(0, |converted| {
            let sum = converted.missing.is_empty() && totals > 0;
            usize::from(sum) + usize::from(!converted.missing.is_empty() || !converted.rates.is_empty())
        });
        let lines = 1 + report.rows.len() + totals + usize::from(totals > 0) + converted + notes;
        prop_assert_eq!(shown.lines().count(), lines, "{}", shown);
        for balance in report.balances() {
            prop_assert!(shown.contains(&balance.money(balance.available).grouped()));
        }
    }

    #[test]
    fn no_expression_makes_a_query_panic(expression in "[a-z@.*|&!?(){}\\[\\]'\"`0-9:, <=-]{0,24}") {
        if let Ok(query) = Query::parse(&expression, Format::Json) {
            query.answer(&report(vec![balance(kleinerwang())])).ok();
        }
    }
}
