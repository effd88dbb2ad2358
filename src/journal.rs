//! Resume journals: a file with the replies that earlier runs have received.
//!
//! The first line marks the file as a journal. Every further line is JSON: either an account, or one of its replies,
//! written once it has been parsed. A run that is killed at any moment leaves at most half a line, which the next run
//! ignores. Nothing is written before the first reply, so that a run without replies leaves no journal.
//!
//! Only its owner can read the file. It is removed once everything was read and shown, so that a stale number is never
//! shown as a current one.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::cloud::{Account, Question};
use crate::crypto::sha256_hex;
use crate::model::{Error, ErrorKind, Result, Site};

/// The first line, with the version of the format.
const HEAD: &str = "{\"cloudbal_journal\":3}\n";

/// The longest line in bytes: a reply is at most 4 MiB, and every byte of it may be escaped.
const LONGEST_LINE: u64 = 32 << 20;

/// How often opening is attempted when another run replaces the file meanwhile.
const ATTEMPTS: usize = 10;

/// A journal of the replies in one run, for one or more accounts.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    max_age: TimeDelta,
    state: RefCell<State>,
    /// Whether a write has failed. Earlier pages stay valid, and nothing more is written.
    is_broken: Cell<bool>,
    earlier: Earlier,
}

#[derive(Debug)]
struct State {
    file: File,
    /// Where the next line is written.
    end: u64,
    /// The accounts whose replies it holds. Lines refer to them by index.
    subjects: Vec<Subject>,
    /// The position of the latest reply to each question.
    pages: HashMap<(usize, String), Page>,
    disk: Disk,
}

/// The position of a reply in the file.
#[derive(Clone, Copy, Debug)]
struct Page {
    begin: u64,
    length: usize,
    saved_at: DateTime<Utc>,
}

/// What an earlier run left in the journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Earlier {
    /// The number of pages that are recent enough to use.
    pub pages: usize,
    /// The age of the oldest of them.
    pub age: TimeDelta,
    /// The number of pages that are too old and must be read again.
    pub expired: usize,
}

/// One account's part of a journal.
#[derive(Debug)]
pub struct Section {
    journal: Rc<Journal>,
    subject: Subject,
}

/// Identifies whose replies these are, so that replies for another account or another list of members are not used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    provider: String,
    account: String,
    /// A hash of what identifies the credentials, because another account may have the same name.
    key: String,
    /// The site the user chose.
    site: Option<Site>,
    /// The endpoint the user chose.
    endpoint: Option<String>,
    /// A hash of the requested members; `None` stands for all members.
    members: Option<String>,
}

impl Subject {
    /// Creates the subject for an account's members; `key` identifies the credentials.
    pub fn new(account: &Account, key: &str, uins: &[String]) -> Self {
        Self {
            provider: account.cloud.name().to_owned(),
            account: account.label.to_string(),
            key: sha256_hex(key.as_bytes()),
            site: account.site,
            endpoint: account.endpoint.as_ref().map(ToString::to_string),
            members: (!uins.is_empty()).then(|| sha256_hex(uins.join(",").as_bytes())),
        }
    }

    /// Returns the name of the account to show, such as `tencent/prod`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.provider, self.account)
    }

    fn is_of_the_same_account(&self, other: &Self) -> bool {
        (&self.provider, &self.account) == (&other.provider, &other.account)
    }
}

/// Any line except the first.
#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line {
    Subject(Subject),
    Page(Recorded),
}

/// A saved reply.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// The index of its subject.
    subject: usize,
    question: String,
    /// The site that answered.
    pub site: Site,
    /// When it arrived, by the cloud's clock if that is known.
    pub fetched_at: DateTime<Utc>,
    /// When it was saved, by this machine's clock, with which ages are measured.
    saved_at: DateTime<Utc>,
    /// The body, as it arrived.
    pub body: String,
}

impl Journal {
    /// Opens or creates the journal for a run over these subjects. Pages older than `max_age` are not used.
    ///
    /// Fails if the journal holds pages of anything else, because it then belongs to another run.
    pub fn open(path: &Path, subjects: &[Subject], max_age: Duration) -> Result<Self> {
        let shown = path.display();
        let refused = |why: String, hint: &'static str| {
            Error::new(ErrorKind::Usage, format!("`{shown}` {why}: left unchanged")).hint(hint)
        };
        let file = open_locked(path)?;
        let disk = Disk::of(&file, path);
        let mut journal = Self {
            path: path.to_owned(),
            max_age: TimeDelta::from_std(max_age).unwrap_or(TimeDelta::MAX),
            state: RefCell::new(State { file, end: 0, subjects: Vec::new(), pages: HashMap::new(), disk }),
            is_broken: Cell::new(false),
            earlier: Earlier::default(),
        };
        let state = journal.state.get_mut();
        match state.read() {
            Ok(true) => {}
            Ok(false) => {
                return Err(refused(
                    "is not a journal of this version of cloudbal".to_owned(),
                    "choose a new file with `--resume`",
                ));
            }
            Err(error) => return Err(unusable(path, &error)),
        }
        for (place, held) in state.subjects.iter().enumerate() {
            if !state.pages.keys().any(|(subject, _)| *subject == place) {
                continue;
            }
            let ours = subjects.iter().find(|subject| subject.is_of_the_same_account(held));
            if ours == Some(held) {
                continue;
            }
            let why = match ours {
                Some(_) => "with another key, site, endpoint or list of members",
                None => "which this run does not read",
            };
            return Err(refused(
                format!("holds members of {}, {why}", held.name()),
                "use the arguments of the run that created it, or choose another file with `--resume`",
            ));
        }
        journal.earlier = journal.left();
        Ok(journal)
    }

    /// What an earlier run left in the journal.
    pub fn earlier(&self) -> Earlier {
        self.earlier
    }

    /// Returns the section of one of the subjects that the journal was opened for.
    pub fn section(self: &Rc<Self>, subject: Subject) -> Section {
        Section { journal: Rc::clone(self), subject }
    }

    /// Flushes the journal to the disk and returns the number of pages in it. Removes a journal without pages.
    pub fn keep(&self) -> Result<usize> {
        let state = &mut *self.state.borrow_mut();
        let pages = state.pages.len();
        if pages == 0 {
            self.remove_file(&state.file)?;
            return Ok(0);
        }
        state.disk.finish().and_then(|()| state.file.sync_data()).map_err(|error| self.unwritten(&error))?;
        Ok(pages)
    }

    /// Removes the journal, once everything was read and shown.
    pub fn remove(&self) -> Result<()> {
        self.remove_file(&self.state.borrow().file)
    }

    /// Removes the file, unless it has been replaced meanwhile.
    fn remove_file(&self, file: &File) -> Result<()> {
        if !is_at(&self.path, file) {
            return Ok(());
        }
        std::fs::remove_file(&self.path).map_err(|error| {
            Error::new(ErrorKind::File, format!("cannot remove `{}`: {error}", self.path.display()))
                .hint("remove it yourself, or the next run reuses its pages")
        })
    }

    fn unwritten(&self, error: &io::Error) -> Error {
        Error::new(ErrorKind::File, format!("cannot write `{}`: {error}", self.path.display()))
            .hint("check the free disk space; what was read is still shown")
    }

    fn left(&self) -> Earlier {
        let mut earlier = Earlier::default();
        for page in self.state.borrow().pages.values() {
            match self.age(page) {
                Some(age) => {
                    earlier.pages += 1;
                    earlier.age = earlier.age.max(age);
                }
                None => earlier.expired += 1,
            }
        }
        earlier
    }

    /// Returns the age of a page; `None` if it is too old, or if it was saved in the future by the current clock.
    fn age(&self, page: &Page) -> Option<TimeDelta> {
        let age = Utc::now() - page.saved_at;
        (TimeDelta::zero()..self.max_age).contains(&age).then_some(age)
    }
}

impl Section {
    /// Returns the journal that this section is part of.
    pub fn journal(&self) -> &Rc<Journal> {
        &self.journal
    }

    /// Returns the saved reply to a question, if it is recent enough.
    pub fn get(&self, question: &Question) -> Option<Recorded> {
        let state = &mut *self.journal.state.borrow_mut();
        let page = *state.pages.get(&(state.place(&self.subject)?, name(question)?))?;
        self.journal.age(&page)?;
        let mut line = vec![0; page.length];
        state.file.seek(SeekFrom::Start(page.begin)).ok()?;
        state.file.read_exact(&mut line).ok()?;
        match serde_json::from_slice(&line).ok()? {
            Line::Page(recorded) => Some(recorded),
            Line::Subject(_) => None,
        }
    }

    /// Returns the numbers of the saved pages of the whole list that are recent enough, in ascending order.
    pub fn pages(&self) -> Vec<u64> {
        let state = self.journal.state.borrow();
        let Some(place) = state.place(&self.subject) else { return Vec::new() };
        let ours = state
            .pages
            .iter()
            .filter(|((subject, _), page)| *subject == place && self.journal.age(page).is_some());
        let mut pages: Vec<u64> =
            ours.filter_map(|((_, name), _)| name.strip_suffix(' ')?.parse().ok()).collect();
        pages.sort_unstable();
        pages
    }

    /// Saves a reply. After a failure, later calls do nothing and succeed, so that the failure is reported only once.
    pub fn put(&self, question: &Question, site: Site, fetched_at: DateTime<Utc>, body: &str) -> Result<()> {
        let Some(question) = name(question).filter(|_| !self.journal.is_broken.get()) else { return Ok(()) };
        let state = &mut *self.journal.state.borrow_mut();
        let mut text = if state.end == 0 { HEAD.to_owned() } else { String::new() };
        let known = state.place(&self.subject);
        if known.is_none() {
            text += &Line::Subject(self.subject.clone()).text();
        }
        let subject = known.unwrap_or(state.subjects.len());
        let saved_at = Utc::now();
        let page = Recorded {
            subject,
            question: question.clone(),
            site,
            fetched_at,
            saved_at,
            body: body.to_owned(),
        };
        let line = Line::Page(page).text();
        let begin = state.end + text.len() as u64;
        text += &line;
        state.append(&text).map_err(|error| {
            self.journal.is_broken.set(true);
            self.journal.unwritten(&error)
        })?;
        if known.is_none() {
            state.subjects.push(self.subject.clone());
        }
        state.pages.insert((subject, question), Page { begin, length: line.len() - 1, saved_at });
        Ok(())
    }
}

impl Line {
    /// Returns the line with its line feed.
    fn text(&self) -> String {
        let mut text = serde_json::to_string(self).expect("texts, numbers and times are JSON");
        text.push('\n');
        text
    }
}

impl State {
    /// Indexes the file; returns false if it is not a journal. Cuts off a last line without a line feed, which an
    /// earlier run did not finish writing.
    fn read(&mut self) -> io::Result<bool> {
        let mut reader = BufReader::new(&self.file);
        let mut line = Vec::new();
        let mut next = |line: &mut Vec<u8>| {
            line.clear();
            reader.by_ref().take(LONGEST_LINE).read_until(b'\n', line)
        };
        next(&mut line)?;
        if line != HEAD.as_bytes() {
            let is_begun = HEAD.as_bytes().starts_with(&line);
            if is_begun {
                self.file.set_len(0)?;
                private(&self.file)?;
            }
            return Ok(is_begun);
        }
        let mut end = HEAD.len() as u64;
        while next(&mut line)? > 0 {
            let Some(text) = line.strip_suffix(b"\n") else { break };
            let damaged = || io::Error::new(io::ErrorKind::InvalidData, format!("damaged at byte {end}"));
            match serde_json::from_slice(text).map_err(|_| damaged())? {
                Line::Subject(subject) => self.subjects.push(subject),
                Line::Page(page) => {
                    if page.subject >= self.subjects.len() {
                        return Err(damaged());
                    }
                    let place = Page { begin: end, length: text.len(), saved_at: page.saved_at };
                    self.pages.insert((page.subject, page.question), place);
                }
            }
            end += line.len() as u64;
        }
        self.end = end;
        self.file.set_len(end)?;
        Ok(true)
    }

    fn place(&self, subject: &Subject) -> Option<usize> {
        self.subjects.iter().position(|known| known == subject)
    }

    /// Appends whole lines, or nothing.
    fn append(&mut self, text: &str) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.end))?;
        if let Err(error) = self.file.write_all(text.as_bytes()) {
            // Only to be tidy: the next run ignores half a line.
            _ = self.file.set_len(self.end);
            return Err(error);
        }
        self.end += text.len() as u64;
        self.disk.sync();
        Ok(())
    }
}

/// Syncs the file to the disk on a separate thread, so that a slow disk does not delay requests. Writes that arrive
/// during a sync share the next one.
#[derive(Debug)]
struct Disk {
    wake: Option<mpsc::SyncSender<()>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Disk {
    fn of(file: &File, path: &Path) -> Self {
        let folder =
            path.parent().map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
        let folder = folder.map(Path::to_owned);
        let (wake, woken) = mpsc::sync_channel(1);
        let thread = file.try_clone().and_then(|file| {
            std::thread::Builder::new().spawn(move || {
                let mut is_new = true;
                while woken.recv().is_ok() {
                    file.sync_data()?;
                    if std::mem::take(&mut is_new) {
                        // The directory entry must reach the disk too. Not every system can sync a folder.
                        _ = folder.as_ref().map(|folder| File::open(folder)?.sync_all());
                    }
                }
                Ok(())
            })
        });
        // Without a thread, everything is synced at the end.
        Self { wake: Some(wake).filter(|_| thread.is_ok()), thread: thread.ok() }
    }

    fn sync(&self) {
        // The channel is full when a sync is already pending.
        _ = self.wake.as_ref().map(|wake| wake.try_send(()));
    }

    /// Waits for the last sync. Fails if any sync has failed.
    fn finish(&mut self) -> io::Result<()> {
        self.wake = None;
        self.thread.take().map_or(Ok(()), |thread| thread.join().expect("syncing does not panic"))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        _ = self.finish();
    }
}

/// Opens or creates a file that only its owner can write, and locks it.
fn open_locked(path: &Path) -> Result<File> {
    let shown = path.display();
    let refused = |why: &str, hint: String| {
        Error::new(ErrorKind::Usage, format!("`{shown}` {why}: left unchanged")).hint(hint)
    };
    let another = || "choose another file with `--resume`".to_owned();
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    refuse_symlinks(&mut options);
    for _ in 0..ATTEMPTS {
        if path.is_symlink() {
            return Err(refused("is a symbolic link", another()));
        }
        let file = options.open(path).map_err(|error| unusable(path, &error))?;
        let metadata = file.metadata().map_err(|error| unusable(path, &error))?;
        if !metadata.is_file() {
            return Err(refused("is not a regular file", another()));
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            if metadata.uid() != rustix::process::geteuid().as_raw() {
                return Err(refused("belongs to another user", another()));
            }
            if metadata.mode() & 0o022 != 0 {
                return Err(refused(
                    "can be written by other users",
                    format!("if you trust what it holds, run `chmod 600 {shown}`"),
                ));
            }
        }
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::new(ErrorKind::Usage, format!("`{shown}` is in use by another run"))
                    .hint("wait for that run, or choose another file with `--resume`"));
            }
            Err(TryLockError::Error(error)) => return Err(unusable(path, &error)),
        }
        // Another run may have removed the file between opening and locking.
        if is_at(path, &file) {
            return Ok(file);
        }
    }
    Err(refused("keeps being replaced by other runs", another()))
}

fn unusable(path: &Path, error: &io::Error) -> Error {
    let hint = if error.kind() == io::ErrorKind::InvalidData {
        "remove it to read everything again"
    } else {
        "choose a file that you can read and write with `--resume`"
    };
    Error::new(ErrorKind::Usage, format!("cannot resume from `{}`: {error}", path.display())).hint(hint)
}

/// Makes opening a file fail if the path is a symbolic link.
pub fn refuse_symlinks(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        options,
        rustix::fs::OFlags::NOFOLLOW.bits().try_into().expect("the flag is a small number"),
    );
    #[cfg(not(unix))]
    let _ = options;
}

/// Returns whether the path still names this file.
fn is_at(path: &Path, file: &File) -> bool {
    let there = std::fs::symlink_metadata(path);
    there.is_ok_and(|there| file.metadata().is_ok_and(|here| is_same(&there, &here)))
}

#[cfg(unix)]
fn is_same(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

/// Other systems do not replace files that are open.
#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}

/// Restricts the file to its owner.
fn private(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

/// Returns the name of a page's question in the file; `None` for other questions, which are not saved.
fn name(question: &Question) -> Option<String> {
    match question {
        Question::Members { page, uins } => Some(format!("{page} {}", uins.join(","))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn account(label: &str) -> Account {
        Account {
            label: label.into(),
            cloud: &crate::cloud::tencent::Tencent,
            site: None,
            remembered: None,
            endpoint: None,
            currency: None,
            signature: "",
        }
    }

    fn subject(label: &str) -> Subject {
        Subject::new(&account(label), "AKIDone", &[])
    }

    fn open(path: &Path, subjects: &[Subject]) -> Result<Rc<Journal>> {
        Journal::open(path, subjects, HOUR).map(Rc::new)
    }

    /// The only section of a journal.
    fn section(path: &Path) -> Section {
        open(path, &[subject("prod")]).unwrap().section(subject("prod"))
    }

    fn page(page: u64) -> Question {
        Question::Members { page, uins: Vec::new() }
    }

    fn body(section: &Section, number: u64) -> Option<String> {
        section.get(&page(number)).map(|recorded| recorded.body)
    }

    fn put(section: &Section, number: u64, body: &str) {
        section.put(&page(number), Site::INTL, time(10), body).unwrap();
    }

    fn time(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    /// The message, with `FILE` in place of the path.
    fn message<T: std::fmt::Debug>(path: &Path, result: Result<T>) -> String {
        result.unwrap_err().message.replace(path.to_str().unwrap(), "FILE")
    }

    fn temporary() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        (dir, path)
    }

    #[test]
    fn replies_are_saved_and_half_a_line_is_not() {
        let (_dir, path) = temporary();
        let journal = section(&path);
        assert_eq!(journal.journal().earlier(), Earlier::default());
        put(&journal, 1, "{\"a\":\n1}");
        put(&journal, 2, "two");
        journal.put(&Question::Balance, Site::INTL, time(7), "not saved").unwrap();
        assert_eq!(body(&journal, 2).as_deref(), Some("two"));
        assert_eq!(journal.journal().keep(), Ok(2));
        drop(journal);

        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text + "{\"type\":\"page\",\"question\":\"3 \",\"si").unwrap();
        let journal = section(&path);
        let earlier = journal.journal().earlier();
        assert_eq!((earlier.pages, earlier.expired), (2, 0));
        assert_eq!(body(&journal, 1).as_deref(), Some("{\"a\":\n1}"));
        assert_eq!(body(&journal, 3), None);
        assert_eq!(journal.get(&page(1)).unwrap().fetched_at, time(10));
        assert_eq!(journal.pages(), [1, 2]);
        put(&journal, 3, "three");
        put(&journal, 1, "one again");
        drop(journal);

        let journal = section(&path);
        assert_eq!(body(&journal, 3).as_deref(), Some("three"));
        assert_eq!(body(&journal, 1).as_deref(), Some("one again"));
        journal.journal().remove().unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn one_file_holds_several_accounts_and_does_not_confuse_them() {
        let (_dir, path) = temporary();
        let both = [subject("prod"), subject("test")];
        let journal = open(&path, &both).unwrap();
        let [prod, test] = both.clone().map(|subject| journal.section(subject));
        put(&prod, 1, "prod's");
        put(&test, 1, "test's");
        put(&prod, 2, "prod's second");
        drop((prod, test, journal));
        let swapped = [subject("test"), subject("new"), subject("prod")];
        let journal = open(&path, &swapped).unwrap();
        let [test, new, prod] = swapped.map(|subject| journal.section(subject));
        assert_eq!(body(&prod, 1).as_deref(), Some("prod's"));
        assert_eq!(body(&test, 1).as_deref(), Some("test's"));
        assert_eq!((prod.pages(), test.pages(), new.pages()), (vec![1, 2], vec![1], vec![]));
        drop((prod, test, new, journal));
        assert_eq!(
            message(&path, open(&path, &[subject("test")])),
            "`FILE` holds members of tencent/prod, which this run does not read: left unchanged"
        );
    }

    #[test]
    fn anothers_journal_is_refused_and_so_is_one_in_use_or_damaged() {
        let (_dir, path) = temporary();
        let journal = section(&path);
        put(&journal, 1, "one");
        assert_eq!(message(&path, open(&path, &[subject("prod")])), "`FILE` is in use by another run");
        drop(journal);
        for other in [
            Subject::new(&account("prod"), "AKIDtwo", &[]),
            Subject::new(&Account { site: Some(Site::CN), ..account("prod") }, "AKIDone", &[]),
            Subject::new(&account("prod"), "AKIDone", &["1".to_owned()]),
        ] {
            assert_eq!(
                message(&path, open(&path, &[other])),
                "`FILE` holds members of tencent/prod, with another key, site, endpoint or list of members: \
                 left unchanged"
            );
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let end = text.len();
        for damage in ["nonsense\n", "{\"type\":\"page\"}\n", "\n"] {
            std::fs::write(&path, text.clone() + damage).unwrap();
            assert_eq!(
                message(&path, open(&path, &[subject("prod")])),
                format!("cannot resume from `FILE`: damaged at byte {end}")
            );
        }
        let stray = text.replace("\"subject\":0", "\"subject\":1");
        std::fs::write(&path, stray).unwrap();
        assert!(message(&path, open(&path, &[subject("prod")])).contains("damaged at byte "));
    }

    #[test]
    fn a_journal_without_pages_fits_every_account_and_is_removed() {
        let (_dir, path) = temporary();
        drop(section(&path));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "", "nothing was read yet");
        let line = Line::Subject(subject("prod")).text();
        for text in [HEAD.to_owned(), format!("{HEAD}{line}"), HEAD[..9].to_owned()] {
            std::fs::write(&path, text).unwrap();
            let other = Subject::new(&account("prod"), "AKIDtwo", &[]);
            let journal = open(&path, std::slice::from_ref(&other)).unwrap();
            let section = journal.section(other.clone());
            put(&section, 1, "one");
            drop((section, journal));
            let journal = open(&path, std::slice::from_ref(&other)).unwrap();
            assert_eq!(body(&journal.section(other), 1).as_deref(), Some("one"));
        }
        std::fs::remove_file(&path).unwrap();
        assert_eq!(open(&path, &[subject("prod")]).unwrap().keep(), Ok(0));
        assert!(!path.exists());
    }

    #[test]
    fn pages_that_are_too_old_or_from_the_future_are_not_used() {
        let (_dir, path) = temporary();
        let journal = section(&path);
        (1..=4).for_each(|number| put(&journal, number, "page"));
        drop(journal);
        let text = std::fs::read_to_string(&path).unwrap();
        let minutes_ago = [59, 61, -2, 1];
        let mut lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for (line, minutes) in lines[2..].iter_mut().zip(minutes_ago) {
            line["saved_at"] = serde_json::json!(Utc::now() - TimeDelta::minutes(minutes));
        }
        let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
        std::fs::write(&path, lines.replace("{\"cloudbal_journal\":3}\n", HEAD)).unwrap();
        let journal = section(&path);
        assert_eq!(journal.pages(), [1, 4]);
        assert_eq!([1, 2, 3, 4].map(|number| body(&journal, number).is_some()), [true, false, false, true]);
        let earlier = journal.journal().earlier();
        assert_eq!((earlier.pages, earlier.age.num_minutes(), earlier.expired), (2, 59, 2));
        drop(journal);
        let none = Journal::open(&path, &[subject("prod")], Duration::ZERO).unwrap();
        assert_eq!((none.earlier().pages, none.earlier().expired), (0, 4));
        drop(none);
        let all = Journal::open(&path, &[subject("prod")], Duration::MAX).unwrap();
        assert_eq!((all.earlier().pages, all.earlier().expired), (3, 1));
    }

    #[test]
    fn a_file_that_is_not_a_journal_is_left_as_it_is() {
        let (_dir, path) = temporary();
        for text in
            ["700001941608", "700001941608\n", "{\"version\":2}\n", "{\"cloudbal_journal\":4}\n", "\n", "\0"]
        {
            std::fs::write(&path, text).unwrap();
            assert_eq!(
                message(&path, open(&path, &[subject("prod")])),
                "`FILE` is not a journal of this version of cloudbal: left unchanged"
            );
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_not_a_file_is_not_read_without_end_and_not_removed() {
        for path in ["/dev/null", "/dev/zero"].map(Path::new) {
            assert_eq!(
                message(path, open(path, &[subject("prod")])),
                "`FILE` is not a regular file: left unchanged"
            );
        }
    }

    #[test]
    fn a_file_that_was_replaced_meanwhile_is_not_removed() {
        let (_dir, path) = temporary();
        let journal = section(&path);
        put(&journal, 1, "one");
        std::fs::rename(&path, path.with_extension("old")).unwrap();
        std::fs::write(&path, "another's").unwrap();
        journal.journal().remove().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "another's");
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { cases: 64, ..Default::default() })]

        #[test]
        fn wherever_a_run_ends_what_was_whole_is_kept(cut in 0_usize..1500) {
            let (_dir, path) = temporary();
            let journal = section(&path);
            for number in 1..=5 {
                put(&journal, number, &format!("{{\n\"page\":{number}}}"));
            }
            drop(journal);
            let mut bytes = std::fs::read(&path).unwrap();
            bytes.truncate(cut);
            let lines = bytes.split(|byte| *byte == b'\n').count() - 1;
            std::fs::write(&path, &bytes).unwrap();
            let journal = section(&path);
            for number in 1..=5 {
                // Two lines come before the pages.
                let kept = (number + 1 < lines as u64).then(|| format!("{{\n\"page\":{number}}}"));
                proptest::prop_assert_eq!(body(&journal, number), kept);
            }
        }

        #[test]
        fn no_file_makes_it_panic(at in 0_usize..500, cut in 0_usize..4, patch in proptest::bits::u32::ANY) {
            let (_dir, path) = temporary();
            put(&section(&path), 1, "one");
            let mut bytes = std::fs::read(&path).unwrap();
            let at = at.min(bytes.len());
            let end = (at + cut).min(bytes.len());
            bytes.splice(at..end, patch.to_le_bytes());
            std::fs::write(&path, &bytes).unwrap();
            _ = open(&path, &[subject("prod")]).map(|journal| body(&journal.section(subject("prod")), 1));
        }
    }

    #[cfg(unix)]
    fn mode(path: &Path) -> u32 {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[cfg(unix)]
    fn set_mode(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_for_its_owner_alone() {
        let (_dir, path) = temporary();
        drop(section(&path));
        assert_eq!(mode(&path), 0o600);
        set_mode(&path, 0o644);
        drop(section(&path));
        assert_eq!(mode(&path), 0o600, "an empty file is made private before it is written");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_write_is_refused() {
        let (_dir, path) = temporary();
        let journal = section(&path);
        put(&journal, 1, "one");
        drop(journal);
        for mode in [0o620, 0o602, 0o666] {
            set_mode(&path, mode);
            assert_eq!(
                message(&path, open(&path, &[subject("prod")])),
                "`FILE` can be written by other users: left unchanged"
            );
        }
        set_mode(&path, 0o640);
        assert_eq!(body(&section(&path), 1).as_deref(), Some("one"));
    }

    #[cfg(unix)]
    #[test]
    fn anothers_file_is_refused() {
        // Only root can give files away, and it owns what every system has.
        let (_dir, path) = temporary();
        let is_root = rustix::process::geteuid().is_root();
        let path = if is_root {
            std::fs::write(&path, "").unwrap();
            std::os::unix::fs::chown(&path, Some(12345), None).unwrap();
            path
        } else {
            PathBuf::from("/etc/hostname")
        };
        let message = message(&path, open(&path, &[subject("prod")]));
        assert!(
            message == "`FILE` belongs to another user: left unchanged"
                || (!is_root && message.contains("denied")),
            "{message}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_is_refused_wherever_it_leads() {
        let (dir, path) = temporary();
        let target = dir.path().join("target");
        std::os::unix::fs::symlink(&target, &path).unwrap();
        let refused = || message(&path, open(&path, &[subject("prod")]));
        assert_eq!(refused(), "`FILE` is a symbolic link: left unchanged");
        assert!(!target.exists());
        put(&section(&target), 1, "one");
        assert_eq!(refused(), "`FILE` is a symbolic link: left unchanged");
    }
}
