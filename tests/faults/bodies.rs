//! Replies whose body is not what it should be.

use insta::assert_snapshot;

use crate::run::{balance_of, members_of};
use crate::server::{BALANCE, Server, Step, json, reply};

/// What is told of a reply.
pub fn told(steps: Vec<Step>) -> String {
    let server = Server::always(steps);
    balance_of(&server).end().told(&server)
}

fn told_of_json(body: &str) -> String {
    told(json(body))
}

#[test]
fn an_empty_body_is_no_balance() {
    assert_snapshot!(told(reply("200 OK", "Content-Type: application/json\r\n", b"")), @"
    error: aliyun/environment: unreadable reply: HTTP 200, empty, 0 bytes: not JSON: it ends too early at line 1 column 0
    hint: try again; with `-vv` every attempt is shown
    --- exit status 1
    1 requests
    ");
    assert_snapshot!(told(reply("204 No Content", "", b"")), @"
    error: aliyun/environment: unreadable reply: HTTP 204, empty, 0 bytes: not JSON: it ends too early at line 1 column 0
    hint: try again; with `-vv` every attempt is shown
    --- exit status 1
    1 requests
    ");
}

#[test]
fn a_login_page_is_no_balance() {
    let page = b"<!DOCTYPE html><title>Welcome to the hotel</title>";
    assert_snapshot!(told(reply("200 OK", "Content-Type: text/html\r\n", page)), @"
    error: aliyun/environment: unreadable reply: HTTP 200, text/html, 50 bytes: not JSON: error at line 1 column 1
    hint: a web page came instead of an answer: a proxy or a login page may stand in between
    --- exit status 1
    1 requests
    ");
}

#[test]
fn a_gateways_error_page_is_asked_again_and_then_told() {
    let page = b"<html><h1>502 Bad Gateway</h1></html>";
    assert_snapshot!(told(reply("502 Bad Gateway", "Content-Type: text/html\r\n", page)), @"
    error: aliyun/environment: unreadable reply: HTTP 502, text/html, 37 bytes: not JSON: error at line 1 column 1 (after 2 attempts)
    hint: a web page came instead of an answer: a proxy or a login page may stand in between
    --- exit status 1
    2 requests
    ");
}

#[test]
fn json_of_the_wrong_shape_is_no_balance() {
    assert_snapshot!(told_of_json("{}"), @"
    error: aliyun/environment: unreadable reply: HTTP 200, application/json, 2 bytes: neither a success nor an error: `Success` is not true, and `Code` names no error
    hint: try again; with `-vv` every attempt is shown
    --- exit status 1
    1 requests
    ");
    assert_snapshot!(told_of_json("[]"), @"
    error: aliyun/environment: unreadable reply: HTTP 200, application/json, 2 bytes: a list, not an object
    hint: try again; with `-vv` every attempt is shown
    --- exit status 1
    1 requests
    ");
    assert_snapshot!(told_of_json("null"), @"
    error: aliyun/environment: unreadable reply: HTTP 200, application/json, 4 bytes: null, not an object
    hint: try again; with `-vv` every attempt is shown
    --- exit status 1
    1 requests
    ");
    assert_snapshot!(told_of_json(r#"{"Success":true,"Data":[]}"#), @"
    error: aliyun/environment: unreadable reply: HTTP 200, application/json, 26 bytes: `Data` is `[]`, not an object
    hint: try again; with `-vv` every attempt is shown
    --- exit status 1
    1 requests
    ");
    assert_snapshot!(told_of_json(r#"{"Success":true,"Data":{"Currency":"CNY"}}"#), @"
    error: aliyun/environment: unreadable reply: HTTP 200, application/json, 42 bytes: `AvailableAmount` is missing
    hint: try again; with `-vv` every attempt is shown
    --- exit status 1
    1 requests
    ");
    assert_snapshot!(told_of_json(r#"{"Success":"true","Data":{"AvailableAmount":"1.00","Currency":"CNY"}}"#), @r#"
    error: aliyun/environment: unreadable reply: HTTP 200, application/json, 69 bytes: `Success` is `"true"`, not true or false
    hint: try again; with `-vv` every attempt is shown
    --- exit status 1
    1 requests
    "#);
    assert_snapshot!(told_of_json(r#"{"Success":true,"Data":{"AvailableAmount":"N/A","Currency":"CNY"}}"#), @r#"
    error: aliyun/environment: unreadable reply: HTTP 200, application/json, 66 bytes: `AvailableAmount` is `"N/A"`: not an amount
    hint: try again; with `-vv` every attempt is shown
    --- exit status 1
    1 requests
    "#);
    assert_snapshot!(told_of_json(r#"{"Success":true,"Data":{"AvailableAmount":"1.00","Currency":"yuan"}}"#), @"
    error: aliyun/environment: unreadable reply: HTTP 200, application/json, 68 bytes: `Currency` is `yuan`, not a currency code
    hint: try again; with `-vv` every attempt is shown
    --- exit status 1
    1 requests
    ");
}

#[test]
fn an_amount_that_no_decimal_holds_is_told() {
    let body =
        r#"{"Success":true,"Data":{"AvailableAmount":"99999999999999999999999999999999","Currency":"CNY"}}"#;
    assert_snapshot!(told_of_json(body), @r#"
    error: aliyun/environment: unreadable reply: HTTP 200, application/json, 95 bytes: `AvailableAmount` is `"99999999999999999999999999999999"`: an amount with more digits than can be kept exactly
    hint: try again; with `-vv` every attempt is shown
    --- exit status 1
    1 requests
    "#);
}

#[test]
fn json_that_goes_on_after_its_end_is_no_balance() {
    assert_snapshot!(told_of_json(&format!("{BALANCE}{BALANCE}")), @"
    error: aliyun/environment: unreadable reply: HTTP 200, application/json, 204 bytes: not JSON: error at line 1 column 103
    hint: try again; with `-vv` every attempt is shown
    --- exit status 1
    1 requests
    ");
}

#[test]
fn a_hundred_thousand_brackets_are_no_balance_and_no_crash() {
    assert_snapshot!(told_of_json(&"[".repeat(100_000)), @"
    error: aliyun/environment: unreadable reply: HTTP 200, application/json, 100000 bytes: a list, not an object
    hint: try again; with `-vv` every attempt is shown
    --- exit status 1
    1 requests
    ");
    let within = format!(r#"{{"Success":true,"Data":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert_snapshot!(told_of_json(&within), @"
    error: aliyun/environment: unreadable reply: HTTP 200, application/json, 200024 bytes: `Data` is `[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[…`, not an object
    hint: try again; with `-vv` every attempt is shown
    --- exit status 1
    1 requests
    ");
    let objects = r#"{"Data":"#.repeat(100_000);
    assert_snapshot!(told_of_json(&objects), @"
    error: aliyun/environment: unreadable reply: HTTP 200, application/json, 800000 bytes: not JSON: it ends too early at line 1 column 800000
    hint: try again; with `-vv` every attempt is shown
    --- exit status 1
    1 requests
    ");
}

#[test]
fn bytes_that_are_no_utf_8_are_told_with_their_place() {
    let body = BALANCE.replace("r-1", "r-\u{1}").into_bytes();
    let body: Vec<u8> = body.into_iter().map(|byte| if byte == 1 { 0xff } else { byte }).collect();
    assert_snapshot!(told(reply("200 OK", "Content-Type: application/json\r\n", &body)), @"
    error: aliyun/environment: unreadable reply: HTTP 200, application/json, 102 bytes: byte 45 is not UTF-8
    hint: try again; with `-vv` every attempt is shown
    --- exit status 1
    1 requests
    ");
}

#[test]
fn a_field_that_comes_twice_is_not_guessed_at() {
    let twice =
        r#"{"Success":true,"Data":{"AvailableAmount":"1.00","AvailableAmount":"2.00","Currency":"CNY"}}"#;
    assert_snapshot!(told_of_json(twice), @"
    error: aliyun/environment: unreadable reply: HTTP 200, application/json, 92 bytes: `Data`: duplicate field at line 1 column 50
    hint: try again; with `-vv` every attempt is shown
    --- exit status 1
    1 requests
    ");
}

#[test]
fn control_characters_in_names_are_made_visible_and_never_sent_to_the_terminal() {
    let body = r#"{"Response":{"TotalCount":1,"RequestId":"r\u001b[2J","Data":[{"MemberUin":"1","MemberName":"a\u0000b\u001b[31mc\r\nd\u202ee","RealBalance":1}]}}"#;
    for format in ["table", "csv", "json", "ndjson", "yaml"] {
        let server = Server::always(json(body));
        let ended = members_of(&server).env("CLOUDBAL_OUTPUT", format).end();
        assert_eq!(ended.status, Some(0), "{format}: {ended:?}");
        // CSV keeps line breaks in quoted cells: they are part of the name.
        let shown = if format == "csv" { ended.stdout.replace("\r\n", "\n") } else { ended.stdout };
        let acts = |character: char| character.is_control() && character != '\n';
        assert!(!shown.contains(acts), "{format}: {shown:?}");
    }
}

#[test]
fn control_characters_in_a_clouds_message_are_made_visible() {
    let body = r#"{"Code":"Bad\u001b[31m","Message":"line one\nhint: \u0007fake","RequestId":"r\u0000"}"#;
    assert_snapshot!(told_of_json(body), @r"
    error: aliyun/environment: Alibaba Cloud refused: line one
      hint: \u{7}fake (code Bad\u{1b}[31m, request id r\u{0})
    --- exit status 1
    1 requests
    ");
}

#[test]
fn a_message_that_holds_the_key_is_not_shown() {
    let echo = r#"{"Code":"Odd","Message":"you sent faults-secret","RequestId":"r-1"}"#;
    assert_snapshot!(told_of_json(echo), @"
    error: aliyun/environment: Alibaba Cloud refused: (it repeats what was signed and is not shown) (code Odd, request id r-1)
    --- exit status 1
    1 requests
    ");
    let echo = r#"{"Code":"Odd","Message":"you sent faults-token","RequestId":"r-1"}"#;
    assert_snapshot!(told_of_json(echo), @"
    error: aliyun/environment: Alibaba Cloud refused: (it repeats what was signed and is not shown) (code Odd, request id r-1)
    --- exit status 1
    1 requests
    ");
}

#[test]
fn a_content_type_without_end_is_cut() {
    let long = format!("Content-Type: {}\r\n", "x".repeat(50_000));
    assert_snapshot!(told(reply("200 OK", &long, b"?")), @"
    error: aliyun/environment: unreadable reply: HTTP 200, xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…, 1 bytes: not JSON: error at line 1 column 1
    hint: try again; with `-vv` every attempt is shown
    --- exit status 1
    1 requests
    ");
}
