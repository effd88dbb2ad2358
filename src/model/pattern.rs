//! Patterns of names, as in shells: `*`, `?` and `[…]`.

use std::fmt;
use std::str::FromStr;

/// A pattern that matches whole names, case-sensitively.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    glob: glob::Pattern,
}

impl Pattern {
    /// Returns whether a text contains a pattern character.
    pub fn is_one(text: &str) -> bool {
        text.contains(['*', '?', '['])
    }

    /// Returns whether a name matches.
    pub fn matches(&self, name: &str) -> bool {
        self.glob.matches(name)
    }
}

impl FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut single = text.to_owned();
        // Names have no folders, so `**` means the same as `*`.
        while single.contains("**") {
            single = single.replace("**", "*");
        }
        let glob = glob::Pattern::new(&single).map_err(|why| format!("not a pattern: {}", why.msg))?;
        if text.is_empty() {
            return Err("an empty pattern matches nothing".to_owned());
        }
        Ok(Self { text: text.to_owned(), glob })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, names: &[&'static str]) -> Vec<&'static str> {
        let pattern: Pattern = pattern.parse().unwrap();
        names.iter().copied().filter(|name| pattern.matches(name)).collect()
    }

    #[test]
    fn a_name_matches_as_a_whole() {
        let names = ["prod", "prod-1", "Prod-2", "test/prod", "深圳 Studio 2", "a*b", ""];
        assert_eq!(matches("prod", &names), ["prod"]);
        assert_eq!(matches("prod*", &names), ["prod", "prod-1"]);
        assert_eq!(matches("*prod", &names), ["prod", "test/prod"]);
        assert_eq!(matches("prod-?", &names), ["prod-1"]);
        assert_eq!(matches("[Pp]rod-[0-9]", &names), ["prod-1", "Prod-2"]);
        assert_eq!(matches("深?*", &names), ["深圳 Studio 2"]);
        assert_eq!(matches("a[*]b", &names), ["a*b"]);
        assert_eq!(matches("**", &names), names);
    }

    #[test]
    fn what_is_not_a_pattern_is_refused() {
        for wrong in ["", "[", "a[b", "[]"] {
            assert!(wrong.parse::<Pattern>().is_err(), "{wrong:?}");
        }
    }
}
