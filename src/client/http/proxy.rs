//! Which addresses can be a proxy. The HTTP client goes directly where it cannot use one: here that is an error.

use std::ffi::OsString;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;

use super::super::Settings;
use crate::model::{Error, Kind, Result};

/// The variables that the HTTP library reads by itself.
pub const VARIABLES: [&str; 6] =
    ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"];

/// Those that it takes for what goes over https: of each pair the first that is set.
const OF_HTTPS: [[&str; 2]; 2] = [["HTTPS_PROXY", "https_proxy"], ["ALL_PROXY", "all_proxy"]];

const EXEMPT: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// The proxy that the user has named for every request. Without a scheme it is one of http.
pub fn named(address: &str) -> Result<reqwest::Proxy> {
    let wrong = || wrong(Kind::Usage, "the proxy's address");
    let url = match Url::parse(address) {
        Ok(url) if url.has_host() => url,
        // The name of a host before its port looks like a scheme.
        _ if !address.contains("://") => Url::parse(&format!("http://{address}")).map_err(|_| wrong())?,
        _ => return Err(wrong()),
    };
    if !is_usable(url.as_str()) {
        return Err(wrong());
    }
    reqwest::Proxy::all(url).map_err(|_| wrong())
}

/// Fails when a variable names a proxy for this server, and no request can go through it.
pub fn check_variables(settings: &Settings, authority: &str) -> Result<()> {
    if settings.proxy.is_some() || settings.connect_to.is_some() {
        return Ok(());
    }
    let variables = &settings.proxy_variables;
    check(
        |name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()),
        authority,
    )
}

fn check(variable: impl Fn(&str) -> Option<OsString>, authority: &str) -> Result<()> {
    let first = |names: [&'static str; 2]| names.into_iter().find_map(|name| Some((name, variable(name)?)));
    let Some((name, address)) = OF_HTTPS.into_iter().filter_map(first).find(|(_, value)| !value.is_empty())
    else {
        return Ok(());
    };
    if address.to_str().is_some_and(is_usable) || is_exempt(first(EXEMPT), authority) {
        return Ok(());
    }
    Err(wrong(Kind::Configuration, &format!("the proxy's address in {name}")))
}

/// Whether the HTTP client takes it for the address of a proxy that it can speak to.
fn is_usable(address: &str) -> bool {
    let anywhere = hyper::Uri::from_static("https://host/");
    let proxy = Matcher::builder().all(address).build().intercept(&anywhere);
    proxy.is_some_and(|proxy| matches!(proxy.uri().scheme_str(), Some("http" | "https")))
}

/// Whether no proxy is used for this server, whatever the others say.
fn is_exempt(no_proxy: Option<(&str, OsString)>, authority: &str) -> bool {
    let list = no_proxy.and_then(|(_, list)| list.into_string().ok()).unwrap_or_default();
    let matcher = Matcher::builder().all("http://proxy").no(list).build();
    let server = format!("https://{authority}/").parse::<hyper::Uri>();
    server.is_ok_and(|server| matcher.intercept(&server).is_none())
}

/// An error without the address: it may hold a password.
fn wrong(kind: Kind, which: &str) -> Error {
    Error::new(kind, format!("{which} is no URL of http or https"))
        .hint("write `http://HOST:PORT` or `http://USER:PASSWORD@HOST:PORT`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_http_or_https_or_has_no_scheme() {
        for address in [
            "http://host",
            "HTTPS://host:3128/",
            "http://user:hush@[::1]:3128",
            "host",
            "host:3128",
            "127.0.0.1:3128",
            "user:hush@host:3128",
        ] {
            assert!(named(address).is_ok(), "{address}");
            assert!(is_usable(address), "{address}");
        }
        for address in ["", "ftp://user:hush@host:9", "socks5://host:1080", "http://", "http://[hush", "a b"]
        {
            let error = named(address).unwrap_err();
            assert_eq!(
                (error.kind, &*error.message),
                (Kind::Usage, "the proxy's address is no URL of http or https")
            );
            assert!(!is_usable(address), "{address}");
        }
    }

    fn told(variables: &[(&str, &str)]) -> String {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
        };
        check(variable, "billing.example.com:8443")
            .map_or_else(|error| error.to_string(), |()| "fine".to_owned())
    }

    #[test]
    fn the_variable_that_counts_is_named_when_it_is_wrong() {
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            let wrong = format!("the proxy's address in {name} is no URL of http or https");
            assert_eq!(told(&[(name, "ftp://user:hush@host")]), wrong);
            assert_eq!(told(&[(name, "http://[hush")]), wrong);
            assert_eq!(told(&[(name, "host:3128")]), "fine");
            assert_eq!(told(&[(name, "")]), "fine");
        }
        let wrong = "the proxy's address in ALL_PROXY is no URL of http or https";
        assert_eq!(told(&[("HTTPS_PROXY", ""), ("ALL_PROXY", "socks5://host")]), wrong);
    }

    #[test]
    fn a_variable_that_does_not_count_may_hold_anything() {
        assert_eq!(told(&[]), "fine");
        assert_eq!(told(&[("HTTP_PROXY", "ftp://host")]), "fine");
        assert_eq!(told(&[("HTTPS_PROXY", "http://host"), ("ALL_PROXY", "socks5://host")]), "fine");
        for exempt in ["*", "example.com", "other.com, .example.com"] {
            assert_eq!(told(&[("ALL_PROXY", "ftp://host"), ("NO_PROXY", exempt)]), "fine");
            assert_eq!(told(&[("ALL_PROXY", "ftp://host"), ("no_proxy", exempt)]), "fine");
        }
        let wrong = "the proxy's address in ALL_PROXY is no URL of http or https";
        assert_eq!(told(&[("ALL_PROXY", "ftp://host"), ("NO_PROXY", "ample.com")]), wrong);
    }
}
