//! INI files as the official SDKs write them, read as strictly as Python's `configparser` reads them.
//!
//! Sections and keys that come twice, and lines that say nothing, are errors: halves of two keys would be combined.

use serde_json::{Map, Value};

use super::keys::{File, Kept, Profile, Profiles};
use super::record::Record;
use crate::model::{Error, Kind, Result};

/// The profiles of an INI file: each section is one, and `default` counts when none is chosen.
pub fn profiles(file: &File, read: impl Fn(&Record) -> Result<Option<Kept>>) -> Result<Profiles> {
    let text = file.text.as_ref().map_err(Clone::clone)?;
    let sections = sections(text).map_err(|(line, what)| {
        Error::new(Kind::Credentials, format!("`{}`, line {line}: {what}", file.shown))
            .hint("correct the file")
    })?;
    let all = sections
        .into_iter()
        .map(|(name, values)| {
            let record =
                Record::new(format!("profile `{name}` in `{}`", file.shown), "correct the file", values);
            Profile { name, origin: file.shown.clone(), kept: read(&record) }
        })
        .collect();
    Ok(Profiles { current: "default".to_owned(), all })
}

type Section = (String, Map<String, Value>);

/// The sections in order; or the number of the line that is wrong, and why. Lines are never shown: they hold secrets.
fn sections(text: &str) -> std::result::Result<Vec<Section>, (usize, &'static str)> {
    let mut sections: Vec<Section> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let wrong = |what| (number, what);
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(rest) = line.strip_prefix('[') {
            let (name, _) = rest.split_once(']').ok_or(wrong("`[` without `]`"))?;
            let name = name.trim();
            if sections.iter().any(|(known, _)| known == name) {
                return Err(wrong("the section comes twice"));
            }
            sections.push((name.to_owned(), Map::new()));
            continue;
        }
        let (key, value) = line.split_once(['=', ':']).ok_or(wrong("neither a section nor `key = value`"))?;
        let (_, values) = sections.last_mut().ok_or(wrong("no `[section]` before it"))?;
        let key = key.trim().to_ascii_lowercase();
        if values.insert(key, Value::String(without_comment(value).to_owned())).is_some() {
            return Err(wrong("the key comes twice"));
        }
    }
    Ok(sections)
}

/// A `#` after a blank begins a comment.
fn without_comment(value: &str) -> &str {
    let comment = value.match_indices('#').find(|(at, _)| value[..*at].ends_with([' ', '\t']));
    comment.map_or(value, |(at, _)| &value[..at]).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_hold_keys_without_comments() {
        let text = "# first\r\n[default]\r\nKey_ID = a#b # comment\r\nurl: x=y\r\n; no\r\n[two] # second\r\nempty = #\r\n";
        let read: Vec<String> = sections(text)
            .unwrap()
            .into_iter()
            .map(|(name, values)| format!("{name} {}", Value::Object(values)))
            .collect();
        assert_eq!(read, [r#"default {"key_id":"a#b","url":"x=y"}"#, r#"two {"empty":""}"#]);
    }

    #[test]
    fn what_could_mix_two_keys_is_refused_with_its_line() {
        assert_eq!(sections("[a]\nx = 1\n[a]\ny = 2").unwrap_err(), (3, "the section comes twice"));
        assert_eq!(sections("[a]\nx = 1\nX = 2").unwrap_err(), (3, "the key comes twice"));
        assert_eq!(sections("x = 1").unwrap_err(), (1, "no `[section]` before it"));
        assert_eq!(sections("\n[a\n").unwrap_err(), (2, "`[` without `]`"));
        assert_eq!(sections("[a]\nsecret").unwrap_err(), (2, "neither a section nor `key = value`"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "([\\[\\]=:#; \\na-c元]|\\PC){0,60}") {
            let _ = sections(&text);
        }
    }
}
