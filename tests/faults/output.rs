//! Outputs that cannot be written.

use insta::{allow_duplicates, assert_snapshot};

use crate::paging::{page_asked, page_of};
use crate::run::through_shell;
use crate::server::{Server, balance, json};

const FORMATS: [&str; 5] = ["table", "json", "ndjson", "csv", "yaml"];

fn many() -> Server {
    Server::start(|seen, _| json(&page_of(page_asked(seen), 2000)))
}

#[test]
fn a_full_disk_is_told() {
    for format in FORMATS {
        let server = Server::start(|_, _| balance());
        let arguments = ["aliyun", "balance", "-o", format, "--endpoint", &server.url()];
        let ended = through_shell(r#"exec "$0" "$@" >/dev/full"#, &arguments).end();
        allow_duplicates! {
            assert_snapshot!(ended.told_alone(), @"
            error: the output cannot be written: No space left on device (os error [N])
            hint: check the disk's space and what stdout is redirected to
            --- exit status 1
            ");
        }
    }
}

#[test]
fn a_disk_that_is_full_at_the_first_page_is_not_filled_with_the_others() {
    let server = many();
    let arguments = ["tencent", "members", "-o", "ndjson", "--endpoint", &server.url()];
    let ended = through_shell(r#"exec "$0" "$@" >/dev/full"#, &arguments).end();
    assert_snapshot!(ended.told_alone(), @"
    error: the output cannot be written: No space left on device (os error [N])
    hint: check the disk's space and what stdout is redirected to
    --- exit status 1
    ");
    assert!(server.seen().len() < 50, "{} of 200 pages", server.seen().len());
}

#[test]
fn a_closed_stdout_is_no_crash() {
    for format in FORMATS {
        let server = Server::start(|_, _| balance());
        let arguments = ["aliyun", "balance", "-o", format, "--endpoint", &server.url()];
        let ended = through_shell(r#"exec "$0" "$@" >&-"#, &arguments).end();
        allow_duplicates! {
            assert_snapshot!(ended.told(&server), @"
            --- exit status 0
            1 requests
            ");
        }
    }
}

#[test]
fn a_closed_stderr_takes_nothing_from_stdout() {
    let server = Server::start(|_, _| json("{}"));
    let arguments = ["aliyun", "balance", "-o", "json", "--endpoint", &server.url()];
    let ended = through_shell(r#"exec "$0" "$@" 2>&-"#, &arguments).end();
    assert_eq!((ended.status, &*ended.stderr), (Some(1), ""));
    assert!(ended.stdout.contains("unreadable_reply"), "{ended:?}");
}

#[test]
fn a_reader_that_has_read_enough_is_no_error_and_ends_the_reading() {
    for format in ["ndjson", "csv"] {
        let server = many();
        let arguments = ["tencent", "members", "-o", format, "--endpoint", &server.url()];
        let script = r#"{ "$0" "$@"; echo "status $?" >&2; } | head -n 2"#;
        let ended = through_shell(script, &arguments).end();
        assert_eq!(ended.stdout.lines().count(), 2, "{ended:?}");
        allow_duplicates! {
            assert_snapshot!(ended.stderr, @"status 0");
        }
        assert!(server.seen().len() < 50, "{} of 200 pages", server.seen().len());
    }
}
