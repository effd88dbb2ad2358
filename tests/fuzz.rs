//! The checks of `fuzz/` on the stable toolchain: a fixed number of changed corpus files, the same ones every time.

#![allow(clippy::unwrap_used)] // these are tests, helpers included

#[path = "../fuzz/checks/mod.rs"]
mod checks;

use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// What may decide about how a file is read, put where it does not belong.
const WORDS: &[&str] = &[
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    ".",
    "-",
    "+",
    "e",
    "0",
    "9",
    "99999999999999999999",
    "1e-28",
    "null",
    "true",
    "false",
    "\\ud800",
    "\\u0000",
    "\"\":",
    "=",
    "#",
    "\n",
    "\n\n",
    "\r",
    "\t",
    "'",
    " ",
    "\u{0}",
    "\u{1b}[31m",
    "\u{202e}",
    "\u{feff}",
    "元",
    "\"Data\":",
    "\"Response\":",
    "\"Error\":{\"Code\":\"\"}",
    "\"TotalCount\":10000000",
    "[[",
    "inf",
    "default",
];

/// A generator of numbers that look like chance (splitmix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 1).expect("64 bits") % end.max(1)
    }

    fn range(&mut self, end: usize) -> std::ops::Range<usize> {
        let start = self.below(end + 1);
        start..(start + self.below(12)).min(end)
    }

    /// One change: bytes go, come twice, turn into others, give way to a word, or are another file's from there on.
    fn change(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        let range = self.range(bytes.len());
        match self.below(6) {
            0 => drop(bytes.drain(range)),
            1 => {
                let twice = bytes[range.clone()].repeat(2);
                drop(bytes.splice(range, twice));
            }
            2 => bytes[range].iter_mut().for_each(|byte| *byte ^= 1 << self.below(8)),
            3 => {
                bytes.truncate(range.start);
                bytes.extend_from_slice(&other[self.below(other.len())..]);
            }
            _ => drop(bytes.splice(range, WORDS[self.below(WORDS.len())].bytes())),
        }
    }
}

/// Checks every file of a corpus as it is, and then changed in so many ways.
fn run(target: &str, check: fn(&[u8]), times: usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    // Fuzzing adds files whose names are hashes: what is run here must not depend on them.
    paths.retain(|path| path.file_name().is_some_and(|name| name.len() != 40));
    paths.sort_unstable();
    let corpus: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
    for bytes in &corpus {
        told(check, bytes);
    }
    let mut chance = Chance(0);
    for _ in 0..times {
        let mut bytes = corpus[chance.below(corpus.len())].clone();
        for _ in 0..=chance.below(4) {
            let other = chance.below(corpus.len());
            chance.change(&mut bytes, &corpus[other]);
        }
        told(check, &bytes);
    }
}

/// The check, which tells the bytes when it fails.
fn told(check: fn(&[u8]), bytes: &[u8]) {
    let result = std::panic::catch_unwind(|| check(bytes));
    assert!(result.is_ok(), "it was checked with {:?}", String::from_utf8_lossy(bytes));
}

#[test]
fn no_text_is_read_as_another_amount_than_it_says() {
    run("amounts", checks::amounts, 3000);
}

#[test]
fn no_reply_is_more_or_less_than_it_says() {
    run("replies", checks::replies, 3000);
}

#[test]
fn no_file_gives_half_credentials() {
    run("credentials", checks::credentials, 3000);
}

#[test]
fn no_configuration_is_understood_otherwise_than_it_is_shown() {
    run("configuration", checks::configuration, 3000);
}

#[test]
fn an_endpoint_is_what_was_written_and_nothing_leaves_this_machine_unencrypted() {
    run("endpoints", checks::endpoints, 3000);
}

#[test]
fn no_wait_is_shorter_than_the_server_asks_for() {
    run("retry_after", checks::retry_after, 3000);
}

#[test]
fn no_error_holds_a_part_of_temporary_credentials() {
    run("temporary", checks::temporary, 1500);
}

#[test]
fn a_query_is_refused_or_gives_a_document() {
    run("queries", checks::queries, 3000);
}

#[test]
fn what_is_read_back_from_yaml_is_what_json_says() {
    run("yaml", checks::yaml, 3000);
}

#[test]
fn a_journal_is_used_as_it_was_written_or_left_as_it_is() {
    run("journal", checks::journal, 300);
}

const LIMITS: &[&str] =
    &["79228162514264337593543950335", "79228162514264337593543950336", "7922816251426433759354395033"];

/// A number around the limits of what can be kept, in any of the ways to write it.
fn number() -> impl Strategy<Value = String> {
    let digits = prop_oneof![
        "[0-9]{1,4}",
        "[1-9][0-9]{24,30}",
        "0{0,3}[1-9]0{0,30}",
        select(LIMITS).prop_map(str::to_owned)
    ];
    let fraction = prop_oneof![Just(String::new()), "\\.[0-9]{1,3}", "\\.0{0,28}[0-9]{0,2}"];
    let exponent = prop_oneof![3 => Just(String::new()), 2 => "[eE][+-]?[0-9]{1,2}", 1 => "e-?[0-9]{8,20}"];
    ("[+-]?", digits, fraction, exponent)
        .prop_map(|(sign, digits, fraction, exponent)| sign + &digits + &fraction + &exponent)
}

const ODD: &[&str] =
    &["null", "true", "\"\"", "\"N/A\"", "[]", "{}", "[{\"x\":1.10}]", "\"\\ud800\"", "1e400", "-0"];

/// A field's value: an amount as a number or as a text, or what no field should hold.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => number(),
        2 => number().prop_map(|number| format!("\"{number}\"")),
        1 => "-?[0-9]{1,3}(,[0-9]{3}){1,9}\\.[0-9]{2}".prop_map(|text| format!("\" {text}\\n\"")),
        1 => select(ODD).prop_map(str::to_owned),
    ]
}

/// An object with some of these fields.
fn object(names: &'static [&'static str]) -> impl Strategy<Value = String> {
    let field = (select(names), value()).prop_map(|(name, value)| (name, format!("\"{name}\":{value}")));
    vec(field, 0..6).prop_map(|mut fields| {
        fields.sort_unstable();
        fields.dedup_by_key(|(name, _)| *name);
        fields.into_iter().map(|(_, field)| field).collect::<Vec<_>>().join(",")
    })
}

const OF_TENCENT: &[&str] = &[
    "RealCreditBalance",
    "CashAccountBalance",
    "CreditAmount",
    "TempCredit",
    "OweAmount",
    "FreezeAmount",
    "Balance",
    "Uin",
    "Other",
];
const OF_MEMBERS: &[&str] = &[
    "CashAccountBalance",
    "CreditAmount",
    "BasicCreditAmount",
    "TempCredit",
    "OweAmount",
    "MemberName",
    "Other",
];
const OF_ALIYUN: &[&str] =
    &["AvailableCashAmount", "CreditAmount", "MybankCreditAmount", "QuotaLimit", "Other"];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_way_to_write_an_amount_means_the_same(lines in vec(number(), 1..4)) {
        checks::amounts(lines.join("\n").as_bytes());
    }

    #[test]
    fn every_amount_of_a_reply_is_exact(
        balance in value(), tencent in object(OF_TENCENT), members in vec((value(), object(OF_MEMBERS)), 0..4), aliyun in object(OF_ALIYUN),
    ) {
        let with = |first: String, rest: &str| format!("{{{first}{}{rest}}}", if rest.is_empty() { "" } else { "," });
        let members: Vec<String> = members
            .iter()
            .map(|(balance, rest)| with(format!("\"MemberUin\":7,\"RealBalance\":{balance}"), rest))
            .collect();
        let data = with(format!("\"Currency\":\"CNY\",\"AvailableAmount\":{balance}"), &aliyun);
        for body in [
            format!("{{\"Response\":{}}}", with(format!("\"RealBalance\":{balance}"), &tencent)),
            format!("{{\"Response\":{{\"TotalCount\":3,\"Data\":[{}]}}}}", members.join(",")),
            format!("{{\"Success\":true,\"Code\":\"200\",\"Data\":{data}}}"),
        ] {
            checks::replies(body.as_bytes());
        }
    }
}
