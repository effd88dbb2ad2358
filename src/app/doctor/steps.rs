//! The steps of an examination, each judged by the replies.

use chrono::TimeDelta;

use crate::client::{Probe, offset_in_words};
use crate::cloud::{Account, Identity, Page};
use crate::model::{Aspect, Error, ErrorKind, Finding, Result, Row, Step};

/// A smaller difference is ignored, because the server sends whole seconds only.
const IN_STEP: TimeDelta = TimeDelta::seconds(2);

/// The steps of every examination.
const USUAL: [Aspect; 8] = [
    Aspect::Source,
    Aspect::Key,
    Aspect::Network,
    Aspect::Clock,
    Aspect::Signature,
    Aspect::Identity,
    Aspect::Permission,
    Aspect::Site,
];

/// The steps taken so far.
pub struct Steps<'a> {
    account: &'a Account,
    report: &'a dyn Fn(&Step),
    taken: Vec<Step>,
}

impl<'a> Steps<'a> {
    /// Starts an account's examination.
    pub fn new(account: &'a Account, report: &'a dyn Fn(&Step)) -> Self {
        Self { account, report, taken: Vec::new() }
    }

    fn take(&mut self, aspect: Aspect, finding: Finding) {
        let step = Step { aspect, finding };
        (self.report)(&step);
        self.taken.push(step);
    }

    /// Records a step that succeeded.
    pub fn fine(&mut self, aspect: Aspect, found: impl Into<String>) {
        self.take(aspect, Finding::Fine(found.into()));
    }

    /// Records a step that failed.
    pub fn fail(&mut self, aspect: Aspect, error: &Error) {
        let error = error.clone().at(self.account.cloud.name(), &self.account.label);
        self.take(aspect, Finding::Failed(Box::new(error)));
    }

    fn skip(&mut self, aspect: Aspect, why: &str) {
        self.take(aspect, Finding::Skipped(why.to_owned()));
    }

    /// Records the result of a step.
    pub fn result(&mut self, aspect: Aspect, result: std::result::Result<String, &Error>) {
        match result {
            Ok(found) => self.fine(aspect, found),
            Err(error) => self.fail(aspect, error),
        }
    }

    /// Records the clock: a wrong clock is an error only if the cloud rejected a request for it.
    pub fn clock(&mut self, refused: Option<TimeDelta>, probe: &Probe) {
        match (refused, probe.offset) {
            (Some(offset), _) => {
                let message = format!(
                    "this machine's clock is {}: the cloud rejected the signature",
                    offset_in_words(offset)
                );
                let error = Error::new(ErrorKind::Clock, message)
                    .hint("set the clock; cloudbal uses the cloud's time instead, other programs do not");
                self.fail(Aspect::Clock, &error);
            }
            (None, Some(offset)) if offset.abs() > IN_STEP => {
                self.fine(Aspect::Clock, format!("this machine's clock is {}", offset_in_words(offset)));
            }
            (None, Some(_)) => self.fine(Aspect::Clock, "in sync with the cloud's"),
            (None, None) => self.skip(Aspect::Clock, "the server does not send its time"),
        }
    }

    /// Records the signature: a reply with data, or about missing permissions, means that it was accepted.
    pub fn signature(&mut self, identity: &Result<Identity>, balance: &Result<Page>) {
        let errors = [identity.as_ref().err(), balance.as_ref().err()];
        let is = |kind| errors.into_iter().flatten().find(|error| error.kind == kind);
        if errors.contains(&None) || is(ErrorKind::Permission).is_some() {
            self.fine(Aspect::Signature, "accepted");
        } else if let Some(error) = is(ErrorKind::Authentication) {
            self.fail(Aspect::Signature, error);
        } else if is(ErrorKind::WrongSite).is_some() {
            self.skip(Aspect::Signature, "the site does not know the key");
        } else {
            self.skip(Aspect::Signature, "not verified by the cloud");
        }
    }

    /// Records who the key belongs to.
    pub fn identity(&mut self, identity: &Result<Identity>) {
        match identity {
            Ok(Identity { account_id, arn }) => {
                let arn = arn.as_ref().map_or_else(String::new, |arn| format!(", {arn}"));
                self.fine(Aspect::Identity, format!("account {account_id}{arn}"));
            }
            // Balances can be read without this permission.
            Err(error) if error.kind == ErrorKind::Permission => {
                self.skip(Aspect::Identity, "the key is not allowed to read its identity");
            }
            Err(error) => self.unless_told(Aspect::Identity, error),
        }
    }

    /// Records whether the balance can be read.
    pub fn permission(&mut self, balance: &Result<Page>) {
        let row = balance.as_ref().map(|page| page.rows.first());
        match row {
            Ok(Some(Row::Balance(balance))) => {
                let available = balance.money(balance.available).grouped();
                self.fine(Aspect::Permission, format!("{available} {} available", balance.currency));
            }
            Ok(Some(Row::Error(error))) => self.fail(Aspect::Permission, error),
            Ok(None) => self.skip(Aspect::Permission, "the reply contains no balance"),
            Err(error) => self.unless_told(Aspect::Permission, error),
        }
    }

    /// Records an error, unless another step shows it.
    fn unless_told(&mut self, aspect: Aspect, error: &Error) {
        let is_refused =
            |step: &Step| step.aspect == Aspect::Signature && matches!(step.finding, Finding::Failed(_));
        match error.kind {
            ErrorKind::Authentication if self.taken.iter().any(is_refused) => {
                self.skip(aspect, "the signature was rejected");
            }
            ErrorKind::WrongSite => self.skip(aspect, "the site does not know the account"),
            _ => self.fail(aspect, error),
        }
    }

    /// Returns all steps in order; those that were not reached are skipped.
    pub fn finish(mut self) -> Vec<Step> {
        for aspect in USUAL {
            if !self.taken.iter().any(|step| step.aspect == aspect) {
                self.skip(aspect, "an earlier step failed");
            }
        }
        self.taken.sort_by_key(|step| step.aspect);
        self.taken
    }
}
