//! Names, addresses and connections that fail before, during and after a reply.

use std::net::TcpListener;
use std::time::Duration;

use insta::{allow_duplicates, assert_snapshot};

use crate::run::{balance_of, cloudbal};
use crate::server::{BALANCE, Server, Step, balance, reply};

#[test]
fn a_refused_connection_is_told_with_its_address() {
    // A port that was free a moment ago.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ended = cloudbal(&["aliyun", "balance", "--endpoint", &format!("http://{address}")]).end();
    assert_snapshot!(ended.told_alone(), @"
    error: aliyun/environment: cannot connect to 127.0.0.1:[PORT]: Connection refused (os error [N]) (after 2 attempts)
    hint: check the network, the firewall and the proxy
    --- exit status 1
    ");
}

#[test]
fn a_name_that_does_not_resolve_is_told() {
    let ended = cloudbal(&["aliyun", "balance", "--endpoint", "https://name.invalid"]).end();
    let words = ended.told_alone();
    let (before, after) = words.split_once("name.invalid: ").unwrap();
    // The words of the system's resolver in between differ between systems and networks.
    let after = after.split_once(" (after").unwrap().1;
    assert_snapshot!(format!("{before}name.invalid: [WHY] (after{after}"), @"
    error: aliyun/environment: cannot resolve name.invalid: [WHY] (after 2 attempts)
    hint: check the network, the DNS server and `--endpoint`
    --- exit status 1
    ");
}

#[test]
fn an_address_that_is_none_is_a_usage_error_and_no_panic() {
    let ended = cloudbal(&["aliyun", "balance", "--endpoint", "https://1.2.3.999"]).end();
    assert_snapshot!(ended.told_alone(), @"
    error: aliyun/environment: `https://1.2.3.999` is not a valid endpoint: invalid IPv4 address
    hint: check `--endpoint`
    --- exit status 2
    ");
}

#[test]
fn a_server_of_ipv6_only_is_reached() {
    let server = Server::listen("[::1]:0", None, |_, _| balance());
    let ended = balance_of(&server).end();
    assert_snapshot!(ended.told(&server), @"
    --- exit status 0
    1 requests
    ");
    assert_eq!(server.seen()[0].header("host"), Some(&*server.address.to_string()));
}

#[test]
fn a_reset_before_the_reply_is_asked_again_and_then_told() {
    let server = Server::always(vec![Step::Reset]);
    assert_snapshot!(balance_of(&server).end().told(&server), @"
    error: aliyun/environment: the connection to 127.0.0.1:[PORT] failed before the reply was complete: Connection reset by peer (os error [N]) (after 2 attempts)
    hint: try again; `-vv` logs every attempt
    --- exit status 1
    2 requests
    ");
}

#[test]
fn a_connection_closed_without_a_word_is_asked_again_and_then_told() {
    let server = Server::always(vec![Step::Close]);
    assert_snapshot!(balance_of(&server).end().told(&server), @"
    error: aliyun/environment: the connection to 127.0.0.1:[PORT] failed before the reply was complete: connection closed before message completed (after 2 attempts)
    hint: try again; `-vv` logs every attempt
    --- exit status 1
    2 requests
    ");
}

#[test]
fn a_reset_within_the_headers_is_told() {
    let server = Server::always(vec![Step::Send(b"HTTP/1.1 200 OK\r\nContent-".to_vec()), Step::Reset]);
    assert_snapshot!(balance_of(&server).end().told(&server), @"
    error: aliyun/environment: the connection to 127.0.0.1:[PORT] failed before the reply was complete: Connection reset by peer (os error [N]) (after 2 attempts)
    hint: try again; `-vv` logs every attempt
    --- exit status 1
    2 requests
    ");
}

#[test]
fn a_reset_within_the_body_is_told_and_half_a_reply_is_no_balance() {
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n{\"Success\":true,";
    // Bytes that a reset overtakes are lost: they get time to arrive.
    let pause = Duration::from_millis(50);
    let server = Server::always(vec![
        Step::Send(half.into()),
        Step::Drip(b"\"".to_vec(), pause),
        Step::Drip(b"D".to_vec(), pause),
        Step::Reset,
    ]);
    assert_snapshot!(balance_of(&server).end().told(&server), @"
    error: aliyun/environment: the connection to 127.0.0.1:[PORT] failed before the reply was complete: Connection reset by peer (os error [N]) (after 2 attempts)
    hint: try again; `-vv` logs every attempt
    --- exit status 1
    2 requests
    ");
}

#[test]
fn a_reset_after_the_reply_takes_nothing_away() {
    let server = Server::start(|_, _| [balance(), vec![Step::Reset]].concat());
    assert_snapshot!(balance_of(&server).end().told(&server), @"
    --- exit status 0
    1 requests
    ");
}

#[test]
fn a_first_connection_that_breaks_is_no_error_when_the_second_holds() {
    let server = Server::start(|_, number| if number == 1 { vec![Step::Reset] } else { balance() });
    assert_snapshot!(balance_of(&server).end().told(&server), @"
    --- exit status 0
    2 requests
    ");
}

#[test]
fn a_server_that_accepts_and_never_answers_ends_at_the_time_out() {
    let server = Server::always(vec![Step::Hang]);
    let ended = balance_of(&server).args(&["--timeout", "300ms"]).end();
    assert_snapshot!(ended.told(&server), @"
    error: aliyun/environment: no complete reply from 127.0.0.1:[PORT] within 0.3 s (after 2 attempts)
    hint: try again, or raise `--timeout`
    --- exit status 1
    2 requests
    ");
    assert!(ended.took < Duration::from_secs(3), "two attempts of 0.3 s: {:?}", ended.took);
}

#[test]
fn a_tls_handshake_that_is_never_answered_ends_at_the_connect_time_out() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let ended =
        cloudbal(&["aliyun", "balance", "--connect-to", &address, "--connect-timeout", "300ms"]).end();
    assert_snapshot!(ended.told_alone(), @"
    error: aliyun/environment: no connection to business.aliyuncs.com within 0.3 s (after 2 attempts)
    hint: check the network and the proxy, or raise `--connect-timeout`
    --- exit status 1
    ");
    assert!(ended.took < Duration::from_secs(3), "two attempts of 0.3 s: {:?}", ended.took);
}

#[test]
fn a_reply_that_drips_ends_at_the_time_out_although_bytes_keep_coming() {
    let slow = Step::Drip(BALANCE.into(), Duration::from_millis(50));
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", BALANCE.len());
    for steps in [
        vec![Step::Send(head.clone().into()), slow],
        vec![Step::Drip(head.into(), Duration::from_millis(50))],
    ] {
        let server = Server::always(steps);
        let ended = balance_of(&server).args(&["--timeout", "300ms"]).end();
        allow_duplicates! {
            assert_snapshot!(ended.told(&server), @"
            error: aliyun/environment: no complete reply from 127.0.0.1:[PORT] within 0.3 s (after 2 attempts)
            hint: try again, or raise `--timeout`
            --- exit status 1
            2 requests
            ");
        }
        assert!(ended.took < Duration::from_secs(3), "two attempts of 0.3 s: {:?}", ended.took);
    }
}

#[test]
fn a_drip_that_is_fast_enough_is_read() {
    let Some(Step::Send(bytes)) = balance().pop() else { unreachable!() };
    let server = Server::always(vec![Step::Drip(bytes, Duration::from_millis(1))]);
    assert_snapshot!(balance_of(&server).end().told(&server), @"
    --- exit status 0
    1 requests
    ");
}

#[test]
fn the_deadline_ends_a_run_whatever_time_outs_and_retries_say() {
    let server = Server::always(vec![Step::Hang]);
    let ended = balance_of(&server).args(&["--timeout", "60", "--retries", "9", "--deadline", "300ms"]).end();
    assert_snapshot!(ended.told(&server), @"
    error: aliyun/environment: the deadline came before everything was read
    hint: what was read is shown; give it longer with `--deadline`
    --- exit status 1
    1 requests
    ");
    assert!(ended.took < Duration::from_secs(3), "{:?}", ended.took);
}

#[test]
fn something_that_speaks_no_http_is_told_and_not_asked_again() {
    let server = Server::always(vec![Step::Send(b"220 mail.example.com ESMTP\r\n".to_vec()), Step::Close]);
    assert_snapshot!(balance_of(&server).end().told(&server), @"
    error: aliyun/environment: the reply from 127.0.0.1:[PORT] is not valid HTTP: invalid HTTP version parsed
    hint: check `--endpoint` and the proxy: the server may not be the cloud's
    --- exit status 1
    1 requests
    ");
}

#[test]
fn headers_without_end_are_refused() {
    let server = Server::always(vec![
        Step::Send(b"HTTP/1.1 200 OK\r\n".to_vec()),
        Step::Repeat([b"X-Filler: ", &[b'x'; 8000][..], b"\r\n"].concat(), 10_000),
        Step::Hang,
    ]);
    assert_snapshot!(balance_of(&server).end().told(&server), @"
    error: aliyun/environment: the reply from 127.0.0.1:[PORT] is not valid HTTP: message head is too large
    hint: check `--endpoint` and the proxy: the server may not be the cloud's
    --- exit status 1
    1 requests
    ");
}

#[test]
fn interim_replies_without_end_end_at_the_time_out() {
    let interim = Step::Drip(b"HTTP/1.1 100 Continue\r\n\r\n".repeat(1000), Duration::from_micros(100));
    let server = Server::always(vec![interim, Step::Hang]);
    let ended = balance_of(&server).args(&["--timeout", "300ms"]).end();
    assert_snapshot!(ended.told(&server), @"
    error: aliyun/environment: no complete reply from 127.0.0.1:[PORT] within 0.3 s (after 2 attempts)
    hint: try again, or raise `--timeout`
    --- exit status 1
    2 requests
    ");
}

#[test]
fn a_redirect_is_not_followed_and_nothing_is_sent_there() {
    let elsewhere = Server::start(|_, _| balance());
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let location = format!("Location: {}/\r\n", elsewhere.url());
        let server = Server::always(reply(status, &location, b""));
        let told = balance_of(&server).end().told(&server).replace(&status[..3], "3xx");
        allow_duplicates! {
            assert_snapshot!(told, @"
            error: aliyun/environment: unreadable reply: HTTP 3xx, empty, 0 bytes: not JSON: it ends too early at line 1 column 0
            hint: the server redirects elsewhere, where a signed request is never sent; check `--endpoint` and the proxy
            --- exit status 1
            1 requests
            ");
        }
    }
    assert_eq!(elsewhere.seen().len(), 0);
}
