//! Options, filled up from the configuration, as the settings of client and renderers.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use clap::ValueEnum as _;

use super::args::{Color, Options};
use crate::client::{CertificateFile, PROXY_VARIABLES, Roots, Settings};
use crate::config::Defaults;
use crate::file;
use crate::model::Result;
use crate::render::{Format, Style};

/// How many requests are under way at once when nothing is said.
const CONCURRENCY: u32 = 256;

/// What the limit of open files leaves room for: a connection needs one, and looking its name up another.
fn within_open_files(concurrency: u32) -> usize {
    let wanted = 2 * u64::from(concurrency) + 32;
    let open_files = rlimit::increase_nofile_limit(wanted).unwrap_or(wanted);
    let room = usize::try_from(open_files.saturating_sub(32) / 2).unwrap_or(usize::MAX);
    room.clamp(1, concurrency as usize)
}

impl Options {
    /// Takes from the configuration what neither the command line nor a variable says.
    pub fn fill(&mut self, defaults: &Defaults) {
        let named = |name: &str| Format::ALL.into_iter().find(|format| format.name() == name);
        self.output = self.output.or_else(|| defaults.output.and_then(named));
        self.color = self.color.or_else(|| defaults.color.and_then(|name| Color::from_str(name, false).ok()));
        self.timeout = self.timeout.or(defaults.timeout);
        self.connect_timeout = self.connect_timeout.or(defaults.connect_timeout);
        self.deadline = self.deadline.or(defaults.deadline);
        self.retries = self.retries.or(defaults.retries);
        self.rate = self.rate.or(defaults.rate);
        self.concurrency = self.concurrency.or(defaults.concurrency);
        if self.proxy.is_none() {
            self.proxy = defaults.proxy.as_ref().map(|proxy| proxy.expose().to_owned());
        }
        if self.ca_file.is_empty() {
            self.ca_file.extend(defaults.ca_file.clone());
        }
        self.system_certs |= defaults.system_certs;
    }

    /// Lets the deadline, when there is one, count from the start of the process. It holds for every file that is read.
    pub fn hold_deadline(&self, start: Instant) {
        if let Some(deadline) = self.deadline.and_then(|time| start.checked_add(time)) {
            file::set_deadline(deadline);
        }
    }

    /// How requests are sent.
    pub fn settings(&self) -> Result<Settings> {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        // The sandbox's certificate is all that its requests need.
        let files = if self.sandbox { &[] } else { &*self.ca_file };
        Ok(Settings {
            connect_timeout: self.connect_timeout.unwrap_or(Duration::from_secs(5)),
            timeout: self.timeout.unwrap_or(Duration::from_secs(10)),
            retries: self.retries.unwrap_or(3),
            roots: Roots {
                system: self.system_certs || is_set("SSL_CERT_FILE") || is_set("SSL_CERT_DIR"),
                files: files.iter().map(|file| CertificateFile::read(file)).collect::<Result<_>>()?,
                ..Roots::default()
            },
            proxy: self.proxy.clone(),
            proxy_variables: PROXY_VARIABLES
                .into_iter()
                .filter_map(|name| Some((name, std::env::var_os(name)?)))
                .collect(),
            connect_to: self.connect_to,
            rate: self.rate,
            metadata_endpoint: self.metadata_endpoint.clone(),
            concurrency: within_open_files(self.concurrency.unwrap_or(CONCURRENCY)),
        })
    }

    /// The form of output.
    pub fn format(&self) -> Format {
        self.output.unwrap_or_default()
    }

    /// How a table looks on stdout, or in a file.
    pub fn style(&self) -> Style {
        if self.view.file.is_some() {
            return Style { color: self.color.unwrap_or_default().on(false), width: None };
        }
        let width = terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| width.0);
        Style { color: self.color.unwrap_or_default().on(std::io::stdout().is_terminal()), width }
    }

    /// Whether stderr gets colours.
    pub fn color_on_stderr(&self) -> bool {
        self.color.unwrap_or_default().on(std::io::stderr().is_terminal())
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::super::args::Arguments;
    use super::*;

    #[test]
    fn the_schema_of_the_configuration_has_the_defaults_that_count() {
        let schema: serde_json::Value = serde_json::from_str(crate::config::SCHEMA).unwrap();
        let default = |key: &str| &schema["properties"]["defaults"]["properties"][key]["default"];
        let options = Arguments::parse_from(["cloudbal"]).options;
        let settings = options.settings().unwrap();
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
