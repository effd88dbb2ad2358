//! Accounts are selected by name and by pattern, members by pattern, and a word that is no command is an account.

use cloudbal::sandbox::{Options, secret_of};
use insta::assert_snapshot;

use crate::support::{Cloud, Home, cloudbal};

/// Three accounts, one of them called like a command, all of them Alibaba Cloud's demo key under other names.
fn home() -> Home {
    let account = |name: &str, number: u32| {
        let key = format!("LTAIsandboxcn{number}");
        let secret = secret_of(&key);
        format!(
            "[accounts.'{name}']\nprovider = 'aliyun'\ncredentials = {{ access_key_id = '{key}', access_key_secret = '{secret}' }}\n"
        )
    };
    Home::new().config(
        &[("prod-1", 1), ("prod-2", 2), ("check", 3), ("深圳", 4), ("a[b]", 5)]
            .map(|(name, number)| account(name, number))
            .concat(),
    )
}

const LABELS: [&str; 5] = ["--query", "balances[].account", "-o", "ndjson", "-q"];

#[test]
fn accounts_are_selected_by_pattern_with_and_without_the_command() {
    let (cloud, home) = (Cloud::start(Options::default()), home());
    let said = |arguments: &[&str]| {
        let said = cloud.keyless(&[&LABELS, arguments].concat()).home(&home).run();
        assert_eq!((said.status, said.stderr.as_str()), (Some(0), ""), "{arguments:?}");
        said.stdout.replace(['\n', '"'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(said(&["prod-1"]), "prod-1");
    assert_eq!(said(&["prod-?"]), "prod-1 prod-2");
    assert_eq!(said(&["all", "prod-*"]), "prod-1 prod-2");
    assert_eq!(said(&["深*", "prod-[2-9]"]), "prod-2 深圳");
    assert_eq!(said(&["all", "aliyun/prod-*"]), "prod-1 prod-2");
    assert_eq!(said(&["all", "alibaba/*-1"]), "prod-1");
    assert_eq!(said(&["*"]), "prod-1 prod-2 check 深圳 a[b]");
    // An account is reached whatever it is called.
    assert_eq!(said(&["all", "check"]), "check");
    assert_eq!(said(&["prod-1", "check"]), "prod-1 check");
    assert_eq!(said(&["a[b]"]), "a[b]");
    let options_after = cloud.keyless(&["prod-2", "-o", "csv", "-q"]).home(&home).run();
    assert_eq!(options_after.stdout.lines().count(), 2, "{options_after:?}");
    let doctor = cloud.keyless(&["doctor", "prod-*", "-o", "json"]).home(&home).run();
    for (name, is_examined) in [("prod-1", true), ("prod-2", true), ("check", false)] {
        assert_eq!(
            doctor.stdout.replace(' ', "").contains(&format!("\"account\":\"{name}\"")),
            is_examined,
            "{doctor:?}"
        );
    }
}

#[test]
fn what_selects_nothing_is_an_error_that_suggests_what_is_near() {
    let home = home();
    let said = |arguments: &[&str]| cloudbal(arguments).home(&home).run().whole();
    assert_snapshot!(said(&["prodd-1"]), @"
    --- stderr
    error: `prodd-1` is neither a command nor an account
    hint: did you mean `prod-1` or `prod-2`? `cloudbal accounts` shows all
    --- exit status 2
    ");
    assert_snapshot!(said(&["chekc"]), @"
    --- stderr
    error: `chekc` is neither a command nor an account
    hint: did you mean the command `check`, or the account `check`?
    --- exit status 2
    ");
    assert_snapshot!(said(&["--sandbox", "sandbox-i"]), @"
    --- stderr
    error: `sandbox-i` is neither a command nor an account
    hint: did you mean the command `sandbox`, or the account `sandbox-cn` or `sandbox-intl`?
    --- exit status 2
    ");
    assert_snapshot!(said(&["tencnt"]), @"
    --- stderr
    error: `tencnt` is neither a command nor an account
    hint: did you mean the command `tencent`?
    --- exit status 2
    ");
    assert_snapshot!(said(&["my"]), @"
    --- stderr
    error: `my` is neither a command nor an account
    hint: `cloudbal -h` lists commands, `cloudbal accounts` lists accounts
    --- exit status 2
    ");
    assert_snapshot!(said(&["all", "my"]), @"
    --- stderr
    error: no account `my`
    hint: known accounts: prod-1, prod-2, check, 深圳, a[b]
    --- exit status 2
    ");
    assert_snapshot!(said(&["all", "prod-1", "stage-*"]), @"
    --- stderr
    error: no account matches `stage-*`
    hint: known accounts: prod-1, prod-2, check, 深圳, a[b]
    --- exit status 2
    ");
    assert_snapshot!(said(&["check", "x["]), @"
    --- stderr
    error: `x[` is not a pattern: invalid range pattern
    hint: use `[[]` for a bracket in a name
    --- exit status 2
    ");
    // One account is not chosen by a pattern: it would be another one tomorrow.
    assert_snapshot!(said(&["aliyun", "balance", "--account", "prod-*"]), @"
    --- stderr
    error: no account matches `prod-*`
    hint: `--account` takes a name, not a pattern; did you mean `prod-1` or `prod-2`? `cloudbal accounts` shows all
    --- exit status 2
    ");
    assert_snapshot!(said(&["tencnt", "members", "--uin", "1"]), @"
    --- stderr
    error: unrecognized subcommand 'tencnt'

      tip: a similar subcommand exists: 'tencent'

    Usage: cloudbal [OPTIONS] [COMMAND]

    For more information, try '--help'.
    --- exit status 2
    ");
    assert_snapshot!(said(&["prod-1", "--uin", "1"]), @"
    --- stderr
    error: unexpected argument '--uin' found

      tip: to pass '--uin' as a value, use '-- --uin'

    Usage: cloudbal all <NAME>...

    For more information, try '--help'.
    --- exit status 2
    ");
}

/// Names of members, and the exit status.
fn members(arguments: &[&str]) -> (String, Option<i32>) {
    let query = ["--sandbox", "-q", "-o", "ndjson", "--query", "balances[].sub_account_name"];
    let said = cloudbal(&[arguments, &query].concat()).run();
    (said.stdout.replace('\n', " ").trim().to_owned(), said.status)
}

#[test]
fn members_are_selected_by_name() {
    assert_eq!(
        members(&["tencent", "members", "--name", "Harbour*"]),
        (r#""Harbour Trading 1" "Harbour Trading 6" "Harbour Trading 11""#.to_owned(), Some(0))
    );
    assert_eq!(
        members(&["tencent", "members", "--name", "*[48]）", "--name", "kleiner*"]),
        (r#""kleinerwang_test" "测试环境（8）""#.to_owned(), Some(0))
    );
    let totals = ["--query", "totals[].[currency, available]"];
    let said = |arguments: &[&str]| cloudbal(&[&["--sandbox", "-q"], arguments, &totals].concat()).run();
    assert_eq!(
        said(&["tencent", "members", "--name", "kleiner*"]).json(),
        serde_json::json!([["USD", "363659.11"]])
    );
    // The accounts' own balances are not members', and stay.
    let both = said(&["all", "tencent/sandbox-intl", "--members", "--name", "kleiner*"]).json();
    assert_eq!(both, serde_json::json!([["USD", "100363659.11"]]));
}

#[test]
fn a_name_that_no_member_has_is_never_well() {
    let said = |arguments: &[&str]| cloudbal(&[&["--sandbox"], arguments].concat()).run().whole();
    assert_snapshot!(said(&["tencent", "members", "--name", "nobody*", "--name", "kleiner*"]), @"
    ACCOUNT          SUB-ACCOUNT   NAME              CURRENCY            AVAILABLE        CASH  CREDIT LIMIT  TEMPORARY  OWED
    tencent/sandbox  700001941608  kleinerwang_test  USD                363,659.11  363,659.11          0.00       0.00  0.00
    tencent/sandbox                                            error: not returned
    ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    total of 1                                       USD                363,659.11
    read [TIME] UTC
    --- stderr
    sandbox: these are demo accounts on this machine; no cloud is asked
    error: tencent/sandbox: no member has a name that matches `nobody*`
    hint: remove `--name` to see all members
    --- exit status 1
    ");
    let check = said(&["check", "--members", "--name", "nobody*", "-o", "csv"]);
    assert!(check.contains("error: no member has a name that matches `nobody*`\n"), "{check}");
    assert!(check.ends_with("--- exit status 1\n"), "{check}");
    assert_snapshot!(said(&["all", "--name", "kleiner*"]), @"
    --- stderr
    error: `--name` selects members, and no members are read
    hint: add `--members`, and choose an account that has an organization
    --- exit status 2
    ");
    assert_eq!(said(&["check", "--name", "kleiner*"]), said(&["all", "--name", "kleiner*"]));
    let alibaba = said(&["all", "--members", "--provider", "alibaba", "--name", "x"]);
    assert!(alibaba.contains("no members are read"), "{alibaba}");
    assert!(said(&["tencent", "members", "--name", "a[b"]).ends_with("--- exit status 2\n"));
}
