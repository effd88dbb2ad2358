//! `--file`: output that replaces a file when it is complete.

use std::fs::{self, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::model::{Error, ErrorKind, Result};

/// The mode of a new file, before the process's mask is applied.
#[cfg(unix)]
const MODE: u32 = 0o666;

/// A file beside the one that it will replace.
pub struct OutputFile {
    path: PathBuf,
    temporary: NamedTempFile,
}

/// Returns what is known of the file that output will replace, if it is there. Only a regular file is replaced: a device,
/// a pipe or a link keeps its meaning.
fn replaced(path: &Path) -> Result<Option<Metadata>> {
    let refused = |why: &str, hint: &str| {
        let message = format!("cannot write `{}`: {why}", path.display());
        Err(Error::new(ErrorKind::Usage, message).hint(hint.to_owned()))
    };
    if path == Path::new("-") {
        return refused(
            "output goes to stdout without `--file`",
            "leave out `--file`, or name a file as `./-`",
        );
    }
    let another = "name another file with `--file`";
    match fs::symlink_metadata(path) {
        Ok(about) if !about.is_file() => {
            refused("it is not a regular file", "name another file with `--file`, or redirect stdout")
        }
        Ok(about) if about.permissions().readonly() => refused("it is read-only", another),
        Ok(about) => Ok(Some(about)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => refused(&error.to_string(), another),
    }
}

/// Refuses a path that output cannot go to, before anything is done.
pub fn check(path: &Path) -> Result<()> {
    if replaced(path)?.is_none() && !folder(path).is_dir() {
        let message = format!("cannot write `{}`: its folder does not exist", path.display());
        return Err(Error::new(ErrorKind::Usage, message).hint("create the folder, or name another file"));
    }
    Ok(())
}

/// Refuses a path to a file that the run reads, or saves its progress in: it would be lost.
pub fn check_overwrites<'a>(
    path: &Path,
    others: impl Iterator<Item = (&'a str, Option<&'a Path>)>,
) -> Result<()> {
    let place_of_output = place(path);
    for (what, other) in others {
        if other.is_some_and(|other| other == path || place(other) == place_of_output) {
            let message = format!("cannot write `{}`: it is {what}", path.display());
            return Err(Error::new(ErrorKind::Usage, message).hint("name another file with `--file`"));
        }
    }
    Ok(())
}

/// Where a file is, or would be, whichever way its path goes.
fn place(path: &Path) -> PathBuf {
    let in_folder = || Some(folder(path).canonicalize().ok()?.join(path.file_name()?));
    path.canonicalize().ok().or_else(in_folder).unwrap_or_else(|| path.to_owned())
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

impl OutputFile {
    /// Creates the file that will replace `path`.
    pub fn create(path: &Path) -> Result<Self> {
        let replaced = replaced(path)?;
        let folder = folder(path);
        let mut builder = Builder::new();
        builder.prefix(".cloudbal-");
        #[cfg(unix)]
        let mode = <fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(MODE);
        #[cfg(unix)]
        builder.permissions(mode);
        let wrong = |error: io::Error| {
            Error { kind: ErrorKind::Usage, ..unwritable(path, &error) }
                .hint("name a file in a folder that you may write to")
        };
        let temporary = builder.tempfile_in(folder).map_err(wrong)?;
        if let Some(replaced) = replaced {
            #[cfg(unix)]
            keep_owner(temporary.as_file(), &replaced);
            temporary.as_file().set_permissions(replaced.permissions()).map_err(wrong)?;
        }
        Ok(Self { path: path.to_owned(), temporary })
    }

    /// Where the output is written.
    pub fn writer(&self) -> io::Result<impl Write + use<>> {
        self.temporary.reopen()
    }

    /// Puts the file in its place. Without this call nothing is left of it.
    pub fn commit(self) -> Result<()> {
        let Self { path, temporary } = self;
        let written = temporary
            .as_file()
            .sync_all()
            .and_then(|()| temporary.persist(&path).map_err(|error| error.error));
        written
            .map(drop)
            .map_err(|error| unwritable(&path, &error).hint("check the disk's space and the folder"))
    }
}

/// Gives a file the owner and the group of another as far as this user may, so that who could read that one can read it.
#[cfg(unix)]
fn keep_owner(file: &fs::File, other: &Metadata) {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    if fchown(file, Some(other.uid()), Some(other.gid())).is_err() {
        _ = fchown(file, None, Some(other.gid()));
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Error {
    Error::new(ErrorKind::File, format!("cannot write `{}`: {error}", path.display()))
}
