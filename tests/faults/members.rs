//! Named members whose requests fail, and lists that come as a whole: each member gets its row.

use insta::assert_snapshot;

use crate::paging::{members, numbers, page_asked};
use crate::run::{Ended, members_of};
use crate::server::{Seen, Server, json};

/// The number of the first member that a request names.
fn first_named(seen: &Seen) -> u64 {
    let body: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
    body["MemberUins"][0].as_str().unwrap().parse().unwrap()
}

/// Members 1 to `last`, by name, of a server that fails with this code where `fails` says so.
fn named(
    last: u64,
    code: &'static str,
    fails: impl Fn(u64) -> bool + Send + Sync + 'static,
) -> (Ended, Server) {
    let server = Server::start(move |seen, _| {
        let first = first_named(seen);
        json(&if fails(first) {
            format!(r#"{{"Response":{{"Error":{{"Code":"{code}","Message":"Odd."}},"RequestId":"r-1"}}}}"#)
        } else {
            members(first..(first + 10).min(last + 1), "10")
        })
    });
    (members_of(&server).args(&["--rate", "0", "--uin", &numbers(1..=last).join(",")]).end(), server)
}

/// The members that have an error on stdout that was ndjson.
fn failed(ended: &Ended) -> Vec<String> {
    let rows = ended.stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let errors = rows.filter(|row| row["type"] == "error");
    errors
        .map(|row| row["sub_account_id"].as_str().expect("each error names its member").to_owned())
        .collect()
}

#[test]
fn each_member_of_a_request_that_fails_gets_its_error_and_the_others_are_shown() {
    let (ended, server) = named(35, "FailedOperation", |first| first == 11);
    assert_eq!(ended.uins(), [numbers(1..=10), numbers(21..=35)].concat());
    assert_eq!(failed(&ended), numbers(11..=20));
    assert_eq!((ended.status, server.seen().len()), (Some(1), 4), "{ended:?}");
    let first: Vec<&str> = ended.stderr.lines().take(1).collect();
    assert_snapshot!(first[0], @"error: tencent/environment member 11: Tencent Cloud refused: Odd. (code FailedOperation, request id r-1)");
}

#[test]
fn a_failure_that_every_request_would_meet_is_met_once_and_each_member_gets_it() {
    let (ended, server) = named(35, "AuthFailure.SecretIdNotFound", |_| true);
    assert_eq!((ended.uins().len(), server.seen().len()), (0, 1), "{ended:?}");
    assert_eq!(failed(&ended), numbers(1..=35));
    assert_eq!(ended.status, Some(1));
}

#[test]
fn named_members_that_all_fail_are_not_all_asked_for_and_each_gets_its_error() {
    let (ended, server) = named(5000, "FailedOperation", |_| true);
    assert_eq!(failed(&ended), numbers(1..=5000));
    assert_eq!(ended.status, Some(1));
    assert!((10..400).contains(&server.seen().len()), "{} of 500 requests", server.seen().len());
}

#[test]
fn a_tenth_failure_ends_the_asking_and_a_ninth_does_not() {
    let (ended, server) = named(2000, "FailedOperation", |first| (11..=91).contains(&first));
    assert_eq!(failed(&ended), numbers(11..=100));
    assert_eq!((ended.uins().len(), server.seen().len()), (1910, 200));
}

/// Asks a server that gives the whole list whatever page is asked for.
fn whole_list(last: u64, total: &'static str) -> (Ended, Server) {
    let server = Server::start(move |_, _| json(&members(1..last + 1, total)));
    (members_of(&server).end(), server)
}

#[test]
fn a_server_that_ignores_paging_has_given_the_whole_list() {
    let (ended, server) = whole_list(22, "22");
    assert_eq!(ended.uins(), numbers(1..=22));
    assert_snapshot!(ended.told(&server), @"
    --- exit status 0
    1 requests
    ");
}

#[test]
fn a_server_that_ignores_paging_and_contradicts_its_total_is_not_believed() {
    let (ended, server) = whole_list(22, "30");
    assert_eq!(ended.uins(), numbers(1..=22));
    assert_snapshot!(ended.told_alone(), @"
    error: tencent/environment: only 22 of 30 members were read
    hint: run again: what is shown is right, but members may be missing
    --- exit status 1
    ");
    assert!(server.seen().len() <= 9, "{} requests", server.seen().len());
    let (ended, server) = whole_list(22, "15");
    assert_eq!(ended.uins(), numbers(1..=22));
    assert_snapshot!(ended.told(&server), @"
    error: tencent/environment: the cloud says there are 15 members, yet 22 were read
    hint: run again: what is shown is right, but members may be missing
    --- exit status 1
    1 requests
    ");
    let (ended, _) = whole_list(22, "null");
    assert_snapshot!(ended.told_alone(), @"
    error: tencent/environment: the cloud does not say how many members there are: 22 were read
    hint: run again: what is shown is right, but members may be missing
    --- exit status 1
    ");
}

#[test]
fn a_server_that_repeats_the_whole_list_once_it_is_known_repeats_nothing_that_is_shown() {
    // The first page keeps to its size, the others do not.
    let server = Server::start(|seen, _| {
        json(&if page_asked(seen) == 1 { members(1..11, "22") } else { members(1..23, "22") })
    });
    let ended = members_of(&server).end();
    assert_eq!(ended.uins(), numbers(1..=22));
    assert_eq!((ended.status, &*ended.stderr), (Some(0), ""), "{ended:?}");
}

#[test]
fn a_server_with_larger_pages_of_its_own_is_read_to_its_end() {
    let server = Server::start(|seen, _| {
        let first = page_asked(seen) * 100 - 99;
        json(&members(first.min(251)..(first + 100).min(251), "250"))
    });
    let ended = members_of(&server).end();
    assert_eq!(ended.uins(), numbers(1..=250));
    assert_eq!((ended.status, &*ended.stderr), (Some(0), ""), "{ended:?}");
}
