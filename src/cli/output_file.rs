//! `--file`: output that replaces a file when it is complete.

use std::fs;
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

impl OutputFile {
    /// Creates the file that will replace `path`. Only a regular file is replaced: a device, a pipe or a link keeps its
    /// meaning.
    pub fn create(path: &Path) -> Result<Self> {
        let permissions = match fs::symlink_metadata(path) {
            Ok(about) if about.is_file() => Some(about.permissions()),
            Ok(_) => {
                let message = format!("`{}` is not a regular file; left unchanged", path.display());
                return Err(Error::new(ErrorKind::Usage, message)
                    .hint("name another file with `--file`, or redirect stdout"));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(unwritable(path, &error).hint("name another file with `--file`")),
        };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
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
        if let Some(permissions) = permissions {
            temporary.as_file().set_permissions(permissions).map_err(wrong)?;
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

fn unwritable(path: &Path, error: &io::Error) -> Error {
    Error::new(ErrorKind::File, format!("cannot write `{}`: {error}", path.display()))
}
