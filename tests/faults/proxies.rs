//! Proxies: ones that refuse, that want a password, that break, and one that works.

use std::net::TcpListener;
use std::sync::Arc;

use insta::assert_snapshot;
use rustls::ServerConfig;

use crate::certificates::{Authority, HOST};
use crate::run::{Run, cloudbal};
use crate::server::{Server, Step, balance, reply};

fn through(proxy: &Server) -> Run {
    cloudbal(&["aliyun", "balance"]).env("HTTPS_PROXY", &proxy.url())
}

/// A proxy that lets everybody through to a cloud of its own.
fn working(tls: Arc<ServerConfig>) -> Server {
    Server::start(move |seen, _| {
        if seen.head.starts_with("CONNECT ") {
            let tunnel = b"HTTP/1.1 200 Connection established\r\n\r\n".to_vec();
            vec![Step::Send(tunnel), Step::StartTls(Arc::clone(&tls))]
        } else {
            balance()
        }
    })
}

#[test]
fn a_proxy_that_refuses_is_told() {
    let proxy = Server::always(reply("403 Forbidden", "", b""));
    assert_snapshot!(through(&proxy).end().told(&proxy), @"
    error: aliyun/environment: the proxy refuses to connect to business.aliyuncs.com (after 2 attempts)
    hint: check `--proxy` and HTTPS_PROXY, and whether the proxy allows this host
    --- exit status 1
    2 requests
    ");
    let proxy = Server::always(reply("502 Bad Gateway", "", b""));
    assert_snapshot!(through(&proxy).end().told(&proxy), @"
    error: aliyun/environment: the proxy refuses to connect to business.aliyuncs.com (after 2 attempts)
    hint: check `--proxy` and HTTPS_PROXY, and whether the proxy allows this host
    --- exit status 1
    2 requests
    ");
}

#[test]
fn a_proxy_that_wants_a_password_is_told_and_not_asked_again() {
    let challenge = "Proxy-Authenticate: Basic realm=\"office\"\r\n";
    let proxy = Server::always(reply("407 Proxy Authentication Required", challenge, b""));
    assert_snapshot!(through(&proxy).end().told(&proxy), @"
    error: aliyun/environment: the proxy requires a user name and password
    hint: set CLOUDBAL_PROXY to `http://USER:PASSWORD@HOST:PORT`
    --- exit status 1
    1 requests
    ");
}

#[test]
fn a_wrong_password_is_not_repeated_in_the_error() {
    let proxy = Server::always(reply("407 Proxy Authentication Required", "", b""));
    let url = format!("http://user:hush@{}", proxy.address);
    let ended = cloudbal(&["aliyun", "balance", "-vvv", "--proxy", &url]).end();
    assert_snapshot!(ended.told(&proxy), @"
    warning: the password in `--proxy` shows in the list of processes (`ps`)
    hint: set it in the variable CLOUDBAL_PROXY instead
    [environment] asking https://business.aliyuncs.com for balance
    error: aliyun/environment: the proxy rejected the user name or password
    hint: check them in CLOUDBAL_PROXY or HTTPS_PROXY; special characters must be percent-encoded
    --- exit status 1
    1 requests
    ");
    let ended = cloudbal(&["aliyun", "balance"]).env("https_proxy", &url).end();
    assert_snapshot!(ended.told_alone(), @"
    error: aliyun/environment: the proxy rejected the user name or password
    hint: check them in CLOUDBAL_PROXY or HTTPS_PROXY; special characters must be percent-encoded
    --- exit status 1
    ");
}

#[test]
fn a_proxy_that_nobody_listens_at_is_told() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ended = cloudbal(&["aliyun", "balance", "--proxy", &format!("http://user:hush@{address}")]).end();
    assert_snapshot!(ended.told_alone(), @"
    warning: the password in `--proxy` shows in the list of processes (`ps`)
    hint: set it in the variable CLOUDBAL_PROXY instead
    error: aliyun/environment: cannot connect to business.aliyuncs.com through the proxy: Connection refused (os error [N]) (after 2 attempts)
    hint: check `--proxy` and HTTPS_PROXY
    --- exit status 1
    ");
}

#[test]
fn a_proxy_whose_name_does_not_resolve_is_told() {
    let ended = cloudbal(&["aliyun", "balance", "--proxy", "http://proxy.invalid:3128"]).end();
    let words = ended.told_alone();
    let (before, after) = words.split_once("the proxy: ").unwrap();
    // The words of the system's resolver in between differ between systems and networks.
    let after = after.split_once(" (after").unwrap().1;
    assert_snapshot!(format!("{before}the proxy: [WHY] (after{after}"), @"
    error: aliyun/environment: cannot connect to business.aliyuncs.com through the proxy: [WHY] (after 2 attempts)
    hint: check `--proxy` and HTTPS_PROXY
    --- exit status 1
    ");
}

#[test]
fn a_proxy_that_breaks_off_is_told() {
    let proxy = Server::always(vec![Step::Close]);
    assert_snapshot!(through(&proxy).end().told(&proxy), @"
    error: aliyun/environment: cannot connect to business.aliyuncs.com through the proxy: unexpected end of file (after 2 attempts)
    hint: check `--proxy` and HTTPS_PROXY
    --- exit status 1
    2 requests
    ");
    let proxy = Server::always(vec![Step::Reset]);
    assert_snapshot!(through(&proxy).end().told(&proxy), @"
    error: aliyun/environment: cannot connect to business.aliyuncs.com through the proxy: Connection reset by peer (os error [N]) (after 2 attempts)
    hint: check `--proxy` and HTTPS_PROXY
    --- exit status 1
    2 requests
    ");
}

#[test]
fn a_proxy_that_never_answers_ends_at_the_connect_time_out() {
    let proxy = Server::always(vec![Step::Hang]);
    let ended = through(&proxy).args(&["--connect-timeout", "300ms"]).end();
    assert_snapshot!(ended.told(&proxy), @"
    error: aliyun/environment: no connection to business.aliyuncs.com within 0.3 s (after 2 attempts)
    hint: check the network and the proxy, or raise `--connect-timeout`
    --- exit status 1
    2 requests
    ");
}

#[test]
fn a_proxy_that_opens_tls_is_told_with_what_to_do() {
    let proxy = working(Authority::new("office").issue(HOST));
    assert_snapshot!(through(&proxy).end().told(&proxy), @"
    error: aliyun/environment: no TLS connection to business.aliyuncs.com: certificate issued by an untrusted authority
    hint: behind a TLS-inspecting proxy, pass its certificate with `--ca-file`
    --- exit status 1
    2 requests
    ");
}

#[test]
fn a_proxy_gets_user_and_password_and_nothing_of_the_request() {
    let authority = Authority::new("ours");
    let proxy = working(authority.issue(HOST));
    // `p@hush` in its percent-encoded form.
    let url = format!("http://user:p%40hush@{}", proxy.address);
    let arguments = ["aliyun", "balance", "-vvv", "--proxy", &url, "--ca-file", authority.path()];
    assert_snapshot!(cloudbal(&arguments).end().told(&proxy), @"
    warning: the password in `--proxy` shows in the list of processes (`ps`)
    hint: set it in the variable CLOUDBAL_PROXY instead
    [environment] asking https://business.aliyuncs.com for balance
    [environment] HTTP 200, 102 bytes in [N] ms
    --- exit status 0
    2 requests
    ");
    let seen = proxy.seen();
    assert!(seen[0].head.starts_with("CONNECT business.aliyuncs.com:443 HTTP/1.1\r\n"), "{}", seen[0].head);
    assert_eq!(seen[0].header("proxy-authorization"), Some("Basic dXNlcjpwQGh1c2g="));
    assert_eq!(seen[1].header("proxy-authorization"), None, "what is inside the tunnel is the cloud's");
    assert_eq!(seen[1].header("host"), Some(HOST));
}

#[test]
fn all_proxy_is_a_proxy_too() {
    let authority = Authority::new("ours");
    let proxy = working(authority.issue(HOST));
    let run = cloudbal(&["aliyun", "balance", "--ca-file", authority.path()]);
    let ended = run.env("ALL_PROXY", &proxy.url()).end();
    assert_eq!((ended.status, proxy.seen().len()), (Some(0), 2), "{ended:?}");
}

#[test]
fn no_proxy_is_heeded_and_an_option_wins_over_it() {
    let authority = Authority::new("ours");
    let cloud = Server::with_tls(authority.issue("localhost"), |_, _| balance());
    let proxy = Server::always(reply("403 Forbidden", "", b""));
    let endpoint = format!("https://localhost:{}", cloud.address.port());
    let run = || through(&proxy).args(&["--endpoint", &endpoint, "--ca-file", authority.path()]);
    let ended = run().env("NO_PROXY", "example.com,localhost").end();
    assert_eq!((ended.status, cloud.seen().len(), proxy.seen().len()), (Some(0), 1, 0), "{ended:?}");
    let ended = run().env("NO_PROXY", "localhost").args(&["--proxy", &proxy.url(), "--retries", "0"]).end();
    assert_eq!((ended.status, cloud.seen().len(), proxy.seen().len()), (Some(1), 1, 1), "{ended:?}");
}

#[test]
fn what_goes_to_this_machine_without_encryption_goes_through_no_proxy() {
    let cloud = Server::start(|_, _| balance());
    let proxy = Server::start(|_, _| balance());
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "CLOUDBAL_PROXY"] {
        let run = cloudbal(&["aliyun", "balance", "--endpoint", &cloud.url()]);
        assert_eq!(run.env(name, &proxy.url()).end().status, Some(0));
    }
    assert_eq!((cloud.seen().len(), proxy.seen().len()), (4, 0));
}

#[test]
fn a_proxy_address_that_is_invalid_is_refused_without_its_password() {
    let told = |proxy| cloudbal(&["aliyun", "balance", "--proxy", proxy]).end().told_alone();
    assert_snapshot!(told("http://user:hush@[nonsense"), @"
    warning: the password in `--proxy` shows in the list of processes (`ps`)
    hint: set it in the variable CLOUDBAL_PROXY instead
    error: invalid proxy address: the host is not valid
    hint: write `http://HOST:PORT` or `http://USER:PASSWORD@HOST:PORT`
    --- exit status 2
    ");
    assert_snapshot!(told("socks5://user:hush@127.0.0.1:1080"), @"
    warning: the password in `--proxy` shows in the list of processes (`ps`)
    hint: set it in the variable CLOUDBAL_PROXY instead
    error: invalid proxy address: SOCKS proxies are not supported
    hint: use an HTTP proxy: `http://HOST:PORT`
    --- exit status 2
    ");
}

/// Every way to name a proxy reads addresses alike.
#[test]
fn a_password_that_is_not_percent_encoded_is_refused_and_nothing_is_sent() {
    let (proxy, other) = (Server::start(|_, _| balance()), Server::start(|_, _| balance()));
    let (address, port) = (proxy.address, other.address.port());
    for (url, why) in [
        (format!("http://user:hu@hush@{address}"), "contains an unencoded `@`"),
        (format!("user:hu@hush@{address}"), "contains an unencoded `@`"),
        (format!("http://user:hu/hush@{address}"), "contains an unencoded `/`"),
        (format!("http://user:hu?hush@{address}"), "contains an unencoded `?`"),
        (format!("http://user:hush%@{address}"), "contains an unencoded `%`"),
        (format!("http://localhost:{port}#hush@{address}"), "contains an unencoded `#`"),
        (format!("localhost:{port}#hush@{address}"), "contains an unencoded `#`"),
        (format!("http://localhost:{port}/hush@{address}"), "contains an unencoded `/`"),
        (format!("SOCKS5h://user:hush@{address}"), "SOCKS proxies are not supported"),
    ] {
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "CLOUDBAL_PROXY"] {
            let ended = cloudbal(&["aliyun", "balance"]).env(name, &url).end();
            assert_eq!(ended.status, Some(2), "{name}={url}: {ended:?}");
            assert!(ended.stderr.contains("invalid proxy address"), "{name}={url}: {}", ended.stderr);
            assert!(ended.stderr.contains(why), "{name}={url}: {}", ended.stderr);
        }
    }
    assert_eq!((proxy.seen().len(), other.seen().len()), (0, 0));
    let url = format!("http://user:hu@hush@{address}");
    assert_snapshot!(cloudbal(&["aliyun", "balance"]).env("HTTPS_PROXY", &url).end().told_alone(), @"
    error: aliyun/environment: invalid proxy address in HTTPS_PROXY: the user name or the password contains an unencoded `@`
    hint: percent-encode special characters in the user name and the password: `@` is `%40`, `/` is `%2F`, `#` is `%23`, `?` is `%3F`, `%` is `%25`
    --- exit status 2
    ");
}

#[test]
fn servers_that_no_proxy_names_are_asked_directly() {
    let authority = Authority::new("ours");
    let cloud = Server::with_tls(authority.issue("localhost"), |_, _| balance());
    let proxy = Server::always(reply("403 Forbidden", "", b""));
    let port = cloud.address.port();
    let endpoint = format!("https://localhost:{port}");
    let run = || through(&proxy).args(&["--endpoint", &endpoint, "--ca-file", authority.path()]);
    let run = |list: &str| run().env("NO_PROXY", list).env("CLOUDBAL_RETRIES", "0").end();
    for list in ["*", "LOCALHOST.", ".localhost", "a b,localhost", &format!("localhost:{port}")] {
        assert_eq!(run(list).status, Some(0), "{list}");
    }
    assert_eq!(proxy.seen().len(), 0);
    for list in ["", "host", "*.localhost", "localhost:1", "127.0.0.0/8"] {
        assert_eq!(run(list).status, Some(1), "{list}");
    }
    assert_eq!((cloud.seen().len(), proxy.seen().len()), (5, 5));
}

#[test]
fn a_variable_that_names_no_usable_proxy_is_told_and_nothing_is_sent() {
    let authority = Authority::new("ours");
    let cloud = Server::with_tls(authority.issue("localhost"), |_, _| balance());
    let endpoint = format!("https://localhost:{}", cloud.address.port());
    let run = || cloudbal(&["aliyun", "balance", "--endpoint", &endpoint, "--ca-file", authority.path()]);
    assert_snapshot!(run().env("HTTPS_PROXY", "ftp://user:hush@127.0.0.1:9").end().told(&cloud), @"
    error: aliyun/environment: invalid proxy address in HTTPS_PROXY: only http and https proxies are supported
    hint: write `http://HOST:PORT` or `http://USER:PASSWORD@HOST:PORT`
    --- exit status 2
    0 requests
    ");
    assert_snapshot!(run().env("all_proxy", "http://user:hush@[").end().told(&cloud), @"
    error: aliyun/environment: invalid proxy address in all_proxy: the host is not valid
    hint: write `http://HOST:PORT` or `http://USER:PASSWORD@HOST:PORT`
    --- exit status 2
    0 requests
    ");
    assert_snapshot!(run().args(&["--proxy", "ftp://user:hush@127.0.0.1:9"]).end().told(&cloud), @"
    warning: the password in `--proxy` shows in the list of processes (`ps`)
    hint: set it in the variable CLOUDBAL_PROXY instead
    error: invalid proxy address: only http and https proxies are supported
    hint: write `http://HOST:PORT` or `http://USER:PASSWORD@HOST:PORT`
    --- exit status 2
    0 requests
    ");
    let ended = run().env("HTTPS_PROXY", "ftp://127.0.0.1:9").env("NO_PROXY", "localhost").end();
    assert_eq!((ended.status, cloud.seen().len()), (Some(0), 1), "{ended:?}");
    let ended = run().env("HTTPS_PROXY", "").env("ALL_PROXY", "").end();
    assert_eq!((ended.status, cloud.seen().len()), (Some(0), 2), "{ended:?}");
}

#[test]
fn a_variable_that_does_not_count_may_hold_anything() {
    let cloud = Server::start(|_, _| balance());
    let plain = cloudbal(&["aliyun", "balance", "--endpoint", &cloud.url()]);
    assert_eq!(plain.env("HTTPS_PROXY", "ftp://127.0.0.1:9").end().status, Some(0));
    let authority = Authority::new("ours");
    let proxy = working(authority.issue(HOST));
    let address = proxy.address.to_string();
    let run = cloudbal(&["aliyun", "balance", "--proxy", &address, "--ca-file", authority.path()]);
    let ended = run.env("HTTPS_PROXY", "ftp://127.0.0.1:9").end();
    assert_eq!((ended.status, proxy.seen().len()), (Some(0), 2), "a proxy may have no scheme: {ended:?}");
}

#[test]
fn a_proxy_that_would_not_be_used_is_refused() {
    let directed = ["aliyun", "balance", "--connect-to", "127.0.0.1:9"];
    let by_option = cloudbal(&[&directed[..], &["--proxy", "http://127.0.0.1:9"]].concat()).end();
    assert_snapshot!(by_option.told_alone(), @"
    error: `--proxy` cannot be used with `--connect-to`, which connects without a proxy
    hint: leave out one of them
    --- exit status 2
    ");
    let by_variable = cloudbal(&directed).env("CLOUDBAL_PROXY", "http://127.0.0.1:9").end();
    assert_snapshot!(by_variable.told_alone(), @"
    error: CLOUDBAL_PROXY cannot be used with `--connect-to`, which connects without a proxy
    hint: leave out one of them
    --- exit status 2
    ");
}
