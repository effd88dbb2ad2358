//! A faithful imitation of the clouds' HTTP APIs, for trying things and for tests. It listens on loopback only.
//!
//! It is a referee: signatures are verified with code written from the specifications, not with the signers'.
//! Next to the cloud calls it serves the metadata services of the clouds' instances and a credentials document.
//!
//! # Keys
//! A key id says everything about its key; its secret is `secret_of` it, and of a temporary one the token `token_of` it.
//!
//! | key id | what it is |
//! |---|---|
//! | `AKIDsandboxintl…`, `AKIDsandboxcn…` | Tencent Cloud, international or China site |
//! | `LTAIsandboxintl…`, `LTAIsandboxcn…` | Alibaba Cloud, international or China site |
//! | `AKIDsandboxintltemp…`, `AKIDsandboxcntemp…`, `STS.sandboxintl…`, `STS.sandboxcn…` | temporary: a token is needed too |
//!
//! What follows is made of letters, digits and dashes. Words between dashes have a meaning: `-denied` (no permission),
//! `-inactive` (disabled, Alibaba Cloud), `-alone` (no organization, Tencent Cloud), `-owing` (negative balance), and
//! of Alibaba Cloud's `-quota` (with `QuotaLimit`), `-yen` (JPY) and `-unsuccessful` (`Success: false` with status
//! 200). Digits at the end of the first word number the account. In a temporary key the first number between dashes is
//! the Unix second it expires at, the second the account whose role it is.

mod aliyun;
mod certificate;
mod digest;
mod fault;
mod keys;
mod metadata;
mod nonces;
mod pace;
mod registry;
mod reply;
mod request;
mod server;
mod state;
mod tencent;
#[cfg(test)]
mod tests;

use std::io::{Error, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

pub use fault::{Fault, FaultError, FaultKind};
pub use keys::{secret_of, token_of};
pub use state::Statistics;

use state::{Clock, State};

/// How a sandbox behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen: a loopback address; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Whether to speak TLS, with a certificate in the clouds' names.
    pub tls: bool,
    /// The number of members in the organization on Tencent Cloud.
    pub members: u32,
    /// How long every reply of a cloud is held back.
    pub latency: Duration,
    /// What goes wrong, and how often.
    pub faults: Vec<Fault>,
    /// Requests a second per key and API, 0 for no limit; without it the documented 20 of Tencent Cloud and 10 of
    /// Alibaba Cloud.
    pub rate: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            tls: false,
            members: 12,
            latency: Duration::ZERO,
            faults: Vec::new(),
            rate: None,
        }
    }
}

/// A running sandbox; dropping it closes the listener and every connection.
pub struct Sandbox {
    address: SocketAddr,
    authority: Option<String>,
    state: Arc<State>,
    listening: JoinHandle<()>,
}

/// Starts a sandbox on the current tokio runtime and returns as soon as it listens.
pub async fn start(options: Options) -> Result<Sandbox, Error> {
    start_with_clock(options, Clock { utc: Utc::now, steady: Instant::now }).await
}

async fn start_with_clock(options: Options, clock: Clock) -> Result<Sandbox, Error> {
    if !options.listen.ip().is_loopback() {
        let message = format!("the sandbox listens on a loopback address only, not on `{}`", options.listen);
        return Err(Error::new(ErrorKind::InvalidInput, message));
    }
    let certificate = options.tls.then(certificate::issue).transpose().map_err(Error::other)?;
    let (acceptor, authority) =
        certificate.map(|issued| (TlsAcceptor::from(issued.server), issued.authority)).unzip();
    let listener = TcpListener::bind(options.listen).await?;
    let address = listener.local_addr()?;
    let state = Arc::new(State::new(options, clock));
    let listening = tokio::spawn(server::listen(listener, acceptor, Arc::clone(&state)));
    Ok(Sandbox { address, authority, state, listening })
}

impl Sandbox {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its base URL, with the address it listens on.
    pub fn url(&self) -> String {
        let scheme = if self.authority.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// The certificate to trust, when it speaks TLS.
    pub fn ca_pem(&self) -> Option<&str> {
        self.authority.as_deref()
    }

    /// What it counted so far.
    pub fn statistics(&self) -> Statistics {
        self.state.statistics()
    }

    /// Serves for as long as it is polled: for a server of its own.
    pub async fn wait(&mut self) {
        // The task never ends by itself, and only `drop` aborts it.
        let _ = (&mut self.listening).await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// The key id of a provider's demo account on a site; `None` where the sandbox has no such account.
pub fn demo(provider: &str, site: &str) -> Option<String> {
    keys::demo_id(registry::named(provider)?.keys, site)
}

/// A time as the clouds write it: `2024-01-02T03:04:05Z`.
fn iso_time(seconds: i64) -> String {
    let time = DateTime::from_timestamp(seconds, 0).unwrap_or(DateTime::<Utc>::MAX_UTC);
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
