//! Thresholds: how much should be available at the least, and which balances are low.

use std::collections::HashMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::{Balance, Currency};

/// How much should be available at the least, in major units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Threshold {
    /// In currencies that have none of their own.
    pub any: Option<Decimal>,
    /// In these currencies.
    pub each: Vec<(Currency, Decimal)>,
}

impl Threshold {
    /// The threshold in a currency; `None` when nothing is said about it.
    pub fn of(&self, currency: Currency) -> Option<Decimal> {
        self.each.iter().find(|(known, _)| *known == currency).map(|(_, amount)| *amount).or(self.any)
    }
}

/// An account's thresholds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thresholds {
    /// Of its own balance.
    pub own: Threshold,
    /// Of each member of its organisation.
    pub members: Threshold,
}

/// Tells which balances are low.
#[derive(Clone, Debug, Default)]
pub struct Check {
    /// The threshold of every balance, said for this run; it counts more than the accounts' own.
    pub given: Threshold,
    /// The accounts' own, by cloud and label.
    pub accounts: HashMap<(&'static str, Arc<str>), Thresholds>,
}

/// Why a balance is low.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Low {
    /// Less is available than this threshold.
    Below(Decimal),
    /// It has no threshold, and nothing is available.
    Empty,
}

impl Check {
    /// Whether a balance is low, and why. One without a threshold is low when nothing is available, or less.
    pub fn low(&self, balance: &Balance) -> Option<Low> {
        let account = self.accounts.get(&(balance.provider, Arc::clone(&balance.account)));
        let own = account.map(
            |account| {
                if balance.sub_account_id.is_some() { &account.members } else { &account.own }
            },
        );
        let threshold =
            self.given.of(balance.currency).or_else(|| own.and_then(|own| own.of(balance.currency)));
        match threshold {
            Some(threshold) => (balance.available < threshold).then_some(Low::Below(threshold)),
            None => (balance.available <= Decimal::ZERO).then_some(Low::Empty),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Site, amount_from_text};

    fn amount(text: &str) -> Decimal {
        amount_from_text(text).unwrap()
    }

    fn balance(account: &str, member: Option<&str>, money: &str) -> Balance {
        let (available, currency) = money.split_once(' ').unwrap();
        Balance {
            provider: "tencent",
            site: Site::INTL,
            account: account.into(),
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
        }
    }

    fn threshold(any: Option<&str>, each: &[(Currency, &str)]) -> Threshold {
        let each = each.iter().map(|(currency, text)| (*currency, amount(text))).collect();
        Threshold { any: any.map(amount), each }
    }

    #[test]
    fn without_a_threshold_a_balance_is_low_when_nothing_is_left() {
        let low = |money| Check::default().low(&balance("prod", None, money));
        assert_eq!(low("0.01 USD"), None);
        assert_eq!(low("0.00 USD"), Some(Low::Empty));
        assert_eq!(low("-5 CNY"), Some(Low::Empty));
    }

    #[test]
    fn less_than_the_threshold_is_low_and_as_much_is_not() {
        let check = Check { given: threshold(Some("100"), &[]), ..Check::default() };
        let low = |money| check.low(&balance("prod", None, money));
        assert_eq!(low("99.99999999 USD"), Some(Low::Below(amount("100"))));
        assert_eq!(low("100 USD"), None);
        // Whoever is in credit may say how far.
        let check = Check { given: threshold(Some("-500"), &[]), ..Check::default() };
        let low = |money| check.low(&balance("prod", None, money));
        assert_eq!(low("-500 USD"), None);
        assert_eq!(low("-500.01 USD"), Some(Low::Below(amount("-500"))));
    }

    #[test]
    fn the_thresholds_of_this_run_then_of_the_account_then_nothing_left_decide() {
        let thresholds = Thresholds {
            own: threshold(Some("1000"), &[(Currency::CNY, "7000")]),
            members: threshold(None, &[(Currency::USD, "10")]),
        };
        let accounts = HashMap::from([(("tencent", Arc::from("prod")), thresholds)]);
        let mut check = Check { given: Threshold::default(), accounts };
        let low = |check: &Check, account, member, money| check.low(&balance(account, member, money));
        let below = |text| Some(Low::Below(amount(text)));
        assert_eq!(low(&check, "prod", None, "999 USD"), below("1000"));
        assert_eq!(low(&check, "prod", None, "6999 CNY"), below("7000"));
        assert_eq!(low(&check, "prod", None, "7000 CNY"), None);
        assert_eq!(low(&check, "prod", Some("1"), "9 USD"), below("10"));
        assert_eq!(low(&check, "prod", Some("1"), "9 CNY"), None);
        assert_eq!(low(&check, "test", None, "1 USD"), None);
        check.given = threshold(None, &[(Currency::USD, "5")]);
        assert_eq!(low(&check, "prod", None, "9 USD"), None);
        assert_eq!(low(&check, "prod", None, "6999 CNY"), below("7000"));
        assert_eq!(low(&check, "test", Some("1"), "4 USD"), below("5"));
    }
}
