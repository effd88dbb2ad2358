//! How many requests each key makes of each API within any one second.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

const SECOND: Duration = Duration::from_secs(1);
/// From this many windows on, the idle ones are forgotten.
const MANY: usize = 4096;

/// What came of one request.
#[derive(Debug, PartialEq, Eq)]
pub struct Verdict {
    /// How long to wait, when the request is one too many.
    pub wait: Option<Duration>,
    /// How many requests, this one included, arrived in the second that ends now.
    pub within_a_second: usize,
}

/// A sliding window of one second per key and API.
#[derive(Default)]
pub struct Pace {
    windows: HashMap<(String, &'static str), VecDeque<(Instant, bool)>>,
}

impl Pace {
    /// Counts a request; a limit of 0 is none. Refused requests do not use up the limit.
    pub fn admit(&mut self, key: &str, action: &'static str, now: Instant, limit: u32) -> Verdict {
        let recent = |at: Instant| now.saturating_duration_since(at) < SECOND;
        if self.windows.len() >= MANY {
            self.windows.retain(|_, window| window.back().is_some_and(|(at, _)| recent(*at)));
        }
        let window = self.windows.entry((key.to_owned(), action)).or_default();
        while window.front().is_some_and(|(at, _)| !recent(*at)) {
            window.pop_front();
        }
        let full = limit > 0 && window.iter().filter(|(_, admitted)| *admitted).count() >= limit as usize;
        let free_at = window.iter().find(|(_, admitted)| *admitted).map_or(now, |(at, _)| *at + SECOND);
        window.push_back((now, !full));
        Verdict { wait: full.then(|| free_at - now), within_a_second: window.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_second_admits_no_more_until_its_oldest_request_is_a_second_old() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        let mut at = |millis| pace.admit("key", "action", start + Duration::from_millis(millis), 2);
        let refused =
            |millis, within_a_second| Verdict { wait: Some(Duration::from_millis(millis)), within_a_second };
        assert_eq!(at(0), Verdict { wait: None, within_a_second: 1 });
        assert_eq!(at(900), Verdict { wait: None, within_a_second: 2 });
        assert_eq!(at(999), refused(1, 3));
        assert_eq!(at(1000), Verdict { wait: None, within_a_second: 3 });
        assert_eq!(at(1100), refused(800, 4));
    }

    #[test]
    fn keys_and_actions_are_counted_apart_and_zero_is_no_limit() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        let once = Verdict { wait: None, within_a_second: 1 };
        assert_eq!(pace.admit("a", "x", now, 1), once);
        assert_eq!(pace.admit("a", "y", now, 1), once);
        assert_eq!(pace.admit("b", "x", now, 1), once);
        assert!((0..1000).all(|_| pace.admit("c", "x", now, 0).wait.is_none()));
    }

    #[test]
    fn idle_windows_are_forgotten() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        for key in 0..MANY {
            pace.admit(&key.to_string(), "x", start, 1);
        }
        pace.admit("later", "x", start + SECOND, 1);
        assert_eq!(pace.windows.len(), 1);
    }
}
