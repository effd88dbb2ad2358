//! The providers that the sandbox plays. A further one is a folder beside this file and one line here.

use super::keys::KeyForm;
use super::reply::Reply;
use super::request::Request;
use super::state::State;
use super::{aliyun, tencent};

/// Every provider of the sandbox.
pub const PROVIDERS: &[&Provider] = &[&tencent::PROVIDER, &aliyun::PROVIDER];

/// One provider's side of the sandbox.
pub struct Provider {
    /// The name that commands and output use.
    pub name: &'static str,
    /// The hosts it answers for, which the certificate names.
    pub hosts: &'static [&'static str],
    /// Which key ids it knows.
    pub keys: &'static [KeyForm],
    /// Whether a request is a call of its API.
    pub recognizes: fn(&Request) -> bool,
    /// Judges and answers a call at a Unix time.
    pub answer: fn(&State, &Request, i64) -> Reply,
    /// The reply to a call above the rate.
    pub throttled: fn(&State, &Request) -> Reply,
    /// The reply of a server that fails.
    pub failing: fn(&State, &Request) -> Reply,
    /// The reply to a request for an instance's metadata at a Unix time; `None` when it asks for something else.
    pub metadata: fn(&Request, i64) -> Option<Reply>,
}

/// Returns the provider with a name.
pub fn named(name: &str) -> Option<&'static Provider> {
    PROVIDERS.iter().copied().find(|provider| provider.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_hosts_and_key_ids_are_unique() {
        let unique = |mut names: Vec<&str>| {
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            names.len() == count
        };
        assert!(unique(PROVIDERS.iter().map(|provider| provider.name).collect()));
        assert!(unique(PROVIDERS.iter().flat_map(|provider| provider.hosts).copied().collect()));
        assert!(unique(
            PROVIDERS.iter().flat_map(|provider| provider.keys).map(|form| form.prefix).collect()
        ));
        assert!(PROVIDERS.iter().all(|provider| named(provider.name).unwrap().name == provider.name));
    }
}
