//! Selects and sorts the rows of a report.

use rust_decimal::Decimal;

use super::{Balance, Row};

/// Which rows are shown, and in which order. Totals do not depend on it: they include everything that was read.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Show errors only.
    pub only_failed: bool,
    /// Show only balances with less than this available, each in its own currency. Errors are shown too, because an
    /// unread balance may be lower.
    pub below: Option<Decimal>,
    /// Show only balances that a check found low. Errors are shown too.
    pub only_low: bool,
    /// The order; `None` keeps the order of the accounts.
    pub sort: Option<Sort>,
}

/// An order of rows. Sorting is stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// By currency code, because amounts in different currencies cannot be compared, then by the available amount in
    /// ascending order; errors last.
    Available,
    /// By cloud and account, then by the member's name; members without a name come first, by id.
    Name,
}

impl Sort {
    /// Every order.
    pub const ALL: [Self; 2] = [Self::Available, Self::Name];

    /// The name it is chosen by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Name => "name",
        }
    }
}

impl Selection {
    /// Returns whether a row is shown.
    pub fn shows(&self, row: &Row) -> bool {
        match row {
            Row::Error(_) => true,
            Row::Balance(balance) => {
                !self.only_failed
                    && self.below.is_none_or(|limit| balance.available < limit)
                    && (!self.only_low || balance.verdict.is_some_and(|verdict| verdict.low))
            }
        }
    }

    /// Sorts rows.
    pub fn arrange(&self, rows: &mut [Row]) {
        match self.sort {
            None => {}
            Some(Sort::Available) => rows.sort_by_key(|row| match row {
                Row::Balance(balance) => (false, Some((balance.currency, balance.available))),
                Row::Error(_) => (true, None),
            }),
            Some(Sort::Name) => rows.sort_by(|a, b| name(a).cmp(&name(b))),
        }
    }
}

/// Cloud, account, member's name and id.
type Name<'a> = (Option<&'static str>, Option<&'a str>, Option<&'a str>, Option<&'a str>);

fn name(row: &Row) -> Name<'_> {
    match row {
        Row::Balance(balance) => {
            let Balance { provider, account, sub_account_name, sub_account_id, .. } = &**balance;
            (Some(provider), Some(account), sub_account_name.as_deref(), sub_account_id.as_deref())
        }
        Row::Error(error) => {
            (error.provider, error.account.as_deref(), None, error.sub_account_id.as_deref())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Currency, Error, ErrorKind, Site, amount_from_text};

    /// `prod USD 12.5`, `prod/member USD 12.5`, or `prod` for an error.
    fn row(text: &str) -> Row {
        let mut words = text.split(' ');
        let name = words.next().unwrap();
        let (account, member) =
            name.split_once('/').map_or((name, None), |(name, member)| (name, Some(member)));
        let Some(currency) = words.next() else {
            let mut error = Error::new(ErrorKind::Network, "no answer").at("tencent", &account.into());
            error.sub_account_id = member.map(Into::into);
            return Row::Error(Box::new(error));
        };
        Row::Balance(Box::new(Balance {
            provider: "tencent",
            site: Site::INTL,
            account: account.into(),
            billing_account_id: None,
            sub_account_id: member.map(|member| format!("id of {member}")),
            sub_account_name: member.map(ToOwned::to_owned),
            currency: currency.parse::<Currency>().unwrap(),
            available: amount_from_text(words.next().unwrap()).unwrap(),
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
        }))
    }

    fn shown(selection: &Selection, texts: &[&'static str]) -> Vec<&'static str> {
        texts.iter().copied().filter(|text| selection.shows(&row(text))).collect()
    }

    fn sorted(sort: Sort, texts: &[&str]) -> Vec<String> {
        let mut rows: Vec<Row> = texts.iter().map(|text| row(text)).collect();
        Selection { sort: Some(sort), ..Selection::default() }.arrange(&mut rows);
        rows.iter()
            .map(|row| {
                let (_, account, member, id) = name(row);
                let amount = match row {
                    Row::Balance(balance) => format!(" {} {}", balance.currency, balance.available),
                    Row::Error(_) => String::new(),
                };
                let member = member.or(id).map(|member| format!("/{member}")).unwrap_or_default();
                format!("{}{member}{amount}", account.unwrap())
            })
            .collect()
    }

    #[test]
    fn everything_is_shown_by_default() {
        let all = ["a USD 1", "b", "c CNY -1"];
        assert_eq!(shown(&Selection::default(), &all), all);
    }

    #[test]
    fn only_failed_shows_errors_only() {
        let only_failed = Selection { only_failed: true, ..Selection::default() };
        assert_eq!(shown(&only_failed, &["a USD -1", "b", "b/1", "c CNY 0"]), ["b", "b/1"]);
    }

    #[test]
    fn below_is_less_than_the_amount_in_each_currency_and_errors_stay() {
        let below = |limit: &str| Selection { below: amount_from_text(limit).ok(), ..Selection::default() };
        let rows = ["a USD 1000.50", "b USD 1000.4999", "c CNY 1000.51", "d", "e CNY -1", "f JPY 0"];
        assert_eq!(shown(&below("1,000.50"), &rows), ["b USD 1000.4999", "d", "e CNY -1", "f JPY 0"]);
        assert_eq!(shown(&below("-0.99"), &rows), ["d", "e CNY -1"]);
    }

    #[test]
    fn what_a_check_finds_low_is_shown_and_errors_stay() {
        let only_low = Selection { only_low: true, ..Selection::default() };
        let judged = |low| {
            let Row::Balance(mut balance) = row("a USD 1") else { panic!("it is a balance") };
            balance.verdict = Some(crate::model::Verdict { threshold: None, low, uncovered: false });
            Row::Balance(balance)
        };
        assert_eq!(
            [judged(true), judged(false), row("b")].map(|row| only_low.shows(&row)),
            [true, false, true]
        );
    }

    #[test]
    fn the_least_comes_first_in_each_currency_and_errors_come_last() {
        assert_eq!(
            sorted(Sort::Available, &["z", "a USD 10", "b CNY 9", "c USD -2", "y", "d CNY 80", "e CNY 9"]),
            ["b CNY 9", "e CNY 9", "d CNY 80", "c USD -2", "a USD 10", "z", "y"]
        );
    }

    #[test]
    fn names_are_in_order_and_an_account_comes_before_its_members() {
        assert_eq!(
            sorted(Sort::Name, &["b/z USD 1", "b/y USD 2", "c", "b/5", "b USD 3", "a/x USD 4"]),
            ["a/x USD 4", "b USD 3", "b/5", "b/y USD 2", "b/z USD 1", "c"]
        );
    }
}
