//! Exact decimal arithmetic on texts, written without any of the code that is checked with it.

use std::sync::LazyLock;

use num_bigint::BigInt;
use regex::Regex;
use rust_decimal::Decimal;

/// A decimal number of any size: its digits without zeros behind them, and the power of ten that they count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exact {
    digits: BigInt,
    power: i128,
}

impl Exact {
    /// What a JSON number says; `None` when the text is none. (Zeros before it are let pass, which JSON does not.)
    pub fn of_number(text: &str) -> Option<Self> {
        static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$").expect("an expression")
        });
        Self::of(&NUMBER, text)
    }

    /// What an amount says that a cloud has written as text; `None` when the text is none.
    pub fn of_text(text: &str) -> Option<Self> {
        static TEXT: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"^([-+]?)([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]+))?()$").expect("an expression")
        });
        Self::of(&TEXT, text.trim())
    }

    /// What a decimal is.
    pub fn of_decimal(decimal: Decimal) -> Self {
        Self::new(decimal.mantissa().into(), -i128::from(decimal.scale()))
    }

    fn of(form: &Regex, text: &str) -> Option<Self> {
        let parts = form.captures(text)?;
        let part = |number| parts.get(number).map_or("", |part| part.as_str());
        let digits = format!("{}{}{}", part(1), part(2).replace(',', ""), part(3));
        // An exponent past all bounds is as far from a number that can be kept as this one.
        let past_bounds = if part(4).starts_with('-') { -1_i128 << 100 } else { 1 << 100 };
        let exponent = if part(4).is_empty() { 0 } else { part(4).parse().unwrap_or(past_bounds) };
        let digits = digits.parse().expect("a sign and digits are a number");
        Some(Self::new(digits, exponent.clamp(-1 << 100, 1 << 100) - part(3).len() as i128))
    }

    fn new(mut digits: BigInt, mut power: i128) -> Self {
        if digits == BigInt::ZERO {
            return Self { digits, power: 0 };
        }
        while &digits % 10 == BigInt::ZERO {
            digits /= 10;
            power += 1;
        }
        Self { digits, power }
    }

    /// The number with its point moved to the left.
    #[must_use]
    pub fn hundredth(self) -> Self {
        Self { power: if self.digits == BigInt::ZERO { 0 } else { self.power - 2 }, ..self }
    }

    /// The sum. Both must be numbers that can be kept, so that it cannot take long.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let power = self.power.min(other.power);
        let digits = |number: &Self| &number.digits * ten_to(number.power - power);
        Self::new(digits(self) + digits(other), power)
    }

    /// Whether it can be kept: 96 bits of digits, at most 28 of them behind the point.
    pub fn can_be_kept(&self) -> bool {
        let most = (BigInt::from(1) << 96) - 1;
        let whole = match self.power {
            -28..=0 => self.digits.clone(),
            1..=28 => &self.digits * ten_to(self.power),
            _ => return false,
        };
        -&most <= whole && whole <= most
    }
}

fn ten_to(power: i128) -> BigInt {
    BigInt::from(10).pow(u32::try_from(power).expect("a small power that is not negative"))
}
