//! Clocks that are off: the cloud's is taken from its reply, once, and the user is told.

use chrono::{DateTime, TimeDelta, Utc};
use insta::assert_snapshot;

use crate::run::{Run, balance_of, cloudbal};
use crate::server::{Server, Step, balance, reply};

const TENCENT_EXPIRED: &str =
    r#"{"Response":{"Error":{"Code":"AuthFailure.SignatureExpire","Message":"Too old."},"RequestId":"r-1"}}"#;
const TENCENT_BALANCE: &str = r#"{"Response":{"Uin":1,"RealBalance":100,"RequestId":"r-1"}}"#;
const ALIYUN_EXPIRED: &str =
    r#"{"Code":"InvalidTimeStamp.Expired","Message":"Specified time stamp is expired.","RequestId":"r-1"}"#;

fn date(time: DateTime<Utc>) -> String {
    format!("Date: {}\r\n", time.format("%a, %d %b %Y %H:%M:%S GMT"))
}

fn expired(headers: &str) -> Vec<Step> {
    reply("400 Bad Request", headers, ALIYUN_EXPIRED.as_bytes())
}

fn tencent(server: &Server) -> Run {
    cloudbal(&["tencent", "balance"]).env("CLOUDBAL_ENDPOINT", &server.url())
}

/// Whether a time is what a clock off by `offset` shows now.
fn is_shifted(time: DateTime<Utc>, offset: TimeDelta) -> bool {
    (time - (Utc::now() + offset)).abs() < TimeDelta::seconds(20)
}

const OFFSETS: [TimeDelta; 4] =
    [TimeDelta::minutes(20), TimeDelta::minutes(-20), TimeDelta::days(3650), TimeDelta::days(-3650)];

#[test]
fn the_second_request_to_alibaba_cloud_bears_the_clouds_time() {
    for offset in OFFSETS {
        let server = Server::start(
            move |_, number| {
                if number == 1 { expired(&date(Utc::now() + offset)) } else { balance() }
            },
        );
        let ended = balance_of(&server).end();
        assert_eq!((ended.status, server.seen().len()), (Some(0), 2), "{ended:?}");
        let time = server.seen()[1].field("Timestamp").unwrap().replace("%3A", ":");
        assert!(is_shifted(time.parse().unwrap(), offset), "{offset}: {time}");
        assert!(ended.stderr.starts_with("warning: this machine's clock is "), "{ended:?}");
    }
}

#[test]
fn every_code_of_alibaba_cloud_for_a_wrong_clock_corrects_it() {
    for code in
        ["IllegalTimestamp", "InvalidTimeStamp.Expired", "InvalidTimestamp.Expired", "IllegalTimestamp.Old"]
    {
        let server = Server::start(move |_, number| {
            let body =
                format!(r#"{{"Code":"{code}","Message":"The timestamp is illegal.","RequestId":"r-1"}}"#);
            let headers = date(Utc::now() + TimeDelta::minutes(20));
            if number == 1 { reply("400 Bad Request", &headers, body.as_bytes()) } else { balance() }
        });
        let ended = balance_of(&server).end();
        assert_eq!((ended.status, server.seen().len()), (Some(0), 2), "{code}: {ended:?}");
        assert!(ended.stderr.starts_with("warning: this machine's clock is "), "{code}: {ended:?}");
    }
}

#[test]
fn the_second_request_to_tencent_cloud_bears_the_clouds_time() {
    for offset in OFFSETS {
        let server = Server::start(move |_, number| {
            let body = if number == 1 { TENCENT_EXPIRED } else { TENCENT_BALANCE };
            reply("200 OK", &date(Utc::now() + offset), body.as_bytes())
        });
        let ended = tencent(&server).end();
        assert_eq!((ended.status, server.seen().len()), (Some(0), 2), "{ended:?}");
        let time = server.seen()[1].header("x-tc-timestamp").unwrap().parse().unwrap();
        assert!(is_shifted(DateTime::from_timestamp(time, 0).unwrap(), offset), "{offset}: {time}");
    }
}

#[test]
fn a_clock_that_is_corrected_and_still_refused_is_told_with_how_far_it_is_off() {
    let server = Server::start(|_, _| expired(&date(Utc::now() + TimeDelta::days(3650))));
    let ended = balance_of(&server).end();
    let seconds = regex::Regex::new(r"3649 days 23 h|3650 days 0 h").unwrap();
    assert_snapshot!(seconds.replace_all(&ended.told(&server), "3650 days"), @"
    warning: this machine's clock is 3650 days behind the cloud's; set it
    error: aliyun/environment: Alibaba Cloud refused: Specified time stamp is expired. (this machine's clock is 3650 days behind the cloud's) (code InvalidTimeStamp.Expired, request id r-1)
    hint: set this machine's clock: it may differ from the cloud's by at most 15 minutes
    --- exit status 1
    2 requests
    ");
}

#[test]
fn without_a_date_the_time_in_the_message_is_taken() {
    let server = Server::start(|_, number| {
        let time = (Utc::now() + TimeDelta::minutes(20)).timestamp();
        let body = if number == 1 {
            TENCENT_EXPIRED.replace("Too old.", &format!("Signature expired, server time {time}."))
        } else {
            TENCENT_BALANCE.to_owned()
        };
        reply("200 OK", "", body.as_bytes())
    });
    let ended = tencent(&server).end();
    assert_eq!((ended.status, server.seen().len()), (Some(0), 2), "{ended:?}");
}

#[test]
fn without_any_time_of_the_cloud_the_clock_is_told_of_and_nothing_is_repeated() {
    let server = Server::always(expired(""));
    assert_snapshot!(balance_of(&server).end().told(&server), @"
    error: aliyun/environment: Alibaba Cloud refused: Specified time stamp is expired. (code InvalidTimeStamp.Expired, request id r-1)
    hint: set this machine's clock: it may differ from the cloud's by at most 15 minutes
    --- exit status 1
    1 requests
    ");
    let server = Server::always(reply("200 OK", "", TENCENT_EXPIRED.as_bytes()));
    assert_snapshot!(tencent(&server).end().told(&server), @"
    error: tencent/environment: Tencent Cloud refused: Too old. (code AuthFailure.SignatureExpire, request id r-1)
    hint: set this machine's clock: it may differ from the cloud's by at most 5 minutes
    --- exit status 1
    1 requests
    ");
}

#[test]
fn a_time_beyond_belief_is_not_taken() {
    let server = Server::always(expired("Date: Fri, 31 Dec 9999 23:59:59 GMT\r\n"));
    assert_snapshot!(balance_of(&server).end().told(&server), @"
    error: aliyun/environment: Alibaba Cloud refused: Specified time stamp is expired. (code InvalidTimeStamp.Expired, request id r-1)
    hint: set this machine's clock: it may differ from the cloud's by at most 15 minutes
    --- exit status 1
    1 requests
    ");
    let last = TENCENT_EXPIRED.replace("Too old.", "server time 8210266876799");
    let server = Server::always(reply("200 OK", "Date: yesterday\r\n", last.as_bytes()));
    assert_snapshot!(tencent(&server).end().told(&server), @"
    error: tencent/environment: Tencent Cloud refused: server time 8210266876799 (code AuthFailure.SignatureExpire, request id r-1)
    hint: set this machine's clock: it may differ from the cloud's by at most 5 minutes
    --- exit status 1
    1 requests
    ");
}
