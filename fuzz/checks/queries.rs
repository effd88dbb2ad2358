//! Queries: an expression is refused with words, or gives a document of the format that was asked for.

use cloudbal::model::Report;
use cloudbal::render::{Format, Query};
use serde_json::Value;

use super::{is_told, report};

/// The bytes are a JMESPath expression.
pub fn queries(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let report = report(["prod", "元", "a\nb"].map(str::to_owned));
    for format in [Format::Json, Format::Ndjson, Format::Yaml, Format::Csv] {
        let answer = Query::parse(text, format).and_then(|query| answered(&query, &report));
        match answer {
            Ok(text) => is_document(format, &text),
            Err(error) => is_told(&error),
        }
    }
}

fn answered(query: &Query, report: &Report) -> cloudbal::model::Result<String> {
    query.answer(report)
}

fn is_document(format: Format, text: &str) {
    match format {
        Format::Ndjson => {
            text.lines().for_each(|line| assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}"));
        }
        Format::Yaml => assert!(yaml_serde::from_str::<Value>(text).is_ok(), "{text}"),
        _ => assert!(serde_json::from_str::<Value>(text).is_ok(), "{text}"),
    }
    assert!(text.ends_with('\n') || text.is_empty(), "{text:?}");
}
