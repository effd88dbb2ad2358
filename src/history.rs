//! What an earlier run has already read: a journal of replies, in a file of its own.
//!
//! One line of JSON a reply, written when it has come and been understood, so a run that ends at any moment leaves at
//! most half a line, which the next run ignores. The file is for its owner alone, and is removed when everything was
//! read: an old number is never shown as a new one.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::cloud::{Account, Question};
use crate::crypto::sha256_hex;
use crate::model::{Error, Kind, Result, Site};

/// The form of the file.
const VERSION: u32 = 2;

/// No line is longer: a reply is at most 4 MiB, of which every byte may be escaped.
const LONGEST_LINE: u64 = 32 << 20;

/// A journal of one account's replies to one wish.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    state: RefCell<State>,
    earlier: Option<Earlier>,
}

#[derive(Debug)]
struct State {
    file: File,
    /// Where the next line is written.
    end: u64,
    /// Where the reply to each question stands: its first byte, and how many there are.
    replies: HashMap<String, (u64, usize)>,
}

/// What an earlier run has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// How many replies.
    pub replies: usize,
    /// When the first of them came.
    pub since: DateTime<Utc>,
}

/// What a file holds that is to be used as a journal.
enum Found {
    /// Nothing, or the beginning of the first line.
    Nothing,
    /// This subject's journal.
    Ours,
    /// Another subject's.
    Another,
    /// Something else.
    Foreign,
}

/// What the journal is of: another account's or another question's must not be taken for it.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// The form of the file.
    version: u32,
    provider: String,
    /// The account's name.
    account: String,
    /// Whose key asks, hashed: another account may go by the same name.
    key: String,
    /// The site that is asked; none is found out.
    site: Option<Site>,
    /// Where it is asked.
    endpoint: Option<String>,
    /// The members that are asked for; none means all.
    uins: Vec<String>,
}

impl Subject {
    /// The subject of an account's members, asked for with what `key` names.
    pub fn new(account: &Account, key: &str, uins: &[String]) -> Self {
        Self {
            version: VERSION,
            provider: account.cloud.name().to_owned(),
            account: account.label.to_string(),
            key: sha256_hex(key.as_bytes()),
            site: account.site,
            endpoint: account.endpoint.as_ref().map(ToString::to_string),
            uins: uins.to_vec(),
        }
    }
}

/// A reply with what was known when it came.
#[derive(Debug, Serialize, Deserialize)]
pub struct Recorded {
    question: String,
    /// The site that answered.
    pub site: Site,
    /// When it came.
    pub fetched_at: DateTime<Utc>,
    /// The body, as it came.
    pub body: String,
}

impl Journal {
    /// Opens the journal, or begins one where there is none.
    pub fn open(path: &Path, subject: &Subject) -> Result<Self> {
        let shown = path.display();
        let failed = |error: io::Error| {
            Error::new(Kind::Usage, format!("`{shown}` cannot be used to resume: {error}"))
                .hint("name a file that you may read and write with `--resume`")
        };
        let foreign = |why: &str, hint: &'static str| {
            Error::new(Kind::Usage, format!("`{shown}` is {why}: it is left as it is")).hint(hint)
        };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(failed)?;
        if !file.metadata().map_err(failed)?.is_file() {
            return Err(foreign("no file", "name a file with `--resume`: it is removed in the end"));
        }
        file.try_lock().map_err(|_| {
            Error::new(Kind::Usage, format!("`{shown}` is in use by another run"))
                .hint("wait for it, or name another file")
        })?;
        let mut journal = Self {
            path: path.to_owned(),
            state: RefCell::new(State { file, end: 0, replies: HashMap::new() }),
            earlier: None,
        };
        let head = serde_json::to_string(subject).expect("texts and numbers are JSON");
        match journal.read(&head).map_err(failed)? {
            Found::Nothing => journal.state.get_mut().append(&head).map_err(failed)?,
            Found::Ours => {}
            Found::Another => {
                return Err(foreign(
                    "of another account or other members",
                    "run it with what it was begun with, or name another file with `--resume`",
                ));
            }
            Found::Foreign => {
                return Err(foreign(
                    "no journal of an earlier run",
                    "name one that `--resume` has written, or a file that is not there yet",
                ));
            }
        }
        Ok(journal)
    }

    /// What an earlier run has left, if there was one.
    pub fn earlier(&self) -> Option<Earlier> {
        self.earlier
    }

    /// Finds where each reply stands, if the first line is the one that is expected. A last line without an end was
    /// being written when the run ended: it is overwritten.
    fn read(&mut self, head: &str) -> io::Result<Found> {
        let state = self.state.get_mut();
        let mut reader = BufReader::new(&state.file);
        let mut line = Vec::new();
        let mut next = |line: &mut Vec<u8>| {
            line.clear();
            reader.by_ref().take(LONGEST_LINE).read_until(b'\n', line)
        };
        next(&mut line)?;
        match line.strip_suffix(b"\n") {
            Some(first) if first == head.as_bytes() => {}
            Some(first) if serde_json::from_slice::<Subject>(first).is_ok() => return Ok(Found::Another),
            None if head.as_bytes().starts_with(&line) => {
                state.file.set_len(0)?;
                return Ok(Found::Nothing);
            }
            _ => return Ok(Found::Foreign),
        }
        state.end = line.len() as u64;
        while next(&mut line)? > 0 {
            let begin = state.end;
            let Some(text) = line.strip_suffix(b"\n") else { break };
            let recorded: Recorded = serde_json::from_slice(text).map_err(|error| {
                io::Error::new(io::ErrorKind::InvalidData, format!("byte {begin}: {error}"))
            })?;
            state.end += line.len() as u64;
            let since =
                self.earlier.map_or(recorded.fetched_at, |earlier| earlier.since.min(recorded.fetched_at));
            state.replies.insert(recorded.question, (begin, text.len()));
            self.earlier = Some(Earlier { replies: state.replies.len(), since });
        }
        state.file.set_len(state.end)?;
        Ok(Found::Ours)
    }

    /// The reply to a question that an earlier run, or this one, has had.
    pub fn get(&self, question: &Question) -> Option<Recorded> {
        let state = &mut *self.state.borrow_mut();
        let (begin, length) = *state.replies.get(&name(question)?)?;
        let mut line = vec![0; length];
        state.file.seek(SeekFrom::Start(begin)).ok()?;
        state.file.read_exact(&mut line).ok()?;
        serde_json::from_slice(&line).ok()
    }

    /// The pages of a whole list whose replies it has, in order.
    pub fn pages(&self) -> Vec<u64> {
        let replies = &self.state.borrow().replies;
        let mut pages: Vec<u64> =
            replies.keys().filter_map(|name| name.strip_suffix(' ')?.parse().ok()).collect();
        pages.sort_unstable();
        pages
    }

    /// Keeps a reply.
    pub fn put(&self, question: &Question, site: Site, fetched_at: DateTime<Utc>, body: &str) -> Result<()> {
        let Some(question) = name(question) else { return Ok(()) };
        let recorded = Recorded { question, site, fetched_at, body: body.to_owned() };
        let line = serde_json::to_string(&recorded).expect("texts and times are JSON");
        let state = &mut *self.state.borrow_mut();
        let begin = state.end;
        state.append(&line).map_err(|error| {
            Error::new(Kind::File, format!("`{}` cannot be written: {error}", self.path.display()))
                .hint("check the disk's space; what was read is shown")
        })?;
        state.replies.insert(recorded.question, (begin, line.len()));
        Ok(())
    }

    /// Everything was read: there is nothing to resume.
    pub fn remove(self) -> Result<()> {
        std::fs::remove_file(&self.path).map_err(|error| {
            Error::new(Kind::File, format!("`{}` cannot be removed: {error}", self.path.display()))
                .hint("everything was read; remove it, or the next run shows these numbers again")
        })
    }
}

impl State {
    /// Writes a line; what a line that could not be written whole has left is overwritten by the next.
    fn append(&mut self, line: &str) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(format!("{line}\n").as_bytes())?;
        self.end += line.len() as u64 + 1;
        Ok(())
    }
}

/// What a page's question is called in the file; other questions are not kept.
fn name(question: &Question) -> Option<String> {
    match question {
        Question::Members { page, uins } => Some(format!("{page} {}", uins.join(","))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(label: &str) -> Account {
        Account {
            label: label.into(),
            cloud: &crate::cloud::tencent::Tencent,
            site: None,
            endpoint: None,
            currency: None,
            signature: "",
        }
    }

    fn subject(label: &str) -> Subject {
        Subject::new(&account(label), "AKIDone", &[])
    }

    fn page(page: u64) -> Question {
        Question::Members { page, uins: Vec::new() }
    }

    fn body(journal: &Journal, number: u64) -> Option<String> {
        journal.get(&page(number)).map(|recorded| recorded.body)
    }

    fn time(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn replies_are_kept_and_half_a_line_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let journal = Journal::open(&path, &subject("prod")).unwrap();
        assert_eq!(journal.earlier(), None);
        journal.put(&page(1), Site::INTL, time(10), "{\"a\":\n1}").unwrap();
        journal.put(&page(2), Site::INTL, time(5), "two").unwrap();
        journal.put(&Question::Balance, Site::INTL, time(7), "not kept").unwrap();
        assert_eq!(body(&journal, 2).as_deref(), Some("two"));
        drop(journal);

        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text + "{\"question\":\"3 \",\"si").unwrap();
        let journal = Journal::open(&path, &subject("prod")).unwrap();
        assert_eq!(journal.earlier(), Some(Earlier { replies: 2, since: time(5) }));
        assert_eq!(body(&journal, 1).as_deref(), Some("{\"a\":\n1}"));
        assert_eq!(body(&journal, 3), None);
        assert_eq!(journal.pages(), [1, 2]);
        journal.put(&page(3), Site::INTL, time(20), "three").unwrap();
        drop(journal);

        let journal = Journal::open(&path, &subject("prod")).unwrap();
        assert_eq!(body(&journal, 3).as_deref(), Some("three"));
        journal.remove().unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn anothers_journal_is_refused_and_so_is_one_in_use_or_damaged() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let message =
            |result: Result<Journal>| result.unwrap_err().message.replace(path.to_str().unwrap(), "FILE");
        let journal = Journal::open(&path, &subject("prod")).unwrap();
        assert_eq!(message(Journal::open(&path, &subject("prod"))), "`FILE` is in use by another run");
        drop(journal);
        for other in [
            subject("test"),
            Subject::new(&account("prod"), "AKIDtwo", &[]),
            Subject::new(&Account { site: Some(Site::CN), ..account("prod") }, "AKIDone", &[]),
            Subject::new(&account("prod"), "AKIDone", &["1".to_owned()]),
        ] {
            assert_eq!(
                message(Journal::open(&path, &other)),
                "`FILE` is of another account or other members: it is left as it is"
            );
        }
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text + "nonsense\n").unwrap();
        let message = message(Journal::open(&path, &subject("prod")));
        assert!(message.starts_with("`FILE` cannot be used to resume: byte "), "{message}");
    }

    #[test]
    fn a_file_that_is_no_journal_is_left_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        for text in ["700001941608", "700001941608\n", "{\"version\":2}\n", "{\"version\":3", "\n", "\0"] {
            std::fs::write(&path, text).unwrap();
            let message = Journal::open(&path, &subject("prod")).unwrap_err().message;
            assert!(message.ends_with("is no journal of an earlier run: it is left as it is"), "{message}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
        // Of this one a run was interrupted while it wrote the first line.
        std::fs::write(&path, "{\"version\":2,\"prov").unwrap();
        assert_eq!(Journal::open(&path, &subject("prod")).unwrap().earlier(), None);
        assert!(std::fs::read_to_string(&path).unwrap().ends_with("}\n"));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_not_read_without_end_and_not_removed() {
        for path in ["/dev/null", "/dev/zero"] {
            let message = Journal::open(Path::new(path), &subject("prod")).unwrap_err().message;
            assert_eq!(*message, format!("`{path}` is no file: it is left as it is"));
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { cases: 64, ..Default::default() })]

        #[test]
        fn wherever_a_run_ends_what_was_whole_is_kept(cut in 0_usize..1000) {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("journal");
            let journal = Journal::open(&path, &subject("prod")).unwrap();
            for number in 1..=5 {
                journal.put(&page(number), Site::INTL, time(10), &format!("{{\n\"page\":{number}}}")).unwrap();
            }
            drop(journal);
            let mut bytes = std::fs::read(&path).unwrap();
            bytes.truncate(cut);
            let lines = bytes.split(|byte| *byte == b'\n').count() - 1;
            std::fs::write(&path, &bytes).unwrap();
            let journal = Journal::open(&path, &subject("prod")).unwrap();
            for number in 1..=5 {
                let kept = (number < lines as u64).then(|| format!("{{\n\"page\":{number}}}"));
                proptest::prop_assert_eq!(body(&journal, number), kept);
            }
        }

        #[test]
        fn no_file_makes_it_panic(at in 0_usize..300, cut in 0_usize..4, put in proptest::bits::u32::ANY) {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("journal");
            Journal::open(&path, &subject("prod")).unwrap().put(&page(1), Site::INTL, time(10), "one").unwrap();
            let mut bytes = std::fs::read(&path).unwrap();
            let at = at.min(bytes.len());
            let end = (at + cut).min(bytes.len());
            bytes.splice(at..end, put.to_le_bytes());
            std::fs::write(&path, &bytes).unwrap();
            _ = Journal::open(&path, &subject("prod")).map(|journal| body(&journal, 1));
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let _journal = Journal::open(&path, &subject("prod")).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
