//! Replies whose length, chunks, size or encoding are not what they should be.

use std::time::Duration;

use insta::{allow_duplicates, assert_snapshot};

use crate::bodies::told;
use crate::run::balance_of;
use crate::server::{BALANCE, Server, Step, reply};

#[test]
fn a_length_that_is_too_long_is_a_broken_reply() {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", BALANCE.len() + 10);
    assert_snapshot!(told(vec![Step::Send([head.as_str(), BALANCE].concat().into()), Step::Close]), @"
    error: aliyun/environment: the connection to 127.0.0.1:[PORT] failed before the reply was complete: closed early (after 2 attempts)
    hint: try again; `-vv` logs every attempt
    --- exit status 1
    2 requests
    ");
}

#[test]
fn a_length_that_is_too_short_is_an_unreadable_reply() {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", BALANCE.len() - 10);
    assert_snapshot!(told(vec![Step::Send([head.as_str(), BALANCE].concat().into())]), @"
    error: aliyun/environment: unreadable reply: HTTP 200, no content type, 92 bytes: not JSON: it ends too early at line 1 column 92
    hint: try again; with `-vv` every attempt is shown
    --- exit status 1
    1 requests
    ");
}

#[test]
fn lengths_that_contradict_each_other_are_refused() {
    let two = format!("HTTP/1.1 200 OK\r\nContent-Length: 10\r\nContent-Length: {}\r\n\r\n", BALANCE.len());
    assert_snapshot!(told(vec![Step::Send([two.as_str(), BALANCE].concat().into())]), @"
    error: aliyun/environment: the reply from 127.0.0.1:[PORT] is not valid HTTP: invalid content-length parsed
    hint: check `--endpoint` and the proxy: the server may not be the cloud's
    --- exit status 1
    1 requests
    ");
    let negative = "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n";
    assert_snapshot!(told(vec![Step::Send([negative, BALANCE].concat().into())]), @"
    error: aliyun/environment: the reply from 127.0.0.1:[PORT] is not valid HTTP: invalid content-length parsed
    hint: check `--endpoint` and the proxy: the server may not be the cloud's
    --- exit status 1
    1 requests
    ");
}

#[test]
fn chunks_are_read() {
    let (first, second) = BALANCE.split_at(40);
    let chunked = format!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n",
        first.len(),
        second.len()
    );
    assert_snapshot!(told(vec![Step::Send(chunked.into())]), @"
    --- exit status 0
    1 requests
    ");
}

#[test]
fn chunks_that_are_cut_are_a_broken_reply() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let last_missing = format!("{head}{:x}\r\n{BALANCE}\r\n", BALANCE.len());
    assert_snapshot!(told(vec![Step::Send(last_missing.into()), Step::Close]), @"
    error: aliyun/environment: the connection to 127.0.0.1:[PORT] failed before the reply was complete: closed early (after 2 attempts)
    hint: try again; `-vv` logs every attempt
    --- exit status 1
    2 requests
    ");
}

#[test]
fn chunks_without_sense_are_a_broken_reply() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_snapshot!(told(vec![Step::Send(format!("{head}zz\r\n{BALANCE}\r\n0\r\n\r\n").into())]), @"
    error: aliyun/environment: the connection to 127.0.0.1:[PORT] failed before the reply was complete: Invalid chunk size line: missing size digit (after 2 attempts)
    hint: try again; `-vv` logs every attempt
    --- exit status 1
    2 requests
    ");
    let huge = format!("{head}FFFFFFFFFFFFFFFFFF\r\n{BALANCE}\r\n0\r\n\r\n");
    assert_snapshot!(told(vec![Step::Send(huge.into())]), @"
    error: aliyun/environment: the connection to 127.0.0.1:[PORT] failed before the reply was complete: invalid chunk size: overflow (after 2 attempts)
    hint: try again; `-vv` logs every attempt
    --- exit status 1
    2 requests
    ");
}

#[test]
fn a_body_of_five_gibibytes_is_refused_after_four_mebibytes() {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", 5_u64 << 30);
    let endless = "HTTP/1.1 200 OK\r\n\r\n".to_owned();
    for head in [head, endless] {
        let mebibyte = Step::Repeat(vec![b' '; 1 << 20], 5 << 10);
        let server = Server::always(vec![Step::Send(head.into()), mebibyte, Step::Close]);
        let ended = balance_of(&server).end();
        allow_duplicates! {
            assert_snapshot!(ended.told(&server), @"
            error: aliyun/environment: the reply from 127.0.0.1:[PORT] is larger than 4 MiB
            hint: no balance is that large: check `--endpoint` and the proxy
            --- exit status 1
            1 requests
            ");
        }
        assert!(ended.took < Duration::from_secs(5), "{:?}", ended.took);
    }
}

#[test]
fn gzip_that_was_not_asked_for_is_told_by_its_name() {
    for encoding in ["gzip", "br", "deflate", "zstd"] {
        let steps = reply("200 OK", &format!("Content-Encoding: {encoding}\r\n"), &gzip_of_zeros(1));
        allow_duplicates! {
            assert_snapshot!(told(steps).replace(encoding, "[ENCODING]"), @"
            error: aliyun/environment: unreadable reply: HTTP 200, no content type, 14 bytes: it is encoded as `[ENCODING]`, which was not requested
            hint: try again; with `-vv` every attempt is shown
            --- exit status 1
            1 requests
            ");
        }
    }
    let mixed = "Content-Encoding: identity\r\nContent-Encoding: br\r\n";
    assert!(told(reply("200 OK", mixed, BALANCE.as_bytes())).contains("it is encoded as `br`"));
    let listed = "Content-Encoding: identity, gzip\r\n";
    assert!(told(reply("200 OK", listed, BALANCE.as_bytes())).contains("it is encoded as `gzip`"));
}

#[test]
fn a_reply_that_is_not_encoded_is_read_however_that_is_said() {
    for encoding in ["identity", "Identity", "IDENTITY", "", " ", "identity, identity", ",identity,"] {
        let headers = format!("Content-Encoding: {encoding}\r\n");
        let server = Server::always(reply("200 OK", &headers, BALANCE.as_bytes()));
        let ended = balance_of(&server).end();
        assert_eq!(ended.status, Some(0), "{encoding:?}: {ended:?}");
        assert!(ended.stdout.contains("1,828.72"), "{encoding:?}: {ended:?}");
        assert_eq!(server.seen()[0].header("accept-encoding"), None);
    }
}

#[test]
fn a_byte_order_mark_before_json_is_skipped() {
    let body = format!("\u{feff}{BALANCE}");
    let ended = balance_of(&Server::always(reply("200 OK", "", body.as_bytes()))).end();
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("1,828.72"), "{ended:?}");
    // A second one is content, which no JSON begins with.
    let body = format!("\u{feff}\u{feff}{BALANCE}");
    assert!(told(reply("200 OK", "", body.as_bytes())).contains("not JSON: error at line 1 column 1"));
}

#[test]
fn a_gzip_bomb_does_not_go_off() {
    let bomb = gzip_of_zeros(1 << 28);
    assert!(bomb.len() < 2 << 20, "a quarter of a gibibyte in {} bytes", bomb.len());
    assert_snapshot!(told(reply("200 OK", "Content-Encoding: gzip\r\n", &bomb)), @"
    error: aliyun/environment: unreadable reply: HTTP 200, no content type, 1690741 bytes: it is encoded as `gzip`, which was not requested
    hint: try again; with `-vv` every attempt is shown
    --- exit status 1
    1 requests
    ");
    assert_snapshot!(told(reply("200 OK", "Content-Type: application/json\r\n", &bomb)), @"
    error: aliyun/environment: unreadable reply: HTTP 200, application/json, 1690741 bytes: byte 2 is not UTF-8
    hint: try again; with `-vv` every attempt is shown
    --- exit status 1
    1 requests
    ");
}

/// A gzip file of so many zero bytes, rounded up to whole repetitions: RFC 1951's fixed codes, written by hand.
fn gzip_of_zeros(count: usize) -> Vec<u8> {
    const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut bytes = HEADER.to_vec();
    let (mut bits, mut filled) = (0_u32, 0);
    // Codes are written from their highest bit, everything else from its lowest.
    let mut write = |value: u32, length: u32| {
        bits |= value << filled;
        filled += length;
        while filled >= 8 {
            bytes.push(bits.to_le_bytes()[0]);
            bits >>= 8;
            filled -= 8;
        }
    };
    // The last block, with fixed codes; the literal 0, code 00110000.
    write(0b011, 3);
    write(0b0000_1100, 8);
    for _ in 0..count.div_ceil(258) {
        // 258 bytes (code 11000101) from one byte back (code 00000).
        write(0b1010_0011, 8);
        write(0, 5);
    }
    // The end of the block, and its last byte filled up.
    write(0, 7);
    write(0, 7);
    bytes
}
