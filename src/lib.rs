//! How much money is left in every cloud account, exactly.
//!
//! The layers, in the order in which they may use each other:

/// Use cases.
pub mod app;
/// The network. The only place that knows reqwest.
pub mod client;
/// The clouds: what to ask, how to sign it, how to read the answer. No I/O.
pub mod cloud;
/// Where credentials are looked for.
pub mod credentials;
/// Hashes and encodings that several clouds share.
pub mod crypto;
/// The words everything else speaks: money, balances, errors, secrets. Knows nothing below.
pub mod model;
