//! What can go wrong, in the words a person needs: what, which, and what to do.

use std::fmt;
use std::sync::Arc;

/// A result whose error is cloudbal's.
pub type Result<T> = std::result::Result<T, Error>;

/// What sort of thing went wrong; scripts decide on this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The command line is wrong. Correct the command.
    Usage,
    /// A configuration file or variable is wrong. Correct what the message names.
    Configuration,
    /// No usable credentials were found. Set them, or complete the half that is there.
    Credentials,
    /// The cloud does not accept the key, its secret or its token. Check the key.
    Authentication,
    /// The key is known but may not read balances. Grant the action that the hint names.
    Permission,
    /// The account does not belong to the site that was asked. Choose the other site.
    WrongSite,
    /// The clock of this machine is too far off for a signature to be accepted. Set the clock.
    Clock,
    /// The cloud refused because of too many requests. Ask again later, or lower the rate.
    Throttled,
    /// The cloud refused the request for another reason, which its code names.
    Refused,
    /// The cloud failed. Ask again later.
    Server,
    /// No answer came: name, connection, TLS or transfer failed. Check network, proxy and certificates.
    Network,
    /// No answer came in time. Ask again or raise `--timeout`.
    Timeout,
    /// An answer came that is not a balance. The message tells what was in its place.
    UnreadableReply,
    /// A member that was asked for was not in the answer. Check its uin and its organisation.
    NotReturned,
    /// Fewer members were read than the cloud says there are. Run again.
    Incomplete,
    /// The cloud has no such question. Ask another.
    Unsupported,
    /// The run was interrupted before this was read.
    Interrupted,
    /// A file could not be read or written. Check the file.
    File,
}

impl ErrorKind {
    /// This kind, unless the operating system has no files, processes or memory left: that is `File`, whatever was
    /// attempted.
    #[must_use]
    pub fn unless_out_of_resources(self, error: &std::io::Error) -> Self {
        use std::io;
        // `EMFILE` and `ENFILE` have the same numbers on every Unix.
        let is_out = cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24));
        let is_refused = matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::OutOfMemory);
        if is_out || is_refused { Self::File } else { self }
    }

    /// The word that stands in JSON and CSV, such as `wrong_site`.
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

/// One thing that went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What sort of thing.
    pub kind: ErrorKind,
    /// The cloud it happened with.
    pub provider: Option<&'static str>,
    /// The label of the account it happened with.
    pub account: Option<Arc<str>>,
    /// The organisation member it is about.
    pub sub_account_id: Option<Box<str>>,
    /// The cloud's own error code.
    pub code: Option<Box<str>>,
    /// What, then which: lower case, no full stop.
    pub message: Box<str>,
    /// The cloud's id of the request.
    pub request_id: Option<Box<str>>,
    /// What to do.
    pub hint: Option<Box<str>>,
}

impl Error {
    /// An error with nothing but its kind and message.
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

    /// Whether usage, configuration or credentials are wrong: what has to be corrected before anything can be asked.
    pub fn is_about_the_request(&self) -> bool {
        matches!(self.kind, ErrorKind::Usage | ErrorKind::Configuration | ErrorKind::Credentials)
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Box<str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the cloud's code.
    #[must_use]
    pub fn code(mut self, code: impl Into<Box<str>>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// Adds the account it happened with.
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
