//! Reads whole files, limited in size and by the deadline. All files except the journal are read here.
//!
//! A path can name a pipe, a terminal or a device, and reading it can block indefinitely. Such a path, and every path
//! when there is a deadline, is therefore read on a separate thread, which is abandoned at the deadline.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::mpsc;
use std::time::Instant;

use zeroize::{Zeroize as _, Zeroizing};

use crate::model::{Error, ErrorKind, append};

/// The time at which this process must end.
static DEADLINE: OnceLock<Instant> = OnceLock::new();

/// Sets the time at which this process must end. Later calls have no effect.
pub fn set_deadline(deadline: Instant) {
    _ = DEADLINE.set(deadline);
}

/// Returns the time at which this process must end, if there is a deadline.
pub fn deadline() -> Option<Instant> {
    DEADLINE.get().copied()
}

/// The content of a file. Because it may hold a secret, its memory is overwritten on drop.
#[derive(Debug)]
pub struct Content {
    bytes: Zeroizing<Vec<u8>>,
    metadata: Option<Metadata>,
}

impl Content {
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the text without the byte order mark that some editors write. Fails if it is not UTF-8.
    pub fn text(mut self) -> Result<Zeroizing<String>, Unreadable> {
        if self.bytes.starts_with("\u{feff}".as_bytes()) {
            self.bytes.drain(..'\u{feff}'.len_utf8());
        }
        match String::from_utf8(std::mem::take(&mut *self.bytes)) {
            Ok(text) => Ok(Zeroizing::new(text)),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                error.into_bytes().zeroize();
                Err(Unreadable::NotUtf8 { at })
            }
        }
    }

    /// Returns the metadata of the file that was read; `None` for standard input.
    pub fn metadata(&self) -> Option<&Metadata> {
        self.metadata.as_ref()
    }
}

/// Why a file could not be read.
#[derive(Debug)]
pub enum Unreadable {
    /// The operating system reported an error.
    Io(io::Error),
    /// The file is larger than this many bytes.
    TooLarge(u64),
    /// The file is not UTF-8 text.
    NotUtf8 {
        /// The number of valid bytes before the first invalid one.
        at: usize,
    },
    /// Reading could block, and no thread could be started for it.
    NoThread(io::Error),
    /// The deadline passed before the file was read.
    Late,
}

impl Unreadable {
    /// Returns whether the file does not exist.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::NotFound)
    }

    /// Returns the error to show. `what` names the file; `hint` is used unless the cause suggests a more specific one.
    pub fn explain(self, kind: ErrorKind, what: &str, hint: &'static str) -> Error {
        let (kind, why, hint) = match self {
            Self::Io(error) => match kind.unless_out_of_resources(&error) {
                ErrorKind::File if kind != ErrorKind::File => {
                    (ErrorKind::File, reason(&error), "raise the limit of open files (`ulimit -n`)")
                }
                kind => (kind, reason(&error), hint),
            },
            Self::TooLarge(limit) if limit % (1 << 20) == 0 => {
                (kind, format!("larger than {} MiB", limit >> 20), hint)
            }
            Self::TooLarge(limit) => (kind, format!("larger than {limit} bytes"), hint),
            Self::NotUtf8 { at } => (kind, format!("byte {} is not UTF-8", at + 1), "save it as UTF-8 text"),
            Self::NoThread(error) => (
                ErrorKind::File,
                format!("no thread to wait for it: {}", reason(&error)),
                "raise the limit of processes (`ulimit -u`)",
            ),
            Self::Late => (
                ErrorKind::Timeout,
                "the deadline passed".to_owned(),
                "check what writes to it, or raise `--deadline`",
            ),
        };
        Error::new(kind, format!("cannot read {what}: {why}")).hint(hint)
    }
}

/// Returns whether a parent folder is not accessible, is not a folder, or is a symbolic link in a loop.
pub fn is_closed(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::NotADirectory)
        || LOOP.is_some_and(|code| error.raw_os_error() == Some(code))
}

/// `ELOOP`, for which the standard library has no stable name.
const LOOP: Option<i32> = if cfg!(target_os = "linux") {
    Some(40)
} else if cfg!(target_os = "macos") {
    Some(62)
} else {
    None
};

/// Returns the operating system's message in lower case and without the error number, to end a sentence with.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.rsplit_once(" (os error").map_or(&*text, |(text, _)| text);
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

/// Reads a file of at most `limit` bytes that may hold a secret.
pub fn read(path: &Path, limit: u64) -> Result<Content, Unreadable> {
    read_by(append, path, limit)
}

/// Reads a file of at most `limit` bytes that holds no secret.
pub fn read_public(path: &Path, limit: u64) -> Result<Content, Unreadable> {
    read_by(extend, path, limit)
}

/// Reads standard input: at most `limit` bytes that hold no secret.
pub fn read_stdin(limit: u64) -> Result<Content, Unreadable> {
    let read = move || {
        let bytes = pieces(extend, limit, &mut io::stdin().lock()).map_err(Unreadable::Io)?;
        within(limit, Content { bytes, metadata: None })
    };
    if deadline().is_none() { read() } else { in_time(deadline(), read) }
}

/// Reads at most one byte more than the limit, and leaves no copy of a secret behind when the buffer grows.
pub fn up_to(limit: u64, from: &mut dyn Read) -> io::Result<Zeroizing<Vec<u8>>> {
    pieces(append, limit, from)
}

/// Appends bytes to a buffer.
type Append = fn(&mut Zeroizing<Vec<u8>>, &[u8]);

fn extend(buffer: &mut Zeroizing<Vec<u8>>, bytes: &[u8]) {
    buffer.extend_from_slice(bytes);
}

fn read_by(append: Append, path: &Path, limit: u64) -> Result<Content, Unreadable> {
    let blocks = || std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir());
    if deadline().is_none() && !blocks() {
        return read_now(append, path, limit);
    }
    let owned = path.to_owned();
    match in_time(deadline(), move || read_now(append, &owned, limit)) {
        Err(Unreadable::NoThread(_)) if !blocks() => read_now(append, path, limit),
        read => read,
    }
}

fn read_now(append: Append, path: &Path, limit: u64) -> Result<Content, Unreadable> {
    let read = || {
        let mut file = File::open(path)?;
        let metadata = Some(file.metadata()?);
        Ok(Content { bytes: pieces(append, limit, &mut file)?, metadata })
    };
    within(limit, read().map_err(Unreadable::Io)?)
}

fn within(limit: u64, content: Content) -> Result<Content, Unreadable> {
    if content.bytes.len() as u64 > limit { Err(Unreadable::TooLarge(limit)) } else { Ok(content) }
}

fn pieces(append: Append, limit: u64, from: &mut dyn Read) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut piece = Zeroizing::new([0; 8 << 10]);
    let mut bytes = Zeroizing::new(Vec::new());
    let mut from = from.take(limit + 1);
    loop {
        match from.read(&mut *piece) {
            Ok(0) => return Ok(bytes),
            Ok(read) => append(&mut bytes, &piece[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Runs something that may block on a thread, and abandons it at the deadline.
fn in_time<T: Send + 'static>(
    deadline: Option<Instant>,
    read: impl FnOnce() -> Result<T, Unreadable> + Send + 'static,
) -> Result<T, Unreadable> {
    let (sender, receiver) = mpsc::channel();
    let reading = std::thread::Builder::new().spawn(move || {
        // Fails when the deadline has passed and the receiver is gone.
        _ = sender.send(read());
    });
    reading.map_err(Unreadable::NoThread)?;
    let read = match deadline {
        Some(deadline) => {
            receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())).map_err(|_| ())
        }
        None => receiver.recv().map_err(|_| ()),
    };
    read.unwrap_or(Err(Unreadable::Late))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(unreadable: Unreadable) -> String {
        let error = unreadable.explain(ErrorKind::Usage, "`x`", "check the path");
        format!("{}: {} ({})", error.kind.name(), error.message, error.hint.unwrap())
    }

    #[test]
    fn the_limit_is_the_largest_size_that_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, vec![b'x'; 20_000]).unwrap();
        assert_eq!(read(&path, 20_000).unwrap().bytes(), vec![b'x'; 20_000]);
        assert_eq!(
            explained(read(&path, 19_999).unwrap_err()),
            "usage: cannot read `x`: larger than 19999 bytes (check the path)"
        );
        assert_eq!(
            explained(read(Path::new("/dev/zero"), 1 << 20).unwrap_err()),
            "usage: cannot read `x`: larger than 1 MiB (check the path)"
        );
    }

    #[test]
    fn a_text_is_utf8_and_has_no_byte_order_mark() {
        let text = |bytes: &[u8]| Content { bytes: Zeroizing::new(bytes.to_vec()), metadata: None }.text();
        assert_eq!(**text("\u{feff}a\u{feff}".as_bytes()).unwrap(), *"a\u{feff}");
        assert_eq!(
            explained(text(b"ab\xff").unwrap_err()),
            "usage: cannot read `x`: byte 3 is not UTF-8 (save it as UTF-8 text)"
        );
    }

    #[test]
    fn what_the_operating_system_says_ends_the_sentence() {
        let absent = read(Path::new("/nonexistent/file"), 1).unwrap_err();
        assert!(absent.is_absent());
        #[cfg(unix)]
        assert_eq!(explained(absent), "usage: cannot read `x`: no such file or directory (check the path)");
    }

    #[test]
    fn what_blocks_is_abandoned_at_the_deadline() {
        let start = Instant::now();
        let deadline = start + std::time::Duration::from_millis(50);
        let late = in_time(Some(deadline), || {
            std::thread::sleep(std::time::Duration::from_secs(5));
            Ok(())
        });
        assert_eq!(
            explained(late.unwrap_err()),
            "timeout: cannot read `x`: the deadline passed (check what writes to it, or raise `--deadline`)"
        );
        assert!(start.elapsed() < std::time::Duration::from_secs(2));
        assert_eq!(in_time(Some(Instant::now() + std::time::Duration::from_secs(9)), || Ok(7)).unwrap(), 7);
    }
}
