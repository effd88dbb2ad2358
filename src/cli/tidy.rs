//! Variables with blanks around their values, as `docker --env-file` and files with CR line ends leave them.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use super::{Outcome, print};
use crate::client::PROXY_VARIABLES;
use crate::model::{Error, ErrorKind};
use crate::render;

/// Variables of other names that are read besides cloudbal's own and the proxies'.
const OTHERS: [&str; 6] = ["SSL_CERT_FILE", "SSL_CERT_DIR", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM"];

/// Runs this program again without the blanks, where there are any. The argument parser and the HTTP library read
/// variables by themselves, and no safe code can change those of a running process.
pub fn rerun_without_blanks(words: &[OsString]) -> Option<ExitCode> {
    let trimmed = with_blanks(std::env::vars_os());
    let (name, _) = trimmed.first()?;
    let name = name.clone();
    let failed = match std::env::current_exe() {
        Ok(program) => match rerun(Command::new(program), words, trimmed) {
            Ok(status) => return Some(status),
            Err(error) => error,
        },
        Err(error) => error,
    };
    let message = format!("cannot remove the blanks around the value of `{name}`: {failed}");
    let error = Error::new(ErrorKind::Usage, message).hint("set the variable without blanks and line ends");
    print::to_stderr(&render::error_for_people(&error, false));
    Some(ExitCode::from(Outcome::Unusable.exit_status()))
}

/// The variables that are read and have blanks around their values, with the values without them.
fn with_blanks(variables: impl Iterator<Item = (OsString, OsString)>) -> Vec<(String, String)> {
    let is_read = |name: &str| {
        name.starts_with("CLOUDBAL_") || PROXY_VARIABLES.contains(&name) || OTHERS.contains(&name)
    };
    let odd = |(name, value): (OsString, OsString)| {
        let (name, value) = (name.into_string().ok()?, value.into_string().ok()?);
        let trimmed = value.trim();
        (trimmed != value && is_read(&name)).then(|| (name, trimmed.to_owned()))
    };
    variables.filter_map(odd).collect()
}

/// Gives this process up for the same program, with the same process id.
#[cfg(unix)]
fn rerun(
    mut command: Command,
    words: &[OsString],
    variables: Vec<(String, String)>,
) -> std::io::Result<ExitCode> {
    use std::os::unix::process::CommandExt as _;
    if let Some(name) = words.first() {
        command.arg0(name);
    }
    Err(command.args(words.iter().skip(1)).envs(variables).exec())
}

/// Waits for the same program, and ends as it ends.
#[cfg(not(unix))]
fn rerun(
    mut command: Command,
    words: &[OsString],
    variables: Vec<(String, String)>,
) -> std::io::Result<ExitCode> {
    let status = command.args(words.iter().skip(1)).envs(variables).status()?;
    let status = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(status.unwrap_or_else(|| Outcome::Incomplete.exit_status())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_variables_that_are_read_lose_the_blanks_around_them() {
        let variables = [
            ("CLOUDBAL_TIMEOUT", " 5\r\n"),
            ("CLOUDBAL_OUTPUT", "json"),
            ("CLOUDBAL_QUERY", "a b"),
            ("HTTPS_PROXY", "http://proxy:3128\r"),
            ("no_proxy", "\t*"),
            ("NO_COLOR", " "),
            ("PS1", "$ "),
            ("HOME", "/home/ann "),
        ];
        let variables = variables.map(|(name, value)| (OsString::from(name), OsString::from(value)));
        let trimmed = with_blanks(variables.into_iter());
        let trimmed: Vec<String> = trimmed.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(
            trimmed,
            ["CLOUDBAL_TIMEOUT=5", "HTTPS_PROXY=http://proxy:3128", "no_proxy=*", "NO_COLOR="]
        );
    }
}
