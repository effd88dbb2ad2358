//! Exact money: decimal amounts parsed from the digits of a reply, and written without losing any.

use std::fmt;

use rust_decimal::Decimal;

use super::Currency;

/// An amount in major units (dollars, not cents) of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money {
    /// Major units, for instance `363659.11`.
    pub amount: Decimal,
    /// The currency of the amount.
    pub currency: Currency,
}

impl Money {
    /// Returns the amount for machines, such as `363659.11`: no separators, at least the currency's minor units, and
    /// all further digits.
    pub fn plain(&self) -> String {
        let amount = self.amount.normalize();
        let mut text = if amount.is_zero() { "0".to_owned() } else { amount.to_string() };
        let written = text.find('.').map_or(0, |point| text.len() - point - 1);
        let wanted = self.currency.minor_units();
        if written < wanted {
            if written == 0 {
                text.push('.');
            }
            text.extend(std::iter::repeat_n('0', wanted - written));
        }
        text
    }

    /// Returns the amount for tables and messages, such as `363,659.11`: [`Money::plain`] with commas between
    /// thousands.
    pub fn grouped(&self) -> String {
        let plain = self.plain();
        let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |digits| ("-", digits));
        let (whole, fraction) = digits.find('.').map_or((digits, ""), |point| digits.split_at(point));
        format!("{sign}{}{fraction}", group(whole))
    }
}

/// Returns digits with commas between thousands, such as `363,659`.
pub fn group(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The error for a text that is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidAmount {
    /// Not a decimal number, or one with misplaced thousands separators.
    NotANumber,
    /// More digits than can be represented exactly (28 to 29 significant ones).
    TooManyDigits,
}

impl fmt::Display for InvalidAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotANumber => "not an amount",
            Self::TooManyDigits => "an amount with more digits than can be kept exactly",
        })
    }
}

impl std::error::Error for InvalidAmount {}

/// Parses a JSON number exactly from its text: `36365911`, `36365911.0`, `1.23456789E8`.
pub fn amount_from_number(text: &str) -> Result<Decimal, InvalidAmount> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], read_exponent(&text[at + 1..])?),
        None => (text, 0),
    };
    let (negative, digits) = mantissa.strip_prefix('-').map_or((false, mantissa), |digits| (true, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || digits.ends_with('.') || !all_digits(whole) || !all_digits(fraction) {
        return Err(InvalidAmount::NotANumber);
    }
    assemble(negative, whole, fraction, exponent)
}

/// Parses an amount that a cloud sends as text: `"1,828.72"`, `"-5"`, `" 10000.00\n"`.
///
/// Thousands separators must be in the right places, or absent.
pub fn amount_from_text(text: &str) -> Result<Decimal, InvalidAmount> {
    let text = text.trim();
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let grouped = whole.contains(',');
    if first.is_empty()
        || !all_digits(first)
        || (grouped && first.len() > 3)
        || !groups.all(|group| group.len() == 3 && all_digits(group))
        || !all_digits(fraction)
        || unsigned.ends_with('.')
    {
        return Err(InvalidAmount::NotANumber);
    }
    assemble(text.starts_with('-'), &whole.replace(',', ""), fraction, 0)
}

/// Converts cents (or fen) to major units exactly. Fails if there are too many digits.
pub fn minor_to_major(minor: Decimal) -> Result<Decimal, InvalidAmount> {
    let minor = minor.normalize();
    Decimal::try_from_i128_with_scale(minor.mantissa(), minor.scale() + 2)
        .map(|major| major.normalize())
        .map_err(|_| InvalidAmount::TooManyDigits)
}

/// Parses an exponent, limited to a billion: zero remains zero, and no other amount of that size can be represented.
fn read_exponent(text: &str) -> Result<i64, InvalidAmount> {
    const FARTHEST: i64 = 1_000_000_000;
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(InvalidAmount::NotANumber);
    }
    let size = unsigned.parse().map_or(FARTHEST, |size: i64| size.min(FARTHEST));
    Ok(if text.starts_with('-') { -size } else { size })
}

/// Builds an amount from its digits, decimal point and exponent, without redundant zeros.
fn assemble(negative: bool, whole: &str, fraction: &str, exponent: i64) -> Result<Decimal, InvalidAmount> {
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_end_matches('0');
    let dropped = digits.len() - significant.len();
    let significant = significant.trim_start_matches('0');
    if significant.is_empty() {
        return Ok(Decimal::ZERO);
    }
    let too_many = InvalidAmount::TooManyDigits;
    let length = |count: usize| i64::try_from(count).map_err(|_| too_many);
    let scale = length(fraction.len())? - length(dropped)? - exponent;
    let zeros = usize::try_from((-scale).max(0)).map_err(|_| too_many)?;
    if significant.len() + zeros > 29 {
        return Err(too_many);
    }
    let mantissa: i128 = format!("{significant}{}", "0".repeat(zeros)).parse().map_err(|_| too_many)?;
    let scale = u32::try_from(scale.max(0)).map_err(|_| too_many)?;
    Decimal::try_from_i128_with_scale(if negative { -mantissa } else { mantissa }, scale)
        .map_err(|_| too_many)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> String {
        amount_from_number(text).map_or_else(|error| error.to_string(), |amount| amount.to_string())
    }

    fn text(text: &str) -> String {
        amount_from_text(text).map_or_else(|error| error.to_string(), |amount| amount.to_string())
    }

    #[test]
    fn json_numbers_are_read_from_their_digits() {
        assert_eq!(number("36365911"), "36365911");
        assert_eq!(number("36365911.0"), "36365911");
        assert_eq!(number("1.23456789E8"), "123456789");
        assert_eq!(number("1e10"), "10000000000");
        assert_eq!(number("123456e5"), "12345600000");
        assert_eq!(number("5E-3"), "0.005");
        assert_eq!(number("0.30000000000000004"), "0.30000000000000004");
        assert_eq!(number("-0.0"), "0");
        assert_eq!(number("0e999999999999999999999"), "0");
        assert_eq!(number("-0.00e-999999999999999999999"), "0");
        assert_eq!(number("79228162514264337593543950335"), "79228162514264337593543950335");
    }

    #[test]
    fn an_amount_too_large_or_too_fine_is_an_error_and_not_rounded() {
        for wrong in [
            "79228162514264337593543950336",
            "1e29",
            "1e999999999",
            "1e-29",
            "1e99999999999999999999",
            "1e-99999999999999999999",
            "0.12345678901234567890123456789",
        ] {
            assert_eq!(number(wrong), "an amount with more digits than can be kept exactly", "{wrong}");
        }
    }

    #[test]
    fn what_is_no_number_is_an_error() {
        for wrong in
            ["", "-", ".", "1.", ".5", "e5", "1e", "1e+", "+1", "0x10", "NaN", "Infinity", "1,000", "1 "]
        {
            assert_eq!(number(wrong), "not an amount", "{wrong:?}");
        }
    }

    #[test]
    fn texts_may_have_separators_signs_and_blanks() {
        assert_eq!(text("10000.00\n"), "10000");
        assert_eq!(text(" 1,828.72 "), "1828.72");
        assert_eq!(text("-1,234,567.8"), "-1234567.8");
        assert_eq!(text("123,456"), "123456");
        assert_eq!(text("+5"), "5");
        assert_eq!(text("0.00"), "0");
        assert_eq!(text("1828.720"), "1828.72");
    }

    #[test]
    fn misplaced_separators_are_refused() {
        for wrong in [
            "1,23.00",
            "1,2345",
            "1234,567",
            ",123",
            "1,,234",
            "1.234,56",
            "",
            " ",
            "-",
            "N/A",
            "null",
            "1e3",
            "--1",
            "1.",
            ".5",
            "1 000",
            "1.2.3",
            "1,234.5,6",
            "٣",
        ] {
            assert_eq!(text(wrong), "not an amount", "{wrong:?}");
        }
    }

    #[test]
    fn cents_become_major_units_without_losing_a_fraction() {
        let major =
            |cents: &str| minor_to_major(amount_from_number(cents).unwrap()).map(|major| major.to_string());
        assert_eq!(major("36365911"), Ok("363659.11".to_owned()));
        assert_eq!(major("-12"), Ok("-0.12".to_owned()));
        assert_eq!(major("0.5"), Ok("0.005".to_owned()));
        assert_eq!(major("10000000000"), Ok("100000000".to_owned()));
        assert_eq!(major("0.123456789012345678901234567"), Err(InvalidAmount::TooManyDigits));
    }

    #[test]
    fn amounts_are_written_with_the_currencys_minor_units_and_every_further_digit() {
        let money = |amount: &str, currency| Money { amount: amount_from_text(amount).unwrap(), currency };
        assert_eq!(money("363659.11", Currency::USD).plain(), "363659.11");
        assert_eq!(money("10000", Currency::CNY).plain(), "10000.00");
        assert_eq!(money("0.5", Currency::USD).plain(), "0.50");
        assert_eq!(money("0.005", Currency::USD).plain(), "0.005");
        assert_eq!(money("1000", Currency::JPY).plain(), "1000");
        assert_eq!(money("1000.5", Currency::JPY).plain(), "1000.5");
        assert_eq!(money("-1234567.8", Currency::USD).grouped(), "-1,234,567.80");
        assert_eq!(money("123", Currency::USD).grouped(), "123.00");
        assert_eq!(money("-123456", Currency::JPY).grouped(), "-123,456");
        assert_eq!(
            money("79228162514264337593543950335", Currency::USD).plain(),
            "79228162514264337593543950335.00"
        );
        assert_eq!(Money { amount: Decimal::new(-0, 2), currency: Currency::USD }.plain(), "0.00");
    }
}
