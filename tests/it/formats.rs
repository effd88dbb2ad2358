//! Every format, whole, and against the schema.

use cloudbal::sandbox::Options;
use insta::assert_snapshot;

use crate::support::{Cloud, cloudbal};

/// Two members of the stand-in and one that it does not have.
const ARGUMENTS: &[&str] = &["tencent", "members", "--uin", "700001941608,700100015838,1", "-q"];

fn said(format: &str) -> crate::support::Said {
    let cloud = Cloud::start(Options::default());
    cloud.cloudbal(&[ARGUMENTS, &["-o", format]].concat()).run()
}

#[test]
fn as_json() {
    assert_snapshot!(said("json").whole(), @r#"
    {
      "schema_version": 1,
      "generated_at": "[TIME]Z",
      "oldest_fetched_at": "[TIME]Z",
      "balances": [
        {
          "provider": "tencent",
          "site": "intl",
          "account": "environment",
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
          "fetched_at": "[TIME]Z",
          "request_id": "[ID]"
        },
        {
          "provider": "tencent",
          "site": "intl",
          "account": "environment",
          "billing_account_id": null,
          "sub_account_id": "700100015838",
          "sub_account_name": "深圳 Studio 2",
          "currency": "USD",
          "available": "-9901.41",
          "cash": "0.00",
          "credit_limit": "0.00",
          "temporary_credit": "0.00",
          "frozen": null,
          "owed": "9901.41",
          "details": {
            "BasicCreditAmount": "0.00",
            "IsCreditAccount": false
          },
          "fetched_at": "[TIME]Z",
          "request_id": "[ID]"
        }
      ],
      "totals": [
        {
          "currency": "USD",
          "available": "353757.70",
          "accounts": 2
        }
      ],
      "converted": null,
      "errors": [
        {
          "provider": "tencent",
          "account": "environment",
          "sub_account_id": "1",
          "kind": "not_returned",
          "code": null,
          "message": "asked for and not returned",
          "request_id": "[ID]",
          "hint": "check the uin, and that it belongs to the organization this account administers"
        }
      ],
      "warnings": []
    }
    --- exit status 1
    "#);
}

#[test]
fn as_ndjson() {
    assert_snapshot!(said("ndjson").whole(), @r#"
    {"type":"balance","provider":"tencent","site":"intl","account":"environment","billing_account_id":null,"sub_account_id":"700001941608","sub_account_name":"kleinerwang_test","currency":"USD","available":"363659.11","cash":"363659.11","credit_limit":"0.00","temporary_credit":"0.00","frozen":null,"owed":"0.00","details":{"BasicCreditAmount":"0.00","IsCreditAccount":false},"fetched_at":"[TIME]Z","request_id":"[ID]"}
    {"type":"balance","provider":"tencent","site":"intl","account":"environment","billing_account_id":null,"sub_account_id":"700100015838","sub_account_name":"深圳 Studio 2","currency":"USD","available":"-9901.41","cash":"0.00","credit_limit":"0.00","temporary_credit":"0.00","frozen":null,"owed":"9901.41","details":{"BasicCreditAmount":"0.00","IsCreditAccount":false},"fetched_at":"[TIME]Z","request_id":"[ID]"}
    {"type":"error","provider":"tencent","account":"environment","sub_account_id":"1","kind":"not_returned","code":null,"message":"asked for and not returned","request_id":"[ID]","hint":"check the uin, and that it belongs to the organization this account administers"}
    {"type":"total","currency":"USD","available":"353757.70","accounts":2}
    --- exit status 1
    "#);
}

#[test]
fn as_csv() {
    assert_snapshot!(said("csv").whole(), @r#"
    type,provider,site,account,billing_account_id,sub_account_id,sub_account_name,currency,available,cash,credit_limit,temporary_credit,frozen,owed,fetched_at,request_id,kind,code,message,hint
    balance,tencent,intl,environment,,700001941608,kleinerwang_test,USD,363659.11,363659.11,0.00,0.00,,0.00,[TIME]Z,[ID],,,,
    balance,tencent,intl,environment,,700100015838,深圳 Studio 2,USD,-9901.41,0.00,0.00,0.00,,9901.41,[TIME]Z,[ID],,,,
    error,tencent,,environment,,1,,,,,,,,,,[ID],not_returned,,asked for and not returned,"check the uin, and that it belongs to the organization this account administers"
    --- exit status 1
    "#);
}

#[test]
fn as_yaml() {
    assert_snapshot!(said("yaml").whole(), @"
    schema_version: 1
    generated_at: '[TIME]Z'
    oldest_fetched_at: '[TIME]Z'
    balances:
    - provider: tencent
      site: intl
      account: environment
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
      fetched_at: '[TIME]Z'
      request_id: '[ID]'
    - provider: tencent
      site: intl
      account: environment
      billing_account_id: null
      sub_account_id: '700100015838'
      sub_account_name: 深圳 Studio 2
      currency: USD
      available: '-9901.41'
      cash: '0.00'
      credit_limit: '0.00'
      temporary_credit: '0.00'
      frozen: null
      owed: '9901.41'
      details:
        BasicCreditAmount: '0.00'
        IsCreditAccount: false
      fetched_at: '[TIME]Z'
      request_id: '[ID]'
    totals:
    - currency: USD
      available: '353757.70'
      accounts: 2
    converted: null
    errors:
    - provider: tencent
      account: environment
      sub_account_id: '1'
      kind: not_returned
      code: null
      message: asked for and not returned
      request_id: '[ID]'
      hint: check the uin, and that it belongs to the organization this account administers
    warnings: []
    --- exit status 1
    ");
}

#[test]
fn as_a_table() {
    assert_snapshot!(said("table").whole(), @"
    SUB-ACCOUNT   NAME              CURRENCY            AVAILABLE        CASH  CREDIT LIMIT  TEMPORARY      OWED
    700001941608  kleinerwang_test  USD                363,659.11  363,659.11          0.00       0.00      0.00
    700100015838  深圳 Studio 2     USD                 -9,901.41        0.00          0.00       0.00  9,901.41
    1                                         error: not returned
    ────────────────────────────────────────────────────────────────────────────────────────────────────────────
    total of 2                      USD                353,757.70
    read [TIME] UTC
    --- exit status 1
    ");
}

#[test]
fn what_a_query_finds() {
    let cloud = Cloud::start(Options::default());
    let query = |expression: &str| {
        let said = cloud.cloudbal(&[ARGUMENTS, &["--query", expression]].concat()).run();
        assert_eq!(said.status, Some(1), "the missing member is still an error");
        said.stdout
    };
    assert_snapshot!(query("balances[].[sub_account_id, available]"), @r#"
    [
      [
        "700001941608",
        "363659.11"
      ],
      [
        "700100015838",
        "-9901.41"
      ]
    ]
    "#);
    assert_snapshot!(query("balances[?to_number(available) < `0`].sub_account_name | [0]"), @r#""深圳 Studio 2""#);
    assert_snapshot!(query("totals[0].available"), @r#""353757.70""#);
}

#[test]
fn the_schema_that_is_printed_holds_for_what_is_printed() {
    let schema: serde_json::Value = cloudbal(&["schema"]).run().json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let cloud = Cloud::start(Options::default());
    let denied =
        cloud.keyless(&["tencent", "members", "-o", "json"]).tencent_key("AKIDsandboxintl-denied").run();
    let members = cloud.cloudbal(&["tencent", "members", "-o", "json"]).run();
    let own = cloud.cloudbal(&["tencent", "balance", "-o", "json"]).run();
    let aliyun = cloud.cloudbal(&["aliyun", "balance", "-o", "json"]).run();
    let keyless = cloudbal(&["aliyun", "balance", "-o", "json"]).run();
    for said in [denied, members, own, aliyun, keyless, said("json")] {
        let document = said.json();
        let wrong: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{wrong:?}\n{document}");
    }
    let line = serde_json::json!({ "$ref": "#/$defs/line", "$defs": schema["$defs"] });
    let validator = jsonschema::validator_for(&line).unwrap();
    for line in said("ndjson").stdout.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(validator.is_valid(&line), "{line}");
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    use std::process::Stdio;
    let cloud = Cloud::start(Options { members: 200, ..Options::default() });
    for format in ["ndjson", "json"] {
        let mut child = std::process::Command::new(crate::support::executable())
            .args(["tencent", "members", "-o", format])
            .env_clear()
            .env("CLOUDBAL_CONNECT_TO", cloud.address.to_string())
            .env("CLOUDBAL_CA_FILE", cloud.certificate.path())
            .env("TENCENTCLOUD_SECRET_ID", "AKIDsandboxintldemo")
            .env("TENCENTCLOUD_SECRET_KEY", cloudbal::sandbox::secret_of("AKIDsandboxintldemo"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        assert_eq!(output.status.code(), Some(0), "{format}");
    }
}

#[test]
fn a_query_that_the_balances_do_not_bear_is_no_usage_error_for_they_were_asked_for() {
    let cloud = Cloud::start(Options::default());
    let said = cloud.cloudbal(&["aliyun", "balance", "--query", "sort_by(balances,&nope)"]).run();
    assert_eq!((said.status, &*said.stdout), (Some(1), ""));
    assert!(said.stderr.starts_with("error: invalid query: "), "{}", said.stderr);
    assert_eq!(cloud.statistics().requests, 1);
}
