//! The progress line on stderr, for people who wait at a terminal.

use std::cell::{OnceCell, RefCell};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::messages::Messages;
use super::print;
use crate::client::Event;
use crate::model::group;

/// How long a run takes before its progress is shown.
const PATIENCE: Duration = Duration::from_millis(400);

/// How often the line is drawn.
const EVERY: Duration = Duration::from_millis(100);

/// The time over which the rate is measured: long enough for requests that leave in bursts, a second's worth at once.
const WINDOW: Duration = Duration::from_secs(10);

/// The progress line. It is not shown without a terminal, with `--quiet`, or with `--verbose`, which logs more.
pub struct Progress {
    wanted: bool,
    start: Instant,
    tally: RefCell<Tally>,
    line: OnceCell<ProgressBar>,
}

impl Progress {
    /// The progress of reading that many accounts. Nothing is shown yet.
    pub fn new(messages: Messages, accounts: usize) -> Self {
        let is_dumb = std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
        let is_free = !messages.quiet && messages.verbose == 0;
        Self {
            wanted: is_free && !is_dumb && std::io::stderr().is_terminal(),
            start: Instant::now(),
            tally: RefCell::new(Tally { accounts, ..Tally::default() }),
            line: OnceCell::new(),
        }
    }

    /// Says what is done where there is nothing to count.
    pub fn doing(&self, what: &'static str) {
        self.tally.borrow_mut().doing = Some(what);
    }

    /// Takes note of what the client does.
    pub fn note(&self, event: &Event) {
        self.tally.borrow_mut().note(event);
    }

    /// Shows the line once the run takes long, and draws it anew until it is dropped.
    pub async fn show(&self) -> Infallible {
        if !self.wanted {
            return std::future::pending().await;
        }
        tokio::time::sleep(PATIENCE).await;
        let line = self.line.get_or_init(|| {
            let style = ProgressStyle::with_template("{msg}").expect("the template is one field");
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_style(style)
        });
        loop {
            let text = self.tally.borrow_mut().line(self.start.elapsed());
            print::on_stderr(|| line.set_message(text));
            tokio::time::sleep(EVERY).await;
        }
    }

    /// Prints something while the line is out of the way.
    pub fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        match self.line.get() {
            Some(line) => line.suspend(print),
            None => print(),
        }
    }

    /// Takes the line away for good.
    pub fn end(&self) {
        if let Some(line) = self.line.get() {
            print::on_stderr(|| line.finish_and_clear());
        }
    }
}

/// What was counted so far.
#[derive(Default)]
struct Tally {
    /// What is done, when it is something else than reading balances.
    doing: Option<&'static str>,
    accounts: usize,
    accounts_done: usize,
    members: u64,
    members_read: u64,
    retries: u64,
    /// How many members were read at which times: those that the rate is measured over.
    samples: VecDeque<(Duration, u64)>,
}

impl Tally {
    fn note(&mut self, event: &Event) {
        match event {
            Event::MembersExpected(more) => self.members = self.members.saturating_add(*more),
            Event::MembersRead(more) => self.members_read = self.members_read.saturating_add(*more),
            Event::AccountDone(_) => self.accounts_done += 1,
            Event::Retrying { .. } => self.retries += 1,
            _ => {}
        }
    }

    /// The line, this long after the start.
    fn line(&mut self, elapsed: Duration) -> String {
        let mut parts: Vec<String> = self.doing.map(str::to_owned).into_iter().collect();
        if self.accounts > 1 {
            let done = group(&self.accounts_done.to_string());
            parts.push(format!("{done}/{} accounts", group(&self.accounts.to_string())));
        }
        if self.members > 0 {
            // What was asked for again counts twice.
            let read = group(&self.members_read.min(self.members).to_string());
            parts.push(format!("{read}/{} members", group(&self.members.to_string())));
            parts.extend(self.rate(elapsed));
        }
        match self.retries {
            0 => {}
            1 => parts.push("1 retry".to_owned()),
            retries => parts.push(format!("{} retries", group(&retries.to_string()))),
        }
        if parts.is_empty() { "asking".to_owned() } else { parts.join(" · ") }
    }

    /// How many members are read a second of late, and how long the rest takes at that rate; nothing before there is
    /// a second to measure over.
    fn rate(&mut self, elapsed: Duration) -> Vec<String> {
        self.samples.push_back((elapsed, self.members_read));
        // The oldest that stays is the last that is a window old.
        while self.samples.get(1).is_some_and(|(time, _)| elapsed.saturating_sub(*time) >= WINDOW) {
            self.samples.pop_front();
        }
        let (since, before) = self.samples[0];
        let milliseconds = elapsed.saturating_sub(since).as_millis();
        let read = u128::from(self.members_read - before);
        if milliseconds < 1000 {
            return Vec::new();
        }
        let tenths = read * 10_000 / milliseconds;
        let rate = format!("{}.{}/s", group(&(tenths / 10).to_string()), tenths % 10);
        let left = u128::from(self.members.saturating_sub(self.members_read));
        if read == 0 {
            return vec![rate];
        }
        vec![rate, format!("{} left", in_words((left * milliseconds).div_ceil(read * 1000)))]
    }
}

fn in_words(seconds: u128) -> String {
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Error, ErrorKind};

    const SECOND: Duration = Duration::from_secs(1);

    fn retry(tally: &mut Tally) {
        let error = Error::new(ErrorKind::Throttled, "too many requests");
        tally.note(&Event::Retrying { error: &error, wait: SECOND });
    }

    #[test]
    fn one_account_is_asked_and_many_are_counted() {
        let mut one = Tally { accounts: 1, ..Tally::default() };
        assert_eq!(one.line(SECOND), "asking");
        retry(&mut one);
        assert_eq!(one.line(SECOND), "1 retry");
        let mut many = Tally { accounts: 200, ..Tally::default() };
        assert_eq!(many.line(SECOND), "0/200 accounts");
        for _ in 0..12 {
            many.note(&Event::AccountDone(0));
            retry(&mut many);
        }
        assert_eq!(many.line(SECOND), "12/200 accounts · 12 retries");
    }

    #[test]
    fn members_are_told_with_the_rate_of_late_and_the_time_that_is_left() {
        let mut tally = Tally { accounts: 1, ..Tally::default() };
        tally.note(&Event::MembersExpected(100_000));
        // What an earlier run has read comes at once, and tells nothing about the rate.
        tally.note(&Event::MembersRead(1_000));
        assert_eq!(tally.line(Duration::from_millis(400)), "1,000/100,000 members");
        assert_eq!(tally.line(2 * SECOND), "1,000/100,000 members · 0.0/s");
        let mut line = String::new();
        for second in 3..=40 {
            tally.note(&Event::MembersRead(1_234));
            line = tally.line(second * SECOND);
        }
        assert_eq!(line, "47,892/100,000 members · 1,234.0/s · 43 s left");
        for second in 41..=60 {
            tally.note(&Event::MembersRead(15));
            line = tally.line(second * SECOND);
        }
        retry(&mut tally);
        assert_eq!(line, "48,192/100,000 members · 15.0/s · 57 min 34 s left");
        tally.note(&Event::MembersRead(100_000));
        assert_eq!(tally.line(61 * SECOND), "100,000/100,000 members · 10,013.5/s · 0 s left · 1 retry");
    }

    #[test]
    fn times_are_told_in_the_units_people_use() {
        assert_eq!(
            [0, 59, 80, 3_600, 90_061].map(in_words),
            ["0 s", "59 s", "1 min 20 s", "1 h 0 min", "25 h 1 min"]
        );
    }
}
