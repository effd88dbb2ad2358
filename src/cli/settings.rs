//! Options as the settings of client and renderers.

use std::io::IsTerminal as _;

use super::args::{Color, Options, Output, SignatureChoice};
use crate::client::{Roots, Settings};
use crate::cloud::Signature;
use crate::render::{Format, Style};

impl Options {
    /// How requests are sent.
    pub fn settings(&self) -> Settings {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        Settings {
            connect_timeout: self.connect_timeout,
            timeout: self.timeout,
            retries: self.retries,
            roots: Roots {
                system: self.system_certs || is_set("SSL_CERT_FILE") || is_set("SSL_CERT_DIR"),
                files: self.ca_file.clone(),
                ..Roots::default()
            },
            proxy: self.proxy.clone(),
            connect_to: self.connect_to,
            rate: self.rate,
            metadata_endpoint: self.metadata_endpoint.clone(),
            concurrency: 64,
        }
    }

    /// How a table looks on stdout.
    pub fn style(&self) -> Style {
        let width = terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| width.0);
        Style { color: self.color.on(std::io::stdout().is_terminal()), width }
    }
}

impl Color {
    /// Whether stderr gets colours.
    pub fn on_stderr(self) -> bool {
        self.on(std::io::stderr().is_terminal())
    }

    /// <https://no-color.org>: the variable counts when it is not empty.
    fn on(self, terminal: bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }
}

impl From<Output> for Format {
    fn from(output: Output) -> Self {
        match output {
            Output::Table => Self::Table,
            Output::Json => Self::Json,
            Output::Ndjson => Self::Ndjson,
            Output::Csv => Self::Csv,
            Output::Yaml => Self::Yaml,
        }
    }
}

impl From<SignatureChoice> for Signature {
    fn from(choice: SignatureChoice) -> Self {
        match choice {
            SignatureChoice::Rpc => Self::Rpc,
            SignatureChoice::Acs3 => Self::Acs3,
        }
    }
}
