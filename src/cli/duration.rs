//! Times on the command line: `10`, `2.5`, `500ms`, `10s`, `2m`.

use std::time::Duration;

/// Reads a time; a number alone is seconds.
pub fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || "a time is a number of seconds, or one with a unit: `500ms`, `10s`, `2m`".to_owned();
    let (number, unit) = match text.find(|character: char| character.is_ascii_alphabetic()) {
        Some(at) => text.split_at(at),
        None => (text, "s"),
    };
    let nanoseconds: u64 = match unit {
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" | "min" => 60_000_000_000,
        _ => return Err(wrong()),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > 9 {
        return Err(wrong());
    }
    let number = |part: &str| part.parse::<u64>().map_err(|_| wrong());
    let scale = 10_u64.pow(u32::try_from(fraction.len()).map_err(|_| wrong())?);
    let whole = number(whole)?.checked_mul(nanoseconds).ok_or_else(wrong)?;
    let fraction = u128::from(number(fraction)?) * u128::from(nanoseconds) / u128::from(scale);
    Ok(Duration::from_nanos(whole) + Duration::from_nanos(u64::try_from(fraction).map_err(|_| wrong())?))
}

/// Reads a time that is longer than nothing.
pub fn parse_positive(text: &str) -> Result<Duration, String> {
    match parse(text)? {
        Duration::ZERO => Err("the time must be longer than 0".to_owned()),
        time => Ok(time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_seconds_and_units_are_spelt_out() {
        let milliseconds = |text| parse(text).map(|time| time.as_millis());
        assert_eq!(milliseconds("10"), Ok(10_000));
        assert_eq!(milliseconds("2.5"), Ok(2_500));
        assert_eq!(milliseconds("500ms"), Ok(500));
        assert_eq!(milliseconds("1.5m"), Ok(90_000));
        assert_eq!(milliseconds("0"), Ok(0));
        assert!(parse_positive("0s").is_err());
        for wrong in ["", "s", "-1", "1h", "1 s", ".5", "1.", "1e3", "99999999999999999999", "NaN", "元"] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
