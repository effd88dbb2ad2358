//! Use cases: reading balances, of one account or of many at once.

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

/// What is to be read of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Its balance.
    Balance,
    /// The balances of these members of its organisation; of all when there are none.
    Members(Vec<String>),
    /// Its balance, and then those of all members of its organisation.
    BalanceAndMembers,
}

/// What has decided where an account's credentials are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundBy {
    /// The user: an option, or the account's entry in the configuration.
    Choice,
    /// The order in which the cloud's sources are looked at.
    Chain,
    /// Nothing: all that there are were listed.
    Listing,
}

/// An account with what is wished of it.
#[derive(Debug)]
pub struct Task {
    /// The account.
    pub account: Account,
    /// How its credentials are come by, or why they are not usable.
    pub source: Result<Source>,
    /// Where they were found, for people.
    pub origin: String,
    /// What has decided where they were looked for.
    pub found_by: FoundBy,
    /// What is to be read.
    pub scope: Scope,
    /// Below what its balances are low.
    pub thresholds: Thresholds,
    /// What decides whether its balances are low; `None` when they are not checked.
    pub check: Option<Check>,
    /// Whether rows are shown as they come. Otherwise members stand in the cloud's order, whenever they came.
    pub streams: bool,
    /// What an earlier run has read of it, and where this one saves what it reads.
    pub journal: Option<Section>,
}

/// Reads everything that is wished, all accounts at once, and hands over each row as soon as its turn has come: rows
/// stand in the order of the tasks, whatever the order of the answers.
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
            // Where nothing was found there is no name to call it by.
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

/// Reads both at once; the members' rows wait for the account's own.
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
