//! Error codes: <https://api.alibabacloud.com/document/BssOpenApi/2017-12-14/errorCode>. Decided on the code before the status: business errors come with 4xx.

use std::time::Duration;

use super::super::fields::Fields;
use super::super::reply::{LONGEST_NAME, beginning, safe_message};
use super::super::{Advice, Call, Failure, Question, Reply};
use crate::model::{Error, Kind};

/// Reads a gateway's error, or a reply whose `Success` is false.
pub fn read(fields: &Fields, call: &Call, reply: &Reply) -> Failure {
    let text = |name| fields.text(name).ok().flatten();
    let Some(code) = text("Code").filter(|code| !is_success(code)) else {
        return reply
            .unreadable("neither a success nor an error: `Success` is not true, and `Code` names no error");
    };
    let message = text("Message").unwrap_or_default();
    let (kind, hint) = meaning(&code, reply.status, call.question);
    let advice = match kind {
        Kind::Throttled | Kind::Server => Advice::Retry { after: retry_after(reply) },
        Kind::Clock => Advice::CorrectClock { server_time: reply.server_time() },
        Kind::WrongSite => Advice::OtherSite,
        _ if code == "SignatureNonceUsed" => Advice::Retry { after: None },
        _ => Advice::GiveUp,
    };
    let message = format!("Alibaba Cloud refused: {}", safe_message(&message));
    let mut error = Error::new(kind, message).code(beginning(&code, LONGEST_NAME));
    let request_id = text("RequestId").or_else(|| reply.header("x-acs-request-id").map(str::to_owned));
    error.request_id = request_id.map(|id| beginning(&id, LONGEST_NAME).into());
    error.hint = hint.map(Into::into);
    Failure { error: Box::new(error), advice }
}

/// The codes that come with a success, on this and on other actions.
pub fn is_success(code: &str) -> bool {
    matches!(code, "200" | "Success" | "OK")
}

/// `x-acs-retry-after` is in milliseconds.
fn retry_after(reply: &Reply) -> Option<Duration> {
    let milliseconds = reply.header("x-acs-retry-after").and_then(|value| value.trim().parse().ok());
    milliseconds.map(Duration::from_millis).or_else(|| reply.retry_after())
}

/// What a code means, and what to do about it.
fn meaning(code: &str, status: u16, question: &Question) -> (Kind, Option<&'static str>) {
    match code {
        "NotApplicable" => (
            Kind::WrongSite,
            Some(
                "check the site (`--site cn` or `--site intl`); an account that a reseller manages cannot read its balance",
            ),
        ),
        "NotAuthorized" | "NoPermission" | "Forbidden" | "Forbidden.RAM" if !question.is_about_balances() => {
            (
                Kind::Permission,
                Some(
                    "grant the RAM action `sts:AssumeRole` to the user of this key, and let the role trust it",
                ),
            )
        }
        "NotAuthorized" | "NoPermission" | "Forbidden" | "Forbidden.RAM" => (
            Kind::Permission,
            Some(
                "grant the RAM action `bss:DescribeAcccount` (three c's), or the policy AliyunBSSReadOnlyAccess, to the user of this key",
            ),
        ),
        "InvalidTimeStamp.Expired" => (
            Kind::Clock,
            Some("set this machine's clock: it may differ from the cloud's by at most 15 minutes"),
        ),
        "SignatureDoesNotMatch" | "IncompleteSignature" => {
            (Kind::Authentication, Some("check the AccessKeySecret: it does not fit the AccessKeyId"))
        }
        "InvalidAccessKeyId.Inactive" => {
            (Kind::Authentication, Some("the key is disabled: enable it in the console, or use another"))
        }
        _ if code.starts_with("InvalidAccessKeyId") => (Kind::Authentication, Some("check the AccessKeyId")),
        _ if code.starts_with("InvalidSecurityToken") => (
            Kind::Authentication,
            Some("get new temporary credentials: the security token is wrong or has expired"),
        ),
        _ if code == "Throttling" || code.starts_with("Throttling.") || code == "Rejected.Throttling" => {
            (Kind::Throttled, Some("somebody else may be using the key; try again later"))
        }
        "ServiceUnavailable" | "InternalError" | "UndefinedError" | "UnknownError" => {
            (Kind::Server, Some("Alibaba Cloud failed; try again later"))
        }
        _ if status >= 500 => (Kind::Server, Some("Alibaba Cloud failed; try again later")),
        _ => (Kind::Refused, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::Role;

    #[test]
    fn what_to_do_depends_on_the_code_and_the_question() {
        for (code, what) in [
            ("NotApplicable", "check the site"),
            ("NotAuthorized", "`bss:DescribeAcccount`"),
            ("SignatureDoesNotMatch", "check the AccessKeySecret"),
            ("InvalidAccessKeyId.Inactive", "the key is disabled"),
            ("InvalidAccessKeyId.NotFound", "check the AccessKeyId"),
            ("InvalidSecurityToken.Expired", "get new temporary credentials"),
            ("Rejected.Throttling", "try again later"),
        ] {
            let hint = meaning(code, 400, &Question::Balance).1.unwrap();
            assert!(hint.contains(what), "{code}: {hint}");
        }
        let (kind, hint) = meaning("NoPermission", 403, &Question::AssumeRole(Role::default()));
        assert_eq!(kind, Kind::Permission);
        assert!(hint.unwrap().contains("`sts:AssumeRole`"));
        assert_eq!(meaning("InvalidSecurity", 400, &Question::Balance), (Kind::Refused, None));
    }
}
