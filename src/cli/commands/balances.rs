//! `cloudbal all`, `check` and the commands of each cloud: reads balances and prints them.

use std::cell::Cell;
use std::future::poll_fn;
use std::io::{IsTerminal as _, Write};

use crate::app::{self, Filter, FoundBy, Task};
use crate::cli::background::Background;
use crate::cli::ending::{Ending, Reason};
use crate::cli::messages::Messages;
use crate::cli::output_file::OutputFile;
use crate::cli::printer::{Output, Printer};
use crate::cli::progress::Progress;
use crate::cli::run::{Display, Reading, Requests};
use crate::cli::runtime::runtime;
use crate::cli::{Outcome, demo, print, resume, verbose};
use crate::client::{Client, Event};
use crate::credentials;
use crate::model::{Error, ErrorKind, Pattern, Result, Row};

/// Reads the balances of these accounts and prints them.
pub fn show(messages: Messages, display: &Display, tasks: &[Task], reading: Reading) -> Result<Outcome> {
    let Reading { requests, names, thresholds, known_sites } = reading;
    if messages.verbose > 0 && !messages.quiet {
        verbose::tell_precedence(tasks, &[FoundBy::Chain]);
    }
    let file = display.file.as_deref().map(OutputFile::create).transpose()?;
    // At a terminal what is printed must not come between the progress line's comings and goings.
    let in_background = display.streams() && file.is_none() && !std::io::stdout().is_terminal();
    let background = Background::new();
    let backlog = in_background.then(|| background.backlog());
    let mut out: Box<dyn Write> = match &file {
        Some(file) => match file.writer() {
            Ok(writer) => Box::new(print::buffered(writer)),
            Err(error) => return print::finished(Err(error)),
        },
        None if in_background => Box::new(print::buffered(background)),
        None => Box::new(print::stdout()),
    };
    let progress = Progress::new(messages, tasks.len());
    let printer = match Printer::new(messages, display, &thresholds, &progress, &mut out, backlog.clone()) {
        Ok(printer) => printer,
        Err(error) => return print::finished(Err(error)),
    };
    let runtime = runtime()?;
    let (unread, ending) = (Unread::new(tasks), Ending::new(messages));
    let watcher = |event: &Event| {
        progress.note(event);
        unread.note(event);
        known_sites.note(event, tasks);
        if let Some(line) = verbose::line(event, messages.verbose, messages.quiet) {
            printer.note(&line);
        }
    };
    let reading = read(requests, &names, tasks, &watcher, &printer, &progress);
    let interrupted = runtime.block_on(until_stopped(&ending, &printer, &unread, reading));
    credentials::stop_commands();
    ending.watch();
    // The operating system cleans up faster, and a pending name lookup must not delay the exit.
    std::mem::forget(runtime);
    if let Some(note) = known_sites.keep().filter(|_| messages.verbose > 0) {
        printer.note(&note);
    }
    let (mut outcome, output) = printer.finish();
    let mut is_shown = output == Output::Whole;
    drop(out);
    if let Some(file) = file.filter(|_| output != Output::Unwritten)
        && let Err(error) = file.commit()
    {
        messages.error(&error);
        is_shown = false;
        if outcome != Outcome::Low {
            outcome = Outcome::Incomplete;
        }
    }
    let is_shown = is_shown && !interrupted && !backlog.is_some_and(|backlog| backlog.has_failed());
    let is_kept = match tasks.iter().find_map(|task| task.journal.as_ref()) {
        Some(section) => resume::close(section.journal(), is_shown, messages),
        None => Ok(()),
    };
    Ok(match (is_kept, outcome) {
        _ if interrupted => Outcome::Interrupted,
        (Err(error), outcome) => {
            messages.error(&error);
            if outcome == Outcome::Low { outcome } else { Outcome::Incomplete }
        }
        (Ok(()), outcome) => outcome,
    })
}

/// Reads until everything is read, the deadline passes, the user interrupts, or the output is closed. What was read
/// until then is kept. Returns whether it was interrupted.
async fn until_stopped(
    ending: &Ending,
    printer: &Printer<'_>,
    unread: &Unread<'_>,
    reading: impl Future<Output = ()>,
) -> bool {
    let mut reading = Box::pin(reading);
    // While the output is not being read, no further request is sent, and replies wait.
    let reading = poll_fn(move |context| {
        std::task::ready!(printer.poll_room(context));
        reading.as_mut().poll(context)
    });
    tokio::select! {
        biased;
        () = reading => false,
        () = printer.broken() => false,
        reason = ending.asked() => {
            let error = match reason {
                Reason::Deadline => Error::new(ErrorKind::Timeout, "the deadline came before everything was read")
                    .hint("what was read is shown; give it longer with `--deadline`"),
                Reason::Interrupted => Error::new(ErrorKind::Interrupted, "interrupted before everything was read"),
            };
            unread.each(&error, &mut |row| printer.row(row));
            reason == Reason::Interrupted
        }
    }
}

/// The accounts of which not everything was read.
struct Unread<'t>(Vec<(&'t Task, Cell<bool>)>);

impl<'t> Unread<'t> {
    fn new(tasks: &'t [Task]) -> Self {
        Self(tasks.iter().map(|task| (task, Cell::new(true))).collect())
    }

    fn note(&self, event: &Event) {
        if let Event::AccountDone(place) = event {
            self.0[*place].1.set(false);
        }
    }

    /// Each of them gets this error: what could not be read is never left out.
    fn each(&self, error: &Error, emit: &mut dyn FnMut(Row)) {
        for (task, _) in self.0.iter().filter(|(_, unread)| unread.get()) {
            let error = error.clone().at(task.account.cloud.name(), &task.account.label);
            emit(Row::Error(Box::new(error)));
        }
    }
}

async fn read(
    requests: Requests,
    names: &[Pattern],
    tasks: &[Task],
    watcher: &dyn Fn(&Event),
    printer: &Printer<'_>,
    progress: &Progress,
) {
    // Held until everything is read: dropping it ends it.
    let mut sandbox = None;
    let Requests { mut settings, sandbox: is_sandboxed } = requests;
    if is_sandboxed {
        match demo::start(&mut settings).await {
            Ok(started) => sandbox = Some(started),
            Err(error) => return printer.row(Row::Error(Box::new(error))),
        }
        printer.note("sandbox: these are demo accounts on this machine; no cloud is asked\n");
    }
    let client = Client::new(settings, watcher);
    let filter = Filter::new(names);
    let mut emit = |row| {
        if filter.passes(&row) {
            printer.row(row);
        }
    };
    tokio::select! {
        biased;
        () = app::read(&client, tasks, &mut emit) => {
            if let Some(error) = filter.unmatched() {
                let error = match tasks {
                    [task] => error.at(task.account.cloud.name(), &task.account.label),
                    _ => error,
                };
                printer.row(Row::Error(Box::new(error)));
            }
        }
        never = progress.show() => match never {},
    }
    drop(sandbox);
}
