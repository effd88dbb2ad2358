//! What `cloudbal sandbox` prints is for a shell to evaluate.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use cloudbal::sandbox::demo;

use crate::support::{cloudbal, executable};

/// Starts a server, lets bash evaluate its first lines, and gives what a command prints then.
fn evaluated(folder: &std::path::Path, options: &[&str], command: &str) -> String {
    let mut server = Command::new(executable())
        .arg("sandbox")
        .args(options)
        .env_clear()
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines: Vec<String> =
        BufReader::new(server.stdout.take().unwrap()).lines().take(5).map(Result::unwrap).collect();
    let script = format!("eval \"$LINES_PRINTED\" && {command}");
    let output = Command::new("bash")
        .args(["-ec", &script])
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", executable().parent().unwrap().display()))
        .env("HOME", "/nonexistent")
        .env("LINES_PRINTED", lines.join("\n"))
        .current_dir("/")
        .output()
        .unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    let is_for_a_shell = |line: &String| line.starts_with("# ") || line.starts_with("export ");
    assert!(lines.iter().all(is_for_a_shell), "{lines:#?}");
    assert!(lines[0].starts_with("# http"), "{}", lines[0]);
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_shell_evaluates_every_line_that_the_sandbox_prints() {
    let folder = tempfile::tempdir().unwrap();
    let balances = "cloudbal --query 'balances[].[account, available]' -o ndjson";
    let expected = "[\"environment\",\"100000000.00\"]\n[\"environment\",\"10000.00\"]\n";
    assert_eq!(evaluated(folder.path(), &[], balances), expected);
    // The path has a blank and a quotation mark, is relative, and is used from another folder.
    assert_eq!(evaluated(folder.path(), &["--tls", "it's a file.pem"], balances), expected);
}

#[test]
fn a_certificate_whose_path_no_line_can_hold_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a\nb.pem");
    let said = cloudbal(&["sandbox", "--tls", path.to_str().unwrap()]).run();
    assert_eq!(said.status, Some(2), "{said:?}");
    assert!(said.stdout.is_empty() && !path.exists(), "{said:?}");
}

#[test]
fn the_help_of_the_sandbox_names_every_demo_key_and_every_word_that_changes_replies() {
    let help = cloudbal(&["sandbox", "--help"]).run().stdout;
    assert_eq!(cloudbal(&["help", "sandbox"]).run().stdout, help);
    for (provider, site) in [("tencent", "intl"), ("tencent", "cn"), ("aliyun", "intl"), ("aliyun", "cn")] {
        let key_id = demo(provider, site).unwrap();
        assert!(help.contains(&key_id), "{key_id}");
    }
    let words = regex::Regex::new(r#"key\.has\("([a-z]+)"\)"#).unwrap();
    let mut found = 0;
    for folder in ["tencent", "aliyun"] {
        let folder = format!("{}/src/sandbox/{folder}", env!("CARGO_MANIFEST_DIR"));
        for file in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            for word in words.captures_iter(&text) {
                assert!(help.contains(&format!("  -{} ", &word[1])), "{}", &word[1]);
                found += 1;
            }
        }
    }
    assert!(found >= 7, "only {found} words were found in the sources");
}
