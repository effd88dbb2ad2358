//! The metadata services of both clouds' instances, and a credentials document for `credentials_uri`.

use serde_json::json;

use super::keys::{Cloud, Key, Site};
use super::reply::Reply;
use super::request::Request;

const ALIBABA_ROLE: &str = "/latest/meta-data/ram/security-credentials/";
const TENCENT_ROLE: &str = "/latest/meta-data/cam/security-credentials/";
/// The only role, on both clouds.
const ROLE: &str = "cloudbal-sandbox";
const SESSION: &str = "sandbox-metadata-session";
const SESSION_HEADER: &str = "x-aliyun-ecs-metadata-token";
const LIFETIME: i64 = 6 * 3600;

/// The reply, when the request is not for a cloud's API at all.
pub fn answer(request: &Request, now: i64) -> Option<Reply> {
    let path = request.path.as_str();
    let get = request.method == "GET";
    if path == "/latest/api/token" && request.method == "PUT" {
        Some(session(request))
    } else if let Some(role) = path.strip_prefix(ALIBABA_ROLE)
        && get
    {
        match request.header(SESSION_HEADER) {
            None | Some(SESSION) => Some(role_reply(role, || alibaba_credentials(now))),
            Some(_) => Some(Reply::text(403, "the metadata token is not valid")),
        }
    } else if let Some(role) = path.strip_prefix(TENCENT_ROLE)
        && get
    {
        Some(role_reply(role, || tencent_credentials(now)))
    } else if path == "/credentials-uri" && get {
        Some(alibaba_credentials(now))
    } else {
        None
    }
}

fn session(request: &Request) -> Reply {
    let lifetime =
        request.header("x-aliyun-ecs-metadata-token-ttl-seconds").and_then(|seconds| seconds.parse().ok());
    match lifetime {
        Some(1..=21_600_u32) => Reply::text(200, SESSION),
        _ => Reply::text(400, "the lifetime of a metadata token is 1 to 21600 seconds"),
    }
}

fn role_reply(role: &str, credentials: impl FnOnce() -> Reply) -> Reply {
    match role {
        "" => Reply::text(200, ROLE),
        ROLE => credentials(),
        _ => Reply::text(404, "no such role"),
    }
}

fn alibaba_credentials(now: i64) -> Reply {
    let key = issue(Cloud::Alibaba, Site::China, now);
    Reply::json(&json!({
        "Code": "Success",
        "AccessKeyId": key.id,
        "AccessKeySecret": key.secret(),
        "SecurityToken": key.token(),
        "Expiration": super::iso_time(now + LIFETIME),
        "LastUpdated": super::iso_time(now),
    }))
}

fn tencent_credentials(now: i64) -> Reply {
    let key = issue(Cloud::Tencent, Site::International, now);
    Reply::json(&json!({
        "Code": "Success",
        "TmpSecretId": key.id,
        "TmpSecretKey": key.secret(),
        "Token": key.token(),
        "ExpiredTime": now + LIFETIME,
        "Expiration": super::iso_time(now + LIFETIME),
    }))
}

fn issue(cloud: Cloud, site: Site, now: i64) -> Key {
    let account = Key::demo(cloud, site).account().to_string();
    Key::issue(cloud, site, now + LIFETIME, &account, ROLE)
}
