//! Characters that people do not see.

/// Code points that take no part in what a reader sees: Unicode's property `Default_Ignorable_Code_Point` (joiners,
/// marks of direction, fillers, variation selectors, tags), then separators of lines and paragraphs, the marks of
/// annotations, and the braille pattern without dots.
const HIDDEN: [(char, char); 18] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// Whether a character acts on a terminal, turns the direction of writing, or makes two texts look alike.
pub fn is_hidden(character: char) -> bool {
    character.is_control() || HIDDEN.iter().any(|&(first, last)| (first..=last).contains(&character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_ignorable_code_point_is_hidden() {
        let ignorable = regex::Regex::new(r"^[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Zl}\p{Zp}]$").unwrap();
        let also = ['\u{2800}', '\u{fff9}', '\u{fffa}', '\u{fffb}'];
        let mut text = String::new();
        for character in '\0'..=char::MAX {
            text.clear();
            text.push(character);
            let expected = ignorable.is_match(&text) || also.contains(&character);
            assert_eq!(is_hidden(character), expected, "{}", character.escape_unicode());
        }
    }
}
