//! The wait before a retry, if the server does not ask for one.

use std::time::Duration;

/// The longest wait after the first attempt. It doubles with every further one.
const FIRST: Duration = Duration::from_millis(200);

/// The longest wait of all.
const LONGEST: Duration = Duration::from_secs(5);

/// Returns the wait before attempt `attempt + 1`: exponential with full jitter.
pub fn backoff(attempt: u32) -> Duration {
    let mut random = [0; 4];
    getrandom::fill(&mut random).expect("the operating system gives random numbers");
    longest(attempt) * (u32::from_ne_bytes(random) >> 16) / (1 << 16)
}

fn longest(attempt: u32) -> Duration {
    FIRST.saturating_mul(1 << attempt.saturating_sub(1).min(10)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_five_seconds() {
        let longest = |attempt| longest(attempt).as_millis();
        assert_eq!([1, 2, 3, 4, 5, 6, 7].map(longest), [200, 400, 800, 1600, 3200, 5000, 5000]);
        assert_eq!([0, 11, 12, u32::MAX].map(longest), [200, 5000, 5000, 5000]);
    }

    #[test]
    fn waits_are_spread_over_all_that_they_may_be() {
        let waits: Vec<u128> = (0..1000).map(|_| backoff(3).as_millis()).collect();
        // Each quarter is missed by a thousand waits once in 10^125 runs.
        for quarter in 0..4 {
            assert!(waits.iter().any(|wait| wait / 200 == quarter), "{waits:?}");
        }
        assert!(waits.iter().all(|wait| *wait < 800), "{waits:?}");
    }
}
