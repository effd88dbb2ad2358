//! `DescribeOrgMemberAccountBalance`: an organization of any size, each member computed from its number.

use serde_json::{Number, Value, json};

use super::balance::permitted;
use super::parameters::Kind;
use super::{Call, Refusal};

/// What the action takes.
pub const PARAMETERS: &[(&str, Kind)] =
    &[("PageNumber", Kind::Integer), ("PageSize", Kind::Integer), ("MemberUins", Kind::Texts)];

const LARGEST_PAGE: i64 = 10;
const MOST_UINS: usize = 10;
/// The documented example member, who comes first.
const EXAMPLE_UIN: u64 = 700_001_941_608;
/// The others' uins are this far apart, so that a uin leads back to its number without a search.
const FIRST_UIN: u64 = 700_100_000_000;
const STRIDE: u64 = 7919;

/// One page of members.
pub fn describe(call: &Call) -> Result<Value, Refusal> {
    permitted(call, "finance:DescribeOrgMemberAccountBalance")?;
    let page = whole(call, "PageNumber", 1, i64::MAX)?;
    let size = whole(call, "PageSize", LARGEST_PAGE, LARGEST_PAGE)?;
    let asked = asked_uins(call)?;
    if call.key.has("alone") {
        return Err(Refusal::new(
            "UnsupportedOperation",
            "The account is not the administrator of an organization.",
        ));
    }
    let skipped = page.saturating_sub(1).saturating_mul(size);
    let (total, data): (u64, Vec<Value>) = if asked.is_empty() {
        let total = u64::from(call.members);
        let first = total.min(skipped);
        (total, (first..total.min(skipped.saturating_add(size))).map(member).collect())
    } else {
        let found: Vec<_> = asked.iter().filter_map(|uin| number(uin, call.members)).collect();
        let rows = found.iter().map(|number| member(*number));
        let shown = usize::try_from(skipped).unwrap_or(usize::MAX);
        (found.len() as u64, rows.skip(shown).take(usize::try_from(size).unwrap_or(MOST_UINS)).collect())
    };
    Ok(json!({ "PageNumber": page, "PageSize": data.len(), "TotalCount": total, "Data": data }))
}

fn whole(call: &Call, name: &str, default: i64, most: i64) -> Result<u64, Refusal> {
    let value = call.parameters.get(name).map_or(Some(default), Value::as_i64);
    value.filter(|value| (1..=most).contains(value)).and_then(|value| u64::try_from(value).ok()).ok_or_else(
        || {
            Refusal::new(
                "InvalidParameterValue",
                format!("The value of the parameter `{name}` is out of range."),
            )
        },
    )
}

/// The uins asked for, each once.
fn asked_uins(call: &Call) -> Result<Vec<&str>, Refusal> {
    let given = call.parameters.get("MemberUins").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let invalid = |message| Err(Refusal::new("InvalidParameterValue", message));
    if given.len() > MOST_UINS {
        return invalid(format!("The parameter `MemberUins` takes at most {MOST_UINS} elements."));
    }
    let mut asked = Vec::new();
    for uin in given.iter().filter_map(Value::as_str) {
        if uin.is_empty() || !uin.bytes().all(|byte| byte.is_ascii_digit()) {
            return invalid("The parameter `MemberUins` takes digits only.".to_owned());
        }
        if !asked.contains(&uin) {
            asked.push(uin);
        }
    }
    Ok(asked)
}

fn uin(number: u64) -> u64 {
    if number == 0 { EXAMPLE_UIN } else { FIRST_UIN + number * STRIDE }
}

fn number(text: &str, members: u32) -> Option<u64> {
    let asked: u64 = text.parse().ok()?;
    let number = if asked == EXAMPLE_UIN { 0 } else { asked.checked_sub(FIRST_UIN)? / STRIDE };
    // The way back to text refuses what no member has: other remainders, leading zeros.
    (number < u64::from(members) && uin(number).to_string() == text).then_some(number)
}

/// Amounts of one member, in cents.
struct Amounts {
    real: Number,
    cash: Number,
    basic_credit: u64,
    temporary_credit: u64,
    owed: u64,
}

fn member(number: u64) -> Value {
    let amounts = if number == 0 { plain(36_365_911) } else { amounts(number) };
    let credit = amounts.basic_credit + amounts.temporary_credit;
    json!({
        "BasicCreditAmount": amounts.basic_credit,
        "CashAccountBalance": amounts.cash,
        "CreditAmount": credit,
        "IsCreditAccount": credit > 0,
        "MemberName": name(number),
        "MemberUin": uin(number).to_string(),
        "OweAmount": amounts.owed,
        "RealBalance": amounts.real,
        "TempCredit": amounts.temporary_credit,
    })
}

fn amounts(number: u64) -> Amounts {
    // Spreads neighbours apart; any odd factor would do.
    let cents = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 38;
    let member = plain(cents);
    match number % 6 {
        1 => Amounts { basic_credit: 10_000_000, temporary_credit: 2_500_000, ..member },
        2 => {
            let owed = cents / 16 + 1;
            let real = i64::try_from(owed).map_or_else(|_| 0.into(), |owed| Number::from(-owed));
            Amounts { real, cash: 0.into(), owed, ..member }
        }
        3 => {
            let exact = fraction(cents, number % 1000);
            Amounts { real: exact.clone(), cash: exact, ..member }
        }
        4 => plain(0),
        _ => member,
    }
}

fn plain(cents: u64) -> Amounts {
    Amounts { real: cents.into(), cash: cents.into(), basic_credit: 0, temporary_credit: 0, owed: 0 }
}

/// Cents and thousandths of a cent.
fn fraction(cents: u64, thousandths: u64) -> Number {
    let text = format!("{cents}.{thousandths:03}");
    text.parse().expect("digits with one point are a number")
}

fn name(number: u64) -> String {
    match number {
        0 => "kleinerwang_test".to_owned(),
        _ => match number % 5 {
            0 => format!("华东研发中心{number}"),
            1 => format!("Harbour Trading {number}"),
            2 => format!("深圳 Studio {number}"),
            3 => format!("测试环境（{number}）"),
            _ => format!("data-platform-{number}"),
        },
    }
}
