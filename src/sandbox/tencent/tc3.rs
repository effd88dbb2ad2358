//! Verifies TC3-HMAC-SHA256, from the specification.

use chrono::DateTime;

use super::{KEYS, Refusal};
use crate::sandbox::digest::{hmac_sha256, sha256};
use crate::sandbox::keys::Key;
use crate::sandbox::request::Request;

/// How far a request's time may be from the server's.
const WINDOW: i64 = 300;
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// The parts of an Authorization header.
struct Authorization<'a> {
    secret_id: &'a str,
    date: &'a str,
    service: &'a str,
    signed_headers: &'a str,
    signature: &'a str,
}

/// Who signed the request, if it is signed as the service and the site want it.
pub fn verify(request: &Request, service: &str, site: Option<&str>, now: i64) -> Result<Key, Refusal> {
    let authorization = request.header("authorization").ok_or_else(|| {
        Refusal::new("MissingParameter", "The request is missing the header `Authorization`.")
    })?;
    let invalid =
        || Refusal::new("AuthFailure.InvalidAuthorization", "The header `Authorization` is not valid.");
    let authorization = parse(authorization).ok_or_else(invalid)?;
    let timestamp = timestamp(request, now)?;
    let key = Key::find(KEYS, authorization.secret_id)
        .filter(|key| site.is_none_or(|site| site == key.site))
        .ok_or_else(|| Refusal::new("AuthFailure.SecretIdNotFound", "The SecretId is not found."))?;
    let date = DateTime::from_timestamp(timestamp, 0).map(|time| time.format("%Y-%m-%d").to_string());
    let signed = hosts(request, authorization.signed_headers).any(|host| {
        canonical_request(request, authorization.signed_headers, host).is_some_and(|canonical| {
            let text = string_to_sign(timestamp, authorization.date, service, &canonical);
            signature(&key.secret(), authorization.date, service, &text) == authorization.signature
        })
    });
    if !signed || authorization.service != service || date.as_deref() != Some(authorization.date) {
        let message =
            "The provided credentials could not be validated. Please ensure your signature is correct.";
        return Err(Refusal::new("AuthFailure.SignatureFailure", message));
    }
    if request.header("x-tc-token").map(str::to_owned) != key.token() || key.expired(now) {
        return Err(Refusal::new(
            "AuthFailure.TokenFailure",
            "The token does not belong to the key, or has expired.",
        ));
    }
    Ok(key)
}

fn timestamp(request: &Request, now: i64) -> Result<i64, Refusal> {
    let text = request.header("x-tc-timestamp").ok_or_else(|| {
        Refusal::new("MissingParameter", "The request is missing the header `X-TC-Timestamp`.")
    })?;
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let timestamp: i64 = text.parse().ok().filter(|_| digits).ok_or_else(|| {
        Refusal::new("InvalidParameterValue", "The header `X-TC-Timestamp` is not a number of seconds.")
    })?;
    if (timestamp - now).abs() > WINDOW {
        let message = format!(
            "The signature has expired: the timestamp {timestamp} is more than {WINDOW} seconds from the server time {now}."
        );
        return Err(Refusal::new("AuthFailure.SignatureExpire", message));
    }
    Ok(timestamp)
}

fn parse(authorization: &str) -> Option<Authorization<'_>> {
    let fields = authorization.strip_prefix("TC3-HMAC-SHA256 ")?;
    let [credential, signed_headers, signature] = fields.split(',').map(str::trim).collect::<Vec<_>>()[..]
    else {
        return None;
    };
    let scope = credential.strip_prefix("Credential=")?;
    let [secret_id, date, service, "tc3_request"] = scope.split('/').collect::<Vec<_>>()[..] else {
        return None;
    };
    let signed_headers = signed_headers.strip_prefix("SignedHeaders=")?;
    let names: Vec<_> = signed_headers.split(';').collect();
    let complete = names.contains(&"content-type") && names.contains(&"host");
    let signature = signature.strip_prefix("Signature=")?;
    complete.then_some(Authorization { secret_id, date, service, signed_headers, signature })
}

/// The hosts that may have been signed: what was sent, and the same without its port. The official Node.js client
/// signs the latter, which shows only where the port is not the default one, and signs no further header.
fn hosts<'a>(request: &'a Request, signed_headers: &str) -> impl Iterator<Item = &'a str> {
    let host = request.header("host").unwrap_or_default();
    let without_port = host.rsplit_once(':').filter(|(name, port)| {
        let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        is_port && (!name.contains(':') || name.ends_with(']'))
    });
    let without_port = without_port.map(|(name, _)| name).filter(|_| signed_headers == "content-type;host");
    std::iter::once(host).chain(without_port)
}

/// `None` when a header is said to be signed and is not there.
fn canonical_request(request: &Request, signed_headers: &str, host: &str) -> Option<String> {
    let mut names: Vec<_> = signed_headers.split(';').collect();
    names.sort_unstable();
    let mut headers = String::new();
    for name in &names {
        let value =
            request.header(name).map(|value| if *name == "host" { host } else { value })?.to_lowercase();
        headers.extend([name, ":", &value, "\n"]);
    }
    let payload = match request.header("x-tc-content-sha256") {
        Some(UNSIGNED) => sha256(UNSIGNED.as_bytes()),
        _ => sha256(&request.body),
    };
    // A GET is signed over the query as it was sent: the official clients encode it in more than one way.
    Some(format!("{}\n/\n{}\n{headers}\n{}\n{payload}", request.method, request.query, names.join(";")))
}

fn string_to_sign(timestamp: i64, date: &str, service: &str, canonical_request: &str) -> String {
    let hash = sha256(canonical_request.as_bytes());
    format!("TC3-HMAC-SHA256\n{timestamp}\n{date}/{service}/tc3_request\n{hash}")
}

fn signature(secret: &str, date: &str, service: &str, string_to_sign: &str) -> String {
    let date_key = hmac_sha256(format!("TC3{secret}").as_bytes(), date.as_bytes());
    let service_key = hmac_sha256(&date_key, service.as_bytes());
    let signing_key = hmac_sha256(&service_key, b"tc3_request");
    hex::encode(hmac_sha256(&signing_key, string_to_sign.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    const VECTORS: &str = include_str!("../../../tests/vectors/tc3.json");

    #[test]
    fn every_vector_is_met_stage_by_stage() {
        let file: Value = serde_json::from_str(VECTORS).unwrap();
        for vector in file["vectors"].as_array().unwrap() {
            let (name, text) = (&vector["name"], |field: &str| vector[field].as_str().unwrap());
            let request = Request::from_vector(vector, text("canonical_query_string"));
            let parsed = parse(text("authorization")).unwrap();
            assert_eq!(
                (parsed.secret_id, parsed.date, parsed.service, parsed.signed_headers, parsed.signature),
                (text("secret_id"), text("date"), text("service"), text("signed_headers"), text("signature")),
                "{name}"
            );
            let canonical =
                canonical_request(&request, parsed.signed_headers, request.header("host").unwrap()).unwrap();
            assert_eq!(canonical, text("canonical_request"), "{name}");
            let timestamp = vector["timestamp"].as_i64().unwrap();
            let to_sign = string_to_sign(timestamp, parsed.date, parsed.service, &canonical);
            assert_eq!(to_sign, text("string_to_sign"), "{name}");
            assert_eq!(
                signature(text("secret_key"), parsed.date, parsed.service, &to_sign),
                text("signature"),
                "{name}"
            );
        }
    }

    #[test]
    fn an_authorization_that_signs_too_little_or_is_malformed_is_not_understood() {
        let good = "TC3-HMAC-SHA256 Credential=id/2023-11-14/billing/tc3_request, SignedHeaders=content-type;host, Signature=00";
        assert!(parse(good).is_some());
        for (from, to) in [
            ("content-type;host", "host"),
            ("content-type;host", "content-type"),
            ("tc3_request", "tc4_request"),
            ("id/", ""),
            ("TC3", "TC4"),
            (", Signature=00", ""),
            ("Signature", "Sign"),
        ] {
            assert!(parse(&good.replace(from, to)).is_none(), "{from} -> {to}");
        }
    }
}
