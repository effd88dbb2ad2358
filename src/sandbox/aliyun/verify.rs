//! Judges what a request claims, the same way for both schemes: time, key, signature, token, nonce.

use chrono::NaiveDateTime;

use super::{KEYS, Refusal};
use crate::sandbox::keys::Key;
use crate::sandbox::state::State;

/// How far a request's time may be from the server's.
const WINDOW: i64 = 15 * 60;

/// What a signed request says about itself.
#[derive(Debug)]
pub struct Claim {
    /// Whose key it is signed with.
    pub key_id: String,
    /// When, as sent.
    pub time: String,
    /// The number used once.
    pub nonce: String,
    /// The security token.
    pub token: Option<String>,
    /// The signature it came with.
    pub signature: String,
    /// What had to be signed.
    pub string_to_sign: String,
    /// How: secret and string to sign give the signature.
    pub sign: fn(&str, &str) -> String,
}

/// Who signed, if everything is in order.
pub fn judge(state: &State, claim: &Claim, now: i64) -> Result<Key, Refusal> {
    in_time(&claim.time, now)?;
    let key = Key::find(KEYS, &claim.key_id).ok_or_else(|| {
        Refusal::new(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
    })?;
    if key.has("inactive") {
        return Err(Refusal::new(400, "InvalidAccessKeyId.Inactive", "Specified access key is disabled."));
    }
    if (claim.sign)(&key.secret(), &claim.string_to_sign) != claim.signature {
        state.refused_signature();
        // The real gateway echoes it too, which is why a client must not show this message as it is.
        let message = format!(
            "Specified signature is not matched with our calculation. server string to sign is:{}",
            claim.string_to_sign
        );
        return Err(Refusal::new(400, "SignatureDoesNotMatch", message));
    }
    if claim.token != key.token() {
        let message = "Specified SecurityToken is malformed.";
        return Err(Refusal::new(400, "InvalidSecurityToken.Malformed", message));
    }
    if key.expired(now) {
        return Err(Refusal::new(400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired."));
    }
    if !state.is_new_nonce(&key.id, &claim.nonce, now) {
        let message = "Specified signature nonce was used already.";
        return Err(Refusal::new(400, "SignatureNonceUsed", message));
    }
    Ok(key)
}

fn in_time(text: &str, now: i64) -> Result<(), Refusal> {
    // The length keeps out what chrono reads leniently, such as one-digit months.
    let time = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%SZ").ok().filter(|_| text.len() == 20);
    let time = time.ok_or_else(|| {
        Refusal::new(
            400,
            "InvalidTimeStamp.Format",
            "Specified time stamp or date value is not well formatted.",
        )
    })?;
    if (time.and_utc().timestamp() - now).abs() > WINDOW {
        let message = "Specified time stamp or date value is expired.";
        return Err(Refusal::new(400, "InvalidTimeStamp.Expired", message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_well_formatted_and_within_fifteen_minutes() {
        let noon = 1_704_196_800;
        let code = |text| in_time(text, noon).map_err(|refusal| refusal.code);
        assert_eq!(code("2024-01-02T12:00:00Z"), Ok(()));
        assert_eq!(code("2024-01-02T11:45:00Z"), Ok(()));
        assert_eq!(code("2024-01-02T12:15:00Z"), Ok(()));
        assert_eq!(code("2024-01-02T11:44:59Z"), Err("InvalidTimeStamp.Expired"));
        assert_eq!(code("2024-01-02T12:15:01Z"), Err("InvalidTimeStamp.Expired"));
        for text in
            ["", "2024-1-2T12:00:00Z", "2024-01-02 12:00:00", "2024-01-02T12:00:00+00:00", "1704196800"]
        {
            assert_eq!(code(text), Err("InvalidTimeStamp.Format"), "{text}");
        }
    }
}
