//! What currencies are worth in one another, and totals converted with it.

use std::cmp::Ordering;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{Currency, Total};

/// What currencies were worth on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rates {
    /// The day.
    pub date: NaiveDate,
    /// What the others are counted in.
    pub base: Currency,
    /// How much of the base one unit of each currency is: more than nothing.
    pub rates: Vec<(Currency, Decimal)>,
}

impl Rates {
    /// How much of the base one unit of a currency is; `None` when nothing is said about it.
    pub fn of(&self, currency: Currency) -> Option<Decimal> {
        if currency == self.base {
            return Some(Decimal::ONE);
        }
        self.rates.iter().find(|(known, _)| *known == currency).map(|(_, rate)| *rate)
    }
}

/// The wish for all totals together in one currency.
#[derive(Clone, Debug)]
pub struct Conversion {
    /// The currency.
    pub to: Currency,
    /// What currencies are worth.
    pub rates: Rates,
}

/// All totals together in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted {
    /// The currency.
    pub currency: Currency,
    /// The sum; `None` when there is nothing to add up, when a rate is missing, or when there are more digits than can be
    /// kept exactly (38 on the way, 28 in the end).
    pub available: Option<Decimal>,
    /// What the rates are counted in.
    pub base: Currency,
    /// The rates that it took, the base's own (which is 1) left out.
    pub rates: Vec<(Currency, Decimal)>,
    /// The day that they are of.
    pub date: NaiveDate,
    /// The currencies whose rate it would take and that have none.
    pub missing: Vec<Currency>,
}

impl Conversion {
    /// Converts totals.
    ///
    /// Everything is added up exactly in the rates' base, and rounded once at the end: to the minor units of the wished
    /// currency, and to the even neighbour when it is half-way (the banker's way).
    pub fn of(&self, totals: &[Total]) -> Converted {
        let Self { to, rates } = self;
        let mut needed: Vec<Currency> = Vec::new();
        // What is all in the wished currency takes no rate.
        if totals.iter().any(|total| total.currency != *to) {
            needed.extend(totals.iter().map(|total| total.currency).filter(|currency| currency != to));
            needed.push(*to);
        }
        let available = if needed.is_empty() {
            totals.first().and_then(|total| total.available)
        } else {
            self.sum(totals)
        };
        let (known, missing): (Vec<_>, Vec<_>) =
            needed.into_iter().partition(|currency| rates.of(*currency).is_some());
        let rate =
            |currency| rates.of(currency).filter(|_| currency != rates.base).map(|rate| (currency, rate));
        Converted {
            currency: *to,
            available,
            base: rates.base,
            rates: known.into_iter().filter_map(rate).collect(),
            date: rates.date,
            missing,
        }
    }

    /// The sum by whole numbers: Decimal gives up digits where a product has too many, and its division rounds, so that
    /// what is rounded afterwards would be rounded twice.
    fn sum(&self, totals: &[Total]) -> Option<Decimal> {
        let product = |total: &Total| {
            let (amount, rate) = (total.available?.normalize(), self.rates.of(total.currency)?.normalize());
            Some((amount.mantissa().checked_mul(rate.mantissa())?, amount.scale() + rate.scale()))
        };
        let products: Vec<(i128, u32)> = totals.iter().map(product).collect::<Option<_>>()?;
        let scale = products.iter().map(|(_, scale)| *scale).max()?;
        let sum = products.into_iter().try_fold(0_i128, |sum, (mantissa, own)| {
            sum.checked_add(mantissa.checked_mul(power(scale - own)?)?)
        })?;
        let divisor = self.rates.of(self.to)?.normalize();
        let places = u32::try_from(self.to.minor_units()).ok()?;
        let (more, less) = (divisor.scale() + places, scale);
        let quotient = rounded_quotient(
            sum.checked_mul(power(more.saturating_sub(less))?)?,
            divisor.mantissa().checked_mul(power(less.saturating_sub(more))?)?,
        )?;
        Decimal::try_from_i128_with_scale(quotient, places).ok()
    }
}

fn power(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}

/// The quotient, half to even. The divisor is positive.
fn rounded_quotient(dividend: i128, divisor: i128) -> Option<i128> {
    let below = dividend.checked_div_euclid(divisor)?;
    let remainder = dividend.rem_euclid(divisor);
    Some(match remainder.cmp(&(divisor - remainder)) {
        Ordering::Less => below,
        Ordering::Equal => below + below.rem_euclid(2),
        Ordering::Greater => below + 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::amount_from_text;

    fn amount(text: &str) -> Decimal {
        amount_from_text(text).unwrap()
    }

    /// `USD 12.5` as a total, or as a rate.
    fn pair(text: &str) -> (Currency, Decimal) {
        let (currency, number) = text.split_once(' ').unwrap();
        (currency.parse().unwrap(), amount(number))
    }

    fn converted(to: &str, base: &str, rates: &[&str], totals: &[&str]) -> Converted {
        let rates = Rates {
            date: "2026-11-20".parse().unwrap(),
            base: base.parse().unwrap(),
            rates: rates.iter().map(|rate| pair(rate)).collect(),
        };
        let total = |text: &&str| {
            let (currency, available) = pair(text);
            Total { currency, available: Some(available), accounts: 1 }
        };
        let totals: Vec<Total> = totals.iter().map(total).collect();
        Conversion { to: to.parse().unwrap(), rates }.of(&totals)
    }

    fn sum(to: &str, base: &str, rates: &[&str], totals: &[&str]) -> Option<String> {
        converted(to, base, rates, totals).available.map(|amount| amount.to_string())
    }

    #[test]
    fn totals_are_added_up_in_the_base_and_divided_once() {
        assert_eq!(
            converted(
                "USD",
                "CNY",
                &["USD 7.12", "JPY 0.0459", "EUR 8.2"],
                &["USD 363659.11", "CNY 10000", "JPY 1000"]
            ),
            Converted {
                currency: Currency::USD,
                // (363659.11 x 7.12 + 10000 + 45.9) / 7.12 = 365070.0510…
                available: Some(amount("365070.05")),
                base: Currency::CNY,
                rates: vec![pair("JPY 0.0459"), pair("USD 7.12")],
                date: "2026-11-20".parse().unwrap(),
                missing: vec![],
            }
        );
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(sum("CNY", "CNY", &["USD 7.12"], &["USD -9901.41"]), some("-70498.04"));
        assert_eq!(sum("JPY", "CNY", &["USD 7.12", "JPY 0.0459"], &["USD 1"]), some("155"));
        assert_eq!(sum("KWD", "CNY", &["KWD 23.2"], &["CNY 100"]), some("4.310"));
        // A rate of twenty digits, as a reciprocal has.
        let reciprocal = ["CNY 0.14044943820224719101"];
        assert_eq!(sum("USD", "USD", &reciprocal, &["CNY 712000000000.01"]), some("100000000000.00"));
        assert_eq!(sum("CNY", "USD", &reciprocal, &["USD 100000000000.01"]), some("712000000000.07"));
    }

    #[test]
    fn half_a_cent_goes_to_the_even_neighbour() {
        for (cny, usd) in [
            ("0.01", "0.00"),
            ("0.03", "0.02"),
            ("0.05", "0.02"),
            ("0.07", "0.04"),
            ("-0.01", "0.00"),
            ("-0.03", "-0.02"),
            ("-0.05", "-0.02"),
            // So little above and below the half that it takes every digit to tell.
            ("0.0100000000000000000000000002", "0.01"),
            ("0.0299999999999999999999999998", "0.01"),
        ] {
            assert_eq!(
                sum("USD", "CNY", &["USD 2"], &[&format!("CNY {cny}")]),
                Some(usd.to_owned()),
                "{cny}"
            );
        }
    }

    #[test]
    fn what_is_all_in_the_wished_currency_stays_as_it_is() {
        let all = converted("EUR", "CNY", &["USD 7.12"], &["EUR 1.00045"]);
        assert_eq!((all.available, all.rates, all.missing), (Some(amount("1.00045")), vec![], vec![]));
        assert_eq!(sum("EUR", "CNY", &[], &[]), None, "nothing is not zero");
    }

    #[test]
    fn without_a_rate_there_is_no_sum() {
        let missing = |to: &str, totals: &[&str]| {
            let converted = converted(to, "CNY", &["USD 7.12"], totals);
            assert_eq!(converted.available, None);
            converted.missing.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(missing("USD", &["JPY 1", "USD 1", "EUR 0"]), ["JPY", "EUR"]);
        assert_eq!(missing("EUR", &["USD 1", "EUR 1"]), ["EUR"]);
    }

    #[test]
    fn what_cannot_be_exact_is_not_there() {
        let huge = "79228162514264337593543950335";
        assert_eq!(sum("CNY", "CNY", &["USD 7.12"], &[&format!("USD {huge}")]), None);
        assert_eq!(sum("USD", "CNY", &["USD 0.01"], &[&format!("CNY {huge}")]), None);
        assert_eq!(sum("USD", "CNY", &["USD 0"], &["CNY 1"]), None);
    }
}
