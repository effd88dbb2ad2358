//! The network. The only place that knows reqwest: pace, sign, send, retry, correct the clock, limit sizes.

mod event;
mod failure;
mod fetch;
mod pace;
mod reach;
mod tls;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Semaphore;

pub use event::{Event, offset_in_words};
pub use fetch::Fetch;
use pace::Pace;
pub use reach::Reached;
pub use tls::Roots;

use crate::cloud::{Account, Advice, Answer, Call, Context, Failure, Question, Reply, Request};
use crate::model::{Credentials, Error, Kind, Result, Site, Stamp};

/// A reply larger than this is refused: four mebibytes.
const LARGEST_REPLY: usize = 4 << 20;

/// The longest wait between two attempts, whoever asks for it.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

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
    /// The address that every connection goes to, whatever host is asked; names, TLS and signatures stay the cloud's.
    pub connect_to: Option<SocketAddr>,
    /// Requests a second for each account and question instead of the cloud's documented limit; 0 lifts it.
    pub rate: Option<u32>,
    /// The address of the metadata service of the instance this runs on, instead of the cloud's own.
    pub metadata_endpoint: Option<String>,
    /// How many requests are under way at once, over all accounts.
    pub concurrency: usize,
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

/// Sends questions and reads answers.
pub struct Client<'a> {
    settings: Settings,
    watcher: &'a dyn Fn(&Event),
    http: OnceCell<reqwest::Client>,
    /// Trusts the system's certificates too; made when a server's issuer is not known to the embedded ones.
    trusting_system: OnceCell<reqwest::Client>,
    /// How far the clouds' clock is ahead of this machine's.
    offset: Cell<TimeDelta>,
    paces: RefCell<HashMap<String, Rc<Pace>>>,
    places: Semaphore,
}

impl<'a> Client<'a> {
    /// A client that tells the watcher what it does. Nothing is loaded or opened before the first question.
    pub fn new(settings: Settings, watcher: &'a dyn Fn(&Event)) -> Self {
        Self {
            places: Semaphore::new(settings.concurrency.max(1)),
            settings,
            watcher,
            http: OnceCell::new(),
            trusting_system: OnceCell::new(),
            offset: Cell::new(TimeDelta::zero()),
            paces: RefCell::new(HashMap::new()),
        }
    }

    /// The time by the clouds' clock, as far as it is known.
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.offset.get()
    }

    /// Asks a cloud a question until it answers, fails for good, or the retries are used up.
    pub async fn ask(&self, inquiry: &Inquiry<'_>) -> std::result::Result<Answer, Failure> {
        let pace = self.pace(inquiry);
        let mut attempt = 0;
        let mut clock_corrected = false;
        loop {
            attempt += 1;
            pace.turn().await;
            let failure = match self.attempt(inquiry, attempt).await {
                Ok(answer) => {
                    pace.answered();
                    return Ok(answer);
                }
                Err(failure) => failure,
            };
            match failure.advice {
                Advice::Retry { after } if attempt <= self.settings.retries => {
                    if failure.error.kind == Kind::Throttled {
                        pace.throttled();
                    }
                    let wait = after.map_or_else(|| backoff(attempt), |after| after.min(LONGEST_WAIT));
                    (self.watcher)(&Event::Retrying { error: &failure.error, wait });
                    tokio::time::sleep(wait).await;
                }
                Advice::CorrectClock { server_time: Some(server_time) } if !clock_corrected => {
                    clock_corrected = true;
                    self.offset.set(server_time - Utc::now());
                    (self.watcher)(&Event::ClockCorrected { offset: self.offset.get() });
                }
                _ => return Err(finished(failure, attempt, self.offset.get())),
            }
        }
    }

    async fn attempt(&self, inquiry: &Inquiry<'_>, attempt: u32) -> std::result::Result<Answer, Failure> {
        let Inquiry { account, credentials, site, question } = *inquiry;
        let _place = self.places.acquire().await.expect("the semaphore is never closed");
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
        let reply = self.send(&request).await.map_err(|error| failure::advise(error, &self.settings))?;
        let elapsed = start.elapsed();
        (self.watcher)(&Event::Answered {
            account: label,
            status: reply.status,
            bytes: reply.body.len(),
            elapsed,
        });
        let context = Context { account: label, site, currency: account.currency, fetched_at: self.now() };
        account.cloud.read(&call, &context, &reply)
    }

    /// A stamp for one attempt: no two have the same nonce.
    fn stamp(&self) -> Stamp {
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).expect("the operating system gives random numbers");
        Stamp { time: self.now(), nonce: hex::encode(nonce) }
    }

    fn pace(&self, inquiry: &Inquiry) -> Rc<Pace> {
        let Inquiry { account, credentials, question, .. } = inquiry;
        let key = format!("{} {} {}", account.cloud.name(), credentials.key_id, question.name());
        let rate = self.settings.rate.unwrap_or_else(|| account.cloud.requests_per_second(question));
        Rc::clone(self.paces.borrow_mut().entry(key).or_insert_with(|| Rc::new(Pace::new(rate))))
    }

    async fn send(&self, request: &Request) -> std::result::Result<Reply, failure::Failed> {
        let first = self.send_through(self.http()?, request).await;
        match first {
            Err(failed) if failed.is_unknown_issuer() && self.settings.roots.may_fall_back() => {
                (self.watcher)(&Event::TrustingSystem);
                self.send_through(self.trusting_system()?, request).await
            }
            other => other,
        }
    }

    async fn send_through(
        &self,
        http: &reqwest::Client,
        request: &Request,
    ) -> std::result::Result<Reply, failure::Failed> {
        let send = async {
            let mut response = http.execute(into_http(request)?).await?;
            let mut reply = Reply { status: response.status().as_u16(), ..Reply::default() };
            reply.headers = response
                .headers()
                .iter()
                .map(|(name, value)| {
                    (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
                })
                .collect();
            while let Some(chunk) = response.chunk().await? {
                if reply.body.len() + chunk.len() > LARGEST_REPLY {
                    return Err(failure::Failed::TooLarge);
                }
                reply.body.extend_from_slice(&chunk);
            }
            Ok(reply)
        };
        tokio::time::timeout(self.settings.timeout, send)
            .await
            .unwrap_or(Err(failure::Failed::TimedOut))
            .map_err(|failed| failed.with_host(request.endpoint.host()))
    }

    fn http(&self) -> std::result::Result<&reqwest::Client, failure::Failed> {
        get_or_try_init(&self.http, || self.build(&self.settings.roots))
    }

    fn trusting_system(&self) -> std::result::Result<&reqwest::Client, failure::Failed> {
        get_or_try_init(&self.trusting_system, || self.build(&self.settings.roots.with_system()))
    }

    fn build(&self, roots: &Roots) -> Result<reqwest::Client> {
        let settings = &self.settings;
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::configuration(roots)?)
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(settings.connect_timeout)
            .referer(false)
            .user_agent(concat!("cloudbal/", env!("CARGO_PKG_VERSION")));
        if let Some(proxy) = &settings.proxy {
            builder = builder.proxy(reqwest::Proxy::all(proxy).map_err(|_| {
                Error::new(Kind::Usage, "the proxy's address is no URL")
                    .hint("write `http://HOST:PORT` or `http://USER:PASSWORD@HOST:PORT`")
            })?);
        }
        if let Some(address) = settings.connect_to {
            builder = builder.no_proxy().dns_resolver(std::sync::Arc::new(tls::Always(address)));
        }
        builder.build().map_err(|error| {
            Error::new(Kind::Network, format!("no HTTP client could be made: {}", failure::chain(&error)))
        })
    }
}

fn get_or_try_init(
    cell: &OnceCell<reqwest::Client>,
    build: impl FnOnce() -> Result<reqwest::Client>,
) -> std::result::Result<&reqwest::Client, failure::Failed> {
    if cell.get().is_none() {
        let client = build().map_err(|error| failure::Failed::Unable(Box::new(error)))?;
        _ = cell.set(client);
    }
    Ok(cell.get().expect("it was set just now"))
}

/// Every header is marked sensitive: none is shown by anything that prints headers.
fn into_http(request: &Request) -> Result<reqwest::Request> {
    let url = format!("{}{}", request.endpoint, request.target);
    let url = reqwest::Url::parse(&url).expect("an endpoint is checked when it is read");
    let method =
        reqwest::Method::from_bytes(request.method.name().as_bytes()).expect("GET and POST are methods");
    let mut http = reqwest::Request::new(method, url);
    for (name, value) in &request.headers {
        let mut value = reqwest::header::HeaderValue::from_str(value).map_err(|_| {
            Error::new(Kind::Credentials, "the key id or the token has characters that no request can hold")
                .hint("get the credentials again")
        })?;
        value.set_sensitive(true);
        http.headers_mut().insert(*name, value);
    }
    *http.body_mut() = Some(request.body.clone().into());
    Ok(http)
}

/// The wait before attempt `attempt + 1`: exponential with full jitter.
fn backoff(attempt: u32) -> Duration {
    const FIRST: Duration = Duration::from_millis(200);
    const LONGEST: Duration = Duration::from_secs(5);
    let most = FIRST.saturating_mul(1 << attempt.saturating_sub(1).min(10)).min(LONGEST);
    let mut random = [0; 4];
    getrandom::fill(&mut random).expect("the operating system gives random numbers");
    most * (u32::from_ne_bytes(random) >> 16) / (1 << 16)
}

/// A failure that is not tried again says how often it was tried, and how far the clock is off.
fn finished(mut failure: Failure, attempts: u32, offset: TimeDelta) -> Failure {
    if attempts > 1 && failure.error.kind != Kind::Clock {
        failure.error.message = format!("{} (asked {attempts} times)", failure.error.message).into();
    }
    if failure.error.kind == Kind::Clock && !offset.is_zero() {
        let far = event::offset_in_words(offset);
        failure.error.message = format!("{}; this machine's clock is {far}", failure.error.message).into();
    }
    failure
}
