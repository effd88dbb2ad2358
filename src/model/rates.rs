//! Exchange rates, and totals converted with them.

use std::cmp::Ordering;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{Currency, Total};

/// The exchange rates of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rates {
    pub date: NaiveDate,
    /// The currency in which the rates are expressed.
    pub base: Currency,
    /// The value of one unit of each currency in the base; always positive.
    pub rates: Vec<(Currency, Decimal)>,
}

impl Rates {
    /// Returns the value of one unit of a currency in the base; `None` without a rate.
    pub fn of(&self, currency: Currency) -> Option<Decimal> {
        if currency == self.base {
            return Some(Decimal::ONE);
        }
        self.rates.iter().find(|(known, _)| *known == currency).map(|(_, rate)| *rate)
    }
}

/// A request to convert all totals to one currency.
#[derive(Clone, Debug)]
pub struct Conversion {
    /// The currency.
    pub to: Currency,
    pub rates: Rates,
}

/// The sum of all totals in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted {
    /// The currency.
    pub currency: Currency,
    /// The sum; `None` without totals, if a rate is missing, or if there are more digits than can be represented
    /// exactly (38 in between, 28 in the result).
    pub available: Option<Decimal>,
    /// The currency in which the rates are expressed.
    pub base: Currency,
    /// The rates that were used, except the base's own (which is 1).
    pub rates: Vec<(Currency, Decimal)>,
    /// The day of the rates.
    pub date: NaiveDate,
    /// The currencies without a rate that need one.
    pub missing: Vec<Currency>,
}

impl Conversion {
    /// Converts totals.
    ///
    /// Adds up everything exactly in the base and rounds once, at the end: to the minor units of the target currency,
    /// half to even (banker's rounding).
    pub fn of(&self, totals: &[Total]) -> Converted {
        let Self { to, rates } = self;
        let mut needed: Vec<Currency> = Vec::new();
        // Totals that are all in the target currency need no rate.
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

    /// Computes the sum with integers: Decimal drops digits of a long product, and its division rounds, so the result
    /// would be rounded twice.
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

/// Returns the quotient, rounded half to even. The divisor is positive.
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
    fn half_a_cent_is_rounded_to_even() {
        for (cny, usd) in [
            ("0.01", "0.00"),
            ("0.03", "0.02"),
            ("0.05", "0.02"),
            ("0.07", "0.04"),
            ("-0.01", "0.00"),
            ("-0.03", "-0.02"),
            ("-0.05", "-0.02"),
            // So close to the half that every digit matters.
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
    fn totals_that_are_all_in_the_target_currency_are_not_rounded() {
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
