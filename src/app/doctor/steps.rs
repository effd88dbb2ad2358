//! The steps of an examination, each judged by the answers it is told by.

use chrono::TimeDelta;

use crate::client::{Probe, offset_in_words};
use crate::cloud::{Account, Identity, Page};
use crate::model::{Aspect, Error, ErrorKind, Finding, Result, Row, Step};

/// A clock that differs by less is in step: the server tells whole seconds only.
const IN_STEP: TimeDelta = TimeDelta::seconds(2);

/// The steps that are taken in every examination.
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

/// The steps that were taken so far.
pub struct Steps<'a> {
    account: &'a Account,
    report: &'a dyn Fn(&Step),
    taken: Vec<Step>,
}

impl<'a> Steps<'a> {
    /// No step of an account's examination yet.
    pub fn new(account: &'a Account, report: &'a dyn Fn(&Step)) -> Self {
        Self { account, report, taken: Vec::new() }
    }

    fn take(&mut self, aspect: Aspect, finding: Finding) {
        let step = Step { aspect, finding };
        (self.report)(&step);
        self.taken.push(step);
    }

    /// Something is as it should be.
    pub fn fine(&mut self, aspect: Aspect, found: impl Into<String>) {
        self.take(aspect, Finding::Fine(found.into()));
    }

    /// Something is wrong.
    pub fn fail(&mut self, aspect: Aspect, error: &Error) {
        let error = error.clone().at(self.account.cloud.name(), &self.account.label);
        self.take(aspect, Finding::Failed(Box::new(error)));
    }

    fn skip(&mut self, aspect: Aspect, why: &str) {
        self.take(aspect, Finding::Skipped(why.to_owned()));
    }

    /// What was found, or what is wrong.
    pub fn result(&mut self, aspect: Aspect, result: std::result::Result<String, &Error>) {
        match result {
            Ok(found) => self.fine(aspect, found),
            Err(error) => self.fail(aspect, error),
        }
    }

    /// A clock may be off as long as no cloud has refused a request for it.
    pub fn clock(&mut self, refused: Option<TimeDelta>, probe: &Probe) {
        match (refused, probe.offset) {
            (Some(offset), _) => {
                let message = format!(
                    "this machine's clock is {}: the cloud refused what was signed by it",
                    offset_in_words(offset)
                );
                let error = Error::new(ErrorKind::Clock, message)
                    .hint("set the clock; cloudbal goes on with the cloud's time, other programs do not");
                self.fail(Aspect::Clock, &error);
            }
            (None, Some(offset)) if offset.abs() > IN_STEP => {
                self.fine(Aspect::Clock, format!("this machine's clock is {}", offset_in_words(offset)));
            }
            (None, Some(_)) => self.fine(Aspect::Clock, "in step with the cloud's"),
            (None, None) => self.skip(Aspect::Clock, "the server does not tell its time"),
        }
    }

    /// Whoever answers, or says what the key may not do, has accepted the signature.
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
            self.skip(Aspect::Signature, "the cloud has not judged it");
        }
    }

    /// Who the key belongs to.
    pub fn identity(&mut self, identity: &Result<Identity>) {
        match identity {
            Ok(Identity { account_id, arn }) => {
                let arn = arn.as_ref().map_or_else(String::new, |arn| format!(", {arn}"));
                self.fine(Aspect::Identity, format!("account {account_id}{arn}"));
            }
            // Reading balances does not take it.
            Err(error) if error.kind == ErrorKind::Permission => {
                self.skip(Aspect::Identity, "the key may not ask who it belongs to");
            }
            Err(error) => self.unless_told(Aspect::Identity, error),
        }
    }

    /// Whether the balance can be read.
    pub fn permission(&mut self, balance: &Result<Page>) {
        let row = balance.as_ref().map(|page| page.rows.first());
        match row {
            Ok(Some(Row::Balance(balance))) => {
                let available = balance.money(balance.available).grouped();
                self.fine(Aspect::Permission, format!("{available} {} available", balance.currency));
            }
            Ok(Some(Row::Error(error))) => self.fail(Aspect::Permission, error),
            Ok(None) => self.skip(Aspect::Permission, "the answer holds no balance"),
            Err(error) => self.unless_told(Aspect::Permission, error),
        }
    }

    /// Fails with an error, unless another step tells it.
    fn unless_told(&mut self, aspect: Aspect, error: &Error) {
        let is_refused =
            |step: &Step| step.aspect == Aspect::Signature && matches!(step.finding, Finding::Failed(_));
        match error.kind {
            ErrorKind::Authentication if self.taken.iter().any(is_refused) => {
                self.skip(aspect, "the signature is not accepted");
            }
            ErrorKind::WrongSite => self.skip(aspect, "the site does not know the account"),
            _ => self.fail(aspect, error),
        }
    }

    /// All steps in their order; those that were not come to are skipped.
    pub fn finish(mut self) -> Vec<Step> {
        for aspect in USUAL {
            if !self.taken.iter().any(|step| step.aspect == aspect) {
                self.skip(aspect, "an earlier step has failed");
            }
        }
        self.taken.sort_by_key(|step| step.aspect);
        self.taken
    }
}
