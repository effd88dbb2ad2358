//! Puts the rows of accounts that are read concurrently in the order of the accounts.

use std::cell::RefCell;
use std::collections::VecDeque;

use crate::model::Row;

/// Puts rows in order: those of the first unfinished account are emitted as they arrive, and those of later accounts
/// are buffered until their turn.
pub struct Order<'a> {
    inner: RefCell<Inner<'a>>,
}

struct Inner<'a> {
    emit: &'a mut dyn FnMut(Row),
    /// The unfinished accounts, in order.
    waiting: VecDeque<Waiting>,
    /// The number of accounts before those in `waiting`.
    passed: usize,
}

#[derive(Default)]
struct Waiting {
    rows: Vec<Row>,
    done: bool,
}

impl<'a> Order<'a> {
    /// Creates an order for a number of accounts.
    pub fn new(accounts: usize, emit: &'a mut dyn FnMut(Row)) -> Self {
        let waiting = std::iter::repeat_with(Waiting::default).take(accounts).collect();
        Self { inner: RefCell::new(Inner { emit, waiting, passed: 0 }) }
    }

    /// Emits or buffers a row of an account.
    pub fn row(&self, account: usize, row: Row) {
        let inner = &mut *self.inner.borrow_mut();
        match account.checked_sub(inner.passed) {
            Some(0) | None => (inner.emit)(row),
            Some(place) => inner.waiting[place].rows.push(row),
        }
    }

    /// Marks an account as finished.
    pub fn done(&self, account: usize) {
        let inner = &mut *self.inner.borrow_mut();
        if let Some(place) = account.checked_sub(inner.passed) {
            inner.waiting[place].done = true;
        }
        while inner.waiting.front().is_some_and(|first| first.done) {
            inner.waiting.pop_front();
            inner.passed += 1;
            if let Some(next) = inner.waiting.front_mut() {
                std::mem::take(&mut next.rows).into_iter().for_each(&mut inner.emit);
            }
        }
    }
}

/// Emits all buffered rows, so that an interrupted run shows everything that was read.
impl Drop for Order<'_> {
    fn drop(&mut self) {
        let inner = self.inner.get_mut();
        inner.waiting.drain(..).flat_map(|waiting| waiting.rows).for_each(&mut inner.emit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Error, ErrorKind};

    fn row(text: &str) -> Row {
        Row::Error(Box::new(Error::new(ErrorKind::Server, text)))
    }

    /// The rows that come out when the steps are taken: `2a` is a row of account 2, `2.` its end.
    fn order(steps: &str, accounts: usize) -> String {
        let mut seen = String::new();
        let mut emit = |row| {
            if let Row::Error(error) = row {
                seen += &error.message;
            }
        };
        let order = Order::new(accounts, &mut emit);
        for step in steps.split(' ') {
            let account = usize::from(step.as_bytes()[0] - b'0');
            if step.ends_with('.') { order.done(account) } else { order.row(account, row(&step[1..])) }
        }
        drop(order);
        seen
    }

    #[test]
    fn rows_come_in_the_accounts_order_and_none_is_lost() {
        assert_eq!(order("0a 0b 0. 1c 1.", 2), "abc");
        assert_eq!(order("1c 0a 1. 0b 0.", 2), "abc");
        assert_eq!(order("2d 1b 2. 1c 1. 0a 0.", 3), "abcd");
        assert_eq!(order("2c 0a 1b", 3), "abc", "what is held back when it ends is shown");
        assert_eq!(order("1. 0a 0. 2b 2.", 3), "ab");
    }
}
