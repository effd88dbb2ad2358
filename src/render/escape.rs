//! Makes external text safe to show: characters that act on a terminal, or are invisible, are escaped.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::model::is_hidden;

/// Returns the text with every hidden character escaped: `\u{1b}`, `\n`.
pub fn visible(text: &str) -> Cow<'_, str> {
    escape(text, is_hidden, |shown, character| shown.extend(character.escape_default()))
}

/// Returns the text with every hidden character escaped as in JSON: `\u001b`. In a JSON string, this does not change
/// the value.
pub(super) fn visible_json(text: &str) -> Cow<'_, str> {
    // Line feeds belong to the document: in strings, they are escaped already.
    let hidden = |character| character != '\n' && is_hidden(character);
    escape(text, hidden, |shown, character| {
        for unit in character.encode_utf16(&mut [0; 2]) {
            write!(shown, "\\u{unit:04x}").expect("a string takes every text");
        }
    })
}

/// Returns the text with each character selected by `hidden` replaced by the output of `write`.
pub(super) fn escape(
    text: &str,
    hidden: impl Fn(char) -> bool,
    write: impl Fn(&mut String, char),
) -> Cow<'_, str> {
    if !text.chars().any(&hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if hidden(character) {
            write(&mut shown, character);
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_or_hides_is_written_out() {
        assert_eq!(
            visible("\u{1b}[2J\r\n\tx\u{7f}\u{9b}31m\0"),
            "\\u{1b}[2J\\r\\n\\tx\\u{7f}\\u{9b}31m\\u{0}"
        );
        assert_eq!(
            visible("a\u{202e}b\u{2066}c\u{200b}d\u{2028}e"),
            "a\\u{202e}b\\u{2066}c\\u{200b}d\\u{2028}e"
        );
    }

    #[test]
    fn invisible_letters_are_written_out() {
        assert_eq!(
            visible(
                "a\u{3164}b\u{115f}c\u{1160}d\u{ffa0}e\u{2800}f\u{34f}g\u{180b}h\u{17b4}i\u{fe0f}j\u{e0041}"
            ),
            "a\\u{3164}b\\u{115f}c\\u{1160}d\\u{ffa0}e\\u{2800}f\\u{34f}g\\u{180b}h\\u{17b4}i\\u{fe0f}j\\u{e0041}"
        );
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for text in ["", "kleinerwang_test", "上海分公司", "Köln é 🙂", "전체\u{3000}회사\u{a0}x", "a\\b"]
        {
            assert!(matches!(visible(text), Cow::Borrowed(shown) if shown == text), "{text}");
        }
    }

    #[test]
    fn in_json_an_escape_means_the_same_character() {
        assert_eq!(visible_json("\"\u{9b}\u{e0041}\"\n"), "\"\\u009b\\udb40\\udc41\"\n");
    }
}
