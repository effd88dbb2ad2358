//! What reports look like in each format.

#![allow(clippy::unwrap_used)] // The exception for tests does not reach the functions that they share.

mod documents;
mod fixtures;
mod listing;
mod message;
mod properties;
mod query;
mod streams;
mod table;
mod yaml;
