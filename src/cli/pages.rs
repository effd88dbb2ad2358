//! Completion scripts and manual pages, made from the same description as the help.

use std::path::Path;

use super::{Outcome, complete, description, print};
use crate::model::{Error, ErrorKind, Result};

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

/// What a first run without any account is told.
pub fn welcome() -> Outcome {
    print::to_stderr(
        "cloudbal: no account is known on this machine\n\n\
         To see it without keys:         cloudbal --sandbox tencent members\n\
         With a key in the environment:  TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, or\n\
         \x20                               ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET\n\
         With the official tools:        `tccli auth login` or `aliyun configure`, then `cloudbal`\n\
         With a configuration:           cloudbal init\n\
         What was looked at:             cloudbal accounts\n\
         Everything else:                cloudbal --help\n",
    );
    Outcome::Unusable
}
