//! One account's conversation with its cloud: it finds out once which site the account belongs to.

use std::cell::Cell;

use crate::client::Client;
use crate::cloud::{Account, Advice, Answer, Failure, Question};
use crate::model::{Error, Result, Site};

/// Asks for one account.
pub struct Session<'a> {
    client: &'a Client<'a>,
    account: &'a Account,
    /// The site, once one has answered.
    site: Cell<Option<Site>>,
}

impl<'a> Session<'a> {
    /// A session in which nothing was asked yet.
    pub fn new(client: &'a Client<'a>, account: &'a Account) -> Self {
        Self { client, account, site: Cell::new(None) }
    }

    /// The account.
    pub fn account(&self) -> &Account {
        self.account
    }

    /// Asks a question. When the site does not know the account, and the user has chosen none, the other is asked once.
    pub async fn ask(&self, question: &Question) -> Result<Answer> {
        let first = self.site.get().unwrap_or_else(|| self.account.first_site());
        let failure = match self.client.ask(self.account, first, question).await {
            Ok(answer) => {
                self.site.set(Some(first));
                return Ok(answer);
            }
            Err(failure) => failure,
        };
        let may_change = self.site.get().is_none() && self.account.may_change_site();
        if failure.advice != Advice::OtherSite || !may_change {
            return Err(self.mark(*failure.error));
        }
        let second = first.other();
        match self.client.ask(self.account, second, question).await {
            Ok(answer) => {
                self.site.set(Some(second));
                Ok(answer)
            }
            Err(other) => Err(self.mark(both_asked(&failure, first, other, second))),
        }
    }

    fn mark(&self, error: Error) -> Error {
        error.at(self.account.cloud.name(), &self.account.label)
    }
}

/// The error when neither site has answered: the second one's, with what the first had said.
fn both_asked(first: &Failure, first_site: Site, second: Failure, second_site: Site) -> Error {
    let mut error = *second.error;
    let code = first.error.code.as_deref().unwrap_or("another code");
    error.message = if second.advice == Advice::OtherSite {
        format!("neither site knows this account; both were asked ({first_site}: {code}): {}", error.message)
            .into()
    } else {
        format!("{} (from site {second_site}; site {first_site} had answered {code})", error.message).into()
    };
    error
}
