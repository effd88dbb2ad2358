//! Variables say what the command line does not, and count less.

use cloudbal::sandbox::Options;
use insta::assert_snapshot;

use crate::support::{Cloud, Home, cloudbal};

/// What is said with a variable set.
fn with(name: &str, value: &str, arguments: &[&str]) -> String {
    cloudbal(arguments).env(name, value).run().whole()
}

#[test]
fn an_error_names_the_variable_that_the_value_comes_from() {
    assert_snapshot!(with("CLOUDBAL_TIMEOUT", "soon", &["tencent", "balance"]), @"
    --- stderr
    error: invalid value 'soon' for '--timeout <TIME>': a duration is a number of seconds, or numbers with units: `90`, `500ms`, `1m30s`, `2h`

      tip: it comes from the variable CLOUDBAL_TIMEOUT

    For more information, try '--help'.
    --- exit status 2
    ");
    assert_snapshot!(with("CLOUDBAL_OUTPUT", "jsn", &["--sandbox"]), @"
    --- stderr
    error: invalid value 'jsn' for '--output <OUTPUT>'
      [possible values: table, json, ndjson, csv, yaml, xlsx]

      tip: a similar value exists: 'json'
      tip: it comes from the variable CLOUDBAL_OUTPUT

    For more information, try '--help'.
    --- exit status 2
    ");
    assert_snapshot!(with("CLOUDBAL_THRESHOLD", "x", &["check"]), @"
    --- stderr
    error: invalid value 'x' for '--threshold <[CODE=]AMOUNT>': not an amount; accepted are `100`, `1,000.50` and `USD=100,CNY=700`

      tip: it comes from the variable CLOUDBAL_THRESHOLD

    For more information, try '--help'.
    --- exit status 2
    ");
    assert_snapshot!(with("CLOUDBAL_TIMEOUT", "soon", &["tencent", "balance", "--timeout", "later"]), @"
    --- stderr
    error: invalid value 'later' for '--timeout <TIME>': a duration is a number of seconds, or numbers with units: `90`, `500ms`, `1m30s`, `2h`

    For more information, try '--help'.
    --- exit status 2
    ");
    assert_snapshot!(with("CLOUDBAL_TIMEOUT", "soon", &["tencent", "balance", "--timeot", "1"]), @"
    --- stderr
    error: unexpected argument '--timeot' found

      tip: a similar argument exists: '--timeout'

    Usage: cloudbal tencent balance --timeout <TIME>

    For more information, try '--help'.
    --- exit status 2
    ");
}

#[test]
fn the_usual_words_say_yes_and_no() {
    let asked = |name: &str, value: &str| {
        let said = with(name, value, &["accounts", "--sandbox", "-o", "csv"]);
        said.ends_with("--- exit status 0\n")
    };
    for name in [
        "CLOUDBAL_SANDBOX",
        "CLOUDBAL_QUIET",
        "CLOUDBAL_VERBOSE",
        "CLOUDBAL_ONLY_FAILED",
        "CLOUDBAL_SYSTEM_CERTS",
    ] {
        for value in ["1", "0", "true", "false", "yes", "no", "on", "OFF", ""] {
            assert!(asked(name, value), "{name}={value}");
        }
    }
    let is_sandbox = |value: &str| with("CLOUDBAL_SANDBOX", value, &["accounts"]).contains("the sandbox");
    assert!(["1", "yes", "on", "true"].into_iter().all(is_sandbox));
    assert!(!["0", "no", "off", "false", ""].into_iter().any(is_sandbox));
    assert_snapshot!(with("CLOUDBAL_SANDBOX", "maybe", &["accounts"]), @"
    --- stderr
    error: invalid value 'maybe' for '--sandbox': value was not a boolean

      tip: it comes from the variable CLOUDBAL_SANDBOX

    For more information, try '--help'.
    --- exit status 2
    ");
    assert_snapshot!(with("CLOUDBAL_VERBOSE", "loud", &["accounts"]), @"
    --- stderr
    error: invalid value 'loud' for '--verbose...': not a small number, `true` or `false`

      tip: it comes from the variable CLOUDBAL_VERBOSE

    For more information, try '--help'.
    --- exit status 2
    ");
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let run = cloudbal(&["--sandbox", "check", "-o", "csv", "-q"]);
    let names = "OUTPUT QUERY ONLY_FAILED BELOW SORT IN RATES CONFIG SITE CURRENCY ENDPOINT CONNECT_TO \
        METADATA_ENDPOINT SIGNATURE TIMEOUT CONNECT_TIMEOUT DEADLINE RETRIES RATE CONCURRENCY CA_FILE \
        SYSTEM_CERTS PROXY COLOR VERBOSE QUIET SANDBOX THRESHOLD";
    let run = names.split(' ').fold(run, |run, name| run.env(&format!("CLOUDBAL_{name}"), ""));
    assert_eq!(run.run().whole(), cloudbal(&["--sandbox", "check", "-o", "csv", "-q"]).run().whole());
    let members = ["--sandbox", "tencent", "members", "-o", "csv", "-q"];
    let run = ["ACCOUNT", "PROFILE", "RESUME"]
        .iter()
        .fold(cloudbal(&members), |run, name| run.env(&format!("CLOUDBAL_{name}"), ""));
    assert_eq!(run.run().status, Some(0));
}

#[test]
fn the_command_line_counts_more_than_a_variable_that_is_wrong() {
    let said =
        with("CLOUDBAL_TIMEOUT", "soon", &["--sandbox", "aliyun", "balance", "-o", "csv", "--timeout", "9"]);
    assert!(said.ends_with("--- exit status 0\n"), "{said}");
}

#[test]
fn the_account_that_the_command_line_names_counts() {
    let home = Home::new()
        .file(".aliyun/config.json", r#"{"current": "shop", "profiles": [{"name": "shop", "mode": "AK"}]}"#)
        .config("[accounts.prod]\nprovider = 'aliyun'\ncredentials = { file = '/nonexistent' }\n");
    let run = |variable: &str, arguments: &[&str]| {
        let run = cloudbal(&[&["aliyun", "balance", "-o", "csv", "-q"], arguments].concat()).home(&home);
        let (name, value) = variable.split_once('=').unwrap();
        home.whole(&run.env(name, value).run())
    };
    let without = |arguments: &[&str]| run("X=x", arguments);
    assert_eq!(run("CLOUDBAL_PROFILE=shop", &["--account", "prod"]), without(&["--account", "prod"]));
    assert_eq!(run("CLOUDBAL_ACCOUNT=prod", &["--profile", "shop"]), without(&["--profile", "shop"]));
    assert_ne!(without(&["--account", "prod"]), without(&["--profile", "shop"]));
    assert_snapshot!(without(&["--profile", "shop", "--account", "prod"]), @"
    --- stderr
    error: the argument '--profile <PROFILE>' cannot be used with '--account <NAME>'

    For more information, try '--help'.
    --- exit status 2
    ");
    let between = cloudbal(&["aliyun", "--account", "prod", "balance", "--profile", "shop"]).run().whole();
    assert_eq!(between, without(&["--profile", "shop", "--account", "prod"]));
    let both =
        cloudbal(&["aliyun", "balance"]).env("CLOUDBAL_ACCOUNT", "prod").env("CLOUDBAL_PROFILE", "shop");
    assert_snapshot!(both.run().whole(), @"
    --- stderr
    error: the argument '--profile <PROFILE>' cannot be used with '--account <NAME>'

      tip: they come from the variables CLOUDBAL_PROFILE and CLOUDBAL_ACCOUNT

    For more information, try '--help'.
    --- exit status 2
    ");
}

#[test]
fn how_much_is_told_is_said_by_the_command_line_first() {
    let cloud = Cloud::start(Options::default());
    let stderr = |arguments: &[&str], variables: &[(&str, &str)]| {
        let run = cloud.cloudbal(&[arguments, &["aliyun", "balance", "-o", "csv"]].concat());
        let said = variables.iter().fold(run, |run, (name, value)| run.env(name, value)).run();
        assert_eq!(said.status, Some(0), "{said:?}");
        said.stderr
    };
    let told = stderr(&["-v"], &[]);
    assert_eq!(told, "[environment] asking https://business.aliyuncs.com for balance\n");
    assert_eq!(stderr(&["-v"], &[("CLOUDBAL_QUIET", "true")]), told);
    assert_eq!(stderr(&[], &[("CLOUDBAL_QUIET", "no"), ("CLOUDBAL_VERBOSE", "1")]), told);
    assert_eq!(stderr(&["-q"], &[("CLOUDBAL_VERBOSE", "1")]), "");
    assert_eq!(stderr(&[], &[("CLOUDBAL_VERBOSE", "1"), ("CLOUDBAL_QUIET", "true")]), "");
    assert_snapshot!(cloudbal(&["-q", "-v", "accounts"]).run().whole(), @"
    --- stderr
    error: the argument '--quiet' cannot be used with '--verbose...'

    For more information, try '--help'.
    --- exit status 2
    ");
    assert_eq!(
        cloudbal(&["-q", "accounts", "-v"]).run().whole(),
        cloudbal(&["-q", "-v", "accounts"]).run().whole()
    );
}
