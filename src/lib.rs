//! How much money is left in every cloud account, exactly.
//!
//! The layers, in the order in which they may use each other:

/// The words everything else speaks: money, balances, errors, secrets. Knows nothing below.
pub mod model;
