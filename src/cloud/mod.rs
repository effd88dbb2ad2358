//! The clouds: each builds signed requests and reads replies. None of them sends, sleeps or reads a clock.

mod account;
pub mod aliyun;
mod codes;
mod command_line;
mod fields;
mod ini;
pub mod keys;
mod proxy;
mod record;
mod redact;
mod reply;
pub mod tencent;
mod wire;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt::Debug;
use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use account::Account;
pub use keys::{Around, Keys, Link, Metadata, MetadataToken, Origin, Role, Source};
pub use proxy::{InvalidProxy, Proxy};
pub use record::{Record, is_quoted};
pub use reply::{Advice, Failure, Reply};
pub use wire::{Endpoint, Method, Request};

use crate::model::{Credentials, Currency, Error, ErrorKind, Result, Row, Secret, Site, Stamp};

/// Every cloud there is. A further one is added here, and nowhere else outside its own folder.
pub const CLOUDS: &[&dyn Cloud] = &[&tencent::Tencent, &aliyun::Aliyun];

/// One cloud: how its questions are asked and its answers read.
pub trait Cloud: Debug + Send + Sync {
    /// The short name that commands, configuration and output use, such as `tencent`.
    fn name(&self) -> &'static str;

    /// A second name that commands and the configuration accept for [`name`](Self::name).
    fn alias(&self) -> Option<&'static str> {
        None
    }

    /// Whether a word on the command line or in the configuration names this cloud.
    fn is_called(&self, word: &str) -> bool {
        self.name() == word || self.alias() == Some(word)
    }

    /// The name people use, such as `Tencent Cloud`.
    fn title(&self) -> &'static str;

    /// What this cloud calls a key id and its secret, as a configuration file spells it.
    fn pair(&self) -> [&'static str; 2];

    /// Its sites, in the order in which they are listed.
    fn sites(&self) -> &'static [Site];

    /// The site that is asked first when none is chosen; the others follow when it does not know the account.
    fn first_site(&self) -> Site;

    /// The signatures that it accepts, the default first; none where there is only one.
    fn signatures(&self) -> &'static [Signature] {
        &[]
    }

    /// The sites whose token services an identity token is sent to when no site is chosen, the next when one fails;
    /// none where an identity token is treated as every other request.
    fn identity_token_sites(&self) -> &'static [Site] {
        &[]
    }

    /// The API action that reads the account's own balance, as the cloud's documentation names it.
    fn balance_action(&self) -> &'static str;

    /// The currency of balances on a site, where it is known before a reply; `None` where the reply names it.
    fn currency(&self, _site: Site) -> Option<Currency> {
        None
    }

    /// The API that reads the balances of an organization's members; `None` where there is none.
    fn members(&self) -> Option<MembersApi> {
        None
    }

    /// The host that answers a question on a site.
    fn host(&self, question: &Question, site: Site) -> Cow<'static, str>;

    /// How many requests of this kind one account may make in a second, by the cloud's documentation.
    fn requests_per_second(&self, question: &Question) -> u32;

    /// The signed request that asks a question. The same call always gives the same bytes.
    ///
    /// A question that this cloud does not know is an error of kind `Unsupported`.
    fn request(&self, call: &Call) -> Result<Request>;

    /// Parses the reply to a question.
    fn parse(&self, call: &Call, context: &Context, reply: &Reply) -> std::result::Result<Answer, Failure>;

    /// Parses a reply that repeats no secret, and checks its currency against the one that was set.
    fn answer(&self, call: &Call, context: &Context, reply: &Reply) -> std::result::Result<Answer, Failure> {
        self.parse(call, context, reply).and_then(|answer| in_currency(answer, context.currency))
    }

    /// Reads the reply to a request, and returns it without what it repeats of the request. No text of the answer, the
    /// failure or the reply holds a secret or the signature.
    fn read(
        &self,
        call: &Call,
        request: &Request,
        context: &Context,
        reply: Reply,
    ) -> std::result::Result<(Answer, Reply), Failure> {
        // Credentials are never shown, and a token service may give the same ones again.
        if call.question.asks_for_credentials()
            && let Ok(answer) = self.parse(call, context, &reply)
        {
            return Ok((answer, reply));
        }
        let reply = redact::redact(reply, call, request);
        Ok((self.answer(call, context, &reply)?, reply))
    }

    /// Where the cloud's own tools keep credentials.
    fn keys(&self) -> &'static Keys;
}

/// The answer, unless it names another currency than the one that was set for replies that name none: amounts are never
/// relabeled.
fn in_currency(answer: Answer, wanted: Option<Currency>) -> std::result::Result<Answer, Failure> {
    let (Answer::Page(page), Some(wanted)) = (&answer, wanted) else { return Ok(answer) };
    let other = page.rows.iter().find_map(|row| match row {
        Row::Balance(balance) => Some(balance.currency).filter(|currency| *currency != wanted),
        Row::Error(_) => None,
    });
    let Some(named) = other else { return Ok(answer) };
    let message = format!("the currency is set to {wanted}, but the reply is in {named}");
    Err(Failure::fatal(Error::new(ErrorKind::Usage, message).hint(format!(
        "leave out `--currency` (CLOUDBAL_CURRENCY, `currency` of the account); `--in {wanted}` converts totals"
    ))))
}

/// One of several signatures that a cloud accepts.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// The name it is chosen by, such as `acs3`.
    pub name: &'static str,
    /// What the cloud's documentation calls it.
    pub about: &'static str,
}

/// The API that reads the balances of an organization's members.
#[derive(Clone, Copy, Debug)]
pub struct MembersApi {
    /// The action, as the cloud's documentation names it.
    pub action: &'static str,
    /// The largest number of members on one page and in one request.
    pub page_size: usize,
}

/// What can be asked of a cloud.
#[derive(Clone, Debug)]
pub enum Question {
    /// The balance of the account the key belongs to.
    Balance,
    /// The balances of members of the organization that the account administers.
    Members {
        /// The page, from 1.
        page: u64,
        /// The members asked for (digits only, at most a page of them); none means all.
        uins: Vec<String>,
    },
    /// Who the key belongs to.
    Identity,
    /// Temporary credentials for a role, which the key may assume.
    AssumeRole(Role),
    /// Temporary credentials for a role, which the bearer of an identity token may assume. It is asked without a
    /// signature.
    WebIdentity {
        /// The role.
        role: Role,
        /// The identity provider that has issued the token.
        provider: String,
        /// The token.
        token: Secret,
    },
}

impl Question {
    /// A word for it, the same for every page.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Balance => "balance",
            Self::Members { .. } => "members",
            Self::Identity => "identity",
            Self::AssumeRole(_) | Self::WebIdentity { .. } => "temporary credentials",
        }
    }

    /// Whether the answer is temporary credentials.
    pub fn asks_for_credentials(&self) -> bool {
        matches!(self, Self::AssumeRole(_) | Self::WebIdentity { .. })
    }

    /// Whether the answer is balances. (The token services answer everything else.)
    pub fn is_about_balances(&self) -> bool {
        matches!(self, Self::Balance | Self::Members { .. })
    }
}

/// Everything that a signed request is made of.
#[derive(Debug)]
pub struct Call<'a> {
    /// What is asked.
    pub question: &'a Question,
    /// Who is asked.
    pub endpoint: &'a Endpoint,
    /// Who asks.
    pub credentials: &'a Credentials,
    /// When, and the number used once.
    pub stamp: &'a Stamp,
    /// How it is signed: one of the cloud's [`signatures`](Cloud::signatures), empty where there is only one way.
    pub signature: &'static str,
}

/// What a balance needs besides the reply it is read from.
#[derive(Debug)]
pub struct Context<'a> {
    /// The label of the account.
    pub account: &'a Arc<str>,
    /// The site that answered.
    pub site: Site,
    /// The currency of replies that name none. One that names another is refused.
    pub currency: Option<Currency>,
    /// When the reply came.
    pub fetched_at: DateTime<Utc>,
}

/// What a reply said: of the sort that was asked for.
#[derive(Debug)]
pub enum Answer {
    /// To a question about balances.
    Page(Page),
    /// To the question who the key belongs to.
    Identity(Identity),
    /// To a question for temporary credentials.
    Credentials(Credentials),
}

/// Who a key belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The account.
    pub account_id: String,
    /// The full name of the user or role, where the cloud tells it.
    pub arn: Option<String>,
}

/// Balances, of a list perhaps only a page.
#[derive(Debug)]
pub struct Page {
    /// Balances, and an error for each that could not be read.
    pub rows: Vec<Row>,
    /// How many balances there are on all pages together, as far as the cloud tells.
    pub total: Option<u64>,
    /// What is still to be asked.
    pub next_pages: NextPages,
}

/// Questions still to be asked: pages of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NextPages {
    /// The pages.
    pub pages: std::ops::Range<u64>,
}

impl Iterator for NextPages {
    type Item = Question;

    fn next(&mut self) -> Option<Question> {
        self.pages.next().map(|page| Question::Members { page, uins: Vec::new() })
    }
}

/// The names under which an environment variable is known, the preferred one first.
pub fn spellings(name: &str) -> Vec<String> {
    let other = |cloud: &&dyn Cloud| {
        let [one, other] = cloud.keys().spellings?;
        Some(format!("{other}{}", name.strip_prefix(one)?))
    };
    std::iter::once(name.to_owned()).chain(CLOUDS.iter().filter_map(other)).collect()
}

/// Returns the cloud with a name or alias.
pub fn named(name: &str) -> Option<&'static dyn Cloud> {
    CLOUDS.iter().copied().find(|cloud| cloud.is_called(name))
}
