//! Chooses the proxy for a request. The HTTP library's own handling of the variables is not used, because it guesses
//! when an address is ambiguous.

use std::ffi::OsString;
use std::net::IpAddr;

use super::super::Settings;
use crate::cloud::{InvalidProxy, Proxy};
use crate::model::{Error, ErrorKind, Result};

/// The environment variables about proxies for https.
pub const VARIABLES: [&str; 6] =
    ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"];

/// The variables that name a proxy; the first that is not empty is used.
const NAMING: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

const EXEMPTING: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// Fails unless the address is that of a supported proxy.
pub fn check(address: &str) -> Result<()> {
    named(address).map(|_| ())
}

fn named(address: &str) -> Result<Proxy> {
    Proxy::parse(address).map_err(|invalid| wrong(ErrorKind::Usage, "", invalid))
}

/// Returns the proxy for requests to a server; `None` if they go there directly.
pub fn proxy_for(settings: &Settings, host: &str, port: u16) -> Result<Option<Proxy>> {
    if let Some(address) = &settings.proxy {
        return named(address).map(Some);
    }
    let Some((name, address)) = first(settings, &NAMING) else { return Ok(None) };
    if exempting(settings).is_some_and(|list| exempts(&list, host, port)) {
        return Ok(None);
    }
    let invalid = |invalid| wrong(ErrorKind::Configuration, &format!(" in {name}"), invalid);
    let text = address.to_str().ok_or_else(|| {
        invalid(InvalidProxy { why: "it is not UTF-8 text", hint: "set it to `http://HOST:PORT`" })
    })?;
    Proxy::parse(text).map(Some).map_err(invalid)
}

/// Returns the HTTP library's proxy setting for a client: every request, except to exempt servers.
pub fn through(settings: &Settings) -> Option<reqwest::Proxy> {
    let proxy = configured(settings)?;
    let url = reqwest::Url::parse(proxy.url()).ok()?;
    let exempting = if settings.proxy.is_some() { None } else { exempting(settings) };
    let through = reqwest::Proxy::custom(move |server| {
        let (host, port) = (server.host_str()?, server.port_or_known_default()?);
        let is_direct = exempting.as_ref().is_some_and(|list| exempts(list, host, port));
        (!is_direct).then(|| url.clone())
    });
    Some(match proxy.authorization() {
        Some(authorization) => {
            let mut value =
                reqwest::header::HeaderValue::from_str(authorization.expose()).expect("Base64 is plain text");
            value.set_sensitive(true);
            through.custom_http_auth(value)
        }
        None => through,
    })
}

/// Returns whether the configured proxy gets a user name or a password.
pub fn has_credentials(settings: &Settings) -> bool {
    configured(settings).is_some_and(|proxy| proxy.authorization().is_some())
}

/// Returns the proxy for servers that are not exempt, if its address is valid.
fn configured(settings: &Settings) -> Option<Proxy> {
    let of_variable = || first(settings, &NAMING).and_then(|(_, address)| address.into_string().ok());
    Proxy::parse(&settings.proxy.clone().or_else(of_variable)?).ok()
}

/// Returns the first of these variables that is not empty.
fn first(settings: &Settings, names: &[&'static str]) -> Option<(&'static str, OsString)> {
    let set = |name: &&'static str| {
        let (name, value) = settings.proxy_variables.iter().find(|(known, _)| known == name)?;
        let is_blank = value.to_str().is_some_and(|value| value.trim().is_empty());
        (!is_blank).then(|| (*name, value.clone()))
    };
    names.iter().find_map(set)
}

/// Returns the list of servers that the variables exempt from proxies.
fn exempting(settings: &Settings) -> Option<String> {
    first(settings, &EXEMPTING).map(|(_, list)| list.to_string_lossy().into_owned())
}

/// Returns whether a list such as `localhost, .example.com, 10.0.0.0/8, host:8443` contains this server. Follows Go,
/// and curl where Go is stricter (spaces separate entries too, and a leading dot matches the domain itself).
fn exempts(list: &str, host: &str, port: u16) -> bool {
    let host = host.trim_end_matches('.').to_lowercase();
    let address = address(&host);
    list.split(|character: char| character == ',' || character.is_whitespace())
        .filter(|entry| !entry.is_empty())
        .any(|entry| exempts_one(&entry.to_lowercase(), &host, address, port))
}

fn exempts_one(entry: &str, host: &str, host_address: Option<IpAddr>, port: u16) -> bool {
    if entry == "*" {
        return true;
    }
    if let Some((network, bits)) = entry.split_once('/') {
        let (Some(network), Ok(bits)) = (address(network), bits.parse::<u32>()) else { return false };
        return host_address.is_some_and(|host| is_within(host, network, bits));
    }
    // Try a whole address first, because its colons do not separate a port.
    let (name, entry_port) = match entry.rsplit_once(':') {
        _ if address(entry).is_some() => (entry, None),
        Some((name, port)) => (name, Some(port)),
        None => (entry, None),
    };
    if entry_port.is_some_and(|entry_port| entry_port.parse() != Ok(port)) {
        return false;
    }
    if let Some(address) = address(name) {
        return host_address == Some(address);
    }
    let name = name.trim_end_matches('.');
    let is_below = |domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    if let Some(domain) = name.strip_prefix("*.") {
        return !domain.is_empty() && is_below(domain);
    }
    let domain = name.strip_prefix('.').unwrap_or(name);
    !domain.is_empty() && (host == domain || is_below(domain))
}

/// Parses an address, in brackets or not. An IPv4-mapped IPv6 address is an IPv4 address.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    text.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

fn is_within(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    let agree = |difference: u128, length: u32| {
        bits <= length && difference.checked_shr(length - bits).unwrap_or(0) == 0
    };
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            agree(u128::from(address.to_bits() ^ network.to_bits()), 32)
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => agree(address.to_bits() ^ network.to_bits(), 128),
        _ => false,
    }
}

/// Returns an error without the address, which may hold a password.
fn wrong(kind: ErrorKind, place: &str, invalid: InvalidProxy) -> Error {
    Error::new(kind, format!("invalid proxy address{place}: {}", invalid.why)).hint(invalid.hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Roots;
    use std::time::Duration;

    fn settings(variables: &[(&'static str, &str)]) -> Settings {
        Settings {
            connect_timeout: Duration::from_secs(1),
            timeout: Duration::from_secs(1),
            retries: 0,
            roots: Roots::default(),
            proxy: None,
            proxy_variables: variables.iter().map(|(name, value)| (*name, OsString::from(value))).collect(),
            connect_to: None,
            rate: None,
            metadata_endpoint: None,
            concurrency: 1,
        }
    }

    fn chosen(variables: &[(&'static str, &str)]) -> String {
        match proxy_for(&settings(variables), "billing.example.com", 8443) {
            Ok(None) => "direct".to_owned(),
            Ok(Some(proxy)) => proxy.url().to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_first_variable_that_is_set_counts_and_is_named_when_it_is_wrong() {
        for name in NAMING {
            assert_eq!(chosen(&[(name, "host:3128")]), "http://host:3128/");
            assert_eq!(
                chosen(&[(name, "ftp://user:hush@host")]),
                format!("invalid proxy address in {name}: only http and https proxies are supported")
            );
            for empty in ["", "  \r\n"] {
                assert_eq!(chosen(&[(name, empty)]), "direct");
            }
        }
        assert_eq!(chosen(&[("https_proxy", "b:2"), ("HTTPS_PROXY", "a:1")]), "http://a:1/");
        assert_eq!(chosen(&[("https_proxy", "b:2"), ("HTTPS_PROXY", "")]), "http://b:2/");
        assert_eq!(
            chosen(&[("HTTPS_PROXY", ""), ("ALL_PROXY", "socks5://host")]),
            "invalid proxy address in ALL_PROXY: SOCKS proxies are not supported"
        );
    }

    #[test]
    fn a_variable_that_does_not_count_may_hold_anything() {
        assert_eq!(chosen(&[]), "direct");
        assert_eq!(chosen(&[("HTTPS_PROXY", "http://host"), ("ALL_PROXY", "socks5://x")]), "http://host:80/");
        for exempting in EXEMPTING {
            assert_eq!(chosen(&[("ALL_PROXY", "ftp://host"), (exempting, "example.com")]), "direct");
        }
        assert_eq!(chosen(&[("ALL_PROXY", "a:1"), ("NO_PROXY", ""), ("no_proxy", "*")]), "direct");
    }

    #[test]
    fn servers_are_exempt_by_name_domain_address_network_and_port() {
        for (list, host, is_exempt) in [
            ("*", "a.example.com", true),
            ("x, *", "a.example.com", true),
            ("example.com", "example.com", true),
            ("example.com", "a.b.example.com", true),
            ("EXAMPLE.com.", "A.Example.COM", true),
            ("example.com", "a.example.com.", true),
            ("example.com", "badexample.com", false),
            ("example.com", "example.com.evil.org", false),
            ("ample.com", "example.com", false),
            (".example.com", "a.example.com", true),
            (".example.com", "example.com", true),
            (".example.com", "badexample.com", false),
            ("*.example.com", "a.example.com", true),
            ("*.example.com", "a.b.example.com", true),
            ("*.example.com", "example.com", false),
            ("*.example.com", "badexample.com", false),
            ("*.", "a", false),
            (".", "a", false),
            ("a b\tc,d", "b", true),
            (" ,, d ", "d", true),
            ("example.com:443", "a.example.com", true),
            ("example.com:8443", "a.example.com", false),
            ("*.example.com:443", "a.example.com", true),
            ("example.com:https", "a.example.com", false),
            ("example.com:", "a.example.com", false),
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.30", false),
            ("10.1.2.3:443", "10.1.2.3", true),
            ("10.1.2.3:80", "10.1.2.3", false),
            ("0.1.2.3", "10.1.2.3", false),
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.0/33", "10.0.0.1", false),
            ("10.0.0.0/x", "10.0.0.1", false),
            ("10.0.0.0/8", "10.example.com", false),
            ("0.0.0.0/0", "192.0.2.1", true),
            ("0.0.0.0/0", "[::1]", false),
            ("192.0.2.1/32", "192.0.2.1", true),
            ("::1", "[::1]", true),
            ("[::1]", "[::1]", true),
            ("[::1]:443", "[::1]", true),
            ("[::1]:80", "[::1]", false),
            ("0:0:0:0:0:0:0:1", "[::1]", true),
            ("fd00::/8", "[fd12::1]", true),
            ("fd00::/8", "[fe80::1]", false),
            ("::/0", "[fe80::1]", true),
            ("::ffff:10.1.2.3", "10.1.2.3", true),
        ] {
            assert_eq!(exempts(list, host, 443), is_exempt, "{list} for {host}");
        }
    }

    #[test]
    fn a_proxy_that_was_named_is_used_whatever_is_exempt() {
        let settings = Settings { proxy: Some("host:1".to_owned()), ..settings(&[("NO_PROXY", "*")]) };
        assert!(proxy_for(&settings, "a", 443).unwrap().is_some());
    }
}
