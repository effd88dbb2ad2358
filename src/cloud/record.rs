//! Named values that hold credentials, wherever they were written: each error names the value and never shows it.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use zeroize::Zeroize as _;

use super::fields::describe_syntax;
use super::keys::Around;
use crate::model::{Credentials, Error, ErrorKind, Result, Secret};

/// The keys that the reader of an entry understands.
pub(super) struct Known {
    /// Hold credentials or lead to them. The first is the one that an entry without credentials lacks; the first three
    /// are named when none is near to what is written.
    pub(super) credentials: &'static [&'static str],
    /// Do not change whose credentials are read.
    pub(super) settings: &'static [&'static str],
}

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
        match serde_json::from_str(text.strip_prefix('\u{feff}').unwrap_or(text)) {
            Ok(Value::Object(values)) => record.values = values,
            Ok(other) => return Err(record.wrong(format!("holds {}, not an object", kind_of(&other)))),
            Err(_) if text.trim().is_empty() => return Err(record.wrong("is empty")),
            Err(error) => return Err(record.wrong(describe_syntax(&error))),
        }
        Ok(record)
    }

    /// The same, with the empty fields of its kind taken from environment variables. The table has the fields of each
    /// kind, in lower case, with the variables.
    pub fn filled(&self, table: &[(&str, &[(&str, &str)])], kind: &str, around: &Around) -> Result<Self> {
        let mut values = self.values.clone();
        let fields = table.iter().filter(|(known, _)| *known == kind).flat_map(|(_, fields)| *fields);
        for (field, variable) in fields {
            if self.text(field)?.is_none()
                && let Some(value) = (around.variable)(variable)?
            {
                values.insert((*field).to_owned(), Value::String(value));
            }
        }
        Ok(Self::new(self.place.as_str(), self.remedy.as_str(), values))
    }

    /// An error about these values.
    pub fn wrong(&self, what: impl std::fmt::Display) -> Error {
        let message =
            if self.place.is_empty() { what.to_string() } else { format!("{}: {what}", self.place) };
        Error::new(ErrorKind::Credentials, message).hint(self.remedy.as_str())
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

    /// A text as it is written, blanks included; `None` when it is absent, null or blank.
    pub fn exact(&self, name: &str) -> Result<Option<&str>> {
        self.text(name).map(|text| text.and_then(|_| self.values.get(name)?.as_str()))
    }

    /// The path of a file: a text without quotes around it; `None` when it is absent, null or empty.
    pub fn path(&self, name: &str) -> Result<Option<&str>> {
        match self.text(name)? {
            Some(text) if is_quoted(text) => Err(self.quoted(name)),
            text => Ok(text),
        }
    }

    /// A text that may have several lines, without the blanks around it; `None` when it is absent, null or empty.
    pub(super) fn lines(&self, name: &str) -> Result<Option<&str>> {
        let is_foreign = |character: char| character.is_control() && !character.is_whitespace();
        match self.values.get(name) {
            Some(Value::String(text)) if text.contains(is_foreign) => Err(self.foreign(name)),
            Some(Value::String(text)) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
            _ => self.text(name),
        }
    }

    /// A text that a request can carry: visible ASCII, without quotes around it.
    pub fn word(&self, name: &str) -> Result<Option<&str>> {
        match self.text(name)? {
            Some(text) if is_quoted(text) => Err(self.quoted(name)),
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

    /// `true` or `false`, also as a text in any letter case; `false` when it is absent, null or empty.
    pub fn flag(&self, name: &str) -> Result<bool> {
        if let Some(Value::Bool(flag)) = self.values.get(name) {
            return Ok(*flag);
        }
        match self.text(name)?.map(str::to_ascii_lowercase).as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(self.wrong(format!("`{name}` is neither `true` nor `false`"))),
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

    /// A list; an empty one when it is absent or null.
    pub(super) fn list(&self, name: &str) -> Result<&[Value]> {
        match self.values.get(name) {
            None | Some(Value::Null) => Ok(&[]),
            Some(Value::Array(list)) => Ok(list),
            Some(other) => Err(self.not_a(name, other, "a list")),
        }
    }

    /// Whether there is a value that is not null.
    pub(super) fn holds(&self, name: &str) -> bool {
        self.values.get(name).is_some_and(|value| !value.is_null())
    }

    /// The same values with every known name in its own case, for files in which the case of names does not matter.
    /// Other names stay as they are written.
    pub(super) fn ignoring_case(mut self, known: &Known) -> Result<Self> {
        let mut values = Map::new();
        for (written, value) in std::mem::take(&mut self.values) {
            let mut names = known.credentials.iter().chain(known.settings);
            let name = names.find(|name| name.eq_ignore_ascii_case(&written));
            let name = name.map_or(written, |name| (*name).to_owned());
            if values.get(&name).is_some_and(|other| *other != value) {
                return Err(self.wrong(format!("`{name}` is set twice, in different case")));
            }
            values.insert(name, value);
        }
        self.values = values;
        Ok(self)
    }

    /// Where the values are from.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    pub(super) fn into_values(mut self) -> Map<String, Value> {
        std::mem::take(&mut self.values)
    }

    /// Fails when a key is a misspelling of one that leads to credentials, or another tool's name for it: what it holds
    /// would be ignored, and another account may be read.
    pub(super) fn refuse_misspelled(&self, known: &Known) -> Result<()> {
        let has_token = known.credentials.iter().any(|name| name.contains("token") && self.is_filled(name));
        let is_misspelled = |name: &&str| {
            let plain = plain(name);
            known.credentials.iter().any(|right| distance(name, right) <= 1)
                || plain.contains("rolearn")
                || (plain.contains("token") && !has_token)
        };
        let misspelled: Vec<&str> = self.unknown(known).filter(is_misspelled).collect();
        if misspelled.is_empty() { Ok(()) } else { Err(self.not_understood(&misspelled, known)) }
    }

    /// Fails when an entry in which no credentials were found holds anything but settings: it is not empty, so the
    /// next source must not be used instead.
    pub(super) fn refuse_leftovers(&self, known: &Known) -> Result<()> {
        let unknown: Vec<&str> = self.unknown(known).collect();
        if !unknown.is_empty() {
            return Err(self.not_understood(&unknown, known));
        }
        match known.credentials.iter().find(|name| self.is_filled(name)) {
            Some(present) => Err(self.half(known.credentials[0], present)),
            None => Ok(()),
        }
    }

    /// Whether a value is anything but null, empty, false or zero, which tools write for what is not set.
    pub(super) fn is_filled(&self, name: &str) -> bool {
        self.values.get(name).is_some_and(is_filled)
    }

    fn unknown(&self, known: &Known) -> impl Iterator<Item = &str> {
        let is_known = |name: &str| known.credentials.contains(&name) || known.settings.contains(&name);
        let filled = self.values.iter().filter(|(_, value)| is_filled(value));
        filled.map(|(name, _)| name.as_str()).filter(move |name| !is_known(name))
    }

    /// The names of keys are shown, unless they may be a value in the wrong place.
    fn not_understood(&self, names: &[&str], known: &Known) -> Error {
        let shown: Vec<&str> = names.iter().copied().filter(|name| is_name(name)).collect();
        let what = match (shown.len(), names.len()) {
            (0, _) => "holds a value where a key is expected".to_owned(),
            (1, _) => format!("unknown key {}", listed(&shown)),
            _ => format!("unknown keys {}", listed(&shown)),
        };
        let right = |name: &str| {
            let near = known.credentials.iter().map(|right| (distance(name, right), *right));
            let near = near.filter(|(distance, right)| *distance <= right.len() / 4);
            let near = near.min_by_key(|(distance, _)| *distance).map(|(_, right)| right);
            // Every tool has another name for the token.
            near.or_else(|| {
                let token = known.credentials.iter().copied().find(|right| right.ends_with("token"));
                token.filter(|_| plain(name).ends_with("token"))
            })
        };
        let corrections: Option<Vec<String>> = shown
            .iter()
            .map(|name| right(name).map(|right| format!("`{right}` instead of `{name}`")))
            .collect();
        let hint = match corrections {
            Some(corrections) if !corrections.is_empty() => format!("write {}", corrections.join(", ")),
            _ => format!(
                "the right names are {}",
                listed(&known.credentials[..known.credentials.len().min(3)])
            ),
        };
        self.wrong(what).hint(hint)
    }

    fn quoted(&self, name: &str) -> Error {
        let hint = if self.place.is_empty() {
            "remove the quotes around the value; `docker --env-file` does not strip them"
        } else {
            "remove the inner quotes around the value"
        };
        self.wrong(format!("`{name}` is quoted: the quotes are part of its value")).hint(hint)
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

/// Whether a text begins or ends with a quote. No id, secret, token or name in a request does.
pub fn is_quoted(text: &str) -> bool {
    text.starts_with(QUOTES) || text.ends_with(QUOTES)
}

const QUOTES: &[char] = &['"', '\'', '“', '”', '‘', '’'];

fn is_filled(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Bool(true) => true,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(values) => !values.is_empty(),
    }
}

/// How many letters must change to make one name of the other, whatever their case and however their words are
/// joined.
fn distance(name: &str, right: &str) -> usize {
    /// Longer names are not typing mistakes, and the comparison's memory grows with the length.
    const LONGEST: usize = 64;
    if name.len() > LONGEST {
        return usize::MAX;
    }
    strsim::damerau_levenshtein(&plain(name), &plain(right))
}

fn plain(name: &str) -> String {
    name.to_lowercase().replace(['_', '-', '.', ' '], "")
}

/// Whether a key can be shown: a secret in its place is long, and has digits or characters that names do not have.
fn is_name(key: &str) -> bool {
    const LONGEST: usize = 40;
    let is_word = |word: &str| word.len() < 16 || word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let mut words = key.split(['_', '-', '.', ' ']);
    key.len() <= LONGEST
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-. ".contains(&byte))
        && words.all(is_word)
}

fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, first)) if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => quoted.concat(),
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
