//! Thresholds below which balances are low.

use rust_decimal::Decimal;

use super::report::exact_difference;
use super::{Balance, Currency};

/// The minimum amounts that should be available, in major units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Threshold {
    /// The threshold in all other currencies.
    pub any: Option<Decimal>,
    /// The thresholds in specific currencies.
    pub each: Vec<(Currency, Decimal)>,
}

impl Threshold {
    /// Returns whether all currencies are without a threshold.
    pub fn is_empty(&self) -> bool {
        self.any.is_none() && self.each.is_empty()
    }

    /// Returns the threshold in a currency, if there is one.
    pub fn of(&self, currency: Currency) -> Option<Decimal> {
        self.each.iter().find(|(known, _)| *known == currency).map(|(_, amount)| *amount).or(self.any)
    }
}

/// An account's thresholds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thresholds {
    /// The threshold of the account's own balance.
    pub own: Threshold,
    /// The threshold of each member of its organization.
    pub members: Threshold,
}

/// The thresholds that apply to an account in this run.
#[derive(Clone, Debug, Default)]
pub struct Check {
    /// The thresholds of this run, which override the account's.
    pub given: Threshold,
    /// The account's own thresholds.
    pub own: Thresholds,
}

/// The result of checking a balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The threshold that applies; a balance without one is low when it is zero or less.
    pub threshold: Option<Decimal>,
    /// Whether the balance is low.
    pub low: bool,
    /// Whether the account has thresholds, but none in the balance's currency.
    pub uncovered: bool,
}

impl Verdict {
    /// Returns how far a low balance is below its threshold, or below zero without one; `None` if it is not low, or if
    /// the difference cannot be represented exactly.
    pub fn shortfall(&self, available: Decimal) -> Option<Decimal> {
        exact_difference(self.threshold.unwrap_or_default(), available).filter(|_| self.low)
    }
}

impl Check {
    /// Checks a balance: it is low below its threshold, or without one, at zero or less.
    pub fn judge(&self, balance: &Balance) -> Verdict {
        let own = if balance.sub_account_id.is_some() { &self.own.members } else { &self.own.own };
        let threshold = self.given.of(balance.currency).or_else(|| own.of(balance.currency));
        let low = match threshold {
            Some(threshold) => balance.available < threshold,
            None => balance.available <= Decimal::ZERO,
        };
        Verdict { threshold, low, uncovered: threshold.is_none() && !own.is_empty() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Site, amount_from_text};

    fn amount(text: &str) -> Decimal {
        amount_from_text(text).unwrap()
    }

    fn balance(member: Option<&str>, money: &str) -> Balance {
        let (available, currency) = money.split_once(' ').unwrap();
        Balance {
            provider: "tencent",
            site: Site::INTL,
            account: "prod".into(),
            billing_account_id: None,
            sub_account_id: member.map(ToOwned::to_owned),
            sub_account_name: None,
            currency: currency.parse().unwrap(),
            available: amount(available),
            cash: None,
            credit_limit: None,
            temporary_credit: None,
            frozen: None,
            owed: None,
            details: Vec::new(),
            fetched_at: chrono::DateTime::UNIX_EPOCH,
            request_id: None,
            verdict: None,
            warnings: Vec::new(),
        }
    }

    /// Whether a balance is low, by which threshold, and how much it lacks.
    fn judged(check: &Check, member: Option<&str>, money: &str) -> (bool, Option<String>, Option<String>) {
        let balance = balance(member, money);
        let verdict = check.judge(&balance);
        let text = |amount: Option<Decimal>| amount.map(|amount| amount.to_string());
        (verdict.low, text(verdict.threshold), text(verdict.shortfall(balance.available)))
    }

    fn low(threshold: &str, shortfall: &str) -> (bool, Option<String>, Option<String>) {
        (true, Some(threshold.to_owned()), Some(shortfall.to_owned()))
    }

    fn enough(threshold: &str) -> (bool, Option<String>, Option<String>) {
        (false, Some(threshold.to_owned()), None)
    }

    fn threshold(any: Option<&str>, each: &[(Currency, &str)]) -> Threshold {
        let each = each.iter().map(|(currency, text)| (*currency, amount(text))).collect();
        Threshold { any: any.map(amount), each }
    }

    #[test]
    fn without_a_threshold_a_balance_is_low_when_nothing_is_left() {
        let judge = |money| judged(&Check::default(), None, money);
        assert_eq!(judge("0.01 USD"), (false, None, None));
        assert_eq!(judge("0.00 USD"), (true, None, Some("0".to_owned())));
        assert_eq!(judge("-5 CNY"), (true, None, Some("5".to_owned())));
    }

    #[test]
    fn less_than_the_threshold_is_low_and_as_much_is_not() {
        let check = Check { given: threshold(Some("100"), &[]), ..Check::default() };
        assert_eq!(judged(&check, None, "99.99999999 USD"), low("100", "0.00000001"));
        assert_eq!(judged(&check, None, "100 USD"), enough("100"));
        // An account in credit may have a threshold below zero.
        let check = Check { given: threshold(Some("-500"), &[]), ..Check::default() };
        assert_eq!(judged(&check, None, "-500 USD"), enough("-500"));
        assert_eq!(judged(&check, None, "-500.01 USD"), low("-500", "0.01"));
    }

    #[test]
    fn a_shortfall_that_cannot_be_exact_is_not_there() {
        let check =
            Check { given: threshold(Some("79228162514264337593543950335"), &[]), ..Check::default() };
        let (is_low, _, shortfall) = judged(&check, None, "-1 USD");
        assert_eq!((is_low, shortfall), (true, None));
        let (is_low, _, shortfall) = judged(&check, None, "0.01 USD");
        assert_eq!((is_low, shortfall), (true, None));
    }

    #[test]
    fn the_thresholds_of_this_run_then_of_the_account_then_zero_decide() {
        let own = Thresholds {
            own: threshold(Some("1000"), &[(Currency::CNY, "7000")]),
            members: threshold(None, &[(Currency::USD, "10")]),
        };
        let mut check = Check { given: Threshold::default(), own };
        assert_eq!(judged(&check, None, "999 USD"), low("1000", "1"));
        assert_eq!(judged(&check, None, "6999 CNY"), low("7000", "1"));
        assert_eq!(judged(&check, None, "7000 CNY"), enough("7000"));
        assert_eq!(judged(&check, Some("1"), "9 USD"), low("10", "1"));
        assert_eq!(judged(&check, Some("1"), "9 CNY"), (false, None, None));
        check.given = threshold(None, &[(Currency::USD, "5")]);
        assert_eq!(judged(&check, None, "9 USD"), enough("5"));
        assert_eq!(judged(&check, None, "6999 CNY"), low("7000", "1"));
        assert_eq!(judged(&check, Some("1"), "4 USD"), low("5", "1"));
    }
}
