//! Endpoints: what requests are sent to is what was written, and never unencrypted off this machine.

use std::net::IpAddr;

use cloudbal::cloud::Endpoint;

use super::is_told;

/// Each line is the address of a server.
pub fn endpoints(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for line in text.split('\n') {
        match line.parse::<Endpoint>() {
            Ok(endpoint) => is_safe(line, &endpoint),
            Err(error) => {
                is_told(&error);
                // What comes before an `@` may be a password.
                if let Some((user, _)) = line.rsplit_once('@').filter(|(user, _)| user.len() >= 8) {
                    assert!(!error.message.contains(user), "{line:?}: {error:?}");
                }
            }
        }
    }
}

fn is_safe(line: &str, endpoint: &Endpoint) {
    let (shown, authority) = (endpoint.to_string(), endpoint.authority());
    assert_eq!(shown.parse::<Endpoint>().as_ref(), Ok(endpoint), "{line:?}");
    assert!(
        authority.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte)),
        "{line:?}"
    );
    let host = endpoint.host().trim_matches(['[', ']']);
    assert!(!host.is_empty() && line.to_ascii_lowercase().contains(host), "{line:?}: {host}");
    if !endpoint.is_encrypted() {
        let is_local = host.parse::<IpAddr>().map_or(host == "localhost", |address| address.is_loopback());
        assert!(is_local && shown.starts_with("http://"), "{line:?}");
    }
}
