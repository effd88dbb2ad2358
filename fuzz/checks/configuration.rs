//! Configuration files: understood, or refused with words that name the file.

use std::path::Path;

use cloudbal::config::{Place, parse, parse_rates, show};
use rust_decimal::Decimal;

/// The bytes are a file, of all that it can hold and of rates alone.
pub fn configuration(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let path = Path::new("/etc/cloudbal.toml");
    for (private, home) in [(true, Some(Path::new("/home/ann"))), (false, None)] {
        let place = Place { path, home, private };
        match parse(text, place) {
            Ok(config) => {
                // Nothing is lost or changed by writing down what was understood; secrets are `****` already.
                let shown = show(&config);
                let again = parse(&shown, place).unwrap_or_else(|error| panic!("{error}\n{shown}"));
                assert_eq!(show(&again), shown);
            }
            Err(error) => is_told(&error),
        }
    }
    match parse_rates(text, path) {
        Ok(rates) => assert!(rates.rates.iter().all(|(_, rate)| *rate > Decimal::ZERO)),
        Err(error) => is_told(&error),
    }
}

fn is_told(error: &cloudbal::model::Error) {
    assert!(error.message.starts_with("/etc/cloudbal.toml:"), "{error}");
    super::is_told(error);
}
