//! `--threshold`: amounts, each for a currency or for any.

use std::str::FromStr;

use rust_decimal::Decimal;

use crate::model::{Currency, amount_from_text};

/// An amount that should be available at the least, in one currency or in any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Least {
    /// The currency.
    pub currency: Option<Currency>,
    /// The amount, in major units.
    pub amount: Decimal,
}

impl FromStr for Least {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (currency, amount) = match text.split_once('=') {
            Some((code, amount)) => (Some(code.parse::<Currency>().map_err(|why| why.to_string())?), amount),
            None => (None, text),
        };
        let amount = amount_from_text(amount)
            .map_err(|why| format!("{why}; accepted are `100`, `1,000.50` and `USD=100,CNY=700`"))?;
        Ok(Self { currency, amount })
    }
}

/// Amounts in one text: `100`, `USD=2,000`, `USD=2,CNY=7`, `5;USD=2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leasts(pub Vec<Least>);

impl FromStr for Leasts {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts: Vec<String> = Vec::new();
        for part in text.split(';') {
            for (place, piece) in part.split(',').enumerate() {
                match parts.last_mut() {
                    // Behind a comma, what names no currency belongs to the amount: `USD=2,000`.
                    Some(last) if place > 0 && !piece.contains('=') => {
                        last.push(',');
                        last.push_str(piece);
                    }
                    _ => parts.push(piece.trim().to_owned()),
                }
            }
        }
        let mut leasts: Vec<Least> = Vec::new();
        for part in parts {
            let least: Least = part.parse()?;
            if leasts.iter().any(|other| other.currency == least.currency) {
                let what = least.currency.as_ref().map_or("an amount without a currency", Currency::code);
                return Err(format!("{what} is given twice"));
            }
            leasts.push(least);
        }
        Ok(Self(leasts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_separates_thousands_or_currencies_and_nothing_else() {
        let read = |text: &str| {
            let leasts = text.parse::<Leasts>()?.0.into_iter();
            let shown = leasts.map(|least| match least.currency {
                Some(currency) => format!("{currency} {}", least.amount),
                None => least.amount.to_string(),
            });
            Ok::<_, String>(shown.collect::<Vec<_>>().join(" | "))
        };
        let reads = |text: &str| read(text).unwrap();
        assert_eq!(reads("USD=2,000"), "USD 2000");
        assert_eq!(reads("USD=2,CNY=7"), "USD 2 | CNY 7");
        assert_eq!(reads("USD=2, CNY=7"), "USD 2 | CNY 7");
        assert_eq!(reads("USD=2,000,CNY=7,000.50"), "USD 2000 | CNY 7000.5");
        assert_eq!(reads("USD=1,234,567;CNY=7"), "USD 1234567 | CNY 7");
        assert_eq!(reads("5,USD=2"), "5 | USD 2");
        assert_eq!(reads("100,200"), "100200");
        assert_eq!(reads("-1,000"), "-1000");
        for wrong in [
            "",
            ",",
            "USD=",
            "USD=2,",
            "USD=2,5",
            "USD=2,50",
            "USD=1,5,CNY=7",
            "USD=2, 000",
            "5;7",
            "USD=2,USD=3",
            "USD=2,usd=3",
            "2,CNY",
            "USD=5k",
            "=5",
            "USD=2,,CNY=7",
            "USD=2;;CNY=7",
            "1000,000",
        ] {
            assert!(read(wrong).is_err(), "{wrong:?} is read as {:?}", read(wrong));
        }
    }
}
