//! The rate limit: never more requests in one second than a cloud allows, hardly fewer, and fewer when it throttles.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::{Mutex, Notify, Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::model::Error;

/// The window that the clouds count in, and a margin over it for what is not known of how long requests are under way.
const WINDOW: Duration = Duration::from_millis(1010);

/// The latest that a server may want to be asked again: no run lasts longer.
const LONGEST_AGAIN: Duration = Duration::from_secs(86_400);

/// The limit of one account's requests of one kind.
///
/// A request leaves when the one that left `allowed` places before it has arrived at least a window ago, so a sliding
/// second of the server's never sees more than `allowed`; the first ones leave at once. When a request has arrived can
/// only be bounded: before its reply came, and, once many replies have shown how quick they can be, as much after it
/// left as its reply took longer than that. What opening a connection, a busy machine or a network may hold up in one
/// request and not in the next is so allowed for.
#[derive(Debug)]
pub struct RateLimit {
    /// The most requests a window; 0 is no limit.
    rate: usize,
    /// How many it is at present: fewer after the cloud has throttled.
    allowed: Cell<usize>,
    /// The lock is the queue: first come, first served.
    queue: Mutex<()>,
    /// The last `rate` requests.
    left: RefCell<VecDeque<Departure>>,
    /// Tells whoever waits that a request has ended.
    ends: Notify,
    /// How many requests have left before those.
    forgotten: Cell<u64>,
    /// The quickest reply, and of how many.
    quickest: Cell<Duration>,
    replies: Cell<usize>,
    /// Answers since `allowed` was last changed.
    answers: Cell<usize>,
    /// When the cloud last made this slower.
    slowed: Cell<Option<Instant>>,
    /// While the cloud does nothing but throttle.
    throttling: Cell<Option<Throttling>>,
    /// How often patience has ended, and over what.
    surrenders: Cell<u32>,
    surrender: RefCell<Option<Error>>,
}

/// A request that has left.
#[derive(Clone, Copy, Debug)]
struct Departure {
    at: Instant,
    /// How long it took, once it has ended.
    took: Option<Duration>,
}

/// A time in which the cloud does nothing but throttle.
#[derive(Clone, Copy, Debug)]
struct Throttling {
    since: Instant,
    /// When the cloud wants to be asked again, at the latest that it has said; at first, when it began.
    again: Instant,
    /// How often it was asked again when it wanted to be, and has throttled all the same.
    waits: u32,
}

/// Says which departure a reply belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(u64);

impl RateLimit {
    /// A limit of that many requests a second; 0 is no limit.
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

    /// What a question keeps from its beginning, for `turn`.
    pub fn surrenders(&self) -> u32 {
        self.surrenders.get()
    }

    /// Waits for the turn of one request, and for its place among all that are under way: it leaves at once when it
    /// has both. An error when patience has ended since the question began: whoever waited in the same queue would
    /// only be throttled too.
    pub async fn turn<'p>(
        &self,
        surrenders: u32,
        places: &'p Semaphore,
    ) -> Result<(Ticket, SemaphorePermit<'p>), Error> {
        let _queue = self.queue.lock().await;
        // What is allowed may become less in the meantime, and a reply may come.
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

    /// A reply came: what it took longer than the quickest may be what its request took longer to arrive.
    pub fn replied(&self, ticket: Ticket, took: Duration) {
        self.quickest.set(self.quickest.get().min(took));
        self.replies.set(self.replies.get() + 1);
        self.ended(ticket, took);
    }

    /// A request ended without a reply: it has arrived until now, or never.
    pub fn ended(&self, ticket: Ticket, took: Duration) {
        let place = ticket.0.checked_sub(self.forgotten.get()).and_then(|place| usize::try_from(place).ok());
        if let Some(departure) = self.left.borrow_mut().get_mut(place.unwrap_or(usize::MAX)) {
            departure.took = Some(took);
        }
        self.ends.notify_one();
    }

    /// Until when the next request has to wait, if not even now.
    fn put_off(&self) -> Option<Instant> {
        let now = Instant::now();
        self.due(now).filter(|due| *due > now)
    }

    /// When the next request may leave, as far as it is known now, if it has to wait for an earlier one.
    fn due(&self, now: Instant) -> Option<Instant> {
        let left = self.left.borrow();
        let before = left.get(left.len().checked_sub(self.allowed.get().max(1))?)?;
        let held_up = match before.took {
            Some(took) if self.replies.get() / 2 >= self.rate => took.saturating_sub(self.quickest.get()),
            Some(took) => took,
            None => now.saturating_duration_since(before.at),
        };
        Some(before.at + held_up.min(WINDOW) + WINDOW)
    }

    /// The cloud says it was too much (somebody else uses the key): be slower. Tells whether it has said nothing else
    /// for as long as that; the waits that it asks for are not counted, so many times.
    pub fn throttled(&self, patience: Duration, after: Option<Duration>, waits: u32) -> bool {
        let now = Instant::now();
        // Of requests that were under way together, many are refused for the same reason.
        if self.slowed.get().is_none_or(|slowed| now - slowed >= WINDOW) {
            self.slowed.set(Some(now));
            self.answers.set(0);
            self.allowed.set((self.allowed.get().saturating_mul(2) / 3).max(1));
        }
        let mut throttling = self.throttling.get().unwrap_or(Throttling { since: now, again: now, waits: 0 });
        if let Some(after) = after {
            throttling.waits += u32::from(now >= throttling.again);
            // A server may ask for more than the clock can count.
            throttling.again = throttling.again.max(now + after.min(LONGEST_AGAIN));
        }
        self.throttling.set(Some(throttling));
        let counted_from = if throttling.waits > waits { throttling.since } else { throttling.again };
        now.saturating_duration_since(counted_from) >= patience
    }

    /// No question that has begun is asked again: this is what the cloud said to all of them.
    pub fn surrender(&self, error: &Error) {
        self.surrender.replace(Some(error.clone()));
        self.surrenders.set(self.surrenders.get().wrapping_add(1));
        self.throttling.set(None);
    }

    /// The cloud answered: after a second's worth of answers the limit recovers by a step.
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

    /// A limit that knows how quick replies are.
    fn known(rate: u32, quickest: u64) -> RateLimit {
        let limit = RateLimit::new(rate);
        limit.quickest.set(Duration::from_millis(quickest));
        limit.replies.set(2 * limit.rate);
        limit
    }

    /// The times at which `count` requests leave, in milliseconds, when all are asked for at once and each is answered
    /// after 50 ms.
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
    fn what_held_a_reply_up_may_have_held_its_request_up() {
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
        // A reply to a request that is no longer remembered says only how quick replies can be.
        limit.replied(first, Duration::from_millis(50));
        assert_eq!(limit.quickest.get(), Duration::from_millis(50));
        limit.leave(at(2040));
        // It broke: it has arrived until then, or never, and says nothing of how quick replies can be.
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
        assert_eq!([due(2000), due(9000)], [2020, 2020], "it is not waited for for ever");
        limit.replied(first, Duration::from_millis(900));
        assert_eq!(due(1000), 1810);
    }

    #[test]
    fn at_least_one_request_a_window_leaves() {
        let limit = known(1, 50);
        limit.throttled(PATIENCE, None, 3);
        assert_eq!(turns(&limit, 3), [0, 1010, 2020]);
    }

    /// Lets it be that long ago that the cloud began to throttle, and wanted to be asked again.
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
        // Each time several requests were under way.
        for _ in 0..2 {
            assert!(!throttled() && !throttled() && !throttled());
            pass(&limit, wait);
        }
        assert!(throttled(), "it was asked again as often as that");
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
    async fn a_reply_is_news_for_whoever_waits() {
        let places = Semaphore::new(20);
        let limit = known(1, 0);
        let start = Instant::now();
        let (first, _) = limit.turn(0, &places).await.unwrap();
        let (second, ()) = tokio::join!(limit.turn(0, &places), async {
            tokio::time::sleep(WINDOW + Duration::from_millis(100)).await;
            limit.replied(first, Duration::ZERO);
        });
        assert_eq!(second.unwrap().0, Ticket(1));
        // Without the reply it would have left two windows later.
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
