//! The metadata service of an instance.

use serde_json::json;

use super::{INTL, KEYS};
use crate::sandbox::iso_time;
use crate::sandbox::keys::Key;
use crate::sandbox::metadata::{LIFETIME, issue, role_reply};
use crate::sandbox::reply::Reply;
use crate::sandbox::request::Request;

const ROLE_PATH: &str = "/latest/meta-data/cam/security-credentials/";

/// The name of the instance's role, or its credentials.
pub fn answer(request: &Request, now: i64) -> Option<Reply> {
    let role = request.path.strip_prefix(ROLE_PATH).filter(|_| request.method == "GET")?;
    Some(role_reply(role, || credentials(&issue(KEYS, INTL, now), now)))
}

fn credentials(key: &Key, now: i64) -> Reply {
    Reply::json(&json!({
        "Code": "Success",
        "TmpSecretId": key.id,
        "TmpSecretKey": key.secret(),
        "Token": key.token(),
        "ExpiredTime": now + LIFETIME,
        "Expiration": iso_time(now + LIFETIME),
    }))
}
