//! Files that may not be read, and files that too many may read. Root may read everything, so as root these run as
//! another user.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use crate::support::{Said, executable, normalised};

const NOBODY: u32 = 65_534;

fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Runs the command as somebody who is not root, at home in this folder.
fn run(home: &Path, arguments: &[&str]) -> Said {
    let id = Command::new("id").arg("-u").output().unwrap();
    let is_root = id.stdout == b"0\n";
    // Where the executable is built an ordinary user may not look.
    let copy = home.join("cloudbal");
    // Copied by another process: a file that this one has open for writing could not be executed while other tests
    // start processes, which inherit it.
    assert!(Command::new("cp").arg(executable()).arg(&copy).status().unwrap().success());
    allow(&copy, 0o755);
    let mut command = Command::new(&copy);
    command.args(arguments).env_clear().env("HOME", home).current_dir(home);
    if is_root {
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.output().unwrap();
    fs::remove_file(copy).unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(home.to_str().unwrap(), "HOME");
    Said { stdout: text(output.stdout), stderr: text(output.stderr), status: output.status.code() }
}

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    allow(home.path(), 0o755);
    home
}

fn write(home: &Path, name: &str, text: &str, mode: u32) {
    let path = home.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    allow(path.parent().unwrap(), 0o755);
    fs::write(&path, text).unwrap();
    allow(&path, mode);
}

#[test]
fn credentials_that_may_not_be_read_are_an_error_and_not_skipped() {
    let home = home();
    let keys = r#"{"secretId":"AKIDsandboxintldemo","secretKey":"hush"}"#;
    write(home.path(), ".tccli/default.credential", keys, 0o000);
    insta::assert_snapshot!(normalised(&run(home.path(), &["tencent", "balance"]).stderr), @"
    error: tencent: cannot read `~/.tccli/default.credential`: permission denied
    hint: check the file's permissions
    ");
}

#[test]
fn a_configuration_that_may_not_be_read_is_an_error() {
    let home = home();
    write(home.path(), "config.toml", "", 0o000);
    let said = run(home.path(), &["all", "--config", "config.toml"]);
    insta::assert_snapshot!(said.stderr, @"
    error: cannot read `config.toml`: permission denied
    hint: check the file and its permissions
    ");
    assert_eq!(said.status, Some(2));
}

#[test]
fn a_secret_that_others_may_read_is_refused_and_not_repeated() {
    let home = home();
    let text = "[accounts.prod]\nprovider = \"tencent\"\ncredentials = { secret_id = \"AKID\", secret_key = \"hush\" }\n";
    write(home.path(), "config.toml", text, 0o644);
    let said = run(home.path(), &["all", "--config", "config.toml"]);
    insta::assert_snapshot!(said.stderr, @"
    error: config.toml:3:1: `accounts.prod.credentials` holds a secret, and others have access to this file
    hint: run `chmod 600 config.toml`, or keep the secret elsewhere
    ");
    assert_eq!(said.status, Some(2));
    assert!(!said.stderr.contains("hush"));
}

#[test]
fn a_home_that_cannot_be_written_is_no_hindrance() {
    let home = home();
    allow(home.path(), 0o755);
    let said = run(home.path(), &["--sandbox", "aliyun", "balance", "-o", "csv", "-q"]);
    assert_eq!((said.status, said.stderr.as_str()), (Some(0), ""));
    let left: Vec<_> = fs::read_dir(home.path()).unwrap().collect();
    assert!(left.is_empty(), "nothing is written: {left:?}");
}
