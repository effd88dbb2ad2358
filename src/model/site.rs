//! Where an account lives, and when a request is made.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};

/// The half of a cloud an account belongs to: each has its own hosts, keys and currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Site {
    /// The international site.
    Intl,
    /// The China site.
    Cn,
}

impl Site {
    /// The name it is configured and shown by: `intl` or `cn`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Intl => "intl",
            Self::Cn => "cn",
        }
    }

    /// The site that this one is not.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Intl => Self::Cn,
            Self::Cn => Self::Intl,
        }
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Site {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "intl" => Ok(Self::Intl),
            "cn" => Ok(Self::Cn),
            _ => Err(format!("unknown site `{text}`: it is `intl` or `cn`")),
        }
    }
}

/// What makes one attempt differ from every other: its time and a number used once.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// The time the request claims to be made at.
    pub time: DateTime<Utc>,
    /// Thirty-two hexadecimal digits that no other request has.
    pub nonce: String,
}
