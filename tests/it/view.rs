//! What is shown of what was read: which rows, in which order, and the total in one currency.

use cloudbal::sandbox::Options;
use insta::assert_snapshot;

use crate::support::{Cloud, Said, normalised};

/// Members of the stand-in with and without money, and one that it does not have.
const ARGUMENTS: &[&str] =
    &["tencent", "members", "-q", "--uin", "700001941608,700100063352,700100031676,1,700100007919"];

fn said(arguments: &[&str]) -> Said {
    Cloud::start(Options::default()).cloudbal(&[ARGUMENTS, arguments].concat()).run()
}

#[test]
fn only_what_failed_is_shown_under_the_totals_of_everything() {
    assert_snapshot!(said(&["--only-failed"]).whole(), @"
    SUB-ACCOUNT  CURRENCY            AVAILABLE
    1                      error: not returned
    ──────────────────────────────────────────
    total of 4   USD                738,809.05
    read [TIME] UTC
    --- exit status 1
    ");
    let document = said(&["--only-failed", "-o", "json"]).json();
    assert_eq!(document["balances"], serde_json::json!([]));
    assert_eq!(document["errors"].as_array().unwrap().len(), 1);
    assert_eq!(document["totals"][0]["accounts"], 4);
}

#[test]
fn balances_below_an_amount_are_shown_under_the_totals_of_everything() {
    assert_snapshot!(said(&["--below", "363,659.11"]).whole(), @"
    SUB-ACCOUNT   NAME             CURRENCY            AVAILABLE  CASH  CREDIT LIMIT  TEMPORARY       OWED
    700100063352  测试环境（8）    USD                -39,605.64  0.00          0.00       0.00  39,605.64
    700100031676  data-platform-4  USD                      0.00  0.00          0.00       0.00       0.00
    1                                        error: not returned
    ──────────────────────────────────────────────────────────────────────────────────────────────────────
    total of 4                     USD                738,809.05
    read [TIME] UTC
    --- exit status 1
    ");
    assert_snapshot!(said(&["--below", "-1", "-o", "csv"]).whole(), @r#"
    type,provider,site,account,billing_account_id,sub_account_id,sub_account_name,currency,available,cash,credit_limit,temporary_credit,frozen,owed,fetched_at,request_id,kind,code,message,hint
    balance,tencent,intl,environment,,700100063352,测试环境（8）,USD,-39605.64,0.00,0.00,0.00,,39605.64,[TIME]Z,[ID],,,,
    error,tencent,,environment,,1,,,,,,,,,,[ID],not_returned,,asked for and not returned,"check the uin, and that it belongs to the organization this account administers"
    --- exit status 1
    "#);
    assert_snapshot!(said(&["--below", "1,00"]).whole(), @"
    --- stderr
    error: invalid value '1,00' for '--below <AMOUNT>': not an amount

    For more information, try '--help'.
    --- exit status 2
    ");
}

#[test]
fn rows_are_sorted_in_every_format() {
    assert_snapshot!(said(&["--sort", "available"]).whole(), @"
    SUB-ACCOUNT   NAME               CURRENCY            AVAILABLE        CASH  CREDIT LIMIT  TEMPORARY       OWED
    700100063352  测试环境（8）      USD                -39,605.64        0.00          0.00       0.00  39,605.64
    700100031676  data-platform-4    USD                      0.00        0.00          0.00       0.00       0.00
    700001941608  kleinerwang_test   USD                363,659.11  363,659.11          0.00       0.00       0.00
    700100007919  Harbour Trading 1  USD                414,755.58  414,755.58    125,000.00  25,000.00       0.00
    1                                          error: not returned
    ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
    total of 4                       USD                738,809.05
    read [TIME] UTC
    --- exit status 1
    ");
    for sort in ["available", "name"] {
        let table = ids(&said(&["--sort", sort]).stdout, r"(?m)^(\d+) ");
        let (failed, read): (Vec<_>, Vec<_>) = table.iter().cloned().partition(|id| id == "1");
        for (format, expected) in [
            ("ndjson", &table),
            ("csv", &table),
            // Documents have a list of balances, and one of errors after it.
            ("json", &[read.clone(), failed.clone()].concat()),
            ("yaml", &[read.clone(), failed.clone()].concat()),
        ] {
            let written = said(&["--sort", sort, "-o", format]).stdout;
            let written =
                ids(&written, r#"(?m)(?:sub_account_id"?: ?["']|sub_account_id":"|environment,,)(\d+)"#);
            assert_eq!(written, *expected, "{sort} {format}");
        }
    }
}

/// What a pattern finds in each place.
fn ids(text: &str, pattern: &str) -> Vec<String> {
    let pattern = regex::Regex::new(pattern).unwrap();
    pattern.captures_iter(text).map(|found| found[1].to_owned()).collect()
}

#[test]
fn variables_choose_too() {
    let cloud = Cloud::start(Options::default());
    let run = cloud.cloudbal(ARGUMENTS).env("CLOUDBAL_SORT", "name").env("CLOUDBAL_BELOW", "1");
    let said = run.env("CLOUDBAL_QUERY", "balances[].sub_account_id").run().json();
    assert_eq!(said, serde_json::json!(["700100031676", "700100063352"]));
    let failed = cloud.cloudbal(ARGUMENTS).env("CLOUDBAL_ONLY_FAILED", "true").run();
    assert_eq!(normalised(&failed.stdout), normalised(&self::said(&["--only-failed"]).stdout));
}

/// Two accounts of different currencies.
fn both(arguments: &[&str], files: &[(&str, &str)]) -> Said {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let cloud = Cloud::start(Options::default());
    let arguments: Vec<String> =
        arguments.iter().map(|argument| argument.replace("DIR", folder.path().to_str().unwrap())).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut said = cloud.cloudbal(&arguments).run();
    said.stderr = said.stderr.replace(folder.path().to_str().unwrap(), "DIR");
    assert!(said.status != Some(2) || cloud.statistics().requests == 0, "nothing is asked in vain");
    said
}

const RATES: &str = "date = '2026-11-20'\nUSD = '7.12'\n";

#[test]
fn totals_are_converted_by_the_rates_of_the_configuration_or_of_a_file() {
    let config = format!("[rates]\n{RATES}");
    let by_config = both(&["--in", "usd", "--config", "DIR/config.toml"], &[("config.toml", &config)]);
    assert_snapshot!(by_config.whole(), @"
    ACCOUNT              ACCOUNT ID    CURRENCY       AVAILABLE       CASH    CREDIT LIMIT  TEMPORARY  FROZEN  OWED
    tencent/environment  600000561284  USD       100,000,000.00             100,000,000.00       0.00    0.00  0.00
    aliyun/environment                 CNY            10,000.00  10,000.00            0.00
    ───────────────────────────────────────────────────────────────────────────────────────────────────────────────
    total of 1                         USD       100,000,000.00
    total of 1                         CNY            10,000.00
    converted                          USD       100,001,404.49
    converted by the rates of 2026-11-20: 1 USD = 7.12 CNY
    read [TIME] UTC
    --- exit status 0
    ");
    let by_file = both(&["--in", "USD", "--rates", "DIR/rates.toml"], &[("rates.toml", RATES)]);
    assert_eq!(by_file.whole(), by_config.whole());
    let config = format!("[defaults]\nin = 'USD'\n[rates]\n{RATES}");
    let by_default = both(&["--config", "DIR/config.toml"], &[("config.toml", &config)]);
    assert_eq!(by_default.whole(), by_config.whole());
    let line = both(&["--in", "CNY", "--rates", "DIR/rates.toml", "-o", "ndjson"], &[("rates.toml", RATES)]);
    assert_snapshot!(line.stdout.lines().last().unwrap(), @r#"{"type":"converted","currency":"CNY","available":"712010000.00","base":"CNY","rates":[{"currency":"USD","rate":"7.12"}],"date":"2026-11-20","missing":[]}"#);
}

#[test]
fn a_currency_without_a_rate_is_explained() {
    let yen = "date = '2026-11-20'\nJPY = '0.0459'\n";
    let said = both(&["--in", "JPY", "--rates", "DIR/rates.toml"], &[("rates.toml", yen)]);
    assert_snapshot!(said.whole(), @r#"
    ACCOUNT              ACCOUNT ID    CURRENCY       AVAILABLE       CASH    CREDIT LIMIT  TEMPORARY  FROZEN  OWED
    tencent/environment  600000561284  USD       100,000,000.00             100,000,000.00       0.00    0.00  0.00
    aliyun/environment                 CNY            10,000.00  10,000.00            0.00
    ───────────────────────────────────────────────────────────────────────────────────────────────────────────────
    total of 1                         USD       100,000,000.00
    total of 1                         CNY            10,000.00
    no total in JPY: the rates of 2026-11-20 have none for USD; add `USD = "…"`, what 1 USD is in CNY
    read [TIME] UTC
    --- stderr
    error: no total in JPY: the rates of 2026-11-20 have none for USD
    hint: add `USD = "…"` to the rates, the value of 1 USD in CNY
    --- exit status 1
    "#);
}

#[test]
fn without_any_rates_nothing_is_asked() {
    assert_snapshot!(both(&["--in", "USD"], &[]).whole(), @"
    --- stderr
    error: nothing can be shown in USD: there are no rates
    hint: write them under `[rates]` in the configuration, or name a file of them with `--rates`
    --- exit status 2
    ");
    assert_snapshot!(both(&["--in", "USD", "--rates", "DIR/none.toml"], &[]).whole(), @"
    --- stderr
    error: there is no file of rates `DIR/none.toml`
    hint: check the path; the file holds what would stand under `[rates]` in the configuration
    --- exit status 2
    ");
    assert_snapshot!(both(&["--in", "dollars"], &[]).whole(), @"
    --- stderr
    error: invalid value 'dollars' for '--in <CODE>': not an ISO 4217 currency code; did you mean USD?

    For more information, try '--help'.
    --- exit status 2
    ");
}

#[test]
fn a_default_currency_without_rates_is_refused_where_it_counts_only() {
    let file = ("config.toml", "[defaults]\nin = 'USD'\n");
    let run = |arguments: &[&str], more: &[(&str, &str)]| {
        both(&[arguments, &["-q", "--config", "DIR/config.toml"]].concat(), &[&[file], more].concat()).whole()
    };
    assert!(run(&["accounts"], &[]).ends_with("--- exit status 0\n"), "{}", run(&["accounts"], &[]));
    assert!(run(&["doctor"], &[]).ends_with("--- exit status 0\n"), "{}", run(&["doctor"], &[]));
    assert_snapshot!(run(&["config", "check"], &[]), @"
    --- stderr
    error: nothing can be shown in USD, as `defaults.in` wants it: there are no rates
    hint: write them under `[rates]` in the configuration, or name a file of them with `--rates`
    --- exit status 2
    ");
    assert_eq!(run(&["all"], &[]), run(&["config", "check"], &[]));
    let rates = ("rates.toml", RATES);
    assert_snapshot!(run(&["config", "check", "--rates", "DIR/rates.toml"], &[rates]), @"
    ok: 0 accounts
    --- exit status 0
    ");
    let with_header = format!("[rates]\n{RATES}");
    assert_snapshot!(run(&["config", "check", "--rates", "DIR/rates.toml"], &[("rates.toml", &with_header)]), @"
    --- stderr
    error: DIR/rates.toml:1:2: `rates` stands in a file that holds nothing but rates
    hint: leave out the line `[rates]`, and what belongs to other tables
    --- exit status 2
    ");
}
