//! One request and its reply, through one pooled HTTP client.

mod proxy;

pub use proxy::VARIABLES as PROXY_VARIABLES;

use std::cell::OnceCell;

use bytes::Bytes;
use zeroize::Zeroizing;

use super::failure::{self, Failed};
use super::{Client, Event, LARGEST_REPLY, Roots, tls};
use crate::cloud::{Reply, Request};
use crate::model::{Error, Kind, Result, append};

impl Client<'_> {
    /// Sends a request and receives the whole reply. A server whose issuer is unknown gets a second chance with the
    /// system's certificates.
    pub(super) async fn send(&self, request: &Request) -> std::result::Result<Reply, Failed> {
        let encrypted = request.endpoint.is_encrypted();
        let http = self.http(encrypted, request.endpoint.authority())?;
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
        request: &Request,
    ) -> std::result::Result<Reply, Failed> {
        let send = async {
            let mut response = http.execute(into_http(request)?).await?;
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

    /// What sends to a server.
    pub(super) fn http(
        &self,
        encrypted: bool,
        authority: &str,
    ) -> std::result::Result<&reqwest::Client, Failed> {
        if encrypted {
            proxy::check_variables(&self.settings, authority)?;
            get_or_try_init(&self.https, || self.build(&self.settings.roots, true))
        } else {
            // What goes to this machine without encryption must not leave it for a proxy.
            get_or_try_init(&self.http, || self.build(&self.settings.roots, false))
        }
    }

    fn trusting_system(&self) -> std::result::Result<&reqwest::Client, Failed> {
        get_or_try_init(&self.trusting_system, || self.build(&self.settings.roots.with_system(), true))
    }

    fn build(&self, roots: &Roots, may_use_proxy: bool) -> Result<reqwest::Client> {
        let settings = &self.settings;
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::configuration(roots)?)
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(settings.connect_timeout)
            .referer(false)
            .user_agent(concat!("cloudbal/", env!("CARGO_PKG_VERSION")));
        if let Some(proxy) = &settings.proxy {
            builder = builder.proxy(proxy::named(proxy)?);
        }
        if !may_use_proxy || settings.connect_to.is_some() {
            builder = builder.no_proxy();
        }
        if let Some(address) = settings.connect_to {
            builder = builder.dns_resolver(std::sync::Arc::new(tls::Always(address)));
        }
        builder.build().map_err(|error| {
            Error::new(Kind::Network, format!("no HTTP client could be made: {}", failure::chain(&error)))
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
    Ok(cell.get().expect("it was set just now"))
}

/// Every header is marked sensitive: none is shown by anything that prints headers.
fn into_http(request: &Request) -> std::result::Result<reqwest::Request, Failed> {
    let url = format!("{}{}", request.endpoint, request.target);
    let url = reqwest::Url::parse(&url).map_err(|error| {
        let error = Error::new(Kind::Usage, format!("`{}` is no endpoint: {error}", request.endpoint))
            .hint("check `--endpoint`");
        Failed::Unable(Box::new(error))
    })?;
    let method =
        reqwest::Method::from_bytes(request.method.name().as_bytes()).expect("GET and POST are methods");
    let mut http = reqwest::Request::new(method, url);
    for (name, value) in &request.headers {
        let mut value =
            reqwest::header::HeaderValue::from_maybe_shared(overwritten(value)).map_err(|_| {
                let message = "the key id or the token has characters that no request can hold";
                Failed::Unable(Box::new(
                    Error::new(Kind::Credentials, message).hint("get the credentials again"),
                ))
            })?;
        value.set_sensitive(true);
        http.headers_mut().insert(*name, value);
    }
    *http.body_mut() = Some(overwritten(&request.body).into());
    Ok(http)
}

/// A copy for the HTTP library that is overwritten when it drops it.
fn overwritten(text: &str) -> Bytes {
    Bytes::from_owner(Zeroizing::new(text.as_bytes().to_vec()))
}
