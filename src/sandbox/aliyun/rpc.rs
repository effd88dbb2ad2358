//! What an RPC request (`SignatureVersion` 1.0, HMAC-SHA1) claims, from the specification.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::verify::Claim;
use super::{Parameters, Refusal};
use crate::sandbox::digest::{canonical_query, hmac_sha1, percent_encode};
use crate::sandbox::request::Request;

/// Reads the claim from the parameters of query and form together.
pub fn claim(request: &Request, parameters: &Parameters) -> Result<Claim, Refusal> {
    if parameters.require("SignatureMethod")? != "HMAC-SHA1" {
        let message = "Specified signature method is not supported.";
        return Err(Refusal::new(400, "InvalidSignatureMethod", message));
    }
    if parameters.require("SignatureVersion")? != "1.0" {
        return Err(Refusal::new(
            400,
            "InvalidParameter",
            "Specified parameter SignatureVersion is not valid.",
        ));
    }
    Ok(Claim {
        key_id: parameters.require("AccessKeyId")?.to_owned(),
        time: parameters.require("Timestamp")?.to_owned(),
        nonce: parameters.require("SignatureNonce")?.to_owned(),
        token: parameters.get("SecurityToken").filter(|token| !token.is_empty()).map(str::to_owned),
        signature: parameters.require("Signature")?.to_owned(),
        string_to_sign: string_to_sign(&request.method, parameters),
        sign,
    })
}

fn string_to_sign(method: &str, parameters: &Parameters) -> String {
    let signed: Vec<_> = parameters.0.iter().filter(|(name, _)| name != "Signature").cloned().collect();
    format!("{method}&%2F&{}", percent_encode(&canonical_query(&signed)))
}

fn sign(secret: &str, string_to_sign: &str) -> String {
    STANDARD.encode(hmac_sha1(format!("{secret}&").as_bytes(), string_to_sign.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn every_vector_is_met_stage_by_stage() {
        let file: Value =
            serde_json::from_str(include_str!("../../../tests/vectors/aliyun_rpc.json")).unwrap();
        for vector in file["vectors"].as_array().unwrap() {
            let (name, text) = (&vector["name"], |field: &str| vector[field].as_str().unwrap());
            let pairs = |field: &str| {
                let map = vector[field].as_object().unwrap().clone();
                map.into_iter()
                    .map(|(name, value)| (name, value.as_str().unwrap().to_owned()))
                    .collect::<Vec<_>>()
            };
            let canonical = canonical_query(&[pairs("query"), pairs("form")].concat());
            assert_eq!(canonical, text("canonicalized_query_string"), "{name}");
            // What is sent is read back by the server's own decoding: the canonical query is one way to send it.
            let query = format!(
                "{}&Signature={}",
                canonical_query(&pairs("query")),
                text("signature_percent_encoded")
            );
            let mut sent = vector.clone();
            if !pairs("form").is_empty() {
                sent["headers"]["content-type"] = "application/x-www-form-urlencoded".into();
            }
            let request = Request::from_vector(&sent, &query);
            let parameters = Parameters::of(&request);
            assert_eq!(parameters.get("Signature"), Some(text("signature")), "{name}");
            let to_sign = string_to_sign(&request.method, &parameters);
            assert_eq!(to_sign, text("string_to_sign"), "{name}");
            assert_eq!(sign(text("access_key_secret"), &to_sign), text("signature"), "{name}");
        }
    }
}
