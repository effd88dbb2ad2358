//! One decision about colors rules everything that is printed.

use insta::assert_snapshot;

use crate::support::{Home, cloudbal};

/// Commands whose output has colors at a terminal: a usage error, help, an error, a table with an error in it.
const COLORFUL: [&[&str]; 4] = [
    &["balanc"],
    &["--help"],
    &["--sandbox", "all", "nobody"],
    &["--sandbox", "tencent", "members", "--uin", "1"],
];

fn is_colored(arguments: &[&str], variables: &[(&str, &str)], at_a_terminal: bool) -> bool {
    let run = variables.iter().fold(cloudbal(arguments), |run, (name, value)| run.env(name, value));
    let said = if at_a_terminal { run.at_a_terminal().run() } else { run.run() };
    let said = said.stdout + &said.stderr;
    assert!(said.len() > 20, "{arguments:?}: {said}");
    said.contains("\u{1b}[")
}

#[test]
fn a_terminal_has_colors_unless_something_forbids_them() {
    for arguments in COLORFUL {
        assert!(is_colored(arguments, &[], true), "{arguments:?}");
        assert!(!is_colored(arguments, &[], false), "{arguments:?}");
        for variables in [
            [("TERM", "dumb")],
            [("NO_COLOR", "1")],
            [("CLOUDBAL_COLOR", "never")],
            [("CLOUDBAL_COLOR", "NEVER\r")],
            [("CLICOLOR", "0")],
        ] {
            assert!(!is_colored(arguments, &variables, true), "{arguments:?} {variables:?}");
        }
        let never = [&["--color", "never"], arguments].concat();
        assert!(!is_colored(&never, &[("CLICOLOR_FORCE", "1")], true), "{never:?}");
    }
}

#[test]
fn colors_can_be_forced_where_there_is_no_terminal() {
    for arguments in COLORFUL {
        assert!(is_colored(arguments, &[("CLICOLOR_FORCE", "1")], false), "{arguments:?}");
        assert!(is_colored(arguments, &[("CLOUDBAL_COLOR", "always"), ("NO_COLOR", "1")], false));
        assert!(!is_colored(arguments, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false));
        let always = [&["--color=always"], arguments].concat();
        assert!(is_colored(&always, &[("TERM", "dumb"), ("NO_COLOR", "1")], false), "{always:?}");
    }
}

#[test]
fn the_configuration_rules_errors_that_come_after_it() {
    let home = Home::new().config("defaults = { color = \"never\" }");
    let said = cloudbal(&["all", "nobody"]).home(&home).at_a_terminal().run();
    assert!(said.stdout.starts_with("error: "), "{said:?}");
    let home = Home::new().config("defaults = { color = \"always\" }");
    let said = cloudbal(&["all", "nobody"]).home(&home).run();
    assert!(said.stderr.starts_with("\u{1b}["), "{said:?}");
}

#[test]
fn blanks_and_line_ends_around_variables_do_not_count() {
    let run = cloudbal(&["tencent", "members", "--uin-file", "-"])
        .env("CLOUDBAL_SANDBOX", " true\r\n")
        .env("CLOUDBAL_OUTPUT", "csv\r")
        .env("CLOUDBAL_TIMEOUT", "\t5 ")
        .env("HTTPS_PROXY", " ")
        .env("CLOUDBAL_PROFILE", " \r")
        .stdin("700001941608\n")
        .run();
    assert_eq!((run.status, run.stdout.lines().count()), (Some(0), 2), "{run:?}");
    // A proxy that nothing listens on is tried by its address alone.
    let through = cloudbal(&["aliyun", "balance", "--retries", "0"])
        .aliyun_key("LTAIsandboxcndemo")
        .env("HTTPS_PROXY", "http://127.0.0.1:1\r")
        .run();
    assert!(through.stderr.contains("through the proxy: "), "{through:?}");
}

#[test]
fn what_remains_inside_a_value_cannot_act_on_a_terminal() {
    let timeout =
        cloudbal(&["tencent", "balance"]).env("CLOUDBAL_TIMEOUT", "1\r\n\u{1b}[31mok\u{202e}").run();
    assert_snapshot!(timeout.whole(), @r"
    --- stderr
    error: invalid value '1\r\n\u{1b}[31mok\u{202e}' for '--timeout <TIME>': a duration is a number of seconds, or numbers with units: `90`, `500ms`, `1m30s`, `2h`

      tip: it comes from the variable CLOUDBAL_TIMEOUT

    For more information, try '--help'.
    --- exit status 2
    ");
    let endpoint = ["aliyun", "balance", "--endpoint", "http://x\u{1b}]0;title\u{7}\nerror: all is well"];
    assert_snapshot!(cloudbal(&endpoint).env("CLICOLOR_FORCE", "1").run().whole(), @r"
    --- stderr
    error: invalid value 'http://x\u{1b}]0;title\u{7}\nerror: all is well' for '--endpoint <URL>': `http://x\u{1b}]0;title\u{7}\nerror: all is well` is not a valid endpoint: the host is missing or contains invalid characters

    For more information, try '--help'.
    --- exit status 2
    ");
    assert_snapshot!(cloudbal(&["\u{1b}[2J"]).run().whole(), @r"
    --- stderr
    error: `\u{1b}[2J` is not a pattern: invalid range pattern
    hint: use `[[]` for a bracket in a name
    --- exit status 2
    ");
    assert_snapshot!(cloudbal(&["--\u{1b}[2J"]).run().whole(), @r"
    --- stderr
    error: unexpected argument '--\u{1b}[2J' found

    Usage: cloudbal [OPTIONS] [COMMAND]

    For more information, try '--help'.
    --- exit status 2
    ");
    assert_snapshot!(cloudbal(&["--sandbox", "completions", "bash", "\u{9b}2J"]).run().whole(), @r"
    --- stderr
    error: unexpected argument '\u{9b}2J' found

    Usage: cloudbal completions [OPTIONS] <SHELL>

    For more information, try '--help'.
    --- exit status 2
    ");
}
