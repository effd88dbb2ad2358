//! `check`: balances that are low, and the exit status that says so.

use cloudbal::sandbox::{Options, secret_of};
use insta::assert_snapshot;

use crate::support::{Cloud, Home, Said};

/// Three accounts in the configuration: of the last nothing is left.
fn configuration(thresholds: [&str; 3]) -> Home {
    let account = |name: &str, provider: &str, key: &str, threshold: &str| {
        let [id, secret] = match provider {
            "tencent" => ["secret_id", "secret_key"],
            _ => ["access_key_id", "access_key_secret"],
        };
        format!(
            "[accounts.{name}]\nprovider = \"{provider}\"\n{threshold}\n\
             credentials = {{ {id} = \"{key}\", {secret} = \"{}\" }}\n",
            secret_of(key)
        )
    };
    let [first, second, third] = thresholds;
    Home::new().config(
        &[
            account("prod", "tencent", "AKIDsandboxintldemo", first),
            account("shop", "aliyun", "LTAIsandboxcndemo", second),
            account("old", "aliyun", "LTAIsandboxcn2-owing", third),
        ]
        .concat(),
    )
}

fn check(home: &Home, arguments: &[&str]) -> Said {
    let cloud = Cloud::start(Options::default());
    cloud.keyless(&[&["check"], arguments].concat()).home(home).run()
}

#[test]
fn what_has_no_threshold_is_low_when_nothing_is_left() {
    let home = configuration(["", "", ""]);
    assert_snapshot!(check(&home, &[]).whole(), @"
    ACCOUNT     CURRENCY       AVAILABLE       CASH  CREDIT LIMIT
    aliyun/old  CNY            -1,234.56  -1,234.56          0.00
    ─────────────────────────────────────────────────────────────
    total of 1  USD       100,000,000.00
    total of 2  CNY             8,765.44
    read [TIME] UTC
    --- stderr
    low: aliyun/old: -1,234.56 CNY available, nothing is left
    note: no threshold for aliyun/old, aliyun/shop, tencent/prod: low only when nothing is left
    hint: set `threshold` in the configuration, or use `--threshold`
    --- exit status 3
    ");
    assert_snapshot!(check(&home, &["prod", "shop"]).whole(), @"
    no balance is low
    ────────────────────────────────────
    total of 1  USD       100,000,000.00
    total of 1  CNY            10,000.00
    read [TIME] UTC
    --- stderr
    note: no threshold for aliyun/shop, tencent/prod: low only when nothing is left
    hint: set `threshold` in the configuration, or use `--threshold`
    --- exit status 0
    ");
}

#[test]
fn accounts_have_thresholds_of_their_own() {
    let home = configuration([
        "threshold = \"100,000,000.01\"",
        "threshold = { USD = \"1000000\", CNY = \"10000\" }",
        "threshold = \"-1000000\"",
    ]);
    assert_snapshot!(check(&home, &[]).whole(), @"
    ACCOUNT       ACCOUNT ID    CURRENCY       AVAILABLE    CREDIT LIMIT  TEMPORARY  FROZEN  OWED
    tencent/prod  600000561284  USD       100,000,000.00  100,000,000.00       0.00    0.00  0.00
    ─────────────────────────────────────────────────────────────────────────────────────────────
    total of 1                  USD       100,000,000.00
    total of 2                  CNY             8,765.44
    read [TIME] UTC
    --- stderr
    low: tencent/prod: 100,000,000.00 USD available, less than 100,000,000.01 USD
    --- exit status 3
    ");
}

#[test]
fn members_have_a_threshold_of_their_own() {
    let home = configuration(["threshold = \"1\"\nmember_threshold = \"0.01\"", "", ""]);
    assert_snapshot!(check(&home, &["prod", "--members"]).whole(), @"
    SUB-ACCOUNT   NAME             CURRENCY          AVAILABLE  CASH  CREDIT LIMIT  TEMPORARY       OWED
    700100015838  深圳 Studio 2    USD               -9,901.41  0.00          0.00       0.00   9,901.41
    700100031676  data-platform-4  USD                    0.00  0.00          0.00       0.00       0.00
    700100063352  测试环境（8）    USD              -39,605.64  0.00          0.00       0.00  39,605.64
    700100079190  华东研发中心10   USD                    0.00  0.00          0.00       0.00       0.00
    ────────────────────────────────────────────────────────────────────────────────────────────────────
    total of 13                    USD       102,969,936.68012
    read [TIME] UTC
    --- stderr
    low: tencent/prod member 700100015838 (深圳 Studio 2): -9,901.41 USD available, less than 0.01 USD
    low: tencent/prod member 700100031676 (data-platform-4): 0.00 USD available, less than 0.01 USD
    low: tencent/prod member 700100063352 (测试环境（8）): -39,605.64 USD available, less than 0.01 USD
    low: tencent/prod member 700100079190 (华东研发中心10): 0.00 USD available, less than 0.01 USD
    --- exit status 3
    ");
}

#[test]
fn the_threshold_of_a_run_counts_more_and_may_be_for_one_currency() {
    let home = configuration(["threshold = \"1\"", "threshold = \"1\"", "threshold = \"1\""]);
    let said = check(&home, &["-o", "ndjson", "--threshold", "CNY=10,000.01", "--threshold", "5"]);
    assert_eq!(said.status, Some(3));
    let rows: Vec<serde_json::Value> =
        said.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let accounts: Vec<&str> = rows
        .iter()
        .filter(|row| row["type"] == "balance")
        .map(|row| row["account"].as_str().unwrap())
        .collect();
    assert_eq!(accounts, ["shop", "old"]);
    assert_snapshot!(check(&home, &["--threshold", "usd=ten"]).whole(), @"
    --- stderr
    error: invalid value 'usd=ten' for '--threshold <[CODE=]AMOUNT>': not an amount; accepted are `100`, `1,000.50` and `USD=100,CNY=700`

    For more information, try '--help'.
    --- exit status 2
    ");
    assert_snapshot!(check(&home, &["--threshold", "dollar=10"]).whole(), @"
    --- stderr
    error: invalid value 'dollar=10' for '--threshold <[CODE=]AMOUNT>': not an ISO 4217 currency code; did you mean USD?

    For more information, try '--help'.
    --- exit status 2
    ");
}

#[test]
fn an_option_that_would_hide_what_is_low_is_refused() {
    let home = configuration(["", "", ""]);
    assert_snapshot!(check(&home, &["--only-failed"]).whole(), @"
    --- stderr
    error: `--only-failed` cannot be used with `check`: it would hide the balances that are low
    hint: leave out `--only-failed`; `cloudbal all --only-failed` shows errors only
    --- exit status 2
    ");
}

#[test]
fn a_threshold_that_checks_nothing_is_an_error() {
    let home = configuration(["", "", ""]);
    assert_snapshot!(check(&home, &["prod", "shop", "--threshold", "UDS=5000"]).whole(), @"
    --- stderr
    error: invalid value 'UDS=5000' for '--threshold <[CODE=]AMOUNT>': not an ISO 4217 currency code; did you mean USD?

    For more information, try '--help'.
    --- exit status 2
    ");
    assert_snapshot!(check(&home, &["prod", "shop", "--threshold", "EUR=5000"]).whole(), @"
    ACCOUNT     CURRENCY       AVAILABLE
                            error: usage
    ────────────────────────────────────
    total of 1  USD       100,000,000.00
    total of 1  CNY            10,000.00
    read [TIME] UTC
    --- stderr
    error: no balance that was read is in EUR: its threshold checks nothing
    hint: check `--threshold`
    note: no threshold for aliyun/shop, tencent/prod: low only when nothing is left
    hint: set `threshold` in the configuration, or use `--threshold`
    --- exit status 1
    ");
}

#[test]
fn what_could_not_be_read_is_no_all_clear() {
    let cloud = Cloud::start(Options::default());
    let run = |tencent: &str, aliyun: &str| {
        cloud.keyless(&["check", "-q"]).tencent_key(tencent).aliyun_key(aliyun).run()
    };
    assert_snapshot!(run("AKIDsandboxintl-denied", "LTAIsandboxcn2").whole(), @"
    ACCOUNT              CURRENCY          AVAILABLE
    tencent/environment            error: permission
    ────────────────────────────────────────────────
    total of 1           CNY               10,000.00
    read [TIME] UTC
    --- exit status 1
    ");
    // What is known to be low is urgent, whatever else is not known.
    assert_eq!(run("AKIDsandboxintl-denied", "LTAIsandboxcn2-owing").status, Some(3));
    assert_eq!(run("AKIDsandboxintldemo", "LTAIsandboxcn2").status, Some(0));
}

#[test]
fn no_account_at_all_is_no_all_clear() {
    let cloud = Cloud::start(Options::default());
    for arguments in [&["check"][..], &["all"], &["all", "-o", "json", "--provider", "aliyun"], &[]] {
        let said = cloud.keyless(arguments).home(&Home::new()).run();
        assert_eq!((said.status, &*said.stdout), (Some(2), ""), "{arguments:?}");
        assert!(
            said.stderr.starts_with("cloudbal: no account is known on this machine\n"),
            "{}",
            said.stderr
        );
    }
}
