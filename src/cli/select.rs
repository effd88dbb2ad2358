//! Which accounts a command is about: options, configuration and environment together.

use std::io;
use std::path::PathBuf;

use chrono::Utc;

use super::args::{All, Options, Which};
use super::choices::SiteChoice;
use super::{demo, description, print};
use crate::app::{Scope, Task, tasks};
use crate::cloud::{CLOUDS, Cloud};
use crate::config::{self, Config};
use crate::credentials::{self, Surroundings};
use crate::file::is_closed;
use crate::model::{Check, Error, ErrorKind, Result, Site, Threshold};
use crate::render::visible;

/// The configuration. The sandbox's demo accounts need none, and a broken one must not stand in their way.
pub fn configuration(options: &Options) -> Result<Config> {
    if options.sandbox {
        return Ok(Config::default());
    }
    let around = Surroundings::of_this_process(Utc::now());
    let mut skipped = credentials::unreachable(&around);
    let Some(path) = path(options) else {
        mention(options, &skipped);
        return Ok(Config::default());
    };
    // The configuration's own folder can be seen unless the way to it is closed.
    if options.config.is_none()
        && let Some(error) = path.parent().and_then(|folder| folder.symlink_metadata().err())
        && is_closed(&error)
    {
        skipped.insert(0, (path.display().to_string(), error));
        mention(options, &skipped);
        return Ok(Config::default());
    }
    mention(options, &skipped);
    match (config::load(&path, home().as_deref())?, &options.config) {
        (Some(config), _) => Ok(config),
        (None, None) => Ok(Config::default()),
        (None, Some(_)) => Err(Error::new(
            ErrorKind::Configuration,
            format!("there is no configuration file `{}`", path.display()),
        )
        .hint("check `--config` and CLOUDBAL_CONFIG, or write one with `cloudbal init`")),
    }
}

/// With `--verbose`, names the default places that cannot be reached.
fn mention(options: &Options, skipped: &[(String, io::Error)]) {
    if options.verbose > 0 {
        for (path, error) in skipped {
            print::to_stderr(&format!("skipping `{}`: {}\n", visible(path), error.kind()));
        }
    }
}

/// Where the configuration file is, or would be.
pub fn path(options: &Options) -> Option<PathBuf> {
    options.config.clone().or_else(config::default_path)
}

/// The home directory, where it is known.
pub fn home() -> Option<PathBuf> {
    std::env::home_dir().filter(|home| !home.as_os_str().is_empty())
}

/// The account that a cloud's command is about.
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

/// All accounts, or those that are named.
pub fn all(options: &Options, config: &Config, all: &All) -> Result<Vec<Task>> {
    let mut tasks = if options.sandbox {
        demos()
    } else {
        tasks::all(config, &Surroundings::of_this_process(Utc::now()))
    };
    tasks.retain(|task| all.provider.as_deref().is_none_or(|name| task.account.cloud.is_called(name)));
    let commands = if all.by_word { description::commands() } else { Vec::new() };
    let mut tasks = tasks::named(tasks, &all.names, &commands)?;
    for task in &mut tasks {
        if all.members && task.account.cloud.has_members() {
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

/// Has the balances of all tasks checked: by these thresholds, and by those of the accounts.
pub fn check(tasks: &mut [Task], given: &Threshold) {
    for task in tasks {
        task.check = Some(Check { given: given.clone(), own: task.thresholds.clone() });
    }
}

/// The sandbox's accounts: one of each cloud's sites.
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
    if options.endpoint.is_some() {
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
