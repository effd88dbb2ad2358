//! Failures on demand: which kinds there are, how they are written, and when they strike.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

/// A share is counted in parts of this.
const WHOLE: u32 = 1_000_000;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Too many requests, in the cloud's own words.
    Throttle,
    /// HTTP 500.
    Error500,
    /// The connection is closed without a reply.
    Reset,
    /// HTTP 200 with the page of a captive portal.
    Html,
    /// Less is sent than `Content-Length` announces, then the connection is closed.
    Truncated,
    /// The headers come at once, the body byte by byte for minutes.
    Slow,
    /// The server's clock, its `Date` header included, is 20 minutes ahead.
    Skew,
}

const NAMES: [(&str, FaultKind); 7] = [
    ("throttle", FaultKind::Throttle),
    ("error500", FaultKind::Error500),
    ("reset", FaultKind::Reset),
    ("html", FaultKind::Html),
    ("truncated", FaultKind::Truncated),
    ("slow", FaultKind::Slow),
    ("skew", FaultKind::Skew),
];

/// A failure and how often it strikes; written `NAME[:RATE]`, as in `throttle`, `reset:0.2` and `slow:12.5%`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    kind: FaultKind,
    share: u32,
}

/// Why a text is not a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultError(String);

impl fmt::Display for FaultError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for FaultError {}

impl From<FaultKind> for Fault {
    /// The fault strikes every request.
    fn from(kind: FaultKind) -> Self {
        Self { kind, share: WHOLE }
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let (name, rate) = text.split_once(':').unwrap_or((text, "1"));
        let Some((_, kind)) = NAMES.iter().find(|(known, _)| *known == name) else {
            let known: Vec<_> = NAMES.iter().map(|(known, _)| format!("`{known}`")).collect();
            return Err(FaultError(format!("unknown fault `{name}`; known are {}", known.join(", "))));
        };
        let share = share(rate).ok_or_else(|| {
            FaultError(format!("bad rate `{rate}` of the fault `{name}`; write `0.2` or `20%`, at most 1"))
        })?;
        Ok(Self { kind: *kind, share })
    }
}

/// Reads a share as a decimal or a percentage, exactly.
fn share(text: &str) -> Option<u32> {
    let (digits, unit) = match text.strip_suffix('%') {
        Some(digits) => (digits, WHOLE / 100),
        None => (text, WHOLE),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let numeric =
        |part: &str| (1..=6).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if !numeric(whole) || !numeric(fraction) {
        return None;
    }
    let parts = |text: &str| text.parse::<u64>().ok();
    let tenths = 10_u64.pow(u32::try_from(fraction.len()).ok()?);
    let share = parts(whole)? * u64::from(unit) + parts(fraction)? * u64::from(unit) / tenths;
    u32::try_from(share).ok().filter(|share| *share <= WHOLE)
}

/// Decides by counting, never by chance, so that a run can be repeated: `reset:0.2` strikes requests 1, 6, 11, …
pub struct Schedule {
    fault: Fault,
    requests: AtomicU64,
}

impl Schedule {
    /// A schedule before its first request.
    pub fn new(fault: Fault) -> Self {
        Self { fault, requests: AtomicU64::new(0) }
    }

    /// What strikes the next request, if anything.
    pub fn strike(&self) -> Option<FaultKind> {
        let (share, whole) = (u64::from(self.fault.share), u64::from(WHOLE));
        let before = self.requests.fetch_add(1, Ordering::Relaxed) % whole;
        (before * share % whole < share).then_some(self.fault.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn struck(fault: &str) -> String {
        let schedule = Schedule::new(fault.parse().unwrap());
        (0..10).map(|_| if schedule.strike().is_some() { 'x' } else { '.' }).collect()
    }

    #[test]
    fn a_rate_is_kept_exactly_and_begins_with_the_first_request() {
        assert_eq!(struck("reset"), "xxxxxxxxxx");
        assert_eq!(struck("reset:0"), "..........");
        assert_eq!(struck("reset:0.2"), "x....x....");
        assert_eq!(struck("reset:20%"), "x....x....");
        assert_eq!(struck("reset:50%"), "x.x.x.x.x.");
        assert_eq!(struck("reset:0.7"), "x.xx.xx.xx");
    }

    #[test]
    fn every_name_is_understood() {
        for (name, kind) in NAMES {
            assert_eq!(name.parse(), Ok(Fault::from(kind)));
        }
        assert_eq!("slow:12.5%".parse(), Ok(Fault { kind: FaultKind::Slow, share: 125_000 }));
    }

    #[test]
    fn an_unknown_fault_lists_the_known_ones() {
        assert_eq!(
            "explode".parse::<Fault>().unwrap_err().to_string(),
            "unknown fault `explode`; known are `throttle`, `error500`, `reset`, `html`, `truncated`, `slow`, `skew`"
        );
    }

    #[test]
    fn a_rate_that_is_no_share_is_refused() {
        for rate in ["", "1.1", "101%", "-1", "x", "0.", ".5", "0.1234567", "1e-1"] {
            assert_eq!(
                format!("slow:{rate}").parse::<Fault>().unwrap_err().to_string(),
                format!("bad rate `{rate}` of the fault `slow`; write `0.2` or `20%`, at most 1")
            );
        }
    }
}
