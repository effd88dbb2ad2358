//! ACS3-HMAC-SHA256, signature V3: <https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature>.

use crate::crypto::{hmac_sha256, percent_encode, sha256_hex};

const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// The parts of a request that are signed.
#[derive(Debug)]
pub struct Signable<'a> {
    /// `POST` or `GET`.
    pub method: &'a str,
    /// The parameters of the query, sorted by name.
    pub query: &'a [(&'a str, &'a str)],
    /// The headers, sorted, names in lower case.
    pub headers: &'a [(&'a str, &'a str)],
    /// The lower-case hexadecimal SHA-256 of the body.
    pub payload_hash: &'a str,
}

impl Signable<'_> {
    /// The query as it is signed, and as it may be sent.
    pub fn canonical_query_string(&self) -> String {
        let pairs: Vec<String> = self
            .query
            .iter()
            .map(|(name, value)| format!("{}={}", percent_encode(name), percent_encode(value)))
            .collect();
        pairs.join("&")
    }

    fn signed_headers(&self) -> String {
        self.headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";")
    }

    fn canonical_request(&self) -> String {
        let headers: String =
            self.headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
        let (query, signed) = (self.canonical_query_string(), self.signed_headers());
        format!("{}\n/\n{query}\n{headers}\n{signed}\n{}", self.method, self.payload_hash)
    }

    /// What is signed.
    pub fn string_to_sign(&self) -> String {
        format!("{ALGORITHM}\n{}", sha256_hex(self.canonical_request().as_bytes()))
    }
}

/// The signature: hexadecimal digits.
pub fn signature(string_to_sign: &str, secret: &str) -> String {
    hex::encode(hmac_sha256(secret.as_bytes(), string_to_sign.as_bytes()))
}

/// The value of the `Authorization` header.
pub fn authorization(signable: &Signable, key_id: &str, signature: &str) -> String {
    format!(
        "{ALGORITHM} Credential={key_id},SignedHeaders={},Signature={signature}",
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
        query: BTreeMap<String, String>,
        headers: BTreeMap<String, String>,
        body: String,
        access_key_id: String,
        access_key_secret: String,
        canonical_query_string: String,
        signed_headers: String,
        hashed_payload: String,
        canonical_request: String,
        canonical_request_sha256: String,
        string_to_sign: String,
        signature: String,
        authorization: String,
    }

    #[test]
    fn every_stage_of_every_vector_is_met() {
        let Vectors { vectors } =
            serde_json::from_str(include_str!("../../../tests/vectors/acs3.json")).unwrap();
        assert_eq!(vectors.len(), 30);
        for vector in vectors {
            let name = &vector.name;
            let lower: BTreeMap<String, &str> =
                vector.headers.iter().map(|(name, value)| (name.to_lowercase(), value.as_str())).collect();
            let headers: Vec<(&str, &str)> =
                lower.iter().map(|(name, value)| (name.as_str(), *value)).collect();
            let query: Vec<(&str, &str)> =
                vector.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let payload_hash = sha256_hex(vector.body.as_bytes());
            assert_eq!(payload_hash, vector.hashed_payload, "{name}");
            let signable = Signable {
                method: &vector.method,
                query: &query,
                headers: &headers,
                payload_hash: &payload_hash,
            };
            assert_eq!(signable.canonical_query_string(), vector.canonical_query_string, "{name}");
            assert_eq!(signable.signed_headers(), vector.signed_headers, "{name}");
            assert_eq!(signable.canonical_request(), vector.canonical_request, "{name}");
            let hash = sha256_hex(signable.canonical_request().as_bytes());
            assert_eq!(hash, vector.canonical_request_sha256, "{name}");
            assert_eq!(signable.string_to_sign(), vector.string_to_sign, "{name}");
            assert_eq!(
                signature(&vector.string_to_sign, &vector.access_key_secret),
                vector.signature,
                "{name}"
            );
            let authorization = authorization(&signable, &vector.access_key_id, &vector.signature);
            assert_eq!(authorization, vector.authorization, "{name}");
        }
    }
}
