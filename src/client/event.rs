//! Events for progress and logs. No event holds a secret, a signature or signed data.

use std::time::Duration;

use chrono::TimeDelta;

use crate::cloud::{Account, Endpoint, Question};
use crate::model::{Error, Site};

/// An event of the client or of a session.
#[derive(Debug)]
pub enum Event<'a> {
    /// A request is about to be sent.
    Asking {
        account: &'a str,
        endpoint: &'a Endpoint,
        question: &'a Question,
        /// The number of the attempt, from 1.
        attempt: u32,
    },
    /// A reply arrived.
    Answered {
        account: &'a str,
        /// The HTTP status.
        status: u16,
        /// The size of the body.
        bytes: usize,
        /// How long it took from sending the request.
        elapsed: Duration,
    },
    /// The request will be retried.
    Retrying {
        error: &'a Error,
        /// The wait before the retry.
        wait: Duration,
    },
    /// The cloud's clock is used from now on.
    ClockCorrected {
        /// How far the cloud's clock is ahead of this machine's.
        offset: TimeDelta,
    },
    /// The server's issuer is not among the embedded certificates; retrying with the system's.
    TrustingSystem,
    /// A site has answered a request for the account's balances.
    SiteKnown { account: &'a Account, site: Site },
    /// The number of members of an organization to read.
    MembersExpected(u64),
    /// A number of members was read; members that are read again count again.
    MembersRead(u64),
    /// Everything in the scope of the account with this index was read or has failed.
    AccountDone(usize),
}

/// Describes how far this machine's clock is off, such as `20 min 0 s behind the cloud's`.
pub fn offset_in_words(offset: TimeDelta) -> String {
    let seconds = offset.num_seconds();
    let direction = if seconds < 0 { "ahead of the cloud's" } else { "behind the cloud's" };
    let seconds = seconds.unsigned_abs();
    match (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0, seconds) => format!("{seconds} s {direction}"),
        (0, 0, minutes, seconds) => format!("{minutes} min {seconds} s {direction}"),
        (0, hours, minutes, _) => format!("{hours} h {minutes} min {direction}"),
        (days, hours, ..) => format!("{days} days {hours} h {direction}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_described_in_readable_units() {
        let words = |seconds| offset_in_words(TimeDelta::seconds(seconds));
        assert_eq!(words(-7), "7 s ahead of the cloud's");
        assert_eq!(words(1200), "20 min 0 s behind the cloud's");
        assert_eq!(words(7260), "2 h 1 min behind the cloud's");
        assert_eq!(words(-315_360_000), "3650 days 0 h ahead of the cloud's");
    }
}
