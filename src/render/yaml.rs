//! Writes any serializable value as YAML: in block style, for parsers of YAML 1.1 and 1.2 alike.
//!
//! YAML 1.1, which most parsers implement, does not treat `no`, `12:30:00` or `2026-11-22` as text. A text is therefore
//! unquoted only if it begins with a letter, is not such a word and contains nothing special to YAML. Characters that
//! act on a terminal, or are invisible, are escaped in double quotes.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, Serializer};

use crate::model::is_hidden;

/// YAML allows at most 1,024 characters before the colon of a key; a longer key is marked with `?`.
const LONGEST_KEY: usize = 1000;

/// Writes a YAML document.
pub(super) fn write(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Yaml::default()))?;
    Ok(())
}

/// Formats the values that `serde_json` visits.
#[derive(Default)]
struct Yaml {
    levels: Vec<Level>,
    after: After,
    in_key: bool,
    text: String,
}

/// An open list or map.
struct Level {
    indent: usize,
    is_list: bool,
    is_empty: bool,
    /// What precedes the level itself.
    after: After,
}

/// What is already on the current line.
#[derive(Clone, Copy, Default, PartialEq)]
enum After {
    /// Nothing.
    #[default]
    Start,
    /// `key:`
    Key,
    /// `- `
    Dash,
}

impl Yaml {
    fn begin(&mut self, is_list: bool) {
        let indent = match (self.levels.last(), self.after) {
            (None, _) => 0,
            // A list is not indented below its key.
            (Some(level), After::Key) if is_list => level.indent,
            (Some(level), _) => level.indent + 2,
        };
        self.levels.push(Level { indent, is_list, is_empty: true, after: self.after });
    }

    fn end(&mut self, out: &mut (impl ?Sized + Write)) -> io::Result<()> {
        let Some(level) = self.levels.pop() else { return Ok(()) };
        if !level.is_empty {
            return Ok(());
        }
        self.after = level.after;
        self.scalar(if level.is_list { "[]" } else { "{}" }, out)
    }

    /// Begins the line of an entry. The first entry of a level may share the line of its parent.
    fn entry(&mut self, out: &mut (impl ?Sized + Write)) -> io::Result<()> {
        let Some(level) = self.levels.last_mut() else { return Ok(()) };
        match (level.is_empty, level.after) {
            (true, After::Key) => write!(out, "\n{:1$}", "", level.indent)?,
            (true, After::Start | After::Dash) => {}
            (false, _) => write!(out, "{:1$}", "", level.indent)?,
        }
        level.is_empty = false;
        Ok(())
    }

    /// Writes a scalar and ends its line.
    fn scalar(&mut self, text: &str, out: &mut (impl ?Sized + Write)) -> io::Result<()> {
        let blank = if self.after == After::Key { " " } else { "" };
        writeln!(out, "{blank}{text}")
    }

    fn key(&mut self, key: &str, out: &mut (impl ?Sized + Write)) -> io::Result<()> {
        if key.len() <= LONGEST_KEY {
            return write!(out, "{key}:");
        }
        let indent = self.levels.last().map_or(0, |level| level.indent);
        write!(out, "? {key}\n{:indent$}:", "")
    }
}

macro_rules! numbers {
    ($($name:ident: $type:ty),*) => {
        $(fn $name<W: ?Sized + Write>(&mut self, out: &mut W, value: $type) -> io::Result<()> {
            self.scalar(&value.to_string(), out)
        })*
    };
}

impl Formatter for Yaml {
    numbers!(write_i8: i8, write_i16: i16, write_i32: i32, write_i64: i64, write_i128: i128);
    numbers!(write_u8: u8, write_u16: u16, write_u32: u32, write_u64: u64, write_u128: u128);

    fn write_null<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.scalar("null", out)
    }

    fn write_bool<W: ?Sized + Write>(&mut self, out: &mut W, value: bool) -> io::Result<()> {
        self.scalar(if value { "true" } else { "false" }, out)
    }

    fn write_f32<W: ?Sized + Write>(&mut self, out: &mut W, value: f32) -> io::Result<()> {
        self.scalar(&float(&format!("{value:?}")), out)
    }

    fn write_f64<W: ?Sized + Write>(&mut self, out: &mut W, value: f64) -> io::Result<()> {
        self.scalar(&float(&format!("{value:?}")), out)
    }

    fn begin_string<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.text.clear();
        Ok(())
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, _: &mut W, fragment: &str) -> io::Result<()> {
        self.text.push_str(fragment);
        Ok(())
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, _: &mut W, escape: CharEscape) -> io::Result<()> {
        self.text.push(match escape {
            CharEscape::Quote => '"',
            CharEscape::ReverseSolidus => '\\',
            CharEscape::Solidus => '/',
            CharEscape::Backspace => '\u{8}',
            CharEscape::FormFeed => '\u{c}',
            CharEscape::LineFeed => '\n',
            CharEscape::CarriageReturn => '\r',
            CharEscape::Tab => '\t',
            CharEscape::AsciiControl(byte) => char::from(byte),
        });
        Ok(())
    }

    fn end_string<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        let text = std::mem::take(&mut self.text);
        let written = quoted(&text);
        let result = if self.in_key { self.key(&written, out) } else { self.scalar(&written, out) };
        self.text = text;
        result
    }

    fn begin_array<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.begin(true);
        Ok(())
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, _: bool) -> io::Result<()> {
        self.entry(out)?;
        self.after = After::Dash;
        out.write_all(b"- ")
    }

    fn begin_object<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.begin(false);
        Ok(())
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, _: bool) -> io::Result<()> {
        self.in_key = true;
        self.entry(out)
    }

    fn end_object_key<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.in_key = false;
        Ok(())
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.after = After::Key;
        Ok(())
    }
}

/// Returns a float as YAML 1.1 requires it: with a decimal point, and a sign in the exponent.
fn float(text: &str) -> String {
    let (digits, exponent) = text.split_once('e').map_or((text, None), |(digits, rest)| (digits, Some(rest)));
    let point = if digits.contains('.') { "" } else { ".0" };
    match exponent {
        None => format!("{digits}{point}"),
        Some(exponent) if exponent.starts_with('-') => format!("{digits}{point}e{exponent}"),
        Some(exponent) => format!("{digits}{point}e+{exponent}"),
    }
}

/// Returns a text, quoted if necessary.
fn quoted(text: &str) -> String {
    // YAML forbids noncharacters, and parsers treat U+0085 and similar characters as line breaks.
    let needs_escape = |character: char| is_hidden(character) || matches!(character, '\u{fffe}' | '\u{ffff}');
    if is_plain(text) {
        return text.to_owned();
    }
    if !text.chars().any(needs_escape) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut written = "\"".to_owned();
    for character in text.chars() {
        let code = u32::from(character);
        match character {
            '"' | '\\' => written.extend(['\\', character]),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            _ if needs_escape(character) && code > 0xffff => _ = write!(written, "\\U{code:08x}"),
            _ if needs_escape(character) => _ = write!(written, "\\u{code:04x}"),
            _ => written.push(character),
        }
    }
    written.push('"');
    written
}

/// Returns whether every parser reads the unquoted text as this text.
fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 11] = ["y", "yes", "n", "no", "true", "false", "on", "off", "null", "nan", "inf"];
    let is_ordinary = |character: char| {
        character.is_alphanumeric()
            || character == ' '
            || character.is_ascii_punctuation() && !"#[]{}".contains(character)
    };
    let is_number_like = |character: char| character.is_ascii_hexdigit() || "_-.+:".contains(character);
    // Unquoted, these would be texts if they begin with a letter, but all ids should look alike.
    let is_like_a_number =
        text.chars().all(is_number_like) && text.contains(|character: char| character.is_ascii_digit());
    let has_meaning = text.contains(": ")
        || text.ends_with([':', ' '])
        || WORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
    text.starts_with(char::is_alphabetic)
        && text.chars().all(is_ordinary)
        && !has_meaning
        && !is_like_a_number
}
