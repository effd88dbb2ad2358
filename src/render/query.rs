//! `--query`: a `JMESPath` expression over the JSON document.
//!
//! With YAML as the format, the result is written as YAML. With NDJSON, a list is written as one JSON value per line.
//! Otherwise the result is indented JSON, because a table has no columns for arbitrary results. CSV is rejected.
//! Amounts are strings in the document, so queries compare them with `to_number(available)`, which is a float: fine for
//! comparing, not for adding up. `totals` has the exact sums.

use std::io::{self, Write};

use jmespath::ast::Ast;
use jmespath::{Context, DEFAULT_RUNTIME, JmespathError, Rcvar, Runtime, interpret};
use unicode_width::UnicodeWidthStr;

use super::document::{Document, Verbatim};
use super::literal::Literals;
use super::watch::{Watched, watch};
use super::{Format, Listing, document, json, values, yaml};
use crate::model::{Error, ErrorKind, Report, Result};

/// The largest number of brackets and operators, each of which makes the library recurse. Real queries have a dozen or
/// two, and even the smallest stack of a main thread (1 MiB) holds many more than this.
const MOST_STEPS: usize = 100;

const HINT: &str = "see https://jmespath.org, or try `totals[].[currency, available]`";

/// An expression. It is compiled before any request is sent.
pub struct Query {
    text: String,
    literals: Literals,
    ast: Ast,
    runtime: Runtime,
    watched: Watched,
    format: Format,
}

/// The result of a query.
pub struct Answer {
    value: Rcvar,
    format: Format,
    /// Warnings about comparisons that have no effect.
    pub warnings: Vec<Error>,
}

impl Query {
    /// Compiles an expression, whose result is written in the given format. Fails for CSV and for an invalid
    /// expression.
    pub fn parse(text: &str, format: Format) -> Result<Self> {
        if matches!(format, Format::Csv | Format::Xlsx) {
            let name = if format == Format::Csv { "CSV" } else { "XLSX" };
            return Err(Error::new(ErrorKind::Usage, format!("`--query` does not support {name}"))
                .hint("use `--output json`, `ndjson` or `yaml` with `--query`"));
        }
        if let Some((at, what)) = trap(text) {
            return Err(Error::new(
                ErrorKind::Usage,
                pointing_at(text, at, &format!("invalid query: {what}")),
            )
            .hint(HINT));
        }
        let literals = Literals::read(text);
        let mut ast = jmespath::parse(literals.text()).map_err(|error| mistake(text, &literals, &error))?;
        let mut runtime = Runtime::new();
        runtime.register_builtin_functions();
        let watched = watch(&mut ast, &mut runtime);
        Ok(Self { text: text.to_owned(), literals, ast, runtime, watched, format })
    }

    /// Evaluates the query on a report.
    ///
    /// A projection of all balances (`balances[?…].x`) is evaluated on one balance at a time, and only its results are
    /// kept. Other expressions, such as `sort_by(balances, …)`, need all balances in memory.
    pub fn find(&self, report: &Report) -> Result<Answer> {
        let mut ast = self.ast.clone();
        let mut shared = values::Shared::default();
        let mut project = |ast: &Ast| self.project(report, ast, &mut shared);
        values::project_balances(&mut ast, &mut project)?;
        let all = values::needs_balances(&ast);
        let document = Document { report, verbatim: Verbatim::Value, with_balances: false };
        let mut root =
            jmespath::Variable::from_serializable(document).map_err(|error| self.mistake(&error))?;
        if let (true, jmespath::Variable::Object(fields)) = (all, &mut root) {
            let balances = report.balances().map(|balance| shared.value(document::balance_record(balance)));
            let balances = balances.collect::<std::result::Result<Vec<_>, _>>();
            let balances = balances.map_err(|error| self.mistake(&error))?;
            fields.insert("balances".to_owned(), Rcvar::new(jmespath::Variable::Array(balances)));
        }
        self.answer_of(&Rcvar::new(root), &ast)
    }

    /// Evaluates the query on a listing.
    pub fn find_in_listing(&self, listing: Listing) -> Result<Answer> {
        let root = jmespath::Variable::from_serializable(listing).map_err(|error| self.mistake(&error))?;
        self.answer_of(&Rcvar::new(root), &self.ast)
    }

    /// Evaluates the query on a report and returns the result as text, with its line feed.
    pub fn answer(&self, report: &Report) -> Result<String> {
        let mut text = Vec::new();
        self.find(report)?.write(&mut text).expect("memory takes every text");
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    fn project(&self, report: &Report, ast: &Ast, shared: &mut values::Shared) -> Result<Vec<Rcvar>> {
        let mut found = Vec::new();
        for balance in report.balances() {
            let row =
                shared.value(document::balance_record(balance)).map_err(|error| self.mistake(&error))?;
            let value = self.evaluate(&row, ast)?;
            if !value.is_null() {
                found.push(value);
            }
        }
        Ok(found)
    }

    fn answer_of(&self, root: &Rcvar, ast: &Ast) -> Result<Answer> {
        let value = self.evaluate(root, ast)?;
        let warnings = self.watched.findings().into_iter().map(|finding| {
            let at = self.literals.original(finding.at);
            Error::new(ErrorKind::Usage, pointing_at(&self.text, at, &finding.message)).hint(finding.hint)
        });
        Ok(Answer { value, format: self.format, warnings: warnings.collect() })
    }

    fn evaluate(&self, value: &Rcvar, ast: &Ast) -> Result<Rcvar> {
        let mut context = Context::new(self.literals.text(), &self.runtime);
        interpret(value, ast, &mut context).map_err(|error| self.mistake(&error))
    }

    fn mistake(&self, error: &JmespathError) -> Error {
        mistake(&self.text, &self.literals, error)
    }
}

impl std::fmt::Debug for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Query").field("text", &self.text).finish_non_exhaustive()
    }
}

impl Answer {
    /// Writes the result, with its line feed.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        match (self.format, self.value.as_array()) {
            (Format::Yaml, _) => yaml::write(&self.value, out),
            (Format::Ndjson, Some(list)) => list.iter().try_for_each(|value| json::line(value, out)),
            (Format::Ndjson, None) => json::line(&self.value, out),
            _ => json::pretty(&self.value, out),
        }
    }
}

/// Detects what the library would find only after every balance was requested (an unknown function), and what crashes
/// it: a number that overflows, and deep recursion.
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
                return Some((word.start, format!("unknown function `{name}`")));
            }
        } else if matches!(character, '\'' | '"' | '`') {
            quote = Some(character);
        }
        steps += usize::from(quote.is_none() && "([{.!&|<>=".contains(character));
        if steps > MOST_STEPS {
            return Some((at, format!("more than {MOST_STEPS} brackets and operators")));
        }
    }
    None
}

fn mistake(text: &str, literals: &Literals, error: &JmespathError) -> Error {
    let reason = error.reason.to_string();
    let reason = reason.split_once(": ").map_or(reason.as_str(), |(_, reason)| reason);
    let hint = match reason.split_once(" expects type ") {
        Some((_, types)) if types.contains("number") => {
            "amounts are texts; convert them, as in `sum(totals[].to_number(available))`"
        }
        _ => HINT,
    };
    let message = format!("invalid query: {reason}");
    Error::new(ErrorKind::Usage, pointing_at(text, literals.original(error.offset), &message)).hint(hint)
}

/// Returns a message, the expression, and a caret under the position.
fn pointing_at(text: &str, at: usize, message: &str) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |feed| feed + 1);
    let line = text[line_start..].lines().next().unwrap_or_default();
    let caret = " ".repeat(before[line_start..].width());
    format!("{message}\n{line}\n{caret}^")
}
