//! Every member of an organisation, or some of them: many pages at once, rows in order, no silent gap.

use std::collections::HashSet;
use std::ops::ControlFlow;

use futures_util::{StreamExt as _, stream};

use super::Session;
use crate::client::Event;
use crate::cloud::{MEMBERS_A_PAGE, Page, Question};
use crate::model::{Error, Kind, Result, Row};

/// How many pages may be under way at once. The pace decides how many are; this bounds what is held back when one of
/// them is late.
const UNDER_WAY: usize = 256;

/// How many pages may fail before the rest is not tried any more.
const MOST_FAILED: usize = 10;

/// Reads these members, in requests as large as the cloud takes.
pub async fn read_some(session: &Session<'_>, uins: &[String], emit: &mut dyn FnMut(Row)) {
    let mut questions = Question::members(uins).into_iter().map(|question| recall_or_ask(session, question));
    // The first alone: it finds out which site the account belongs to.
    let first = stream::iter(questions.next()).buffered(1);
    let mut answers = std::pin::pin!(first.chain(stream::iter(questions).buffered(UNDER_WAY)));
    session.client().tell(&Event::MembersExpected(uins.len() as u64));
    let mut failed = 0;
    let mut given_up: Option<Error> = None;
    for uins in uins.chunks(MEMBERS_A_PAGE) {
        let answer = match &given_up {
            Some(error) => Err(error.clone()),
            None => answers.next().await.expect("there is an answer to every question").answer,
        };
        match answer {
            Ok(answer) => answer.rows.into_iter().for_each(&mut *emit),
            Err(error) => {
                failed += 1;
                // Each member that was asked for gets its row.
                for uin in uins {
                    let mut error = error.clone();
                    error.sub_account_id = Some(uin.as_str().into());
                    emit(Row::Error(Box::new(error)));
                }
                if is_final(&error) || failed >= MOST_FAILED {
                    given_up = Some(error);
                }
            }
        }
    }
}

/// Reads all members: the first page, then the others at once.
///
/// The list may change while it is read. Members are known by their uin and shown once; what the pages leave out is
/// asked again, and if the number still differs from what the cloud says, that is an error.
pub async fn read_all(session: &Session<'_>, emit: &mut dyn FnMut(Row)) {
    let mut roll = Roll::default();
    let first = match session.page(&page(1)).await {
        Ok(answer) => answer,
        Err(error) => return emit(Row::Error(Box::new(error))),
    };
    session.client().tell(&Event::MembersExpected(first.total.unwrap_or_default()));
    count(session, &first);
    let following = first.following.clone();
    _ = roll.take(1, Ok(first), false, emit);
    roll.read(following.map(|question| recall_or_ask(session, question)), emit).await;
    for round in [Round::Missing, Round::Whole] {
        if roll.hopeless || roll.is_complete() || (round == Round::Whole && roll.is_explained()) {
            break;
        }
        let again = roll.begin(round);
        roll.read(again.map(|question| ask(session, question)), emit).await;
    }
    for error in std::mem::take(&mut roll.failed) {
        emit(Row::Error(Box::new(error.1)));
    }
    if let Some(error) = roll.gap(session) {
        emit(Row::Error(Box::new(error)));
    }
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
        asked: impl Iterator<Item = impl Future<Output = Told>>,
        emit: &mut dyn FnMut(Row),
    ) {
        let mut answers = std::pin::pin!(stream::iter(asked).buffered(UNDER_WAY));
        while let Some(Told { question, answer, recalled }) = answers.next().await {
            let Question::Members { page, .. } = question else { continue };
            if self.take(page, answer, recalled, emit).is_break() {
                break;
            }
        }
    }

    /// Shows the new members of a page; breaks when no further page need be asked.
    fn take(
        &mut self,
        page: u64,
        answer: Result<Page>,
        recalled: bool,
        emit: &mut dyn FnMut(Row),
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
            // What an earlier run was told is not what the list is like now; it can only tell that it was longer.
            self.shrank |= answer.total > self.total;
        } else if let Some(total) = answer.total {
            self.shrank |= self.total.is_some_and(|before| total < before);
            self.total = Some(total);
            let up_to_here = (page - 1).saturating_mul(MEMBERS_A_PAGE as u64) + answer.rows.len() as u64;
            self.contradicted |= !answer.rows.is_empty() && up_to_here > total;
        }
        let is_past_the_end = answer.rows.is_empty() && page > 1;
        let mut fresh = 0;
        for row in answer.rows {
            let uin = match &row {
                Row::Balance(balance) => balance.sub_account_id.as_deref(),
                Row::Error(error) => error.sub_account_id.as_deref(),
            };
            if uin.is_none_or(|uin| self.seen.insert(uin.into())) {
                fresh += 1;
                emit(row);
            }
        }
        if fresh < self.expected(page) {
            self.short.push(page);
        }
        if is_past_the_end { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// How many members a page should hold by the latest total.
    fn expected(&self, page: u64) -> usize {
        let before = (page - 1).saturating_mul(MEMBERS_A_PAGE as u64);
        let left = self.total.unwrap_or_default().saturating_sub(before);
        usize::try_from(left).unwrap_or(MEMBERS_A_PAGE).min(MEMBERS_A_PAGE)
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
        let error = Error::new(Kind::Incomplete, message).at(account.cloud.name(), &account.label);
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

fn page(page: u64) -> Question {
    Question::Members { page, uins: Vec::new() }
}

/// A question with its answer.
struct Told {
    question: Question,
    answer: Result<Page>,
    /// An earlier run had it already.
    recalled: bool,
}

async fn ask(session: &Session<'_>, question: Question) -> Told {
    let answer = session.page(&question).await;
    if let Ok(page) = &answer {
        count(session, page);
    }
    Told { question, answer, recalled: false }
}

async fn recall_or_ask(session: &Session<'_>, question: Question) -> Told {
    match session.earlier_page(&question) {
        Some(page) => {
            count(session, &page);
            Told { question, answer: Ok(page), recalled: true }
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
        Kind::Authentication
            | Kind::Permission
            | Kind::WrongSite
            | Kind::Clock
            | Kind::Unsupported
            | Kind::Configuration
            | Kind::Credentials
    )
}
