//! Turns failed requests into errors with a hint.

use std::error::Error as StdError;
use std::io;

use rustls::CertificateError;

use crate::cloud::{Advice, Failure};
use crate::model::{Error, ErrorKind};

use super::resolve::NoThread;
use super::{LARGEST_REPLY, Settings};

/// A request without a complete reply.
#[derive(Debug)]
pub enum Failed {
    /// Sending the request or receiving the reply failed.
    Http(reqwest::Error),
    /// The attempt timed out.
    TimedOut,
    /// The reply is too large.
    TooLarge,
    /// The request could not be sent at all.
    Unable(Box<Error>),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Unable(Box::new(error))
    }
}

impl From<reqwest::Error> for Failed {
    fn from(error: reqwest::Error) -> Self {
        Self::Http(error.without_url())
    }
}

impl Failed {
    /// Returns whether the server's certificate was issued by an untrusted authority.
    pub fn is_unknown_issuer(&self) -> bool {
        let Self::Http(error) = self else { return false };
        matches!(
            find::<rustls::Error>(error),
            Some(rustls::Error::InvalidCertificate(certificate)) if is_foreign(certificate)
        )
    }
}

/// Returns the error for a failed request to `host`, and whether to retry.
pub fn advise(failed: Failed, host: &str, settings: &Settings) -> Failure {
    let (error, may_pass) = match failed {
        Failed::Unable(error) => (*error, false),
        Failed::TooLarge => (
            Error::new(
                ErrorKind::UnreadableReply,
                format!("the reply from {host} is larger than {} MiB", LARGEST_REPLY >> 20),
            )
            .hint("no balance is that large: check `--endpoint` and the proxy"),
            false,
        ),
        Failed::TimedOut => (
            Error::new(
                ErrorKind::Timeout,
                format!("no complete reply from {host} within {} s", settings.timeout.as_secs_f32()),
            )
            .hint("try again, or raise `--timeout`"),
            true,
        ),
        Failed::Http(error) => describe(&error, host, settings),
    };
    let advice = if may_pass { Advice::Retry { after: None } } else { Advice::GiveUp };
    Failure { error: Box::new(error), advice }
}

/// Describes an error of the HTTP client, and returns whether it is transient.
fn describe(error: &reqwest::Error, host: &str, settings: &Settings) -> (Error, bool) {
    let network = |message: String, hint: &'static str| Error::new(ErrorKind::Network, message).hint(hint);
    if let Some(none) = find::<NoThread>(error) {
        let hint = "raise the limit of processes (`ulimit -u`) or of memory (`ulimit -v`)";
        let message = format!("cannot resolve {host}: {none}");
        return (Error::new(ErrorKind::File, message).hint(hint), true);
    }
    if find::<io::Error>(error)
        .is_some_and(|error| ErrorKind::Network.unless_out_of_resources(error) == ErrorKind::File)
    {
        let hint = "raise the limit of open files (`ulimit -n`), or lower `--concurrency`";
        let message = format!("cannot connect to {host}: {}", last(error));
        return (Error::new(ErrorKind::File, message).hint(hint), true);
    }
    if let Some(why) = tunnel(error) {
        return tunnel_error(&why, host, super::http::proxy_has_credentials(settings));
    }
    if let Some(tls) = find::<rustls::Error>(error) {
        return (tls_error(tls, host), false);
    }
    if error.is_timeout() {
        let seconds = settings.connect_timeout.as_secs_f32();
        return (
            Error::new(ErrorKind::Timeout, format!("no connection to {host} within {seconds} s"))
                .hint("check the network and the proxy, or raise `--connect-timeout`"),
            true,
        );
    }
    if error.is_dns() {
        let hint = "check the network, the DNS server and `--endpoint`";
        return (network(format!("cannot resolve {host}: {}", last(error)), hint), true);
    }
    if error.is_connect() {
        let hint = "check the network, the firewall and the proxy";
        return (network(format!("cannot connect to {host}: {}", last(error)), hint), true);
    }
    if find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse) {
        let hint = "check `--endpoint` and the proxy: the server may not be the cloud's";
        return (network(format!("the reply from {host} is not valid HTTP: {}", last(error)), hint), false);
    }
    let ended = find::<io::Error>(error).is_some_and(|error| error.kind() == io::ErrorKind::UnexpectedEof);
    let why = if ended { "closed early".to_owned() } else { last(error) };
    let hint = "try again; `-vv` logs every attempt";
    (network(format!("the connection to {host} failed before the reply was complete: {why}"), hint), true)
}

/// Returns what failed in the tunnel through a proxy. The error's type is private to the HTTP client, so only the start
/// of its text identifies it; tests pin this.
fn tunnel(error: &reqwest::Error) -> Option<String> {
    let mut next: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        if let Some(why) = text.strip_prefix("tunnel error: ") {
            return Some(if error.source().is_some() { last(error) } else { why.to_owned() });
        }
        next = error.source();
    }
    None
}

/// Describes a proxy that refuses the connection, and returns whether that is transient.
fn tunnel_error(why: &str, host: &str, has_credentials: bool) -> (Error, bool) {
    let (message, hint, may_pass) = match why {
        "proxy authorization required" if has_credentials => (
            "the proxy rejected the user name or password".to_owned(),
            "check them in CLOUDBAL_PROXY or HTTPS_PROXY; special characters must be percent-encoded",
            false,
        ),
        "proxy authorization required" => (
            "the proxy requires a user name and password".to_owned(),
            "set CLOUDBAL_PROXY to `http://USER:PASSWORD@HOST:PORT`",
            false,
        ),
        "unsuccessful" => (
            format!("the proxy refuses to connect to {host}"),
            "check `--proxy` and HTTPS_PROXY, and whether the proxy allows this host",
            true,
        ),
        _ => (
            format!("cannot connect to {host} through the proxy: {why}"),
            "check `--proxy` and HTTPS_PROXY",
            true,
        ),
    };
    (Error::new(ErrorKind::Network, message).hint(hint), may_pass)
}

/// Returns whether the issuer is not trusted. An untrusted authority with the same name as a trusted one is detected by
/// the signature.
fn is_foreign(certificate: &CertificateError) -> bool {
    matches!(certificate, CertificateError::UnknownIssuer | CertificateError::BadSignature)
}

fn tls_error(error: &rustls::Error, host: &str) -> Error {
    use CertificateError as Certificate;
    let (why, hint) = match error {
        rustls::Error::InvalidCertificate(certificate) => match certificate {
            foreign if is_foreign(foreign) => (
                "certificate issued by an untrusted authority".to_owned(),
                "behind a TLS-inspecting proxy, pass its certificate with `--ca-file`",
            ),
            Certificate::Expired | Certificate::ExpiredContext { .. } => (
                "certificate expired".to_owned(),
                "check this machine's clock; otherwise the server's owner must renew it",
            ),
            Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => {
                ("certificate not valid yet".to_owned(), "check this machine's clock")
            }
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => (
                "certificate issued for another name".to_owned(),
                "check `--endpoint`; a proxy or a login page may be in the way",
            ),
            other => (format!("certificate rejected: {other}"), "check the proxy and `--ca-file`"),
        },
        other => (other.to_string(), "check that the server supports TLS, and the proxy"),
    };
    Error::new(ErrorKind::Network, format!("no TLS connection to {host}: {why}")).hint(hint)
}

/// Returns the first error of a type among an error and its causes, including causes inside an `io::Error`.
fn find<'e, T: StdError + 'static>(error: &'e (dyn StdError + 'static)) -> Option<&'e T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        let inner = error.downcast_ref::<io::Error>().and_then(|error| error.get_ref());
        next = inner.map_or_else(|| error.source(), |inner| Some(inner as &(dyn StdError + 'static)));
    }
    None
}

/// Returns the text of an error with all its causes.
pub fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

/// Returns the text of the innermost cause.
fn last(error: &(dyn StdError + 'static)) -> String {
    let mut innermost = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An error with a cause.
    #[derive(Debug)]
    struct Because(&'static str, Option<Box<Because>>);

    impl std::fmt::Display for Because {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(self.0)
        }
    }

    impl StdError for Because {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            self.1.as_deref().map(|cause| cause as _)
        }
    }

    #[test]
    fn an_error_is_shown_with_all_its_causes_or_the_innermost() {
        let error =
            Because("outer", Some(Box::new(Because("middle", Some(Box::new(Because("inner", None)))))));
        assert_eq!(chain(&error), "outer: middle: inner");
        assert_eq!(last(&error), "inner");
        assert_eq!(chain(&Because("alone", None)), "alone");
    }
}
