//! What holds for any bytes whatsoever: each check takes some, and panics when it does not.

mod amounts;
mod configuration;
mod credentials;
mod endpoints;
mod exact;
mod journal;
mod queries;
mod replies;
mod retry_after;
mod temporary;
mod yaml;

pub use amounts::amounts;
pub use configuration::configuration;
pub use credentials::credentials;
pub use endpoints::endpoints;
pub use journal::journal;
pub use queries::queries;
pub use replies::replies;
pub use retry_after::retry_after;
pub use temporary::temporary;
pub use yaml::yaml;

use chrono::{DateTime, Utc};
use cloudbal::model::{Balance, Currency, Error, ErrorKind, Report, Row, Site};
use cloudbal::render::error_for_people;
use rust_decimal::Decimal;

/// The time at which everything happens: a Sunday in November 2026.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_323_600, 0).expect("a time within chrono's range")
}

/// An error says something, and nothing that a terminal acts on.
fn is_told(error: &Error) {
    assert!(!error.message.is_empty(), "an error without words: {error:?}");
    assert!(error.hint.as_deref() != Some(""), "a hint without words: {error:?}");
    let shown = error_for_people(error, false);
    assert!(!shown.contains(|character: char| character.is_control() && character != '\n'), "{shown:?}");
}

/// A report with a balance and an error, in which these texts stand wherever a text from outside can.
fn report(texts: [String; 3]) -> Report {
    let [account, name, message] = texts;
    let balance = Balance {
        provider: "tencent",
        site: Site::INTL,
        account: account.as_str().into(),
        billing_account_id: Some(message.clone()),
        sub_account_id: Some(account.clone()),
        sub_account_name: Some(name.clone()),
        currency: Currency::USD,
        available: Decimal::new(182_872, 2),
        cash: None,
        credit_limit: Some(Decimal::ZERO),
        temporary_credit: None,
        frozen: None,
        owed: None,
        details: Vec::new(),
        fetched_at: now(),
        request_id: Some(name.as_str().into()),
        verdict: None,
        warnings: Vec::new(),
    };
    let error = Error::new(ErrorKind::Server, message.clone())
        .code(name)
        .hint("try again")
        .at("tencent", &balance.account);
    Report::new(now(), vec![Row::Balance(Box::new(balance)), Row::Error(Box::new(error))])
}
