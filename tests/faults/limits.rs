//! Numbers without bounds from servers and options, and an operating system that refuses threads and files.

use insta::assert_snapshot;

use crate::certificates::Authority;
use crate::run::{Ended, balance_of, cloudbal, members_of, through_shell};
use crate::server::{Server, balance, json, reply};

/// The run has told why, and was not aborted.
fn failed(ended: &Ended, what: &str) {
    assert_eq!(ended.status, Some(1), "{what}: {ended:?}");
    assert!(
        ended.stderr.contains("error: ") || ended.stdout.contains("\"type\":\"error\""),
        "{what}: {ended:?}"
    );
    assert!(!ended.stderr.contains("panicked"), "{what}: {ended:?}");
}

const HUGE: [&str; 6] = [
    "18446744073709551615",
    "18446744073709551616",
    "9223372036854775807",
    "99999999999999999999999999999999999999999999",
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "Mon, 31 Dec 262142 23:59:59 GMT",
];

#[test]
fn a_wait_without_bounds_is_an_error_and_ends_no_run() {
    for wait in HUGE {
        for (status, kind) in [("429 Too Many Requests", "throttled"), ("503 Service Unavailable", "server")]
        {
            let headers = format!(
                "Date: Wed, 25 Nov 2026 00:00:00 GMT\r\nRetry-After: {wait}\r\nContent-Type: text/plain\r\n"
            );
            let server = Server::always(reply(status, &headers, b"busy"));
            let ended = balance_of(&server).args(&["-o", "json", "--retries", "0"]).end();
            failed(&ended, wait);
            assert!(ended.stdout.contains(&format!("\"{kind}\"")), "{wait}: {}", ended.stdout);
        }
        let throttling = r#"{"Code":"Throttling.User","Message":"slow down","RequestId":"r-1"}"#;
        let headers = format!("x-acs-retry-after: {wait}\r\nContent-Type: application/json\r\n");
        let server = Server::always(reply("400 Bad Request", &headers, throttling.as_bytes()));
        failed(&balance_of(&server).args(&["--retries", "0"]).end(), wait);
    }
    let headers = "Retry-After: 18446744073709551615\r\nContent-Type: text/plain\r\n";
    let server = Server::always(reply("429 Too Many Requests", headers, b"busy"));
    assert_snapshot!(balance_of(&server).end().told(&server), @"
    error: aliyun/environment: unreadable reply: HTTP 429, text/plain, 4 bytes: not JSON: error at line 1 column 1 (the server asks to wait 18446744073709551615 s)
    hint: longer than the limit of 60 s; run again later
    --- exit status 1
    1 requests
    ");
}

#[test]
fn counts_and_times_without_bounds_end_no_run() {
    for total in ["18446744073709551615", "9223372036854775807", "18446744073709551616", "-1", "1e400"] {
        let body = format!(r#"{{"Response":{{"TotalCount":{total},"RequestId":"r-1","Data":[]}}}}"#);
        let server = Server::always(json(&body));
        failed(&members_of(&server).args(&["--deadline", "3"]).end(), total);
    }
    for time in ["18446744073709551615", "9223372036854775807", "8210266876799", "8210266876800"] {
        let server = Server::start(move |seen, _| {
            if seen.header("x-tc-action") == Some("AssumeRole") {
                let keys = r#"{"TmpSecretId":"AKIDx","TmpSecretKey":"hush-hush","Token":"hush-hush"}"#;
                json(&format!(
                    r#"{{"Response":{{"ExpiredTime":{time},"Credentials":{keys},"RequestId":"r-1"}}}}"#
                ))
            } else {
                json(r#"{"Response":{"Error":{"Code":"InternalError","Message":"m"},"RequestId":"r-2"}}"#)
            }
        });
        let ended = cloudbal(&["tencent", "balance", "--endpoint", &server.url(), "--retries", "0"])
            .env("TENCENTCLOUD_ASSUME_ROLE_ARN", "qcs::cam::uin/1:roleName/r")
            .env("TENCENTCLOUD_ASSUME_ROLE_SESSION_NAME", "s")
            .end();
        failed(&ended, time);
    }
    for date in
        ["Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 31 Dec 262142 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT"]
    {
        let expired = r#"{"Code":"InvalidTimeStamp.Expired","Message":"m","RequestId":"r-1"}"#;
        let headers = format!("Date: {date}\r\nContent-Type: application/json\r\n");
        let server = Server::always(reply("400 Bad Request", &headers, expired.as_bytes()));
        failed(&balance_of(&server).end(), date);
    }
    for time in ["0", "8210266876799", "18446744073709551615"] {
        let message = format!("Signature expired, the server time {time}.");
        let body = format!(
            r#"{{"Response":{{"Error":{{"Code":"AuthFailure.SignatureExpire","Message":"{message}"}},"RequestId":"r"}}}}"#
        );
        let server = Server::always(json(&body));
        failed(&cloudbal(&["tencent", "balance", "--endpoint", &server.url()]).end(), time);
    }
}

#[test]
fn options_take_the_largest_numbers() {
    let server = Server::start(|_, _| balance());
    for arguments in [
        &["--retries", "4294967295"][..],
        &["--rate", "4294967295"],
        &["--concurrency", "10000"],
        &["--timeout", "9999999999"],
        &["--connect-timeout", "9999999999"],
        &["--deadline", "9999999999"],
    ] {
        let ended = balance_of(&server).args(arguments).end();
        assert_eq!(ended.status, Some(0), "{arguments:?}: {ended:?}");
    }
    let throttling = Server::start(|_, number| match number {
        1 => reply("429 Too Many Requests", "Retry-After: 0\r\n", b""),
        _ => balance(),
    });
    let ended = balance_of(&throttling).args(&["--retries", "4294967295", "--rate", "4294967295"]).end();
    assert_eq!((ended.status, throttling.seen().len()), (Some(0), 2), "{ended:?}");
}

/// Runs with a stack for threads that no machine has room for, so that none is to be had.
#[cfg(unix)]
fn without_threads(arguments: &[&str]) -> Ended {
    cloudbal(arguments).env("RUST_MIN_STACK", "1125899906842624").env("CLOUDBAL_RETRIES", "0").end()
}

/// An account whose key a program prints.
#[cfg(unix)]
fn with_program(dir: &std::path::Path) -> String {
    let config = dir.join("config.toml");
    let command = r#"printf '{"mode":"AK","access_key_id":"LTAIx","access_key_secret":"hush-hush"}'"#;
    let text = format!("[accounts.a]\nprovider = \"aliyun\"\ncredentials = {{ command = {command:?} }}\n");
    std::fs::write(&config, text).unwrap();
    config.to_str().unwrap().to_owned()
}

#[cfg(unix)]
#[test]
fn a_run_that_gets_no_thread_ends_with_an_error() {
    let server = Server::start(|_, _| balance());
    let url = server.url();
    let ended = without_threads(&["aliyun", "balance", "--endpoint", &url]);
    assert_eq!(ended.status, Some(0), "an address needs no thread: {ended:?}");
    let named = url.replace("127.0.0.1", "localhost");
    let ended = without_threads(&["aliyun", "balance", "--endpoint", &named]);
    assert_eq!(ended.status, Some(0), "this machine's name needs no thread: {ended:?}");
    assert_snapshot!(without_threads(&["aliyun", "balance"]).told_alone(), @"
    error: aliyun/environment: cannot resolve business.aliyuncs.com: no thread available: Resource temporarily unavailable (os error [N])
    hint: raise the limit of processes (`ulimit -u`) or of memory (`ulimit -v`)
    --- exit status 1
    ");
    let dir = tempfile::tempdir().unwrap();
    let config = with_program(dir.path());
    let ended =
        without_threads(&["aliyun", "balance", "--account", "a", "--config", &config, "--endpoint", &url]);
    assert_snapshot!(ended.told_alone(), @"
    error: aliyun/a: cannot run the command for credentials: no thread available: Resource temporarily unavailable (os error [N])
    hint: raise the limit of processes (`ulimit -u`) or of memory (`ulimit -v`)
    --- exit status 1
    ");
    for arguments in [
        &["doctor"][..],
        &["tencent", "members"],
        &["tencent", "members", "-o", "ndjson", "--deadline", "3"],
        &["all", "-o", "json"],
        &["check", "--threshold", "1"],
    ] {
        let ended = without_threads(arguments);
        assert_eq!(ended.status, Some(1), "{arguments:?}: {ended:?}");
        assert!(!ended.stderr.contains("panicked"), "{arguments:?}: {ended:?}");
    }
    let ended = without_threads(&["--sandbox"]);
    assert_eq!(ended.status, Some(0), "{ended:?}");
}

#[cfg(unix)]
#[test]
fn a_run_that_gets_few_files_ends_with_an_error() {
    let authority = Authority::new("ours");
    let tls = Server::with_tls(authority.issue("localhost"), |_, _| balance());
    let server = Server::start(|_, _| balance());
    let named = format!("https://localhost:{}", tls.address.port());
    let dir = tempfile::tempdir().unwrap();
    let (config, url) = (with_program(dir.path()), server.url());
    let commands = [
        &["aliyun", "balance", "--endpoint", &url][..],
        &["aliyun", "balance", "--endpoint", &named, "--ca-file", authority.path()],
        &["aliyun", "balance", "--endpoint", "https://name.invalid"],
        &["aliyun", "balance", "--account", "a", "--config", &config, "--endpoint", &url],
        &["aliyun", "balance", "--sandbox", "--timeout", "500ms"],
        &["doctor", "--endpoint", &url],
    ];
    let mut succeeded = [0; 6];
    for files in 4..=20 {
        let script = format!("ulimit -n {files}; exec \"$0\" \"$@\"");
        for (number, arguments) in commands.iter().enumerate() {
            let ended = through_shell(&script, arguments).env("CLOUDBAL_RETRIES", "0").end();
            assert!(matches!(ended.status, Some(0 | 1)), "{files} {arguments:?}: {ended:?}");
            let said = format!("{}{}", ended.stdout, ended.stderr);
            assert!(!said.contains("panicked") && !said.is_empty(), "{files} {arguments:?}: {ended:?}");
            succeeded[number] += u32::from(ended.status == Some(0));
        }
    }
    assert!(succeeded[0] > 0 && succeeded[1] > 0 && succeeded[3] > 0, "{succeeded:?}");
    let with = |files: u8| {
        let script = format!("ulimit -n {files}; exec \"$0\" \"$@\"");
        through_shell(&script, commands[0]).env("CLOUDBAL_RETRIES", "0").end().told_alone()
    };
    assert_snapshot!(with(8), @"
    error: cannot create the event loop: Too many open files (os error [N])
    hint: raise the limit of open files (`ulimit -n`)
    --- exit status 1
    ");
    assert_snapshot!(with(9), @"
    error: aliyun/environment: cannot connect to 127.0.0.1:[PORT]: Too many open files (os error [N])
    hint: raise the limit of open files (`ulimit -n`), or lower `--concurrency`
    --- exit status 1
    ");
}
