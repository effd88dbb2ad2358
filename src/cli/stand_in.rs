//! The sandbox, inside this process or as a server of its own.

use super::args::Sandbox as Arguments;
use super::{Outcome, ending, print, read};
use crate::client::Settings;
use crate::cloud::{Cloud, Source};
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
    let site = match site.unwrap_or_else(|| cloud.first_site()) {
        Site::Intl => sandbox::Site::International,
        Site::Cn => sandbox::Site::China,
    };
    let key_id =
        if cloud.name() == "tencent" { sandbox::demo_tencent(site) } else { sandbox::demo_alibaba(site) };
    let secret = Secret::new(sandbox::secret_of(key_id));
    let credentials = Credentials { key_id: key_id.to_owned(), secret, token: None, expires_at: None };
    Found {
        label: "sandbox".to_owned(),
        origin: "the sandbox".to_owned(),
        site: None,
        source: Source::Static(credentials),
    }
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
        if let (Some(file), Some(pem)) = (&arguments.tls, sandbox.ca_pem()) {
            std::fs::write(file, pem).map_err(|error| {
                Error::new(Kind::Usage, format!("`{}` cannot be written: {error}", file.display()))
                    .hint("name a file for the certificate with `--tls`")
            })?;
        }
        print::to_stdout(&announcement(&sandbox, arguments))?;
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

/// The address on the first line, then what to paste into a shell.
fn announcement(sandbox: &Sandbox, arguments: &Arguments) -> String {
    let tencent = sandbox::demo_tencent(sandbox::Site::International);
    let alibaba = sandbox::demo_alibaba(sandbox::Site::China);
    let reach = match &arguments.tls {
        Some(file) => {
            format!("export CLOUDBAL_CONNECT_TO={} CLOUDBAL_CA_FILE={}", sandbox.address(), file.display())
        }
        None => format!("export CLOUDBAL_ENDPOINT={}", sandbox.url()),
    };
    format!(
        "{}\n\
         # a stand-in of Tencent Cloud and Alibaba Cloud; these keys work here and nowhere else:\n\
         {reach}\n\
         export TENCENTCLOUD_SECRET_ID={tencent} TENCENTCLOUD_SECRET_KEY={}\n\
         export ALIBABA_CLOUD_ACCESS_KEY_ID={alibaba} ALIBABA_CLOUD_ACCESS_KEY_SECRET={}\n",
        sandbox.url(),
        sandbox::secret_of(tencent),
        sandbox::secret_of(alibaba),
    )
}

fn unable(error: impl std::fmt::Display) -> Error {
    Error::new(Kind::Usage, format!("the sandbox cannot be started: {error}"))
        .hint("choose another address with `--listen`; port 0 takes a free one")
}
