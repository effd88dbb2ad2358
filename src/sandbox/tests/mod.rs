//! The sandbox over real sockets. Requests are signed here by writing their canonical texts out, not by the verifiers.

mod aliyun;
mod server;
mod tencent;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::LazyLock;
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use serde_json::Value;

use super::digest::{hmac_sha1, hmac_sha256, percent_encode, sha256};
use super::state::Clock;
use super::{Options, Sandbox, secret_of, start_with_clock};

/// 2023-11-14 22:13:20 UTC: the time of every test.
const NOW: i64 = 1_700_000_000;
const DATE: &str = "2023-11-14";
const TIME: &str = "2023-11-14T22:13:20Z";

/// Time stands still in every test.
static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

async fn sandbox(options: Options) -> Sandbox {
    let clock = Clock { utc: || DateTime::from_timestamp(NOW, 0).unwrap(), steady: || *STARTED };
    start_with_clock(options, clock).await.unwrap()
}

struct Answer {
    head: String,
    body: String,
}

impl Answer {
    fn status(&self) -> &str {
        &self.head["HTTP/1.1 ".len()..][..3]
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Everything but the request id, which is new each time.
    fn response(&self) -> Value {
        assert_eq!(self.status(), "200", "{}", self.body);
        let mut response = self.json()["Response"].take();
        assert_eq!(response["RequestId"].take().as_str().unwrap().len(), 36);
        response.as_object_mut().unwrap().remove("RequestId");
        response
    }

    /// Tencent Cloud's error code.
    fn refusal(&self) -> String {
        self.response()["Error"]["Code"].as_str().expect("an error").to_owned()
    }

    /// Status and Alibaba Cloud's error code.
    fn status_and_code(&self) -> String {
        format!("{} {}", self.status(), self.json()["Code"].as_str().unwrap_or_default())
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// Sends the very bytes and reads until the sandbox closes the connection.
async fn exchange(sandbox: &Sandbox, request: String) -> Answer {
    let address = sandbox.address();
    let blocking = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).unwrap();
        String::from_utf8(reply).unwrap()
    };
    let reply = tokio::task::spawn_blocking(blocking).await.unwrap();
    let (head, body) = reply.split_once("\r\n\r\n").unwrap_or_default();
    Answer { head: head.to_owned(), body: body.to_owned() }
}

fn http(line: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut request = format!("{line} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        request.extend([name, ": ", value, "\r\n"]);
    }
    request + "\r\n" + body
}

/// A TC3 request to be changed by a test before it is signed and sent.
#[derive(Clone)]
struct Tc3 {
    host: &'static str,
    /// What is signed as the host instead of what is sent.
    signed_host: Option<&'static str>,
    service: &'static str,
    version: &'static str,
    action: &'static str,
    key: String,
    secret: String,
    token: Option<String>,
    timestamp: i64,
    date: &'static str,
    body: String,
}

impl Tc3 {
    fn new(key: &str, action: &'static str, body: &str) -> Self {
        Self {
            host: "127.0.0.1",
            signed_host: None,
            service: "billing",
            version: "2018-07-09",
            action,
            key: key.to_owned(),
            secret: secret_of(key),
            token: None,
            timestamp: NOW,
            date: DATE,
            body: body.to_owned(),
        }
    }

    fn http(&self) -> String {
        let Self { host, service, date, timestamp, key, .. } = self;
        let signed_host = self.signed_host.unwrap_or(host);
        let canonical = format!(
            "POST\n/\n\ncontent-type:application/json\nhost:{signed_host}\n\ncontent-type;host\n{}",
            sha256(self.body.as_bytes())
        );
        let to_sign = format!(
            "TC3-HMAC-SHA256\n{timestamp}\n{date}/{service}/tc3_request\n{}",
            sha256(canonical.as_bytes())
        );
        let mut signature = format!("TC3{}", self.secret).into_bytes();
        for part in [date, service, "tc3_request", &to_sign] {
            signature = hmac_sha256(&signature, part.as_bytes());
        }
        let authorization = format!(
            "TC3-HMAC-SHA256 Credential={key}/{date}/{service}/tc3_request, SignedHeaders=content-type;host, Signature={}",
            hex::encode(signature)
        );
        let timestamp = timestamp.to_string();
        let mut headers = vec![
            ("Host", *host),
            ("Content-Type", "application/json"),
            ("X-TC-Action", self.action),
            ("X-TC-Version", self.version),
            ("X-TC-Timestamp", &timestamp),
            ("Authorization", &authorization),
        ];
        headers.extend(self.token.as_deref().map(|token| ("X-TC-Token", token)));
        http("POST /", &headers, &self.body)
    }

    async fn send(&self, sandbox: &Sandbox) -> Answer {
        exchange(sandbox, self.http()).await
    }
}

/// The parameters of a signed RPC request as they go onto the wire.
fn rpc(method: &str, key: &str, secret: &str, changes: &[(&str, &str)]) -> String {
    let mut parameters = std::collections::BTreeMap::from([
        ("AccessKeyId", key),
        ("Action", "QueryAccountBalance"),
        ("Format", "JSON"),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureNonce", "nonce"),
        ("SignatureVersion", "1.0"),
        ("Timestamp", TIME),
        ("Version", "2017-12-14"),
    ]);
    parameters.extend(changes.iter().copied());
    let encoded: Vec<_> =
        parameters.iter().map(|(name, value)| format!("{name}={}", percent_encode(value))).collect();
    let canonical = encoded.join("&");
    let to_sign = format!("{method}&%2F&{}", percent_encode(&canonical));
    let signature = STANDARD.encode(hmac_sha1(format!("{secret}&").as_bytes(), to_sign.as_bytes()));
    format!("{canonical}&Signature={}", percent_encode(&signature))
}

/// A signed RPC request as POST with a form body.
fn rpc_post(host: &str, key: &str, changes: &[(&str, &str)]) -> String {
    let headers = [("Host", host), ("Content-Type", "application/x-www-form-urlencoded")];
    http("POST /", &headers, &rpc("POST", key, &secret_of(key), changes))
}

/// A signed ACS3 request; a changed header of an empty value is left out.
fn acs3(key: &str, secret: &str, changes: &[(&str, &str)]) -> String {
    let empty = sha256(b"");
    let mut headers = std::collections::BTreeMap::from([
        ("accept", "application/json"),
        ("host", "127.0.0.1"),
        ("x-acs-action", "QueryAccountBalance"),
        ("x-acs-content-sha256", empty.as_str()),
        ("x-acs-date", TIME),
        ("x-acs-signature-nonce", "nonce"),
        ("x-acs-version", "2017-12-14"),
    ]);
    headers.extend(changes.iter().copied());
    headers.retain(|_, value| !value.is_empty());
    let canonical: String = headers.iter().flat_map(|(name, value)| [name, ":", value, "\n"]).collect();
    let names = headers.keys().copied().collect::<Vec<_>>().join(";");
    let canonical = format!("POST\n/\n\n{canonical}\n{names}\n{empty}");
    let to_sign = format!("ACS3-HMAC-SHA256\n{}", sha256(canonical.as_bytes()));
    let signature = hex::encode(hmac_sha256(secret.as_bytes(), to_sign.as_bytes()));
    let authorization =
        format!("ACS3-HMAC-SHA256 Credential={key},SignedHeaders={names},Signature={signature}");
    let mut headers: Vec<_> = headers.into_iter().collect();
    headers.push(("authorization", &authorization));
    http("POST /", &headers, "")
}
