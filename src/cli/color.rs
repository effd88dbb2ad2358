//! When output has colors: one decision for tables, errors, usage errors and help.

use std::ffi::{OsStr, OsString};

use clap::ValueEnum as _;

use super::args::Color;

impl Color {
    /// Whether a stream has colors, which may be a terminal.
    pub fn on(self, is_terminal: bool) -> bool {
        self.decide(is_terminal, |name| std::env::var_os(name))
    }

    /// By <https://no-color.org>, <https://bixense.com/clicolors/> and the terminal's own word for "no escape codes".
    fn decide(self, is_terminal: bool, variable: impl Fn(&str) -> Option<OsString>) -> bool {
        let value = |name| variable(name).filter(|value| !value.is_empty());
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if value("NO_COLOR").is_some() => false,
            Self::Auto if value("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
            Self::Auto => {
                is_terminal
                    && value("CLICOLOR").is_none_or(|value| value != "0")
                    && value("TERM").is_none_or(|value| value != "dumb")
            }
        }
    }

    /// What a command line, and the variable where it says nothing, chooses: for what is printed when it cannot be
    /// parsed. A choice that is itself invalid counts as none.
    pub fn of_words(words: &[OsString]) -> Self {
        let named = |name: &str| Self::from_str(name.trim(), true).ok();
        let words: Vec<&str> = words
            .iter()
            .skip(1)
            .take_while(|word| *word != OsStr::new("--"))
            .map(|word| word.to_str().unwrap_or_default())
            .collect();
        let mut chosen =
            words.iter().enumerate().filter_map(|(at, word)| match word.strip_prefix("--color") {
                Some("") => words.get(at + 1).copied(),
                Some(rest) => rest.strip_prefix('='),
                None => None,
            });
        chosen.next_back().and_then(named).unwrap_or_else(|| {
            let variable = std::env::var("CLOUDBAL_COLOR").unwrap_or_default();
            named(&variable).unwrap_or_default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_first_in_this_order_decides() {
        let decided = |color: Color, variables: &[(&str, &str)], is_terminal| {
            color.decide(is_terminal, |name| {
                variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
            })
        };
        let at = |variables| [true, false].map(|is_terminal| decided(Color::Auto, variables, is_terminal));
        let (never, forced, as_it_is) = ([false, false], [true, true], [true, false]);
        assert_eq!(at(&[]), as_it_is);
        for (variables, expected) in [
            (&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")][..], never),
            (&[("NO_COLOR", ""), ("CLICOLOR_FORCE", "1"), ("TERM", "dumb")], forced),
            (&[("CLICOLOR_FORCE", "1"), ("CLICOLOR", "0")], forced),
            (&[("CLICOLOR_FORCE", "0")], as_it_is),
            (&[("CLICOLOR_FORCE", "")], as_it_is),
            (&[("CLICOLOR", "0")], never),
            (&[("CLICOLOR", "1")], as_it_is),
            (&[("TERM", "dumb")], never),
            (&[("TERM", "xterm")], as_it_is),
            (&[("TERM", "")], as_it_is),
        ] {
            assert_eq!(at(variables), expected, "{variables:?}");
        }
        let all = [("NO_COLOR", "1"), ("TERM", "dumb"), ("CLICOLOR_FORCE", "1")];
        assert!(decided(Color::Always, &all, false) && !decided(Color::Never, &all[2..], true));
    }

    #[test]
    fn the_last_choice_of_a_command_line_counts() {
        let of = |line: &str| Color::of_words(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
        assert_eq!(of("cloudbal --color never balanc"), Color::Never);
        assert_eq!(of("cloudbal --color=always --nonsense"), Color::Always);
        assert_eq!(of("cloudbal --color always all --color never"), Color::Never);
        for line in ["cloudbal", "cloudbal --color", "cloudbal --color x", "cloudbal -- --color never"] {
            assert_eq!(of(line), Color::Auto, "{line}");
        }
    }
}
