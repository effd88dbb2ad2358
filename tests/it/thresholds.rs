//! Thresholds: what `check` does where they check nothing, are missing, or are taken for a filter.

use cloudbal::sandbox::{Options, secret_of};
use insta::assert_snapshot;

use crate::support::{Cloud, Home, Said, cloudbal};

/// The demo organization in dollars, and a shop in yuan.
fn accounts(defaults: &str, organization: &str, shop: &str) -> Home {
    let key = |[id, secret]: [&str; 2], key: &str| {
        format!("credentials = {{ {id} = \"{key}\", {secret} = \"{}\" }}", secret_of(key))
    };
    Home::new().config(&format!(
        "[defaults]\n{defaults}\n\
         [accounts.org]\nprovider = \"tencent\"\n{organization}\n{}\n\
         [accounts.shop]\nprovider = \"aliyun\"\n{shop}\n{}\n",
        key(["secret_id", "secret_key"], "AKIDsandboxintldemo"),
        key(["access_key_id", "access_key_secret"], "LTAIsandboxcndemo"),
    ))
}

fn check(home: &Home, arguments: &[&str]) -> Said {
    let cloud = Cloud::start(Options { members: 2, ..Options::default() });
    cloud.keyless(&[&["check"], arguments].concat()).home(home).run()
}

#[test]
fn a_filter_is_not_a_threshold() {
    assert_snapshot!(cloudbal(&["--sandbox", "check", "--below", "5000"]).run().whole(), @"
    --- stderr
    error: `--below` cannot be used with `check`: it filters what is shown and decides nothing
    hint: leave out `--below`; `--threshold` sets what is low
    --- exit status 2
    ");
    assert_snapshot!(cloudbal(&["--sandbox", "--below=5000", "check", "-q", "-o", "json"]).run().whole(), @"
    --- stderr
    error: `--below` cannot be used with `check`: it filters what is shown and decides nothing
    hint: leave out `--below`; `--threshold` sets what is low
    --- exit status 2
    ");
    assert_snapshot!(cloudbal(&["--sandbox", "check"]).env("CLOUDBAL_BELOW", "5000").run().whole(), @"
    --- stderr
    error: `CLOUDBAL_BELOW` cannot be used with `check`: it filters what is shown and decides nothing
    hint: unset `CLOUDBAL_BELOW`; `--threshold` sets what is low
    --- exit status 2
    ");
    assert_snapshot!(cloudbal(&["--sandbox", "check"]).env("CLOUDBAL_ONLY_FAILED", "1").run().whole(), @"
    --- stderr
    error: `CLOUDBAL_ONLY_FAILED` cannot be used with `check`: it would hide the balances that are low
    hint: unset `CLOUDBAL_ONLY_FAILED`; `cloudbal all --only-failed` shows errors only
    --- exit status 2
    ");
    // What the command line says is named even where the variable says it too.
    let both = cloudbal(&["--sandbox", "check", "--below", "1"]).env("CLOUDBAL_BELOW", "5").run();
    assert!(both.stderr.starts_with("error: `--below` cannot"), "{}", both.stderr);
    // A variable that asks for nothing is no filter, and neither is the same option elsewhere.
    let off =
        cloudbal(&["--sandbox", "check", "-q"]).env("CLOUDBAL_ONLY_FAILED", "0").env("CLOUDBAL_BELOW", "");
    assert_eq!(off.run().status, Some(0));
    assert_eq!(cloudbal(&["--sandbox", "all", "--below", "5000", "-q"]).run().status, Some(0));
}

#[test]
fn a_threshold_in_a_currency_that_does_not_exist_is_refused_before_anything_is_asked() {
    let home = accounts("", "", "threshold = { RMB = \"50000\" }");
    assert_snapshot!(home.whole(&check(&home, &[])), @"
    --- stderr
    error: [HOME]/.config/cloudbal/config.toml:9:15: `accounts.shop.threshold.RMB` is not an ISO 4217 currency code
    hint: did you mean CNY?
    --- exit status 2
    ");
    assert_eq!(home.whole(&cloudbal(&["config", "check"]).home(&home).run()), home.whole(&check(&home, &[])));
    for (option, value) in [("--threshold", "rmb=5"), ("--in", "CNH"), ("--currency", "US$")] {
        let said = cloudbal(&["--sandbox", "check", option, value]).run();
        assert_eq!((said.status, &*said.stdout), (Some(2), ""), "{option}");
        let meant = if option == "--currency" { "did you mean USD?" } else { "did you mean CNY?" };
        assert!(said.stderr.contains(meant), "{}", said.stderr);
    }
    let said = cloudbal(&["--sandbox", "check"]).env("CLOUDBAL_THRESHOLD", "NTD=5").run();
    assert_eq!(said.status, Some(2));
    assert!(said.stderr.contains("did you mean TWD?"), "{}", said.stderr);
}

#[test]
fn a_threshold_in_a_currency_that_the_account_does_not_have_is_an_error_of_that_account() {
    let home = accounts("", "threshold = \"1\"", "threshold = { USD = \"100\" }");
    assert_snapshot!(check(&home, &[]).whole(), @r#"
    ACCOUNT      CURRENCY             AVAILABLE
    aliyun/shop            error: configuration
    ───────────────────────────────────────────
    total of 1   USD             100,000,000.00
    total of 1   CNY                  10,000.00
    read [TIME] UTC
    --- stderr
    error: aliyun/shop: `threshold` in USD checks nothing: the balance is in CNY
    hint: set `threshold = { CNY = "…" }` for this account in the configuration
    --- exit status 1
    "#);
    // One that is low is urgent, whatever else is wrong.
    let home = accounts("", "threshold = \"100,000,001\"", "threshold = { USD = \"100\" }");
    assert_snapshot!(check(&home, &["-o", "ndjson", "--query", "errors[].[account, kind]"]).whole(), @r#"
    ["shop","configuration"]
    --- stderr
    low: tencent/org: 100,000,000.00 USD available, less than 100,000,001.00 USD
    error: aliyun/shop: `threshold` in USD checks nothing: the balance is in CNY
    hint: set `threshold = { CNY = "…" }` for this account in the configuration
    --- exit status 3
    "#);
    // Thresholds that are for several accounts have to cover each of them.
    let home = accounts("threshold = { USD = \"100\" }", "", "");
    assert_snapshot!(check(&home, &["-q"]).whole(), @"
    ACCOUNT      CURRENCY             AVAILABLE
    aliyun/shop            error: configuration
    ───────────────────────────────────────────
    total of 1   USD             100,000,000.00
    total of 1   CNY                  10,000.00
    read [TIME] UTC
    --- exit status 1
    ");
    let home = accounts("threshold = { USD = \"100\", CNY = \"700\" }", "", "");
    assert_eq!(check(&home, &[]).status, Some(0));
    // Those of this run override the account's.
    let home = accounts("", "threshold = \"1\"", "threshold = { USD = \"100\" }");
    assert_eq!(check(&home, &["--threshold", "CNY=1"]).status, Some(0));
    assert_eq!(check(&home, &["--threshold", "1"]).status, Some(0));
}

#[test]
fn a_threshold_of_members_in_a_currency_that_none_has_is_an_error() {
    let home = accounts("", "threshold = \"1\"\nmember_threshold = { CNY = \"5\" }", "threshold = \"1\"");
    assert_snapshot!(check(&home, &["--members"]).whole(), @r#"
    ACCOUNT      CURRENCY             AVAILABLE
    tencent/org            error: configuration
    ───────────────────────────────────────────
    total of 3   USD             100,778,414.69
    total of 1   CNY                  10,000.00
    read [TIME] UTC
    --- stderr
    error: tencent/org: `member_threshold` in CNY checks nothing: the members' balances are in USD
    hint: set `member_threshold = { USD = "…" }` for this account in the configuration
    --- exit status 1
    "#);
    assert_eq!(check(&home, &[]).status, Some(0), "members that are not read are not checked");
}

#[test]
fn an_account_that_could_not_be_read_has_one_error() {
    let home = Home::new().config(&format!(
        "[accounts.org]\nprovider = \"tencent\"\nmembers = true\nthreshold = {{ CNY = \"1\" }}\n\
         member_threshold = {{ CNY = \"1\" }}\ncredentials = {{ secret_id = \"AKIDsandboxintl-denied\", \
         secret_key = \"{}\" }}\n",
        secret_of("AKIDsandboxintl-denied")
    ));
    let said = check(&home, &["-o", "json", "--threshold", "USD=5"]);
    let kinds: Vec<_> =
        said.json()["errors"].as_array().unwrap().iter().map(|error| error["kind"].clone()).collect();
    assert_eq!(kinds, ["permission", "permission"], "its own balance and its members");
    assert_eq!(said.status, Some(1));
}

#[test]
fn accounts_that_are_checked_without_a_threshold_are_named() {
    let none = accounts("", "", "");
    assert_snapshot!(check(&none, &["--members"]).stderr, @"
    note: no threshold for aliyun/shop, tencent/org, the members of tencent/org: low only when nothing is left
    hint: set `threshold` in the configuration, or use `--threshold`
    ");
    let one = accounts("", "threshold = \"1\"", "");
    assert_snapshot!(check(&one, &["--members", "-o", "ndjson"]).stderr, @"
    note: no threshold for aliyun/shop, the members of tencent/org: low only when nothing is left
    hint: set `threshold` in the configuration, or use `--threshold`
    ");
    assert_snapshot!(check(&none, &["--threshold", "CNY=1"]).stderr, @"
    note: no threshold for tencent/org: low only when nothing is left
    hint: set `threshold` in the configuration, or use `--threshold`
    ");
    assert_eq!(check(&none, &["--threshold", "1"]).stderr, "");
    assert_eq!(check(&none, &["-q"]).stderr, "");
}

#[test]
fn documents_say_by_which_threshold_a_balance_is_low_and_what_it_lacks() {
    let home = accounts("", "threshold = \"100,000,000.5\"", "threshold = \"10000\"");
    let query = "balances[].[account, threshold, low, shortfall]";
    let said = check(&home, &["-o", "ndjson", "--query", query]);
    assert_snapshot!(said.stdout, @r#"["org","100000000.50",true,"0.50"]"#);
    assert_eq!(said.status, Some(3));
    let line = check(&home, &["-o", "ndjson"]);
    let first: serde_json::Value = serde_json::from_str(line.stdout.lines().next().unwrap()).unwrap();
    assert_eq!(
        [&first["threshold"], &first["low"], &first["shortfall"]],
        [&serde_json::json!("100000000.50"), &serde_json::json!(true), &serde_json::json!("0.50")]
    );
    let yaml = check(&home, &["-o", "yaml"]).stdout;
    assert!(yaml.contains("  threshold: '100000000.50'\n  low: true\n  shortfall: '0.50'\n"), "{yaml}");
    // Where nothing is checked these fields are not there.
    let cloud = Cloud::start(Options::default());
    let all = cloud.keyless(&["all", "-o", "json"]).home(&home).run().json();
    assert!(all["balances"].as_array().unwrap().iter().all(|balance| balance.get("low").is_none()));
}
