//! JSON and YAML.

use std::io;
use std::sync::Arc;

use cloudbal::model::{Balance, Currency, Report};
use cloudbal::render::{self, Format, Style};
use serde_json::json;

use crate::fixtures::{
    aliyun, amount, balance, denied, error, in_usd, kleinerwang, member, raw, report, text,
};

fn both() -> Report {
    report(vec![balance(kleinerwang()), error(denied()), balance(aliyun())])
}

fn with_detail(json: &str) -> Report {
    report(vec![balance(Balance { details: vec![(Arc::from("Odd"), raw(json))], ..aliyun() })])
}

#[test]
fn json_is_one_document() {
    insta::assert_snapshot!(text(&both(), Format::Json), @r#"
    {
      "schema_version": 1,
      "generated_at": "2026-11-22T05:00:02Z",
      "oldest_fetched_at": "2026-11-22T05:00:01Z",
      "balances": [
        {
          "provider": "tencent",
          "site": "intl",
          "account": "default",
          "billing_account_id": null,
          "sub_account_id": "700001941608",
          "sub_account_name": "kleinerwang_test",
          "currency": "USD",
          "available": "363659.11",
          "cash": "363659.11",
          "credit_limit": "0.00",
          "temporary_credit": "0.00",
          "frozen": null,
          "owed": "0.00",
          "details": {
            "BasicCreditAmount": "0.00",
            "IsCreditAccount": false
          },
          "fetched_at": "2026-11-22T05:00:01Z",
          "request_id": "241b92ef-b68e-4827-ae15-5ef7f3bd4009"
        },
        {
          "provider": "aliyun",
          "site": "cn",
          "account": "shop",
          "billing_account_id": null,
          "sub_account_id": null,
          "sub_account_name": null,
          "currency": "CNY",
          "available": "10000.00",
          "cash": "10000.00",
          "credit_limit": "0.00",
          "temporary_credit": null,
          "frozen": null,
          "owed": null,
          "details": {
            "MybankCreditAmount": "0.00"
          },
          "fetched_at": "2026-11-22T05:00:01Z",
          "request_id": "16176743-6DC7-4CB3-BB25-A13982D8DFAD"
        }
      ],
      "totals": [
        {
          "currency": "USD",
          "available": "363659.11",
          "accounts": 1
        },
        {
          "currency": "CNY",
          "available": "10000.00",
          "accounts": 1
        }
      ],
      "converted": null,
      "errors": [
        {
          "provider": "tencent",
          "account": "prod",
          "sub_account_id": null,
          "kind": "permission",
          "code": "AuthFailure.UnauthorizedOperation",
          "message": "the key may not read balances",
          "request_id": "ea0a9d1b-9ac0-4ff1-b2f2-d7f0a7d2f0a1",
          "hint": "grant `finance:DescribeAccountBalance` in CAM"
        }
      ],
      "warnings": []
    }
    "#);
}

#[test]
fn yaml_is_the_same_document() {
    insta::assert_snapshot!(text(&both(), Format::Yaml), @"
    schema_version: 1
    generated_at: '2026-11-22T05:00:02Z'
    oldest_fetched_at: '2026-11-22T05:00:01Z'
    balances:
    - provider: tencent
      site: intl
      account: default
      billing_account_id: null
      sub_account_id: '700001941608'
      sub_account_name: kleinerwang_test
      currency: USD
      available: '363659.11'
      cash: '363659.11'
      credit_limit: '0.00'
      temporary_credit: '0.00'
      frozen: null
      owed: '0.00'
      details:
        BasicCreditAmount: '0.00'
        IsCreditAccount: false
      fetched_at: '2026-11-22T05:00:01Z'
      request_id: '241b92ef-b68e-4827-ae15-5ef7f3bd4009'
    - provider: aliyun
      site: cn
      account: shop
      billing_account_id: null
      sub_account_id: null
      sub_account_name: null
      currency: CNY
      available: '10000.00'
      cash: '10000.00'
      credit_limit: '0.00'
      temporary_credit: null
      frozen: null
      owed: null
      details:
        MybankCreditAmount: '0.00'
      fetched_at: '2026-11-22T05:00:01Z'
      request_id: '16176743-6DC7-4CB3-BB25-A13982D8DFAD'
    totals:
    - currency: USD
      available: '363659.11'
      accounts: 1
    - currency: CNY
      available: '10000.00'
      accounts: 1
    converted: null
    errors:
    - provider: tencent
      account: prod
      sub_account_id: null
      kind: permission
      code: AuthFailure.UnauthorizedOperation
      message: the key may not read balances
      request_id: 'ea0a9d1b-9ac0-4ff1-b2f2-d7f0a7d2f0a1'
      hint: grant `finance:DescribeAccountBalance` in CAM
    warnings: []
    ");
    let yaml: serde_json::Value = yaml_serde::from_str(&text(&both(), Format::Yaml)).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text(&both(), Format::Json)).unwrap();
    assert_eq!(yaml, json);
}

#[test]
fn totals_in_one_currency_come_with_rates_and_their_day() {
    let converted = |rows| {
        let json: serde_json::Value =
            serde_json::from_str(&text(&in_usd(report(rows)), Format::Json)).unwrap();
        json["converted"].clone()
    };
    // (363659.11 x 7.12 + 10000) / 7.12 = 365063.6044…
    assert_eq!(
        converted(vec![balance(kleinerwang()), balance(aliyun())]),
        json!({
            "currency": "USD", "available": "365063.60", "base": "CNY",
            "rates": [{ "currency": "USD", "rate": "7.12" }], "date": "2026-11-20", "missing": [],
        })
    );
    let yen = Balance { currency: Currency::JPY, ..aliyun() };
    assert_eq!(
        converted(vec![balance(yen), balance(kleinerwang())]),
        json!({
            "currency": "USD", "available": null, "base": "CNY",
            "rates": [{ "currency": "USD", "rate": "7.12" }], "date": "2026-11-20", "missing": ["JPY"],
        })
    );
    assert_eq!(
        converted(vec![error(denied())]),
        json!({
            "currency": "USD", "available": null, "base": "CNY",
            "rates": [], "date": "2026-11-20", "missing": [],
        })
    );
}

#[test]
fn the_shape_stays_when_nothing_was_found() {
    insta::assert_snapshot!(text(&report(vec![]), Format::Json), @r#"
    {
      "schema_version": 1,
      "generated_at": "2026-11-22T05:00:02Z",
      "oldest_fetched_at": null,
      "balances": [],
      "totals": [],
      "converted": null,
      "errors": [],
      "warnings": []
    }
    "#);
    insta::assert_snapshot!(text(&report(vec![]), Format::Yaml), @"
    schema_version: 1
    generated_at: '2026-11-22T05:00:02Z'
    oldest_fetched_at: null
    balances: []
    totals: []
    converted: null
    errors: []
    warnings: []
    ");
}

#[test]
fn what_a_cloud_wrote_stays_as_it_wrote_it() {
    let json = r#"[1e400, 0.30000000000000000004, 12345678901234567890123, {"a": "\u0041\ud83d\ude00"}]"#;
    let shown = text(&with_detail(json), Format::Json);
    assert!(shown.contains(&format!("\"Odd\": {json}")), "{shown}");
}

#[test]
fn line_breaks_in_what_a_cloud_wrote_become_blanks() {
    let shown = text(&with_detail("{\r\n\"a\": \"\\n\"\n}"), Format::Ndjson);
    assert_eq!(shown.lines().count(), 2);
    assert!(shown.contains("{  \"a\": \"\\n\" }"), "{shown}");
}

#[test]
fn numbers_inside_lists_and_objects_keep_their_digits_in_yaml() {
    let json = r#"[{"b":0.12345678901234567890,"a":[1.10,5,"1.10"]},{}]"#;
    let document: serde_json::Value = yaml_serde::from_str(&text(&with_detail(json), Format::Yaml)).unwrap();
    let expected = serde_json::json!([{ "b": "0.12345678901234567890", "a": ["1.10", 5, "1.10"] }, {}]);
    assert_eq!(document["balances"][0]["details"]["Odd"], expected);
}

#[test]
fn numbers_that_a_float_would_change_are_texts_in_yaml() {
    let odd = |json: &str| {
        let shown = text(&with_detail(json), Format::Yaml);
        let line = shown.lines().find(|line| line.contains("Odd")).unwrap();
        line.trim().to_owned()
    };
    assert_eq!(odd("12.5"), "Odd: 12.5");
    assert_eq!(odd("18446744073709551615"), "Odd: 18446744073709551615");
    assert_eq!(odd("12345678901234567890123"), "Odd: '12345678901234567890123'");
    assert_eq!(odd("0.123456789012345678901"), "Odd: '0.123456789012345678901'");
    assert_eq!(odd("null"), "Odd: null");
}

#[test]
fn deep_nesting_is_no_danger() {
    let json = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let report = with_detail(&json);
    for format in Format::ALL {
        assert!(!text(&report, format).is_empty());
    }
    assert!(text(&report, Format::Json).contains(&json));
}

#[test]
fn no_terminal_acts_on_a_document_and_programs_read_the_very_name() {
    let name = "\u{1b}[2J\u{7f}\u{9b}31m\u{202e}x\u{e0041}\n\0上";
    let report = report(vec![balance(member("700000000002", name, "1"))]);
    for format in [Format::Json, Format::Ndjson] {
        let shown = text(&report, format);
        assert!(!shown.contains(['\u{1b}', '\u{7f}', '\u{9b}', '\u{202e}', '\u{e0041}', '\0']), "{shown:?}");
        let first: serde_json::Value = match format {
            Format::Json => serde_json::from_str::<serde_json::Value>(&shown).unwrap()["balances"][0].clone(),
            _ => serde_json::from_str(shown.lines().next().unwrap()).unwrap(),
        };
        assert_eq!(first["sub_account_name"], name);
    }
    let shown = text(&report, Format::Yaml);
    assert!(!shown.contains(['\u{1b}', '\u{7f}', '\u{9b}', '\u{202e}', '\u{e0041}', '\0']), "{shown:?}");
    let document: serde_json::Value = yaml_serde::from_str(&shown).unwrap();
    assert_eq!(document["balances"][0]["sub_account_name"], name);
}

#[test]
fn amounts_are_texts_in_every_document() {
    let report = report(vec![balance(Balance { available: amount("1"), ..aliyun() })]);
    let document: serde_json::Value = yaml_serde::from_str(&text(&report, Format::Yaml)).unwrap();
    assert_eq!(document["balances"][0]["available"], "1.00");
    assert_eq!(document["totals"][0]["available"], "1.00");
}

/// A pipe whose reader went away.
struct Closed;

impl io::Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

#[test]
fn a_closed_pipe_can_be_told_from_other_failures() {
    for format in Format::ALL {
        let failure = render::write(&both(), format, Style::default(), &mut Closed).unwrap_err();
        assert_eq!(failure.kind(), io::ErrorKind::BrokenPipe, "{format:?}");
    }
}
