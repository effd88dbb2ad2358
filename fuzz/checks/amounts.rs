//! Amounts: read exactly or not at all, written so that they read back, and added exactly or not at all.

use std::sync::Arc;

use cloudbal::model::{
    Balance, Currency, InvalidAmount, Money, Site, Total, amount_from_number, amount_from_text,
    minor_to_major,
};
use rust_decimal::Decimal;

use super::exact::Exact;

/// Each line is an amount; all of them together make a total.
pub fn amounts(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut read = Vec::new();
    for line in text.split('\n') {
        agree(line, amount_from_number(line), Exact::of_number(line).as_ref());
        agree(line, amount_from_text(line), Exact::of_text(line).as_ref());
        for amount in [amount_from_number(line), amount_from_text(line)].into_iter().flatten() {
            is_written_exactly(amount);
            let major = Exact::of_decimal(amount).hundredth();
            agree(line, minor_to_major(amount), Some(&major));
            read.push(amount);
        }
    }
    totals(&read);
}

/// What was read of a text is what it says, and an error only where it says nothing or too much.
pub fn agree(text: &str, read: Result<Decimal, InvalidAmount>, said: Option<&Exact>) {
    match (read, said) {
        (Ok(amount), Some(said)) => assert_eq!(Exact::of_decimal(amount), *said, "{text:?}"),
        (Err(InvalidAmount::NotANumber), None) => {}
        (Err(InvalidAmount::TooManyDigits), Some(said)) if !said.can_be_kept() => {}
        _ => panic!("{text:?} says {said:?} and was read as {read:?}"),
    }
}

fn is_written_exactly(amount: Decimal) {
    for (currency, least) in [(Currency::USD, 2), (Currency::JPY, 0)] {
        let money = Money { amount, currency };
        let (plain, grouped) = (money.plain(), money.grouped());
        assert_eq!(Exact::of_number(&plain), Some(Exact::of_decimal(amount)), "{plain}");
        assert_eq!(amount_from_number(&plain), Ok(amount), "{plain}");
        assert_eq!(amount_from_text(&grouped), Ok(amount), "{grouped}");
        assert_eq!(grouped.replace(',', ""), plain);
        let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
        assert!(fraction.len() == least || (fraction.len() > least && !fraction.ends_with('0')), "{plain}");
        let digits = whole.trim_start_matches('-').len();
        assert_eq!(grouped.matches(',').count(), (digits - 1) / 3, "{grouped}");
        assert!(digits == 1 || !whole.trim_start_matches('-').starts_with('0'), "{plain}");
        assert!(!amount.is_zero() || !plain.starts_with('-'), "{plain}");
    }
}

/// The total is the sum; there is none when a sum on the way to it cannot be kept.
fn totals(amounts: &[Decimal]) {
    let mut totals = Vec::new();
    let mut sum = Some(Exact::of_decimal(Decimal::ZERO));
    for amount in amounts {
        Total::add(&mut totals, &balance(*amount));
        sum = sum.map(|sum| sum.plus(&Exact::of_decimal(*amount))).filter(Exact::can_be_kept);
        let [total] = &totals[..] else { panic!("one currency has one total: {totals:?}") };
        assert_eq!(total.available.map(Exact::of_decimal), sum, "{amounts:?}");
    }
    assert!(totals.iter().all(|total| total.accounts == amounts.len() as u64));
}

fn balance(available: Decimal) -> Balance {
    Balance {
        provider: "tencent",
        site: Site::INTL,
        account: Arc::from("prod"),
        billing_account_id: None,
        sub_account_id: None,
        sub_account_name: None,
        currency: Currency::USD,
        available,
        cash: None,
        credit_limit: None,
        temporary_credit: None,
        frozen: None,
        owed: None,
        details: Vec::new(),
        fetched_at: super::now(),
        request_id: None,
        verdict: None,
        warnings: Vec::new(),
    }
}
