//! Durations such as `90`, `2.5`, `500ms`, `1m30s` and `2h`, with one grammar for options and configuration.

use std::time::Duration;

/// The units and their length in nanoseconds, the longest first.
const UNITS: &[(&str, u64)] = &[
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("min", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
];

/// The accepted forms, for error messages.
pub const DURATION_FORMS: &str = "a number of seconds, or numbers with units: `90`, `500ms`, `1m30s`, `2h`";

/// Parses a duration. A number alone is in seconds. Units must be in descending order, and only the last number may
/// have a fraction.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("a duration is {DURATION_FORMS}");
    if !text.contains(|character: char| character.is_ascii_alphabetic()) {
        return in_units(text, UNITS[4].1).ok_or_else(wrong);
    }
    let mut rest = text;
    let mut longest = u64::MAX;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let is_letter = |character: char| character.is_ascii_alphabetic();
        let (number, behind) = rest.split_at(rest.find(is_letter).ok_or_else(wrong)?);
        let (unit, behind) =
            behind.split_at(behind.find(|character| !is_letter(character)).unwrap_or(behind.len()));
        let (_, length) = *UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
        let is_out_of_place = length >= longest || (number.contains('.') && !behind.is_empty());
        let part = in_units(number, length).filter(|_| !is_out_of_place).ok_or_else(wrong)?;
        total = total.checked_add(part).ok_or_else(wrong)?;
        (rest, longest) = (behind, length);
    }
    Ok(total)
}

/// Parses a decimal number of units; `None` if it is invalid or too large.
fn in_units(number: &str, nanoseconds: u64) -> Option<Duration> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) || fraction.len() > 9 {
        return None;
    }
    let scale = 10_u64.pow(u32::try_from(fraction.len()).ok()?);
    let whole = whole.parse::<u64>().ok()?.checked_mul(nanoseconds)?;
    let fraction = u128::from(fraction.parse::<u64>().ok()?) * u128::from(nanoseconds) / u128::from(scale);
    Duration::from_nanos(whole).checked_add(Duration::from_nanos(u64::try_from(fraction).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_seconds_and_units_add_up() {
        let milliseconds = |text| parse_duration(text).map(|time| time.as_millis());
        assert_eq!(milliseconds("10"), Ok(10_000));
        assert_eq!(milliseconds("90"), Ok(90_000));
        assert_eq!(milliseconds("2.5"), Ok(2_500));
        assert_eq!(milliseconds("500ms"), Ok(500));
        assert_eq!(milliseconds("1.5m"), Ok(90_000));
        assert_eq!(milliseconds("1.5min"), Ok(90_000));
        assert_eq!(milliseconds("1m30s"), Ok(90_000));
        assert_eq!(milliseconds("1m0.5s"), Ok(60_500));
        assert_eq!(milliseconds("2h"), Ok(7_200_000));
        assert_eq!(milliseconds("1d2h3m4s5ms"), Ok(93_784_005));
        assert_eq!(milliseconds("0"), Ok(0));
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for wrong in [
            "",
            "s",
            "-1",
            "+1",
            "1 s",
            ".5",
            "1.",
            "1e3",
            "99999999999999999999",
            "NaN",
            "元",
            "1h30",
            "30s1m",
            "1m1m",
            "1m2min",
            "1.5h30m",
            "5M",
            "5S",
            "1w",
            "1m 30s",
            "1,5s",
            "18446744073709551615d",
            "1µs",
            "0x10",
        ] {
            assert!(parse_duration(wrong).is_err(), "{wrong:?}");
        }
    }
}
