//! Lists whose pages fail, repeat, contradict each other or never end: what was read is shown, and no gap is silent.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use insta::assert_snapshot;

use crate::run::{Ended, members_of};
use crate::server::{Seen, Server, Step, json};

/// The number of the page that a request asks for.
pub fn page_asked(seen: &Seen) -> u64 {
    let body: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
    body["PageNumber"].as_u64().unwrap()
}

/// A page of ten members, of so many in the list.
pub fn page_of(page: u64, total: u64) -> String {
    let last = (page * 10).min(total);
    members(page * 10 - 9..last + 1, &total.to_string())
}

/// A page that holds these members and says that there are so many.
pub fn members(uins: std::ops::Range<u64>, total: &str) -> String {
    let members: Vec<String> =
        uins.map(|uin| format!(r#"{{"MemberUin":{uin},"MemberName":"m","RealBalance":100}}"#)).collect();
    format!(
        r#"{{"Response":{{"TotalCount":{total},"PageSize":10,"Data":[{}],"RequestId":"r-1"}}}}"#,
        members.join(",")
    )
}

/// Asks a server whose pages are made by this.
fn ask(pages: impl Fn(u64, usize) -> String + Send + Sync + 'static) -> (Ended, Server) {
    let server = Server::start(move |seen, number| json(&pages(page_asked(seen), number)));
    (members_of(&server).end(), server)
}

/// The pages that were asked for, in order of their numbers.
fn pages_asked(server: &Server) -> Vec<u64> {
    let mut pages: Vec<u64> = server.seen().iter().map(page_asked).collect();
    pages.sort_unstable();
    pages
}

pub fn numbers(uins: std::ops::RangeInclusive<u64>) -> Vec<String> {
    uins.map(|uin| uin.to_string()).collect()
}

#[test]
fn a_list_without_faults_is_read_once_and_in_order() {
    let (ended, server) = ask(|page, _| page_of(page, 25));
    assert_eq!(ended.uins(), numbers(1..=25));
    assert_eq!(pages_asked(&server), [1, 2, 3]);
    assert_snapshot!(ended.told(&server), @"
    --- exit status 0
    3 requests
    ");
}

#[test]
fn a_page_that_always_fails_is_told_and_the_others_are_shown() {
    let failed = r#"{"Response":{"Error":{"Code":"InternalError","Message":"Odd."},"RequestId":"r-1"}}"#;
    let (ended, server) = ask(move |page, _| if page == 2 { failed.to_owned() } else { page_of(page, 35) });
    assert_eq!(ended.uins(), [numbers(1..=10), numbers(21..=35)].concat());
    assert_snapshot!(ended.told(&server), @"
    error: tencent/environment: Tencent Cloud refused: Odd. (after 2 attempts) (code InternalError, request id r-1)
    hint: Tencent Cloud failed; try again later
    error: tencent/environment: only 25 of 35 members were read
    hint: run again: what is shown is right, but members may be missing
    --- exit status 1
    9 requests
    ");
}

#[test]
fn pages_behind_one_that_never_comes_are_shown_in_the_end() {
    let server = Server::start(|seen, _| match page_asked(seen) {
        2 => vec![Step::Hang],
        page => json(&page_of(page, 200)),
    });
    let ended = members_of(&server).args(&["--deadline", "2s"]).end();
    assert_eq!(ended.status, Some(1));
    let shown: Vec<String> = (1..=10).chain(21..=200).map(|uin| uin.to_string()).collect();
    assert_eq!(ended.uins(), shown);
}

#[test]
fn members_behind_a_request_that_never_comes_are_shown_in_the_end() {
    let uins: Vec<String> = (1..=60).map(|uin| uin.to_string()).collect();
    let server = Server::start(|seen, number| {
        if number == 2 {
            return vec![Step::Hang];
        }
        let body: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
        let first = body["MemberUins"][0].as_str().unwrap().parse().unwrap();
        json(&members(first..first + 10, "10"))
    });
    let ended = members_of(&server).args(&["--deadline", "2s", "--uin", &uins.join(",")]).end();
    assert_eq!((ended.status, ended.uins().len()), (Some(1), 50), "{ended:?}");
}

#[test]
fn a_page_that_fails_at_first_is_read_in_the_end() {
    let failed = r#"{"Response":{"Error":{"Code":"InternalError","Message":"Odd."},"RequestId":"r-1"}}"#;
    let server = Server::start(move |seen, number| {
        json(&if (2..=3).contains(&number) { failed.to_owned() } else { page_of(page_asked(seen), 15) })
    });
    let ended = members_of(&server).end();
    assert_eq!(ended.uins(), numbers(1..=15));
    assert_eq!(ended.status, Some(0));
}

#[test]
fn a_page_that_is_read_in_the_end_stands_in_its_place_unless_rows_are_shown_as_they_come() {
    let run = |format| {
        let asked = Mutex::new(HashMap::<u64, usize>::new());
        let server = Server::start(move |seen, _| {
            let page = page_asked(seen);
            let mut asked = asked.lock().unwrap();
            let times = asked.entry(page).or_default();
            *times += 1;
            if page == 2 && *times == 1 { json("{}") } else { json(&page_of(page, 40)) }
        });
        let ended = members_of(&server).args(&["-o", format]).end();
        assert_eq!(ended.status, Some(0), "{ended:?}");
        ended
    };
    let first_then_others = (1..=10).chain(21..=40).chain(11..=20).map(|uin| uin.to_string());
    assert_eq!(run("ndjson").uins(), first_then_others.collect::<Vec<_>>());
    let document: serde_json::Value = serde_json::from_str(&run("json").stdout).unwrap();
    let uins: Vec<&str> = document["balances"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["sub_account_id"].as_str().unwrap())
        .collect();
    assert_eq!(uins, numbers(1..=40));
}

#[test]
fn a_first_page_that_fails_is_the_end() {
    let (ended, server) = ask(|_, _| r#"{"Response":{"RequestId":"r-1"}}"#.to_owned());
    assert_snapshot!(ended.told(&server), @"
    error: tencent/environment: unreadable reply: HTTP 200, application/json, 32 bytes: `Data` is missing
    hint: try again; with `-vv` every attempt is shown
    --- exit status 1
    1 requests
    ");
}

#[test]
fn pages_that_all_fail_are_not_all_asked_for() {
    let failed = r#"{"Response":{"Error":{"Code":"FailedOperation","Message":"Odd."},"RequestId":"r-1"}}"#;
    let (ended, server) = ask(move |page, _| if page > 1 { failed.to_owned() } else { page_of(1, 10_000) });
    assert_eq!(ended.uins(), numbers(1..=10));
    let errors = ended.stderr.lines().filter(|line| line.starts_with("error: ")).count();
    assert_eq!((ended.status, errors), (Some(1), 11), "ten pages and the gap: {}", ended.stderr);
    assert!(server.seen().len() < 100, "{} requests", server.seen().len());
}

#[test]
fn a_total_that_is_too_small_is_told() {
    let (ended, server) = ask(|page, _| members(page * 10 - 9..page * 10 + 1, "15"));
    assert_eq!(ended.uins(), numbers(1..=20));
    assert_snapshot!(ended.told(&server), @"
    error: tencent/environment: the cloud says there are 15 members, yet 20 were read
    hint: run again: what is shown is right, but members may be missing
    --- exit status 1
    2 requests
    ");
}

#[test]
fn a_total_that_is_too_big_is_told() {
    let (ended, server) =
        ask(
            |page, _| {
                if page < 3 { members(page * 10 - 9..page * 10 + 1, "45") } else { members(0..0, "45") }
            },
        );
    assert_eq!(ended.uins(), numbers(1..=20));
    assert_snapshot!(ended.told_alone(), @"
    error: tencent/environment: only 20 of 45 members were read
    hint: run again: what is shown is right, but members may be missing
    --- exit status 1
    ");
    // A page past the end stops the others, or some of them.
    assert!(server.seen().len() <= 15, "three rounds at most: {:?}", pages_asked(&server));
}

#[test]
fn a_total_that_is_no_count_is_told() {
    for total in ["-1", "1.5", "\"many\"", "99999999999999999999"] {
        let total = total.to_owned();
        let (ended, server) = ask(move |_, _| members(1..11, &total));
        assert_eq!((ended.status, server.seen().len()), (Some(1), 1), "{ended:?}");
        assert!(ended.stderr.contains("`TotalCount` is `"), "{ended:?}");
    }
    let (ended, server) = ask(|_, _| members(1..11, "-1"));
    assert_snapshot!(ended.told(&server), @"
    error: tencent/environment: unreadable reply: HTTP 200, application/json, 582 bytes: `TotalCount` is `-1`, not a count
    hint: try again; with `-vv` every attempt is shown
    --- exit status 1
    1 requests
    ");
}

#[test]
fn a_total_that_is_beyond_belief_is_not_followed() {
    let (ended, server) = ask(|_, _| members(1..11, "18446744073709551615"));
    assert_snapshot!(ended.told(&server), @"
    error: tencent/environment: unreadable reply: HTTP 200, application/json, 600 bytes: `TotalCount` is more than 10000000
    hint: try again; with `-vv` every attempt is shown
    --- exit status 1
    1 requests
    ");
}

#[test]
fn a_total_that_is_missing_is_told_and_what_came_is_shown() {
    let (ended, server) = ask(|_, _| members(1..11, "null"));
    assert_eq!(ended.uins(), numbers(1..=10));
    assert_snapshot!(ended.told(&server), @"
    error: tencent/environment: the cloud does not say how many members there are: 10 were read
    hint: run again: what is shown is right, but members may be missing
    --- exit status 1
    1 requests
    ");
}

#[test]
fn a_total_that_grows_with_every_reply_comes_to_an_end() {
    let (ended, server) =
        ask(|page, number| members(page * 10 - 9..page * 10 + 1, &(number as u64 * 10 + 10).to_string()));
    assert_eq!(ended.status, Some(1));
    assert!(ended.stderr.contains("were read"), "{}", ended.stderr);
    assert!(server.seen().len() < 20, "{} requests", server.seen().len());
}

#[test]
fn a_total_that_shrinks_with_every_reply_comes_to_an_end() {
    let (ended, server) = ask(|page, number| page_of(page, 100_u64.saturating_sub(number as u64)));
    assert_eq!(ended.status, Some(1));
    assert!(ended.stderr.contains("became shorter while it was read"), "{}", ended.stderr);
    assert!(server.seen().len() < 40, "{} requests", server.seen().len());
}

#[test]
fn a_member_that_joins_in_between_is_read_too() {
    let (ended, _) = ask(|page, number| page_of(page, if number == 1 { 30 } else { 31 }));
    assert_eq!(ended.uins(), numbers(1..=31));
    assert_eq!((ended.status, &*ended.stderr), (Some(0), ""));
}

#[test]
fn a_page_that_is_repeated_is_shown_once_and_the_gap_is_told() {
    let (ended, server) = ask(|_, _| page_of(1, 30));
    assert_eq!(ended.uins(), numbers(1..=10));
    assert_snapshot!(ended.told(&server), @"
    error: tencent/environment: only 10 of 30 members were read
    hint: run again: what is shown is right, but members may be missing
    --- exit status 1
    8 requests
    ");
}

#[test]
fn pages_without_members_are_told() {
    let (ended, server) = ask(|_, _| members(0..0, "30"));
    assert_snapshot!(ended.told_alone(), @"
    error: tencent/environment: only 0 of 30 members were read
    hint: run again: what is shown is right, but members may be missing
    --- exit status 1
    ");
    // A page past the end stops the others, or some of them.
    assert!(server.seen().len() <= 9, "three rounds at most: {:?}", pages_asked(&server));
}

#[test]
fn an_endless_list_ends_at_the_deadline_and_what_was_read_is_shown() {
    let server = Server::start(|seen, _| {
        let page = page_asked(seen);
        json(&members(page * 10 - 9..page * 10 + 1, "10000000"))
    });
    let ended = members_of(&server).args(&["--rate", "0", "--deadline", "700ms"]).end();
    assert_snapshot!(ended.told_alone(), @"
    error: tencent/environment: the deadline came before everything was read
    hint: what was read is shown; give it longer with `--deadline`
    --- exit status 1
    ");
    let uins = ended.uins();
    assert!(uins.len() >= 100, "{} members", uins.len());
    // What was under way when it came may lie behind what was not answered yet.
    let numbers: Vec<u64> = uins.iter().map(|uin| uin.parse().unwrap()).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    assert!(ended.took < Duration::from_secs(3), "{:?}", ended.took);
}

#[test]
fn members_that_were_not_asked_for_or_not_returned_are_told() {
    let server = Server::start(|_, _| json(&members(1..4, "3")));
    let ended = members_of(&server).args(&["--uin", "1,2,9"]).end();
    assert_eq!(ended.uins(), numbers(1..=2));
    assert_snapshot!(ended.told(&server), @"
    error: tencent/environment member 3: unreadable member: it was not asked for (request id r-1)
    error: tencent/environment member 9: asked for and not returned (request id r-1)
    hint: check the uin, and that it belongs to the organization this account administers
    --- exit status 1
    1 requests
    ");
}

#[test]
fn a_member_that_comes_twice_is_counted_once() {
    let body = r#"{"Response":{"TotalCount":1,"Data":[{"MemberUin":1,"RealBalance":100},{"MemberUin":1,"RealBalance":100}],"RequestId":"r-1"}}"#;
    let server = Server::always(json(body));
    for arguments in [&["--uin", "1"][..], &[]] {
        let ended = members_of(&server).args(arguments).end();
        assert_eq!(ended.uins(), ["1"], "{ended:?}");
        assert!(ended.stdout.contains(r#""available":"1.00","accounts":1"#), "{}", ended.stdout);
    }
}

#[test]
fn one_member_that_cannot_be_read_does_not_hide_the_others() {
    let (ended, server) = ask(|_, _| {
        members(1..4, "3").replace(
            r#""MemberUin":2,"MemberName":"m","RealBalance":100"#,
            r#""MemberUin":2,"RealBalance":"?""#,
        )
    });
    assert_eq!(ended.uins(), ["1", "3"]);
    assert_snapshot!(ended.told(&server), @r#"
    error: tencent/environment member 2: unreadable member: `RealBalance` is `"?"`: not an amount (request id r-1)
    --- exit status 1
    1 requests
    "#);
}
