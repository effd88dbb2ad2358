//! Files that cannot be read or written, and a home that cannot either.

use insta::{allow_duplicates, assert_snapshot};

use crate::paging::{page_asked, page_of};
use crate::run::{balance_of, members_of, through_shell};
use crate::server::{Server, balance, json};

#[test]
fn a_home_that_cannot_be_written_is_not_needed() {
    for home in ["/proc", "/dev/null", "/does/not/exist", ""] {
        let server = Server::start(|_, _| balance());
        let ended = balance_of(&server).env("HOME", home).env("XDG_CONFIG_HOME", home).end();
        allow_duplicates! {
            assert_snapshot!(ended.told(&server), @"
            --- exit status 0
            1 requests
            ");
        }
    }
}

#[test]
fn a_list_of_members_that_cannot_be_read_is_told_before_anything_is_asked() {
    let server = Server::always(balance());
    let ended = members_of(&server).args(&["--uin-file", "/proc/self/mem"]).end();
    assert_snapshot!(ended.told(&server), @"
    error: `/proc/self/mem` cannot be read: Input/output error (os error [N])
    hint: check `--uin-file`
    --- exit status 2
    0 requests
    ");
}

#[test]
fn a_file_without_end_is_not_read_to_its_end() {
    for (option, message) in [
        ("--uin-file", "error: `/dev/zero` cannot be read: it is larger than 64 MiB\n"),
        ("--config", "error: `/dev/zero` cannot be read: it is larger than 16 MiB\n"),
        ("--resume", "error: `/dev/zero` is no file: it is left as it is\n"),
    ] {
        let server = Server::always(balance());
        let ended = members_of(&server).args(&[option, "/dev/zero"]).end();
        assert_eq!((ended.status, server.seen().len()), (Some(2), 0), "{ended:?}");
        assert!(ended.stderr.starts_with(message), "{}", ended.stderr);
    }
}

#[test]
fn a_journal_that_cannot_be_written_on_takes_nothing_from_what_is_shown_and_is_gone_on_from() {
    let server = Server::start(|seen, _| json(&page_of(page_asked(seen), 500)));
    let dir = tempfile::tempdir().unwrap();
    let journal = dir.path().join("journal");
    let name = journal.to_str().unwrap();
    let url = server.url();
    let arguments =
        ["tencent", "members", "-o", "ndjson", "--rate", "0", "--endpoint", &url, "--resume", name];
    // A limit of the file's size is a disk that is full.
    let script = r#"trap '' XFSZ; ulimit -f 16; exec "$0" "$@""#;
    let ended = through_shell(script, &arguments).end();
    assert_eq!(ended.uins().len(), 500);
    assert_snapshot!(ended.told_alone().replace(name, "JOURNAL"), @"
    error: tencent/environment: `JOURNAL` cannot be written: File too large (os error [N])
    hint: check the disk's space; what was read is shown
    what was read is kept: the same command with `--resume` goes on from there
    --- exit status 1
    ");
    let before = server.seen().len();
    let ended = members_of(&server).args(&["--rate", "0", "--resume", name]).end();
    assert_eq!((ended.status, ended.uins().len()), (Some(0), 500), "{ended:?}");
    let asked = server.seen().len() - before;
    assert!((2..50).contains(&asked), "{asked} of 50 pages were asked again");
}

#[test]
fn a_list_of_members_that_never_ends_is_read_until_the_deadline() {
    let server = Server::always(Vec::new());
    let members = |file: &str| members_of(&server).args(&["--deadline", "300ms", "--uin-file", file]);
    assert_snapshot!(members("-").open_stdin().end().told(&server), @"
    error: the deadline came before standard input was read to its end
    hint: check what writes it; nothing was asked yet; give it longer with `--deadline`
    --- exit status 1
    0 requests
    ");
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("members");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let pipe = pipe.to_str().unwrap();
    assert_snapshot!(members(pipe).end().told(&server).replace(pipe, "[PIPE]"), @"
    error: the deadline came before `[PIPE]` was read to its end
    hint: check what writes it; nothing was asked yet; give it longer with `--deadline`
    --- exit status 1
    0 requests
    ");
}
