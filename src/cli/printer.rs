//! Takes the rows of a run: prints them as they come where the format allows it, and as a whole otherwise.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::future::poll_fn;
use std::io::{self, IsTerminal as _, Write};
use std::sync::Arc;
use std::task::{Context, Poll};

use chrono::{DateTime, Utc};
use tokio::sync::Notify;

use super::background::Backlog;
use super::messages::Messages;
use super::progress::Progress;
use super::run::Display;
use super::{Outcome, print};
use crate::model::{Balance, Converted, Currency, Error, ErrorKind, Report, Row, Threshold, Total, Warning};
use crate::render::{self, Stream};

/// What tells a spreadsheet that a file is UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// How far the output of a run came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Everything was read and written.
    Whole,
    /// What was read was written, with errors.
    WithErrors,
    /// It could not be written to its end.
    Unwritten,
}

/// Takes the rows of a run.
pub struct Printer<'a> {
    sink: RefCell<Sink<'a>>,
    backlog: Option<Arc<Backlog>>,
    /// Out of the way while anything is printed to a terminal.
    progress: &'a Progress,
    on_terminal: bool,
    display: &'a Display,
    /// The thresholds of this run.
    thresholds: &'a Threshold,
    messages: Messages,
    totals: RefCell<Vec<Total>>,
    /// When the oldest balance was read.
    oldest: Cell<Option<DateTime<Utc>>>,
    /// For people, on stderr: told at once with a stream, and after a whole report.
    complaints: RefCell<String>,
    any_balance: Cell<bool>,
    any_error: Cell<bool>,
    any_low: Cell<bool>,
    /// Cloud and label of the accounts that were checked without a threshold, and whether it is their members that were.
    unchecked: RefCell<BTreeSet<(&'static str, Arc<str>, bool)>>,
    only_unusable: Cell<bool>,
    write_error: RefCell<Option<io::Error>>,
    broken: Notify,
}

enum Sink<'a> {
    Stream(Stream<'a>),
    Whole { rows: Vec<Row>, warnings: Vec<Warning>, out: &'a mut dyn Write },
}

impl<'a> Printer<'a> {
    /// A printer to a buffered writer; with a backlog, what is written waits there for its reader.
    pub fn new(
        messages: Messages,
        display: &'a Display,
        thresholds: &'a Threshold,
        progress: &'a Progress,
        out: &'a mut dyn Write,
        backlog: Option<Arc<Backlog>>,
    ) -> io::Result<Self> {
        if display.bom {
            out.write_all(BYTE_ORDER_MARK.as_bytes())?;
        }
        let sink = if display.streams() {
            let columns = display.columns.as_ref();
            Sink::Stream(Stream::begin(display.format, columns, out)?.expect("these formats are streams"))
        } else {
            Sink::Whole { rows: Vec::new(), warnings: Vec::new(), out }
        };
        Ok(Self {
            sink: RefCell::new(sink),
            backlog,
            progress,
            on_terminal: display.file.is_none() && io::stdout().is_terminal(),
            display,
            thresholds,
            messages,
            totals: RefCell::default(),
            oldest: Cell::default(),
            complaints: RefCell::default(),
            any_balance: Cell::new(false),
            any_error: Cell::new(false),
            any_low: Cell::new(false),
            unchecked: RefCell::default(),
            only_unusable: Cell::new(true),
            write_error: RefCell::default(),
            broken: Notify::new(),
        })
    }

    /// Prints a message that is not an error.
    pub fn note(&self, text: &str) {
        if !self.messages.quiet {
            self.progress.aside(|| print::to_stderr(text));
        }
    }

    /// Takes a row.
    pub fn row(&self, row: Row) {
        let mut warnings = Vec::new();
        match &row {
            Row::Balance(balance) => {
                self.any_balance.set(true);
                let oldest = self.oldest.get().unwrap_or(balance.fetched_at).min(balance.fetched_at);
                self.oldest.set(Some(oldest));
                Total::add(&mut self.totals.borrow_mut(), balance);
                warnings.extend(Warning::of(balance));
                self.warn(&warnings);
                self.judge(balance);
            }
            Row::Error(error) => self.complain(error),
        }
        let is_shown = self.display.selection.shows(&row);
        match &mut *self.sink.borrow_mut() {
            Sink::Whole { rows, warnings: all, .. } => {
                all.append(&mut warnings);
                if is_shown {
                    rows.push(row);
                }
            }
            Sink::Stream(_) if !is_shown && warnings.is_empty() => {}
            Sink::Stream(stream) => {
                let complaints = self.complaints.take();
                let mut print = || {
                    let written = if is_shown { stream.row(&row) } else { Ok(()) };
                    let written = written
                        .and_then(|()| warnings.iter().try_for_each(|warning| stream.warning(warning)))
                        .and_then(|()| stream.flush());
                    print::to_stderr(&complaints);
                    written
                };
                let is_seen = self.on_terminal || !complaints.is_empty();
                if let Err(error) = if is_seen { self.progress.aside(print) } else { print() } {
                    *self.write_error.borrow_mut() = Some(error);
                    self.broken.notify_one();
                }
            }
        }
    }

    fn warn(&self, warnings: &[Warning]) {
        if !self.messages.quiet {
            let lines =
                warnings.iter().map(|warning| render::warning_for_people(warning, self.messages.color));
            self.complaints.borrow_mut().extend(lines);
        }
    }

    fn judge(&self, balance: &Balance) {
        let Some(verdict) = balance.verdict else { return };
        if verdict.low {
            self.any_low.set(true);
            if !self.messages.quiet {
                let line = render::low_for_people(balance, verdict.threshold, self.messages.color);
                self.complaints.borrow_mut().push_str(&line);
            }
        }
        // An account whose thresholds are in other currencies has an error that says so.
        if verdict.threshold.is_none() && !verdict.uncovered {
            let account = (balance.provider, Arc::clone(&balance.account), balance.sub_account_id.is_some());
            self.unchecked.borrow_mut().insert(account);
        }
    }

    /// A threshold in a currency that no balance has is a slip of the pen: nothing was checked by it.
    fn look_for_idle_thresholds(&self) {
        if !self.any_balance.get() {
            return;
        }
        let is_idle =
            |currency: &Currency| !self.totals.borrow().iter().any(|total| total.currency == *currency);
        for (currency, _) in self.thresholds.each.iter().filter(|(currency, _)| is_idle(currency)) {
            let message = format!("no balance that was read is in {currency}: its threshold checks nothing");
            let error = Error::new(ErrorKind::Usage, message).hint("check `--threshold`");
            self.row(Row::Error(Box::new(error)));
        }
    }

    /// Says which accounts were checked without a threshold: that they are not low says little.
    fn tell_unchecked(&self) {
        let unchecked = self.unchecked.borrow();
        if !self.messages.quiet && !unchecked.is_empty() {
            let accounts =
                unchecked.iter().map(|(provider, account, members)| (*provider, &**account, *members));
            let note = render::unchecked_for_people(accounts, self.messages.color);
            self.complaints.borrow_mut().push_str(&note);
        }
    }

    /// A total that was asked for and is not there, for want of a rate, is an error.
    fn look_for_missing_rates(&self, converted: &Converted) {
        let Converted { currency, base, date, missing, .. } = converted;
        let Some(first) = missing.first() else { return };
        let codes: Vec<&str> = missing.iter().map(Currency::code).collect();
        let message =
            format!("no total in {currency}: the rates of {date} have none for {}", codes.join(", "));
        let hint = format!("add `{first} = \"…\"` to the rates, the value of 1 {first} in {base}");
        self.complain(&Error::new(ErrorKind::Configuration, message).hint(hint));
    }

    fn complain(&self, error: &Error) {
        self.any_error.set(true);
        self.only_unusable.set(self.only_unusable.get() && error.is_about_the_request());
        if !self.messages.quiet {
            self.complaints.borrow_mut().push_str(&render::error_for_people(error, self.messages.color));
        }
    }

    /// Ready when there is room for more rows.
    pub fn poll_room(&self, context: &Context) -> Poll<()> {
        self.backlog.as_ref().map_or(Poll::Ready(()), |backlog| backlog.poll_room(context))
    }

    /// Ends when the output can no longer be written.
    pub async fn broken(&self) {
        let failed = poll_fn(|context| {
            self.backlog.as_ref().map_or(Poll::Pending, |backlog| backlog.poll_failed(context))
        });
        tokio::select! {
            () = self.broken.notified() => {}
            () = failed => {}
        }
    }

    /// Prints what is still to be printed. Returns how the run ended, and how far its output came.
    pub fn finish(self) -> (Outcome, Output) {
        self.progress.end();
        self.look_for_idle_thresholds();
        self.tell_unchecked();
        let converted =
            self.display.conversion.as_ref().map(|conversion| conversion.of(&self.totals.borrow()));
        if let Some(converted) = &converted {
            self.look_for_missing_rates(converted);
        }
        let totals = self.totals.into_inner();
        let written = match (self.write_error.into_inner(), self.sink.into_inner()) {
            (Some(error), _) => Ok(Err(error)),
            (None, Sink::Stream(stream)) => Ok(stream
                .finish(&totals, converted.as_ref())
                .and_then(|()| self.backlog.map_or(Ok(()), |backlog| backlog.drain()))),
            (None, Sink::Whole { mut rows, warnings, out }) => {
                self.display.selection.arrange(&mut rows);
                let none_low = self.display.selection.only_low && !self.any_low.get();
                let (generated_at, oldest) = (Utc::now(), self.oldest.get());
                let report = Report { generated_at, oldest, rows, totals, converted, warnings, none_low };
                let answer = self.display.query.as_ref().map(|query| query.find(&report)).transpose();
                answer.map(|answer| {
                    let warnings =
                        answer.iter().flat_map(|answer| &answer.warnings).filter(|_| !self.messages.quiet);
                    let warnings = warnings
                        .map(|warning| render::query_warning_for_people(warning, self.messages.color));
                    self.complaints.borrow_mut().extend(warnings);
                    let written = if let Some(answer) = answer {
                        answer.write(out)
                    } else {
                        let Display { format, columns, style, .. } = self.display;
                        render::write_columns(&report, *format, columns.as_ref(), *style, out)
                    };
                    written.and_then(|()| out.flush())
                })
            }
        };
        // A closed pipe is not an error, but what was written into it was not all read.
        let output = match &written {
            Ok(Ok(())) if !self.any_error.get() => Output::Whole,
            Ok(Ok(())) => Output::WithErrors,
            _ => Output::Unwritten,
        };
        let printed = written.and_then(print::finished);
        print::to_stderr(&self.complaints.into_inner());
        if let Err(error) = &printed {
            print::to_stderr(&render::error_for_people(error, self.messages.color));
        }
        let outcome = match (self.any_error.get(), self.any_balance.get()) {
            // That is urgent, whatever else went wrong.
            _ if self.any_low.get() => Outcome::Low,
            _ if printed.is_err() => Outcome::Incomplete,
            (false, _) => Outcome::Complete,
            (true, false) if self.only_unusable.get() => Outcome::Unusable,
            (true, _) => Outcome::Incomplete,
        };
        (outcome, output)
    }
}
