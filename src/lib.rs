//! Reads exactly how much money is left in every cloud account.
//!
//! The layers, each of which may use those above it:

/// The types that every layer shares: money, balances, errors, secrets.
pub mod model;

/// Reads files, limited in size and by the deadline.
pub mod file;

/// Hashes and encodings that several clouds share.
pub mod crypto;

/// The clouds: which requests to send, how to sign them, how to parse the replies. Does no I/O.
pub mod cloud;

/// The network, and the only place that uses reqwest.
pub mod client;

/// Finds credentials: environment, files, programs, the keyring.
pub mod credentials;

/// The configuration file.
pub mod config;

/// Resume journals: the replies that earlier runs have saved.
pub mod journal;

/// Remembers between runs which site an account belongs to.
pub mod sites;

/// Use cases.
pub mod app;

/// Writes a report as a table, JSON, NDJSON, CSV or YAML. Uses only `model`, and writes to any writer.
pub mod render;

/// The sandbox: an imitation of both clouds, for trying things without keys. Uses none of the other layers.
pub mod sandbox;

/// The command line.
pub mod cli;
