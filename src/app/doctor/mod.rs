//! Examines accounts: each step of reading a balance separately, with advice for the one that fails.

mod steps;

use std::cell::Cell;

use chrono::TimeDelta;
use futures_util::{StreamExt as _, stream};

use super::{Scope, Session, Task};
use crate::client::{Client, Event, Settings};
use crate::cloud::{Account, Endpoint, Page, Question, Source};
use crate::model::{Aspect, Checkup, Credentials, ErrorKind, Result, Site, Step};
use steps::Steps;

/// Examines accounts concurrently and emits the checkups in order. Each step is reported immediately, with the index of
/// the account, so steps of several accounts may interleave.
pub async fn examine(
    settings: &Settings,
    tasks: &[Task],
    watcher: &dyn Fn(&Event),
    report: &dyn Fn(usize, &Step),
    emit: &mut dyn FnMut(Checkup),
) {
    let checkups = stream::iter(tasks.iter().enumerate())
        .map(|(at, task)| async move { account(settings, task, watcher, &|step| report(at, step)).await });
    let mut checkups = std::pin::pin!(checkups.buffered(settings.concurrency.max(1)));
    while let Some(checkup) = checkups.next().await {
        emit(checkup);
    }
}

/// Examines one account with a separate client, because findings such as a clock correction are per account.
async fn account(
    settings: &Settings,
    task: &Task,
    watcher: &dyn Fn(&Event),
    report: &dyn Fn(&Step),
) -> Checkup {
    let offset = Cell::new(None);
    let watcher = |event: &Event| {
        if let Event::ClockCorrected { offset: found } = event {
            offset.set(Some(*found));
        }
        watcher(event);
    };
    let client = Client::new(settings.clone(), &watcher);
    let mut steps = Steps::new(&task.account, report);
    match &task.source {
        Ok(source) => {
            steps.fine(Aspect::Source, &task.origin);
            let session = Session::new(&client, &task.account, source, None);
            let members = task.scope == Scope::BalanceAndMembers;
            let examination = Examination { client: &client, session, source, members, offset: &offset };
            examination.run(&mut steps).await;
        }
        Err(error) => steps.fail(Aspect::Source, error),
    }
    let account = &task.account;
    Checkup { provider: account.cloud.name(), account: account.label.clone(), steps: steps.finish() }
}

struct Examination<'a> {
    client: &'a Client<'a>,
    session: Session<'a>,
    source: &'a Source,
    /// Whether members are read too.
    members: bool,
    /// How far the clock was off, if the cloud rejected a signature for it.
    offset: &'a Cell<Option<TimeDelta>>,
}

impl Examination<'_> {
    /// Takes the steps in order, until a failure that makes the rest impossible.
    async fn run(&self, steps: &mut Steps<'_>) {
        let account = self.session.account();
        let key = self.session.credentials().await;
        steps.result(Aspect::Key, key.as_ref().map(|key| describe_key(key)));
        let endpoint = match account.endpoint(&Question::Balance, account.first_site()) {
            Ok(endpoint) => endpoint,
            Err(error) => return steps.fail(Aspect::Network, &error),
        };
        let probe = match self.client.probe(&endpoint).await {
            Ok(probe) => probe,
            Err(error) => return steps.fail(Aspect::Network, &error),
        };
        let times = [probe.latency, probe.connecting].map(|time| time.as_millis());
        steps.fine(
            Aspect::Network,
            format!("{endpoint} answers in {} ms, connected in {} ms", times[0], times[1]),
        );
        if key.is_err() {
            steps.clock(self.offset.get(), &probe);
            return;
        }
        let identity = self.session.identity().await;
        let balance = self.session.page(&Question::Balance).await;
        let kinds = [identity.as_ref().err(), balance.as_ref().err()];
        if let Some(error) = kinds.into_iter().flatten().find(|error| error.kind == ErrorKind::Clock) {
            return steps.fail(Aspect::Clock, error);
        }
        steps.clock(self.offset.get(), &probe);
        steps.signature(&identity, &balance);
        steps.identity(&identity);
        steps.permission(&balance);
        if self.members && balance.is_ok() {
            let members = self.session.page(&Question::Members { page: 1, uins: Vec::new() }).await;
            steps.result(Aspect::Members, members.as_ref().map(describe_members));
        }
        self.site(&balance, steps).await;
    }

    async fn site(&self, balance: &Result<Page>, steps: &mut Steps<'_>) {
        let account = self.session.account();
        match balance {
            Ok(_) => {
                let site = self.session.site().unwrap_or_else(|| account.first_site());
                let is_of_site =
                    |endpoint: &Endpoint| account.cloud.host(&Question::Balance, site) == endpoint.host();
                let how = match &account.endpoint {
                    _ if account.site.is_some() => "chosen",
                    None => "detected",
                    Some(endpoint) if is_of_site(endpoint) => "determined by the endpoint",
                    Some(_) => "assumed: the endpoint belongs to no known site",
                };
                steps.fine(Aspect::Site, format!("{site}, {how}"));
            }
            Err(error) if error.kind == ErrorKind::WrongSite => {
                let mut error = error.clone();
                if let Some(site) = self.home(account).await {
                    let advice = format!(
                        "the account belongs to site `{site}`: use `--site {site}`, or `site = \"{site}\"` in the configuration"
                    );
                    error.hint = Some(advice.into());
                }
                steps.fail(Aspect::Site, &error);
            }
            Err(_) => {}
        }
    }

    /// Returns the site that the account belongs to, if the user has chosen another.
    async fn home(&self, account: &Account) -> Option<Site> {
        if account.endpoint.is_some() {
            return None;
        }
        let chosen = account.site?;
        for site in account.cloud.sites().iter().copied().filter(|site| *site != chosen) {
            let account = Account { site: Some(site), ..account.clone() };
            let session = Session::new(self.client, &account, self.source, None);
            match session.page(&Question::Balance).await {
                Ok(_) => return Some(site),
                Err(error) if error.kind == ErrorKind::Permission => return Some(site),
                Err(_) => {}
            }
        }
        None
    }
}

fn describe_key(key: &Credentials) -> String {
    let id = key.masked_key_id();
    match (key.expires_at, &key.token) {
        (Some(end), _) => format!("{id}, temporary until {}", end.format("%Y-%m-%d %H:%M:%S UTC")),
        (None, Some(_)) => format!("{id}, temporary"),
        (None, None) => id,
    }
}

fn describe_members(page: &Page) -> String {
    match page.total {
        Some(total) => format!("{total} members can be read"),
        None => "members can be read".to_owned(),
    }
}
