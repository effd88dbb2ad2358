//! The real command against a stand-in of the clouds that checks signatures as they do.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod commands;
mod credentials;
mod failures;
mod formats;
mod layers;
mod members;
#[cfg(unix)]
mod permissions;
#[cfg(unix)]
mod progress;
#[cfg(unix)]
mod readme;
mod resume;
mod secrets;
mod sites;
mod support;
mod view;
