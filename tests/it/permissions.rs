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

/// Runs the command as a user who is not root, at home in this folder.
fn run(home: &Path, arguments: &[&str]) -> Said {
    run_with(home, &[("HOME", home.to_str().unwrap())], arguments)
}

/// The same with these variables.
fn run_with(home: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Said {
    let id = Command::new("id").arg("-u").output().unwrap();
    let is_root = id.stdout == b"0\n";
    // Where the executable is built an ordinary user may not look.
    let copy = home.join("cloudbal");
    // Copied by another process: a file that this one has open for writing could not be executed while other tests
    // start processes, which inherit it.
    assert!(Command::new("cp").arg(executable()).arg(&copy).status().unwrap().success());
    allow(&copy, 0o755);
    let mut command = Command::new(&copy);
    command.args(arguments).env_clear().envs(variables.iter().copied()).current_dir(home);
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

/// A key in the environment, with a home that cannot be used.
fn with_home(home: &Path, of: &str, arguments: &[&str]) -> Said {
    let of = home.join(of);
    let variables = [
        ("HOME", of.to_str().unwrap()),
        ("TENCENTCLOUD_SECRET_ID", "AKIDexample"),
        ("TENCENTCLOUD_SECRET_KEY", "hush"),
    ];
    run_with(home, &variables, arguments)
}

/// A folder that nobody may enter, with keys in it.
fn closed(home: &Path) {
    let keys = r#"{"secretId":"AKIDother","secretKey":"hush"}"#;
    write(home, "closed/.tccli/default.credential", keys, 0o600);
    allow(&home.join("closed"), 0o000);
}

fn reopen(home: &Path) {
    allow(&home.join("closed"), 0o755);
}

#[test]
fn a_home_that_cannot_be_entered_does_not_keep_a_key_in_the_environment_from_being_used() {
    let home = home();
    closed(home.path());
    let plain = with_home(home.path(), "closed", &["accounts"]);
    let verbose = with_home(home.path(), "closed", &["accounts", "-v"]);
    reopen(home.path());
    assert_eq!((plain.status, plain.stderr.as_str()), (Some(0), ""), "{}", plain.stdout);
    assert!(plain.stdout.contains("tencent/environment"), "{}", plain.stdout);
    assert_eq!(verbose.status, Some(0));
    insta::assert_snapshot!(verbose.stderr, @"
    skipping `HOME/closed/.config/cloudbal/config.toml`: permission denied
    skipping `~/.tccli`: permission denied
    skipping `~/.tencentcloud/credentials`: permission denied
    skipping `~/.aliyun/config.json`: permission denied
    skipping `~/.alibabacloud/credentials.ini`: permission denied
    skipping `~/.alibabacloud/credentials`: permission denied
    ");
}

#[test]
fn a_home_that_is_a_file_or_a_link_to_itself_counts_as_absent() {
    let home = home();
    write(home.path(), "file", "", 0o644);
    std::os::unix::fs::symlink("loop", home.path().join("loop")).unwrap();
    for of in ["file", "loop"] {
        let said = with_home(home.path(), of, &["accounts"]);
        assert_eq!((said.status, said.stderr.as_str()), (Some(0), ""), "{of}: {}", said.stdout);
    }
}

#[test]
fn what_is_named_must_be_reached() {
    let home = home();
    closed(home.path());
    let said = [
        with_home(home.path(), "closed", &["accounts", "--config", "closed/config.toml"]),
        with_home(home.path(), "closed", &["tencent", "balance", "--profile", "default"]),
        with_home(home.path(), "closed", &["config", "check"]),
    ];
    reopen(home.path());
    let said: Vec<String> =
        said.iter().map(|said| format!("{:?} {}", said.status, normalised(&said.stderr))).collect();
    insta::assert_snapshot!(said.join("\n"), @"
    Some(2) error: cannot read `closed/config.toml`: permission denied
    hint: check the file and its permissions

    Some(2) error: tencent/default: cannot read `~/.tccli`: permission denied
    hint: check the file's permissions

    Some(2) error: cannot read `HOME/closed/.config/cloudbal/config.toml`: permission denied
    hint: check the file and its permissions
    ");
}

#[test]
fn without_a_key_the_places_that_cannot_be_reached_are_named() {
    let home = home();
    closed(home.path());
    let of = home.path().join("closed");
    let said = run_with(home.path(), &[("HOME", of.to_str().unwrap())], &["tencent", "balance"]);
    reopen(home.path());
    insta::assert_snapshot!(normalised(&said.stderr), @"
    error: tencent: no credentials for Tencent Cloud: looked at `TENCENTCLOUD_SECRET_ID` and `TENCENTCLOUD_SECRET_KEY`, an identity token (`TKE_ROLE_ARN` is not set), `~/.tccli` (permission denied), `~/.tencentcloud/credentials` (permission denied), `/etc/tencentcloud/credentials`
    hint: set the variables, or run `tccli configure`; to try cloudbal without keys add `--sandbox`
    ");
}

#[test]
fn a_store_that_can_be_seen_but_not_entered_is_an_error() {
    let home = home();
    write(home.path(), ".tccli/default.credential", "{}", 0o600);
    allow(&home.path().join(".tccli"), 0o000);
    let said = run(home.path(), &["tencent", "balance"]);
    allow(&home.path().join(".tccli"), 0o755);
    insta::assert_snapshot!(normalised(&said.stderr), @"
    error: tencent: cannot read `~/.tccli`: permission denied
    hint: check the file's permissions
    ");
}

#[test]
fn a_link_to_what_does_not_exist_is_an_error() {
    let home = home();
    fs::create_dir(home.path().join(".aliyun")).unwrap();
    std::os::unix::fs::symlink("gone", home.path().join(".aliyun/config.json")).unwrap();
    let said = run(home.path(), &["aliyun", "balance"]);
    insta::assert_snapshot!(normalised(&said.stderr), @"
    error: aliyun: cannot read `~/.aliyun/config.json`: it is a link to what does not exist
    hint: correct the link, or remove it
    ");
}
