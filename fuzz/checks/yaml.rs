//! YAML: what is read back is what the JSON document says, whatever texts are in it.

use cloudbal::render::{Format, Style, write};
use serde_json::Value;

use super::report;

/// The lines are the texts of a report: names, ids, messages.
pub fn yaml(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    // A line of three words at least, each of which may be anything.
    let mut words = text.split('\u{0}').map(str::to_owned);
    let mut next = || words.next().unwrap_or_default();
    let report = report([next(), next(), next()]);
    let written = |format| {
        let mut out = Vec::new();
        write(&report, format, Style::default(), &mut out).expect("memory can be written to");
        String::from_utf8(out).expect("output is text")
    };
    let (json, yaml) = (written(Format::Json), written(Format::Yaml));
    let said: Value = serde_json::from_str(&json).expect("a JSON document");
    let read: Value = yaml_serde::from_str(&yaml).unwrap_or_else(|error| panic!("{error}: {yaml}"));
    assert_eq!(read, said, "{yaml}");
}
