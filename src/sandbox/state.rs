//! What the sandbox remembers between requests.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::Options;
use super::fault::{FaultKind, Schedule};
use super::nonces::Nonces;
use super::pace::Pace;

/// What the sandbox counted so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Calls of a cloud's API, whatever came of them.
    pub requests: u64,
    /// Calls of each action the clouds know.
    pub by_action: BTreeMap<String, u64>,
    /// Calls above the documented rate: each is a violation by the client.
    pub throttled: u64,
    /// Calls whose signature was wrong.
    pub refused_signatures: u64,
    /// Calls that a fault struck.
    pub faults: u64,
    /// The most calls of one action by one key within any one second.
    pub most_in_one_second: usize,
}

/// Where the time comes from.
pub struct Clock {
    /// The time of day.
    pub utc: fn() -> DateTime<Utc>,
    /// The time that never steps back, for counting within a second.
    pub steady: fn() -> Instant,
}

/// The sandbox's settings and memory.
pub struct State {
    /// The number of members in the organization.
    pub members: u32,
    /// How long every reply of a cloud is held back.
    pub latency: Duration,
    rate: Option<u32>,
    clock: Clock,
    faults: Vec<Schedule>,
    started: i64,
    replies: AtomicU64,
    ledger: Mutex<Ledger>,
}

#[derive(Default)]
struct Ledger {
    nonces: Nonces,
    pace: Pace,
    statistics: Statistics,
}

impl State {
    /// The state of a server that has seen nothing yet.
    pub fn new(options: Options, clock: Clock) -> Self {
        Self {
            members: options.members,
            latency: options.latency,
            rate: options.rate,
            faults: options.faults.into_iter().map(Schedule::new).collect(),
            started: (clock.utc)().timestamp_micros(),
            clock,
            replies: AtomicU64::new(0),
            ledger: Mutex::default(),
        }
    }

    /// The time, without a fault's skew.
    pub fn now(&self) -> DateTime<Utc> {
        (self.clock.utc)()
    }

    /// Counts a call and says which faults strike it.
    pub fn strike(&self) -> Vec<FaultKind> {
        let struck: Vec<_> = self.faults.iter().filter_map(Schedule::strike).collect();
        let mut ledger = self.ledger();
        ledger.statistics.requests += 1;
        ledger.statistics.faults += u64::from(!struck.is_empty());
        struck
    }

    /// Counts a call of a known action.
    pub fn called(&self, action: &str) {
        *self.ledger().statistics.by_action.entry(action.to_owned()).or_default() += 1;
    }

    /// Counts a wrong signature.
    pub fn refused_signature(&self) {
        self.ledger().statistics.refused_signatures += 1;
    }

    /// Admits a call of an API with this documented rate, or says how long to wait.
    pub fn admit(&self, key: &str, action: &'static str, documented: u32) -> Result<(), Duration> {
        let now = (self.clock.steady)();
        let mut ledger = self.ledger();
        let verdict = ledger.pace.admit(key, action, now, self.rate.unwrap_or(documented));
        let statistics = &mut ledger.statistics;
        statistics.most_in_one_second = statistics.most_in_one_second.max(verdict.within_a_second);
        statistics.throttled += u64::from(verdict.wait.is_some());
        verdict.wait.map_or(Ok(()), Err)
    }

    /// Whether this key uses the nonce for the first time.
    pub fn is_new_nonce(&self, key: &str, nonce: &str, now: i64) -> bool {
        self.ledger().nonces.is_new(key, nonce, now)
    }

    /// What was counted so far.
    pub fn statistics(&self) -> Statistics {
        self.ledger().statistics.clone()
    }

    /// A request id that was never given before, in the form of a UUID.
    pub fn request_id(&self) -> String {
        let number = self.replies.fetch_add(1, Ordering::Relaxed);
        let digest = hex::encode(Sha256::digest(format!("{}/{number}", self.started)));
        let part = |from: usize, to: usize| &digest[from..to];
        format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().expect("no holder of the ledger panics")
    }
}
