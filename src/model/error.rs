//! The error type of all layers: what failed, why, and what to do.

use std::fmt;
use std::sync::Arc;

/// A result with this crate's error.
pub type Result<T> = std::result::Result<T, Error>;

/// The kind of an error, which scripts can rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The command line is wrong. Correct the command.
    Usage,
    /// A configuration file or variable is wrong. Correct what the message names.
    Configuration,
    /// No usable credentials were found. Set them, or complete those that are incomplete.
    Credentials,
    /// The cloud does not accept the key, its secret or its token. Check the key.
    Authentication,
    /// The key is known but may not read balances. Grant the action that the hint names.
    Permission,
    /// The account does not belong to the site. Choose the other site.
    WrongSite,
    /// The clock of this machine is too far off for a signature to be accepted. Set the clock.
    Clock,
    /// The cloud rejected too many requests. Retry later, or lower the rate.
    Throttled,
    /// The cloud rejected the request for another reason, given by its code.
    Refused,
    /// The cloud failed. Retry later.
    Server,
    /// No reply was received: name lookup, connection, TLS or transfer failed. Check the network, the proxy and
    /// certificates.
    Network,
    /// No reply was received in time. Retry, or raise `--timeout`.
    Timeout,
    /// The reply is not a balance. The message describes it.
    UnreadableReply,
    /// A requested member was missing from the reply. Check its uin and its organization.
    NotReturned,
    /// Fewer members were read than the cloud's total. Run again.
    Incomplete,
    /// The cloud does not offer this query.
    Unsupported,
    /// The run was interrupted before this was read.
    Interrupted,
    /// A file could not be read or written. Check the file.
    File,
}

impl ErrorKind {
    /// Returns `File` if the operating system is out of files, processes or memory, and this kind otherwise.
    #[must_use]
    pub fn unless_out_of_resources(self, error: &std::io::Error) -> Self {
        use std::io;
        // `EMFILE` and `ENFILE` have the same numbers on every Unix.
        let is_out = cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24));
        let is_refused = matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::OutOfMemory);
        if is_out || is_refused { Self::File } else { self }
    }

    /// Returns the name in JSON and CSV, such as `wrong_site`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Configuration => "configuration",
            Self::Credentials => "credentials",
            Self::Authentication => "authentication",
            Self::Permission => "permission",
            Self::WrongSite => "wrong_site",
            Self::Clock => "clock",
            Self::Throttled => "throttled",
            Self::Refused => "refused",
            Self::Server => "server",
            Self::Network => "network",
            Self::Timeout => "timeout",
            Self::UnreadableReply => "unreadable_reply",
            Self::NotReturned => "not_returned",
            Self::Incomplete => "incomplete",
            Self::Unsupported => "unsupported",
            Self::Interrupted => "interrupted",
            Self::File => "file",
        }
    }
}

/// An error, and where it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub kind: ErrorKind,
    /// The cloud's short name.
    pub provider: Option<&'static str>,
    /// The label of the account.
    pub account: Option<Arc<str>>,
    /// The id of the organization member.
    pub sub_account_id: Option<Box<str>>,
    /// The cloud's own error code.
    pub code: Option<Box<str>>,
    /// What failed and why: lower case, no full stop.
    pub message: Box<str>,
    /// The cloud's id of the request.
    pub request_id: Option<Box<str>>,
    /// What to do.
    pub hint: Option<Box<str>>,
}

impl Error {
    /// Creates an error with only a kind and a message.
    pub fn new(kind: ErrorKind, message: impl Into<Box<str>>) -> Self {
        Self {
            kind,
            provider: None,
            account: None,
            sub_account_id: None,
            code: None,
            message: message.into(),
            request_id: None,
            hint: None,
        }
    }

    /// Returns whether usage, configuration or credentials are wrong, which must be fixed before any request can be
    /// sent.
    pub fn is_about_the_request(&self) -> bool {
        matches!(self.kind, ErrorKind::Usage | ErrorKind::Configuration | ErrorKind::Credentials)
    }

    /// Sets the hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Box<str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Sets the cloud's error code.
    #[must_use]
    pub fn code(mut self, code: impl Into<Box<str>>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// Sets the cloud and the account.
    #[must_use]
    pub fn at(mut self, provider: &'static str, account: &Arc<str>) -> Self {
        self.provider = Some(provider);
        self.account = Some(Arc::clone(account));
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
