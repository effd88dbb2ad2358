//! The members named on the command line and in files.

use std::collections::HashSet;
use std::path::Path;

use zeroize::Zeroizing;

use crate::file;
use crate::model::{Error, ErrorKind, Result};

/// Room for millions of uins.
const LARGEST: u64 = 64 << 20;

/// What errors call it.
const STDIN: &str = "standard input";

/// Every uin once, in the order in which they are named.
pub fn collect(named: &[String], file: Option<&Path>) -> Result<Vec<String>> {
    let mut uins = Vec::new();
    for value in named {
        for uin in value.split(',') {
            uins.push(check(uin.trim(), || "--uin".to_owned())?);
        }
    }
    if let Some(file) = file {
        let name = if is_stdin(file) { STDIN.to_owned() } else { file.display().to_string() };
        let before = uins.len();
        read_lines(&read(file)?, &name, &mut uins)?;
        if uins.len() == before {
            // An empty list would select every member.
            return Err(Error::new(ErrorKind::Usage, format!("`{name}` names no member"))
                .hint("write one uin a line; without `--uin-file` all members are read"));
        }
    }
    let mut seen = HashSet::new();
    uins.retain(|uin| seen.insert(uin.clone()));
    Ok(uins)
}

fn read_lines(text: &str, name: &str, uins: &mut Vec<String>) -> Result<()> {
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let uin = line.split('#').next().unwrap_or_default().trim();
        if !uin.is_empty() {
            uins.push(check(uin, || format!("{name}:{}", number + 1))?);
        }
    }
    Ok(())
}

fn is_stdin(file: &Path) -> bool {
    file == Path::new("-")
}

fn read(file: &Path) -> Result<Zeroizing<String>> {
    let (read, name) = if is_stdin(file) {
        (file::read_stdin(LARGEST), STDIN.to_owned())
    } else {
        (file::read_public(file, LARGEST), format!("`{}`", file.display()))
    };
    let text = read.and_then(file::Content::text);
    text.map_err(|error| error.explain(ErrorKind::Usage, &name, "check `--uin-file`"))
}

fn check(uin: &str, place: impl Fn() -> String) -> Result<String> {
    if !uin.is_empty() && uin.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(uin.to_owned())
    } else {
        Err(Error::new(ErrorKind::Usage, format!("{}: `{uin}` is not a valid uin", place()))
            .hint("a uin is digits only, such as 700001941608"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(values: &[&str]) -> Result<Vec<String>> {
        collect(&values.iter().map(|&value| value.to_owned()).collect::<Vec<_>>(), None)
    }

    fn lines(text: &str) -> Result<Vec<String>> {
        let mut uins = Vec::new();
        read_lines(text, "members.txt", &mut uins).map(|()| uins)
    }

    #[test]
    fn uins_repeat_and_come_in_lists_and_each_counts_once() {
        assert_eq!(named(&["3,1", "2", "1"]), Ok(vec!["3".to_owned(), "1".to_owned(), "2".to_owned()]));
        assert_eq!(named(&[]), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_uin_is_refused_with_its_place() {
        let message = |result: Result<Vec<String>>| result.unwrap_err().message.into_string();
        assert_eq!(message(named(&["1,,2"])), "--uin: `` is not a valid uin");
        assert_eq!(message(named(&["12a"])), "--uin: `12a` is not a valid uin");
        assert_eq!(message(lines("1\n\n# all\n2 3\n")), "members.txt:4: `2 3` is not a valid uin");
        assert_eq!(message(lines("１\n")), "members.txt:1: `１` is not a valid uin");
    }

    #[test]
    fn a_file_may_have_comments_blank_lines_crlf_and_a_bom() {
        assert_eq!(
            lines("\u{feff}1 # first\r\n\r\n# none\r\n  22\t\r\n"),
            Ok(vec!["1".to_owned(), "22".to_owned()])
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_gives_anything_but_the_digits_in_it(text in "([0-9#,\\s\u{feff}元]|\\PC){0,40}") {
            if let Ok(uins) = lines(&text) {
                proptest::prop_assert!(uins.iter().all(|uin| text.contains(uin)));
                let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
                let said: String = text
                    .split(['\n'])
                    .map(|line| digits(line.split('#').next().unwrap_or_default()))
                    .collect();
                proptest::prop_assert_eq!(uins.concat(), said);
            }
        }
    }
}
