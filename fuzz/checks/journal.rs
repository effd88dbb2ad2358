//! The journal of an earlier run: used as it was written, or left unchanged.

use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use cloudbal::cloud::tencent::Tencent;
use cloudbal::cloud::{Account, Question};
use cloudbal::journal::{Journal, Section, Subject};
use cloudbal::model::{Result, Site};
use serde_json::Value;

use super::{is_told, now};

/// The bytes are a file that is named to be resumed from.
pub fn journal(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let path = folder.path().join("journal");
    write_private(&path, bytes);
    let section = match open(&path) {
        Ok(section) => section,
        Err(error) => {
            is_told(&error);
            // The half line that a killed run leaves behind holds nothing, and may be cut off.
            let left = std::fs::read(&path).expect("it is left");
            let lost = bytes.strip_prefix(&*left).expect("what is left is as it was");
            assert!(!lost.contains(&b'\n') && (lost.is_empty() || left.ends_with(b"\n")), "{lost:?}");
            return;
        }
    };
    for number in section.pages() {
        let Some(recorded) = section.get(&page(number)) else { continue };
        assert!(holds(bytes, &recorded.body), "page {number} is one of the file's: {:?}", recorded.body);
    }
    let body = "{\"a\":\"元\\u2028\\n\"}";
    section.put(&page(7), Site::INTL, now(), body).expect("a page can be saved");
    drop(section);
    let again = open(&path).expect("what was written can be read");
    assert_eq!(again.get(&page(7)).map(|recorded| recorded.body).as_deref(), Some(body));
}

fn open(path: &Path) -> Result<Section> {
    let account = Account {
        label: "prod".into(),
        cloud: &Tencent,
        site: None,
        remembered: None,
        endpoint: None,
        currency: None,
        signature: "",
    };
    let subject = || Subject::new(&account, "AKIDone", &[]);
    // The pages of the corpus are of a fixed day: no age is too great.
    Ok(Rc::new(Journal::open(path, &[subject()], Duration::MAX)?).section(subject()))
}

fn page(page: u64) -> Question {
    Question::Members { page, uins: Vec::new() }
}

/// Whether a line of the file is a page with this body, found without the code that reads it.
fn holds(bytes: &[u8], body: &str) -> bool {
    bytes.split(|byte| *byte == b'\n').any(|line| {
        serde_json::from_slice::<Value>(line)
            .is_ok_and(|line| line.get("body").and_then(Value::as_str) == Some(body))
    })
}

/// Others may not write a journal.
fn write_private(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).expect("a temporary file can be written");
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))
        .expect("its owner decides who may read it");
}
