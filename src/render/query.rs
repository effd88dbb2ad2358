//! `--query`: a `JMESPath` expression over the JSON document.
//!
//! The result is written as YAML when that is the format; as one JSON value a line when NDJSON is the format and
//! the result is a list; and as indented JSON otherwise, for a table has no columns for whatever a query makes.
//! CSV is refused. Amounts are strings in the document, so a query compares them as `to_number(available)`, which
//! is a float: fit for comparing, not for adding up. `totals` has the exact sums.

use jmespath::{DEFAULT_RUNTIME, Expression, JmespathError};
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::document::{Document, Verbatim};
use super::{Format, Listing, json, yaml};
use crate::model::{Error, Kind, Report, Result};

/// The library goes a call deeper for each bracket and operator. People write a dozen or two; the smallest stack
/// that a main thread has (1 MiB) bears many more than this.
const MOST_STEPS: usize = 100;

const HINT: &str = "JMESPath is explained at https://jmespath.org; try `totals[].[currency, available]`";

/// An expression, compiled before anything is asked.
#[derive(Debug)]
pub struct Query {
    expression: Expression<'static>,
    format: Format,
}

impl Query {
    /// Compiles an expression whose result will be written in a format.
    pub fn parse(text: &str, format: Format) -> Result<Self> {
        if format == Format::Csv {
            return Err(Error::new(Kind::Usage, "the result of a query has no form in CSV")
                .hint("use `--output json`, `ndjson` or `yaml` with `--query`"));
        }
        if let Some((at, what)) = trap(text) {
            return Err(pointing_at(text, at, &what));
        }
        let expression = jmespath::compile(text).map_err(|error| mistake(text, &error))?;
        Ok(Self { expression, format })
    }

    /// The query's result as text, with its line feed.
    pub fn answer(&self, report: &Report) -> Result<String> {
        self.search(Document { report, verbatim: Verbatim::Value })
    }

    /// The query's result over a listing, as text with its line feed.
    pub fn answer_listing(&self, listing: Listing) -> Result<String> {
        self.search(listing)
    }

    fn search(&self, document: impl Serialize) -> Result<String> {
        let result =
            self.expression.search(document).map_err(|error| mistake(self.expression.as_str(), &error))?;
        let mut text = Vec::new();
        match (self.format, result.as_array()) {
            (Format::Yaml, _) => yaml::write(&result, &mut text),
            (Format::Ndjson, Some(list)) => list.iter().try_for_each(|value| json::line(value, &mut text)),
            (Format::Ndjson, None) => json::line(&result, &mut text),
            _ => json::pretty(&result, &mut text),
        }
        .map_err(|error| Error::new(Kind::Usage, format!("the query's result cannot be written: {error}")))?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

/// What the library would find too late, when every balance was already asked for (a function that does not
/// exist), and what it cannot bear: a number so large that it overflows, and steps without end.
fn trap(text: &str) -> Option<(usize, String)> {
    let mut steps = 0;
    let mut quote = None;
    let mut escaped = false;
    let mut word = 0..0;
    for (at, character) in text.char_indices() {
        if let Some(end) = quote {
            if character == end && !escaped {
                quote = None;
            }
            escaped = character == '\\' && !escaped;
        } else if character.is_ascii_alphanumeric() || character == '_' {
            let start = if word.end == at { word.start } else { at };
            word = start..at + 1;
            if word.len() > 9 && text[word.clone()].bytes().all(|byte| byte.is_ascii_digit()) {
                return Some((word.start, "the number is too large".to_owned()));
            }
        } else if character == '(' && !word.is_empty() && text[word.end..at].trim().is_empty() {
            let name = &text[word.clone()];
            if DEFAULT_RUNTIME.get_function(name).is_none() {
                return Some((word.start, format!("there is no function `{name}`")));
            }
        } else if matches!(character, '\'' | '"' | '`') {
            quote = Some(character);
        }
        steps += usize::from(quote.is_none() && "([{.!&|<>=".contains(character));
        if steps > MOST_STEPS {
            return Some((at, format!("it has more than {MOST_STEPS} brackets and operators")));
        }
    }
    None
}

fn mistake(text: &str, error: &JmespathError) -> Error {
    let reason = error.reason.to_string();
    let reason = reason.split_once(": ").map_or(reason.as_str(), |(_, reason)| reason);
    pointing_at(text, error.offset, reason)
}

/// The mistake, the expression, and a caret under the place.
fn pointing_at(text: &str, at: usize, what: &str) -> Error {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |feed| feed + 1);
    let line = text[line_start..].lines().next().unwrap_or_default();
    let caret = " ".repeat(before[line_start..].width());
    Error::new(Kind::Usage, format!("cannot use the query: {what}\n{line}\n{caret}^")).hint(HINT)
}
