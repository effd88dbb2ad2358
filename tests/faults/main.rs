//! Every way a network, a server or an output can fail: the real command against servers that misbehave byte by byte.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod bodies;
mod certificates;
mod clocks;
mod connections;
mod disclosure;
mod echoes;
mod encryption;
mod ending;
mod files;
mod instance;
mod journal;
mod limits;
mod members;
mod memory;
mod optional;
mod output;
mod paging;
mod proxies;
mod retries;
mod run;
mod server;
mod steps;
mod throttling;
mod token_services;
mod transfers;
mod unencrypted;
