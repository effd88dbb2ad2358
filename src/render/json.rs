//! JSON text of anything that can be serialized.

use std::io::{self, Write};

use serde::Serialize;

use super::escape::visible_json;

/// Indented JSON and a line feed.
pub(super) fn pretty(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(Visible(out), value)?;
    out.write_all(b"\n")
}

/// JSON on one line.
pub(super) fn line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(Visible(out), value)?;
    out.write_all(b"\n")
}

/// Escapes the hidden characters that JSON allows as they are (DEL, C1, marks of direction), so that no terminal
/// acts on them. JSON has them only inside strings, where an escape means the same.
struct Visible<'a>(&'a mut dyn Write);

impl Write for Visible<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // serde_json hands over whole pieces of text, never half a character.
        match std::str::from_utf8(bytes) {
            Ok(text) if !bytes.iter().all(|byte| matches!(byte, b' '..=b'~')) => {
                self.0.write_all(visible_json(text).as_bytes())?;
            }
            _ => self.0.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
