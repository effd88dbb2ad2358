//! Pace: never more requests in one second than a cloud allows, and hardly fewer.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// The window that the clouds count in, and a margin over it for the time that requests under way differ in.
const WINDOW: Duration = Duration::from_millis(1020);

/// The slowest that throttling makes the pace: `rate` requests in this time.
const SLOWEST: Duration = Duration::from_secs(16);

/// The pace of one account's requests of one kind.
///
/// Of any `rate + 1` requests in a row the last leaves at least a window after the first, so a sliding second of the
/// server's never sees more than `rate`; the first `rate` leave at once.
#[derive(Debug)]
pub struct Pace {
    rate: usize,
    /// When the last `rate` requests left or will leave.
    turns: RefCell<VecDeque<Instant>>,
    /// The present window: longer than usual after the cloud has throttled.
    window: Cell<Duration>,
    answers: Cell<usize>,
}

impl Pace {
    /// A pace of that many requests a second; 0 is no limit.
    pub fn new(rate: u32) -> Self {
        Self {
            rate: rate as usize,
            turns: RefCell::new(VecDeque::new()),
            window: Cell::new(WINDOW),
            answers: Cell::new(0),
        }
    }

    /// Waits for the turn of one request.
    pub async fn turn(&self) {
        if self.rate == 0 {
            return;
        }
        let now = Instant::now();
        let turn = self.next_turn(now);
        // Even a sleep that is over would cost a tick of the timer, a millisecond.
        if turn > now {
            tokio::time::sleep_until(turn).await;
        }
    }

    fn next_turn(&self, now: Instant) -> Instant {
        let mut turns = self.turns.borrow_mut();
        let after_the_first = if turns.len() < self.rate { None } else { turns.pop_front() };
        let turn = after_the_first.map_or(now, |first| now.max(first + self.window.get()));
        // Turns leave in order, also when the window has become shorter in between.
        let turn = turns.back().map_or(turn, |last| turn.max(*last));
        turns.push_back(turn);
        turn
    }

    /// The cloud says it was too much (somebody else uses the key): be slower, and leave it a pause.
    pub fn throttled(&self) {
        let window = (self.window.get() * 3 / 2).min(SLOWEST);
        self.window.set(window);
        self.answers.set(0);
    }

    /// The cloud answered: after a second's worth of answers the pace recovers by a step.
    pub fn answered(&self) {
        self.answers.set(self.answers.get() + 1);
        if self.answers.get() >= self.rate && self.window.get() > WINDOW {
            self.answers.set(0);
            self.window.set((self.window.get() * 9 / 10).max(WINDOW));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The times at which `count` requests leave, in milliseconds, when all are asked for at once.
    fn turns(pace: &Pace, count: usize) -> Vec<u128> {
        let start = Instant::now();
        (0..count).map(|_| (pace.next_turn(start) - start).as_millis()).collect()
    }

    #[test]
    fn the_first_requests_leave_at_once_and_the_rest_a_window_later() {
        assert_eq!(turns(&Pace::new(3), 8), [0, 0, 0, 1020, 1020, 1020, 2040, 2040]);
    }

    #[test]
    fn throttling_makes_the_window_longer_and_answers_shorten_it_again() {
        let pace = Pace::new(2);
        pace.throttled();
        assert_eq!(turns(&pace, 5), [0, 0, 1530, 1530, 3060]);
        for _ in 0..100 {
            pace.answered();
        }
        assert_eq!(pace.window.get(), WINDOW);
        for _ in 0..100 {
            pace.throttled();
        }
        assert_eq!(pace.window.get(), SLOWEST);
    }

    #[tokio::test]
    async fn no_limit_is_no_wait() {
        let pace = Pace::new(0);
        let start = Instant::now();
        for _ in 0..10_000 {
            pace.turn().await;
        }
        assert!(pace.turns.borrow().is_empty());
        assert!(start.elapsed() < Duration::from_secs(1));
    }
}
