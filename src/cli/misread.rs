//! What is told about a command line that cannot be read.

use clap::error::{ContextKind, ContextValue};

/// An error without what may be a password in the values that it shows: the user before an address' `@`.
pub fn without_secrets(mut error: clap::Error) -> clap::Error {
    // A word at a wrong place is shown as well: as an argument or a command that there is not.
    for kind in [ContextKind::InvalidValue, ContextKind::InvalidArg, ContextKind::InvalidSubcommand] {
        if let Some(ContextValue::String(value)) = error.get(kind) {
            let value = without_user(value);
            error.insert(kind, ContextValue::String(value));
        }
    }
    error
}

/// A value whose user is hidden, up to the last `@`: a password may have others in it.
fn without_user(value: &str) -> String {
    let Some((user, host)) = value.rsplit_once('@') else { return value.to_owned() };
    let scheme = user.split_once("://").map_or(String::new(), |(scheme, _)| format!("{scheme}://"));
    format!("{scheme}****@{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_the_host_is_hidden() {
        let hidden = [
            "https://u:hush@host/",
            "https://hush@host:1",
            "https://u:hu@sh@host",
            "https://u:hu/sh@host",
            "u:hush@host",
            "u://hu://sh@host",
            "hush@",
        ]
        .map(without_user);
        assert_eq!(
            hidden,
            [
                "https://****@host/",
                "https://****@host:1",
                "https://****@host",
                "https://****@host",
                "****@host",
                "u://****@host",
                "****@",
            ]
        );
        assert_eq!(["", "host", "https://host/x"].map(without_user), ["", "host", "https://host/x"]);
    }
}
