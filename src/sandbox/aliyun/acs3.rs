//! What a request signed with ACS3-HMAC-SHA256 claims, from the specification.

use super::Refusal;
use super::verify::Claim;
use crate::sandbox::digest::{canonical_query, form_pairs, hmac_sha256, sha256};
use crate::sandbox::request::Request;

/// Reads the claim from the headers.
pub fn claim(request: &Request) -> Result<Claim, Refusal> {
    let incomplete = |message: &str| Refusal::new(400, "IncompleteSignature", message);
    let authorization = request.header("authorization").ok_or_else(|| Refusal::missing("Authorization"))?;
    let (key_id, signed_headers, signature) =
        parse(authorization).ok_or_else(|| incomplete("The header Authorization is not valid."))?;
    if let Some(unsigned) = unsigned_header(request, signed_headers) {
        return Err(incomplete(&format!("The header {unsigned} must be signed.")));
    }
    let required = |name: &str| {
        request
            .header(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| Refusal::missing(name))
            .map(str::to_owned)
    };
    if required("x-acs-content-sha256")? != sha256(&request.body) {
        let message = "The header x-acs-content-sha256 is not the hash of the body.";
        return Err(Refusal::new(400, "SignatureDoesNotMatch", message));
    }
    let canonical = canonical_request(request, signed_headers)
        .ok_or_else(|| incomplete("A header is said to be signed and is not there."))?;
    Ok(Claim {
        key_id: key_id.to_owned(),
        time: required("x-acs-date")?,
        nonce: required("x-acs-signature-nonce")?,
        token: request.header("x-acs-security-token").map(str::to_owned),
        signature: signature.to_owned(),
        string_to_sign: string_to_sign(&canonical),
        sign,
    })
}

fn parse(authorization: &str) -> Option<(&str, &str, &str)> {
    let fields = authorization.strip_prefix("ACS3-HMAC-SHA256 ")?;
    let [credential, signed_headers, signature] = fields.split(',').collect::<Vec<_>>()[..] else {
        return None;
    };
    Some((
        credential.strip_prefix("Credential=")?,
        signed_headers.strip_prefix("SignedHeaders=")?,
        signature.strip_prefix("Signature=")?,
    ))
}

/// A header that has to be signed when it is sent, and is not.
fn unsigned_header<'a>(request: &'a Request, signed_headers: &str) -> Option<&'a str> {
    let sent = request.headers.keys().map(hyper::header::HeaderName::as_str);
    let mut required =
        sent.filter(|name| ["host", "content-type"].contains(name) || name.starts_with("x-acs-"));
    required.find(|name| !signed_headers.split(';').any(|signed| signed == *name))
}

/// `None` when a header is said to be signed and is not there.
fn canonical_request(request: &Request, signed_headers: &str) -> Option<String> {
    let mut names: Vec<_> = signed_headers.split(';').collect();
    names.sort_unstable();
    let mut headers = String::new();
    for name in &names {
        headers.extend([name, ":", request.header(name)?, "\n"]);
    }
    let query = canonical_query(&form_pairs(&request.query));
    let payload = sha256(&request.body);
    Some(format!("{}\n{}\n{query}\n{headers}\n{}\n{payload}", request.method, request.path, names.join(";")))
}

fn string_to_sign(canonical_request: &str) -> String {
    format!("ACS3-HMAC-SHA256\n{}", sha256(canonical_request.as_bytes()))
}

fn sign(secret: &str, string_to_sign: &str) -> String {
    hex::encode(hmac_sha256(secret.as_bytes(), string_to_sign.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn every_vector_is_met_stage_by_stage() {
        let file: Value = serde_json::from_str(include_str!("../../../tests/vectors/acs3.json")).unwrap();
        for vector in file["vectors"].as_array().unwrap() {
            let (name, text) = (&vector["name"], |field: &str| vector[field].as_str().unwrap());
            let mut sent = vector.clone();
            sent["headers"]["authorization"] = vector["authorization"].clone();
            let request = Request::from_vector(&sent, text("canonical_query_string"));
            let canonical = canonical_request(&request, text("signed_headers")).unwrap();
            assert_eq!(canonical, text("canonical_request"), "{name}");
            let claim = claim(&request).unwrap();
            assert_eq!(
                (claim.key_id.as_str(), claim.time.as_str(), claim.nonce.as_str(), claim.token.as_deref()),
                (
                    text("access_key_id"),
                    text("date"),
                    text("nonce"),
                    vector["security_token"].as_str().map(str::trim)
                ),
                "{name}"
            );
            assert_eq!(claim.string_to_sign, text("string_to_sign"), "{name}");
            assert_eq!(claim.signature, text("signature"), "{name}");
            assert_eq!(sign(text("access_key_secret"), &claim.string_to_sign), text("signature"), "{name}");
        }
    }
}
