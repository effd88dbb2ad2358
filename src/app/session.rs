//! Sends requests for one account, with valid credentials and to the right site.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use chrono::TimeDelta;

use super::obtain;
use crate::client::{Answered, Client, Event, Inquiry};
use crate::cloud::{
    Account, Advice, Answer, Call, Context, Failure, Identity, Page, Question, Reply, Source,
};
use crate::journal::Section;
use crate::model::{Credentials, Error, ErrorKind, Result, Row, Site, Stamp};

/// Temporary credentials are renewed this long before they expire, so that they do not expire during a request.
const RENEW_BEFORE: TimeDelta = TimeDelta::minutes(2);

/// A session of one account.
pub struct Session<'a> {
    client: &'a Client<'a>,
    account: &'a Account,
    source: &'a Source,
    /// The current credentials, once they were obtained.
    credentials: RefCell<Option<Rc<Credentials>>>,
    /// Lets one request renew the credentials while the others wait.
    renewing: tokio::sync::Mutex<()>,
    /// The site that answered.
    site: Cell<Option<Site>>,
    /// The section of the resume journal, if there is one.
    journal: Option<&'a Section>,
    /// Why the journal could not be written.
    journal_error: RefCell<Option<Error>>,
}

impl<'a> Session<'a> {
    /// Creates a session. Sends nothing.
    pub fn new(
        client: &'a Client<'a>,
        account: &'a Account,
        source: &'a Source,
        journal: Option<&'a Section>,
    ) -> Self {
        Self {
            client,
            account,
            source,
            credentials: RefCell::default(),
            renewing: tokio::sync::Mutex::new(()),
            site: Cell::new(None),
            journal,
            journal_error: RefCell::default(),
        }
    }

    pub fn account(&self) -> &Account {
        self.account
    }

    pub fn client(&self) -> &Client<'a> {
        self.client
    }

    /// Returns the site that answered, if one has.
    pub fn site(&self) -> Option<Site> {
        self.site.get()
    }

    /// Requests a page of balances, and saves it in the journal.
    pub async fn page(&self, question: &Question) -> Result<Page> {
        let answered = self.ask(question).await?;
        let Answer::Page(page) = answered.answer else { unreachable!("a cloud answers what it was asked") };
        let is_whole = page.rows.iter().all(|row| matches!(row, Row::Balance(_)));
        if let (Some(journal), Some(site), true) = (self.journal, self.site.get(), is_whole) {
            let body = String::from_utf8_lossy(&answered.body);
            if let Err(error) = journal.put(question, site, answered.fetched_at, &body) {
                self.journal_error.replace(Some(self.mark(error)));
            }
        }
        Ok(page)
    }

    /// Returns and clears the error of writing the journal, if there is one.
    pub fn journal_error(&self) -> Option<Error> {
        self.journal_error.take()
    }

    /// Returns the numbers of the pages of the whole list that an earlier run has saved recently enough.
    pub fn earlier_pages(&self) -> Vec<u64> {
        self.journal.map(Section::pages).unwrap_or_default()
    }

    /// Returns the page that an earlier run has saved, if it is recent enough.
    pub fn earlier_page(&self, question: &Question) -> Option<Page> {
        let recorded = self.journal?.get(question)?;
        let endpoint = self.account.endpoint(question, recorded.site).ok()?;
        let call = Call {
            question,
            endpoint: &endpoint,
            credentials: &Credentials::none(),
            stamp: &Stamp { time: recorded.fetched_at, nonce: String::new() },
            signature: self.account.signature,
        };
        let context = Context {
            account: &self.account.label,
            site: recorded.site,
            currency: self.account.currency,
            fetched_at: recorded.fetched_at,
        };
        let reply = Reply { status: 200, headers: Vec::new(), body: recorded.body.into_bytes() };
        match self.account.cloud.answer(&call, &context, &reply) {
            Ok(Answer::Page(page)) => Some(page),
            _ => None,
        }
    }

    /// Requests the identity that the key belongs to.
    pub async fn identity(&self) -> Result<Identity> {
        match self.ask(&Question::Identity).await?.answer {
            Answer::Identity(identity) => Ok(identity),
            Answer::Page(_) | Answer::Credentials(_) => unreachable!("a cloud answers what it was asked"),
        }
    }

    async fn ask(&self, question: &Question) -> Result<Answered> {
        let credentials = self.credentials().await?;
        self.ask_with(&credentials, question).await.map_err(|failure| self.mark(*failure.error))
    }

    /// Returns valid credentials: obtains them from the source when needed, and renews them before they expire.
    pub async fn credentials(&self) -> Result<Rc<Credentials>> {
        let in_force = || {
            let now = self.client.now();
            let known = self.credentials.borrow();
            known.clone().filter(|known| known.expires_at.is_none_or(|end| now + RENEW_BEFORE < end))
        };
        if let Some(credentials) = in_force() {
            return Ok(credentials);
        }
        let _renewing = self.renewing.lock().await;
        if let Some(credentials) = in_force() {
            return Ok(credentials);
        }
        let credentials = obtain::credentials(self, self.source).await.map_err(|error| self.mark(error))?;
        let credentials = Rc::new(credentials);
        *self.credentials.borrow_mut() = Some(Rc::clone(&credentials));
        Ok(credentials)
    }

    /// Sends a question with these credentials. If a site does not know the account and the user has not chosen one,
    /// tries each of the cloud's other sites once.
    pub async fn ask_with(
        &self,
        credentials: &Credentials,
        question: &Question,
    ) -> std::result::Result<Answered, Failure> {
        let sites = self.site.get().map_or_else(|| self.account.sites(), |site| vec![site]);
        let mut refusals: Vec<(Site, Failure)> = Vec::new();
        for site in sites {
            let inquiry = Inquiry { account: self.account, credentials, site, question };
            match self.client.ask(&inquiry).await {
                Ok(answer) => {
                    // A token service may serve all sites, so its answer does not determine the account's site.
                    if question.is_about_balances() || !refusals.is_empty() {
                        self.site.set(Some(site));
                    }
                    if question.is_about_balances() {
                        self.client.tell(&Event::SiteKnown { account: self.account, site });
                    }
                    return Ok(answer);
                }
                Err(failure) => {
                    let ends = failure.advice != Advice::OtherSite;
                    refusals.push((site, failure));
                    if ends {
                        break;
                    }
                }
            }
        }
        Err(after_all(refusals))
    }

    /// Sends an identity token to each token service in turn until one accepts it, which does not determine the
    /// account's site.
    pub async fn exchange_token(&self, question: &Question) -> std::result::Result<Answered, Failure> {
        let mut failures = Vec::new();
        for site in self.account.identity_token_sites() {
            let credentials = &Credentials::none();
            let inquiry = Inquiry { account: self.account, credentials, site, question };
            match self.client.ask(&inquiry).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => {
                    let host = self.account.endpoint(question, site);
                    let host = host.map_or_else(|_| site.to_string(), |endpoint| endpoint.host().to_owned());
                    failures.push((host, failure));
                }
            }
        }
        Err(after_every_host(failures))
    }

    fn mark(&self, error: Error) -> Error {
        error.at(self.account.cloud.name(), &self.account.label)
    }
}

/// Combines the failures of all token services. A refusal comes last, because it says more than a network error.
fn after_every_host(mut failures: Vec<(String, Failure)>) -> Failure {
    failures
        .sort_by_key(|(_, failure)| !matches!(failure.error.kind, ErrorKind::Network | ErrorKind::Timeout));
    let (host, mut failure) = failures.pop().expect("at least one token service was asked");
    let others: Vec<String> =
        failures.iter().map(|(host, failure)| format!("{host}: {}; ", described(failure))).collect();
    if !others.is_empty() {
        failure.error.message = format!("{}{host}: {}", others.concat(), failure.error.message).into();
    }
    failure
}

fn described(failure: &Failure) -> String {
    let code = failure.error.code.as_deref().map(|code| format!(" (code {code})")).unwrap_or_default();
    format!("{}{code}", failure.error.message)
}

/// Combines the failures of all sites: the last one, with the codes of the others.
fn after_all(mut refusals: Vec<(Site, Failure)>) -> Failure {
    let (last, mut failure) = refusals.pop().expect("at least one site was asked");
    if refusals.is_empty() {
        return failure;
    }
    let code = |failure: &Failure| failure.error.code.as_deref().unwrap_or("another code").to_owned();
    let earlier: Vec<String> =
        refusals.iter().map(|(site, failure)| format!("{site}: {}", code(failure))).collect();
    let (message, earlier) = (&failure.error.message, earlier.join(", "));
    failure.error.message = if failure.advice == Advice::OtherSite {
        format!("no site knows this account ({earlier}, {last}: {}): {message}", code(&failure)).into()
    } else {
        format!("{message} (from site {last}; before it, {earlier})").into()
    };
    failure
}
