//! Name resolution.
//!
//! The HTTP library's own resolver aborts the process if the operating system cannot start a thread; here that only
//! fails the request.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// How names are resolved.
#[derive(Clone, Copy, Debug)]
pub enum Resolver {
    /// To this address, whatever the name.
    Always(SocketAddr),
    /// By the operating system. `localhost` is always this machine (RFC 6761, section 6.3), whatever a DNS server says,
    /// because unencrypted requests go there.
    System,
    /// Like `System`, but only to addresses that routers do not forward.
    Local,
}

/// No thread could be started to look up a name.
#[derive(Debug)]
pub struct NoThread(io::Error);

impl fmt::Display for NoThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no thread available: {}", self.0)
    }
}

impl std::error::Error for NoThread {}

/// Runs blocking work on a separate thread. Fails if the thread cannot be started.
pub async fn in_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    std::thread::Builder::new().spawn(move || {
        // The request may have been cancelled meanwhile.
        _ = sender.send(work());
    })?;
    receiver.await.map_err(|_| io::Error::other("the thread ended early"))
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = *self;
        Box::pin(async move {
            let addresses = match resolver {
                Self::Always(address) => vec![address],
                Self::System | Self::Local if is_localhost(name.as_str()) => loopback(),
                Self::System => look_up(name).await?,
                Self::Local => only_local(look_up(name).await?)?,
            };
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

async fn look_up(name: Name) -> Result<Vec<SocketAddr>, Box<dyn std::error::Error + Send + Sync>> {
    let found = in_thread(move || (name.as_str(), 0).to_socket_addrs().map(Vec::from_iter)).await;
    Ok(found.map_err(NoThread)??)
}

/// Returns whether a name means this machine without a lookup.
pub fn is_localhost(name: &str) -> bool {
    name.strip_suffix('.').unwrap_or(name).eq_ignore_ascii_case("localhost")
}

fn loopback() -> Vec<SocketAddr> {
    vec![(Ipv4Addr::LOCALHOST, 0).into(), (Ipv6Addr::LOCALHOST, 0).into()]
}

fn only_local(addresses: Vec<SocketAddr>) -> io::Result<Vec<SocketAddr>> {
    match addresses.iter().find(|address| !is_local(address.ip())) {
        None => Ok(addresses),
        Some(other) => Err(io::Error::other(format!("{} is not a link-local address", other.ip()))),
    }
}

/// Returns whether a metadata service may have this address: loopback, link-local, or Alibaba Cloud's documented one.
pub fn is_local(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            address.is_loopback() || address.is_link_local() || address == Ipv4Addr::new(100, 100, 100, 200)
        }
        IpAddr::V6(address) => address.is_loopback() || address.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn resolve(resolver: Resolver, name: &str) -> Result<Vec<String>, String> {
        let addresses = resolver.resolve(name.parse().unwrap()).await.map_err(|error| error.to_string())?;
        Ok(addresses.map(|address| address.to_string()).collect())
    }

    #[tokio::test]
    async fn localhost_is_this_machine_and_is_not_looked_up() {
        for name in ["localhost", "LOCALHOST", "localhost."] {
            let expected = vec!["127.0.0.1:0".to_owned(), "[::1]:0".to_owned()];
            assert_eq!(resolve(Resolver::System, name).await, Ok(expected.clone()));
            assert_eq!(resolve(Resolver::Local, name).await, Ok(expected));
        }
        assert!(resolve(Resolver::System, "localhost.invalid").await.is_err());
    }

    #[tokio::test]
    async fn every_name_resolves_to_the_given_address() {
        let resolver = Resolver::Always(([192, 0, 2, 7], 8443).into());
        assert_eq!(resolve(resolver, "localhost").await, Ok(vec!["192.0.2.7:8443".to_owned()]));
    }

    #[test]
    fn a_metadata_service_is_on_this_machine_or_its_link() {
        for (address, expected) in [
            ("127.0.0.1", true),
            ("::1", true),
            ("::ffff:127.0.0.1", true),
            ("169.254.0.23", true),
            ("fe80::1", true),
            ("100.100.100.200", true),
            ("100.100.100.201", false),
            ("10.0.0.1", false),
            ("192.0.2.7", false),
            ("::ffff:192.0.2.7", false),
            ("2001:db8::1", false),
        ] {
            assert_eq!(is_local(address.parse().unwrap()), expected, "{address}");
            let found = only_local(vec![(address.parse::<IpAddr>().unwrap(), 0).into()]);
            assert_eq!(found.is_ok(), expected, "{address}");
        }
    }
}
