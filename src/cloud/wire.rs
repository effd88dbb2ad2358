//! What goes over the wire: endpoints and requests, as plain data.

use std::fmt;
use std::str::FromStr;

use zeroize::Zeroize as _;

use crate::model::{Error, ErrorKind};

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
}

impl Method {
    /// The method as it is sent.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// A server that answers: scheme and authority, without a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    encrypted: bool,
    authority: String,
}

impl Endpoint {
    /// `https` to a host.
    pub fn https(host: &str) -> Self {
        Self { encrypted: true, authority: host.to_owned() }
    }

    /// What is signed and sent as the `Host` header: the port only when it is not the usual one.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The host without a port.
    pub fn host(&self) -> &str {
        split_port(&self.authority).0
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(self.host())
    }

    /// Whether requests go over TLS.
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.encrypted { "https" } else { "http" }, self.authority)
    }
}

impl FromStr for Endpoint {
    type Err = Error;

    /// Reads `https://host[:port]`, `host[:port]` (https), or `http://` to a loopback address.
    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = |why: &str| {
            Error::new(ErrorKind::Usage, format!("`{}` is not a valid endpoint: {why}", without_user(text)))
                .hint("use `https://HOST[:PORT]`, without user, path or query")
        };
        let (encrypted, rest) = match text.split_once("://") {
            None => (true, text),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (true, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (false, rest),
            Some(_) => return Err(wrong("only https is supported (http on loopback)")),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains('@') {
            return Err(wrong("it contains a user"));
        }
        if rest.contains(['/', '?', '#']) {
            return Err(wrong("it has a path or a query"));
        }
        let (host, port) = split_port(rest);
        let allowed = |character: char| character.is_ascii_alphanumeric() || "-._".contains(character);
        let is_ipv6 = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok());
        if host.is_empty() || !(is_ipv6 || host.chars().all(allowed)) {
            return Err(wrong("the host is missing or contains invalid characters"));
        }
        if port.is_some_and(|port| port.parse::<u16>().is_err() || port == "0") {
            return Err(wrong("the port is not a number from 1 to 65535"));
        }
        if !encrypted && !is_loopback(host) {
            return Err(Error::new(
                ErrorKind::Usage,
                format!("`{text}` would send signed requests without encryption"),
            )
            .hint("use https; http is supported for 127.0.0.1, [::1] and localhost only"));
        }
        let usual = if encrypted { "443" } else { "80" };
        let authority = match port {
            Some(port) if port != usual => format!("{}:{port}", host.to_ascii_lowercase()),
            _ => host.to_ascii_lowercase(),
        };
        Ok(Self { encrypted, authority })
    }
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') && (!host.contains(':') || host.ends_with(']')) => {
            (host, Some(port))
        }
        _ => (authority, None),
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Returns the text without the part before an `@`, which may be a password.
fn without_user(text: &str) -> &str {
    text.rsplit_once('@').map_or(text, |(_, rest)| rest)
}

/// A signed request, ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Where it goes.
    pub endpoint: Endpoint,
    /// Path and query.
    pub target: String,
    /// Headers besides `Host` and `Content-Length`, which follow from the rest.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
    /// The signature alone, as no reply may repeat it; empty where nothing is signed.
    pub signature: String,
}

/// Headers and body are overwritten: they may hold a token.
impl Drop for Request {
    fn drop(&mut self) {
        self.headers.iter_mut().for_each(|(_, value)| value.zeroize());
        self.body.zeroize();
        self.signature.zeroize();
    }
}

/// Shows no header and no body: they hold key ids, tokens and signatures.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.name(), self.endpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        text.parse::<Endpoint>().map_or_else(|error| error.to_string(), |endpoint| endpoint.to_string())
    }

    #[test]
    fn endpoints_are_https_and_lose_the_usual_port() {
        assert_eq!(read("billing.tencentcloudapi.com"), "https://billing.tencentcloudapi.com");
        assert_eq!(read("HTTPS://Business.Aliyuncs.com:443/"), "https://business.aliyuncs.com");
        assert_eq!(read("https://[::1]:8443"), "https://[::1]:8443");
        assert_eq!(read("http://127.0.0.1:8080"), "http://127.0.0.1:8080");
        assert_eq!(read("http://localhost:80"), "http://localhost");
    }

    #[test]
    fn plain_http_goes_nowhere_but_to_this_machine() {
        for wrong in [
            "http://example.com",
            "http://10.0.0.1",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
        ] {
            assert!(read(wrong).ends_with("would send signed requests without encryption"), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_endpoint_is_refused_without_repeating_a_password() {
        for wrong in [
            "",
            "https://",
            "ftp://a",
            "https://a/b",
            "https://a?b",
            "a b",
            "a:0",
            "a:65536",
            "a:x",
            "[::g]",
            "::1",
        ] {
            assert!(read(wrong).contains("is not a valid endpoint"), "{wrong}: {}", read(wrong));
        }
        assert_eq!(read("https://user:hush@host"), "`host` is not a valid endpoint: it contains a user");
    }
}
