//! `DescribeAccountBalance`.

use serde_json::{Value, json};

use super::parameters::Kind;
use super::{CN, Call, Refusal};

/// What the action takes.
pub const PARAMETERS: &[(&str, Kind)] = &[("TempCredit", Kind::Boolean)];

/// The account's balance in cents: on the international site the documented example.
pub fn describe(call: &Call) -> Result<Value, Refusal> {
    permitted(call, "finance:DescribeAccountBalance")?;
    let mut balance = match call.key.site {
        _ if call.key.has("owing") => amounts(&Amounts { cash: -123_456, ..Amounts::default() }),
        CN => amounts(&Amounts { cash: 12_345_678, present: 209_512, frozen: 2_000_000, credit: 5_000_000 }),
        _ => example(),
    };
    balance["Uin"] = call.key.account().into();
    if call.parameters.get("TempCredit") == Some(&Value::Bool(true)) {
        balance["TempCredit"] = 0.into();
        balance["TempAmountInfoList"] = match call.key.site {
            CN => json!([]),
            _ => json!([{
                "EndTime": "2026-11-16 00:00:00",
                "StartTime": "2025-11-01 00:00:00",
                "TempAmount": 200_000,
                "Uin": call.key.account().to_string(),
            }]),
        };
    }
    Ok(balance)
}

/// Keys named so lack every permission on billing.
pub fn permitted(call: &Call, operation: &str) -> Result<(), Refusal> {
    if call.key.has("denied") {
        let message = format!("you are not authorized to perform operation ({operation})");
        return Err(Refusal::new("UnauthorizedOperation.CamNoAuth", message));
    }
    Ok(())
}

/// A pure credit account as documented: nothing in cash and 1e10 cents to spend.
fn example() -> Value {
    json!({
        "Balance": 0,
        "CashAccountBalance": 0,
        "CreditAmount": 10_000_000_000_u64,
        "CreditBalance": 10_000_000_000_u64,
        "FreezeAmount": 0,
        "IncomeIntoAccountBalance": 0,
        "IsAllowArrears": true,
        "IsCreditLimited": true,
        "OweAmount": 0,
        "PresentAccountBalance": 0,
        "RealBalance": 0,
        "RealCreditBalance": 10_000_000_000_u64,
    })
}

#[derive(Default)]
struct Amounts {
    cash: i64,
    present: i64,
    frozen: i64,
    credit: i64,
}

/// The documented formulas of the China site; what is missing in cash is owed.
fn amounts(of: &Amounts) -> Value {
    let owed = (-of.cash).max(0);
    let cash = of.cash.max(0);
    let real = cash + of.present - of.frozen - owed;
    let with_credit = cash + of.present + of.credit - owed;
    json!({
        "Balance": real,
        "CashAccountBalance": cash,
        "CreditAmount": of.credit,
        "CreditBalance": with_credit,
        "FreezeAmount": of.frozen,
        "IncomeIntoAccountBalance": 0,
        "IsAllowArrears": of.credit > 0,
        "IsCreditLimited": of.credit > 0,
        "OweAmount": owed,
        "PresentAccountBalance": of.present,
        "RealBalance": real,
        "RealCreditBalance": with_credit - of.frozen,
    })
}
