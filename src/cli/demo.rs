//! The sandbox inside this process, and its demo accounts.

use crate::client::Settings;
use crate::cloud::{Cloud, Source};
use crate::credentials::Found;
use crate::model::{Credentials, Error, ErrorKind, Result, Secret, Site};
use crate::sandbox::{self, Options, Sandbox};

/// Starts the sandbox for one run and sends every request of that run to it.
pub async fn start(settings: &mut Settings) -> Result<Sandbox> {
    let sandbox =
        sandbox::start(Options { tls: true, ..Options::default() }).await.map_err(|error| unable(&error))?;
    settings.connect_to = Some(sandbox.address());
    settings.roots.pem = sandbox.ca_pem().map(str::to_owned);
    Ok(sandbox)
}

/// The demo account of a cloud's site.
pub fn account(cloud: &dyn Cloud, site: Option<Site>) -> Found {
    let site = site.unwrap_or_else(|| cloud.first_site());
    let key_id = key(cloud, site);
    let secret = Secret::new(sandbox::secret_of(&key_id));
    let credentials = Credentials { key_id, secret, token: None, expires_at: None };
    Found {
        label: "sandbox".to_owned(),
        origin: "the sandbox".to_owned(),
        site: None,
        source: Source::Static(credentials),
    }
}

/// Returns the id of the demo key of a cloud's site.
pub fn key(cloud: &dyn Cloud, site: Site) -> String {
    sandbox::demo(cloud.name(), site.name()).expect("the sandbox plays every cloud on every site")
}

/// Explains why a sandbox cannot start.
pub fn unable(error: &std::io::Error) -> Error {
    let kind = ErrorKind::Usage.unless_out_of_resources(error);
    let hint = if kind == ErrorKind::Usage {
        "choose another address with `--listen`; port 0 takes a free one"
    } else {
        "raise the limit of open files (`ulimit -n`)"
    };
    Error::new(kind, format!("the sandbox cannot be started: {error}")).hint(hint)
}
