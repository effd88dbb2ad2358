//! `cloudbal init`: writes the first configuration file.

use std::io::{self, BufRead, IsTerminal as _};
use std::path::Path;

use chrono::Utc;

use super::config::{counted, path};
use crate::app::tasks;
use crate::cli::args::Options;
use crate::cli::{Outcome, config_file, print};
use crate::config::{self, Place};
use crate::credentials::Surroundings;
use crate::model::{Error, ErrorKind, Result};
use crate::render::visible;

/// Writes a configuration that names the accounts found on this machine.
pub fn run(options: &Options, yes: bool) -> Result<Outcome> {
    let path = path(options)?;
    if path.symlink_metadata().is_ok() {
        return Err(config::exists(&path));
    }
    let (found, left_out) = tasks::suggestions(&Surroundings::of_this_process(Utc::now()));
    let text = config::template(&found);
    if !yes && !confirmed(&path, &text)? {
        print::to_stderr("nothing was written\n");
        return Ok(Outcome::Incomplete);
    }
    config::write_new(&path, &text)?;
    // What was written is read again, so that the next command has nothing to complain of.
    let home = config_file::home();
    let config = config::parse(&text, Place { path: &path, home: home.as_deref(), private: true })?;
    let names: Vec<&str> = config.accounts.iter().map(|account| &*account.name).collect();
    let listed = |names: &[&str]| visible(&names.join(", ")).into_owned();
    let names = if names.is_empty() { String::new() } else { format!(": {}", listed(&names)) };
    let left_out: Vec<&str> = left_out.iter().map(String::as_str).collect();
    let left_out = if left_out.is_empty() {
        String::new()
    } else {
        format!(
            "left out, because they are not usable or a file cannot refer to them: {}\n",
            listed(&left_out)
        )
    };
    print::to_stdout(&format!(
        "wrote {}\n{}{names}\n{left_out}\
         next: `cloudbal doctor` examines the accounts, `cloudbal` shows their balances\n",
        visible(&path.display().to_string()),
        counted(config.accounts.len()),
    ))
}

/// Asks at a terminal.
fn confirmed(path: &Path, text: &str) -> Result<bool> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Error::new(ErrorKind::Usage, "cannot ask for confirmation: not a terminal")
            .hint(format!("add `--yes` to write `{}`", path.display())));
    }
    print::to_stderr(&question(path, text));
    Ok(agrees(&mut io::stdin().lock()))
}

/// What will be written, without the comments, and the question.
fn question(path: &Path, text: &str) -> String {
    let says = |line: &&str| !line.is_empty() && !line.starts_with('#');
    let lines: Vec<String> = text.lines().filter(says).map(|line| format!("  {line}\n")).collect();
    format!(
        "This will be written to {}, with every key explained:\n\n{}\nWrite it? [y/N] ",
        visible(&path.display().to_string()),
        lines.concat()
    )
}

fn agrees(input: &mut dyn BufRead) -> bool {
    let mut answer = String::new();
    let read = input.read_line(&mut answer);
    read.is_ok() && ["y", "yes"].contains(&answer.trim().to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_is_one() {
        let answer = |text: &str| agrees(&mut text.as_bytes());
        assert!(answer("y\n") && answer(" YES\r\n") && answer("y"));
        for no in ["", "\n", "n\n", "yep\n", "no\ny\n", "ja\n"] {
            assert!(!answer(no), "{no:?}");
        }
    }

    #[test]
    fn the_question_shows_the_path_and_what_will_be_set() {
        let text =
            "# A comment.\n[defaults]\n\n#output = \"table\"\n\n[accounts.default]\nprovider = \"tencent\"\n";
        insta::assert_snapshot!(question(Path::new("/home/ann/config.toml"), text), @r#"
        This will be written to /home/ann/config.toml, with every key explained:

          [defaults]
          [accounts.default]
          provider = "tencent"

        Write it? [y/N]
        "#);
    }
}
