//! `--resume`: what an earlier run has read, and what is told about it.

use std::path::Path;

use chrono::{TimeDelta, Utc};

use super::args::Options;
use super::print;
use crate::app::{Task, Wish};
use crate::cloud::Source;
use crate::history::{Journal, Subject};
use crate::model::Result;

/// Opens the journal of a task, and says how old what it holds is.
pub fn open(path: &Path, task: &Task, options: &Options) -> Result<Journal> {
    let Wish::Members(uins) = &task.wish else { unreachable!("only members are resumed") };
    let key = task.source.as_ref().map(key).unwrap_or_default();
    let journal = Journal::open(path, &Subject::new(&task.account, &key, uins))?;
    if let Some(earlier) = journal.earlier().filter(|_| !options.quiet) {
        let age = age_in_words(Utc::now() - earlier.since);
        print::to_stderr(&format!(
            "resuming: {} replies of up to {age} ago are taken from the file\n",
            earlier.replies
        ));
    }
    Ok(journal)
}

/// What tells one account's credentials from another's.
fn key(source: &Source) -> String {
    match source {
        Source::Static(credentials) => credentials.key_id.clone(),
        Source::AssumeRole { by, role } => format!("{} {}", key(by), role.arn),
        Source::WebIdentity { role, .. } => role.arn.clone(),
        Source::Instance { role } => format!("instance {}", role.as_deref().unwrap_or_default()),
        Source::Uri(address) => address.expose().to_owned(),
        Source::Command(words) => words.join(" "),
        Source::Keyring(name) => name.clone(),
    }
}

/// When everything was read there is nothing to resume; otherwise says how to go on.
pub fn close(journal: Journal, complete: bool, options: &Options) -> Result<()> {
    if complete {
        return journal.remove();
    }
    if !options.quiet {
        print::to_stderr("what was read is kept: the same command with `--resume` goes on from there\n");
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
