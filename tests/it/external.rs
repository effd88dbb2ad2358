//! What is outside of cloudbal and named by its settings: programs beside the configuration, and proxies.

#![cfg(unix)]

use cloudbal::sandbox::{Options, demo, secret_of};
use insta::assert_snapshot;

use crate::support::{Cloud, Home, Said, cloudbal};

fn with_program(place: &str, command: &str) -> Said {
    use std::os::unix::fs::PermissionsExt as _;
    let cloud = Cloud::start(Options::default());
    let key = demo("tencent", "intl").unwrap();
    let output =
        format!(r#"{{"mode": "AK", "access_key_id": "{key}", "access_key_secret": "{}"}}"#, secret_of(&key));
    let home = Home::new()
        .file(place, &format!("#!/bin/sh\n[ \"$1\" = read ] && printf '%s' '{output}'\n"))
        .config(&format!(
            "[accounts.shop]\nprovider = \"tencent\"\ncredentials = {{ command = \"{command} read\" }}\n"
        ));
    std::fs::set_permissions(home.path(place), std::fs::Permissions::from_mode(0o700)).unwrap();
    let said = cloud.keyless(&["-o", "csv"]).home(&home).env("PATH", "/bin:/usr/bin").run();
    Said { stderr: said.stderr.replace(home.path("").to_str().unwrap(), "[HOME]/"), ..said }
}

#[test]
fn a_program_is_found_beside_the_configuration_and_below_the_home_directory() {
    for (place, command) in [
        (".config/cloudbal/creds", "./creds"),
        (".config/creds", "../creds"),
        (".config/cloudbal/bin/creds", "bin/creds"),
        ("bin/creds", "~/bin/creds"),
    ] {
        let said = with_program(place, command);
        assert_eq!(said.status, Some(0), "{command}: {said:?}");
    }
}

#[test]
fn a_program_that_is_not_there_is_named_by_its_whole_path() {
    assert_snapshot!(with_program("creds", "./creds").stderr, @"
    error: tencent/shop: the command for credentials, `[HOME]/.config/cloudbal/creds`, cannot be started: entity not found
    hint: check that it is installed and on the `PATH`
    ");
    // A word alone is looked for on the `PATH`.
    assert_snapshot!(with_program(".config/cloudbal/creds", "creds").stderr, @"
    error: tencent/shop: the command for credentials, `creds`, cannot be started: entity not found
    hint: check that it is installed and on the `PATH`
    ");
}

/// What was said of a proxy that nothing listens at.
fn through(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let mut run = cloudbal(&["tencent", "balance", "--retries", "0"]).tencent_key("AKIDexample00");
    for (name, value) in variables {
        run = run.env(name, value);
    }
    let said = run.arguments(arguments).run();
    assert!(!said.stderr.contains("hush"), "{said:?}");
    said.stderr
}

const WARNING: &str = "warning: the password in `--proxy` shows in the list of processes (`ps`)\n\
                       hint: set it in the variable CLOUDBAL_PROXY instead\n";

#[test]
fn a_password_among_the_arguments_is_warned_of() {
    for proxy in ["http://user:hush@127.0.0.1:9", "user:hush@127.0.0.1:9"] {
        assert!(through(&["--proxy", proxy], &[]).starts_with(WARNING), "{proxy}");
        assert!(!through(&["--proxy", proxy, "-q"], &[]).contains("warning"), "{proxy}");
    }
}

#[test]
fn a_proxy_without_a_password_or_from_elsewhere_is_not() {
    for proxy in ["http://127.0.0.1:9", "http://user@127.0.0.1:9", "http://user:@127.0.0.1:9"] {
        assert!(!through(&["--proxy", proxy], &[]).contains("warning"), "{proxy}");
    }
    let proxy = "http://user:hush@127.0.0.1:9";
    assert!(!through(&[], &[("CLOUDBAL_PROXY", proxy)]).contains("warning"));
    assert!(!through(&[], &[("HTTPS_PROXY", proxy)]).contains("warning"));
}
