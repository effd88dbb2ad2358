//! The network, and the only place that uses reqwest: limits the rate, signs, sends, retries, corrects the clock, limits sizes.

mod backoff;
mod event;
mod failure;
mod http;
mod plain;
mod probe;
mod rate_limit;
mod resolve;
mod tls;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Semaphore;

use backoff::backoff;
pub use event::{Event, offset_in_words};
pub use http::{PROXY_VARIABLES, check_proxy};
pub use plain::Fetch;
pub use probe::Probe;
use rate_limit::RateLimit;
pub use resolve::in_thread;
pub use tls::{CertificateFile, Roots};

use crate::cloud::{Account, Advice, Answer, Call, Context, Failure, Question};
use crate::model::{Credentials, Error, ErrorKind, Site, Stamp};

/// A reply larger than this is refused: four mebibytes.
const LARGEST_REPLY: usize = 4 << 20;

/// The longest wait between two attempts: when a server asks for more, the question is not asked again.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// For how long a cloud may do nothing but throttle, for each retry that is allowed. Throttling is not counted in
/// attempts: while some questions are answered, the others wait their turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// A server's clock further away than this is not believed: a century.
const FARTHEST_CLOCK: TimeDelta = TimeDelta::days(36_525);

/// Clocks that differ by no more were told of already: replies name whole seconds, and take a while.
const TOLD_ALREADY: TimeDelta = TimeDelta::seconds(30);

/// How requests are sent.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How long one attempt may take, connection included.
    pub timeout: Duration,
    /// How often a question is asked again after a failure that may pass.
    pub retries: u32,
    /// Which certificates are trusted.
    pub roots: Roots,
    /// The proxy for every request, instead of what the usual variables say.
    pub proxy: Option<String>,
    /// What the usual variables say of proxies, by their names: the HTTP library heeds them by itself.
    pub proxy_variables: Vec<(&'static str, OsString)>,
    /// The address that every connection goes to, whatever host is asked; names, TLS and signatures stay the cloud's.
    pub connect_to: Option<SocketAddr>,
    /// Requests a second for each account and question instead of the cloud's documented limit; 0 lifts it.
    pub rate: Option<u32>,
    /// The address of the metadata service of the instance this runs on, instead of the cloud's own.
    pub metadata_endpoint: Option<String>,
    /// How many requests are under way at once, over all accounts.
    pub concurrency: usize,
}

/// How often a question was asked, and what became of it.
#[derive(Default)]
struct Tries {
    attempts: u32,
    /// Failures that may pass.
    failures: u32,
    /// Replies that say it was too much.
    throttled: u32,
}

/// A question with everything that it takes to ask it.
#[derive(Clone, Copy, Debug)]
pub struct Inquiry<'a> {
    /// For which account.
    pub account: &'a Account,
    /// With which key.
    pub credentials: &'a Credentials,
    /// On which site.
    pub site: Site,
    /// What is asked.
    pub question: &'a Question,
}

/// An answer, with the reply that it was read from.
#[derive(Debug)]
pub struct Answered {
    /// What the reply said.
    pub answer: Answer,
    /// The body, as it came but for secrets that it repeats.
    pub body: Vec<u8>,
    /// When it came.
    pub fetched_at: DateTime<Utc>,
}

/// Sends questions and reads answers.
pub struct Client<'a> {
    settings: Settings,
    watcher: &'a dyn Fn(&Event),
    https: OnceCell<reqwest::Client>,
    /// For http, which is spoken to this machine only.
    http: OnceCell<reqwest::Client>,
    /// Trusts the system's certificates too; made when a server's issuer is not known to the embedded ones, and used
    /// from then on.
    trusting_system: OnceCell<reqwest::Client>,
    /// How far the clouds' clock is ahead of this machine's.
    offset: Cell<TimeDelta>,
    limits: RefCell<HashMap<String, Rc<RateLimit>>>,
    places: Semaphore,
}

impl<'a> Client<'a> {
    /// A client that tells the watcher what it does. Nothing is loaded or opened before the first question.
    pub fn new(settings: Settings, watcher: &'a dyn Fn(&Event)) -> Self {
        Self {
            places: Semaphore::new(settings.concurrency.max(1)),
            settings,
            watcher,
            https: OnceCell::new(),
            http: OnceCell::new(),
            trusting_system: OnceCell::new(),
            offset: Cell::new(TimeDelta::zero()),
            limits: RefCell::new(HashMap::new()),
        }
    }

    /// Tells the watcher what those who ask have done.
    pub fn tell(&self, event: &Event) {
        (self.watcher)(event);
    }

    /// The time by the clouds' clock, as far as it is known.
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.offset.get()
    }

    /// Asks a cloud a question until it answers, fails for good, or the retries are used up.
    pub async fn ask(&self, inquiry: &Inquiry<'_>) -> std::result::Result<Answered, Failure> {
        let limit = self.limit(inquiry);
        let surrenders = limit.surrenders();
        let mut tries = Tries::default();
        let mut clock_corrected = false;
        loop {
            let (ticket, seat) = match limit.turn(surrenders, &self.places).await {
                Ok(turn) => turn,
                Err(error) => return Err(self.finished(Failure::fatal(error), &tries)),
            };
            tries.attempts += 1;
            let left = Instant::now();
            let outcome = self.attempt(inquiry, tries.attempts).await;
            drop(seat);
            if matches!(&outcome, Err(failure) if matches!(failure.error.kind, ErrorKind::Network | ErrorKind::Timeout))
            {
                limit.ended(ticket, left.elapsed());
            } else {
                limit.replied(ticket, left.elapsed());
            }
            let failure = match outcome {
                Ok(answer) => {
                    limit.answered();
                    return Ok(answer);
                }
                Err(failure) => failure,
            };
            match failure.advice {
                Advice::Retry { after } => match self.wait(&failure.error, after, &mut tries, &limit) {
                    Some(wait) => {
                        (self.watcher)(&Event::Retrying { error: &failure.error, wait });
                        tokio::time::sleep(wait).await;
                    }
                    None => return Err(self.finished(failure, &tries)),
                },
                Advice::CorrectClock { server_time: Some(server_time) }
                    if !clock_corrected && (server_time - Utc::now()).abs() < FARTHEST_CLOCK =>
                {
                    clock_corrected = true;
                    let offset = server_time - Utc::now();
                    // Of requests that were under way together each finds out; it is told once.
                    let is_news = (offset - self.offset.replace(offset)).abs() > TOLD_ALREADY;
                    if is_news {
                        (self.watcher)(&Event::ClockCorrected { offset });
                    }
                }
                _ => return Err(self.finished(failure, &tries)),
            }
        }
    }

    /// How long to wait before a question is asked again; not at all when it was asked often enough.
    fn wait(
        &self,
        error: &Error,
        after: Option<Duration>,
        tries: &mut Tries,
        limit: &RateLimit,
    ) -> Option<Duration> {
        let is_too_long = after.is_some_and(|after| after > LONGEST_WAIT);
        let again = if error.kind == ErrorKind::Throttled {
            tries.throttled += 1;
            let retries = self.settings.retries;
            if limit.throttled(PATIENCE.saturating_mul(retries), after, retries) || is_too_long {
                limit.surrender(error);
                return None;
            }
            tries.throttled
        } else {
            tries.failures += 1;
            if tries.failures > self.settings.retries || is_too_long {
                return None;
            }
            tries.failures
        };
        Some(after.unwrap_or_else(|| backoff(again)))
    }

    /// A failure that is not tried again says how often it was tried, what the server asks for, and how far the clock
    /// is off.
    fn finished(&self, mut failure: Failure, tries: &Tries) -> Failure {
        let error = &mut failure.error;
        let mut message = error.message.to_string();
        if error.kind == ErrorKind::Clock {
            let offset = self.offset.get();
            if !offset.is_zero() {
                message = format!("{message} (this machine's clock is {})", offset_in_words(offset));
            }
        } else if tries.attempts > 1 {
            message = format!("{message} (asked {} times)", tries.attempts);
        }
        if let Advice::Retry { after: Some(after) } = failure.advice
            && after > LONGEST_WAIT
        {
            message = format!("{message} (it asks to wait {} s)", after.as_secs());
            error.hint = Some("that is longer than a run waits: run again then".into());
        }
        error.message = message.into();
        failure
    }

    async fn attempt(&self, inquiry: &Inquiry<'_>, attempt: u32) -> std::result::Result<Answered, Failure> {
        let Inquiry { account, credentials, site, question } = *inquiry;
        let endpoint = account.endpoint(question, site).map_err(Failure::fatal)?;
        let call = Call {
            question,
            endpoint: &endpoint,
            credentials,
            stamp: &self.stamp(),
            signature: account.signature,
        };
        let request = account.cloud.request(&call).map_err(Failure::fatal)?;
        let label = &account.label;
        (self.watcher)(&Event::Asking { account: label, endpoint: &endpoint, question, attempt });
        let start = Instant::now();
        let reply = self
            .send(&request)
            .await
            .map_err(|failed| failure::advise(failed, endpoint.authority(), &self.settings))?;
        let elapsed = start.elapsed();
        (self.watcher)(&Event::Answered {
            account: label,
            status: reply.status,
            bytes: reply.body.len(),
            elapsed,
        });
        let context = Context { account: label, site, currency: account.currency, fetched_at: self.now() };
        let (answer, mut reply) = account.cloud.read(&call, &request, &context, reply)?;
        let body = std::mem::take(&mut reply.body);
        Ok(Answered { answer, body, fetched_at: context.fetched_at })
    }

    /// A stamp for one attempt: no two have the same nonce.
    fn stamp(&self) -> Stamp {
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).expect("the operating system gives random numbers");
        Stamp { time: self.now(), nonce: hex::encode(nonce) }
    }

    fn limit(&self, inquiry: &Inquiry) -> Rc<RateLimit> {
        let Inquiry { account, credentials, question, .. } = inquiry;
        // Temporary keys of an account follow one another, and the cloud counts them together.
        let who = if credentials.token.is_some() { &account.label } else { &*credentials.key_id };
        let key = format!("{} {who} {}", account.cloud.name(), question.name());
        let rate = self.settings.rate.unwrap_or_else(|| account.cloud.requests_per_second(question));
        Rc::clone(self.limits.borrow_mut().entry(key).or_insert_with(|| Rc::new(RateLimit::new(rate))))
    }
}
