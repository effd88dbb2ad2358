//! `cloudbal completions`, `cloudbal man` and `cloudbal schema`: files that are generated.

use std::path::Path;

use crate::cli::{Outcome, complete, description, print};
use crate::model::{Error, ErrorKind, Result};
use crate::render;

/// Prints the script that a shell evaluates to complete the command.
pub fn completions(shell: clap_complete::Shell) -> Result<Outcome> {
    let words: Vec<_> = std::env::args_os().collect();
    print::to_stdout(&complete::script(&shell.to_string(), &words))
}

/// Prints the manual page, or writes one for each command.
pub fn man(dir: Option<&Path>) -> Result<Outcome> {
    let command = description::program(false);
    if let Some(dir) = dir {
        let wrong = |error| {
            Error::new(ErrorKind::File, format!("`{}` cannot be written: {error}", dir.display()))
                .hint("name a folder that you may write to")
        };
        std::fs::create_dir_all(dir).map_err(wrong)?;
        clap_mangen::generate_to(command, dir).map_err(wrong)?;
        return Ok(Outcome::Complete);
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page).expect("writing to memory does not fail");
    print::to_stdout(&String::from_utf8_lossy(&page))
}

/// Prints the JSON Schema of the output.
pub fn schema() -> Result<Outcome> {
    print::to_stdout(render::SCHEMA)
}
