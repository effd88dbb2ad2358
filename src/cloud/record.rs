//! Named values that hold credentials, wherever they were written: each error names the value and never shows it.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use zeroize::Zeroize as _;

use crate::model::{Credentials, Error, Kind, Result, Secret};

/// Named values from one place: a profile, a section, a set of environment variables, a reply.
pub struct Record {
    place: String,
    remedy: String,
    values: Map<String, Value>,
}

impl Record {
    /// Values from a place. Errors begin with the place, unless it is empty, and end with the remedy as their hint.
    pub fn new(place: impl Into<String>, remedy: impl Into<String>, values: Map<String, Value>) -> Self {
        Self { place: place.into(), remedy: remedy.into(), values }
    }

    /// The values of a JSON object.
    pub fn parse(text: &str, place: impl Into<String>, remedy: impl Into<String>) -> Result<Self> {
        let mut record = Self::new(place, remedy, Map::new());
        // Only syntax can be wrong here, and messages about syntax hold no text of the file.
        match serde_json::from_str(text) {
            Ok(Value::Object(values)) => record.values = values,
            Ok(other) => return Err(record.wrong(format!("holds {}, not an object", kind_of(&other)))),
            Err(_) if text.trim().is_empty() => return Err(record.wrong("is empty")),
            Err(error) => return Err(record.wrong(format!("not JSON: {error}"))),
        }
        Ok(record)
    }

    /// An error about these values.
    pub fn wrong(&self, what: impl std::fmt::Display) -> Error {
        let message =
            if self.place.is_empty() { what.to_string() } else { format!("{}: {what}", self.place) };
        Error::new(Kind::Credentials, message).hint(self.remedy.as_str())
    }

    /// A text without the blanks around it; `None` when it is absent, null or empty.
    pub fn text(&self, name: &str) -> Result<Option<&str>> {
        match self.values.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => {
                let text = text.trim();
                if text.contains(char::is_control) {
                    return Err(self.foreign(name));
                }
                Ok(Some(text).filter(|text| !text.is_empty()))
            }
            Some(other) => Err(self.not_a(name, other, "a text")),
        }
    }

    /// A text that a request can carry: visible ASCII.
    pub fn word(&self, name: &str) -> Result<Option<&str>> {
        match self.text(name)? {
            Some(text) if !text.bytes().all(|byte| byte.is_ascii_graphic()) => Err(self.foreign(name)),
            text => Ok(text),
        }
    }

    /// A text that a request can carry, without which the rest means nothing.
    pub fn needed(&self, name: &str) -> Result<&str> {
        self.word(name)?.ok_or_else(|| self.missing(name))
    }

    /// The error when a value is missing.
    pub fn missing(&self, name: &str) -> Error {
        self.wrong(self.lack(name))
    }

    /// The error when a value is missing that another one needs.
    pub fn half(&self, missing: &str, present: &str) -> Error {
        self.wrong(format!("{} but `{present}` is set", self.lack(missing)))
    }

    fn lack(&self, name: &str) -> String {
        let is_empty = self.values.get(name).is_some_and(Value::is_string);
        format!("`{name}` is {}", if is_empty { "empty" } else { "not set" })
    }

    /// A key pair, with the first token that is set; `None` when neither half is there.
    pub fn key(&self, key_id: &str, secret: &str, tokens: &[&str]) -> Result<Option<Credentials>> {
        let (id, hidden) = match (self.word(key_id)?, self.word(secret)?) {
            (None, None) => return Ok(None),
            (Some(id), Some(hidden)) => (id, hidden),
            (Some(_), None) => return Err(self.half(secret, key_id)),
            (None, Some(_)) => return Err(self.half(key_id, secret)),
        };
        let mut token = None;
        for name in tokens {
            token = token.or(self.word(name)?);
        }
        let hide = |text: &str| Secret::new(text.to_owned());
        Ok(Some(Credentials {
            key_id: id.to_owned(),
            secret: hide(hidden),
            token: token.map(hide),
            expires_at: None,
        }))
    }

    /// Temporary credentials that must be complete and last beyond now. The time they end at may be left out.
    pub fn temporary(&self, names: [&str; 3], ends: &str, now: DateTime<Utc>) -> Result<Credentials> {
        let [key_id, secret, token] = names;
        let mut credentials = self.key(key_id, secret, &[token])?.ok_or_else(|| self.missing(key_id))?;
        if credentials.token.is_none() {
            return Err(self.half(token, key_id));
        }
        credentials.expires_at = self.time(ends)?;
        self.unexpired(credentials, now)
    }

    /// The credentials, unless they have ended.
    pub fn unexpired(&self, credentials: Credentials, now: DateTime<Utc>) -> Result<Credentials> {
        match credentials.expires_at {
            Some(end) if end <= now => {
                Err(self.wrong(format!("the temporary key expired at {}", end.format("%Y-%m-%dT%H:%M:%SZ"))))
            }
            _ => Ok(credentials),
        }
    }

    /// A number of seconds; `None` when it is absent, null or zero.
    pub fn seconds(&self, name: &str) -> Result<Option<u32>> {
        let wrong = || self.wrong(format!("`{name}` is not a number of seconds"));
        let digits = match self.values.get(name) {
            Some(Value::Number(number)) => number.to_string(),
            _ => self.word(name)?.unwrap_or("0").to_owned(),
        };
        digits.parse().map(|seconds| Some(seconds).filter(|seconds| *seconds > 0)).map_err(|_| wrong())
    }

    /// A time, as seconds since 1970 or as RFC 3339 has it; `None` when it is absent, null or zero.
    pub fn time(&self, name: &str) -> Result<Option<DateTime<Utc>>> {
        let text = match self.values.get(name) {
            Some(Value::Number(number)) => number.to_string(),
            _ => match self.text(name)? {
                Some(text) => text.to_owned(),
                None => return Ok(None),
            },
        };
        // Some tools write seconds with a fraction.
        let seconds = text.split_once('.').map_or(text.as_str(), |(seconds, _)| seconds).parse();
        let time = match seconds {
            Ok(0) => return Ok(None),
            Ok(seconds) => DateTime::from_timestamp(seconds, 0),
            Err(_) => DateTime::parse_from_rfc3339(&text).ok().map(|time| time.to_utc()),
        };
        time.map(Some).ok_or_else(|| self.wrong(format!("`{name}` is not a time")))
    }

    /// The objects in a list; none when it is absent or null.
    pub fn objects(&self, name: &str) -> Result<Vec<&Map<String, Value>>> {
        match self.values.get(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(list)) => list
                .iter()
                .map(|value| value.as_object().ok_or_else(|| self.not_a(name, value, "a list of objects")))
                .collect(),
            Some(other) => Err(self.not_a(name, other, "a list of objects")),
        }
    }

    fn not_a(&self, name: &str, value: &Value, wanted: &str) -> Error {
        self.wrong(format!("`{name}` holds {}, not {wanted}", kind_of(value)))
    }

    fn foreign(&self, name: &str) -> Error {
        self.wrong(format!("`{name}` holds characters that do not belong there"))
            .hint("copy it again; blanks, line breaks and accents inside it come from copying")
    }
}

/// The values are overwritten: some are secrets.
impl Drop for Record {
    fn drop(&mut self) {
        self.values.values_mut().for_each(overwrite);
    }
}

fn overwrite(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(list) => list.iter_mut().for_each(overwrite),
        Value::Object(values) => values.values_mut().for_each(overwrite),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
