//! The metadata service of an instance, and a document of temporary credentials at `/credentials-uri`.

use serde_json::json;

use super::{CN, KEYS};
use crate::sandbox::iso_time;
use crate::sandbox::metadata::{LIFETIME, issue, role_reply};
use crate::sandbox::reply::Reply;
use crate::sandbox::request::Request;

const ROLE_PATH: &str = "/latest/meta-data/ram/security-credentials/";
const SESSION: &str = "sandbox-metadata-session";
const SESSION_HEADER: &str = "x-aliyun-ecs-metadata-token";

/// A session token, the name of the instance's role, or its credentials.
pub fn answer(request: &Request, now: i64) -> Option<Reply> {
    let (method, path) = (request.method.as_str(), request.path.as_str());
    match (method, path) {
        ("PUT", "/latest/api/token") => Some(session(request)),
        ("GET", "/credentials-uri") => Some(credentials(now)),
        ("GET", path) => {
            let role = path.strip_prefix(ROLE_PATH)?;
            Some(match request.header(SESSION_HEADER) {
                None | Some(SESSION) => role_reply(role, || credentials(now)),
                Some(_) => Reply::text(403, "the metadata token is not valid"),
            })
        }
        _ => None,
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

fn credentials(now: i64) -> Reply {
    let key = issue(KEYS, CN, now);
    Reply::json(&json!({
        "Code": "Success",
        "AccessKeyId": key.id,
        "AccessKeySecret": key.secret(),
        "SecurityToken": key.token(),
        "Expiration": iso_time(now + LIFETIME),
        "LastUpdated": iso_time(now),
    }))
}
