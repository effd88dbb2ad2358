//! INI files as the official SDKs read them: Python's `configparser` and Go's `ini.v1`.
//!
//! Duplicate sections and keys, and lines without a meaning, are errors, because halves of two keys could be combined.

use serde_json::{Map, Value};

use super::keys::{File, Kept, Profile, Profiles};
use super::record::{Known, Record};
use crate::model::{Error, ErrorKind, Result};

/// The section whose values every other one inherits.
const INHERITED: &str = "DEFAULT";

/// Reads the profiles of an INI file: each section is one, and `default` is used when none is chosen.
///
/// The case of keys does not matter.
pub fn profiles(
    file: &File,
    known: &Known,
    read: impl Fn(&Record) -> Result<Option<Kept>>,
) -> Result<Profiles> {
    let text = file.text.as_ref().map_err(Clone::clone)?;
    let mut sections = sections(text).map_err(|(line, what)| {
        Error::new(ErrorKind::Credentials, format!("`{}`, line {line}: {what}", file.shown))
            .hint("correct the file")
    })?;
    let inherited = sections.iter().position(|section| section.name == INHERITED);
    let inherited = inherited.map(|index| sections.remove(index).values).unwrap_or_default();
    let profile = |name: &str, mut values: Map<String, Value>| {
        for (key, value) in &inherited {
            if !values.keys().any(|other| other.eq_ignore_ascii_case(key)) {
                values.insert(key.clone(), value.clone());
            }
        }
        let place = format!("profile `{name}` in `{}`", file.shown);
        let record = Record::new(place, "correct the file", values).ignoring_case(known);
        let kept = record.and_then(|record| read(&record));
        Profile { name: name.to_owned(), origin: file.shown.clone(), kept }
    };
    let mut all: Vec<Profile> =
        sections.into_iter().map(|section| profile(&section.name, section.values)).collect();
    // Values that nothing inherits as `default` would be passed over.
    if !all.iter().any(|profile| profile.name == "default") {
        let mut lone = profile(INHERITED, Map::new());
        if !matches!(lone.kept, Ok(None)) {
            let message = format!(
                "`{}` has a section `[{INHERITED}]`, and no `[default]` that inherits it",
                file.shown
            );
            let error = Error::new(ErrorKind::Credentials, message);
            lone.kept = Err(error.hint(format!("rename `[{INHERITED}]` to `[default]`")));
            all.push(lone);
        }
    }
    Ok(Profiles { current: "default".to_owned(), all })
}

#[derive(Debug)]
struct Section {
    name: String,
    values: Map<String, Value>,
}

/// The key that the following lines may continue.
struct Open {
    key: String,
    indent: usize,
}

/// The sections in order; or the number of the line that is wrong, and why. Lines are never shown: they hold secrets.
fn sections(text: &str) -> std::result::Result<Vec<Section>, (usize, &'static str)> {
    let mut sections: Vec<Section> = Vec::new();
    let mut open: Option<Open> = None;
    for (number, whole) in (1..).zip(lines(text)) {
        let wrong = |what| (number, what);
        let line = whole.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let indent = whole.len() - whole.trim_start().len();
        if let (Some(section), Some(open)) = (sections.last_mut(), &open)
            && indent > open.indent
            && let Some(Value::String(value)) = section.values.get_mut(&open.key)
            && !begins_another(line, value)
        {
            value.push('\n');
            value.push_str(without_comment(line));
            continue;
        }
        if let Some(rest) = line.strip_prefix('[') {
            let (name, rest) = rest.split_once(']').ok_or(wrong("`[` without `]`"))?;
            let name = name.trim();
            // What else looks like a section may be JSON, with a secret in it.
            if name.contains(['"', '{', ':', '=', ',']) {
                return Err(wrong("not the name of a section"));
            }
            if !without_comment(rest).is_empty() {
                return Err(wrong("text after `]`"));
            }
            if sections.iter().any(|known| known.name == name) {
                return Err(wrong("duplicate section"));
            }
            sections.push(Section { name: name.to_owned(), values: Map::new() });
            open = None;
            continue;
        }
        let (key, value) = line.split_once(['=', ':']).ok_or(wrong("neither a section nor `key = value`"))?;
        let section = sections.last_mut().ok_or(wrong("no `[section]` before it"))?;
        let key = key.trim().to_owned();
        if section.values.keys().any(|known| known.eq_ignore_ascii_case(&key)) {
            return Err(wrong("duplicate key"));
        }
        section.values.insert(key.clone(), Value::String(without_comment(value).to_owned()));
        open = Some(Open { key, indent });
    }
    for value in sections.iter_mut().flat_map(|section| section.values.values_mut()) {
        if let Value::String(text) = value {
            *text = without_quotes(text.trim()).to_owned();
        }
    }
    Ok(sections)
}

/// Lines, whether they end as on Unix, on Windows or on old Macs.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

/// Whether an indented line begins another key or section, and does not continue a value. `configparser` always
/// continues and `ini.v1` never does; a key that comes after a whole value is what its author meant.
fn begins_another(line: &str, value: &str) -> bool {
    if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return !name.contains(['"', '{']);
    }
    let key = line.split_once(['=', ':']).map_or("", |(key, _)| key.trim());
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    // What follows an opening bracket is JSON, as in the `policy` of a role.
    let is_json = value.starts_with(['{', '[']);
    !value.is_empty() && !is_json && !key.is_empty() && key.bytes().all(is_name)
}

/// A `#` begins a comment, and so does a `;` after a blank, unless they are between quotes.
fn without_comment(value: &str) -> &str {
    let value = value.trim();
    // What is between quotes is kept, if nothing but a comment follows.
    if let Some((quoted, rest)) = split_quoted(value)
        && (rest.trim().is_empty() || rest.trim_start().starts_with(['#', ';']))
    {
        return quoted;
    }
    let mut comments = value.match_indices(['#', ';']);
    let begins = |(at, sign): &(usize, &str)| *sign == "#" || *at == 0 || value[..*at].ends_with([' ', '\t']);
    comments.find(begins).map_or(value, |(at, _)| &value[..at]).trim()
}

/// A value that begins with a quote, up to the next one, and what follows.
fn split_quoted(value: &str) -> Option<(&str, &str)> {
    let quote = value.chars().next().filter(|first| ['"', '\''].contains(first))?;
    let end = value[1..].find(quote)? + 2;
    Some(value.split_at(end))
}

/// What is between a pair of quotes around the whole value.
fn without_quotes(value: &str) -> &str {
    match split_quoted(value) {
        Some((quoted, "")) => quoted[1..quoted.len() - 1].trim(),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let show = |section: Section| format!("{} {}\n", section.name, Value::Object(section.values));
        sections(text).unwrap().into_iter().map(show).collect()
    }

    #[test]
    fn sections_hold_keys_without_comments() {
        let text = "# first\r\n[default]\r\nKey_ID = a;b # comment\r\nurl: x=y\r\n; no\r\n[two] # second\r\nempty = #\r\n\
                    none = ; x\r\nsame = x#y\r\nlast = x ; y";
        insta::assert_snapshot!(read(text), @r#"
        default {"Key_ID":"a;b","url":"x=y"}
        two {"empty":"","last":"x","none":"","same":"x"}
        "#);
    }

    #[test]
    fn quotes_around_values_are_stripped() {
        let text = "[a]\nb = \"x\"\nc = 'x # y'  # z\nd = \"\"\ne = \"x\nf = x\"\ng = \"x\"y\"\nh = ' x '\ni = \"x\" ; y";
        insta::assert_snapshot!(read(text), @r#"a {"b":"x","c":"x # y","d":"","e":"\"x","f":"x\"","g":"\"x\"y\"","h":"x","i":"x"}"#);
    }

    #[test]
    fn lines_end_in_any_way() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["[a]", "b = 1", "", "# x", "c = 2", ""].join(end);
            assert_eq!(read(&text), "a {\"b\":\"1\",\"c\":\"2\"}\n", "{end:?}");
        }
    }

    #[test]
    fn deeper_lines_continue_a_value() {
        let text = "[a]\nb =\n  QUJD==\n  # no\nc = {\n  \"x\": [\n    \"y\"\n  ], # z\n  \"v\": 1\n  }\nd = 1\n\n  2\n";
        insta::assert_snapshot!(read(text), @r#"a {"b":"QUJD==","c":"{\n\"x\": [\n\"y\"\n],\n\"v\": 1\n}","d":"1\n2"}"#);
    }

    #[test]
    fn indented_keys_are_keys() {
        let text = "  [a]\n  b = 1\n    c = 2\n  [d]\n\te = 3\n\t\t[f]\n\tg: 4";
        assert_eq!(read(text), "a {\"b\":\"1\",\"c\":\"2\"}\nd {\"e\":\"3\"}\nf {\"g\":\"4\"}\n");
    }

    #[test]
    fn what_could_mix_two_keys_is_refused_with_its_line() {
        assert_eq!(sections("[a]\nx = 1\n[a]\ny = 2").unwrap_err(), (3, "duplicate section"));
        assert_eq!(sections("[a]\nx = 1\nX = 2").unwrap_err(), (3, "duplicate key"));
        assert_eq!(sections("x = 1").unwrap_err(), (1, "no `[section]` before it"));
        assert_eq!(sections("\n[a\n").unwrap_err(), (2, "`[` without `]`"));
        assert_eq!(sections("[a] x = 1").unwrap_err(), (1, "text after `]`"));
        assert_eq!(sections("[{\"secret_id\":\"hush\"}]").unwrap_err(), (1, "not the name of a section"));
        assert_eq!(sections("[a]\nsecret").unwrap_err(), (2, "neither a section nor `key = value`"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "([\\[\\]=:#; \\na-c元]|\\PC){0,60}") {
            let _ = sections(&text);
        }
    }
}
