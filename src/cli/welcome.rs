//! What a run without any account prints.

use super::{Outcome, print as printing};
use crate::cloud::CLOUDS;

/// Explains how to begin.
pub fn print() -> Outcome {
    let keys = CLOUDS.iter().filter_map(|cloud| cloud.keys().variables.first());
    let keys: Vec<_> = keys.map(|names| format!("{} and {}", names.key_id, names.secret)).collect();
    let tools: Vec<_> = CLOUDS.iter().map(|cloud| format!("`{}`", cloud.keys().setup)).collect();
    printing::to_stderr(&format!(
        "cloudbal: no account is known on this machine\n\n\
         To see it without keys:         cloudbal --sandbox\n\
         With a key in the environment:  {}\n\
         With the official tools:        {}, then `cloudbal`\n\
         With a configuration:           cloudbal init\n\
         What was looked at:             cloudbal accounts\n\
         Everything else:                cloudbal --help\n",
        keys.join(", or\n                                "),
        tools.join(" or "),
    ));
    Outcome::Unusable
}
