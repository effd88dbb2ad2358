//! Error codes: <https://www.tencentcloud.com/document/product/555/30745>. Decided on the code alone: messages change with the language.

use chrono::DateTime;

use super::super::fields::Fields;
use super::super::reply::{LONGEST_NAME, beginning, safe_message};
use super::super::{Advice, Call, Failure, Question, Reply};
use crate::model::{Error, Kind};

/// Reads `Response.Error`.
pub fn read(error: &Fields, response: &Fields, call: &Call, reply: &Reply) -> Failure {
    let text = |fields: &Fields, name| fields.text(name).ok().flatten();
    let code = text(error, "Code").unwrap_or_default();
    let message = text(error, "Message").unwrap_or_default();
    let (kind, hint) = meaning(&code, call.question);
    let advice = match kind {
        Kind::Throttled | Kind::Server => Advice::Retry { after: reply.retry_after() },
        Kind::Clock => {
            Advice::CorrectClock { server_time: reply.server_time().or_else(|| time_in(&message)) }
        }
        Kind::WrongSite => Advice::OtherSite,
        _ => Advice::GiveUp,
    };
    let mut error = Error::new(kind, format!("Tencent Cloud refused: {}", safe_message(&message)));
    error.code = Some(beginning(&code, LONGEST_NAME).into());
    error.request_id = text(response, "RequestId").map(|id| beginning(&id, LONGEST_NAME).into());
    error.hint = hint.map(Into::into);
    Failure { error: Box::new(error), advice }
}

/// What a code means, and what to do about it.
fn meaning(code: &str, question: &Question) -> (Kind, Option<String>) {
    let hint = |text: &str| Some(text.to_owned());
    match code {
        // Also what a key gets on the site that it does not belong to.
        "AuthFailure.SecretIdNotFound" => (
            Kind::WrongSite,
            hint("check the SecretId; a key of the other site needs `--site cn` or `--site intl`"),
        ),
        "AuthFailure.SignatureExpire" => (
            Kind::Clock,
            hint("set this machine's clock: it may differ from the cloud's by at most 5 minutes"),
        ),
        "AuthFailure.SignatureFailure" => {
            (Kind::Authentication, hint("check the SecretKey: it does not fit the SecretId"))
        }
        "AuthFailure.TokenFailure" => {
            (Kind::Authentication, hint("get new temporary credentials: the token is wrong or has expired"))
        }
        "AuthFailure.InvalidSecretId" => {
            (Kind::Authentication, hint("check the SecretId: it is not one of an API key"))
        }
        "IpInBlacklist" | "IpNotInWhitelist" => (
            Kind::Permission,
            hint("this machine's address may not use the key: check the key's access policy"),
        ),
        "OperationDenied" | "AuthFailure.UnauthorizedOperation" => (Kind::Permission, Some(grant(question))),
        "UnsupportedOperation" if matches!(question, Question::Members { .. }) => (
            Kind::Refused,
            hint(
                "only an account that administers an organisation can read its members' balances; `cloudbal tencent balance` reads this account's own",
            ),
        ),
        _ if is(code, "UnauthorizedOperation") => (Kind::Permission, Some(grant(question))),
        _ if is(code, "AuthFailure") => {
            (Kind::Authentication, hint("check the key, its secret and its token"))
        }
        _ if is(code, "RequestLimitExceeded") => {
            (Kind::Throttled, hint("somebody else may be using the key; try again later"))
        }
        _ if is(code, "InternalError") || code == "ServiceUnavailable" => {
            (Kind::Server, hint("Tencent Cloud failed; try again later"))
        }
        _ => (Kind::Refused, None),
    }
}

/// Whether a code is this one or one of its kind.
fn is(code: &str, group: &str) -> bool {
    code.strip_prefix(group).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn grant(question: &Question) -> String {
    let action = super::action(question);
    // Permissions for billing have a prefix of their own.
    let prefix = if action.service == "billing" { "finance" } else { action.service };
    format!("grant the CAM action `{prefix}:{}` to the user of this key", action.name)
}

/// The message of an expired signature ends in the server's time in Unix seconds.
fn time_in(message: &str) -> Option<DateTime<chrono::Utc>> {
    let digits = message.trim_end_matches(|character: char| !character.is_ascii_digit());
    let time = digits.rsplit(|character: char| !character.is_ascii_digit()).next()?;
    DateTime::from_timestamp(time.parse().ok()?, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_time_is_found_at_the_end_of_the_message() {
        let time = time_in("Signature expired for 300 s, the server time 1706406788.").unwrap();
        assert_eq!(time.to_rfc3339(), "2024-01-28T01:53:08+00:00");
        assert_eq!(time_in("no time"), None);
        assert_eq!(time_in(""), None);
        assert_eq!(time_in("元99999999999999999999"), None);
    }

    #[test]
    fn what_to_do_depends_on_the_code() {
        for (code, what) in [
            ("AuthFailure.SecretIdNotFound", "check the SecretId"),
            ("AuthFailure.SignatureFailure", "check the SecretKey"),
            ("AuthFailure.TokenFailure", "get new temporary credentials"),
            ("AuthFailure.InvalidSecretId", "it is not one of an API key"),
            ("AuthFailure", "check the key, its secret and its token"),
            ("IpInBlacklist", "this machine's address"),
            ("OperationDenied", "`finance:DescribeAccountBalance`"),
            ("AuthFailure.UnauthorizedOperation", "`finance:DescribeAccountBalance`"),
        ] {
            let hint = meaning(code, &Question::Balance).1.unwrap();
            assert!(hint.contains(what), "{code}: {hint}");
        }
        assert_eq!(meaning("UnsupportedOperation", &Question::Balance).1, None);
        let members = Question::Members { page: 1, uins: Vec::new() };
        assert!(meaning("UnsupportedOperation", &members).1.unwrap().contains("administers an organisation"));
    }

    #[test]
    fn a_group_is_its_code_and_what_follows_a_point() {
        assert!(is("InternalError", "InternalError") && is("InternalError.DbOperatError", "InternalError"));
        assert!(!is("InternalErrors", "InternalError"));
    }
}
