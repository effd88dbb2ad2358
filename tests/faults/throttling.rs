//! Throttling: somebody else uses the key, or the cloud wants nothing of us at all.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use insta::assert_snapshot;

use crate::paging::{page_asked, page_of};
use crate::run::{balance_of, members_of};
use crate::server::{Server, balance, json, reply};

const ALIYUN: &str = r#"{"Code":"Throttling.User","Message":"Request was denied.","RequestId":"r-1"}"#;
const TENCENT: &str =
    r#"{"Response":{"Error":{"Code":"RequestLimitExceeded","Message":"Too many."},"RequestId":"r-1"}}"#;

/// Throttles that many requests, and answers the others.
fn throttling(times: usize) -> Server {
    Server::start(
        move |_, number| {
            if number <= times { reply("400 Bad Request", "", ALIYUN.as_bytes()) } else { balance() }
        },
    )
}

#[test]
fn once_is_nothing() {
    let server = throttling(1);
    assert_snapshot!(balance_of(&server).end().told(&server), @"
    --- exit status 0
    2 requests
    ");
}

#[test]
fn five_times_in_a_row_is_survived_with_the_usual_number_of_retries() {
    let server = throttling(5);
    let ended = balance_of(&server).env("CLOUDBAL_RETRIES", "3").within(Duration::from_secs(15)).end();
    assert_snapshot!(ended.told(&server), @"
    --- exit status 0
    6 requests
    ");
}

#[test]
fn every_time_ends_in_an_error_when_patience_does() {
    let server = throttling(usize::MAX);
    let ended = balance_of(&server).within(Duration::from_secs(15)).end();
    let times = server.seen().len();
    assert_snapshot!(ended.told(&server).replace(&times.to_string(), "[N]"), @"
    error: aliyun/environment: Alibaba Cloud refused: Request was denied. (after [N] attempts) (code Throttling.User, request id r-1)
    hint: another program may be using the key; try again later
    --- exit status 1
    [N] requests
    ");
    assert!((4..30).contains(&times), "{times} requests in {:?}", ended.took);
}

#[test]
fn every_page_but_the_first_ends_in_an_error_and_the_first_is_shown() {
    let server = Server::start(|seen, _| match page_asked(seen) {
        1 => json(&page_of(1, 3000)),
        _ => json(TENCENT),
    });
    let ended = members_of(&server).within(Duration::from_secs(20)).end();
    assert_eq!((ended.status, ended.uins().len()), (Some(1), 10));
    let lines: Vec<&str> = ended.stderr.lines().collect();
    assert_eq!(lines[lines.len() - 2], "error: tencent/environment: only 10 of 3000 members were read");
    assert!(lines.len() < 30, "a line for each of 299 pages would help nobody: {lines:?}");
    let requests = server.seen().len();
    assert!(requests < 100, "{requests} requests in {:?}: slower every second", ended.took);
}

#[test]
fn when_somebody_else_uses_the_key_the_run_slows_down_and_finishes() {
    const LEFT_FOR_US: usize = 6;
    let answered = Mutex::new(Vec::<Instant>::new());
    let server = Server::start(move |seen, _| {
        let mut answered = answered.lock().unwrap();
        answered.retain(|at| at.elapsed() < Duration::from_secs(1));
        if answered.len() >= LEFT_FOR_US {
            return json(TENCENT);
        }
        answered.push(Instant::now());
        json(&page_of(page_asked(seen), 300))
    });
    let ended = members_of(&server).env("CLOUDBAL_RETRIES", "3").within(Duration::from_secs(30)).end();
    assert_eq!((ended.status, ended.uins().len()), (Some(0), 300), "{}", ended.stderr);
    let requests = server.seen().len();
    assert!(requests < 80, "{requests} requests for 30 pages in {:?}", ended.took);
}
