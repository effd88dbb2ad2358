//! Checks the balances of one account as they arrive, and finds thresholds that check nothing.

use super::Task;
use crate::model::{Check, Currency, Error, ErrorKind, Row, Threshold};

/// Checks the rows of one account, if its balances are checked.
pub struct Judge<'t> {
    task: &'t Task,
    /// The first currency of the account's own balance that has no threshold.
    own: Option<Currency>,
    /// The first currency of its members' balances that has no threshold.
    members: Option<Currency>,
}

impl<'t> Judge<'t> {
    /// Creates a judge for a task.
    pub fn new(task: &'t Task) -> Self {
        Self { task, own: None, members: None }
    }

    /// Adds the verdict to a balance.
    pub fn row(&mut self, mut row: Row) -> Row {
        if let (Some(check), Row::Balance(balance)) = (&self.task.check, &mut row) {
            let verdict = check.judge(balance);
            if verdict.uncovered {
                let seen = if balance.sub_account_id.is_some() { &mut self.members } else { &mut self.own };
                seen.get_or_insert(balance.currency);
            }
            balance.verdict = Some(verdict);
        }
        row
    }

    /// Returns an error for each of the account's thresholds that checked nothing, because what was read is in other
    /// currencies. What could not be read has its own error.
    pub fn idle(&self) -> impl Iterator<Item = Row> {
        let error = |check: &Check| {
            let own = self.own.map(|currency| idle("threshold", &check.own.own, "the balance is", currency));
            let members = self.members.map(|currency| {
                idle("member_threshold", &check.own.members, "the members' balances are", currency)
            });
            [own, members]
        };
        let errors = self.task.check.as_ref().map(error).into_iter().flatten().flatten();
        errors.map(|error| {
            let account = &self.task.account;
            Row::Error(Box::new(error.at(account.cloud.name(), &account.label)))
        })
    }
}

fn idle(key: &str, threshold: &Threshold, what: &str, currency: Currency) -> Error {
    let codes: Vec<&str> = threshold.each.iter().map(|(code, _)| code.code()).collect();
    let message = format!("`{key}` in {} checks nothing: {what} in {currency}", codes.join(", "));
    Error::new(ErrorKind::Configuration, message)
        .hint(format!("set `{key} = {{ {currency} = \"…\" }}` for this account in the configuration"))
}
