//! The real command against a stand-in of the clouds that checks signatures as they do.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod accounts;
mod check;
mod colors;
mod columns;
mod commands;
mod completion;
mod config_check;
mod credentials;
mod currencies;
mod doctor;
#[cfg(unix)]
mod evaluated;
mod external;
mod failures;
mod formats;
mod hidden;
mod init;
#[cfg(any(not(feature = "keyring"), target_os = "linux"))]
mod keyring;
mod known_sites;
mod layers;
#[cfg(unix)]
mod many;
mod members;
mod pace;
#[cfg(unix)]
mod permissions;
mod precedence;
#[cfg(unix)]
mod progress;
mod providers;
mod queries;
#[cfg(unix)]
mod readme;
mod resume;
mod secrets;
mod selection;
mod sites;
mod sources;
mod support;
mod thresholds;
mod variables;
mod vendors;
mod view;
mod words;
