//! Many accounts at once.

use std::fmt::Write as _;
use std::io::Write as _;

use cloudbal::sandbox::{Options, secret_of};

use crate::support::{Cloud, executable};

/// A configuration of that many accounts, each with a key of its own.
fn configuration(accounts: usize) -> tempfile::NamedTempFile {
    let mut text = String::new();
    for number in 0..accounts {
        let key = format!("AKIDsandboxintl{number:04}");
        let pair = format!("{{ secret_id = \"{key}\", secret_key = \"{}\" }}", secret_of(&key));
        writeln!(
            text,
            "[accounts.a{number:04}]\nprovider = \"tencent\"\nsite = \"intl\"\ncredentials = {pair}"
        )
        .unwrap();
    }
    // A file that only its owner can read.
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

#[test]
fn a_clock_that_is_off_is_told_once() {
    let cloud = Cloud::faulty(&["skew"]);
    let file = configuration(20);
    let said =
        cloud.keyless(&["all", "-o", "csv"]).env("CLOUDBAL_CONFIG", file.path().to_str().unwrap()).run();
    assert_eq!(said.status, Some(0), "{}", said.stderr);
    assert_eq!(said.stderr.matches("warning: this machine's clock is ").count(), 1, "{}", said.stderr);
}

#[test]
fn a_thousand_accounts_need_no_more_than_256_open_files() {
    let cloud = Cloud::start(Options::default());
    let file = configuration(1000);
    let output = std::process::Command::new("sh")
        .args(["-c", r#"ulimit -n 256 && exec "$0" all -o csv -q"#])
        .arg(executable())
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("CLOUDBAL_CONFIG", file.path())
        .env("CLOUDBAL_CONNECT_TO", cloud.address.to_string())
        .env("CLOUDBAL_CA_FILE", cloud.certificate.path())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        text.lines().find(|line| line.starts_with("error")).unwrap_or_default()
    );
    let names: Vec<&str> = text.lines().skip(1).map(|line| line.split(',').nth(3).unwrap()).collect();
    let expected: Vec<String> = (0..1000).map(|number| format!("a{number:04}")).collect();
    assert_eq!(names, expected, "in the configuration's order");
}
