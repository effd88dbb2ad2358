//! Requests without encryption stay on this machine, wherever a name or an option may lead.

use insta::assert_snapshot;

use crate::certificates::{Authority, HOST};
use crate::run::{Run, cloudbal};
use crate::server::{Server, balance, json};

/// An address of the block for documentation (RFC 5737): nobody listens there.
const ELSEWHERE: &str = "192.0.2.7:8088";

fn aliyun(endpoint: &str, connect_to: &str) -> Run {
    cloudbal(&["aliyun", "balance", "--endpoint", endpoint, "--connect-to", connect_to])
}

#[test]
fn an_address_elsewhere_is_refused_for_an_endpoint_without_tls() {
    let told = |endpoint| aliyun(endpoint, ELSEWHERE).args(&["--timeout", "1"]).end().told_alone();
    assert_snapshot!(told("http://localhost:8088"), @"
    error: aliyun/environment: refusing to send requests to 192.0.2.7:8088 without encryption
    hint: use https, or a loopback address in `--connect-to`
    --- exit status 2
    ");
    assert_snapshot!(told("http://127.0.0.1:8088"), @"
    error: aliyun/environment: refusing to send requests to 192.0.2.7:8088 without encryption
    hint: use https, or a loopback address in `--connect-to`
    --- exit status 2
    ");
    for elsewhere in ["[2001:db8::1]:8088", "[::ffff:192.0.2.7]:8088", "0.0.0.0:8088", "[::]:8088"] {
        let ended = aliyun("http://[::1]:8088", elsewhere).end();
        assert!(ended.stderr.contains("refusing to send requests"), "{elsewhere}: {}", ended.stderr);
    }
}

#[test]
fn the_port_and_the_address_of_connect_to_count_and_the_host_stays() {
    let (right, wrong) = (Server::start(|_, _| balance()), Server::start(|_, _| balance()));
    let port = wrong.address.port();
    for endpoint in ["localhost", "127.0.0.1", "[::1]"] {
        let ended = aliyun(&format!("http://{endpoint}:{port}"), &right.address.to_string()).end();
        assert_eq!(ended.status, Some(0), "{ended:?}");
        let host = format!("{endpoint}:{port}");
        assert_eq!(right.seen().last().unwrap().header("host"), Some(&*host));
    }
    assert_eq!((right.seen().len(), wrong.seen().len()), (3, 0));
}

#[test]
fn the_port_of_connect_to_counts_with_tls_too() {
    let authority = Authority::new("ours");
    let server = Server::with_tls(authority.issue(HOST), |_, _| balance());
    let ended = aliyun(&format!("https://{HOST}:8443"), &server.address.to_string())
        .args(&["--ca-file", authority.path()])
        .end();
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert_eq!(server.seen()[0].header("host"), Some(&*format!("{HOST}:8443")));
    assert_snapshot!(aliyun("https://192.0.2.1:8443", &server.address.to_string()).end().told_alone(), @"
    error: aliyun/environment: cannot connect to 127.0.0.1:[PORT] for `https://192.0.2.1:8443`: the endpoint is an address
    hint: use a host name in `--endpoint`, or remove `--connect-to`
    --- exit status 2
    ");
}

#[test]
fn credentials_are_not_requested_from_elsewhere_without_encryption() {
    let key = r#"{"Code":"Success","AccessKeyId":"LTAIx","AccessKeySecret":"hush","SecurityToken":"hush"}"#;
    let server =
        Server::start(move |seen, _| if seen.head.starts_with("GET ") { json(key) } else { balance() });
    let run = |uri: &str| {
        let run = cloudbal(&["aliyun", "balance", "--endpoint", &server.url(), "--timeout", "1"]);
        let run = run.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "").env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "");
        run.env("ALIBABA_CLOUD_SECURITY_TOKEN", "").env("ALIBABA_CLOUD_CREDENTIALS_URI", uri)
    };
    let ended = run(&format!("{}/key", server.url())).end();
    assert_eq!((ended.status, server.seen().len()), (Some(0), 2), "{ended:?}");
    let ended = run(&format!("{}/key", server.url())).args(&["--connect-to", ELSEWHERE]).end();
    assert_snapshot!(ended.told(&server), @"
    error: aliyun/environment: refusing to send requests to 192.0.2.7:8088 without encryption
    hint: use https, or a loopback address in `--connect-to`
    --- exit status 2
    3 requests
    ");
    assert_snapshot!(run("http://user:hush@192.0.2.7/key").end().told_alone(), @"
    error: aliyun/environment: the credentials URL: refusing to send requests to 192.0.2.7 without encryption
    hint: use https, or a loopback address
    --- exit status 2
    ");
    assert_snapshot!(run("http://localhost.example.com/key").end().told_alone(), @"
    error: aliyun/environment: the credentials URL: refusing to send requests to localhost.example.com without encryption
    hint: use https, or a loopback address
    --- exit status 2
    ");
}

#[test]
fn a_metadata_service_elsewhere_is_not_asked_without_encryption() {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("config.toml");
    std::fs::write(&config, "[accounts.a]\nprovider = \"aliyun\"\ncredentials = { instance = true }\n")
        .unwrap();
    let ended = cloudbal(&["aliyun", "balance", "--account", "a", "--config", config.to_str().unwrap()])
        .env("CLOUDBAL_METADATA_ENDPOINT", "http://192.0.2.7")
        .end();
    assert_snapshot!(ended.told_alone(), @"
    error: aliyun/a: the metadata service: refusing to request credentials from 192.0.2.7 without encryption
    hint: the metadata service is at a loopback or link-local address
    --- exit status 2
    ");
}
