//! `--currency`, `--in` and `--rates`: each has its effect or is refused.

use cloudbal::sandbox::Options;
use insta::assert_snapshot;

use crate::support::{Cloud, Cloudbal, Home, Said, cloudbal};

const RATES: &str = "date = '2026-11-20'\nUSD = '7.12'\n";

#[test]
fn a_currency_fills_in_what_the_cloud_does_not_name_and_relabels_nothing() {
    let cloud = Cloud::start(Options::default());
    assert_snapshot!(cloud.cloudbal(&["aliyun", "balance", "--currency", "USD"]).run().whole(), @"
    ACCOUNT                AVAILABLE
    aliyun/environment  error: usage
    read [TIME] UTC
    --- stderr
    error: aliyun/environment: the currency is set to USD, but the reply is in CNY
    hint: leave out `--currency` (CLOUDBAL_CURRENCY, `currency` of the account); `--in USD` converts totals
    --- exit status 2
    ");
    assert_eq!(cloud.cloudbal(&["aliyun", "balance", "--currency", "CNY"]).run().status, Some(0));
    let tencent = cloud.cloudbal(&["tencent", "balance", "--currency", "HKD", "-o", "json"]).run();
    assert_eq!(tencent.json()["balances"][0]["currency"], "HKD");
    // The account's own configuration is about one account, and is held to the same.
    let home = Home::new().config(
        "[accounts.a]\nprovider = \"aliyun\"\ncurrency = \"USD\"\n[accounts.t]\nprovider = \"tencent\"\n\
         currency = \"HKD\"\n",
    );
    let both = cloud.cloudbal(&["all", "-o", "ndjson", "--query", "[balances[].currency, errors[].message]"]);
    assert_snapshot!(both.home(&home).run().whole(), @r#"
    ["HKD"]
    ["the currency is set to USD, but the reply is in CNY"]
    --- stderr
    error: aliyun/a: the currency is set to USD, but the reply is in CNY
    hint: leave out `--currency` (CLOUDBAL_CURRENCY, `currency` of the account); `--in USD` converts totals
    --- exit status 1
    "#);
}

#[test]
fn one_currency_for_several_accounts_is_refused_before_anything_is_asked() {
    let cloud = Cloud::start(Options::default());
    assert_snapshot!(cloud.cloudbal(&["--currency", "USD"]).run().whole(), @"
    --- stderr
    error: `--currency` applies to one account, not to 2: it would relabel amounts
    hint: leave out `--currency`; `--in USD` converts totals, and `currency` in the configuration is one account's
    --- exit status 2
    ");
    assert_snapshot!(cloud.cloudbal(&["check"]).env("CLOUDBAL_CURRENCY", "usd").run().whole(), @"
    --- stderr
    error: `CLOUDBAL_CURRENCY` applies to one account, not to 2: it would relabel amounts
    hint: unset `CLOUDBAL_CURRENCY`; `--in USD` converts totals, and `currency` in the configuration is one account's
    --- exit status 2
    ");
    assert_eq!(cloud.statistics().requests, 0);
    assert_eq!(cloud.cloudbal(&["all", "--provider", "tencent", "--currency", "USD"]).run().status, Some(0));
}

/// A run beside a file of rates, and a configuration.
fn with_files(config: &str, arguments: &[&str], set: &dyn Fn(Cloudbal, &str) -> Cloudbal) -> Said {
    let home = Home::new().config(config).file("rates.toml", RATES);
    let cloud = Cloud::start(Options::default());
    let rates = home.path("rates.toml");
    let rates = rates.to_str().unwrap();
    let arguments: Vec<&str> =
        arguments.iter().map(|argument| if *argument == "RATES" { rates } else { argument }).collect();
    let run = set(cloud.cloudbal(&arguments), rates).home(&home).run();
    assert!(run.status != Some(2) || cloud.statistics().requests == 0, "nothing is asked in vain");
    run
}

#[test]
fn a_conversion_that_would_not_show_is_refused() {
    let run = |config: &str, arguments: &[&str]| with_files(config, arguments, &|run, _| run);
    assert_snapshot!(run("", &["all", "-o", "csv", "--in", "USD", "--rates", "RATES"]).whole(), @"
    --- stderr
    error: `--in` has no effect on CSV, which has no totals
    hint: leave out `--in`; `-o json` and the table have totals
    --- exit status 2
    ");
    assert_snapshot!(run("", &["all", "--rates", "RATES"]).whole(), @"
    --- stderr
    error: `--rates` has no effect without `--in`
    hint: leave out `--rates`; or convert totals with `--in CODE`
    --- exit status 2
    ");
    let by_variable = with_files("", &["all", "-o", "csv"], &|run, _| run.env("CLOUDBAL_IN", "USD"));
    assert_snapshot!(by_variable.whole(), @"
    --- stderr
    error: `CLOUDBAL_IN` has no effect on CSV, which has no totals
    hint: unset `CLOUDBAL_IN`; `-o json` and the table have totals
    --- exit status 2
    ");
    let by_variable = with_files("", &["check"], &|run, rates| run.env("CLOUDBAL_RATES", rates));
    assert_snapshot!(by_variable.whole(), @"
    --- stderr
    error: `CLOUDBAL_RATES` has no effect without `--in`
    hint: unset `CLOUDBAL_RATES`; or convert totals with `--in CODE`
    --- exit status 2
    ");
    // An output that is usual for this user is no reason to ignore what is asked for now.
    let said = run("[defaults]\noutput = 'csv'\n", &["all", "--in", "USD", "--rates", "RATES"]);
    assert_eq!(said.status, Some(2), "{said:?}");
    assert_eq!(
        run("[defaults]\noutput = 'csv'\n", &["--in", "USD", "--rates", "RATES", "-o", "json"]).status,
        Some(0)
    );
    assert_eq!(
        run("[defaults]\nin = 'USD'\n", &["all", "-o", "csv", "--rates", "RATES"]).status,
        Some(2),
        "rates that are named are asked for"
    );
}

#[test]
fn a_default_currency_does_not_stand_in_the_way_of_csv() {
    let run = |config: &str, arguments: &[&str]| with_files(config, arguments, &|run, _| run);
    let said = run("[defaults]\nin = 'USD'\n", &["all", "-o", "csv"]);
    assert_eq!((said.status, &*said.stderr), (Some(0), ""));
    assert_eq!(said.stdout.lines().count(), 3);
    let said = run("[defaults]\nin = 'USD'\n", &["all", "--rates", "RATES", "-o", "json"]);
    assert_eq!(said.json()["converted"]["available"], "100001404.49");
}

#[test]
fn a_total_that_was_asked_for_and_has_no_rate_is_a_failure() {
    let run = |arguments: &[&str]| with_files("", arguments, &|run, _| run);
    let said = run(&["all", "--in", "EUR", "--rates", "RATES", "-o", "json"]);
    assert_eq!(said.status, Some(1));
    assert_eq!(said.json()["errors"], serde_json::json!([]));
    assert_eq!(said.json()["converted"]["missing"], serde_json::json!(["EUR"]));
    assert_snapshot!(said.stderr, @r#"
    error: no total in EUR: the rates of 2026-11-20 have none for EUR
    hint: add `EUR = "…"` to the rates, the value of 1 EUR in CNY
    "#);
    let quiet = run(&["all", "--in", "EUR", "--rates", "RATES", "-q", "-o", "ndjson"]);
    assert_eq!((quiet.status, &*quiet.stderr), (Some(1), ""));
    let low = run(&["check", "--threshold", "1000000000", "--in", "EUR", "--rates", "RATES", "-q"]);
    assert_eq!(low.status, Some(3));
    // What is all in the wished currency takes no rate.
    let none = run(&["aliyun", "balance", "--in", "CNY", "--rates", "RATES"]);
    assert_eq!(none.status, Some(0));
    let sandbox = cloudbal(&["--sandbox", "all", "--in", "EUR", "--rates", "/dev/stdin"]).stdin(RATES).run();
    assert_eq!(sandbox.status, Some(1));
}
