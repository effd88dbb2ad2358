//! ISO 4217 currency codes and their minor units.

use std::fmt;
use std::str::FromStr;

/// An ISO 4217 currency code, such as `USD`: three capital letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// Every ISO 4217 code for money, plus the recently withdrawn `BGN` and `ANG`. The codes for metals, for tests (`XTS`)
/// and for no currency (`XXX`) are excluded, because no account uses them.
const CODES: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP \
BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS \
GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP \
LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK \
PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP \
TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XCD XCG XDR XOF XPF XSU XUA YER ZAR ZMW \
ZWG";

/// The currencies that the clouds bill in most, most likely first: preferred among equally similar codes.
const LIKELY: [&str; 9] = ["USD", "CNY", "EUR", "HKD", "JPY", "GBP", "SGD", "TWD", "KRW"];

/// Other spellings of a currency, including withdrawn codes.
const ALIASES: &[(&str, &[&str])] = &[
    ("CNY", &["RMB", "CNH", "YUAN", "RENMINBI", "CN¥", "RMB¥", "¥", "￥", "元", "人民币", "CNYUAN"]),
    ("USD", &["US$", "$", "USDT", "USDC", "DOLLAR", "DOLLARS", "US DOLLAR", "美元", "BUCK", "BUCKS"]),
    ("EUR", &["€", "EURO", "EUROS", "DEM", "FRF", "ITL", "ESP", "NLG", "ATS", "HRK", "欧元"]),
    ("HKD", &["HK$", "港币", "港元"]),
    ("TWD", &["NTD", "NT$", "NT", "台币", "新台币"]),
    ("JPY", &["YEN", "JP¥", "円", "日元"]),
    ("GBP", &["£", "STG", "UKP", "POUND", "POUNDS", "英镑"]),
    ("SGD", &["S$", "SG$", "新元"]),
    ("KRW", &["WON", "₩", "韩元"]),
    ("AUD", &["A$", "AU$"]),
    ("CAD", &["C$", "CA$"]),
    ("NZD", &["NZ$"]),
    ("BRL", &["R$", "REAL", "REAIS"]),
    ("MOP", &["MOP$", "澳门元"]),
    ("MYR", &["RM", "RINGGIT"]),
    ("INR", &["RS", "₹", "RUPEE", "RUPEES"]),
    ("THB", &["฿", "BAHT"]),
    ("IDR", &["RP", "RUPIAH"]),
    ("PHP", &["₱", "PESO"]),
    ("VND", &["₫", "DONG"]),
    ("RUB", &["RUR", "₽", "RUBLE", "ROUBLE"]),
    ("CHF", &["SFR", "FRANC"]),
    ("TRY", &["TRL", "₺", "LIRA"]),
    ("BYN", &["BYR", "BYB"]),
    ("RON", &["ROL"]),
    ("MRU", &["MRO"]),
    ("STN", &["STD"]),
    ("SLE", &["SLL"]),
    ("VES", &["VEF", "VEB"]),
    ("ZMW", &["ZMK"]),
    ("ZWG", &["ZWL", "ZIG"]),
    ("GHS", &["GHC"]),
    ("AZN", &["AZM"]),
    ("CUP", &["CUC"]),
];

impl Currency {
    /// Chinese yuan.
    pub const CNY: Self = Self(*b"CNY");
    /// Japanese yen.
    pub const JPY: Self = Self(*b"JPY");
    /// United States dollar.
    pub const USD: Self = Self(*b"USD");

    /// Returns the code, such as `USD`.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a currency holds three capital letters")
    }

    /// Parses the code in a reply: any three letters, with surrounding spaces ignored. A code that is not in the list
    /// is accepted, so that a new currency does not lose a balance.
    pub fn from_reply(text: &str) -> Option<Self> {
        let code: [u8; 3] = text.trim().as_bytes().try_into().ok()?;
        let is_code = code.iter().all(u8::is_ascii_alphabetic);
        is_code.then(|| Self(code.map(|letter| letter.to_ascii_uppercase())))
    }

    /// Returns the number of decimal places of amounts in this currency (ISO 4217, "minor unit").
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

/// The error for a text that is not a currency code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidCurrency {
    /// The currency to suggest.
    pub meant: Option<Currency>,
}

impl InvalidCurrency {
    /// The message without the hint.
    pub const WHY: &str = "not an ISO 4217 currency code";

    /// Returns what to do.
    pub fn hint(self) -> String {
        self.meant.map_or_else(
            || "use a code of three letters, such as USD or CNY".to_owned(),
            |meant| format!("did you mean {meant}?"),
        )
    }
}

impl fmt::Display for InvalidCurrency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", Self::WHY, self.hint())
    }
}

impl std::error::Error for InvalidCurrency {}

impl FromStr for Currency {
    type Err = InvalidCurrency;

    /// Parses a code that a user wrote, in any letter case. Only codes of ISO 4217 are accepted, because a threshold in
    /// any other currency would never apply.
    fn from_str(text: &str) -> std::result::Result<Self, InvalidCurrency> {
        Self::from_reply(text)
            .filter(|currency| codes().any(|code| code == currency.code()))
            .ok_or_else(|| InvalidCurrency { meant: nearest(text) })
    }
}

fn codes() -> impl Iterator<Item = &'static str> {
    CODES.split_ascii_whitespace()
}

/// Returns the currency for another spelling, or for a code with one mistake.
fn nearest(text: &str) -> Option<Currency> {
    let written = text.trim().to_uppercase();
    if let Some((code, _)) = ALIASES.iter().find(|(_, aliases)| aliases.contains(&written.as_str())) {
        return Currency::from_reply(code);
    }
    // Limits the comparison's memory, which grows with the length.
    if !(2..=4).contains(&written.chars().count()) {
        return None;
    }
    let known = || LIKELY.into_iter().chain(codes());
    // Swapped letters are likelier than a wrong one.
    let same_letters = |code: &&str| sorted(code) == sorted(&written);
    let one_slip = |code: &&str| strsim::damerau_levenshtein(&written, code) == 1;
    known().find(same_letters).or_else(|| known().find(one_slip)).and_then(Currency::from_reply)
}

fn sorted(text: &str) -> Vec<char> {
    let mut letters: Vec<char> = text.chars().collect();
    letters.sort_unstable();
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(text: &str) -> Option<String> {
        text.parse::<Currency>().unwrap_err().meant.map(|currency| currency.to_string())
    }

    #[test]
    fn a_code_is_one_of_iso_4217_in_any_case() {
        assert_eq!("usd".parse(), Ok(Currency::USD));
        assert_eq!(" CNY\n".parse(), Ok(Currency::CNY));
        for code in codes() {
            assert_eq!(code.parse::<Currency>().map(|currency| currency.to_string()), Ok(code.to_owned()));
        }
        for wrong in
            ["", "US", "USDT", "U$D", "元", "12A", "RMB", "CNH", "ABC", "XXX", "XTS", "XAU", "usd usd"]
        {
            assert!(wrong.parse::<Currency>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn every_code_is_there_once_in_order() {
        let listed: Vec<&str> = codes().collect();
        let mut sorted = listed.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(listed.len(), sorted.len());
        assert!(listed.iter().all(|code| Currency::from_reply(code).is_some()));
        assert!(LIKELY.iter().chain(ALIASES.iter().map(|(code, _)| code)).all(|code| listed.contains(code)));
        assert!(ALIASES.iter().flat_map(|(_, words)| *words).all(|word| !listed.contains(word)));
    }

    #[test]
    fn what_was_meant_is_named() {
        for (written, code) in [
            ("RMB", "CNY"),
            ("rmb", "CNY"),
            ("CNH", "CNY"),
            ("Yuan", "CNY"),
            ("¥", "CNY"),
            ("NTD", "TWD"),
            ("US$", "USD"),
            ("HK$", "HKD"),
            ("UDS", "USD"),
            ("US", "USD"),
            ("USDD", "USD"),
            ("CYN", "CNY"),
            ("YCN", "CNY"),
            ("EURO", "EUR"),
            ("ERU", "EUR"),
            ("GPB", "GBP"),
            ("JYP", "JPY"),
            ("HRK", "EUR"),
        ] {
            assert_eq!(meant(written).as_deref(), Some(code), "{written}");
        }
        for unknown in ["", "X", "QQQ", "points", "credits and more"] {
            assert_eq!(meant(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn a_cloud_may_write_a_code_that_is_not_known_yet() {
        assert_eq!(Currency::from_reply(" usd ").map(|code| code.to_string()).as_deref(), Some("USD"));
        assert_eq!(Currency::from_reply("QQQ").map(|code| code.to_string()).as_deref(), Some("QQQ"));
        for wrong in ["", "US", "USDT", "U$D", "元", "12A"] {
            assert_eq!(Currency::from_reply(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn minor_units_follow_iso_4217() {
        let units = |code: &str| code.parse::<Currency>().unwrap().minor_units();
        assert_eq!([units("USD"), units("CNY"), units("JPY"), units("KWD"), units("CLF")], [2, 2, 0, 3, 4]);
    }
}
