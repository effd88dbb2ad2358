//! RPC signature 1.0 with HMAC-SHA1: <https://www.alibabacloud.com/help/en/sdk/product-overview/rpc-mechanism>.

use super::super::Method;
use crate::crypto::{hmac_sha1_base64, percent_encode};

/// The parameters sorted by name in byte order, each percent-encoded, joined as in a query string.
fn canonicalized_query_string(mut parameters: Vec<(&str, &str)>) -> String {
    parameters.sort_unstable();
    let pairs: Vec<String> = parameters
        .iter()
        .map(|(name, value)| format!("{}={}", percent_encode(name), percent_encode(value)))
        .collect();
    pairs.join("&")
}

fn string_to_sign(method: Method, canonicalized: &str) -> String {
    format!("{}&%2F&{}", method.name(), percent_encode(canonicalized))
}

/// The key is the secret with an `&` behind it.
fn signature(string_to_sign: &str, secret: &str) -> String {
    let mut key = format!("{secret}&");
    let signature = hmac_sha1_base64(key.as_bytes(), string_to_sign.as_bytes());
    zeroize::Zeroize::zeroize(&mut key);
    signature
}

/// The form of these parameters without a signature.
pub fn form(parameters: Vec<(&str, &str)>) -> String {
    canonicalized_query_string(parameters)
}

/// The form of these parameters with their signature, and the signature alone.
pub fn signed_form(method: Method, parameters: Vec<(&str, &str)>, secret: &str) -> (String, String) {
    let canonicalized = canonicalized_query_string(parameters);
    let signature = signature(&string_to_sign(method, &canonicalized), secret);
    (format!("{canonicalized}&Signature={}", percent_encode(&signature)), signature)
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
        form: BTreeMap<String, String>,
        access_key_secret: String,
        canonicalized_query_string: String,
        string_to_sign: String,
        signature: String,
        signature_percent_encoded: String,
    }

    #[test]
    fn every_stage_of_every_vector_is_met() {
        let Vectors { vectors } =
            serde_json::from_str(include_str!("../../../tests/vectors/aliyun_rpc.json")).unwrap();
        assert_eq!(vectors.len(), 32);
        for vector in &vectors {
            let name = &vector.name;
            let method = if vector.method == "GET" { Method::Get } else { Method::Post };
            let parameters: Vec<(&str, &str)> = vector
                .query
                .iter()
                .chain(&vector.form)
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            let canonicalized = canonicalized_query_string(parameters.clone());
            assert_eq!(canonicalized, vector.canonicalized_query_string, "{name}");
            assert_eq!(string_to_sign(method, &canonicalized), vector.string_to_sign, "{name}");
            assert_eq!(
                signature(&vector.string_to_sign, &vector.access_key_secret),
                vector.signature,
                "{name}"
            );
            assert_eq!(
                signed_form(method, parameters, &vector.access_key_secret),
                (
                    format!(
                        "{}&Signature={}",
                        vector.canonicalized_query_string, vector.signature_percent_encoded
                    ),
                    vector.signature.clone(),
                ),
                "{name}"
            );
        }
    }
}
