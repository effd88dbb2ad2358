//! TC3-HMAC-SHA256, Tencent Cloud's signature version 3: <https://www.tencentcloud.com/document/product/555/30750>.

use chrono::{DateTime, Utc};

use crate::crypto::{hmac_sha256, sha256_hex};

const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// The parts of a request that are signed.
#[derive(Debug)]
pub struct Signable<'a> {
    /// `POST` or `GET`.
    pub method: &'a str,
    /// The query string as it is sent; empty with POST.
    pub query: &'a str,
    /// The headers to sign, sorted, names in lower case.
    pub headers: &'a [(&'a str, &'a str)],
    /// The lower-case hexadecimal SHA-256 of the body.
    pub payload_hash: &'a str,
    /// The service, the first label of its host.
    pub service: &'a str,
    /// What `X-TC-Timestamp` says.
    pub time: DateTime<Utc>,
}

impl Signable<'_> {
    fn signed_headers(&self) -> String {
        self.headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";")
    }

    fn canonical_request(&self) -> String {
        let headers: String = self
            .headers
            .iter()
            .map(|(name, value)| format!("{name}:{}\n", value.trim().to_lowercase()))
            .collect();
        let Self { method, query, payload_hash, .. } = self;
        format!("{method}\n/\n{query}\n{headers}\n{}\n{payload_hash}", self.signed_headers())
    }

    /// The day in UTC, whatever the day is where the request is made.
    fn date(&self) -> String {
        self.time.format("%Y-%m-%d").to_string()
    }

    fn credential_scope(&self) -> String {
        format!("{}/{}/tc3_request", self.date(), self.service)
    }

    fn string_to_sign(&self) -> String {
        let hash = sha256_hex(self.canonical_request().as_bytes());
        format!("{ALGORITHM}\n{}\n{}\n{hash}", self.time.timestamp(), self.credential_scope())
    }
}

/// The keys derived from a secret for a day, for a service on that day, and for signing.
fn derived_keys(secret: &str, date: &str, service: &str) -> [[u8; 32]; 3] {
    let mut start = format!("TC3{secret}");
    let date = hmac_sha256(start.as_bytes(), date.as_bytes());
    zeroize::Zeroize::zeroize(&mut start);
    let service = hmac_sha256(&date, service.as_bytes());
    [date, service, hmac_sha256(&service, b"tc3_request")]
}

/// The signature: hexadecimal digits.
pub fn signature(signable: &Signable, secret: &str) -> String {
    let [_, _, key] = derived_keys(secret, &signable.date(), signable.service);
    hex::encode(hmac_sha256(&key, signable.string_to_sign().as_bytes()))
}

/// The value of the `Authorization` header.
pub fn authorization(signable: &Signable, key_id: &str, signature: &str) -> String {
    format!(
        "{ALGORITHM} Credential={key_id}/{}, SignedHeaders={}, Signature={signature}",
        signable.credential_scope(),
        signable.signed_headers(),
    )
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Deserialize)]
    struct Vectors {
        vectors: Vec<Vector>,
    }

    #[derive(Deserialize)]
    struct Vector {
        name: String,
        method: String,
        headers: BTreeMap<String, String>,
        canonical_query_string: String,
        body: String,
        secret_id: String,
        secret_key: String,
        service: String,
        timestamp: i64,
        date: String,
        signed_headers: String,
        hashed_payload: String,
        canonical_request: String,
        canonical_request_sha256: String,
        credential_scope: String,
        string_to_sign: String,
        secret_date: String,
        secret_service: String,
        secret_signing: String,
        signature: String,
        authorization: String,
    }

    #[test]
    fn every_stage_of_every_vector_is_met() {
        let Vectors { vectors } =
            serde_json::from_str(include_str!("../../../tests/vectors/tc3.json")).unwrap();
        assert_eq!(vectors.len(), 35);
        for vector in vectors {
            let name = &vector.name;
            let headers: BTreeMap<String, &str> =
                vector.headers.iter().map(|(name, value)| (name.to_lowercase(), value.as_str())).collect();
            let signed: Vec<(&str, &str)> =
                vector.signed_headers.split(';').map(|name| (name, headers[name])).collect();
            let unsigned_payload = headers.get("x-tc-content-sha256") == Some(&"UNSIGNED-PAYLOAD");
            let body = if unsigned_payload { "UNSIGNED-PAYLOAD" } else { &vector.body };
            let payload_hash = sha256_hex(body.as_bytes());
            let signable = Signable {
                method: &vector.method,
                query: &vector.canonical_query_string,
                headers: &signed,
                payload_hash: &payload_hash,
                service: &vector.service,
                time: DateTime::from_timestamp(vector.timestamp, 0).unwrap(),
            };
            assert_eq!(payload_hash, vector.hashed_payload, "{name}");
            assert_eq!(signable.canonical_request(), vector.canonical_request, "{name}");
            let hash = sha256_hex(signable.canonical_request().as_bytes());
            assert_eq!(hash, vector.canonical_request_sha256, "{name}");
            assert_eq!(signable.credential_scope(), vector.credential_scope, "{name}");
            assert_eq!(signable.string_to_sign(), vector.string_to_sign, "{name}");
            let keys = derived_keys(&vector.secret_key, &vector.date, &vector.service);
            assert_eq!(
                keys.map(hex::encode),
                [vector.secret_date, vector.secret_service, vector.secret_signing],
                "{name}"
            );
            assert_eq!(signature(&signable, &vector.secret_key), vector.signature, "{name}");
            let authorization = authorization(&signable, &vector.secret_id, &vector.signature);
            assert_eq!(authorization, vector.authorization, "{name}");
        }
    }
}
