//! ISO 4217 currency codes and the digits each is written with.

use std::fmt;
use std::str::FromStr;

/// An ISO 4217 currency code, such as `USD`: three capital letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Chinese yuan.
    pub const CNY: Self = Self(*b"CNY");
    /// Japanese yen.
    pub const JPY: Self = Self(*b"JPY");
    /// United States dollar.
    pub const USD: Self = Self(*b"USD");

    /// The code, for instance `USD`.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a currency holds three capital letters")
    }

    /// How many decimal places amounts in this currency are written with (ISO 4217, "minor unit").
    pub fn minor_units(self) -> usize {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF"
            | b"UGX" | b"UYI" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            b"CLF" | b"UYW" => 4,
            _ => 2,
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl serde::Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// A text that is no currency code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidCurrency;

impl fmt::Display for InvalidCurrency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a currency code: three letters of ISO 4217 are needed, such as `USD`")
    }
}

impl std::error::Error for InvalidCurrency {}

impl FromStr for Currency {
    type Err = InvalidCurrency;

    /// Reads a code in any letter case; blanks around it are dropped.
    fn from_str(text: &str) -> std::result::Result<Self, InvalidCurrency> {
        let code: [u8; 3] = text.trim().as_bytes().try_into().map_err(|_| InvalidCurrency)?;
        if code.iter().all(u8::is_ascii_alphabetic) {
            Ok(Self(code.map(|letter| letter.to_ascii_uppercase())))
        } else {
            Err(InvalidCurrency)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_three_letters_in_any_case() {
        assert_eq!("usd".parse(), Ok(Currency::USD));
        assert_eq!(" CNY\n".parse(), Ok(Currency::CNY));
        for wrong in ["", "US", "USDT", "U$D", "元", "12A"] {
            assert_eq!(wrong.parse::<Currency>(), Err(InvalidCurrency), "{wrong:?}");
        }
    }

    #[test]
    fn minor_units_follow_iso_4217() {
        let units = |code: &str| code.parse::<Currency>().unwrap().minor_units();
        assert_eq!([units("USD"), units("CNY"), units("JPY"), units("KWD"), units("CLF")], [2, 2, 0, 3, 4]);
    }
}
