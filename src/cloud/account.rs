//! An account: who asks, and whom.

use std::sync::Arc;

use super::{Cloud, Endpoint, Question};
use crate::model::{Currency, Result, Site};

/// One account whose balance can be read.
#[derive(Clone, Debug)]
pub struct Account {
    /// What the user knows it by.
    pub label: Arc<str>,
    /// Its cloud.
    pub cloud: &'static dyn Cloud,
    /// Its site; `None` is detected.
    pub site: Option<Site>,
    /// The site that knew it in an earlier run, which is asked first when none is chosen.
    pub remembered: Option<Site>,
    /// The server to ask instead of the site's own.
    pub endpoint: Option<Endpoint>,
    /// The currency of replies that name none. One that names another is refused.
    pub currency: Option<Currency>,
    /// How its requests are signed: one of the cloud's signatures, empty where there is only one way.
    pub signature: &'static str,
}

impl Account {
    /// Signs its requests in this way, if its cloud knows it, and otherwise in the cloud's default way.
    pub fn sign_with(&mut self, signature: Option<&str>) {
        let known = self.cloud.signatures();
        let chosen = known.iter().find(|known| Some(known.name) == signature);
        self.signature = chosen.or(known.first()).map_or("", |chosen| chosen.name);
    }

    /// Returns the endpoint for a question on a site. An endpoint that the user chose replaces that of the billing
    /// service; on loopback, where it imitates the whole cloud, that of the token service too.
    pub fn endpoint(&self, question: &Question, site: Site) -> Result<Endpoint> {
        match &self.endpoint {
            Some(endpoint) if question.is_about_balances() || endpoint.is_loopback() => Ok(endpoint.clone()),
            _ => self.cloud.host(question, site).parse(),
        }
    }

    /// The site that is asked first: the chosen one, the one whose host the endpoint is, the one that knew the account in
    /// an earlier run, or the cloud's first.
    pub fn first_site(&self) -> Site {
        self.chosen_site().or(self.remembered).unwrap_or_else(|| self.cloud.first_site())
    }

    fn chosen_site(&self) -> Option<Site> {
        let of_endpoint = || {
            let host = self.endpoint.as_ref()?.host();
            let mut sites = self.cloud.sites().iter().copied();
            sites.find(|site| self.cloud.host(&Question::Balance, *site) == host)
        };
        self.site.or_else(of_endpoint)
    }

    /// The sites whose token services an identity token is sent to, the next when one fails.
    pub fn identity_token_sites(&self) -> Vec<Site> {
        let sites = self.cloud.identity_token_sites();
        match self.chosen_site() {
            Some(site) => vec![site],
            None if sites.is_empty() => vec![self.first_site()],
            // An imitation of the whole cloud has one host for everything.
            None if self.endpoint.as_ref().is_some_and(Endpoint::is_loopback) => vec![sites[0]],
            None => sites.to_vec(),
        }
    }

    /// The sites that may be asked, one after the other, until one knows the account.
    pub fn sites(&self) -> Vec<Site> {
        let first = self.first_site();
        let may_change = self.site.is_none() && self.endpoint.is_none();
        let others = self.cloud.sites().iter().copied().filter(|site| may_change && *site != first);
        std::iter::once(first).chain(others).collect()
    }
}
