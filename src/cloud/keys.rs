//! Where a cloud's own tools keep credentials: names and formats as data, and pure functions that read them.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use zeroize::Zeroize as _;

use super::command_line;
use super::record::Record;
use crate::model::{Credentials, Result, Secret, Site};

/// How credentials are obtained.
#[derive(Clone, Debug)]
pub enum Source {
    /// They are here.
    Static(Credentials),
    /// By assuming a role with what another source gives.
    AssumeRole {
        /// Who assumes it.
        by: Box<Source>,
        /// The role.
        role: Role,
    },
    /// By assuming a role with the token of an identity provider (OIDC).
    WebIdentity {
        /// The role.
        role: Role,
        /// The identity provider: its id at Tencent Cloud, its ARN at Alibaba Cloud.
        provider: String,
        /// The file that holds the token; it changes while the token is renewed.
        token_file: PathBuf,
    },
    /// From the metadata service of the instance this runs on.
    Instance {
        /// The role of the instance; `None` is detected.
        role: Option<String>,
    },
    /// From an address that answers with temporary credentials. The address may hold a password.
    Uri(Secret),
    /// From the output of a program: its name and its arguments. No shell runs it.
    Command(Vec<String>),
    /// In the operating system's keyring, under this name.
    Keyring(String),
}

impl Source {
    /// Reads a command line, which no shell runs; or says what is wrong with it.
    pub fn command(text: &str) -> std::result::Result<Self, &'static str> {
        command_line::split(text, cfg!(windows)).map(Self::Command)
    }

    /// Whether it leads to the same account as another, as far as that can be told without asking: the same key id,
    /// or the same role assumed by the same.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Static(one), Self::Static(two)) => one.key_id == two.key_id,
            (Self::AssumeRole { by, role }, Self::AssumeRole { by: other_by, role: other_role }) => {
                role.arn == other_role.arn && by.is_same(other_by)
            }
            (Self::WebIdentity { role: one, .. }, Self::WebIdentity { role: two, .. }) => one.arn == two.arn,
            (Self::Instance { role: one }, Self::Instance { role: two }) => one == two,
            (Self::Uri(one), Self::Uri(two)) => one.expose() == two.expose(),
            (Self::Command(one), Self::Command(two)) => one == two,
            (Self::Keyring(one), Self::Keyring(two)) => one == two,
            _ => false,
        }
    }

    /// A text that differs from that of any other account's source. It may hold a secret: an address can.
    pub fn identity(&self) -> String {
        match self {
            Self::Static(credentials) => credentials.key_id.clone(),
            Self::AssumeRole { by, role } => format!("{} {}", by.identity(), role.arn),
            Self::WebIdentity { role, .. } => role.arn.clone(),
            Self::Instance { role } => format!("instance {}", role.as_deref().unwrap_or_default()),
            Self::Uri(address) => address.expose().to_owned(),
            Self::Command(words) => words.join(" "),
            Self::Keyring(name) => name.clone(),
        }
    }

    /// Returns whether obtaining these credentials runs a program or sends a request to a URL.
    pub fn is_external(&self) -> bool {
        match self {
            Self::Uri(_) | Self::Command(_) => true,
            Self::AssumeRole { by, .. } => by.is_external(),
            _ => false,
        }
    }
}

/// Where credentials are kept, as a configuration file refers to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In a profile of the official command line tool.
    Profile(String),
    /// In the official environment variables.
    Environment,
    /// In the identity token that the official environment variables name.
    IdentityToken,
    /// In a file of the official SDKs.
    File(PathBuf),
}

/// A role to assume.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Role {
    /// Its full name.
    pub arn: String,
    /// What the session is called in the cloud's audit log.
    pub session_name: String,
    /// How many seconds the session lasts; the cloud's default when not given.
    pub duration: Option<u32>,
    /// What the role's owner may demand besides the key.
    pub external_id: Option<String>,
    /// What the session may do at most, as a policy in JSON; all that the role may when not given.
    pub policy: Option<String>,
    /// The region whose token service is asked.
    pub region: Option<String>,
    /// The host of the token service, instead of that of the region or the site.
    pub endpoint: Option<String>,
    /// Whether the region's token service is asked through its host inside the cloud's network.
    pub vpc: bool,
}

impl Role {
    /// What sessions are called when no name is given.
    pub const SESSION_NAME: &'static str = "cloudbal";
}

/// Everything that a cloud says about its credentials.
pub struct Keys {
    /// Sets of environment variables that hold a key, in order of preference.
    pub variables: &'static [Variables],
    /// The places that are looked at when none is chosen, in order of preference.
    pub chain: &'static [Link],
    /// Two beginnings of variables' names that mean the same, but for the names in `variables`; the first is preferred.
    pub spellings: Option<[&'static str; 2]>,
    /// Sets of environment variables that name a role to assume with that key; the first that is set counts.
    pub roles: &'static [RoleVariables],
    /// The environment variables of a workload with an identity token.
    pub web_identity: Option<WebIdentityVariables>,
    /// The environment variables that say which token service is asked for a role's credentials.
    pub token_service: Option<TokenServiceVariables>,
    /// The environment variable that holds an address which answers with temporary credentials.
    pub uri: Option<&'static str>,
    /// The environment variable that, being `1` or `true`, forbids files to name programs and addresses.
    pub no_external: Option<&'static str>,
    /// The command that writes the first of the stores.
    pub setup: &'static str,
    /// Where files are, in order of preference. The first is the official command line tool's.
    pub stores: &'static [Store],
    /// A folder below the home directory that only a tool out of use reads, and the command that replaces it.
    pub retired: Option<(&'static str, &'static str)>,
    /// Reads a file in any format that the cloud's tools write.
    pub read_file: fn(&[File], &Around) -> Result<Profiles>,
    /// Where an instance is told its role's credentials.
    pub metadata: Metadata,
    /// Reads what the metadata service of an instance, or an address for credentials, answers.
    pub read_document: fn(&Record, DateTime<Utc>) -> Result<Credentials>,
}

/// What the readers of files need besides the files.
pub struct Around<'a> {
    /// The time, to tell what has expired.
    pub now: DateTime<Utc>,
    /// The value of an environment variable, under any of its spellings. Official tools fill the empty fields of a
    /// profile from variables.
    pub variable: &'a dyn Fn(&str) -> Result<Option<String>>,
}

/// One place in the chain of those that may hold credentials.
#[derive(Clone, Copy, Debug)]
pub enum Link {
    /// Sets of variables, from the first of these numbers up to the second.
    Variables(usize, usize),
    /// The store of this number.
    Store(usize),
    /// The identity token of a workload.
    WebIdentity,
    /// The address that answers with temporary credentials.
    Uri,
}

/// The metadata service of a cloud's instances: plain HTTP that does not leave the host.
#[derive(Debug)]
pub struct Metadata {
    /// Scheme and host.
    pub base: &'static str,
    /// The path that returns the name of the role, and with the name appended, its credentials.
    pub roles: &'static str,
    /// What has to be asked first.
    pub token: Option<MetadataToken>,
}

/// The token that a metadata service wants to see.
#[derive(Debug)]
pub struct MetadataToken {
    /// The path that gives it, to a PUT.
    pub path: &'static str,
    /// The header that asks for a lifetime.
    pub lifetime_header: &'static str,
    /// The lifetime in seconds.
    pub lifetime: &'static str,
    /// The header that shows it.
    pub header: &'static str,
}

/// One set of environment variables that hold a key. The halves of a pair and the token are never taken from
/// different sets.
#[derive(Debug)]
pub struct Variables {
    /// Holds the key id.
    pub key_id: &'static str,
    /// Holds the secret.
    pub secret: &'static str,
    /// Hold the session token; the first that is set counts.
    pub token: &'static [&'static str],
}

/// One set of environment variables that name a role.
#[derive(Debug)]
pub struct RoleVariables {
    /// Holds the role's full name.
    pub arn: &'static str,
    /// Holds the name of the session.
    pub session_name: &'static str,
    /// What the session is called where no variable does; without it, a role needs a name.
    pub default_session_name: Option<&'static str>,
    /// Holds the seconds the session lasts.
    pub duration: Option<&'static str>,
    /// Holds the external id.
    pub external_id: Option<&'static str>,
}

/// The environment variables that say which token service is asked for a role's credentials, where a profile does not.
#[derive(Debug)]
pub struct TokenServiceVariables {
    /// Holds the host.
    pub endpoint: &'static str,
    /// Holds the region.
    pub region: &'static str,
    /// Being `true`, asks the region's host inside the cloud's network.
    pub vpc: &'static str,
}

/// The environment variables of a workload with an identity token. Role, provider and file are needed: when one of
/// them is not set the others mean nothing, as in the official SDKs.
#[derive(Debug)]
pub struct WebIdentityVariables {
    /// Holds the role's full name.
    pub role_arn: &'static str,
    /// Holds the identity provider.
    pub provider: &'static str,
    /// Holds the path of the file with the token.
    pub token_file: &'static str,
    /// Holds the name of the session.
    pub session_name: Option<&'static str>,
    /// Holds the region whose token service is asked.
    pub region: &'static str,
}

/// A place where a tool keeps credentials in files.
pub struct Store {
    /// The place.
    pub place: Place,
    /// The environment variable that names another place.
    pub path_variable: Option<&'static str>,
    /// The environment variables that choose a profile; the first that is set counts.
    pub profile_variables: &'static [&'static str],
    /// Environment variables with the values that keep tools from looking here; one in lower case means any case.
    pub ignored_when: &'static [(&'static str, &'static str)],
    /// Reads the files.
    pub read: fn(&[File], &Around) -> Result<Profiles>,
}

/// Where files are.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// One file below the home directory.
    Home(&'static str),
    /// One file below the root of the file system.
    Root(&'static str),
    /// The files in a folder below the home directory whose names end like one of these.
    Folder(&'static str, &'static [&'static str]),
}

/// A file that was read.
#[derive(Debug)]
pub struct File {
    /// Its name without the folder.
    pub name: String,
    /// Its path as people are told it: `~` for the home directory.
    pub shown: String,
    /// The content, or why it could not be read, which is an error only if this file is needed.
    pub text: Result<String>,
}

/// The text is overwritten: it may hold secrets.
impl Drop for File {
    fn drop(&mut self) {
        if let Ok(text) = &mut self.text {
            text.zeroize();
        }
    }
}

/// What the files of a store hold.
#[derive(Clone, Debug)]
pub struct Profiles {
    /// The name of the profile that counts when none is chosen.
    pub current: String,
    /// Every profile, usable or not.
    pub all: Vec<Profile>,
}

/// A named entry of a store.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// The file it stands in.
    pub origin: String,
    /// What it holds: nothing when no credential was ever written into it, an error when it is half-filled, expired
    /// or broken.
    pub kept: Result<Option<Kept>>,
}

/// What a profile holds.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The site, where the profile tells it.
    pub site: Option<Site>,
    /// How credentials are obtained.
    pub source: Source,
}
