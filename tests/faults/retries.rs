//! Failures that may pass are asked again, signed anew, when the server wants it.

use std::collections::HashSet;
use std::time::Duration;

use insta::{allow_duplicates, assert_snapshot};

use crate::run::balance_of;
use crate::server::{Seen, Server, Step, balance, json, reply};

const FAILED: &str = r#"{"Code":"InternalError","Message":"Try later.","RequestId":"r-1"}"#;

fn first_then_balance(first: Vec<Step>) -> Server {
    Server::start(move |_, number| if number == 1 { first.clone() } else { balance() })
}

/// The time between the first request and the second.
fn pause(seen: &[Seen]) -> Duration {
    seen[1].at - seen[0].at
}

#[test]
fn an_error_that_passes_is_none() {
    for first in [
        json(FAILED),
        reply("500 Internal Server Error", "", FAILED.as_bytes()),
        reply("503 Service Unavailable", "Content-Type: text/html\r\n", b"<h1>503</h1>"),
        reply("504 Gateway Timeout", "", b""),
        reply("408 Request Timeout", "", b""),
    ] {
        let server = first_then_balance(first);
        allow_duplicates! {
            assert_snapshot!(balance_of(&server).end().told(&server), @"
            --- exit status 0
            2 requests
            ");
        }
    }
}

#[test]
fn an_error_that_stays_is_told_with_the_number_of_attempts() {
    let server = Server::always(json(FAILED));
    assert_snapshot!(balance_of(&server).args(&["--retries", "2"]).end().told(&server), @"
    error: aliyun/environment: Alibaba Cloud refused: Try later. (after 3 attempts) (code InternalError, request id r-1)
    hint: Alibaba Cloud failed; try again later
    --- exit status 1
    3 requests
    ");
}

#[test]
fn without_retries_a_question_is_asked_once() {
    for steps in [json(FAILED), vec![Step::Reset], reply("429 Too Many Requests", "", b"")] {
        let server = Server::always(steps);
        let ended = balance_of(&server).args(&["--retries", "0"]).end();
        assert_eq!((ended.status, server.seen().len()), (Some(1), 1), "{ended:?}");
    }
}

#[test]
fn the_wait_is_as_long_as_the_server_asks() {
    let date = "Date: Sun, 22 Nov 2026 10:00:00 GMT\r\nRetry-After: Sun, 22 Nov 2026 10:00:01 GMT\r\n";
    for headers in ["Retry-After: 1\r\n", date, "x-acs-retry-after: 1000\r\nRetry-After: 3\r\n"] {
        for status in ["429 Too Many Requests", "503 Service Unavailable"] {
            let body = r#"{"Code":"ServiceUnavailable","RequestId":"r-1"}"#;
            let server = first_then_balance(reply(status, headers, body.as_bytes()));
            let ended = balance_of(&server).end();
            assert_eq!((ended.status, server.seen().len()), (Some(0), 2), "{ended:?}");
            let pause = pause(&server.seen());
            assert!(
                pause >= Duration::from_secs(1) && pause < Duration::from_secs(3),
                "{headers}: {pause:?}"
            );
        }
    }
}

#[test]
fn a_page_that_asks_for_a_wait_is_waited_for() {
    let page = b"<h1>429</h1>";
    let server = first_then_balance(reply("429 Too Many Requests", "Retry-After: 1\r\n", page));
    assert_snapshot!(balance_of(&server).end().told(&server), @"
    --- exit status 0
    2 requests
    ");
    assert!(pause(&server.seen()) >= Duration::from_secs(1));
}

#[test]
fn a_wait_of_more_than_a_minute_is_not_waited_for() {
    let throttled = br#"{"Code":"Throttling.User","Message":"Too many.","RequestId":"r-1"}"#;
    let server = Server::always(reply("429 Too Many Requests", "Retry-After: 3600\r\n", throttled));
    assert_snapshot!(balance_of(&server).end().told(&server), @"
    error: aliyun/environment: Alibaba Cloud refused: Too many. (the server asks to wait 3600 s) (code Throttling.User, request id r-1)
    hint: longer than the limit of 60 s; run again later
    --- exit status 1
    1 requests
    ");
    let server = Server::always(reply("503 Service Unavailable", "Retry-After: 61\r\n", b""));
    assert_snapshot!(balance_of(&server).end().told(&server), @"
    error: aliyun/environment: unreadable reply: HTTP 503, empty, 0 bytes: not JSON: it ends too early at line 1 column 0 (the server asks to wait 61 s)
    hint: longer than the limit of 60 s; run again later
    --- exit status 1
    1 requests
    ");
}

#[test]
fn a_wait_that_makes_no_sense_is_none() {
    for nonsense in ["-5", "soon", "99999999999999999999999", "1e3", "Sun, 99 Foo 2026 10:00:00 GMT"] {
        let header = format!("Retry-After: {nonsense}\r\n");
        let server = first_then_balance(reply("503 Service Unavailable", &header, b""));
        let ended = balance_of(&server).end();
        assert_eq!((ended.status, server.seen().len()), (Some(0), 2), "{nonsense}: {ended:?}");
    }
}

#[test]
fn a_nonce_that_the_cloud_has_seen_is_replaced() {
    let used = r#"{"Code":"SignatureNonceUsed","Message":"The request signature nonce has been used.","RequestId":"r-1"}"#;
    let server = first_then_balance(reply("400 Bad Request", "", used.as_bytes()));
    assert_snapshot!(balance_of(&server).end().told(&server), @"
    --- exit status 0
    2 requests
    ");
    let server = Server::always(reply("400 Bad Request", "", used.as_bytes()));
    assert_snapshot!(balance_of(&server).end().told(&server), @"
    error: aliyun/environment: Alibaba Cloud refused: The request signature nonce has been used. (after 2 attempts) (code SignatureNonceUsed, request id r-1)
    --- exit status 1
    2 requests
    ");
}

#[test]
fn a_retry_is_signed_anew() {
    let server = Server::always(vec![Step::Reset]);
    balance_of(&server).args(&["--retries", "3"]).end();
    let seen = server.seen();
    for field in ["SignatureNonce", "Signature"] {
        let values: HashSet<_> = seen.iter().map(|seen| seen.field(field).unwrap()).collect();
        assert_eq!(values.len(), 4, "{field}");
    }
}
