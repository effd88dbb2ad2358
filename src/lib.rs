//! cloudbal.
