//! How requests are sent.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::cli::args::Options;
use crate::cli::origins::Origins;
use crate::cli::print;
use crate::client::{self, CertificateFile, PROXY_VARIABLES, Roots, Settings};
use crate::config::Defaults;
use crate::model::{Error, ErrorKind, Result, Secret};

/// The default limit of concurrent requests.
const CONCURRENCY: u32 = 256;

/// Lowers the limit to what open files allow: a connection needs one, and resolving its name another.
fn within_open_files(concurrency: u32) -> usize {
    let wanted = 2 * u64::from(concurrency) + 32;
    let open_files = rlimit::increase_nofile_limit(wanted).unwrap_or(wanted);
    let room = usize::try_from(open_files.saturating_sub(32) / 2).unwrap_or(usize::MAX);
    room.clamp(1, concurrency as usize)
}

/// Brings options and configuration together, and reads the files of certificates.
pub fn settings(options: &Options, defaults: &Defaults) -> Result<Settings> {
    let value = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let system_file = value("SSL_CERT_FILE").map(PathBuf::from);
    system_file.as_deref().map_or(Ok(()), check_certificate_file)?;
    let files = match &*options.ca_file {
        // The sandbox's certificate is all that its requests need.
        _ if options.sandbox => &[],
        [] => defaults.ca_file.as_slice(),
        files => files,
    };
    let proxy = options.proxy.as_deref().or_else(|| defaults.proxy.as_ref().map(Secret::expose));
    let is_system = options.system_certs || defaults.system_certs;
    Ok(Settings {
        connect_timeout: options
            .connect_timeout
            .or(defaults.connect_timeout)
            .unwrap_or(Duration::from_secs(5)),
        timeout: options.timeout.or(defaults.timeout).unwrap_or(Duration::from_secs(10)),
        retries: options.retries.or(defaults.retries).unwrap_or(3),
        roots: Roots {
            system: is_system || system_file.is_some() || value("SSL_CERT_DIR").is_some(),
            files: files.iter().map(|file| CertificateFile::read(file)).collect::<Result<_>>()?,
            ..Roots::default()
        },
        proxy: proxy.filter(|_| !options.sandbox).map(str::to_owned),
        proxy_variables: PROXY_VARIABLES
            .into_iter()
            .filter_map(|name| Some((name, std::env::var_os(name)?)))
            .collect(),
        connect_to: options.connect_to,
        rate: options.rate.or(defaults.rate),
        metadata_endpoint: options.metadata_endpoint.clone(),
        concurrency: within_open_files(options.concurrency.or(defaults.concurrency).unwrap_or(CONCURRENCY)),
    })
}

/// Refuses a file of system certificates that may have no end: it is read whole, without regard to the deadline.
fn check_certificate_file(path: &Path) -> Result<()> {
    if path.is_file() || !path.exists() {
        return Ok(());
    }
    let message = format!("SSL_CERT_FILE is `{}`, which is not a regular file", path.display());
    Err(Error::new(ErrorKind::Configuration, message).hint("set it to a PEM file, or use `--ca-file`"))
}

/// Refuses a proxy that is invalid or would not be used, and warns of a password that other users of the machine can see.
pub fn check_proxy(options: &Options, origins: &Origins) -> Result<()> {
    let Some(proxy) = &options.proxy else { return Ok(()) };
    if options.connect_to.is_some() {
        let name = if origins.is_given("proxy") { "`--proxy`" } else { "CLOUDBAL_PROXY" };
        let message = format!("{name} cannot be used with `--connect-to`, which connects without a proxy");
        return Err(Error::new(ErrorKind::Usage, message).hint("leave out one of them"));
    }
    if origins.is_given("proxy") && !options.quiet && has_password(proxy) {
        let warning = "warning: the password in `--proxy` shows in the list of processes (`ps`)\n\
                       hint: set it in the variable CLOUDBAL_PROXY instead\n";
        print::to_stderr(warning);
    }
    if options.sandbox { Ok(()) } else { client::check_proxy(proxy) }
}

/// Whether a proxy's address holds a password.
fn has_password(proxy: &str) -> bool {
    let rest = proxy.split_once("://").map_or(proxy, |(_, rest)| rest);
    let user = rest.rsplit_once('@').map(|(user, _)| user);
    user.and_then(|user| user.split_once(':')).is_some_and(|(_, password)| !password.is_empty())
}

#[cfg(test)]
mod tests {
    use clap::{Parser as _, ValueEnum as _};

    use super::*;
    use crate::cli::args::{Arguments, Color};
    use crate::render::Format;

    #[test]
    fn the_schema_of_the_configuration_has_the_defaults_that_count() {
        let schema: serde_json::Value = serde_json::from_str(crate::config::SCHEMA).unwrap();
        let default = |key: &str| &schema["properties"]["defaults"]["properties"][key]["default"];
        let options = Arguments::parse_from(["cloudbal"]).options;
        let settings = super::settings(&options, &Defaults::default()).unwrap();
        assert_eq!(default("concurrency"), CONCURRENCY);
        assert_eq!(default("timeout"), settings.timeout.as_secs());
        assert_eq!(default("connect_timeout"), settings.connect_timeout.as_secs());
        assert_eq!(default("retries"), settings.retries);
        assert_eq!(default("system_certs"), options.system_certs);
        assert_eq!(default("output"), Format::default().name());
        assert_eq!(
            default("color").as_str().map(|name| Color::from_str(name, false)),
            Some(Ok(Color::default()))
        );
        let signatures = crate::cloud::CLOUDS.iter().filter_map(|cloud| cloud.signatures().first());
        let names = signatures.map(|signature| signature.name);
        assert!(names.eq([&schema["definitions"]["signature"]["default"]]));
    }
}
