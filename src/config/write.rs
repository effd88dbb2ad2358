//! Writing a configuration file where there is none.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use crate::model::{Error, ErrorKind, Result};

/// Writes a new file, with the folders that lead to it, for its owner alone. A file that is there is left unchanged.
pub fn write_new(path: &Path, text: &str) -> Result<()> {
    let wrong = |error: &io::Error| {
        Error::new(ErrorKind::Configuration, format!("`{}` cannot be written: {error}", path.display()))
            .hint("name a file that you may write with `--config`")
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| wrong(&error))?;
    }
    let mut file = match options().open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(exists(path)),
        Err(error) => return Err(wrong(&error)),
    };
    file.write_all(text.as_bytes()).map_err(|error| {
        // Half a file would stand in the way of the next attempt.
        _ = fs::remove_file(path);
        wrong(&error)
    })
}

/// The error where a file is already.
pub fn exists(path: &Path) -> Error {
    Error::new(ErrorKind::Configuration, format!("there is a configuration already: `{}`", path.display()))
        .hint("edit it; `cloudbal config check` finds mistakes, `cloudbal config schema` helps editors")
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
