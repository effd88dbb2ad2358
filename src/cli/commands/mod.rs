//! One file for each command.

pub mod accounts;
pub mod balances;
pub mod config;
pub mod doctor;
pub mod generate;
pub mod init;
pub mod keyring;
mod listing;
pub mod sandbox;
