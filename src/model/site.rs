//! The sites of a cloud, and the stamp of a request.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};

/// The longest name of a site, in bytes.
const LONGEST: usize = 8;

/// One of the separate sites of a cloud, each with its own hosts, keys and accounts: a name of up to eight lower-case
/// letters. Each cloud lists its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Site([u8; LONGEST]);

impl Site {
    /// The international site.
    pub const INTL: Self = Self::named("intl");
    /// The site for mainland China.
    pub const CN: Self = Self::named("cn");

    /// Returns the site with this name. An invalid name fails to compile where a cloud lists its sites.
    pub const fn named(name: &str) -> Self {
        match Self::parse(name) {
            Some(site) => site,
            None => panic!("the name of a site is one to eight lower-case letters"),
        }
    }

    const fn parse(name: &str) -> Option<Self> {
        let name = name.as_bytes();
        if name.is_empty() || name.len() > LONGEST {
            return None;
        }
        let mut site = [0; LONGEST];
        let mut at = 0;
        while at < name.len() {
            if !name[at].is_ascii_lowercase() {
                return None;
            }
            site[at] = name[at];
            at += 1;
        }
        Some(Self(site))
    }

    /// Returns the name used in configuration and output, such as `intl`.
    pub fn name(&self) -> &str {
        let length = self.0.iter().position(|byte| *byte == 0).unwrap_or(LONGEST);
        std::str::from_utf8(&self.0[..length]).expect("a site holds lower-case letters")
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Site {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text).ok_or_else(|| format!("`{text}` is not a valid site name"))
    }
}

impl serde::Serialize for Site {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> serde::Deserialize<'de> for Site {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

/// The time and the nonce of one attempt.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// The time of the request.
    pub time: DateTime<Utc>,
    /// Thirty-two hexadecimal digits, unique to the request.
    pub nonce: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_identified_by_its_name() {
        assert_eq!("intl".parse(), Ok(Site::INTL));
        assert_eq!((Site::CN.name(), Site::named("mainland").name()), ("cn", "mainland"));
        for wrong in ["", "CN", "c n", "cn1", "ninechars"] {
            assert_eq!(wrong.parse::<Site>(), Err(format!("`{wrong}` is not a valid site name")));
        }
    }

    #[test]
    fn a_site_is_written_and_read_by_its_name() {
        assert_eq!(serde_json::to_string(&Site::INTL).unwrap(), r#""intl""#);
        assert_eq!(serde_json::from_str::<Site>(r#""cn""#).unwrap(), Site::CN);
        assert!(serde_json::from_str::<Site>(r#""a\u0000""#).is_err());
    }
}
