//! Command lines as aliyun-cli splits a `process_command`.

/// Splits a command line into a program and its arguments, or says what is wrong with it.
///
/// Blanks separate words and quotes group them. `#`, `$`, `~`, `|` and `*` mean themselves, because no shell runs the
/// command. A backslash escapes the next character, but not on Windows, where it separates folders.
///
/// Source: aliyun-cli, `config/command_split.go`.
pub(super) fn split(text: &str, windows: bool) -> Result<Vec<String>, &'static str> {
    let mut words = Vec::new();
    // `None` between words; a quoted empty word is a word.
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut characters = text.trim().chars().peekable();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (Some('"'), '\\') => {
                let special: &[char] = if windows { &['"'] } else { &['"', '\\', '$', '`', '\n'] };
                let escaped = characters.next_if(|next| special.contains(next));
                word.get_or_insert_default().push(escaped.unwrap_or(character));
            }
            (None, '\\') if !windows => {
                let escaped = characters.next().ok_or("ends with a backslash")?;
                word.get_or_insert_default().push(escaped);
            }
            (None, '"' | '\'') => {
                word.get_or_insert_default();
                quote = Some(character);
            }
            (None, _) if character.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    if quote.is_some() {
        return Err("has an unclosed quote");
    }
    words.extend(word);
    if words.first().is_none_or(String::is_empty) {
        return Err("names no program");
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unix(text: &str) -> Result<Vec<String>, &'static str> {
        split(text, false)
    }

    #[expect(clippy::unnecessary_wraps, reason = "it is compared with results")]
    fn words(words: &[&str]) -> Result<Vec<String>, &'static str> {
        Ok(words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn blanks_separate_words_and_nothing_else_does() {
        assert_eq!(
            unix("creds.py --tag #prod --role admin"),
            words(&["creds.py", "--tag", "#prod", "--role", "admin"])
        );
        assert_eq!(unix(" a\tb \r\n  c\u{3000}d\n"), words(&["a", "b", "c", "d"]));
        assert_eq!(
            unix("# a;b|c $HOME ~ * `id` a=b &"),
            words(&["#", "a;b|c", "$HOME", "~", "*", "`id`", "a=b", "&"])
        );
    }

    #[test]
    fn quotes_group_words() {
        assert_eq!(unix(r#"'/my tools/cred' "First Last" "#), words(&["/my tools/cred", "First Last"]));
        assert_eq!(unix(r#"tool "" '' a"b c"'d e'f"#), words(&["tool", "", "", "ab cd ef"]));
        assert_eq!(unix("tool \"it's\" '\"#\"'"), words(&["tool", "it's", "\"#\""]));
    }

    #[test]
    fn a_backslash_escapes_outside_single_quotes() {
        assert_eq!(unix(r"tool arg\ with\ space \# \\"), words(&["tool", "arg with space", "#", "\\"]));
        assert_eq!(unix(r#"tool "say \"hi\" \$x \n""#), words(&["tool", "say \"hi\" $x \\n"]));
        assert_eq!(unix(r"tool 'a\b'"), words(&["tool", r"a\b"]));
    }

    #[test]
    fn on_windows_a_backslash_separates_folders() {
        let windows = |text| split(text, true);
        assert_eq!(windows(r"C:\tools\cred.exe a\"), words(&[r"C:\tools\cred.exe", r"a\"]));
        assert_eq!(
            windows(r#""C:\Program Files\cred.exe" "say \"hi\"" \\server\x"#),
            words(&[r"C:\Program Files\cred.exe", "say \"hi\"", r"\\server\x"])
        );
    }

    #[test]
    fn an_incomplete_command_is_an_error() {
        for text in ["pass 'show", "\"C:\\x", "a \"b\\\""] {
            assert_eq!(unix(text), Err("has an unclosed quote"), "{text}");
        }
        assert_eq!(unix(r"tool\"), Err("ends with a backslash"));
        for text in ["", "  \n", "'' a"] {
            assert_eq!(unix(text), Err("names no program"), "{text}");
        }
    }
}
