//! Showing what is known of accounts, and examining them.

use std::io::Write as _;

use chrono::Utc;

use super::args::Options;
use super::ending::{Ending, Reason};
use super::progress::Progress;
use super::steps::Steps;
use super::{Outcome, pages, print, read, stand_in, verbose};
use crate::app::{self, FoundBy, Task};
use crate::client::{Event, Settings};
use crate::cloud::CLOUDS;
use crate::credentials::{self, Surroundings};
use crate::model::{Checkup, Error, ErrorKind, Result, Step};
use crate::render::{self, Format, Listing, Query};

/// Shows the accounts that are known.
pub fn accounts(options: &Options, tasks: &[Task]) -> Result<Outcome> {
    let query = query(options)?;
    if !options.quiet {
        verbose::tell_precedence(tasks, &[FoundBy::Chain, FoundBy::Listing]);
    }
    let known = app::accounts::known(tasks);
    Ending::new(options).watch();
    print(options, query.as_ref(), Listing::Accounts(&known))?;
    let errors: Vec<&Error> = known.iter().filter_map(|account| account.error.as_ref()).collect();
    for error in &errors {
        complain(options, error);
    }
    Ok(match (known.is_empty(), errors.is_empty()) {
        (true, _) => nobody(options),
        (false, true) => Outcome::Complete,
        (false, false) => Outcome::Incomplete,
    })
}

/// Examines accounts and shows what was found: in a table each step as soon as it is taken, elsewhere all as one
/// document.
pub fn doctor(options: &Options, tasks: &[Task]) -> Result<Outcome> {
    let query = query(options)?;
    if !options.quiet {
        verbose::tell_precedence(tasks, &[FoundBy::Chain, FoundBy::Listing]);
    }
    let settings = options.settings()?;
    let progress = Progress::new(options, tasks.len());
    progress.doing("examining");
    let is_live = query.is_none() && options.format() == Format::Table;
    let steps = is_live.then(|| Steps::new(tasks, options.style(), &progress));
    let mut checkups = Vec::new();
    let runtime = read::runtime()?;
    let ending = Ending::new(options);
    if is_live {
        // A step that is printed can block on a full pipe before anything is awaited.
        ending.watch();
    }
    let ended = runtime.block_on(examine(
        options,
        settings,
        tasks,
        &ending,
        &progress,
        steps.as_ref(),
        &mut checkups,
    ));
    credentials::stop_commands();
    ending.watch();
    progress.end();
    // A name that is still being looked up must not hold up the end.
    runtime.shutdown_background();
    match steps {
        Some(steps) => print::finished(steps.finish())?,
        None => print(options, query.as_ref(), Listing::Checkups(&checkups, Utc::now()))?,
    };
    match ended {
        Err(error) => {
            complain(options, &error);
            Ok(if error.kind == ErrorKind::Interrupted { Outcome::Interrupted } else { Outcome::Incomplete })
        }
        Ok(()) if tasks.is_empty() => Ok(nobody(options)),
        Ok(()) if checkups.iter().all(Checkup::is_well) => Ok(Outcome::Complete),
        Ok(()) => Ok(Outcome::Incomplete),
    }
}

/// Examines until it is done, the deadline passes, the user interrupts, or the output can no longer be written.
async fn examine(
    options: &Options,
    mut settings: Settings,
    tasks: &[Task],
    ending: &Ending<'_>,
    progress: &Progress,
    steps: Option<&Steps<'_>>,
    checkups: &mut Vec<Checkup>,
) -> Result<()> {
    // Held until everything is examined: dropping it ends it.
    let _sandbox = if options.sandbox { Some(stand_in::inside(&mut settings).await?) } else { None };
    // A clock that is off is a step.
    let watcher = |event: &Event| progress.aside(|| verbose::tell(event, options.verbose, true));
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

/// Tells where credentials were looked for in vain, and how to begin.
fn nobody(options: &Options) -> Outcome {
    let around = Surroundings::of_this_process(Utc::now());
    for cloud in CLOUDS {
        if let Err(error) = credentials::chain(*cloud, &around) {
            complain(options, &error);
        }
    }
    pages::welcome()
}

fn query(options: &Options) -> Result<Option<Query>> {
    if options.format() == Format::Xlsx {
        let error = Error::new(ErrorKind::Usage, "only balances can be written as a workbook");
        return Err(error.hint("use `--output csv`"));
    }
    options.query.as_deref().map(|text| Query::parse(text, options.format())).transpose()
}

fn print(options: &Options, query: Option<&Query>, listing: Listing) -> Result<Outcome> {
    if let Some(query) = query {
        let answer = query.find_in_listing(listing)?;
        let mut out = print::stdout();
        let printed = print::finished(answer.write(&mut out).and_then(|()| out.flush()));
        for warning in answer.warnings.iter().filter(|_| !options.quiet) {
            print::to_stderr(&render::query_warning_for_people(warning, options.color_on_stderr()));
        }
        return printed;
    }
    let mut out = print::stdout();
    let written = render::write_listing(listing, options.format(), options.style(), &mut out);
    print::finished(written.and_then(|()| out.flush()))
}

fn complain(options: &Options, error: &Error) {
    if !options.quiet {
        print::to_stderr(&render::error_for_people(error, options.color_on_stderr()));
    }
}
