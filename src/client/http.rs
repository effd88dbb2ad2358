//! Sends one request and receives its reply through a pooled HTTP client.

mod proxy;

pub use proxy::{VARIABLES as PROXY_VARIABLES, check as check_proxy};

pub(super) use proxy::has_credentials as proxy_has_credentials;

use std::cell::OnceCell;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use zeroize::Zeroizing;

use super::failure::{self, Failed};
use super::resolve::{self, Resolver};
use super::{Client, Event, LARGEST_REPLY, Roots, tls};
use crate::cloud::{Reply, Request};
use crate::model::{Error, ErrorKind, Result, append};

impl Client<'_> {
    /// Sends a request and receives the complete reply. If the server's issuer is unknown, retries with the system's
    /// certificates.
    pub(super) async fn send(&self, request: &Request) -> std::result::Result<Reply, Failed> {
        let encrypted = request.endpoint.is_encrypted();
        let url = format!("{}{}", request.endpoint, request.target);
        let url = reqwest::Url::parse(&url).map_err(|error| {
            let message = format!("`{}` is not a valid endpoint: {error}", request.endpoint);
            Failed::Unable(Box::new(Error::new(ErrorKind::Usage, message).hint("check `--endpoint`")))
        })?;
        let http = self.http(&url)?;
        let (url, host) = self.directed(url)?;
        let request = &into_http(request, url, host)?;
        if encrypted && let Some(http) = self.trusting_system.get() {
            return self.send_through(http, request).await;
        }
        match self.send_through(http, request).await {
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
        request: &reqwest::Request,
    ) -> std::result::Result<Reply, Failed> {
        let send = async {
            let request = request.try_clone().expect("the body is in memory");
            let mut response = http.execute(request).await?;
            let mut reply = Reply::default();
            reply.status = response.status().as_u16();
            reply.headers = response
                .headers()
                .iter()
                .map(|(name, value)| {
                    (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
                })
                .collect();
            let mut body = Zeroizing::new(Vec::new());
            while let Some(chunk) = response.chunk().await? {
                if body.len() + chunk.len() > LARGEST_REPLY {
                    return Err(Failed::TooLarge);
                }
                append(&mut body, &chunk);
            }
            reply.body = std::mem::take(&mut *body);
            Ok(reply)
        };
        tokio::time::timeout(self.settings.timeout, send).await.unwrap_or(Err(Failed::TimedOut))
    }

    /// Returns the client for a cloud's URL: with TLS and possibly through a proxy, or unencrypted to this machine
    /// only.
    fn http(&self, url: &reqwest::Url) -> std::result::Result<&reqwest::Client, Failed> {
        if url.scheme() != "https" {
            // Unencrypted requests to this machine must not go to a proxy.
            return get_or_try_init(&self.http, || self.build(&self.settings.roots, None, false));
        }
        let connect_to = self.settings.connect_to;
        if connect_to.is_none() {
            self.check_proxy(url)?;
        }
        get_or_try_init(&self.https, || self.build(&self.settings.roots, connect_to, connect_to.is_none()))
    }

    /// Creates a client for a URL outside the clouds, to which `--connect-to` does not apply.
    pub(super) fn http_elsewhere(&self, url: &reqwest::Url) -> std::result::Result<reqwest::Client, Failed> {
        let is_encrypted = url.scheme() == "https";
        if is_encrypted {
            self.check_proxy(url)?;
        } else if !is_loopback(url) {
            return Err(
                unencrypted(url.host_str().unwrap_or_default(), "use https, or a loopback address").into()
            );
        }
        Ok(self.build(&self.settings.roots, None, is_encrypted)?)
    }

    fn check_proxy(&self, url: &reqwest::Url) -> Result<()> {
        let port = url.port_or_known_default().unwrap_or_default();
        proxy::proxy_for(&self.settings, url.host_str().unwrap_or_default(), port).map(|_| ())
    }

    /// Returns the URL with the address and port of `--connect-to`, and the `Host` header to send. Without encryption,
    /// the address must be a loopback address.
    fn directed(&self, mut url: reqwest::Url) -> Result<(reqwest::Url, Option<String>)> {
        let is_plain = url.scheme() != "https";
        let name = url.host_str().unwrap_or_default().to_owned();
        let Some(address) = self.settings.connect_to else {
            if is_plain && !is_loopback(&url) {
                return Err(unencrypted(&name, "use https, or a loopback address"));
            }
            return Ok((url, None));
        };
        let host = url.port().map_or_else(|| name.clone(), |port| format!("{name}:{port}"));
        let valid = "a socket address makes a valid URL";
        if is_plain {
            if !address.ip().to_canonical().is_loopback() {
                let hint = "use https, or a loopback address in `--connect-to`";
                return Err(unencrypted(&address.to_string(), hint));
            }
            url.set_ip_host(address.ip()).expect(valid);
            url.set_port(Some(address.port())).expect(valid);
        } else if let Some(ip) = ip(&url) {
            // The HTTP library uses its resolver for names only.
            if ip != address.ip().to_canonical() {
                let message =
                    format!("cannot connect to {address} for `https://{host}`: the endpoint is an address");
                return Err(Error::new(ErrorKind::Usage, message)
                    .hint("use a host name in `--endpoint`, or remove `--connect-to`"));
            }
            url.set_port(Some(address.port())).expect(valid);
        } else {
            // A port in the URL would override the resolver's.
            url.set_port(None).expect(valid);
        }
        Ok((url, Some(host)))
    }

    fn trusting_system(&self) -> std::result::Result<&reqwest::Client, Failed> {
        let connect_to = self.settings.connect_to;
        get_or_try_init(&self.trusting_system, || {
            self.build(&self.settings.roots.with_system(), connect_to, connect_to.is_none())
        })
    }

    fn build(
        &self,
        roots: &Roots,
        connect_to: Option<SocketAddr>,
        may_use_proxy: bool,
    ) -> Result<reqwest::Client> {
        let settings = &self.settings;
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::configuration(roots)?)
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(settings.connect_timeout)
            .referer(false)
            .user_agent(concat!("cloudbal/", env!("CARGO_PKG_VERSION")));
        // Otherwise the HTTP library reads the variables itself.
        builder = builder.no_proxy();
        if may_use_proxy && let Some(proxy) = proxy::through(settings) {
            builder = builder.proxy(proxy);
        }
        let resolver = connect_to.map_or(Resolver::System, Resolver::Always);
        builder = builder.dns_resolver(Arc::new(resolver));
        builder.build().map_err(|error| {
            Error::new(
                ErrorKind::Network,
                format!("cannot create an HTTP client: {}", failure::chain(&error)),
            )
        })
    }
}

fn get_or_try_init(
    cell: &OnceCell<reqwest::Client>,
    build: impl FnOnce() -> Result<reqwest::Client>,
) -> std::result::Result<&reqwest::Client, Failed> {
    if cell.get().is_none() {
        let client = build().map_err(|error| Failed::Unable(Box::new(error)))?;
        _ = cell.set(client);
    }
    Ok(cell.get().expect("it was just set"))
}

/// Returns the host of a URL if it is an IP address.
fn ip(url: &reqwest::Url) -> Option<IpAddr> {
    let address = url.host_str()?.trim_matches(['[', ']']).parse::<IpAddr>().ok()?;
    Some(address.to_canonical())
}

/// Returns whether a URL leads to this machine, whatever DNS servers say.
fn is_loopback(url: &reqwest::Url) -> bool {
    match ip(url) {
        Some(ip) => ip.is_loopback(),
        None => url.host_str().is_some_and(resolve::is_localhost),
    }
}

fn unencrypted(place: &str, hint: &'static str) -> Error {
    let message = format!("refusing to send requests to {place} without encryption");
    Error::new(ErrorKind::Usage, message).hint(hint)
}

/// Converts a request for the HTTP library. Every header is marked sensitive, so that nothing prints it.
fn into_http(
    request: &Request,
    url: reqwest::Url,
    host: Option<String>,
) -> std::result::Result<reqwest::Request, Failed> {
    let method =
        reqwest::Method::from_bytes(request.method.name().as_bytes()).expect("GET and POST are methods");
    let mut http = reqwest::Request::new(method, url);
    let host = host.map(|host| ("host", host));
    for (name, value) in request.headers.iter().chain(&host) {
        let mut value =
            reqwest::header::HeaderValue::from_maybe_shared(overwritten(value)).map_err(|_| {
                let message = "the key id or the token contains characters that are invalid in a request";
                Failed::Unable(Box::new(
                    Error::new(ErrorKind::Credentials, message).hint("check the credentials"),
                ))
            })?;
        value.set_sensitive(true);
        http.headers_mut().insert(*name, value);
    }
    *http.body_mut() = Some(overwritten(&request.body).into());
    Ok(http)
}

/// Returns a copy for the HTTP library whose memory is overwritten on drop.
fn overwritten(text: &str) -> Bytes {
    Bytes::from_owner(Zeroizing::new(text.as_bytes().to_vec()))
}
