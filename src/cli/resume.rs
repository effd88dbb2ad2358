//! `--resume`: what an earlier run has read, and what is said about it.

use std::collections::HashSet;
use std::rc::Rc;
use std::time::Duration;

use chrono::TimeDelta;

use super::args::Resume;
use super::messages::Messages;
use super::origins::Origins;
use super::print;
use crate::app::{Scope, Task};
use crate::cloud::{Account, Source};
use crate::journal::{Journal, Subject};
use crate::model::{Error, ErrorKind, Result};

/// How old a saved page may be that is used instead of reading it again.
const MAX_AGE: Duration = Duration::from_secs(3600);

/// Opens the journal of a run, gives each task its part, and says how old what it holds is.
///
/// Accounts without usable credentials have no part in it: what is read with other credentials later is another run's.
pub fn open(resume: &Resume, tasks: &mut [Task], origins: &Origins, messages: Messages) -> Result<()> {
    let [is_resume_given, is_age_given] = ["resume", "resume_max_age"].map(|id| origins.is_given(id));
    let Some(path) = &resume.file else {
        return if is_age_given {
            Err(Error::new(ErrorKind::Usage, "`--resume-max-age` has no effect without `--resume`")
                .hint("name a file with `--resume`"))
        } else {
            Ok(())
        };
    };
    if !tasks.iter().any(|task| uins(&task.scope).is_some()) {
        // A variable is there for the commands that read members, and not in the way of others.
        return if is_resume_given && !tasks.is_empty() {
            Err(Error::new(ErrorKind::Usage, "`--resume` saves members, and this run reads none")
                .hint("read them with `--members`"))
        } else {
            Ok(())
        };
    }
    let mut parts: Vec<(&mut Task, Subject)> = Vec::new();
    for task in tasks {
        if let (Ok(source), Some(uins)) = (&task.source, uins(&task.scope)) {
            let key = key(source).ok_or_else(|| unidentified(&task.account))?;
            let subject = Subject::new(&task.account, &key, uins);
            parts.push((task, subject));
        }
    }
    let mut names = HashSet::new();
    if let Some((_, twice)) = parts.iter().find(|(_, subject)| !names.insert(subject.name())) {
        return Err(Error::new(
            ErrorKind::Usage,
            format!("cannot resume: two accounts are named {}", twice.name()),
        )
        .hint("give each a name of its own, or read them by separate commands"));
    }
    if parts.is_empty() {
        return Ok(());
    }
    let subjects: Vec<Subject> = parts.iter().map(|(_, subject)| subject.clone()).collect();
    let max_age = resume.max_age.unwrap_or(MAX_AGE);
    let journal = Rc::new(Journal::open(path, &subjects, max_age)?);
    for (task, subject) in parts {
        task.journal = Some(journal.section(subject));
    }
    if !messages.quiet {
        print::to_stderr(&reused(&journal));
    }
    Ok(())
}

/// Returns the requested members, an empty list meaning all; `None` if no members are read.
fn uins(scope: &Scope) -> Option<&[String]> {
    match scope {
        Scope::Balance => None,
        Scope::Members(uins) => Some(uins),
        Scope::BalanceAndMembers => Some(&[]),
    }
}

/// Describes the pages that an earlier run left.
fn reused(journal: &Journal) -> String {
    let earlier = journal.earlier();
    let reused = (earlier.pages > 0)
        .then(|| format!("reusing {}, the oldest {} old", pages(earlier.pages), age_in_words(earlier.age)));
    let expired = (earlier.expired > 0)
        .then(|| format!("reading {} again, older than `--resume-max-age`", pages(earlier.expired)));
    let said: Vec<String> = reused.into_iter().chain(expired).collect();
    if said.is_empty() { String::new() } else { format!("resuming: {}\n", said.join("; ")) }
}

fn pages(number: usize) -> String {
    if number == 1 { "1 saved page".to_owned() } else { format!("{number} saved pages") }
}

/// Returns what identifies the account of some credentials; `None` if only obtaining them tells, as the same program,
/// address, instance or entry of the keyring may give another account's key next time.
fn key(source: &Source) -> Option<String> {
    match source {
        Source::Static(credentials) => Some(credentials.key_id.clone()),
        // The full name of a role holds its account, with whichever key it is assumed.
        Source::AssumeRole { by, role } => Some(format!("{} {}", key(by).unwrap_or_default(), role.arn)),
        Source::WebIdentity { role, .. } => Some(role.arn.clone()),
        Source::Instance { .. } | Source::Uri(_) | Source::Command(_) | Source::Keyring(_) => None,
    }
}

/// The error about an account that cannot be identified before its credentials are obtained.
fn unidentified(account: &Account) -> Error {
    let message = "cannot resume: the source of its credentials may give another account's key next time";
    Error::new(ErrorKind::Usage, message)
        .at(account.cloud.name(), &account.label)
        .hint("leave out `--resume`, or assume a role with these credentials (`role_arn`)")
}

/// Removes the journal when everything was read and shown; otherwise says how to resume.
pub fn close(journal: &Journal, is_shown: bool, messages: Messages) -> Result<()> {
    if is_shown && print::is_taken() {
        return journal.remove();
    }
    let saved = journal.keep()?;
    if saved > 0 && !messages.quiet {
        print::to_stderr(&format!("resumable: {}; run the same command again to go on\n", pages(saved)));
    }
    Ok(())
}

fn age_in_words(age: TimeDelta) -> String {
    match (age.num_days(), age.num_hours(), age.num_minutes()) {
        (0, 0, 0) => format!("{} s", age.num_seconds().max(0)),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {} min", minutes % 60),
        (days, hours, _) => format!("{days} days {} h", hours % 24),
    }
}
