//! Which accounts a run is about: options, configuration and environment together.

use chrono::Utc;

use crate::app::{Scope, Task, tasks};
use crate::cli::args::{All, Options, Which};
use crate::cli::choices::SiteChoice;
use crate::cli::{demo, description};
use crate::cloud::{CLOUDS, Cloud};
use crate::config::Config;
use crate::credentials::Surroundings;
use crate::model::{Error, ErrorKind, Result, Site};

/// Returns the account that a cloud's command is about.
pub fn one(
    options: &Options,
    config: &Config,
    cloud: &'static dyn Cloud,
    which: &Which,
    scope: Scope,
) -> Result<Task> {
    let around = Surroundings::of_this_process(Utc::now());
    let mut task = match (options.sandbox, &which.account, &which.profile) {
        (sandbox, Some(name), _) => {
            let mut tasks = if sandbox { demos() } else { tasks::all(config, &around) };
            tasks.retain(|task| task.account.cloud.name() == cloud.name());
            tasks::only_named(tasks, name)?
        }
        (true, None, _) => demo(cloud, site(options.site, cloud, None)?),
        (false, None, Some(profile)) => tasks::of_profile(cloud, profile, &around),
        (false, None, None) => tasks::only(cloud, config, &around)?,
    };
    task.scope = scope;
    overrule(&mut task, options)?;
    Ok(task)
}

/// Returns all accounts, or those that are named: `by_word`, when the first name could have been a command.
pub fn all(options: &Options, config: &Config, all: &All, by_word: bool) -> Result<Vec<Task>> {
    let mut tasks = if options.sandbox {
        demos()
    } else {
        tasks::all(config, &Surroundings::of_this_process(Utc::now()))
    };
    tasks.retain(|task| all.provider.as_deref().is_none_or(|name| task.account.cloud.is_called(name)));
    let commands = if by_word { description::commands() } else { Vec::new() };
    let mut tasks = tasks::named(tasks, &all.names, &commands)?;
    for task in &mut tasks {
        if all.members && task.account.cloud.members().is_some() {
            task.scope = Scope::BalanceAndMembers;
        }
        overrule(task, options)?;
    }
    let is_about_members = |task: &Task| task.scope == Scope::BalanceAndMembers;
    if !all.name.is_empty() && !tasks.iter().any(is_about_members) {
        return Err(Error::new(ErrorKind::Usage, "`--name` selects members, and no members are read")
            .hint("add `--members`, and choose an account that has an organization"));
    }
    Ok(tasks)
}

/// Returns the sandbox's accounts: one of each cloud's sites.
pub fn demos() -> Vec<Task> {
    let both = |cloud: &&'static dyn Cloud| {
        let cloud = *cloud;
        cloud.sites().iter().map(move |site| {
            let mut task = demo(cloud, Some(*site));
            task.account.label = format!("sandbox-{site}").into();
            task
        })
    };
    CLOUDS.iter().flat_map(both).collect()
}

fn demo(cloud: &'static dyn Cloud, site: Option<Site>) -> Task {
    let found = demo::account(cloud, site);
    tasks::from_found(cloud, &found.label.clone(), Ok(found), Scope::Balance)
}

/// Applies what the command line says to an account.
fn overrule(task: &mut Task, options: &Options) -> Result<()> {
    let account = &mut task.account;
    account.site = site(options.site, account.cloud, account.site)?;
    account.currency = options.currency.or(account.currency);
    if let Some(signature) = options.signature {
        account.sign_with(Some(signature));
    }
    if options.endpoint.is_some() && !options.sandbox {
        account.endpoint.clone_from(&options.endpoint);
    }
    Ok(())
}

/// Returns the site that is chosen for an account, or its own. A site that its cloud does not have is an error.
fn site(chosen: Option<SiteChoice>, cloud: &dyn Cloud, own: Option<Site>) -> Result<Option<Site>> {
    match chosen {
        None => Ok(own),
        Some(SiteChoice::Auto) => Ok(None),
        Some(SiteChoice::One(site)) if cloud.sites().contains(&site) => Ok(Some(site)),
        Some(SiteChoice::One(site)) => {
            let names: Vec<String> = cloud.sites().iter().map(|site| format!("`{site}`")).collect();
            let message = format!("`--site {site}`: {} has no such site", cloud.title());
            Err(Error::new(ErrorKind::Usage, message)
                .hint(format!("choose `auto` or one of its sites: {}", names.join(", "))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_that_a_cloud_does_not_have_is_refused() {
        for cloud in CLOUDS {
            let own = Some(cloud.first_site());
            assert_eq!(site(None, *cloud, own), Ok(own));
            assert_eq!(site(Some(SiteChoice::Auto), *cloud, own), Ok(None));
            for known in cloud.sites() {
                assert_eq!(site(Some(SiteChoice::One(*known)), *cloud, own), Ok(Some(*known)));
            }
        }
        let error = site(Some(SiteChoice::One(Site::named("eu"))), CLOUDS[0], None).unwrap_err();
        assert_eq!(&*error.message, "`--site eu`: Tencent Cloud has no such site");
        assert_eq!(error.hint.as_deref(), Some("choose `auto` or one of its sites: `intl`, `cn`"));
    }
}
