//! Requests without a signature: to the metadata service of an instance, and to URLs that return credentials.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use super::resolve::{self, Resolver};
use super::{Client, LARGEST_REPLY, Roots, failure, tls};
use crate::model::{Error, ErrorKind, Result, append};

/// The timeout for the metadata service: on an instance, it answers immediately.
const LOCAL_TIMEOUT: Duration = Duration::from_secs(1);

/// A request without a signature. Its headers may hold a token and its URL a password, so neither is ever shown.
pub struct Fetch {
    method: reqwest::Method,
    url: String,
    headers: Vec<(&'static str, String)>,
    local: bool,
}

impl Fetch {
    /// Creates a GET request.
    pub fn get(url: &str) -> Self {
        Self { method: reqwest::Method::GET, url: url.to_owned(), headers: Vec::new(), local: false }
    }

    /// Creates a PUT request without a body.
    pub fn put(url: &str) -> Self {
        Self { method: reqwest::Method::PUT, ..Self::get(url) }
    }

    /// Adds a header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Marks the request as one to the metadata service: never through a proxy, unencrypted if its URL is, within one
    /// second.
    #[must_use]
    pub fn local(mut self) -> Self {
        self.local = true;
        self
    }
}

/// Returns a client without a proxy: the metadata service is reachable from the instance only.
fn local_client() -> std::result::Result<reqwest::Client, failure::Failed> {
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls::configuration(&Roots::default())?)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .dns_resolver(Arc::new(Resolver::Local))
        .build();
    Ok(client?)
}

/// Refuses plain http to anything but this machine or its link. Names are checked once they are resolved.
fn check_local(url: &reqwest::Url) -> Result<()> {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    if url.scheme() != "https" && address.is_ok_and(|address| !resolve::is_local(address)) {
        let message = format!("refusing to request credentials from {host} without encryption");
        return Err(Error::new(ErrorKind::Network, message)
            .hint("the metadata service is at a loopback or link-local address"));
    }
    Ok(())
}

impl Client<'_> {
    /// Returns the address of the metadata service that the user chose, if any.
    pub fn metadata_endpoint(&self) -> Option<&str> {
        self.settings.metadata_endpoint.as_deref()
    }

    /// Sends a request and returns the body of the reply. Fails unless the status is 200 and the body is UTF-8.
    pub async fn fetch(&self, fetch: Fetch) -> Result<Zeroizing<String>> {
        let wrong = |message: &str, hint: &'static str| Error::new(ErrorKind::Network, message).hint(hint);
        let url = reqwest::Url::parse(&fetch.url)
            .map_err(|_| wrong("not a valid URL", "use `http://HOST[:PORT]/PATH`, or https"))?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let timeout = if fetch.local { LOCAL_TIMEOUT } else { self.settings.timeout };
        let describe = |failed: failure::Failed| *failure::advise(failed, &host, &self.settings).error;
        let http = if fetch.local {
            check_local(&url)?;
            local_client().map_err(describe)?
        } else {
            self.http_elsewhere(&url).map_err(describe)?
        };
        let mut request = http.request(fetch.method, url).timeout(timeout);
        for (name, value) in &fetch.headers {
            let mut value = reqwest::header::HeaderValue::from_str(value).map_err(|_| {
                wrong("the token contains characters that are invalid in a header", "try again")
            })?;
            value.set_sensitive(true);
            request = request.header(*name, value);
        }
        let read = async {
            let mut response = request.send().await?;
            let mut body = Zeroizing::new(Vec::new());
            while let Some(chunk) = response.chunk().await? {
                if body.len() + chunk.len() > LARGEST_REPLY {
                    return Err(failure::Failed::TooLarge);
                }
                append(&mut body, &chunk);
            }
            Ok((response.status().as_u16(), body))
        };
        let (status, mut body) = read.await.map_err(describe)?;
        match (status, String::from_utf8(std::mem::take(&mut *body))) {
            (200, Ok(text)) => Ok(Zeroizing::new(text)),
            (200, Err(_)) => {
                Err(Error::new(ErrorKind::UnreadableReply, "the reply is not UTF-8")
                    .hint("try it with `curl`"))
            }
            (status, _) => {
                let message = format!("HTTP status {status}");
                Err(Error::new(ErrorKind::Refused, message).hint("try it with `curl`"))
            }
        }
    }
}
