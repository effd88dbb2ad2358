//! What holds for any bytes whatsoever: each check takes some, and panics when it does not.

mod amounts;
mod configuration;
mod credentials;
mod exact;
mod replies;

pub use amounts::amounts;
pub use configuration::configuration;
pub use credentials::credentials;
pub use replies::replies;

use chrono::{DateTime, Utc};
use cloudbal::model::Error;
use cloudbal::render::error_for_people;

/// The time at which everything happens: a Sunday in November 2026.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_323_600, 0).expect("a time within chrono's range")
}

/// An error says something, and nothing that a terminal acts on.
fn is_told(error: &Error) {
    assert!(!error.message.is_empty(), "an error without words: {error:?}");
    assert!(error.hint.as_deref() != Some(""), "a hint without words: {error:?}");
    let shown = error_for_people(error, false);
    assert!(!shown.contains(|character: char| character.is_control() && character != '\n'), "{shown:?}");
}
