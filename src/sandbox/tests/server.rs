//! Limits, faults, TLS and what is not a cloud's API.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::json;

use super::*;
use crate::sandbox::{Statistics, start, token_of};

const TENCENT: &str = "AKIDsandboxintldemo";
const ALIBABA: &str = "LTAIsandboxcndemo";

fn balance() -> Tc3 {
    Tc3::new(TENCENT, "DescribeAccountBalance", "{}")
}

fn alibaba_balance(nonce: &str) -> String {
    rpc_post("127.0.0.1", ALIBABA, &[("SignatureNonce", nonce)])
}

async fn with_fault(fault: &str) -> Sandbox {
    sandbox(Options { faults: vec![fault.parse().unwrap()], ..Options::default() }).await
}

#[tokio::test]
async fn a_call_too_many_within_a_second_is_throttled_and_counted() {
    let sandbox = sandbox(Options { rate: Some(2), ..Options::default() }).await;
    for _ in 0..2 {
        balance().send(&sandbox).await.response();
    }
    assert_eq!(balance().send(&sandbox).await.refusal(), "RequestLimitExceeded");
    for nonce in ["1", "2"] {
        assert_eq!(exchange(&sandbox, alibaba_balance(nonce)).await.status(), "200");
    }
    let throttled = exchange(&sandbox, alibaba_balance("3")).await;
    assert_eq!(throttled.status_and_code(), "400 Throttling.User");
    assert_eq!(throttled.header("x-acs-retry-after"), Some("1001"));
    let by_action = [("DescribeAccountBalance", 3), ("QueryAccountBalance", 3)];
    let expected = Statistics {
        requests: 6,
        by_action: BTreeMap::from(by_action.map(|(action, calls)| (action.to_owned(), calls))),
        throttled: 2,
        refused_signatures: 0,
        faults: 0,
        most_in_one_second: 3,
    };
    assert_eq!(sandbox.statistics(), expected);
}

#[tokio::test]
async fn a_throttle_fault_speaks_the_clouds_language() {
    let sandbox = with_fault("throttle:50%").await;
    assert_eq!(balance().send(&sandbox).await.refusal(), "RequestLimitExceeded");
    balance().send(&sandbox).await.response();
    let throttled = exchange(&sandbox, alibaba_balance("1")).await;
    assert_eq!(throttled.status_and_code(), "400 Throttling.User");
    assert_eq!(throttled.header("x-acs-retry-after"), Some("1000"));
    // The call was judged before the fault struck: its nonce is used.
    assert_eq!(exchange(&sandbox, alibaba_balance("1")).await.status_and_code(), "400 SignatureNonceUsed");
    let counted = sandbox.statistics();
    assert_eq!((counted.requests, counted.faults, counted.throttled), (4, 2, 0));
}

#[tokio::test]
async fn every_other_fault_breaks_the_reply_in_its_way() {
    let reply = balance().send(&with_fault("error500").await).await;
    assert_eq!(
        (reply.status(), &reply.json()["Response"]["Error"]["Code"]),
        ("500", &json!("InternalError"))
    );
    let reply = exchange(&with_fault("error500").await, alibaba_balance("1")).await;
    assert_eq!((reply.status(), reply.body.as_str()), ("500", "Internal Server Error"));
    let reply = balance().send(&with_fault("reset").await).await;
    assert_eq!((reply.head.as_str(), reply.body.as_str()), ("", ""));
    let reply = balance().send(&with_fault("html").await).await;
    assert_eq!((reply.status(), reply.header("content-type")), ("200", Some("text/html; charset=utf-8")));
    let reply = balance().send(&with_fault("truncated").await).await;
    let announced: usize = reply.header("content-length").unwrap().parse().unwrap();
    assert_eq!((reply.status(), reply.body.len()), ("200", announced / 2));
    let reply = balance().send(&with_fault("skew").await).await;
    assert_eq!(reply.refusal(), "AuthFailure.SignatureExpire");
    assert_eq!(reply.header("date"), Some("Tue, 14 Nov 2023 22:33:20 GMT"));
}

#[tokio::test]
async fn a_slow_reply_begins_at_once_and_drips() {
    let sandbox = with_fault("slow").await;
    let address = sandbox.address();
    let read = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(balance().http().as_bytes()).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let (started, mut reply) = (Instant::now(), Vec::new());
        while started.elapsed() < Duration::from_millis(700) {
            let mut some = [0; 4096];
            let length = stream.read(&mut some).unwrap_or(0);
            reply.extend(&some[..length]);
        }
        String::from_utf8(reply).unwrap()
    });
    let read = read.await.unwrap();
    let (head, body) = read.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!("{\"Resp".starts_with(body) && !body.is_empty(), "{body}");
}

#[tokio::test]
async fn latency_holds_the_reply_back() {
    let sandbox = sandbox(Options { latency: Duration::from_millis(150), ..Options::default() }).await;
    let started = Instant::now();
    balance().send(&sandbox).await.response();
    assert!(started.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn metadata_gives_keys_that_work() {
    let sandbox = sandbox(Options::default()).await;
    let get =
        |path: &str, headers: &[(&str, &str)]| exchange(&sandbox, http(&format!("GET {path}"), headers, ""));
    let lifetime = [("X-aliyun-ecs-metadata-token-ttl-seconds", "21600")];
    let session = exchange(&sandbox, http("PUT /latest/api/token", &lifetime, "")).await.body;
    let header = [("X-aliyun-ecs-metadata-token", session.as_str())];
    let ecs = "/latest/meta-data/ram/security-credentials/";
    assert_eq!(get(ecs, &header).await.body, "cloudbal-sandbox");
    let id = "STS.sandboxcn-1700021600-1012345678900000-cloudbal-sandbox";
    let expected = json!({
        "Code": "Success", "AccessKeyId": id, "AccessKeySecret": secret_of(id), "SecurityToken": token_of(id),
        "Expiration": "2023-11-15T04:13:20Z", "LastUpdated": TIME,
    });
    assert_eq!(get(&format!("{ecs}cloudbal-sandbox"), &header).await.json(), expected);
    assert_eq!(get(&format!("{ecs}cloudbal-sandbox"), &[]).await.json(), expected);
    assert_eq!(get("/credentials-uri", &[]).await.json(), expected);
    assert_eq!(get(ecs, &[("X-aliyun-ecs-metadata-token", "stale")]).await.status(), "403");
    assert_eq!(get(&format!("{ecs}other"), &header).await.status(), "404");
    let cvm = "/latest/meta-data/cam/security-credentials/";
    assert_eq!(get(cvm, &[]).await.body, "cloudbal-sandbox");
    let id = "AKIDsandboxintltemp-1700021600-600000561284-cloudbal-sandbox";
    let expected = json!({
        "Code": "Success", "TmpSecretId": id, "TmpSecretKey": secret_of(id), "Token": token_of(id),
        "ExpiredTime": 1_700_021_600, "Expiration": "2023-11-15T04:13:20Z",
    });
    assert_eq!(get(&format!("{cvm}cloudbal-sandbox"), &[]).await.json(), expected);
    assert_eq!(get("/", &[]).await.status(), "404");
    assert_eq!(sandbox.statistics(), Statistics::default());
}

#[tokio::test]
async fn tls_stands_for_the_clouds_own_names() {
    let sandbox = sandbox(Options { tls: true, ..Options::default() }).await;
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(sandbox.ca_pem().unwrap().as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let client =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut client = client.with_root_certificates(roots).with_no_client_auth();
    client.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let client = Arc::new(client);
    for host in ["billing.intl.tencentcloudapi.com", "127.0.0.1"] {
        let (address, client) = (sandbox.address(), Arc::clone(&client));
        let reply = tokio::task::spawn_blocking(move || {
            let connection = rustls::ClientConnection::new(client, host.try_into().unwrap()).unwrap();
            let mut stream = rustls::StreamOwned::new(connection, TcpStream::connect(address).unwrap());
            stream.write_all(Tc3 { host, ..balance() }.http().as_bytes()).unwrap();
            let mut reply = String::new();
            // The end of the connection without TLS's own goodbye is not what is tested here.
            let _ = stream.read_to_string(&mut reply);
            assert_eq!(stream.conn.alpn_protocol(), Some(&b"http/1.1"[..]));
            reply
        });
        assert!(reply.await.unwrap().contains("\"Uin\":600000561284"), "{host}");
    }
    assert_eq!(sandbox.url(), format!("https://{}", sandbox.address()));
}

#[tokio::test]
async fn only_loopback_is_listened_on() {
    let options = Options { listen: "0.0.0.0:0".parse().unwrap(), ..Options::default() };
    let message = start(options).await.err().unwrap().to_string();
    assert_eq!(message, "the sandbox listens on a loopback address only, not on `0.0.0.0:0`");
}

#[tokio::test]
async fn a_dropped_sandbox_stops_listening() {
    let sandbox = sandbox(Options::default()).await;
    let address = sandbox.address();
    drop(sandbox);
    tokio::task::yield_now().await;
    assert!(TcpStream::connect(address).is_err());
}
