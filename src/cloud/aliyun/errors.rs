//! Error codes: <https://api.alibabacloud.com/document/BssOpenApi/2017-12-14/errorCode>. Decided on the code before the status: business errors come with 4xx.

use std::time::Duration;

use super::super::codes::{self, Hint, Meaning};
use super::super::fields::Fields;
use super::super::redact::Marks;
use super::super::{Advice, Call, Failure, Question, Reply};
use crate::model::{Error, ErrorKind};

/// The gateway repeats the string to sign when a signature is wrong.
const MARKS: Marks = Marks { signed: &["%26", "SignatureNonce", "HMAC-SHA256\n", "x-acs-"] };

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
        ErrorKind::Throttled | ErrorKind::Server => Advice::Retry { after: retry_after(reply) },
        ErrorKind::Clock => Advice::CorrectClock { server_time: reply.server_time() },
        ErrorKind::WrongSite => Advice::OtherSite,
        _ if code == "SignatureNonceUsed" => Advice::Retry { after: None },
        _ => Advice::GiveUp,
    };
    let message = format!("Alibaba Cloud refused: {}", MARKS.message(&message, call.question));
    let mut error = Error::new(kind, message).code(Marks::name(&code, call.question));
    let request_id = text("RequestId").or_else(|| reply.header("x-acs-request-id").map(str::to_owned));
    error.request_id = request_id.map(|id| Marks::name(&id, call.question).into());
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

/// What a code means, and what to do about it. A code that no row names is judged by the status.
fn meaning(code: &str, status: u16, question: &Question) -> (ErrorKind, Option<String>) {
    if let Some(row) = codes::meaning(CODES, code) {
        return (row.kind, row.hint.after(question, grant));
    }
    match status {
        429 => (ErrorKind::Throttled, Some(BUSY.to_owned())),
        500.. => (ErrorKind::Server, Some(FAILED.to_owned())),
        _ => (ErrorKind::Refused, None),
    }
}

/// The permission that a request needs, and how to grant it.
fn grant(question: &Question) -> String {
    match question {
        Question::Identity => "grant the RAM action `sts:GetCallerIdentity` to the user of this key",
        Question::AssumeRole(_) => {
            "grant the RAM action `sts:AssumeRole` to the user of this key, and let the role trust it"
        }
        Question::WebIdentity { .. } => "let the role trust the identity provider and the token's subject",
        Question::Balance | Question::Members { .. } => {
            "grant the RAM action `bss:DescribeAcccount` (three c's), or the policy AliyunBSSReadOnlyAccess, to the user of this key"
        }
    }
    .to_owned()
}

const BUSY: &str = "another program may be using the key; try again later";
const FAILED: &str = "Alibaba Cloud failed; try again later";
const CLOCK: &str = "set this machine's clock: it may differ from the cloud's by at most 15 minutes";
const KEY_ID: &str = "check the AccessKeyId";
const SECRET: &str = "check the AccessKeySecret: it does not match the AccessKeyId";
const DISABLED: &str = "the key is disabled: enable it in the console, or use another one";
const TOKEN: &str = "get new temporary credentials: the security token is invalid or has expired";
const NO_TOKEN: &str = "the key is temporary: set the security token that was issued with it";
const ID_TOKEN: &str = "check the identity token and the provider that issued it";
const ROLE: &str = "check the role: its ARN, session name and duration";
const HOST: &str = "check `--endpoint`: this host does not serve the request";

const fn row(code: &'static str, kind: ErrorKind, hint: Hint) -> Meaning {
    Meaning { code, kind, hint }
}

/// The codes of the gateway, of BSS and of STS. The first row that matches counts, so that a group comes after its
/// exceptions.
const CODES: &[Meaning] = &[
    row(
        "NotApplicable",
        ErrorKind::WrongSite,
        Hint::Text(
            "check the site (`--site cn` or `--site intl`); an account that a reseller manages cannot read its balance",
        ),
    ),
    row("InvalidTimeStamp.Format", ErrorKind::Refused, Hint::None),
    row("InvalidTimeStamp*", ErrorKind::Clock, Hint::Text(CLOCK)),
    row("IllegalTimestamp.*", ErrorKind::Clock, Hint::Text(CLOCK)),
    row("RequestTimeTooSkewed", ErrorKind::Clock, Hint::Text(CLOCK)),
    // A new nonce is signed and sent with the retry.
    row("SignatureNonceUsed", ErrorKind::Refused, Hint::None),
    row("SignatureDoesNotMatch.*", ErrorKind::Authentication, Hint::Text(SECRET)),
    row("IncompleteSignature.*", ErrorKind::Authentication, Hint::Text(SECRET)),
    row("InvalidSignature", ErrorKind::Authentication, Hint::Text(SECRET)),
    row("MissingSignature", ErrorKind::Authentication, Hint::Text(SECRET)),
    row("InvalidAccessKeySecret.*", ErrorKind::Authentication, Hint::Text(SECRET)),
    row("MissingAccessKeySecret", ErrorKind::Authentication, Hint::Text(SECRET)),
    row("InvalidAccessKeyId.Inactive", ErrorKind::Authentication, Hint::Text(DISABLED)),
    row("InvalidAccessKeyId.Disabled", ErrorKind::Authentication, Hint::Text(DISABLED)),
    row("InvalidAccessKey.Disabled", ErrorKind::Authentication, Hint::Text(DISABLED)),
    row("Forbidden.AccessKey*", ErrorKind::Authentication, Hint::Text(DISABLED)),
    row("AccessKeyDisabled", ErrorKind::Authentication, Hint::Text(DISABLED)),
    row("AccessKeyInactive", ErrorKind::Authentication, Hint::Text(DISABLED)),
    row("InvalidAccessKey*", ErrorKind::Authentication, Hint::Text(KEY_ID)),
    row("MissingAccessKey*", ErrorKind::Authentication, Hint::Text(KEY_ID)),
    row("Forbidden.InvalidAccessKey*", ErrorKind::Authentication, Hint::Text(KEY_ID)),
    row("MissingSecurityToken.*", ErrorKind::Authentication, Hint::Text(NO_TOKEN)),
    row("InvalidSecurityToken*", ErrorKind::Authentication, Hint::Text(TOKEN)),
    row("IllegalSecurityToken*", ErrorKind::Authentication, Hint::Text(TOKEN)),
    row("SecurityToken*", ErrorKind::Authentication, Hint::Text(TOKEN)),
    row("InvalidStsToken*", ErrorKind::Authentication, Hint::Text(TOKEN)),
    row("AuthenticationFail.NoPermission", ErrorKind::Permission, Hint::Grant),
    row("AuthenticationFail.OIDC*", ErrorKind::Authentication, Hint::Text(ID_TOKEN)),
    row(
        "AuthenticationFail.*",
        ErrorKind::Authentication,
        Hint::Text("check the key, its secret and its token"),
    ),
    row("InvalidParameter.OIDCToken*", ErrorKind::Authentication, Hint::Text(ID_TOKEN)),
    row("EntityNotExist.*", ErrorKind::Refused, Hint::Role(ROLE)),
    row("InvalidParameter.*", ErrorKind::Refused, Hint::Role(ROLE)),
    row("*Throttling*", ErrorKind::Throttled, Hint::Text(BUSY)),
    row("NotAuthorized.*", ErrorKind::Permission, Hint::Grant),
    row("NoPermission.*", ErrorKind::Permission, Hint::Grant),
    row("Forbidden.*", ErrorKind::Permission, Hint::Grant),
    row("AccessDenied.*", ErrorKind::Permission, Hint::Grant),
    row("ImplicitDeny", ErrorKind::Permission, Hint::Grant),
    row("ExplicitDeny", ErrorKind::Permission, Hint::Grant),
    row("ServiceUnavailable.*", ErrorKind::Server, Hint::Text(FAILED)),
    row("InternalError.*", ErrorKind::Server, Hint::Text(FAILED)),
    row("UndefinedError", ErrorKind::Server, Hint::Text(FAILED)),
    row("UnknownError", ErrorKind::Server, Hint::Text(FAILED)),
    row("InvalidAction.*", ErrorKind::Refused, Hint::Text(HOST)),
    row("InvalidApi.*", ErrorKind::Refused, Hint::Text(HOST)),
    row("InvalidProduct.*", ErrorKind::Refused, Hint::Text(HOST)),
    row("InvalidVersion.*", ErrorKind::Refused, Hint::Text(HOST)),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::Role;

    fn listed(codes: &[&str], question: &Question) -> String {
        let line = |code: &&str| {
            let (kind, hint) = meaning(code, 400, question);
            format!("{code}: {}: {}\n", kind.name(), hint.as_deref().unwrap_or("-"))
        };
        codes.iter().map(line).collect()
    }

    /// A code that each row of the table matches, row by row.
    fn examples() -> Vec<String> {
        let example = |row: &Meaning| row.code.trim_end_matches(".*").replace('*', "");
        CODES.iter().map(example).collect()
    }

    #[test]
    fn every_row_of_the_table_has_its_kind_and_hint() {
        let examples = examples();
        let codes: Vec<&str> = examples.iter().map(String::as_str).collect();
        insta::assert_snapshot!(listed(&codes, &Question::Balance), @"
        NotApplicable: wrong_site: check the site (`--site cn` or `--site intl`); an account that a reseller manages cannot read its balance
        InvalidTimeStamp.Format: refused: -
        InvalidTimeStamp: clock: set this machine's clock: it may differ from the cloud's by at most 15 minutes
        IllegalTimestamp: clock: set this machine's clock: it may differ from the cloud's by at most 15 minutes
        RequestTimeTooSkewed: clock: set this machine's clock: it may differ from the cloud's by at most 15 minutes
        SignatureNonceUsed: refused: -
        SignatureDoesNotMatch: authentication: check the AccessKeySecret: it does not match the AccessKeyId
        IncompleteSignature: authentication: check the AccessKeySecret: it does not match the AccessKeyId
        InvalidSignature: authentication: check the AccessKeySecret: it does not match the AccessKeyId
        MissingSignature: authentication: check the AccessKeySecret: it does not match the AccessKeyId
        InvalidAccessKeySecret: authentication: check the AccessKeySecret: it does not match the AccessKeyId
        MissingAccessKeySecret: authentication: check the AccessKeySecret: it does not match the AccessKeyId
        InvalidAccessKeyId.Inactive: authentication: the key is disabled: enable it in the console, or use another one
        InvalidAccessKeyId.Disabled: authentication: the key is disabled: enable it in the console, or use another one
        InvalidAccessKey.Disabled: authentication: the key is disabled: enable it in the console, or use another one
        Forbidden.AccessKey: authentication: the key is disabled: enable it in the console, or use another one
        AccessKeyDisabled: authentication: the key is disabled: enable it in the console, or use another one
        AccessKeyInactive: authentication: the key is disabled: enable it in the console, or use another one
        InvalidAccessKey: authentication: check the AccessKeyId
        MissingAccessKey: authentication: check the AccessKeyId
        Forbidden.InvalidAccessKey: authentication: check the AccessKeyId
        MissingSecurityToken: authentication: the key is temporary: set the security token that was issued with it
        InvalidSecurityToken: authentication: get new temporary credentials: the security token is invalid or has expired
        IllegalSecurityToken: authentication: get new temporary credentials: the security token is invalid or has expired
        SecurityToken: authentication: get new temporary credentials: the security token is invalid or has expired
        InvalidStsToken: authentication: get new temporary credentials: the security token is invalid or has expired
        AuthenticationFail.NoPermission: permission: grant the RAM action `bss:DescribeAcccount` (three c's), or the policy AliyunBSSReadOnlyAccess, to the user of this key
        AuthenticationFail.OIDC: authentication: check the identity token and the provider that issued it
        AuthenticationFail: authentication: check the key, its secret and its token
        InvalidParameter.OIDCToken: authentication: check the identity token and the provider that issued it
        EntityNotExist: refused: -
        InvalidParameter: refused: -
        Throttling: throttled: another program may be using the key; try again later
        NotAuthorized: permission: grant the RAM action `bss:DescribeAcccount` (three c's), or the policy AliyunBSSReadOnlyAccess, to the user of this key
        NoPermission: permission: grant the RAM action `bss:DescribeAcccount` (three c's), or the policy AliyunBSSReadOnlyAccess, to the user of this key
        Forbidden: permission: grant the RAM action `bss:DescribeAcccount` (three c's), or the policy AliyunBSSReadOnlyAccess, to the user of this key
        AccessDenied: permission: grant the RAM action `bss:DescribeAcccount` (three c's), or the policy AliyunBSSReadOnlyAccess, to the user of this key
        ImplicitDeny: permission: grant the RAM action `bss:DescribeAcccount` (three c's), or the policy AliyunBSSReadOnlyAccess, to the user of this key
        ExplicitDeny: permission: grant the RAM action `bss:DescribeAcccount` (three c's), or the policy AliyunBSSReadOnlyAccess, to the user of this key
        ServiceUnavailable: server: Alibaba Cloud failed; try again later
        InternalError: server: Alibaba Cloud failed; try again later
        UndefinedError: server: Alibaba Cloud failed; try again later
        UnknownError: server: Alibaba Cloud failed; try again later
        InvalidAction: refused: check `--endpoint`: this host does not serve the request
        InvalidApi: refused: check `--endpoint`: this host does not serve the request
        InvalidProduct: refused: check `--endpoint`: this host does not serve the request
        InvalidVersion: refused: check `--endpoint`: this host does not serve the request
        ");
    }

    #[test]
    fn no_row_is_hidden_by_one_before_it() {
        for (row, example) in CODES.iter().zip(examples()) {
            let found = codes::meaning(CODES, &example).expect("each row matches its example");
            assert!(std::ptr::eq(found, row), "{example}: `{}` is hidden by `{}`", row.code, found.code);
        }
    }

    #[test]
    fn codes_of_a_known_kind_mean_what_their_kind_means() {
        insta::assert_snapshot!(
            listed(
                &[
                    "InvalidTimestamp.Expired",
                    "illegaltimestamp",
                    "InvalidSecurityToken.MismatchWithAccessKey",
                    "InvalidSecurityToken.NotFound",
                    "SecurityTokenExpired",
                    "SecurityToken.Expired",
                    "SecurityTokenMalformed",
                    "MissingAccessKeyId",
                    "InvalidAccessKeyId.NotFound",
                    "Forbidden.AccessKeyDisabled",
                    "Forbidden.AccessKeyIdDisabled",
                    "Forbidden.RAM",
                    "Forbidden.NoPermission",
                    "Throttling.User",
                    "ServiceUnavailable.Busy",
                    "InternalErrors",
                    "Surprise",
                ],
                &Question::Balance,
            ),
            @"
            InvalidTimestamp.Expired: clock: set this machine's clock: it may differ from the cloud's by at most 15 minutes
            illegaltimestamp: clock: set this machine's clock: it may differ from the cloud's by at most 15 minutes
            InvalidSecurityToken.MismatchWithAccessKey: authentication: get new temporary credentials: the security token is invalid or has expired
            InvalidSecurityToken.NotFound: authentication: get new temporary credentials: the security token is invalid or has expired
            SecurityTokenExpired: authentication: get new temporary credentials: the security token is invalid or has expired
            SecurityToken.Expired: authentication: get new temporary credentials: the security token is invalid or has expired
            SecurityTokenMalformed: authentication: get new temporary credentials: the security token is invalid or has expired
            MissingAccessKeyId: authentication: check the AccessKeyId
            InvalidAccessKeyId.NotFound: authentication: check the AccessKeyId
            Forbidden.AccessKeyDisabled: authentication: the key is disabled: enable it in the console, or use another one
            Forbidden.AccessKeyIdDisabled: authentication: the key is disabled: enable it in the console, or use another one
            Forbidden.RAM: permission: grant the RAM action `bss:DescribeAcccount` (three c's), or the policy AliyunBSSReadOnlyAccess, to the user of this key
            Forbidden.NoPermission: permission: grant the RAM action `bss:DescribeAcccount` (three c's), or the policy AliyunBSSReadOnlyAccess, to the user of this key
            Throttling.User: throttled: another program may be using the key; try again later
            ServiceUnavailable.Busy: server: Alibaba Cloud failed; try again later
            InternalErrors: refused: -
            Surprise: refused: -
            "
        );
    }

    #[test]
    fn a_hint_names_the_permission_that_the_request_needs() {
        let role = Question::AssumeRole(Role::default());
        let web = Question::WebIdentity {
            role: Role::default(),
            provider: String::new(),
            token: crate::model::Secret::new(String::new()),
        };
        let codes = ["NoPermission", "EntityNotExist.Role", "AuthenticationFail.OIDCToken.Expired"];
        let all = [Question::Identity, role, web].map(|question| listed(&codes, &question));
        insta::assert_snapshot!(all.join("\n"), @"
        NoPermission: permission: grant the RAM action `sts:GetCallerIdentity` to the user of this key
        EntityNotExist.Role: refused: -
        AuthenticationFail.OIDCToken.Expired: authentication: check the identity token and the provider that issued it

        NoPermission: permission: grant the RAM action `sts:AssumeRole` to the user of this key, and let the role trust it
        EntityNotExist.Role: refused: check the role: its ARN, session name and duration
        AuthenticationFail.OIDCToken.Expired: authentication: check the identity token and the provider that issued it

        NoPermission: permission: let the role trust the identity provider and the token's subject
        EntityNotExist.Role: refused: check the role: its ARN, session name and duration
        AuthenticationFail.OIDCToken.Expired: authentication: check the identity token and the provider that issued it
        ");
    }

    #[test]
    fn a_code_that_is_not_in_the_table_is_judged_by_its_status() {
        use ErrorKind::{Refused, Server, Throttled};
        let kinds =
            [400, 403, 404, 429, 500, 503].map(|status| meaning("Surprise", status, &Question::Balance).0);
        assert_eq!(kinds, [Refused, Refused, Refused, Throttled, Server, Server]);
    }
}
