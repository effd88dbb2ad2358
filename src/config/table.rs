//! Tables of the file: values are taken out by key, and what is wrong is said with line and column.

use std::fmt::{Display, Write as _};
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::nearest::{nearest, quoted_list};
use crate::model::{
    Currency, DURATION_FORMS, Error, ErrorKind, InvalidCurrency, Result, is_hidden, parse_duration,
};

/// A file's text. No error repeats any of it but keys and harmless values: the line may hold a secret.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub path: &'a Path,
    pub text: &'a str,
}

impl Source<'_> {
    /// An error at a place in the text.
    pub(super) fn error(&self, at: usize, message: impl Display) -> Error {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|character| *character != '\n').count() + 1;
        Error::new(ErrorKind::Configuration, format!("{}:{line}:{column}: {message}", self.path.display()))
    }
}

impl Source<'_> {
    /// What to do about text that is not TOML. Only keys are repeated, and values of keys that never hold a secret.
    pub(super) fn advice(&self, at: usize, message: &str) -> Option<String> {
        const HARMLESS: &[&str] = &["provider", "site", "output", "color", "signature", "currency", "in"];
        if message.contains("escape") || message.contains("unicode") {
            return Some(BACKSLASHES.to_owned());
        }
        let line = self.text.get(..at)?.rsplit('\n').next()?;
        let (before, begun) = line.rsplit_once('=')?;
        let behind = &self.text[at - begun.len()..];
        let value = behind.trim_start_matches([' ', '\t']);
        let value: String = value.chars().take_while(char::is_ascii_alphanumeric).collect();
        let is_bare_word = value.starts_with(|sign: char| sign.is_ascii_alphabetic())
            && begun.trim().chars().all(|sign| sign.is_ascii_alphanumeric());
        if !is_bare_word {
            return None;
        }
        let key = before.rsplit(['{', ',']).next()?.trim();
        if ["members", "system_certs"].contains(&key) {
            return Some(format!("write `{key} = true` or `{key} = false`"));
        }
        let is_harmless = HARMLESS.contains(&key) && value.len() <= 16;
        Some(if is_harmless {
            format!("put the value in quotes: `{key} = \"{value}\"`")
        } else {
            "put the value in quotes".to_owned()
        })
    }
}

/// What a backslash in double quotes calls for.
const BACKSLASHES: &str =
    r"a backslash in double quotes begins an escape: write a Windows path in single quotes, 'C:\…'";

/// One table of the file.
pub(super) struct Table<'a> {
    source: Source<'a>,
    /// The keys that lead to it, such as `accounts.prod`; empty for the whole file.
    name: String,
    start: usize,
    entries: &'a DeTable<'a>,
}

impl<'a> Table<'a> {
    /// The whole file as a table.
    pub(super) fn root(source: Source<'a>, entries: &'a DeTable<'a>) -> Self {
        Self { source, name: String::new(), start: 0, entries }
    }

    /// Refuses every key but these.
    pub(super) fn allow(&self, known: &[&str]) -> Result<()> {
        self.unknown(known).next().map_or(Ok(()), Err)
    }

    /// Returns an error for each key that is not one of these.
    pub(super) fn unknown(&self, known: &[&str]) -> impl Iterator<Item = Error> {
        let place = if self.name.is_empty() { String::new() } else { format!(" in `{}`", self.name) };
        let unknown = self.keys().into_iter().filter(|(key, _)| !known.contains(key));
        unknown.map(move |(key, start)| {
            let error = self.source.error(start, format_args!("unknown key `{}`{place}", spelt(key)));
            match nearest(key, known) {
                Some(meant) => error.hint(format!("did you mean `{meant}`?")),
                None => error.hint(format!("the keys here are {}", quoted_list(known, "and"))),
            }
        })
    }

    /// The keys with the places where they stand, in the file's order.
    pub(super) fn keys(&self) -> Vec<(&'a str, usize)> {
        let mut keys: Vec<_> =
            self.entries.keys().map(|key| (key.get_ref().as_ref(), key.span().start)).collect();
        keys.sort_by_key(|(_, start)| *start);
        keys
    }

    /// Whether a key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// A text that is not empty and has no control characters.
    pub(super) fn text(&self, key: &str) -> Result<Option<&'a str>> {
        self.get(key).map(|value| self.to_text(key, value, "a text")).transpose()
    }

    /// As [`Table::text`]; `true` stands for "whichever there is" and is read as `None`.
    pub(super) fn text_or_true(&self, key: &str) -> Result<Option<&'a str>> {
        match self.get(key).map(Spanned::get_ref) {
            None | Some(DeValue::Boolean(true)) => Ok(None),
            Some(_) => self.get(key).map(|value| self.to_text(key, value, "a text or true")).transpose(),
        }
    }

    /// One of some texts.
    pub(super) fn choice<'n>(&self, key: &str, known: &[&'n str]) -> Result<Option<&'n str>> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        if let Some(chosen) = known.iter().find(|known| **known == text) {
            return Ok(Some(chosen));
        }
        let wanted = quoted_list(known, "or");
        let error =
            self.error(key, format_args!("`{}` is `{}`, not {wanted}", self.full(key), text.escape_debug()));
        Err(match nearest(text, known) {
            Some(meant) => error.hint(format!("did you mean `{meant}`?")),
            None => error,
        })
    }

    /// A text that is read further.
    pub(super) fn parsed<T: FromStr<Err: Display>>(&self, key: &str) -> Result<Option<T>> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        text.parse().map(Some).map_err(|why| self.error(key, format_args!("`{}`: {why}", self.full(key))))
    }

    /// A currency.
    pub(super) fn currency(&self, key: &str) -> Result<Option<Currency>> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        text.parse().map(Some).map_err(|why: InvalidCurrency| {
            let full = self.full(key);
            let text = text.escape_debug();
            self.error(key, format_args!("`{full}` is `{text}`, {}", InvalidCurrency::WHY)).hint(why.hint())
        })
    }

    /// `true` or `false`.
    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>> {
        match self.get(key).map(Spanned::get_ref) {
            None => Ok(None),
            Some(DeValue::Boolean(flag)) => Ok(Some(*flag)),
            Some(other) => Err(self.mistaken(key, kind(other), "true or false")),
        }
    }

    /// A whole number within bounds.
    pub(super) fn number(&self, key: &str, least: u32, most: u32) -> Result<Option<u32>> {
        let wanted = format!("a whole number from {least} to {most}");
        match self.get(key).map(Spanned::get_ref) {
            None => Ok(None),
            Some(DeValue::Integer(written)) => u32::from_str_radix(written.as_str(), written.radix())
                .ok()
                .filter(|number| (least..=most).contains(number))
                .map(Some)
                .ok_or_else(|| self.mistaken(key, &written.to_string(), &wanted)),
            Some(other) => Err(self.mistaken(key, kind(other), &wanted)),
        }
    }

    /// A duration of at most so many seconds, as a whole number of seconds or a text such as `1m30s`.
    pub(super) fn duration(&self, key: &str, most: u32) -> Result<Option<Duration>> {
        if !matches!(self.get(key).map(Spanned::get_ref), Some(DeValue::String(_))) {
            return Ok(self.number(key, 1, most)?.map(|seconds| Duration::from_secs(seconds.into())));
        }
        let text = self.text(key)?.unwrap_or_default();
        let within = |time: &Duration| !time.is_zero() && *time <= Duration::from_secs(most.into());
        parse_duration(text).ok().filter(within).map(Some).ok_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            let message = format!(
                "`{}` is `{}`, not a duration of at most {most} s",
                self.full(key),
                shown.escape_debug()
            );
            self.error(key, message).hint(format!("accepted is {DURATION_FORMS}"))
        })
    }

    /// A day, written as a text or as TOML's own date.
    pub(super) fn day(&self, key: &str) -> Result<Option<chrono::NaiveDate>> {
        let text = match self.get(key).map(Spanned::get_ref) {
            None => return Ok(None),
            Some(DeValue::Datetime(day)) => day.to_string(),
            Some(_) => self.text(key)?.unwrap_or_default().to_owned(),
        };
        text.parse().map(Some).map_err(|_| {
            self.error(key, format_args!("`{}` is not a date such as `2026-11-20`", self.full(key)))
        })
    }

    /// A table.
    pub(super) fn table(&self, key: &str) -> Result<Option<Self>> {
        let Some((written, value)) = self.entries.get_key_value(key) else { return Ok(None) };
        match value.get_ref() {
            DeValue::Table(entries) => Ok(Some(Self {
                source: self.source,
                name: self.full(key),
                start: written.span().start,
                entries,
            })),
            other => Err(self.mistaken(key, kind(other), "a table")),
        }
    }

    /// An error at the key of a value.
    pub(super) fn error(&self, key: &str, message: impl Display) -> Error {
        let start = self.entries.get_key_value(key).map_or(self.start, |(key, _)| key.span().start);
        self.source.error(start, message)
    }

    /// An error at the beginning of the table.
    pub(super) fn whole_error(&self, message: impl Display) -> Error {
        self.source.error(self.start, message)
    }

    /// The keys that lead to a value, such as `accounts.prod.site`.
    pub(super) fn full(&self, key: &str) -> String {
        if self.name.is_empty() { spelt(key) } else { format!("{}.{}", self.name, spelt(key)) }
    }

    /// The keys that lead to this table.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    fn get(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.entries.get(key)
    }

    fn to_text(&self, key: &str, value: &'a Spanned<DeValue<'a>>, wanted: &str) -> Result<&'a str> {
        let DeValue::String(text) = value.get_ref() else {
            return Err(self.mistaken(key, kind(value.get_ref()), wanted));
        };
        if text.trim().is_empty() {
            return Err(self.mistaken(key, "empty", wanted));
        }
        if text.chars().any(char::is_control) {
            let error = self.error(key, format_args!("`{}` has a control character", self.full(key)));
            return Err(error.hint(BACKSLASHES));
        }
        Ok(text)
    }

    fn mistaken(&self, key: &str, found: &str, wanted: &str) -> Error {
        self.error(key, format_args!("`{}` is {found}, not {wanted}", self.full(key)))
    }
}

/// What a value is. The value itself is not shown: it may be a secret at a wrong place.
fn kind(value: &DeValue) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(true) => "true",
        DeValue::Boolean(false) => "false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// A key as TOML spells it: bare where it can be.
pub(super) fn spelt(key: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !key.is_empty() && key.bytes().all(is_bare) { key.to_owned() } else { quoted(key) }
}

/// A text as a TOML string, with an escape for every character that acts on a terminal or hides.
pub(crate) fn quoted(text: &str) -> String {
    let json = serde_json::to_string(text).expect("every text can be written as JSON");
    let mut toml = String::with_capacity(json.len());
    for character in json.chars() {
        if is_hidden(character) {
            let code = u32::from(character);
            _ = if code > 0xffff { write!(toml, "\\U{code:08X}") } else { write!(toml, "\\u{code:04X}") };
        } else {
            toml.push(character);
        }
    }
    toml
}
