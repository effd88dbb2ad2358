//! Error codes: <https://www.tencentcloud.com/document/product/555/30745>. Decided on the code alone: messages change with the language.

use chrono::DateTime;

use super::super::codes::{self, Hint, Meaning};
use super::super::fields::Fields;
use super::super::redact::Marks;
use super::super::{Advice, Call, Failure, Question, Reply};
use crate::model::{Error, ErrorKind};

/// A message about a signature may repeat the string to sign.
const MARKS: Marks = Marks { signed: &["HMAC-SHA256\n", "x-tc-"] };

/// Reads `Response.Error`.
pub fn read(error: &Fields, response: &Fields, call: &Call, reply: &Reply) -> Failure {
    let text = |fields: &Fields, name| fields.text(name).ok().flatten();
    let code = text(error, "Code").unwrap_or_default();
    let message = text(error, "Message").unwrap_or_default();
    let (kind, hint) = meaning(&code, reply.status, call.question);
    let advice = match kind {
        ErrorKind::Throttled | ErrorKind::Server => Advice::Retry { after: reply.retry_after() },
        ErrorKind::Clock => {
            Advice::CorrectClock { server_time: reply.server_time().or_else(|| time_in(&message)) }
        }
        ErrorKind::WrongSite => Advice::OtherSite,
        _ => Advice::GiveUp,
    };
    let mut error =
        Error::new(kind, format!("Tencent Cloud refused: {}", MARKS.message(&message, call.question)));
    error.code = Some(Marks::name(&code, call.question).into());
    error.request_id = text(response, "RequestId").map(|id| Marks::name(&id, call.question).into());
    error.hint = hint.map(Into::into);
    Failure { error: Box::new(error), advice }
}

/// What a code means, and what to do about it. A code that no row names is a refusal.
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
    if matches!(question, Question::WebIdentity { .. }) {
        return "let the role trust the identity provider".to_owned();
    }
    let action = super::action(question);
    // Permissions for billing have a prefix of their own.
    let prefix = if action.service == "billing" { "finance" } else { action.service };
    format!("grant the CAM action `{prefix}:{}` to the user of this key", action.name)
}

const BUSY: &str = "another program may be using the key; try again later";
const FAILED: &str = "Tencent Cloud failed; try again later";
const KEY: &str = "check the key, its secret and its token";
const TOKEN: &str = "get new temporary credentials: the token is invalid or has expired";
const ADDRESS: &str = "this machine's address may not use the key: check the key's access policy";
const VERIFY: &str = "verify the account's identity in the console";
const ROLE: &str = "check the role: its ARN, session name and duration";
const HOST: &str = "check `--endpoint`: this host does not serve the request";

const fn row(code: &'static str, kind: ErrorKind, hint: Hint) -> Meaning {
    Meaning { code, kind, hint }
}

/// The codes that all services share, and those of billing and STS. The first row that matches counts, so that a
/// group comes after its exceptions.
const CODES: &[Meaning] = &[
    // Also what a key gets on the site that it does not belong to.
    row(
        "AuthFailure.SecretIdNotFound",
        ErrorKind::WrongSite,
        Hint::Text("check the SecretId; a key of the other site needs `--site cn` or `--site intl`"),
    ),
    row(
        "AuthFailure.SignatureExpire",
        ErrorKind::Clock,
        Hint::Text("set this machine's clock: it may differ from the cloud's by at most 5 minutes"),
    ),
    row(
        "AuthFailure.SignatureFailure",
        ErrorKind::Authentication,
        Hint::Text("check the SecretKey: it does not match the SecretId"),
    ),
    row("AuthFailure.TokenFailure", ErrorKind::Authentication, Hint::Text(TOKEN)),
    row(
        "AuthFailure.InvalidSecretId",
        ErrorKind::Authentication,
        Hint::Text("check the SecretId: it is not one of an API key"),
    ),
    row(
        "AuthFailure.MFAFailure",
        ErrorKind::Authentication,
        Hint::Text("use a key that needs no multi-factor authentication"),
    ),
    row("AuthFailure.UnauthorizedOperation", ErrorKind::Permission, Hint::Grant),
    row("AuthFailure.*", ErrorKind::Authentication, Hint::Text(KEY)),
    row(
        "InvalidParameter.WebIdentityTokenError",
        ErrorKind::Authentication,
        Hint::Text("check the identity token and the provider that issued it"),
    ),
    row("IpInBlacklist", ErrorKind::Permission, Hint::Text(ADDRESS)),
    row("IpNotInWhitelist", ErrorKind::Permission, Hint::Text(ADDRESS)),
    row("OperationDenied.*", ErrorKind::Permission, Hint::Grant),
    row("UnauthorizedOperation.CertificationNeedUpgrade", ErrorKind::Permission, Hint::Text(VERIFY)),
    row("UnauthorizedOperation.NotCertification", ErrorKind::Permission, Hint::Text(VERIFY)),
    row("UnauthorizedOperation.*", ErrorKind::Permission, Hint::Grant),
    row(
        "UnsupportedOperation.*",
        ErrorKind::Refused,
        Hint::Members(
            "only an account that administers an organization can read its members' balances; `cloudbal tencent balance` reads this account's own",
        ),
    ),
    row("RequestLimitExceeded.*", ErrorKind::Throttled, Hint::Text(BUSY)),
    row("InternalError.*", ErrorKind::Server, Hint::Text(FAILED)),
    row("ServiceUnavailable.*", ErrorKind::Server, Hint::Text(FAILED)),
    row("ResourceNotFound.*", ErrorKind::Refused, Hint::Role(ROLE)),
    row("InvalidParameter.*", ErrorKind::Refused, Hint::Role(ROLE)),
    row("InvalidParameterValue.*", ErrorKind::Refused, Hint::Role(ROLE)),
    row("InvalidAction", ErrorKind::Refused, Hint::Text(HOST)),
    row("NoSuchProduct", ErrorKind::Refused, Hint::Text(HOST)),
    row("NoSuchVersion", ErrorKind::Refused, Hint::Text(HOST)),
    row("UnsupportedRegion", ErrorKind::Refused, Hint::Text(HOST)),
];

/// The message of an expired signature ends in the server's time in Unix seconds.
fn time_in(message: &str) -> Option<DateTime<chrono::Utc>> {
    let digits = message.trim_end_matches(|character: char| !character.is_ascii_digit());
    let time = digits.rsplit(|character: char| !character.is_ascii_digit()).next()?;
    DateTime::from_timestamp(time.parse().ok()?, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::Role;

    #[test]
    fn the_servers_time_is_found_at_the_end_of_the_message() {
        let time = time_in("Signature expired for 300 s, the server time 1706406788.").unwrap();
        assert_eq!(time.to_rfc3339(), "2024-01-28T01:53:08+00:00");
        assert_eq!(time_in("no time"), None);
        assert_eq!(time_in(""), None);
        assert_eq!(time_in("元99999999999999999999"), None);
    }

    fn listed(codes: &[&str], question: &Question) -> String {
        let line = |code: &&str| {
            let (kind, hint) = meaning(code, 200, question);
            format!("{code}: {}: {}\n", kind.name(), hint.as_deref().unwrap_or("-"))
        };
        codes.iter().map(line).collect()
    }

    /// A code that each row of the table matches, row by row.
    fn examples() -> Vec<&'static str> {
        CODES.iter().map(|row| row.code.trim_end_matches(".*")).collect()
    }

    #[test]
    fn every_row_of_the_table_has_its_kind_and_hint() {
        insta::assert_snapshot!(listed(&examples(), &Question::Balance), @"
        AuthFailure.SecretIdNotFound: wrong_site: check the SecretId; a key of the other site needs `--site cn` or `--site intl`
        AuthFailure.SignatureExpire: clock: set this machine's clock: it may differ from the cloud's by at most 5 minutes
        AuthFailure.SignatureFailure: authentication: check the SecretKey: it does not match the SecretId
        AuthFailure.TokenFailure: authentication: get new temporary credentials: the token is invalid or has expired
        AuthFailure.InvalidSecretId: authentication: check the SecretId: it is not one of an API key
        AuthFailure.MFAFailure: authentication: use a key that needs no multi-factor authentication
        AuthFailure.UnauthorizedOperation: permission: grant the CAM action `finance:DescribeAccountBalance` to the user of this key
        AuthFailure: authentication: check the key, its secret and its token
        InvalidParameter.WebIdentityTokenError: authentication: check the identity token and the provider that issued it
        IpInBlacklist: permission: this machine's address may not use the key: check the key's access policy
        IpNotInWhitelist: permission: this machine's address may not use the key: check the key's access policy
        OperationDenied: permission: grant the CAM action `finance:DescribeAccountBalance` to the user of this key
        UnauthorizedOperation.CertificationNeedUpgrade: permission: verify the account's identity in the console
        UnauthorizedOperation.NotCertification: permission: verify the account's identity in the console
        UnauthorizedOperation: permission: grant the CAM action `finance:DescribeAccountBalance` to the user of this key
        UnsupportedOperation: refused: -
        RequestLimitExceeded: throttled: another program may be using the key; try again later
        InternalError: server: Tencent Cloud failed; try again later
        ServiceUnavailable: server: Tencent Cloud failed; try again later
        ResourceNotFound: refused: -
        InvalidParameter: refused: -
        InvalidParameterValue: refused: -
        InvalidAction: refused: check `--endpoint`: this host does not serve the request
        NoSuchProduct: refused: check `--endpoint`: this host does not serve the request
        NoSuchVersion: refused: check `--endpoint`: this host does not serve the request
        UnsupportedRegion: refused: check `--endpoint`: this host does not serve the request
        ");
    }

    #[test]
    fn no_row_is_hidden_by_one_before_it() {
        for (row, example) in CODES.iter().zip(examples()) {
            let found = codes::meaning(CODES, example).expect("each row matches its example");
            assert!(std::ptr::eq(found, row), "{example}: `{}` is hidden by `{}`", row.code, found.code);
        }
    }

    #[test]
    fn codes_of_a_known_kind_mean_what_their_kind_means() {
        insta::assert_snapshot!(
            listed(
                &[
                    "AuthFailure.InvalidAuthorization",
                    "AuthFailure.Surprise",
                    "UnauthorizedOperation.CamNoAuth",
                    "RequestLimitExceeded.UinLimitExceeded",
                    "InternalError.DbOperatError",
                    "InternalErrors",
                    "Surprise",
                ],
                &Question::Balance,
            ),
            @"
            AuthFailure.InvalidAuthorization: authentication: check the key, its secret and its token
            AuthFailure.Surprise: authentication: check the key, its secret and its token
            UnauthorizedOperation.CamNoAuth: permission: grant the CAM action `finance:DescribeAccountBalance` to the user of this key
            RequestLimitExceeded.UinLimitExceeded: throttled: another program may be using the key; try again later
            InternalError.DbOperatError: server: Tencent Cloud failed; try again later
            InternalErrors: refused: -
            Surprise: refused: -
            "
        );
    }

    #[test]
    fn a_hint_depends_on_the_request() {
        let codes =
            ["UnsupportedOperation", "UnauthorizedOperation.CamNoAuth", "ResourceNotFound.RoleNotFound"];
        let members = Question::Members { page: 1, uins: Vec::new() };
        let role = Question::AssumeRole(Role::default());
        let web = Question::WebIdentity {
            role: Role::default(),
            provider: String::new(),
            token: crate::model::Secret::new(String::new()),
        };
        let all = [members, Question::Identity, role, web].map(|question| listed(&codes, &question));
        insta::assert_snapshot!(all.join("\n"), @"
        UnsupportedOperation: refused: only an account that administers an organization can read its members' balances; `cloudbal tencent balance` reads this account's own
        UnauthorizedOperation.CamNoAuth: permission: grant the CAM action `finance:DescribeOrgMemberAccountBalance` to the user of this key
        ResourceNotFound.RoleNotFound: refused: -

        UnsupportedOperation: refused: -
        UnauthorizedOperation.CamNoAuth: permission: grant the CAM action `sts:GetCallerIdentity` to the user of this key
        ResourceNotFound.RoleNotFound: refused: -

        UnsupportedOperation: refused: -
        UnauthorizedOperation.CamNoAuth: permission: grant the CAM action `sts:AssumeRole` to the user of this key
        ResourceNotFound.RoleNotFound: refused: check the role: its ARN, session name and duration

        UnsupportedOperation: refused: -
        UnauthorizedOperation.CamNoAuth: permission: let the role trust the identity provider
        ResourceNotFound.RoleNotFound: refused: check the role: its ARN, session name and duration
        ");
    }

    #[test]
    fn a_code_that_is_not_in_the_table_is_judged_by_its_status() {
        use ErrorKind::{Refused, Server, Throttled};
        let kinds = [200, 403, 429, 500, 503].map(|status| meaning("Surprise", status, &Question::Balance).0);
        assert_eq!(kinds, [Refused, Refused, Throttled, Server, Server]);
    }
}
