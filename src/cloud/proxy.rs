//! Addresses of proxies, read strictly: one that two programs could read in two ways is refused.

use base64::Engine as _;
use percent_encoding::percent_decode_str;

use crate::model::Secret;

const HOST_HINT: &str = "write `http://HOST:PORT` or `http://USER:PASSWORD@HOST:PORT`";
const ENCODE_HINT: &str = "percent-encode special characters in the user name and the password: `@` is `%40`, \
                           `/` is `%2F`, `#` is `%23`, `?` is `%3F`, `%` is `%25`";

/// A proxy for every request.
#[derive(Clone, Debug)]
pub struct Proxy {
    url: String,
    authorization: Option<Secret>,
}

/// Why a text is not the address of a proxy. It never repeats the text, which may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidProxy {
    /// The reason, as the end of a sentence.
    pub why: &'static str,
    /// What to do about it.
    pub hint: &'static str,
}

impl Proxy {
    /// Reads `[http[s]://][USER[:PASSWORD]@]HOST[:PORT]`. Without a scheme it is `http`, as with curl.
    pub fn parse(text: &str) -> Result<Self, InvalidProxy> {
        let wrong = |why| InvalidProxy { why, hint: HOST_HINT };
        let text = text.trim();
        if text.contains(|character: char| character.is_whitespace() || character.is_control()) {
            return Err(InvalidProxy {
                why: "it contains a blank or a control character",
                hint: ENCODE_HINT,
            });
        }
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) if is_scheme(scheme) => (scheme.to_ascii_lowercase(), rest),
            _ => ("http".to_owned(), text),
        };
        if scheme.starts_with("socks") {
            return Err(InvalidProxy {
                why: "SOCKS proxies are not supported",
                hint: "use an HTTP proxy: `http://HOST:PORT`",
            });
        }
        if !matches!(&*scheme, "http" | "https") {
            return Err(wrong("only http and https proxies are supported"));
        }
        let (user, server) = match rest.rsplit_once('@') {
            Some((user, server)) => (Some(user), server),
            None => (None, rest),
        };
        let authorization = user.map(authorization).transpose()?.flatten();
        let server = server.strip_suffix('/').unwrap_or(server);
        if server.contains(['/', '?', '#', '\\']) {
            return Err(wrong("it has a path, a query, or a fragment"));
        }
        let (host, port) = split_port(server);
        if !is_host(host) {
            return Err(wrong(if host.is_empty() { "the host is missing" } else { "the host is not valid" }));
        }
        let port = match port {
            None => {
                if scheme == "https" {
                    443
                } else {
                    80
                }
            }
            Some(digits) => digits
                .parse()
                .ok()
                .filter(|port: &u16| *port > 0 && digits.bytes().all(|byte| byte.is_ascii_digit()))
                .ok_or(wrong("the port is not a number from 1 to 65535"))?,
        };
        Ok(Self { url: format!("{scheme}://{host}:{port}/"), authorization })
    }

    /// The URL, without user and password.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The value of the `Proxy-Authorization` header, when a user name or a password is given.
    pub fn authorization(&self) -> Option<&Secret> {
        self.authorization.as_ref()
    }
}

/// RFC 3986, section 3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// Returns the header for the credentials before the `@`; `None` if they are empty, as after unset variables.
fn authorization(text: &str) -> Result<Option<Secret>, InvalidProxy> {
    let wrong = |why| InvalidProxy { why, hint: ENCODE_HINT };
    for (character, why) in [
        ('@', "the user name or the password contains an unencoded `@`"),
        ('/', "the user name or the password contains an unencoded `/`"),
        ('#', "the user name or the password contains an unencoded `#`"),
        ('?', "the user name or the password contains an unencoded `?`"),
        ('\\', "the user name or the password contains an unencoded `\\`"),
    ] {
        if text.contains(character) {
            return Err(wrong(why));
        }
    }
    let is_hex = |digits: &[u8]| digits.len() == 2 && digits.iter().all(u8::is_ascii_hexdigit);
    let mut parts = text.split('%').skip(1);
    if !parts.all(|part| part.as_bytes().get(..2).is_some_and(is_hex)) {
        return Err(wrong("the user name or the password contains an unencoded `%`"));
    }
    let (user, password) = text.split_once(':').unwrap_or((text, ""));
    let decode = |part: &str| percent_decode_str(part).collect::<Vec<u8>>();
    let (user, password) = (decode(user), decode(password));
    if user.is_empty() && password.is_empty() {
        return Ok(None);
    }
    if user.contains(&b':') {
        return Err(InvalidProxy {
            why: "the user name contains a colon, which HTTP authentication cannot send",
            hint: "use a proxy user without a colon in its name",
        });
    }
    if user.iter().chain(&password).any(u8::is_ascii_control) {
        return Err(wrong("the user name or the password contains a control character"));
    }
    let pair = [&*user, b":", &*password].concat();
    let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
    Ok(Some(Secret::new(format!("Basic {encoded}"))))
}

/// The host, and the port where one is given. An IPv6 address is in brackets.
fn split_port(server: &str) -> (&str, Option<&str>) {
    match server.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (server, None),
    }
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        let address = address.strip_suffix(']').unwrap_or_default();
        return address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let allowed = |character: char| character.is_alphanumeric() || "-._".contains(character);
    // What looks like an IPv4 address is one: others read `1.2.3` and `0x7f.1` in their own ways.
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    let is_numeric = last.starts_with(|first: char| first.is_ascii_digit())
        && last.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'x');
    !host.is_empty()
        && host.chars().all(allowed)
        && (!is_numeric || host.parse::<std::net::Ipv4Addr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match Proxy::parse(text) {
            Ok(Proxy { url, authorization: None }) => url,
            Ok(Proxy { url, authorization: Some(header) }) => format!("{url} {}", header.expose()),
            Err(InvalidProxy { why, .. }) => why.to_owned(),
        }
    }

    #[test]
    fn a_proxy_is_http_or_https_or_has_no_scheme() {
        for (text, url) in [
            ("http://host", "http://host:80/"),
            ("HTTPS://host", "https://host:443/"),
            ("HTTPS://host:3128/", "https://host:3128/"),
            ("http://[::1]:3128", "http://[::1]:3128/"),
            ("[::1]", "http://[::1]:80/"),
            ("host", "http://host:80/"),
            (" host:3128\r\n", "http://host:3128/"),
            ("127.0.0.1:3128", "http://127.0.0.1:3128/"),
            ("proxy_1.example.com.:8080", "http://proxy_1.example.com.:8080/"),
        ] {
            assert_eq!(read(text), url, "{text}");
        }
    }

    #[test]
    fn user_and_password_are_decoded_and_sent_as_they_are_meant() {
        for (text, url) in [
            ("http://user:p%40ss%2F%23%3f%25@host:1", "http://host:1/ Basic dXNlcjpwQHNzLyM/JQ=="),
            ("user:hush@host:1", "http://host:1/ Basic dXNlcjpodXNo"),
            ("http://user@host:1", "http://host:1/ Basic dXNlcjo="),
            ("http://:hush@host:1", "http://host:1/ Basic Omh1c2g="),
            ("http://a:b:c@host:1", "http://host:1/ Basic YTpiOmM="),
            ("http://dom%5Cuser:x@host:1", "http://host:1/ Basic ZG9tXHVzZXI6eA=="),
            ("http://@host:1", "http://host:1/"),
            ("http://:@host:1", "http://host:1/"),
        ] {
            assert_eq!(read(text), url, "{text}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused() {
        let unencoded =
            |character| format!("the user name or the password contains an unencoded `{character}`");
        for (text, character) in [
            ("http://user:p@ss@host:3128", '@'),
            ("user:p@ss@host:3128", '@'),
            ("http://user:p/ss@host:3128", '/'),
            ("http://user:p#ss@host:3128", '#'),
            ("http://user:p?ss@host:3128", '?'),
            ("http://localhost:9111#pw@proxy:3128", '#'),
            ("http://localhost:9111/pw@proxy:3128", '/'),
            ("http://localhost:9111?pw@proxy:3128", '?'),
            ("http://localhost:9111\\pw@proxy:3128", '\\'),
            ("localhost:9111#pw@proxy:3128", '#'),
            ("user:p://x@proxy:3128", '/'),
            ("http://proxy:3128/@other:1", '/'),
            ("http://user:100%@host", '%'),
            ("http://user:%4@host", '%'),
            ("http://user:%zz@host", '%'),
            ("http://user:%\u{e9}\u{e9}@host", '%'),
        ] {
            assert_eq!(read(text), unencoded(character), "{text}");
        }
        for text in ["http://user:p%0d%0aX@host", "http://us%00er:p@host"] {
            assert_eq!(read(text), "the user name or the password contains a control character", "{text}");
        }
        assert!(read("http://us%3Aer:p@host").starts_with("the user name contains a colon"));
    }

    #[test]
    fn what_is_not_a_proxy_is_refused_with_the_reason() {
        let blank = "it contains a blank or a control character";
        let port = "the port is not a number from 1 to 65535";
        let path = "it has a path, a query, or a fragment";
        for (text, why) in [
            ("", "the host is missing"),
            ("http://", "the host is missing"),
            ("http://user:hush@", "the host is missing"),
            ("http://user:hush@:3128", "the host is missing"),
            ("http://[hush", "the host is not valid"),
            ("http://[::g]:1", "the host is not valid"),
            ("::1:3128", "the host is not valid"),
            ("http://1.2.3.999:1", "the host is not valid"),
            ("http://ho%73t:1", "the host is not valid"),
            ("a b", blank),
            ("http://user:hu sh@host", blank),
            ("http://user:hu\nsh@host", blank),
            ("http://host:0", port),
            ("http://host:", port),
            ("http://host:+80", port),
            ("http://host:65536", port),
            ("http:host:80", "the host is not valid"),
            ("http://host:3128/proxy.pac", path),
            ("http://host:3128?x", path),
            ("http://host:3128#x", path),
            ("ftp://host:9", "only http and https proxies are supported"),
            ("direct://", "only http and https proxies are supported"),
        ] {
            assert_eq!(read(text), why, "{text}");
        }
        for scheme in ["socks", "socks4", "socks4a", "socks5", "SOCKS5H"] {
            assert_eq!(read(&format!("{scheme}://user:p@ss@host:1080")), "SOCKS proxies are not supported");
        }
    }
}
