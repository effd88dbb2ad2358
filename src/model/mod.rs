//! The types that every layer shares.

mod balance;
mod checkup;
mod currency;
mod duration;
mod error;
mod hidden;
mod money;
mod pattern;
mod rates;
mod report;
mod secret;
mod selection;
mod site;
mod threshold;

pub use balance::{Balance, Detail};
pub use checkup::{Aspect, Checkup, Finding, KnownAccount, Step};
pub use currency::{Currency, InvalidCurrency};
pub use duration::{DURATION_FORMS, parse_duration};
pub use error::{Error, ErrorKind, Result};
pub use hidden::is_hidden;
pub use money::{InvalidAmount, Money, amount_from_number, amount_from_text, group, minor_to_major};
pub use pattern::Pattern;
pub use rates::{Conversion, Converted, Rates};
pub use report::{Report, Row, Total, Warning};
pub use secret::{Credentials, Secret, append};
pub use selection::{Selection, Sort};
pub use site::{Site, Stamp};
pub use threshold::{Check, Threshold, Thresholds, Verdict};
