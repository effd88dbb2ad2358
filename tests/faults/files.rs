//! Files that cannot be read or written, and a home that cannot either.

use std::time::Duration;

use insta::{allow_duplicates, assert_snapshot};

use crate::paging::{page_asked, page_of};
use crate::run::{Run, balance_of, cloudbal, keyless, members_of, through_shell};
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
    error: cannot read `/proc/self/mem`: input/output error
    hint: check `--uin-file`
    --- exit status 2
    0 requests
    ");
}

#[test]
fn a_file_without_end_is_not_read_to_its_end() {
    for (option, message) in [
        ("--uin-file", "error: cannot read `/dev/zero`: larger than 64 MiB\n"),
        ("--config", "error: cannot read `/dev/zero`: larger than 16 MiB\n"),
        ("--resume", "error: `/dev/zero` is not a regular file: left unchanged\n"),
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
    let told = ended.told_alone().replace(name, "JOURNAL");
    let pages = regex::Regex::new(r"\d+ saved pages").unwrap();
    assert_snapshot!(pages.replace(&told, "[N] saved pages"), @"
    error: tencent/environment: cannot write `JOURNAL`: File too large (os error [N])
    hint: check the free disk space; what was read is still shown
    resumable: [N] saved pages; run the same command again to go on
    --- exit status 1
    ");
    let before = server.seen().len();
    let ended = members_of(&server).args(&["--rate", "0", "--resume", name]).end();
    assert_eq!((ended.status, ended.uins().len()), (Some(0), 500), "{ended:?}");
    let asked = server.seen().len() - before;
    assert!((2..50).contains(&asked), "{asked} of 50 pages were asked again");
}

/// A home directory with a pipe in it that nobody writes to, and the pipe's path.
fn home_with_pipe(path: &str) -> (tempfile::TempDir, String) {
    let home = tempfile::tempdir().unwrap();
    let pipe = home.path().join(path);
    std::fs::create_dir_all(pipe.parent().unwrap()).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let pipe = pipe.to_str().unwrap().to_owned();
    (home, pipe)
}

/// What a run tells that gives up in time.
fn given_up(run: Run, home: &str, server: &Server) -> String {
    let ended = run.args(&["--deadline", "300ms"]).env("HOME", home).end();
    assert!(ended.took < Duration::from_secs(2), "{:?}", ended.took);
    assert_eq!(ended.stdout.matches("\"available\"").count(), 0, "{}", ended.stdout);
    ended.told(server).replace(home, "[HOME]")
}

#[test]
fn the_deadline_holds_while_a_file_blocks() {
    let server = Server::always(balance());
    for (arguments, named) in [
        (&["--config", "PIPE"][..], "`[HOME]/pipe`"),
        (&["--in", "USD", "--rates", "PIPE"], "`[HOME]/pipe`"),
        (&["--in", "USD", "--rates", "/dev/stdin"], "`/dev/stdin`"),
        (&["--ca-file", "PIPE"], "`[HOME]/pipe`"),
    ] {
        let (home, pipe) = home_with_pipe("pipe");
        let arguments: Vec<&str> =
            arguments.iter().map(|&word| if word == "PIPE" { &*pipe } else { word }).collect();
        let run = balance_of(&server).args(&arguments).open_stdin();
        assert_eq!(
            given_up(run, home.path().to_str().unwrap(), &server),
            format!(
                "error: cannot read {named}: the deadline passed\n\
                 hint: check what writes to it, or raise `--deadline`\n\
                 --- exit status 1\n0 requests\n"
            ),
        );
    }
    // A list of members has a name of its own for standard input.
    let (home, _) = home_with_pipe("pipe");
    let members = members_of(&server).args(&["--uin-file", "-"]).open_stdin();
    assert_snapshot!(given_up(members, home.path().to_str().unwrap(), &server), @"
    error: cannot read standard input: the deadline passed
    hint: check what writes to it, or raise `--deadline`
    --- exit status 1
    0 requests
    ");
}

#[test]
fn the_deadline_holds_while_a_file_of_credentials_blocks() {
    let server = Server::always(balance());
    for (path, command, named) in [
        (".aliyun/config.json", "aliyun", "`~/.aliyun/config.json`"),
        (".alibabacloud/credentials", "aliyun", "`~/.alibabacloud/credentials`"),
        (".tccli/default.credential", "tencent", "`~/.tccli/default.credential`"),
        (".tencentcloud/credentials", "tencent", "`~/.tencentcloud/credentials`"),
    ] {
        let (home, _) = home_with_pipe(path);
        let run = keyless(&[command, "balance", "--endpoint", &server.url()]);
        assert_eq!(
            given_up(run, home.path().to_str().unwrap(), &server),
            format!(
                "error: {command}: cannot read {named}: the deadline passed\n\
                 hint: check what writes to it, or raise `--deadline`\n\
                 --- exit status 1\n0 requests\n"
            ),
        );
    }
}

#[test]
fn the_deadline_and_signals_hold_while_an_identity_token_blocks() {
    let server = Server::always(balance());
    let run = |pipe: &str| {
        keyless(&["aliyun", "balance", "--endpoint", &server.url()])
            .env("ALIBABA_CLOUD_ROLE_ARN", "acs:ram::1:role/r")
            .env("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:ram::1:oidc-provider/p")
            .env("ALIBABA_CLOUD_OIDC_TOKEN_FILE", pipe)
    };
    let (home, pipe) = home_with_pipe("token");
    let told = given_up(run(&pipe), home.path().to_str().unwrap(), &server);
    assert!(told.ends_with("--- exit status 1\n0 requests\n"), "{told}");
    let waiting = run(&pipe).start();
    std::thread::sleep(Duration::from_millis(500));
    waiting.signal("INT");
    assert_snapshot!(waiting.end().told(&server), @"
    error: aliyun/environment: interrupted before everything was read
    --- exit status 130
    0 requests
    ");
}

#[test]
fn a_pipe_is_a_file_like_any_other_when_somebody_writes_to_it() {
    let server = Server::always(balance());
    let (home, pipe) = home_with_pipe("rates");
    let writer = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        std::fs::write(pipe, "date = \"2026-11-20\"\nUSD = \"7\"\n").unwrap();
    });
    let rates = home.path().join("rates");
    let run = balance_of(&server).args(&["--in", "CNY", "--rates", rates.to_str().unwrap()]);
    let ended = run.args(&["--deadline", "8"]).end();
    writer.join().unwrap();
    assert_eq!((ended.status, &*ended.stderr), (Some(0), ""), "{}", ended.stdout);
}

#[test]
fn a_file_of_system_certificates_without_an_end_is_refused() {
    let (_home, pipe) = home_with_pipe("pipe");
    for (file, shown) in [(&*pipe, "[HOME]/pipe"), ("/dev/zero", "/dev/zero")] {
        let ended = cloudbal(&["aliyun", "balance"]).env("SSL_CERT_FILE", file).end();
        assert!(ended.took < Duration::from_secs(2), "{:?}", ended.took);
        let told = ended.told_alone().replace(&*pipe, "[HOME]/pipe");
        assert!(told.contains(&format!("SSL_CERT_FILE is `{shown}`, which is not a regular file")), "{told}");
        assert!(told.contains("--- exit status"), "{told}");
    }
}
