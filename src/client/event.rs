//! What the client tells while it works. No event holds a secret, a signature or what was signed.

use std::time::Duration;

use chrono::TimeDelta;

use crate::cloud::{Account, Endpoint, Question};
use crate::model::{Error, Site};

/// Something the client did.
#[derive(Debug)]
pub enum Event<'a> {
    /// A request is sent.
    Asking {
        /// The account's label.
        account: &'a str,
        /// Where it goes.
        endpoint: &'a Endpoint,
        /// What is asked.
        question: &'a Question,
        /// Which attempt it is, from 1.
        attempt: u32,
    },
    /// A reply came.
    Answered {
        /// The account's label.
        account: &'a str,
        /// The HTTP status.
        status: u16,
        /// The size of the body.
        bytes: usize,
        /// How long it took, waiting for the first byte included.
        elapsed: Duration,
    },
    /// The question will be asked again.
    Retrying {
        /// Why.
        error: &'a Error,
        /// After which wait.
        wait: Duration,
    },
    /// The cloud's clock is used from now on.
    ClockCorrected {
        /// How far the cloud's clock is ahead of this machine's.
        offset: TimeDelta,
    },
    /// The server's issuer is not among the embedded certificates: the system's are tried.
    TrustingSystem,
    /// A site has answered a request for the account's balances.
    SiteKnown {
        /// The account.
        account: &'a Account,
        /// The site.
        site: Site,
    },
    /// So many members of an organisation are to be read.
    MembersExpected(u64),
    /// So many members more were read; those that are asked for again count again.
    MembersRead(u64),
    /// Everything that is wished of the account at this place was read, or failed.
    AccountDone(usize),
}

/// For instance `20 min 0 s behind`.
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
    fn offsets_are_told_in_the_units_people_use() {
        let words = |seconds| offset_in_words(TimeDelta::seconds(seconds));
        assert_eq!(words(-7), "7 s ahead of the cloud's");
        assert_eq!(words(1200), "20 min 0 s behind the cloud's");
        assert_eq!(words(7260), "2 h 1 min behind the cloud's");
        assert_eq!(words(-315_360_000), "3650 days 0 h ahead of the cloud's");
    }
}
