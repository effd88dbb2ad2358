//! How much money is left in every cloud account, exactly.
//!
//! The layers, each of which may use those above it:

/// The words everything else speaks: money, balances, errors, secrets.
pub mod model;

/// Reading files within a size and the deadline.
pub mod file;

/// Hashes and encodings that several clouds share.
pub mod crypto;

/// The clouds: what to ask, how to sign it, how to read the answer. No I/O.
pub mod cloud;

/// The network. The only place that knows reqwest.
pub mod client;

/// Where credentials are looked for.
pub mod credentials;

/// The configuration file.
pub mod config;

/// Resume journals: the replies that earlier runs have saved.
pub mod journal;

/// Which site an account belongs to, remembered between runs.
pub mod sites;

/// Use cases.
pub mod app;

/// A report as a table, JSON, NDJSON, CSV or YAML. Knows only `model`, and writes to whatever it is given.
pub mod render;

/// A stand-in of both clouds, to try things without keys. Knows none of the other layers.
pub mod sandbox;

/// The command line.
pub mod cli;
