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

/// The largest reply that is accepted: 4 MiB.
const LARGEST_REPLY: usize = 4 << 20;

/// The longest wait between two attempts. If a server asks for a longer one, the request is not retried.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// How long a cloud may do nothing but throttle, per allowed retry. Throttled attempts do not count as retries: while
/// some requests succeed, the others only wait their turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// A server's clock that is further off than this (a century) is ignored.
const FARTHEST_CLOCK: TimeDelta = TimeDelta::days(36_525);

/// A correction is reported again only if it differs by more than this, because replies give whole seconds and take a
/// while.
const TOLD_ALREADY: TimeDelta = TimeDelta::seconds(30);

/// Options for sending requests.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The time limit for connecting.
    pub connect_timeout: Duration,
    /// The time limit for one attempt, including the connection.
    pub timeout: Duration,
    /// The number of retries after a transient failure.
    pub retries: u32,
    /// Which certificates are trusted.
    pub roots: Roots,
    /// The proxy for every request, overriding the environment variables.
    pub proxy: Option<String>,
    /// The names and values of the environment variables about proxies.
    pub proxy_variables: Vec<(&'static str, OsString)>,
    /// The address that every connection goes to, whatever the host; the host name, TLS and signatures remain the
    /// cloud's.
    pub connect_to: Option<SocketAddr>,
    /// Requests per second for each account and kind of question, instead of the cloud's documented limit; 0 means no
    /// limit.
    pub rate: Option<u32>,
    /// The address of the instance metadata service, instead of the cloud's own.
    pub metadata_endpoint: Option<String>,
    /// The largest number of concurrent requests, over all accounts.
    pub concurrency: usize,
}

/// The attempts made for one question.
#[derive(Default)]
struct Tries {
    attempts: u32,
    /// Transient failures.
    failures: u32,
    /// Throttled attempts.
    throttled: u32,
}

/// A question with everything needed to send it.
#[derive(Clone, Copy, Debug)]
pub struct Inquiry<'a> {
    pub account: &'a Account,
    pub credentials: &'a Credentials,
    pub site: Site,
    pub question: &'a Question,
}

/// An answer and the reply it was parsed from.
#[derive(Debug)]
pub struct Answered {
    pub answer: Answer,
    /// The body of the reply, without secrets that it repeats.
    pub body: Vec<u8>,
    /// When the reply arrived.
    pub fetched_at: DateTime<Utc>,
}

/// Sends questions and parses the replies.
pub struct Client<'a> {
    settings: Settings,
    watcher: &'a dyn Fn(&Event),
    https: OnceCell<reqwest::Client>,
    /// For plain http, which is used on loopback only.
    http: OnceCell<reqwest::Client>,
    /// Trusts the system's certificates too. Created when a server's issuer is not among the embedded certificates, and
    /// used from then on.
    trusting_system: OnceCell<reqwest::Client>,
    /// How far the cloud's clock is ahead of this machine's.
    offset: Cell<TimeDelta>,
    limits: RefCell<HashMap<String, Rc<RateLimit>>>,
    places: Semaphore,
}

impl<'a> Client<'a> {
    /// Creates a client that reports events to the watcher. Loads and opens nothing before the first question.
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

    /// Reports an event to the watcher.
    pub fn tell(&self, event: &Event) {
        (self.watcher)(event);
    }

    /// Returns the time by the cloud's clock, as far as it is known.
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.offset.get()
    }

    /// Sends a question until the cloud answers, the failure is permanent, or the retries are used up.
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
                    // Concurrent requests all detect the skew; report it once.
                    let is_news = (offset - self.offset.replace(offset)).abs() > TOLD_ALREADY;
                    if is_news {
                        (self.watcher)(&Event::ClockCorrected { offset });
                    }
                }
                _ => return Err(self.finished(failure, &tries)),
            }
        }
    }

    /// Returns how long to wait before retrying; `None` when the retries are used up.
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

    /// Completes the message of a failure that is not retried: the number of attempts, the wait the server asks for,
    /// and how far the clock is off.
    fn finished(&self, mut failure: Failure, tries: &Tries) -> Failure {
        let error = &mut failure.error;
        let mut message = error.message.to_string();
        if error.kind == ErrorKind::Clock {
            let offset = self.offset.get();
            if !offset.is_zero() {
                message = format!("{message} (this machine's clock is {})", offset_in_words(offset));
            }
        } else if tries.attempts > 1 {
            message = format!("{message} (after {} attempts)", tries.attempts);
        }
        if let Advice::Retry { after: Some(after) } = failure.advice
            && after > LONGEST_WAIT
        {
            message = format!("{message} (the server asks to wait {} s)", after.as_secs());
            error.hint = Some("longer than the limit of 60 s; run again later".into());
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

    /// Returns the time and nonce for one attempt.
    fn stamp(&self) -> Stamp {
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).expect("the operating system provides random numbers");
        Stamp { time: self.now(), nonce: hex::encode(nonce) }
    }

    fn limit(&self, inquiry: &Inquiry) -> Rc<RateLimit> {
        let Inquiry { account, credentials, question, .. } = inquiry;
        // The cloud counts an account's successive temporary keys together.
        let who = if credentials.token.is_some() { &account.label } else { &*credentials.key_id };
        let key = format!("{} {who} {}", account.cloud.name(), question.name());
        let rate = self.settings.rate.unwrap_or_else(|| account.cloud.requests_per_second(question));
        Rc::clone(self.limits.borrow_mut().entry(key).or_insert_with(|| Rc::new(RateLimit::new(rate))))
    }
}
