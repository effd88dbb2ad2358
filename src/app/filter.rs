//! Filters members of organizations by name.

use std::cell::Cell;

use crate::model::{Error, ErrorKind, Pattern, Row};

/// Selects rows whose member's name matches one of several patterns, and notices a pattern that matches nothing.
#[derive(Debug)]
pub struct Filter<'p> {
    patterns: Vec<(&'p Pattern, Cell<bool>)>,
    has_failed: Cell<bool>,
}

impl<'p> Filter<'p> {
    /// Creates a filter. Without patterns, every row passes.
    pub fn new(patterns: &'p [Pattern]) -> Self {
        let unmatched = |pattern| (pattern, Cell::new(false));
        Self { patterns: patterns.iter().map(unmatched).collect(), has_failed: Cell::new(false) }
    }

    /// Returns whether a row passes. Errors and accounts' own balances always do.
    pub fn passes(&self, row: &Row) -> bool {
        let Row::Balance(balance) = row else {
            self.has_failed.set(true);
            return true;
        };
        if self.patterns.is_empty() || balance.sub_account_id.is_none() {
            return true;
        }
        let name = balance.sub_account_name.as_deref().unwrap_or_default();
        let matching = self.patterns.iter().filter(|(pattern, _)| pattern.matches(name));
        matching.map(|(_, is_matched)| is_matched.set(true)).count() > 0
    }

    /// Returns an error about patterns that matched no member. If something could not be read, it returns none,
    /// because the missing members may match.
    pub fn unmatched(&self) -> Option<Error> {
        let unmatched: Vec<String> = self
            .patterns
            .iter()
            .filter(|(_, is_matched)| !is_matched.get())
            .map(|(pattern, _)| format!("`{}`", pattern.to_string().escape_debug()))
            .collect();
        if unmatched.is_empty() || self.has_failed.get() {
            return None;
        }
        let message = format!("no member has a name that matches {}", unmatched.join(" or "));
        Some(Error::new(ErrorKind::NotReturned, message).hint("remove `--name` to see all members"))
    }
}
