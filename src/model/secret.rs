//! Secrets, which no log, error or output can contain.

use std::fmt;

use chrono::{DateTime, Utc};
use zeroize::{Zeroize, Zeroizing};

/// A secret text. It implements no `Display`, `Serialize` or `Deref`, its `Debug` shows nothing, and its memory is
/// overwritten on drop.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes ownership of the text.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Returns the text. Called only where a request is signed or sent.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Appends to a buffer that may hold a secret. When it grows, the old memory is overwritten, unlike that of a plain
/// vector.
pub fn append(buffer: &mut Zeroizing<Vec<u8>>, bytes: &[u8]) {
    if buffer.capacity() - buffer.len() < bytes.len() {
        let mut larger = Zeroizing::new(Vec::with_capacity(2 * (buffer.len() + bytes.len())));
        larger.extend_from_slice(buffer);
        *buffer = larger;
    }
    buffer.extend_from_slice(bytes);
}

/// A key of a cloud account.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The key's public name: `SecretId` on Tencent Cloud, `AccessKeyId` on Alibaba Cloud.
    pub key_id: String,
    /// The secret that requests are signed with.
    pub secret: Secret,
    /// The session token of temporary credentials.
    pub token: Option<Secret>,
    /// When temporary credentials expire.
    pub expires_at: Option<DateTime<Utc>>,
}

impl Credentials {
    /// Returns empty credentials, for questions without a signature.
    pub fn none() -> Self {
        Self { key_id: String::new(), secret: Secret::new(String::new()), token: None, expires_at: None }
    }

    /// Returns the key id to show: its first and last four characters.
    pub fn masked_key_id(&self) -> String {
        let characters: Vec<char> = self.key_id.chars().collect();
        match characters.len() {
            0..=11 => "****".to_owned(),
            length => characters[..4].iter().chain(&['*'; 4]).chain(&characters[length - 4..]).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let credentials = Credentials {
            key_id: "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE".to_owned(),
            secret: Secret::new("hush".to_owned()),
            token: Some(Secret::new("quiet".to_owned())),
            expires_at: None,
        };
        let shown = format!("{credentials:?}");
        assert!(!shown.contains("hush") && !shown.contains("quiet"), "{shown}");
        assert_eq!(credentials.masked_key_id(), "AKID****MPLE");
    }
}
