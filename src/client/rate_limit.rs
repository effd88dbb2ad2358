//! The rate limit: never more requests in one second than a cloud allows, hardly fewer, and fewer when it throttles.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::{Mutex, Notify, Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::model::Error;

/// The window in which the clouds count requests, plus a margin for the unknown time that requests are in transit.
const WINDOW: Duration = Duration::from_millis(1010);

/// The longest wait that a server can ask for; no run lasts longer.
const LONGEST_AGAIN: Duration = Duration::from_secs(86_400);

/// The rate limit for one account's requests of one kind.
///
/// A request is sent once the request sent `allowed` places before it has arrived at least a window ago. The server
/// therefore never sees more than `allowed` requests in any second. The first ones are sent at once. The arrival of a
/// request can only be bounded: it arrived before its reply; and once enough replies show how fast they can be, at most
/// as late as its reply exceeded the fastest one. This allows for delays (a new connection, a busy machine, the
/// network) that affect one request and not the next.
#[derive(Debug)]
pub struct RateLimit {
    /// The largest number of requests per window; 0 means no limit.
    rate: usize,
    /// The current number of requests per window: fewer after the cloud has throttled.
    allowed: Cell<usize>,
    /// Holds waiting requests in order of arrival.
    queue: Mutex<()>,
    /// The last `rate` requests that were sent.
    left: RefCell<VecDeque<Departure>>,
    /// Wakes waiting requests when one has ended.
    ends: Notify,
    /// The number of requests sent before those in `left`.
    forgotten: Cell<u64>,
    /// The fastest reply, and the number of replies it was chosen from.
    quickest: Cell<Duration>,
    replies: Cell<usize>,
    /// Successful replies since `allowed` last changed.
    answers: Cell<usize>,
    /// When `allowed` was last reduced.
    slowed: Cell<Option<Instant>>,
    /// Set while the cloud does nothing but throttle.
    throttling: Cell<Option<Throttling>>,
    /// How often all waiting questions were given up, and the latest reason.
    surrenders: Cell<u32>,
    surrender: RefCell<Option<Error>>,
}

/// A request that was sent.
#[derive(Clone, Copy, Debug)]
struct Departure {
    at: Instant,
    /// How long it took, if it has ended.
    took: Option<Duration>,
}

/// A period in which the cloud does nothing but throttle.
#[derive(Clone, Copy, Debug)]
struct Throttling {
    since: Instant,
    /// The latest time at which the cloud asked to be retried; initially, the start of the period.
    again: Instant,
    /// How often the cloud throttled again although the wait it asked for was over.
    waits: u32,
}

/// Identifies the departure that a reply belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(u64);

impl RateLimit {
    /// Creates a limit of that many requests per second; 0 means no limit.
    pub fn new(rate: u32) -> Self {
        Self {
            rate: rate as usize,
            allowed: Cell::new(rate as usize),
            queue: Mutex::default(),
            left: RefCell::default(),
            ends: Notify::new(),
            forgotten: Cell::new(0),
            quickest: Cell::new(Duration::MAX),
            replies: Cell::new(0),
            answers: Cell::new(0),
            slowed: Cell::new(None),
            throttling: Cell::new(None),
            surrenders: Cell::new(0),
            surrender: RefCell::new(None),
        }
    }

    /// Returns the value that a question passes to `turn` on every attempt.
    pub fn surrenders(&self) -> u32 {
        self.surrenders.get()
    }

    /// Waits until a request may be sent, and for its place among all concurrent requests. Fails if waiting questions
    /// were given up since this one began, because it would only be throttled too.
    pub async fn turn<'p>(
        &self,
        surrenders: u32,
        places: &'p Semaphore,
    ) -> Result<(Ticket, SemaphorePermit<'p>), Error> {
        let _queue = self.queue.lock().await;
        // Meanwhile the limit may shrink, and a reply may arrive.
        let place = loop {
            while let Some(due) = self.put_off() {
                tokio::select! {
                    () = tokio::time::sleep_until(due) => {}
                    () = self.ends.notified() => {}
                }
            }
            let place = places.acquire().await.expect("the semaphore is never closed");
            if self.put_off().is_none() {
                break place;
            }
        };
        if self.surrenders.get() != surrenders
            && let Some(error) = &*self.surrender.borrow()
        {
            return Err(error.clone());
        }
        Ok((self.leave(Instant::now()), place))
    }

    fn leave(&self, at: Instant) -> Ticket {
        let mut left = self.left.borrow_mut();
        let ticket = Ticket(self.forgotten.get() + left.len() as u64);
        if self.rate > 0 {
            if left.len() == self.rate {
                left.pop_front();
                self.forgotten.set(self.forgotten.get() + 1);
            }
            left.push_back(Departure { at, took: None });
        }
        ticket
    }

    /// Records a reply. The time by which it exceeded the fastest one may have delayed its request.
    pub fn replied(&self, ticket: Ticket, took: Duration) {
        self.quickest.set(self.quickest.get().min(took));
        self.replies.set(self.replies.get() + 1);
        self.ended(ticket, took);
    }

    /// Records that a request ended without a reply: it arrived before now, or never.
    pub fn ended(&self, ticket: Ticket, took: Duration) {
        let place = ticket.0.checked_sub(self.forgotten.get()).and_then(|place| usize::try_from(place).ok());
        if let Some(departure) = self.left.borrow_mut().get_mut(place.unwrap_or(usize::MAX)) {
            departure.took = Some(took);
        }
        self.ends.notify_one();
    }

    /// Returns the time until which the next request must wait, if that is in the future.
    fn put_off(&self) -> Option<Instant> {
        let now = Instant::now();
        self.due(now).filter(|due| *due > now)
    }

    /// Returns when the next request may be sent, as far as that is known now, if it must wait for an earlier one.
    fn due(&self, now: Instant) -> Option<Instant> {
        let left = self.left.borrow();
        let before = left.get(left.len().checked_sub(self.allowed.get().max(1))?)?;
        let delay = match before.took {
            Some(took) if self.replies.get() / 2 >= self.rate => took.saturating_sub(self.quickest.get()),
            Some(took) => took,
            None => now.saturating_duration_since(before.at),
        };
        Some(before.at + delay.min(WINDOW) + WINDOW)
    }

    /// Slows down after a throttled reply (another program may use the key too). Returns whether nothing but throttled
    /// replies has come for `patience`, not counting up to `waits` waits that the cloud asked for.
    pub fn throttled(&self, patience: Duration, after: Option<Duration>, waits: u32) -> bool {
        let now = Instant::now();
        // Concurrent requests are throttled for the same reason: slow down once.
        if self.slowed.get().is_none_or(|slowed| now - slowed >= WINDOW) {
            self.slowed.set(Some(now));
            self.answers.set(0);
            self.allowed.set((self.allowed.get().saturating_mul(2) / 3).max(1));
        }
        let mut throttling = self.throttling.get().unwrap_or(Throttling { since: now, again: now, waits: 0 });
        if let Some(after) = after {
            throttling.waits += u32::from(now >= throttling.again);
            // A server may ask for more than the clock can represent.
            throttling.again = throttling.again.max(now + after.min(LONGEST_AGAIN));
        }
        self.throttling.set(Some(throttling));
        let counted_from = if throttling.waits > waits { throttling.since } else { throttling.again };
        now.saturating_duration_since(counted_from) >= patience
    }

    /// Gives up all questions that have begun, with this error.
    pub fn surrender(&self, error: &Error) {
        self.surrender.replace(Some(error.clone()));
        self.surrenders.set(self.surrenders.get().wrapping_add(1));
        self.throttling.set(None);
    }

    /// Records a successful reply. After a window's worth of them, the limit recovers by one.
    pub fn answered(&self) {
        self.throttling.set(None);
        self.answers.set(self.answers.get() + 1);
        if self.answers.get() >= self.allowed.get() && self.allowed.get() < self.rate {
            self.answers.set(0);
            self.allowed.set(self.allowed.get() + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ErrorKind;

    const PATIENCE: Duration = Duration::from_secs(15);

    /// A limit that already knows how fast replies are.
    fn known(rate: u32, quickest: u64) -> RateLimit {
        let limit = RateLimit::new(rate);
        limit.quickest.set(Duration::from_millis(quickest));
        limit.replies.set(2 * limit.rate);
        limit
    }

    /// The times in milliseconds at which `count` requests are sent if all are ready at once and each is answered after
    /// 50 ms.
    fn turns(limit: &RateLimit, count: usize) -> Vec<u128> {
        let start = Instant::now();
        let mut now = start;
        let turns = (0..count).map(|_| {
            now = limit.due(now).map_or(now, |due| due.max(now));
            let ticket = limit.leave(now);
            limit.ended(ticket, Duration::from_millis(50));
            (now - start).as_millis()
        });
        let turns = turns.collect();
        limit.left.borrow_mut().clear();
        turns
    }

    #[test]
    fn the_first_requests_leave_at_once_and_the_rest_a_window_later() {
        assert_eq!(turns(&known(3, 50), 8), [0, 0, 0, 1010, 1010, 1010, 2020, 2020]);
    }

    #[test]
    fn while_few_replies_have_come_a_request_has_arrived_when_it_is_answered() {
        let limit = RateLimit::new(3);
        assert_eq!(turns(&limit, 7), [0, 0, 0, 1060, 1060, 1060, 2120]);
        for reply in 1..=6 {
            assert_eq!(turns(&limit, 4)[3], 1060, "before reply {reply}");
            limit.replied(Ticket(0), Duration::from_millis(50));
        }
        assert_eq!(turns(&limit, 4)[3], 1010);
    }

    #[test]
    fn throttling_lets_fewer_leave_and_answers_let_more_leave_again() {
        let limit = known(3, 50);
        limit.throttled(PATIENCE, None, 3);
        assert_eq!(turns(&limit, 5), [0, 0, 1010, 1010, 2020]);
        limit.throttled(PATIENCE, None, 3);
        assert_eq!(turns(&limit, 5), [0, 0, 1010, 1010, 2020], "they left together: one reason, one step");
        let mut allowed = Vec::new();
        for _ in 0..4 {
            limit.answered();
            allowed.push(limit.allowed.get());
        }
        assert_eq!(allowed, [2, 3, 3, 3], "a step after as many answers as there are requests in a window");
    }

    #[test]
    fn a_delay_of_a_reply_may_have_delayed_its_request() {
        let limit = known(2, 100);
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let due = |now| (limit.due(at(now)).unwrap() - start).as_millis();
        let [first, second] = [limit.leave(start), limit.leave(start)];
        limit.replied(first, Duration::from_millis(110));
        // It opened a connection first.
        limit.replied(second, Duration::from_millis(300));
        assert_eq!(due(900), 1020);
        limit.leave(at(1020));
        assert_eq!(due(1020), 1210);
        let fourth = limit.leave(at(1210));
        // A reply to a forgotten request only shows how fast replies can be.
        limit.replied(first, Duration::from_millis(50));
        assert_eq!(limit.quickest.get(), Duration::from_millis(50));
        limit.leave(at(2040));
        // It failed: it arrived by then or never, and does not show how fast replies can be.
        limit.ended(fourth, Duration::from_millis(40));
        assert_eq!((due(2040), limit.quickest.get()), (2220, Duration::from_millis(50)));
    }

    #[test]
    fn a_request_that_is_not_answered_may_not_have_arrived() {
        let limit = known(2, 100);
        let start = Instant::now();
        let due = |now| (limit.due(start + Duration::from_millis(now)).unwrap() - start).as_millis();
        let [first, _] = [limit.leave(start), limit.leave(start)];
        assert_eq!([due(0), due(500), due(1000)], [1010, 1510, 2010]);
        assert_eq!([due(2000), due(9000)], [2020, 2020], "the wait is bounded");
        limit.replied(first, Duration::from_millis(900));
        assert_eq!(due(1000), 1810);
    }

    #[test]
    fn at_least_one_request_a_window_leaves() {
        let limit = known(1, 50);
        limit.throttled(PATIENCE, None, 3);
        assert_eq!(turns(&limit, 3), [0, 1010, 2020]);
    }

    /// Moves the start of the throttling, and the wait the cloud asked for, into the past.
    fn pass(limit: &RateLimit, time: Duration) {
        let back = |at: Instant| at.checked_sub(time).unwrap();
        limit.throttling.set(limit.throttling.get().map(|throttling| Throttling {
            since: back(throttling.since),
            again: back(throttling.again),
            ..throttling
        }));
    }

    #[test]
    fn patience_ends_when_nothing_but_throttling_came_for_so_long() {
        let limit = RateLimit::new(20);
        assert!(!limit.throttled(PATIENCE, None, 3));
        pass(&limit, PATIENCE);
        assert!(limit.throttled(PATIENCE, None, 3));
        limit.answered();
        assert!(!limit.throttled(PATIENCE, None, 3), "an answer came in between");
    }

    #[test]
    fn the_waits_that_the_cloud_asks_for_do_not_use_patience_up_for_a_while() {
        let limit = RateLimit::new(20);
        let wait = Duration::from_secs(20);
        let throttled = || limit.throttled(PATIENCE, Some(wait), 2);
        // Several concurrent requests each time.
        for _ in 0..2 {
            assert!(!throttled() && !throttled() && !throttled());
            pass(&limit, wait);
        }
        assert!(throttled(), "the waits are used up");
        limit.answered();
        assert!(!throttled());
        pass(&limit, wait + PATIENCE);
        assert!(limit.throttled(PATIENCE, None, 2));
    }

    #[tokio::test]
    async fn when_patience_has_ended_only_questions_that_begin_later_get_a_turn() {
        let places = Semaphore::new(20);
        let limit = RateLimit::new(20);
        let before = limit.surrenders();
        let error = Error::new(ErrorKind::Throttled, "too many requests");
        limit.surrender(&error);
        assert_eq!(limit.turn(before, &places).await.err(), Some(error));
        assert!(limit.turn(limit.surrenders(), &places).await.is_ok());
    }

    #[tokio::test]
    async fn no_limit_is_no_wait() {
        let places = Semaphore::new(20);
        let limit = RateLimit::new(0);
        let start = Instant::now();
        for _ in 0..10_000 {
            assert!(limit.turn(0, &places).await.is_ok());
        }
        assert!(limit.left.borrow().is_empty());
        assert!(start.elapsed() < Duration::from_secs(1));
    }

    #[tokio::test]
    async fn a_turn_that_has_to_wait_is_waited_for() {
        let places = Semaphore::new(20);
        let limit = known(2, 0);
        let start = Instant::now();
        for _ in 0..2 {
            let (ticket, _) = limit.turn(0, &places).await.unwrap();
            limit.replied(ticket, Duration::ZERO);
        }
        assert!(start.elapsed() < WINDOW, "the first ones leave at once");
        assert_eq!(limit.turn(0, &places).await.unwrap().0, Ticket(2));
        assert!(start.elapsed() >= WINDOW);
    }

    #[tokio::test]
    async fn a_reply_wakes_a_waiting_request() {
        let places = Semaphore::new(20);
        let limit = known(1, 0);
        let start = Instant::now();
        let (first, _) = limit.turn(0, &places).await.unwrap();
        let (second, ()) = tokio::join!(limit.turn(0, &places), async {
            tokio::time::sleep(WINDOW + Duration::from_millis(100)).await;
            limit.replied(first, Duration::ZERO);
        });
        assert_eq!(second.unwrap().0, Ticket(1));
        // Without the reply it would have been sent two windows later.
        assert!(start.elapsed() < 2 * WINDOW, "{:?}", start.elapsed());
    }

    #[tokio::test]
    async fn a_turn_is_counted_from_when_there_is_a_place_for_it() {
        let places = Semaphore::new(1);
        let limit = known(1, 0);
        let start = Instant::now();
        let other_account = places.acquire().await.unwrap();
        let ((), first) = tokio::join!(
            async {
                tokio::time::sleep(Duration::from_millis(100)).await;
                drop(other_account);
            },
            limit.turn(0, &places)
        );
        let (ticket, seat) = first.unwrap();
        let left = limit.left.borrow()[0].at - start;
        assert!(left >= Duration::from_millis(100), "{left:?}");
        limit.replied(ticket, Duration::ZERO);
        drop(seat);
        _ = limit.turn(0, &places).await.unwrap();
        assert!(start.elapsed() >= Duration::from_millis(100) + WINDOW);
    }
}
