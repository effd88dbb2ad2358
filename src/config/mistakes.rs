//! Collects the mistakes of a file, so that one check reports all of them.

use crate::model::{Error, Result};

/// The mistakes found so far.
#[derive(Default)]
pub(super) struct Mistakes(Vec<Error>);

impl Mistakes {
    /// Returns the value. A mistake is noted, and the default stands in for the value while the rest is read.
    pub(super) fn or_default<T: Default>(&mut self, result: Result<T>) -> T {
        result.unwrap_or_else(|error| {
            self.0.push(error);
            T::default()
        })
    }

    pub(super) fn note(&mut self, errors: impl IntoIterator<Item = Error>) {
        self.0.extend(errors);
    }

    pub(super) fn into_all(self) -> Vec<Error> {
        self.0
    }

    /// Returns the first mistake, or else the value.
    pub(super) fn or_first<T>(self, value: T) -> Result<T> {
        self.0.into_iter().next().map_or(Ok(value), Err)
    }
}
