//! What is known of accounts besides their balances: where their keys are, and whether everything about them works.

use std::sync::Arc;

use super::{Error, Site};

/// An account as it is known without asking anybody.
#[derive(Clone, Debug)]
pub struct KnownAccount {
    /// The cloud's short name, such as `tencent`.
    pub provider: &'static str,
    /// Its label.
    pub account: Arc<str>,
    /// Its site; `None` is found out by asking.
    pub site: Option<Site>,
    /// Where its credentials were found.
    pub origin: String,
    /// What its credentials are, for people: a masked key id, or what would give one. Empty when they are not usable.
    pub credentials: String,
    /// The masked id of the key, where it can be told without asking.
    pub key_id: Option<String>,
    /// Why it is not usable.
    pub error: Option<Error>,
}

/// What an examination of one account has shown.
#[derive(Clone, Debug)]
pub struct Checkup {
    /// The cloud's short name.
    pub provider: &'static str,
    /// The account's label.
    pub account: Arc<str>,
    /// The steps, in the order in which each needs those before it.
    pub steps: Vec<Step>,
}

impl Checkup {
    /// Whether no step has failed.
    pub fn is_well(&self) -> bool {
        !self.steps.iter().any(|step| matches!(step.finding, Finding::Failed(_)))
    }
}

/// One step of an examination.
#[derive(Clone, Debug)]
pub struct Step {
    /// What is looked at.
    pub aspect: Aspect,
    /// What was found.
    pub finding: Finding,
}

/// What a step of an examination looks at, in the order of the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Aspect {
    /// Whether credentials are found.
    Source,
    /// Whether they give a key.
    Key,
    /// Whether the server can be reached: its name, the connection, TLS.
    Network,
    /// Whether this machine's clock agrees with the server's.
    Clock,
    /// Whether the cloud accepts what is signed with the key.
    Signature,
    /// Who the key belongs to.
    Identity,
    /// Whether the key may read balances.
    Permission,
    /// Whether it may read those of the organisation's members.
    Members,
    /// Which site the account belongs to.
    Site,
}

impl Aspect {
    /// The word for it.
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

/// What a step has found.
#[derive(Clone, Debug)]
pub enum Finding {
    /// All is well, and this was found.
    Fine(String),
    /// Something is wrong.
    Failed(Box<Error>),
    /// It could not be looked at, for this reason.
    Skipped(String),
}

impl Finding {
    /// `ok`, `failed` or `skipped`.
    pub fn outcome(&self) -> &'static str {
        match self {
            Self::Fine(_) => "ok",
            Self::Failed(_) => "failed",
            Self::Skipped(_) => "skipped",
        }
    }

    /// What was found or why it was skipped, and what is wrong: one of the two.
    pub fn parts(&self) -> (Option<&str>, Option<&Error>) {
        match self {
            Self::Fine(text) | Self::Skipped(text) => (Some(text), None),
            Self::Failed(error) => (None, Some(error)),
        }
    }
}
