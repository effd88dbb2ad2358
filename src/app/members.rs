//! Reads all or some members of an organization: many pages concurrently, rows in order, and no silent gap.

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;

use futures_util::{StreamExt as _, stream};

use super::Session;
use crate::client::Event;
use crate::cloud::{Page, Question};
use crate::model::{Error, ErrorKind, Result, Row};

/// The largest number of pages requested at once. The rate limit decides how many of them are in flight.
const UNDER_WAY: usize = 256;

/// The number of failed pages after which the rest is not requested.
const MOST_FAILED: usize = 10;

/// Reads these members, in the largest batches that the cloud accepts.
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
    let batches = uins.chunks(page_size(session));
    let mut questions = batches
        .clone()
        .map(|uins| recall_or_ask(session, Question::Members { page: 1, uins: uins.to_vec() }));
    // The first one alone, because it determines the site of the account.
    if let Some(first) = questions.next()
        && take(first.await).is_continue()
    {
        in_order(questions, &mut take).await;
    }
    if let Some(error) = given_up {
        batches.skip(taken).for_each(|uins| fail(uins, &error, emit));
    }
}

/// Emits an error row for each requested member.
fn fail(uins: &[String], error: &Error, emit: &mut dyn FnMut(Row)) {
    for uin in uins {
        let mut error = error.clone();
        error.sub_account_id = Some(uin.as_str().into());
        emit(Row::Error(Box::new(error)));
    }
}

/// Reads all members: the first page, then the others concurrently.
///
/// The list may change while it is read. Members are identified by their uin and shown once. Missing members are
/// requested again, and if the number still differs from the cloud's total, that is an error.
pub async fn read_all(session: &Session<'_>, streams: bool, emit: &mut dyn FnMut(Row)) {
    let mut roll = Roll { page_size: page_size(session) as u64, ..Roll::default() };
    let mut shelf = Shelf { emit: &mut *emit, pages: (!streams).then(BTreeMap::new) };
    let failed = read_pages(session, &mut roll, &mut |page, row| shelf.put(page, row)).await;
    drop(shelf);
    for error in failed {
        emit(Row::Error(Box::new(error)));
    }
}

/// Buffers rows to show them in the order of the pages, unless they are shown as they arrive.
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

/// Emits all buffered rows, so that an interrupted run shows everything that was read.
impl Drop for Shelf<'_> {
    fn drop(&mut self) {
        self.pages.take().into_iter().flat_map(BTreeMap::into_values).flatten().for_each(&mut *self.emit);
    }
}

/// Reads all pages and returns the remaining errors.
async fn read_pages(session: &Session<'_>, roll: &mut Roll, show: &mut dyn FnMut(u64, Row)) -> Vec<Error> {
    let first = match session.page(&page(1)).await {
        Ok(answer) => answer,
        Err(error) => {
            // Pages of an earlier run are still shown.
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
    // A server that ignores paging has already sent the whole list.
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

/// What is requested again when members are missing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Round {
    /// The pages that failed or were short, and those past the initial end of the list.
    Missing,
    /// The whole list.
    Whole,
}

/// The members read so far, and the pages that were short.
#[derive(Default)]
struct Roll {
    /// The number of members on a full page.
    page_size: u64,
    /// The uins of the members shown, including those that could not be read.
    seen: HashSet<Box<str>>,
    /// The number of members according to the latest reply.
    total: Option<u64>,
    /// A page held more members than its own total allows.
    contradicted: bool,
    /// The total became smaller while pages were read: a member may have moved to a page already read.
    shrank: bool,
    /// Pages with fewer new members than expected.
    short: Vec<u64>,
    /// Pages that could not be read.
    failed: Vec<(u64, Error)>,
    /// Further requests would fail the same way.
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

    /// Shows the new members of a page; breaks when no further page is needed.
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
            // Members seen on other pages do not count: a server that ignores paging repeats the whole list.
            let before = page.saturating_sub(1).saturating_mul(self.page_size);
            let up_to_here = before.saturating_add(fresh);
            self.contradicted |= fresh > 0 && up_to_here > total;
        }
        if fresh < self.expected(page) {
            self.short.push(page);
        }
        if is_past_the_end { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Returns how many members a page should hold according to the latest total.
    fn expected(&self, page: u64) -> u64 {
        let before = (page - 1).saturating_mul(self.page_size);
        self.total.unwrap_or_default().saturating_sub(before).min(self.page_size)
    }

    fn is_complete(&self) -> bool {
        let as_many = self.total.is_none_or(|total| self.seen.len() as u64 >= total);
        as_many && self.failed.is_empty() && !self.shrank
    }

    /// Returns whether the failed pages account for all missing members, so that the others need not be read again.
    fn is_explained(&self) -> bool {
        let known = self.seen.len() as u64 + self.failed.len() as u64 * self.page_size;
        self.total.is_some_and(|total| known >= total) && !self.shrank
    }

    /// Returns the questions of a round, and resets what was found in the previous one.
    fn begin(&mut self, round: Round) -> impl Iterator<Item = Question> + use<> {
        let last = self.total.unwrap_or_default().div_ceil(self.page_size);
        let after =
            if round == Round::Whole || self.shrank { 0 } else { self.seen.len() as u64 / self.page_size };
        let mut known: Vec<u64> =
            self.failed.drain(..).map(|(page, _)| page).chain(self.short.drain(..)).collect();
        known.retain(|page| *page <= after);
        known.sort_unstable();
        known.dedup();
        self.shrank = false;
        known.into_iter().chain(after + 1..=last).map(page)
    }

    /// Returns the error if members are still missing.
    fn gap(&self, session: &Session<'_>) -> Option<Error> {
        let message = self.difference()?;
        let account = session.account();
        let error = Error::new(ErrorKind::Incomplete, message).at(account.cloud.name(), &account.label);
        Some(error.hint("run again: what is shown is right, but members may be missing"))
    }

    /// Describes how the members read differ from the cloud's total.
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

/// Processes results in the order of their questions until one breaks.
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

/// Buffers results until those before them have arrived.
struct Held<'a> {
    take: &'a mut dyn FnMut(PageResult) -> ControlFlow<()>,
    /// The index of the next result.
    next: usize,
    waiting: BTreeMap<usize, PageResult>,
}

/// Processes all buffered results, so that an interrupted run shows everything that was read.
impl Drop for Held<'_> {
    fn drop(&mut self) {
        for result in std::mem::take(&mut self.waiting).into_values().filter(|result| result.answer.is_ok()) {
            if (self.take)(result).is_break() {
                break;
            }
        }
    }
}

/// Returns how many members one page or request of the account's cloud may hold.
fn page_size(session: &Session<'_>) -> usize {
    session.account().cloud.members().map_or(1, |members| members.page_size)
}

fn page(page: u64) -> Question {
    Question::Members { page, uins: Vec::new() }
}

/// The result of requesting one page.
struct PageResult {
    question: Question,
    answer: Result<Page>,
    /// Whether the page comes from an earlier run.
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

/// Counts members as they arrive, whatever their order, so that progress shows how fast the cloud answers.
fn count(session: &Session<'_>, page: &Page) {
    session.client().tell(&Event::MembersRead(page.rows.len() as u64));
}

/// Returns whether every further request would fail the same way.
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
