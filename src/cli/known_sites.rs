//! The sites that earlier runs have found, and those that this run finds.

use std::cell::RefCell;

use crate::app::Task;
use crate::client::Event;
use crate::sites::{self, SiteCache};

/// The variable that switches the cache off.
const VARIABLE: &str = "CLOUDBAL_CACHE";

/// The sites of this run's accounts, kept for the next run.
pub struct KnownSites(Option<RefCell<SiteCache>>);

impl KnownSites {
    /// Gives each account whose site has to be found out the one that is remembered. Without such an account no file is
    /// read.
    pub fn recall(tasks: &mut [Task], is_disabled: bool) -> Self {
        let is_off = || std::env::var_os(VARIABLE).is_some_and(|value| value.eq_ignore_ascii_case("off"));
        let mut unknown = tasks.iter_mut().filter(|task| is_unknown(task)).peekable();
        if is_disabled || unknown.peek().is_none() || is_off() {
            return Self(None);
        }
        let Some(path) = sites::default_path() else { return Self(None) };
        let cache = SiteCache::load(path);
        for task in unknown {
            let key = task.source.as_ref().map(crate::cloud::Source::identity).unwrap_or_default();
            let site = cache.site(task.account.cloud.name(), &key);
            task.account.remembered = site.filter(|site| task.account.cloud.sites().contains(site));
        }
        Self(Some(RefCell::new(cache)))
    }

    /// Takes note of a site that has answered.
    pub fn note(&self, event: &Event, tasks: &[Task]) {
        let (Some(cache), Event::SiteKnown { account, site }) = (&self.0, event) else { return };
        let task = tasks.iter().find(|task| std::ptr::eq(&raw const task.account, *account));
        if let Some(task) = task.filter(|task| is_unknown(task))
            && let Ok(source) = &task.source
        {
            cache.borrow_mut().remember(account.cloud.name(), &source.identity(), *site);
        }
    }

    /// Writes what is new. A place that cannot be written costs the next run a request, and this one nothing.
    pub fn keep(self) -> Option<String> {
        let error = self.0?.into_inner().save().err()?;
        Some(format!("cannot write the cache of sites: {error}\n"))
    }
}

/// Whether the site of this account has to be found out, among several.
fn is_unknown(task: &Task) -> bool {
    let account = &task.account;
    account.site.is_none()
        && account.endpoint.is_none()
        && account.cloud.sites().len() > 1
        && task.source.is_ok()
}
