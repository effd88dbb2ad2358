//! `config check` shows every mistake, and warns of what is missing on this machine.

use insta::assert_snapshot;

use crate::support::{Home, cloudbal};

fn checked(text: &str) -> String {
    let home = Home::new().config(text);
    home.whole(&cloudbal(&["config", "check"]).home(&home).env("PATH", "/usr/bin:/bin").run())
}

#[test]
fn the_mistakes_of_all_tables_are_shown_at_once() {
    let said = checked(
        "[defaults]\ntimeout = \"soon\"\n[accounts.a]\nprovider = \"tencent\"\nthreshold = \"5k\"\n[accounts.b]\nprovider = \"x\"\n",
    );
    assert!(said.contains("`defaults.timeout` is `soon`, not a duration"), "{said}");
    assert!(
        said.contains(
            "`accounts.a.threshold` is `5k`: not an amount\nhint: accepted are `threshold = \"1000\"`"
        ),
        "{said}"
    );
    assert!(said.contains("`accounts.b.provider` is `x`"), "{said}");
    assert!(said.ends_with("--- exit status 2\n"), "{said}");
}

#[test]
fn usual_slips_have_a_hint_that_mends_them() {
    let said = checked("[accounts.a]\nprovider = tencent\n");
    assert!(said.contains("hint: put the value in quotes: `provider = \"tencent\"`"), "{said}");
    let said = checked(
        "[accounts.a]\nprovider = \"tencent\"\ncredentials = { secret_id = \"AKID\", secret_key = hush }\n",
    );
    assert!(said.contains("hint: put the value in quotes\n") && !said.contains("hush"), "{said}");
    for path in [r"C:\Users\ann\ca.pem", r"C:\temp\ca.pem"] {
        let said = checked(&format!("[defaults]\nca_file = \"{path}\"\n"));
        assert!(said.contains("single quotes"), "{said}");
    }
}

#[test]
fn durations_are_written_as_on_the_command_line() {
    let home = Home::new()
        .config("[defaults]\ntimeout = \"1m30s\"\nconnect_timeout = \"500ms\"\ndeadline = \"2h\"\n");
    let shown = cloudbal(&["config", "show"]).home(&home).run().stdout;
    assert_eq!(shown, "[defaults]\ntimeout = 90\nconnect_timeout = \"0.5\"\ndeadline = 7200\n");
}

#[test]
fn what_is_missing_on_this_machine_is_a_warning() {
    let said = checked(
        "[accounts.a]\nprovider = \"tencent\"\ncredentials = { profile = \"gone\" }\n[accounts.b]\nprovider = \"aliyun\"\nmembers = true\nmember_threshold = \"5\"\ncredentials = { command = \"x\" }\n",
    );
    assert!(said.starts_with("2 accounts, 4 warnings\n") && said.ends_with("--- exit status 0\n"), "{said}");
    assert!(
        said.contains("warning: a: ") && said.contains("warning: b: `members = true` has no effect"),
        "{said}"
    );
    assert!(said.contains("warning: b: `member_threshold` checks nothing"), "{said}");
}

#[test]
fn programs_and_token_files_that_are_missing_are_warned_of() {
    let said = checked(
        "[accounts.a]\nprovider = \"tencent\"\ncredentials = { command = \"./no-such-program x\" }\n\
         [accounts.b]\nprovider = \"aliyun\"\ncredentials = { oidc = { role_arn = \"r\", provider = \"p\", \
         token_file = \"no-such-token\", role_session_name = \"s\" } }\n\
         [accounts.c]\nprovider = \"aliyun\"\nrole_arn = \"r\"\nrole_session_name = \"s\"\n\
         credentials = { command = \"no-such-program\" }\n\
         [accounts.d]\nprovider = \"aliyun\"\ncredentials = { command = \"sh -c true\" }\n",
    );
    assert_snapshot!(said, @"
    4 accounts, 3 warnings
    --- stderr
    warning: a: the program for credentials `[HOME]/.config/cloudbal/no-such-program` cannot be run: cannot find binary path
    warning: b: the identity token file `[HOME]/.config/cloudbal/no-such-token` does not exist
    warning: c: the program for credentials `no-such-program` cannot be run: cannot find binary path
    --- exit status 0
    ");
}

#[test]
fn a_threshold_in_a_currency_that_the_balance_cannot_be_in_is_warned_of() {
    let said = checked(
        "[accounts.a]\nprovider = \"tencent\"\nsite = \"intl\"\nthreshold = { CNY = \"5\" }\n\
         credentials = { command = \"sh\" }\n\
         [accounts.b]\nprovider = \"tencent\"\nthreshold = { JPY = \"5\" }\ncredentials = { command = \"sh\" }\n\
         [accounts.c]\nprovider = \"tencent\"\nthreshold = { CNY = \"5\" }\ncredentials = { command = \"sh\" }\n\
         [accounts.d]\nprovider = \"aliyun\"\nthreshold = { JPY = \"5\" }\ncredentials = { command = \"sh\" }\n",
    );
    assert_snapshot!(said, @"
    4 accounts, 2 warnings
    --- stderr
    warning: a: `threshold` in CNY checks nothing: the balance is in USD
    warning: b: `threshold` in JPY checks nothing: the balance is in USD or CNY
    --- exit status 0
    ");
}
