//! The sandbox, inside this process or as a server of its own.

use std::borrow::Cow;
use std::path::Path;

use super::args::Sandbox as Arguments;
use super::{Outcome, ending, print, read};
use crate::client::Settings;
use crate::cloud::{CLOUDS, Cloud, Source};
use crate::credentials::Found;
use crate::model::{Credentials, Error, Kind, Result, Secret, Site};
use crate::sandbox::{self, Options, Sandbox};

/// Starts the sandbox for one run and sends every request of that run to it.
pub async fn inside(settings: &mut Settings) -> Result<Sandbox> {
    let sandbox = sandbox::start(Options { tls: true, ..Options::default() }).await.map_err(unable)?;
    settings.connect_to = Some(sandbox.address());
    settings.roots.pem = sandbox.ca_pem().map(str::to_owned);
    Ok(sandbox)
}

/// The demo account of a cloud's site.
pub fn demo(cloud: &dyn Cloud, site: Option<Site>) -> Found {
    let site = site.unwrap_or_else(|| cloud.first_site());
    let key_id = demo_key(cloud, site);
    let secret = Secret::new(sandbox::secret_of(&key_id));
    let credentials = Credentials { key_id, secret, token: None, expires_at: None };
    Found {
        label: "sandbox".to_owned(),
        origin: "the sandbox".to_owned(),
        site: None,
        source: Source::Static(credentials),
    }
}

fn demo_key(cloud: &dyn Cloud, site: Site) -> String {
    sandbox::demo(cloud.name(), site.name()).expect("the sandbox plays every cloud on every site")
}

/// Serves until it is interrupted.
pub fn serve(arguments: &Arguments) -> Result<Outcome> {
    read::runtime()?.block_on(async {
        let options = Options {
            listen: arguments.listen,
            tls: arguments.tls.is_some(),
            members: arguments.members,
            latency: arguments.latency,
            faults: arguments.fault.clone(),
            rate: arguments.rate,
        };
        let mut sandbox = sandbox::start(options).await.map_err(unable)?;
        let announcement = announcement(&sandbox, arguments)?;
        if let (Some(file), Some(pem)) = (&arguments.tls, sandbox.ca_pem()) {
            std::fs::write(file, pem).map_err(|error| {
                Error::new(Kind::Usage, format!("`{}` cannot be written: {error}", file.display()))
                    .hint("name a file for the certificate with `--tls`")
            })?;
        }
        print::to_stdout(&announcement)?;
        tokio::select! {
            () = sandbox.wait() => {}
            () = ending::interrupted() => {}
        }
        let counted = sandbox.statistics();
        print::to_stderr(&format!(
            "{} requests; {} above the rate, at most {} in one second; {} with a wrong signature\n",
            counted.requests, counted.throttled, counted.most_in_one_second, counted.refused_signatures,
        ));
        Ok(Outcome::Interrupted)
    })
}

/// What a shell can evaluate as it is: the address in a comment on the first line, then exports.
fn announcement(sandbox: &Sandbox, arguments: &Arguments) -> Result<String> {
    let reach = match &arguments.tls {
        Some(file) => {
            format!("export CLOUDBAL_CONNECT_TO={} CLOUDBAL_CA_FILE={}", sandbox.address(), in_shell(file)?)
        }
        None => format!("export CLOUDBAL_ENDPOINT={}", sandbox.url()),
    };
    let mut text = format!(
        "# {}\n# demo keys, valid in this sandbox only (`cloudbal sandbox --help` lists all):\n{reach}\n",
        sandbox.url()
    );
    for cloud in CLOUDS {
        let key_id = demo_key(*cloud, cloud.first_site());
        if let Some(variables) = cloud.keys().variables.first() {
            let secret = sandbox::secret_of(&key_id);
            text += &format!("export {}={key_id} {}={secret}\n", variables.key_id, variables.secret);
        }
    }
    Ok(text)
}

/// A path as a shell takes it, from whatever folder it is used.
fn in_shell(file: &Path) -> Result<String> {
    let path = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let quoted = path.to_str().and_then(|path| shlex::try_quote(path).ok().map(Cow::into_owned));
    // A line break within the quotes would be a line that is neither an export nor a comment.
    quoted.filter(|path| !path.contains(['\n', '\r'])).ok_or_else(|| {
        Error::new(
            Kind::Usage,
            format!("`--tls {}` cannot be exported", file.display().to_string().escape_debug()),
        )
        .hint("name a file without line breaks, in UTF-8")
    })
}

fn unable(error: impl std::fmt::Display) -> Error {
    Error::new(Kind::Usage, format!("the sandbox cannot be started: {error}"))
        .hint("choose another address with `--listen`; port 0 takes a free one")
}
