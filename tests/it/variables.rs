//! Variables say what the command line does not, and count less.

use insta::assert_snapshot;

use crate::support::cloudbal;

/// What is said with a variable set.
fn with(name: &str, value: &str, arguments: &[&str]) -> String {
    cloudbal(arguments).env(name, value).run().whole()
}

#[test]
fn an_error_names_the_variable_that_the_value_comes_from() {
    assert_snapshot!(with("CLOUDBAL_TIMEOUT", "soon", &["tencent", "balance"]), @"
    --- stderr
    error: invalid value 'soon' for '--timeout <TIME>': a time is a number of seconds, or one with a unit: `500ms`, `10s`, `2m`

      tip: it comes from the variable CLOUDBAL_TIMEOUT

    For more information, try '--help'.
    --- exit status 2
    ");
    assert_snapshot!(with("CLOUDBAL_OUTPUT", "jsn", &["--sandbox"]), @"
    --- stderr
    error: invalid value 'jsn' for '--output <OUTPUT>'
      [possible values: table, json, ndjson, csv, yaml]

      tip: a similar value exists: 'json'
      tip: it comes from the variable CLOUDBAL_OUTPUT

    For more information, try '--help'.
    --- exit status 2
    ");
    assert_snapshot!(with("CLOUDBAL_THRESHOLD", "x", &["check"]), @"
    --- stderr
    error: invalid value 'x' for '--threshold <[CODE=]AMOUNT>': not an amount

      tip: it comes from the variable CLOUDBAL_THRESHOLD

    For more information, try '--help'.
    --- exit status 2
    ");
    assert_snapshot!(with("CLOUDBAL_TIMEOUT", "soon", &["tencent", "balance", "--timeout", "later"]), @"
    --- stderr
    error: invalid value 'later' for '--timeout <TIME>': a time is a number of seconds, or one with a unit: `500ms`, `10s`, `2m`

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
