//! Every member of an organisation, or some of them: many pages at once, rows in order, no silent gap.

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;

use futures_util::{StreamExt as _, stream};

use super::Session;
use crate::client::Event;
use crate::cloud::{MEMBERS_A_PAGE, Page, Question};
use crate::model::{Error, ErrorKind, Result, Row};

/// How many pages may be asked for at once. The pace decides how many of them are under way.
const UNDER_WAY: usize = 256;

/// How many pages may fail before the rest is not tried any more.
const MOST_FAILED: usize = 10;

/// Reads these members, in requests as large as the cloud takes.
pub async fn read_some(session: &Session<'_>, uins: &[String], emit: &mut dyn FnMut(Row)) {
    session.client().tell(&Event::MembersExpected(uins.len() as u64));
    let (mut taken, mut failed) = (0, 0);
    let mut given_up: Option<Error> = None;
    let mut take = |result: PageResult| {
        let Question::Members { uins, .. } = &result.question else { return ControlFlow::Continue(()) };
        taken += 1;
        match result.answer {
            Ok(answer) => answer.rows.into_iter().for_each(&mut *emit),
            Err(error) => {
                failed += 1;
                fail(uins, &error, emit);
                if is_final(&error) || failed >= MOST_FAILED {
                    given_up = Some(error);
                    return ControlFlow::Break(());
                }
            }
        }
        ControlFlow::Continue(())
    };
    let mut questions = Question::members(uins).into_iter().map(|question| recall_or_ask(session, question));
    // The first alone: it finds out which site the account belongs to.
    if let Some(first) = questions.next()
        && take(first.await).is_continue()
    {
        in_order(questions, &mut take).await;
    }
    if let Some(error) = given_up {
        uins.chunks(MEMBERS_A_PAGE).skip(taken).for_each(|uins| fail(uins, &error, emit));
    }
}

/// Each member that was asked for gets its row.
fn fail(uins: &[String], error: &Error, emit: &mut dyn FnMut(Row)) {
    for uin in uins {
        let mut error = error.clone();
        error.sub_account_id = Some(uin.as_str().into());
        emit(Row::Error(Box::new(error)));
    }
}

/// Reads all members: the first page, then the others at once.
///
/// The list may change while it is read. Members are known by their uin and shown once; what the pages leave out is
/// asked again, and if the number still differs from what the cloud says, that is an error.
pub async fn read_all(session: &Session<'_>, streams: bool, emit: &mut dyn FnMut(Row)) {
    let mut roll = Roll::default();
    let mut shelf = Shelf { emit: &mut *emit, pages: (!streams).then(BTreeMap::new) };
    let failed = read_pages(session, &mut roll, &mut |page, row| shelf.put(page, row)).await;
    drop(shelf);
    for error in failed {
        emit(Row::Error(Box::new(error)));
    }
}

/// Rows of pages that are shown in the order of the pages, unless they are shown as they come.
struct Shelf<'e> {
    emit: &'e mut dyn FnMut(Row),
    pages: Option<BTreeMap<u64, Vec<Row>>>,
}

impl Shelf<'_> {
    fn put(&mut self, page: u64, row: Row) {
        match &mut self.pages {
            Some(pages) => pages.entry(page).or_default().push(row),
            None => (self.emit)(row),
        }
    }
}

/// A run that is interrupted shows everything that was read.
impl Drop for Shelf<'_> {
    fn drop(&mut self) {
        self.pages.take().into_iter().flat_map(BTreeMap::into_values).flatten().for_each(&mut *self.emit);
    }
}

/// Reads all pages, and gives the errors that remain in the end.
async fn read_pages(session: &Session<'_>, roll: &mut Roll, show: &mut dyn FnMut(u64, Row)) -> Vec<Error> {
    let first = match session.page(&page(1)).await {
        Ok(answer) => answer,
        Err(error) => {
            // What an earlier run has read is shown all the same.
            for number in session.earlier_pages() {
                if let Some(answer) = session.earlier_page(&page(number)) {
                    _ = roll.take(number, Ok(answer), true, show);
                }
            }
            return vec![error];
        }
    };
    session.client().tell(&Event::MembersExpected(first.total.unwrap_or_default()));
    count(session, &first);
    let next_pages = first.next_pages.clone();
    _ = roll.take(1, Ok(first), false, show);
    // A server that ignores paging has given the whole list already.
    if !roll.is_complete() {
        roll.read(next_pages.map(|question| recall_or_ask(session, question)), show).await;
    }
    for round in [Round::Missing, Round::Whole] {
        if roll.hopeless || roll.is_complete() || (round == Round::Whole && roll.is_explained()) {
            break;
        }
        let again = roll.begin(round);
        roll.read(again.map(|question| ask(session, question)), show).await;
    }
    let gap = roll.gap(session);
    std::mem::take(&mut roll.failed).into_iter().map(|(_, error)| error).chain(gap).collect()
}

/// What is asked again when members are missing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Round {
    /// The pages that failed or fell short, and those past the end that the list had at first.
    Missing,
    /// The whole list.
    Whole,
}

/// The members read so far, and which pages fell short.
#[derive(Default)]
struct Roll {
    /// The uins of the members shown, also of those that could not be read.
    seen: HashSet<Box<str>>,
    /// What the latest reply said of how many there are.
    total: Option<u64>,
    /// A page held more members than its own total allows.
    contradicted: bool,
    /// The total became smaller while pages were read: a member may have moved to a page already read.
    shrank: bool,
    /// Pages that held fewer new members than they should.
    short: Vec<u64>,
    /// Pages that could not be read.
    failed: Vec<(u64, Error)>,
    /// Asking for more would only fail again.
    hopeless: bool,
}

impl Roll {
    async fn read(
        &mut self,
        asked: impl Iterator<Item = impl Future<Output = PageResult>>,
        show: &mut dyn FnMut(u64, Row),
    ) {
        let mut take = |result: PageResult| {
            let Question::Members { page, .. } = result.question else { return ControlFlow::Continue(()) };
            self.take(page, result.answer, result.recalled, show)
        };
        in_order(asked, &mut take).await;
    }

    /// Shows the new members of a page; breaks when no further page need be asked.
    fn take(
        &mut self,
        page: u64,
        answer: Result<Page>,
        recalled: bool,
        show: &mut dyn FnMut(u64, Row),
    ) -> ControlFlow<()> {
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                self.hopeless = is_final(&error) || self.failed.len() + 1 >= MOST_FAILED;
                self.failed.push((page, error));
                return if self.hopeless { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
            }
        };
        if recalled {
            // A saved page may be out of date: all it can show is that the list was longer.
            self.shrank |= answer.total > self.total;
        } else if let Some(total) = answer.total {
            self.shrank |= self.total.is_some_and(|before| total < before);
            self.total = Some(total);
        }
        let announced = answer.total.filter(|_| !recalled);
        let is_past_the_end = answer.rows.is_empty() && page > 1;
        let mut fresh = 0;
        for row in answer.rows {
            let uin = match &row {
                Row::Balance(balance) => balance.sub_account_id.as_deref(),
                Row::Error(error) => error.sub_account_id.as_deref(),
            };
            if uin.is_none_or(|uin| self.seen.insert(uin.into())) {
                fresh += 1;
                show(page, row);
            }
        }
        if let Some(total) = announced {
            // What other pages held already says nothing: a server that ignores paging repeats the whole list.
            let before = page.saturating_sub(1).saturating_mul(MEMBERS_A_PAGE as u64);
            let up_to_here = before.saturating_add(fresh);
            self.contradicted |= fresh > 0 && up_to_here > total;
        }
        if fresh < self.expected(page) {
            self.short.push(page);
        }
        if is_past_the_end { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// How many members a page should hold by the latest total.
    fn expected(&self, page: u64) -> u64 {
        let before = (page - 1).saturating_mul(MEMBERS_A_PAGE as u64);
        self.total.unwrap_or_default().saturating_sub(before).min(MEMBERS_A_PAGE as u64)
    }

    fn is_complete(&self) -> bool {
        let as_many = self.total.is_none_or(|total| self.seen.len() as u64 >= total);
        as_many && self.failed.is_empty() && !self.shrank
    }

    /// Whether the pages that could not be read hold all that is missing: the others need not be read again.
    fn is_explained(&self) -> bool {
        let known = self.seen.len() + self.failed.len() * MEMBERS_A_PAGE;
        self.total.is_some_and(|total| known as u64 >= total) && !self.shrank
    }

    /// The questions of a round, whose findings start anew.
    fn begin(&mut self, round: Round) -> impl Iterator<Item = Question> + use<> {
        let last = self.total.unwrap_or_default().div_ceil(MEMBERS_A_PAGE as u64);
        let after = if round == Round::Whole || self.shrank {
            0
        } else {
            self.seen.len() as u64 / MEMBERS_A_PAGE as u64
        };
        let mut known: Vec<u64> =
            self.failed.drain(..).map(|(page, _)| page).chain(self.short.drain(..)).collect();
        known.retain(|page| *page <= after);
        known.sort_unstable();
        known.dedup();
        self.shrank = false;
        known.into_iter().chain(after + 1..=last).map(page)
    }

    /// The error when members are still missing.
    fn gap(&self, session: &Session<'_>) -> Option<Error> {
        let message = self.difference()?;
        let account = session.account();
        let error = Error::new(ErrorKind::Incomplete, message).at(account.cloud.name(), &account.label);
        Some(error.hint("run again: what is shown is right, but members may be missing"))
    }

    /// How what was read differs from what the cloud says.
    fn difference(&self) -> Option<String> {
        let read = self.seen.len();
        let Some(total) = self.total else {
            return Some(format!("the cloud does not say how many members there are: {read} were read"));
        };
        if self.shrank {
            Some(format!(
                "the list of members became shorter while it was read: {read} were read, {total} are in it now"
            ))
        } else if (read as u64) < total {
            Some(format!("only {read} of {total} members were read"))
        } else if self.contradicted {
            Some(format!("the cloud says there are {total} members, yet {read} were read"))
        } else {
            None
        }
    }
}

/// Waits for answers, and takes them in the order of their questions until one breaks.
async fn in_order(
    asked: impl Iterator<Item = impl Future<Output = PageResult>>,
    take: &mut dyn FnMut(PageResult) -> ControlFlow<()>,
) {
    let asked = asked.enumerate().map(|(place, asked)| async move { (place, asked.await) });
    let mut answers = std::pin::pin!(stream::iter(asked).buffer_unordered(UNDER_WAY));
    let mut held = Held { take, next: 0, waiting: BTreeMap::new() };
    while let Some((place, result)) = answers.next().await {
        held.waiting.insert(place, result);
        while let Some(result) = held.waiting.remove(&held.next) {
            held.next += 1;
            if (held.take)(result).is_break() {
                held.waiting.clear();
                return;
            }
        }
    }
}

/// Answers that are held back until those before them have come.
struct Held<'a> {
    take: &'a mut dyn FnMut(PageResult) -> ControlFlow<()>,
    /// The place of the answer whose turn it is.
    next: usize,
    waiting: BTreeMap<usize, PageResult>,
}

/// What was held back is passed on in any case: a run that is interrupted shows everything that was read.
impl Drop for Held<'_> {
    fn drop(&mut self) {
        for result in std::mem::take(&mut self.waiting).into_values().filter(|result| result.answer.is_ok()) {
            if (self.take)(result).is_break() {
                break;
            }
        }
    }
}

fn page(page: u64) -> Question {
    Question::Members { page, uins: Vec::new() }
}

/// A question with its answer.
struct PageResult {
    question: Question,
    answer: Result<Page>,
    /// An earlier run had it already.
    recalled: bool,
}

async fn ask(session: &Session<'_>, question: Question) -> PageResult {
    let answer = session.page(&question).await;
    if let Ok(page) = &answer {
        count(session, page);
    }
    PageResult { question, answer, recalled: false }
}

async fn recall_or_ask(session: &Session<'_>, question: Question) -> PageResult {
    match session.earlier_page(&question) {
        Some(page) => {
            count(session, &page);
            PageResult { question, answer: Ok(page), recalled: true }
        }
        None => ask(session, question).await,
    }
}

/// Members are counted as they come, not in their order: it says how fast the cloud answers.
fn count(session: &Session<'_>, page: &Page) {
    session.client().tell(&Event::MembersRead(page.rows.len() as u64));
}

/// Whether every further question would meet the same error.
fn is_final(error: &Error) -> bool {
    matches!(
        error.kind,
        ErrorKind::Authentication
            | ErrorKind::Permission
            | ErrorKind::WrongSite
            | ErrorKind::Clock
            | ErrorKind::Unsupported
            | ErrorKind::Configuration
            | ErrorKind::Credentials
    )
}
