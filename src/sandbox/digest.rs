//! Hashes and percent-encoding, written from the two specifications and shared by their verifiers only.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// SHA-256 in lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// HMAC-SHA256.
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

/// HMAC-SHA1.
pub fn hmac_sha1(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

/// Percent-encodes as RFC 3986 wants it: letters, digits and `-_.~` stay, every other byte becomes `%XY`.
pub fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push_str(&hex::encode_upper([byte]));
        }
    }
    encoded
}

/// Splits a query string or form body into its decoded pairs, in the order sent.
pub fn form_pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (form_decode(name), form_decode(value))
        })
        .collect()
}

fn form_decode(text: &str) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escaped =
            (byte == b'%').then(|| after.get(..2).and_then(|digits| hex::decode(digits).ok())).flatten();
        if let Some(escaped) = escaped {
            decoded.extend(escaped);
            rest = &after[2..];
        } else {
            decoded.push(if byte == b'+' { b' ' } else { byte });
            rest = after;
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// The canonical query of Alibaba Cloud's two schemes: pairs sorted by name, then encoded.
pub fn canonical_query(pairs: &[(String, String)]) -> String {
    let mut sorted: Vec<_> = pairs.iter().collect();
    sorted.sort();
    let encoded: Vec<_> = sorted
        .into_iter()
        .map(|(name, value)| format!("{}={}", percent_encode(name), percent_encode(value)))
        .collect();
    encoded.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unreserved_characters_stay_as_they_are() {
        assert_eq!(percent_encode("aZ09-_.~ *+/余"), "aZ09-_.~%20%2A%2B%2F%E4%BD%99");
    }

    #[test]
    fn a_form_is_decoded_with_plus_as_blank_and_broken_escapes_kept() {
        let expected = [("a b", "c+d"), ("empty", ""), ("bare", ""), ("100%", "%zz%2")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(form_pairs("a+b=c%2Bd&empty=&bare&&100%=%zz%2"), expected);
    }
}
