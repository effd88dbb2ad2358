//! Takes the rows of a run: prints them as they come where the format allows it, and as a whole otherwise.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io::{self, IsTerminal as _, Write};
use std::sync::Arc;
use std::task::{Context, Poll};

use chrono::{DateTime, Utc};
use tokio::sync::Notify;

use super::args::Options;
use super::background::Backlog;
use super::progress::Progress;
use super::{Outcome, print};
use crate::model::{Balance, Conversion, Currency, Error, Kind, Report, Row, Selection, Total};
use crate::render::{self, Format, Query, Stream, Style};

/// Takes the rows of a run.
pub struct Printer<'a> {
    sink: RefCell<Sink<'a>>,
    backlog: Option<Arc<Backlog>>,
    /// Out of the way while anything is printed to a terminal.
    progress: &'a Progress,
    on_terminal: bool,
    selection: Selection,
    conversion: Option<Conversion>,
    style: Style,
    color_on_stderr: bool,
    quiet: bool,
    totals: RefCell<Vec<Total>>,
    /// When the oldest balance was read.
    oldest: Cell<Option<DateTime<Utc>>>,
    /// For people, on stderr: told at once with a stream, and after a whole report.
    complaints: RefCell<String>,
    any_balance: Cell<bool>,
    any_error: Cell<bool>,
    any_low: Cell<bool>,
    only_unusable: Cell<bool>,
    write_error: RefCell<Option<io::Error>>,
    broken: Notify,
}

enum Sink<'a> {
    Stream(Stream<'a>),
    Whole { rows: Vec<Row>, format: Format, query: Option<Query>, out: &'a mut dyn Write },
}

impl<'a> Printer<'a> {
    /// Whether rows are written as they come.
    pub fn streams(options: &Options, format: Format, queries: bool) -> bool {
        !queries && options.view.sort.is_none() && matches!(format, Format::Ndjson | Format::Csv)
    }

    /// A printer to a buffered writer; with a backlog, what is written waits there for its reader.
    pub fn new(
        options: &Options,
        format: Format,
        query: Option<Query>,
        progress: &'a Progress,
        out: &'a mut dyn Write,
        backlog: Option<Arc<Backlog>>,
    ) -> io::Result<Self> {
        let selection = options.view.selection();
        let sink = if Self::streams(options, format, query.is_some()) {
            Sink::Stream(Stream::begin(format, out)?.expect("these formats are streams"))
        } else {
            Sink::Whole { rows: Vec::new(), format, query, out }
        };
        Ok(Self {
            sink: RefCell::new(sink),
            backlog,
            progress,
            on_terminal: io::stdout().is_terminal(),
            selection,
            conversion: options.view.conversion.clone(),
            style: options.style(),
            color_on_stderr: options.color_on_stderr(),
            quiet: options.quiet,
            totals: RefCell::default(),
            oldest: Cell::default(),
            complaints: RefCell::default(),
            any_balance: Cell::new(false),
            any_error: Cell::new(false),
            any_low: Cell::new(false),
            only_unusable: Cell::new(true),
            write_error: RefCell::default(),
            broken: Notify::new(),
        })
    }

    /// Tells people something that is no error.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.progress.aside(|| print::to_stderr(text));
        }
    }

    /// Takes a row.
    pub fn row(&self, row: Row) {
        match &row {
            Row::Balance(balance) => {
                self.any_balance.set(true);
                let oldest = self.oldest.get().unwrap_or(balance.fetched_at).min(balance.fetched_at);
                self.oldest.set(Some(oldest));
                Total::add(&mut self.totals.borrow_mut(), balance);
                self.warn(balance);
            }
            Row::Error(error) => self.complain(error),
        }
        if !self.selection.shows(&row) {
            return;
        }
        match &mut *self.sink.borrow_mut() {
            Sink::Whole { rows, .. } => rows.push(row),
            Sink::Stream(stream) => {
                let complaints = self.complaints.take();
                let mut print = || {
                    let written = stream.row(&row).and_then(|()| stream.flush());
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

    fn warn(&self, balance: &Balance) {
        let Some(low) = self.selection.check.as_ref().and_then(|check| check.low(balance)) else { return };
        self.any_low.set(true);
        if !self.quiet {
            let warning = render::low_for_people(balance, low, self.color_on_stderr);
            self.complaints.borrow_mut().push_str(&warning);
        }
    }

    /// A threshold in a currency that no balance has is a slip of the pen: nothing was checked by it.
    fn look_for_idle_thresholds(&self) {
        let Some(check) = &self.selection.check else { return };
        let is_idle =
            |currency: &Currency| !self.totals.borrow().iter().any(|total| total.currency == *currency);
        for currency in check.given.each.iter().map(|(currency, _)| *currency).filter(is_idle) {
            let message = format!("no balance that was read is in {currency}: its threshold checks nothing");
            let error = Error::new(Kind::Usage, message).hint("check `--threshold`");
            self.row(Row::Error(Box::new(error)));
        }
    }

    fn complain(&self, error: &Error) {
        self.any_error.set(true);
        self.only_unusable.set(self.only_unusable.get() && error.is_about_the_request());
        if !self.quiet {
            self.complaints.borrow_mut().push_str(&render::error_for_people(error, self.color_on_stderr));
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

    /// Prints what is still to be printed, and tells how the run ended, and whether everything was read and shown.
    pub fn finish(self) -> (Outcome, bool) {
        self.progress.end();
        self.look_for_idle_thresholds();
        let totals = self.totals.into_inner();
        let converted = self.conversion.map(|conversion| conversion.of(&totals));
        let written = match (self.write_error.into_inner(), self.sink.into_inner()) {
            (Some(error), _) => Ok(Err(error)),
            (None, Sink::Stream(stream)) => Ok(stream
                .finish(&totals, converted.as_ref())
                .and_then(|()| self.backlog.map_or(Ok(()), |backlog| backlog.drain()))),
            (None, Sink::Whole { mut rows, format, query, out }) => {
                self.selection.arrange(&mut rows);
                let none_low = self.selection.check.is_some() && !self.any_low.get();
                let (generated_at, oldest) = (Utc::now(), self.oldest.get());
                let report = Report { generated_at, oldest, rows, totals, converted, none_low };
                let answer = query.map(|query| query.answer(&report)).transpose();
                answer.map(|answer| {
                    let written = match answer {
                        Some(answer) => out.write_all(answer.as_bytes()),
                        None => render::write(&report, format, self.style, out),
                    };
                    written.and_then(|()| out.flush())
                })
            }
        };
        // A closed pipe is not an error, but what was written into it was not all read.
        let is_shown = matches!(written, Ok(Ok(()))) && !self.any_error.get();
        let printed = written.and_then(print::finished);
        print::to_stderr(&self.complaints.into_inner());
        if let Err(error) = &printed {
            print::to_stderr(&render::error_for_people(error, self.color_on_stderr));
        }
        let outcome = match (self.any_error.get(), self.any_balance.get()) {
            // That is urgent, whatever else went wrong.
            _ if self.any_low.get() => Outcome::Low,
            _ if printed.is_err() => Outcome::Incomplete,
            (false, _) => Outcome::Complete,
            (true, false) if self.only_unusable.get() => Outcome::Unusable,
            (true, _) => Outcome::Incomplete,
        };
        (outcome, is_shown)
    }
}
