//! Replies, and how to handle those that are not an answer.

use std::time::Duration;

use chrono::{DateTime, Utc};
use zeroize::Zeroize as _;

use super::fields::InvalidField;
use crate::model::{Error, ErrorKind};

/// How much of a message is shown, in characters.
pub const LONGEST_MESSAGE: usize = 400;

/// How much of a code, an id or a header is shown.
pub const LONGEST_NAME: usize = 80;

/// What a server sent back.
#[derive(Debug, Default)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers; names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, whole.
    pub body: Vec<u8>,
}

/// Headers and body are overwritten: a reply may give temporary credentials.
impl Drop for Reply {
    fn drop(&mut self) {
        self.headers.iter_mut().for_each(|(_, value)| value.zeroize());
        self.body.zeroize();
    }
}

/// What the client should do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Nothing: asking again gives the same.
    GiveUp,
    /// Ask again, after the time that the server named or one of the client's choosing.
    Retry {
        /// The time to wait, where the server named one.
        after: Option<Duration>,
    },
    /// Ask once more with the server's clock.
    CorrectClock {
        /// The server's time, where the reply tells it.
        server_time: Option<DateTime<Utc>>,
    },
    /// Ask the other site, where the site was not chosen by the user.
    OtherSite,
}

/// A reply that is not an answer.
#[derive(Debug)]
pub struct Failure {
    /// What to tell.
    pub error: Box<Error>,
    /// What to do.
    pub advice: Advice,
}

impl Failure {
    /// A failure that asking again would only repeat.
    pub fn fatal(error: Error) -> Self {
        Self { error: Box::new(error), advice: Advice::GiveUp }
    }
}

impl Reply {
    /// The value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> Result<&str, Failure> {
        // None is asked for, and a small compressed body can hold a huge one.
        let encodings = self.headers.iter().filter(|(name, _)| name == "content-encoding");
        let encodings = encodings.flat_map(|(_, value)| value.split(',')).map(str::trim);
        let mut foreign =
            encodings.filter(|encoding| !encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity"));
        if let Some(encoding) = foreign.next() {
            let why =
                format!("it is encoded as `{}`, which was not requested", beginning(encoding, LONGEST_NAME));
            return Err(self.unreadable(&why));
        }
        let text = std::str::from_utf8(&self.body)
            .map_err(|error| self.unreadable(&format!("byte {} is not UTF-8", error.valid_up_to() + 1)))?;
        // Some gateways put a byte order mark before JSON.
        Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
    }

    /// The server's time from the `Date` header.
    pub fn server_time(&self) -> Option<DateTime<Utc>> {
        DateTime::parse_from_rfc2822(self.header("date")?).ok().map(|time| time.to_utc())
    }

    /// What the `Retry-After` header asks for, in its form in seconds or as a date.
    pub fn retry_after(&self) -> Option<Duration> {
        let value = self.header("retry-after")?.trim();
        if let Ok(seconds) = value.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let until = DateTime::parse_from_rfc2822(value).ok()?.to_utc();
        (until - self.server_time()?).to_std().ok()
    }

    /// The failure of a reply that is not what it should be. Server errors are worth asking again.
    pub fn unreadable(&self, why: &str) -> Failure {
        let content = if self.body.is_empty() {
            "empty".to_owned()
        } else {
            self.header("content-type")
                .map_or("no content type".to_owned(), |kind| beginning(kind, LONGEST_NAME))
        };
        let looks_like_html = self.body.trim_ascii_start().starts_with(b"<");
        let why = beginning(why, LONGEST_MESSAGE);
        let message =
            format!("unreadable reply: HTTP {}, {content}, {} bytes: {why}", self.status, self.body.len());
        let hint = match self.status {
            300..=399 => {
                "the server redirects elsewhere, where a signed request is never sent; check `--endpoint` and the proxy"
            }
            407 => {
                "the proxy requires a user name and password: set CLOUDBAL_PROXY to `http://USER:PASSWORD@HOST:PORT`"
            }
            429 => "the cloud or a proxy wants fewer requests; try again later",
            _ if looks_like_html => {
                "a web page came instead of an answer: a proxy or a login page may stand in between"
            }
            500..=599 => "the cloud or a proxy failed; try again later",
            _ => "try again; with `-vv` every attempt is shown",
        };
        let kind = match self.status {
            429 => ErrorKind::Throttled,
            500.. => ErrorKind::Server,
            _ => ErrorKind::UnreadableReply,
        };
        let advice = if kind != ErrorKind::UnreadableReply || self.status == 408 {
            Advice::Retry { after: self.retry_after() }
        } else {
            Advice::GiveUp
        };
        Failure { error: Box::new(Error::new(kind, message).hint(hint)), advice }
    }

    /// The failure of an answer one of whose fields is wrong.
    pub fn invalid_field(&self, field: &InvalidField) -> Failure {
        self.unreadable(&field.0)
    }
}

/// Returns the beginning of what a server sent, enough to identify it.
pub fn beginning(text: &str, enough: usize) -> String {
    match text.char_indices().nth(enough) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
