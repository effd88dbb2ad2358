//! `QueryAccountBalance`.

use serde_json::{Value, json};

use super::{CN, Call, Refusal};

/// The account's balance: on the China site the documented example, on the international one with thousands separators.
pub fn query(call: &Call) -> Result<Value, Refusal> {
    if call.key.has("denied") {
        return Err(Refusal::new(400, "NotAuthorized", "This API is not authorized for caller."));
    }
    if call.key.has("unsuccessful") {
        let refusal = not_applicable();
        return Ok(json!({ "Code": refusal.code, "Message": refusal.message, "Success": false }));
    }
    let (amount, currency) = match call.key.site {
        _ if call.key.has("yen") => ("120000", "JPY"),
        CN if call.key.has("owing") => ("-1234.56", "CNY"),
        CN => ("10000.00", "CNY"),
        _ if call.key.has("owing") => ("-1,234.56", "USD"),
        _ => ("1,828.72", "USD"),
    };
    let mut data = json!({
        "AvailableAmount": amount,
        "CreditAmount": "0.00",
        "MybankCreditAmount": "0.00",
        "Currency": currency,
        "AvailableCashAmount": amount,
    });
    if call.key.has("quota") {
        data["QuotaLimit"] = "10000.00".into();
    }
    Ok(json!({ "Code": "200", "Message": "success", "Success": true, "Data": data }))
}

/// The answer to an account of the other site.
pub fn not_applicable() -> Refusal {
    Refusal::new(400, "NotApplicable", "This API is not applicable for caller.")
}
