//! TLS with certificates that are not to be trusted.

use std::io::Write as _;
use std::net::TcpListener;
use std::sync::Arc;

use insta::assert_snapshot;
use rustls::ServerConfig;

use crate::certificates::{Authority, HOST};
use crate::run::{Run, cloudbal};
use crate::server::{Server, Step, balance};

fn speaking(tls: Arc<ServerConfig>) -> Server {
    Server::with_tls(tls, |_, _| balance())
}

/// `aliyun balance` of the cloud's own host, which is taken to be at the server's address.
fn balance_at(server: &Server) -> Run {
    cloudbal(&["aliyun", "balance", "--connect-to", &server.address.to_string()])
}

#[test]
fn a_good_certificate_of_an_authority_that_was_named_is_trusted() {
    let authority = Authority::new("ours");
    let server = speaking(authority.issue(HOST));
    assert_snapshot!(balance_at(&server).args(&["--ca-file", authority.path()]).end().told(&server), @"
    --- exit status 0
    1 requests
    ");
}

#[test]
fn an_unknown_issuer_is_refused_after_the_systems_certificates_were_tried() {
    let server = speaking(Authority::new("nobody").issue(HOST));
    assert_snapshot!(balance_at(&server).args(&["-v"]).end().told(&server), @"
    [environment] asking https://business.aliyuncs.com for balance
    the server's issuer is not among the embedded certificates; trying the system's
    error: aliyun/environment: no TLS connection to business.aliyuncs.com: certificate issued by an untrusted authority
    hint: behind a TLS-inspecting proxy, pass its certificate with `--ca-file`
    --- exit status 1
    0 requests
    ");
}

#[test]
fn an_issuer_that_takes_a_trusted_ones_name_is_unknown_too() {
    let (ours, theirs) = (Authority::new("same name"), Authority::new("same name"));
    let server = speaking(theirs.issue(HOST));
    assert_snapshot!(balance_at(&server).args(&["--ca-file", ours.path()]).end().told(&server), @"
    error: aliyun/environment: no TLS connection to business.aliyuncs.com: certificate issued by an untrusted authority
    hint: behind a TLS-inspecting proxy, pass its certificate with `--ca-file`
    --- exit status 1
    0 requests
    ");
}

#[test]
fn an_expired_certificate_is_refused() {
    let authority = Authority::new("ours");
    let server = speaking(authority.issue_for_years(HOST, 2001, 2002));
    assert_snapshot!(balance_at(&server).args(&["--ca-file", authority.path()]).end().told(&server), @"
    error: aliyun/environment: no TLS connection to business.aliyuncs.com: certificate expired
    hint: check this machine's clock; otherwise the server's owner must renew it
    --- exit status 1
    0 requests
    ");
}

#[test]
fn a_certificate_of_the_future_is_refused() {
    let authority = Authority::new("ours");
    let server = speaking(authority.issue_for_years(HOST, 4001, 4002));
    assert_snapshot!(balance_at(&server).args(&["--ca-file", authority.path()]).end().told(&server), @"
    error: aliyun/environment: no TLS connection to business.aliyuncs.com: certificate not valid yet
    hint: check this machine's clock
    --- exit status 1
    0 requests
    ");
}

#[test]
fn a_certificate_for_another_host_is_refused() {
    let authority = Authority::new("ours");
    let server = speaking(authority.issue("login.example.com"));
    assert_snapshot!(balance_at(&server).args(&["--ca-file", authority.path()]).end().told(&server), @"
    error: aliyun/environment: no TLS connection to business.aliyuncs.com: certificate issued for another name
    hint: check `--endpoint`; a proxy or a login page may be in the way
    --- exit status 1
    0 requests
    ");
}

#[test]
fn a_server_without_tls_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            _ = stream.unwrap().write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        }
    });
    let ended = cloudbal(&["aliyun", "balance", "--connect-to", &address]).end();
    assert_snapshot!(ended.told_alone(), @"
    error: aliyun/environment: no TLS connection to business.aliyuncs.com: received corrupt message of type InvalidContentType
    hint: check that the server supports TLS, and the proxy
    --- exit status 1
    ");
}

#[test]
fn a_file_without_certificates_is_told_before_anything_is_asked() {
    let server = speaking(Authority::new("ours").issue(HOST));
    let empty = tempfile::NamedTempFile::new().unwrap();
    let path = empty.path().to_str().unwrap();
    let ended = balance_at(&server).args(&["--ca-file", path]).end();
    assert_snapshot!(ended.told(&server).replace(path, "[FILE]"), @"
    error: no usable certificate in `[FILE]`: no `BEGIN CERTIFICATE` found
    hint: pass a PEM certificate file with `--ca-file`
    --- exit status 2
    0 requests
    ");
}

#[test]
fn a_reset_within_tls_is_told() {
    let authority = Authority::new("ours");
    let server = Server::with_tls(authority.issue(HOST), |_, _| vec![Step::Reset]);
    assert_snapshot!(balance_at(&server).args(&["--ca-file", authority.path()]).end().told(&server), @"
    error: aliyun/environment: the connection to business.aliyuncs.com failed before the reply was complete: Connection reset by peer (os error [N]) (after 2 attempts)
    hint: try again; `-vv` logs every attempt
    --- exit status 1
    2 requests
    ");
}

#[test]
fn a_reply_cut_without_the_end_of_tls_is_no_balance() {
    let authority = Authority::new("ours");
    // Without a length the reply would end with the connection, and an attacker can end a connection.
    let cut = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"Success\":true";
    let server =
        Server::with_tls(authority.issue(HOST), move |_, _| vec![Step::Send(cut.into()), Step::Close]);
    assert_snapshot!(balance_at(&server).args(&["--ca-file", authority.path()]).end().told(&server), @"
    error: aliyun/environment: the connection to business.aliyuncs.com failed before the reply was complete: closed early (after 2 attempts)
    hint: try again; `-vv` logs every attempt
    --- exit status 1
    2 requests
    ");
}
