//! Use cases: reading the balances of one or more accounts.

pub mod accounts;
pub mod doctor;
mod filter;
mod judge;
mod members;
mod obtain;
mod order;
mod session;
pub mod tasks;

use futures_util::future::join_all;

pub use filter::Filter;
pub use session::Session;

use crate::client::{Client, Event};
use crate::cloud::{Account, Question, Source};
use crate::journal::Section;
use crate::model::{Check, Result, Row, Thresholds};
use judge::Judge;
use order::Order;

/// Which balances of an account are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The account's balance.
    Balance,
    /// The balances of these members of its organization; of all members if the list is empty.
    Members(Vec<String>),
    /// The account's balance, then those of all members of its organization.
    BalanceAndMembers,
}

/// What determined the source of an account's credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundBy {
    /// The user: an option, or the account's entry in the configuration.
    Choice,
    /// The cloud's default order of sources.
    Chain,
    /// Every available source was listed.
    Listing,
}

/// An account and what to read from it.
#[derive(Debug)]
pub struct Task {
    /// The account.
    pub account: Account,
    /// Where to obtain its credentials, or why they are not usable.
    pub source: Result<Source>,
    /// Where the credentials were found, as text to show.
    pub origin: String,
    /// What determined the source of the credentials.
    pub found_by: FoundBy,
    /// What to read.
    pub scope: Scope,
    /// The thresholds below which its balances are low.
    pub thresholds: Thresholds,
    /// How its balances are checked; `None` if they are not.
    pub check: Option<Check>,
    /// Whether rows are shown as they arrive. Otherwise members are shown in the cloud's order.
    pub streams: bool,
    /// The section of the resume journal, if there is one.
    pub journal: Option<Section>,
}

/// Reads all tasks concurrently and emits each row as soon as possible in the order of the tasks, whatever the order of
/// the replies.
pub async fn read(client: &Client<'_>, tasks: &[Task], emit: &mut dyn FnMut(Row)) {
    let order = Order::new(tasks.len(), emit);
    join_all(tasks.iter().enumerate().map(|(place, task)| {
        let order = &order;
        async move {
            let mut judge = Judge::new(task);
            read_task(client, task, &mut |row| order.row(place, judge.row(row))).await;
            judge.idle().for_each(|row| order.row(place, row));
            order.done(place);
            client.tell(&Event::AccountDone(place));
        }
    }))
    .await;
}

async fn read_task(client: &Client<'_>, task: &Task, emit: &mut dyn FnMut(Row)) {
    let source = match &task.source {
        Ok(source) => source,
        Err(error) => {
            let mut error = error.clone();
            error.provider = Some(task.account.cloud.name());
            // Without credentials there may be no name to show.
            error.account = Some(&task.account.label).filter(|label| !label.is_empty()).cloned();
            return emit(Row::Error(Box::new(error)));
        }
    };
    let session = Session::new(client, &task.account, source, task.journal.as_ref());
    if task.scope == Scope::BalanceAndMembers {
        read_both(&session, task.streams, emit).await;
    } else {
        read_scope(&session, &task.scope, task.streams, emit).await;
    }
    if let Some(error) = session.journal_error() {
        emit(Row::Error(Box::new(error)));
    }
}

/// Reads both concurrently; the members' rows come after the account's own.
async fn read_both(session: &Session<'_>, streams: bool, emit: &mut dyn FnMut(Row)) {
    let order = Order::new(2, emit);
    let own = async {
        read_scope(session, &Scope::Balance, streams, &mut |row| order.row(0, row)).await;
        order.done(0);
    };
    let members = async {
        read_scope(session, &Scope::Members(Vec::new()), streams, &mut |row| order.row(1, row)).await;
        order.done(1);
    };
    futures_util::future::join(own, members).await;
}

async fn read_scope(session: &Session<'_>, scope: &Scope, streams: bool, emit: &mut dyn FnMut(Row)) {
    match scope {
        Scope::Members(uins) if uins.is_empty() => members::read_all(session, streams, emit).await,
        Scope::Members(uins) => members::read_some(session, uins, emit).await,
        Scope::Balance | Scope::BalanceAndMembers => match session.page(&Question::Balance).await {
            Ok(page) => page.rows.into_iter().for_each(emit),
            Err(error) => emit(Row::Error(Box::new(error))),
        },
    }
}
