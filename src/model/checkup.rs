//! Known accounts, and the results of examining them.

use std::sync::Arc;

use super::{Error, Site};

/// An account as it is known without sending a request.
#[derive(Clone, Debug)]
pub struct KnownAccount {
    /// The cloud's short name, such as `tencent`.
    pub provider: &'static str,
    pub account: Arc<str>,
    /// The site; `None` if it is detected by sending requests.
    pub site: Option<Site>,
    /// Where the credentials were found.
    pub origin: String,
    /// A description of the credentials to show: a masked key id, or the source of one. Empty if they are not usable.
    pub credentials: String,
    /// The masked id of the key, if it is known without sending a request.
    pub key_id: Option<String>,
    /// Why the account is not usable.
    pub error: Option<Error>,
}

/// The result of examining one account.
#[derive(Clone, Debug)]
pub struct Checkup {
    /// The cloud's short name.
    pub provider: &'static str,
    pub account: Arc<str>,
    /// The steps, each of which depends on those before it.
    pub steps: Vec<Step>,
}

impl Checkup {
    /// Returns whether no step has failed.
    pub fn is_well(&self) -> bool {
        !self.steps.iter().any(|step| matches!(step.finding, Finding::Failed(_)))
    }
}

/// One step of an examination.
#[derive(Clone, Debug)]
pub struct Step {
    pub aspect: Aspect,
    pub finding: Finding,
}

/// What a step of an examination checks, in the order of the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Aspect {
    /// Whether credentials are found.
    Source,
    /// Whether they yield a key.
    Key,
    /// Whether the server can be reached: name lookup, connection, TLS.
    Network,
    /// Whether this machine's clock agrees with the server's.
    Clock,
    /// Whether the cloud accepts a signature of the key.
    Signature,
    /// Who the key belongs to.
    Identity,
    /// Whether the key may read balances.
    Permission,
    /// Whether the key may read the balances of the organization's members.
    Members,
    /// Which site the account belongs to.
    Site,
}

impl Aspect {
    /// Returns the name in output, such as `source`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Key => "key",
            Self::Network => "network",
            Self::Clock => "clock",
            Self::Signature => "signature",
            Self::Identity => "identity",
            Self::Permission => "permission",
            Self::Members => "members",
            Self::Site => "site",
        }
    }
}

/// The result of a step.
#[derive(Clone, Debug)]
pub enum Finding {
    /// The step succeeded, with this result.
    Fine(String),
    /// The step failed.
    Failed(Box<Error>),
    /// The step was skipped, for this reason.
    Skipped(String),
}

impl Finding {
    /// Returns `ok`, `failed` or `skipped`.
    pub fn outcome(&self) -> &'static str {
        match self {
            Self::Fine(_) => "ok",
            Self::Failed(_) => "failed",
            Self::Skipped(_) => "skipped",
        }
    }

    /// Returns either the text of a result or a reason, or the error.
    pub fn parts(&self) -> (Option<&str>, Option<&Error>) {
        match self {
            Self::Fine(text) | Self::Skipped(text) => (Some(text), None),
            Self::Failed(error) => (None, Some(error)),
        }
    }
}
