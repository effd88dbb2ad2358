//! Which configuration file is used.

use std::io;
use std::path::PathBuf;

use chrono::Utc;

use super::args::Options;
use super::print;
use crate::config::{self, Config};
use crate::credentials::{self, Surroundings};
use crate::file::is_closed;
use crate::model::{Error, ErrorKind, Result};
use crate::render::visible;

/// Loads the configuration. The sandbox's demo accounts need none, and a broken one must not keep them from being shown.
pub fn load(options: &Options) -> Result<Config> {
    if options.sandbox {
        return Ok(Config::default());
    }
    let around = Surroundings::of_this_process(Utc::now());
    let mut skipped = credentials::unreachable(&around);
    let Some(path) = path(options) else {
        mention(options, &skipped);
        return Ok(Config::default());
    };
    // The configuration's own folder can be seen unless the way to it is closed.
    if options.config.is_none()
        && let Some(error) = path.parent().and_then(|folder| folder.symlink_metadata().err())
        && is_closed(&error)
    {
        skipped.insert(0, (path.display().to_string(), error));
        mention(options, &skipped);
        return Ok(Config::default());
    }
    mention(options, &skipped);
    match (config::load(&path, home().as_deref())?, &options.config) {
        (Some(config), _) => Ok(config),
        (None, None) => Ok(Config::default()),
        (None, Some(_)) => {
            Err(Error::new(ErrorKind::Configuration, format!("no configuration file `{}`", path.display()))
                .hint("check `--config` and CLOUDBAL_CONFIG, or write one with `cloudbal init`"))
        }
    }
}

/// Names, with `--verbose`, the default places that cannot be reached.
fn mention(options: &Options, skipped: &[(String, io::Error)]) {
    if options.verbose > 0 {
        for (path, error) in skipped {
            print::to_stderr(&format!("skipping `{}`: {}\n", visible(path), error.kind()));
        }
    }
}

/// Returns where the configuration file is, or would be.
pub fn path(options: &Options) -> Option<PathBuf> {
    options.config.clone().or_else(config::default_path)
}

/// Returns the home directory, where it is known.
pub fn home() -> Option<PathBuf> {
    std::env::home_dir().filter(|home| !home.as_os_str().is_empty())
}
