//! What the metadata services of the clouds' instances have in common: one role, and its temporary credentials.

use super::keys::{Key, KeyForm};
use super::reply::Reply;

/// The only role.
const ROLE: &str = "cloudbal-sandbox";

/// How many seconds its credentials last.
pub const LIFETIME: i64 = 6 * 3600;

/// The reply to a request below the path of the roles: the role's name, or its credentials.
pub fn role_reply(role: &str, credentials: impl FnOnce() -> Reply) -> Reply {
    match role {
        "" => Reply::text(200, ROLE),
        ROLE => credentials(),
        _ => Reply::text(404, "no such role"),
    }
}

/// A temporary key of the role, in the demo account of a site.
pub fn issue(forms: &[KeyForm], site: &str, now: i64) -> Key {
    let account = Key::demo(forms, site).account().to_string();
    Key::issue(forms, site, now + LIFETIME, &account, ROLE)
}
