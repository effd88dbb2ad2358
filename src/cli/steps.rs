//! Shows the steps of an examination as they are taken: one account after the other, though all are examined at once.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write as _};

use tokio::sync::Notify;

use super::print;
use super::progress::Progress;
use crate::app::Task;
use crate::model::Step;
use crate::render::{self, Style};

/// Prints steps to stdout.
pub struct Steps<'a> {
    tasks: &'a [Task],
    style: Style,
    /// Out of the way while a step is printed.
    progress: &'a Progress,
    state: RefCell<State>,
    broken: Notify,
}

#[derive(Default)]
struct State {
    /// The place of the account whose steps are printed as they come.
    current: usize,
    has_heading: bool,
    /// Steps of the accounts after it.
    waiting: BTreeMap<usize, Vec<Step>>,
    error: Option<io::Error>,
}

impl<'a> Steps<'a> {
    /// No step was taken yet.
    pub fn new(tasks: &'a [Task], style: Style, progress: &'a Progress) -> Self {
        Self { tasks, style, progress, state: RefCell::default(), broken: Notify::new() }
    }

    /// Takes a step of the account at a place.
    pub fn take(&self, at: usize, step: &Step) {
        let state = &mut *self.state.borrow_mut();
        if at == state.current {
            self.print(state, step);
        } else {
            state.waiting.entry(at).or_default().push(step.clone());
        }
    }

    /// Goes on to the next account: the current one was examined.
    pub fn next(&self) {
        let state = &mut *self.state.borrow_mut();
        (state.current, state.has_heading) = (state.current + 1, false);
        for step in state.waiting.remove(&state.current).unwrap_or_default() {
            self.print(state, &step);
        }
    }

    /// Ends when stdout can no longer be written.
    pub async fn broken(&self) {
        self.broken.notified().await;
    }

    /// Prints the steps that still wait for an account which was not examined to its end, and says whether everything
    /// was written.
    pub fn finish(self) -> io::Result<()> {
        while self.state.borrow().waiting.keys().next().is_some() {
            self.next();
        }
        self.state.into_inner().error.map_or(Ok(()), Err)
    }

    fn print(&self, state: &mut State, step: &Step) {
        if state.error.is_some() {
            return;
        }
        let account = &self.tasks[state.current].account;
        let print = || {
            let mut out = print::stdout();
            if !state.has_heading {
                render::write_heading(state.current > 0, account.cloud.name(), &account.label, &mut out)?;
            }
            render::write_step(step, self.style, &mut out)?;
            out.flush()
        };
        let written = self.progress.aside(print);
        state.has_heading = true;
        if let Err(error) = written {
            state.error = Some(error);
            self.broken.notify_one();
        }
    }
}
