//! `doctor` shows each step as soon as it is taken, and the accounts in their order.

use std::time::Duration;

use insta::assert_snapshot;

use crate::run::cloudbal;
use crate::server::{Server, Step, balance};

/// Examines both accounts until a deadline, on a server where Tencent Cloud's requests are never answered.
fn examined(format: &str) -> String {
    let server =
        Server::start(
            |seen, _| {
                if seen.header("x-tc-action").is_some() { vec![Step::Hang] } else { balance() }
            },
        );
    let ended = cloudbal(&["doctor", "-o", format, "--deadline", "1500ms", "--timeout", "60"])
        .env("CLOUDBAL_ENDPOINT", &server.url())
        .end();
    assert!(ended.took < Duration::from_secs(4), "{:?}", ended.took);
    let shown = format!("{}--- stderr\n{}", ended.stdout, ended.told_alone())
        .replace(server.url().trim_start_matches("http://"), "127.0.0.1:[PORT]");
    regex::Regex::new(r"\bin \d+ ms").unwrap().replace_all(&shown, "in [N] ms").into_owned()
}

#[test]
fn what_was_found_before_the_deadline_is_shown() {
    assert_snapshot!(examined("table"), @"
    tencent/environment
      ok       source      environment (TENCENTCLOUD_SECRET_ID)
      ok       key         ****, temporary
      ok       network     http://127.0.0.1:[PORT] answers in [N] ms, connected in [N] ms

    aliyun/environment
      ok       source      environment (ALIBABA_CLOUD_ACCESS_KEY_ID)
      ok       key         ****, temporary
      ok       network     http://127.0.0.1:[PORT] answers in [N] ms, connected in [N] ms
      skipped  clock       the server does not send its time
      ok       signature   accepted
      failed   identity    unreadable reply: HTTP 200, application/json, 102 bytes: `AccountId` is missing
                           hint: try again; with `-vv` every attempt is shown
      ok       permission  1,828.72 CNY available
      ok       site        cn, assumed: the endpoint belongs to no known site
    --- stderr
    error: the deadline came before everything was examined
    hint: give it longer with `--deadline`
    --- exit status 1
    ");
}

#[test]
fn a_document_stays_whole() {
    let shown = examined("json");
    let document = shown.split("--- stderr").next().unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(document).is_ok(), "{shown}");
}
