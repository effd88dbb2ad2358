//! `cloudbal doctor`: examines accounts step by step.

use chrono::Utc;

use super::{accounts, listing};
use crate::app::{self, FoundBy, Task};
use crate::cli::ending::{Ending, Reason};
use crate::cli::messages::Messages;
use crate::cli::progress::Progress;
use crate::cli::run::{Display, Requests};
use crate::cli::runtime::runtime;
use crate::cli::steps::Steps;
use crate::cli::{Outcome, demo, print, verbose};
use crate::client::Event;
use crate::credentials;
use crate::model::{Checkup, Error, ErrorKind, Result, Step};
use crate::render::{Format, Listing};

/// Examines accounts and shows what was found: in a table each step as soon as it is taken, elsewhere all as one
/// document.
pub fn examine_all(
    messages: Messages,
    display: &Display,
    tasks: &[Task],
    requests: Requests,
) -> Result<Outcome> {
    if !messages.quiet {
        verbose::tell_precedence(tasks, &[FoundBy::Chain, FoundBy::Listing]);
    }
    let progress = Progress::new(messages, tasks.len());
    progress.doing("examining");
    let is_live = display.query.is_none() && display.format == Format::Table;
    let steps = is_live.then(|| Steps::new(tasks, display.style, &progress));
    let mut checkups = Vec::new();
    let runtime = runtime()?;
    let ending = Ending::new(messages);
    if is_live {
        // A step that is printed can block on a full pipe before anything is awaited.
        ending.watch();
    }
    let ended = runtime.block_on(examine(
        messages,
        requests,
        tasks,
        &ending,
        &progress,
        steps.as_ref(),
        &mut checkups,
    ));
    credentials::stop_commands();
    ending.watch();
    progress.end();
    // A pending name lookup must not delay the exit.
    runtime.shutdown_background();
    match steps {
        Some(steps) => print::finished(steps.finish())?,
        None => listing::print(messages, display, Listing::Checkups(&checkups, Utc::now()))?,
    };
    match ended {
        Err(error) => {
            messages.complain(&error);
            Ok(if error.kind == ErrorKind::Interrupted { Outcome::Interrupted } else { Outcome::Incomplete })
        }
        Ok(()) if tasks.is_empty() => Ok(accounts::none(messages)),
        Ok(()) if checkups.iter().all(Checkup::is_well) => Ok(Outcome::Complete),
        Ok(()) => Ok(Outcome::Incomplete),
    }
}

/// Examines until it is done, the deadline passes, the user interrupts, or the output can no longer be written.
async fn examine(
    messages: Messages,
    requests: Requests,
    tasks: &[Task],
    ending: &Ending,
    progress: &Progress,
    steps: Option<&Steps<'_>>,
    checkups: &mut Vec<Checkup>,
) -> Result<()> {
    // Held until everything is examined: dropping it ends it.
    let Requests { mut settings, sandbox } = requests;
    let _sandbox = if sandbox { Some(demo::start(&mut settings).await?) } else { None };
    // A clock that is off is a step.
    let watcher = |event: &Event| progress.aside(|| verbose::tell(event, messages.verbose, true));
    let report = |at: usize, step: &Step| {
        if let Some(steps) = steps {
            steps.take(at, step);
        }
    };
    let mut emit = |checkup| {
        progress.note(&Event::AccountDone(checkups.len()));
        checkups.push(checkup);
        if let Some(steps) = steps {
            steps.next();
        }
    };
    let broken = async {
        match steps {
            Some(steps) => steps.broken().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        () = app::doctor::examine(&settings, tasks, &watcher, &report, &mut emit) => Ok(()),
        () = broken => Ok(()),
        never = progress.show() => match never {},
        reason = ending.asked() => Err(match reason {
            Reason::Deadline => Error::new(ErrorKind::Timeout, "the deadline came before everything was examined")
                .hint("give it longer with `--deadline`"),
            Reason::Interrupted => Error::new(ErrorKind::Interrupted, "interrupted before everything was examined"),
        }),
    }
}
