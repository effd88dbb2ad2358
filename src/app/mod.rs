//! Use cases: reading one account, a balance or every member of an organisation.

mod members;
mod session;

pub use session::Session;

use crate::client::Client;
use crate::cloud::{Account, Question};
use crate::model::Row;

/// What is to be read of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Its balance.
    Balance,
    /// The balances of these members of its organisation; of all when there are none.
    Members(Vec<String>),
}

/// Reads what is wished of an account and hands over each row in order, as soon as it is known.
pub async fn read(client: &Client<'_>, account: &Account, wish: &Wish, emit: &mut dyn FnMut(Row)) {
    let session = Session::new(client, account);
    match wish {
        Wish::Balance => match session.ask(&Question::Balance).await {
            Ok(answer) => answer.rows.into_iter().for_each(emit),
            Err(error) => emit(Row::Error(Box::new(error))),
        },
        Wish::Members(uins) if uins.is_empty() => members::read_all(&session, emit).await,
        Wish::Members(uins) => members::read_some(&session, uins, emit).await,
    }
}
