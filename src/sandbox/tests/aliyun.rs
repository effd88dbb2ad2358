//! Alibaba Cloud's calls.

use serde_json::json;

use super::*;
use crate::sandbox::{demo, token_of};

const KEY: &str = "LTAIsandboxcndemo";
const LOOPBACK: &str = "127.0.0.1";

async fn post(sandbox: &Sandbox, key: &str, changes: &[(&str, &str)]) -> Answer {
    exchange(sandbox, rpc_post(LOOPBACK, key, changes)).await
}

fn without_id(answer: &Answer) -> Value {
    let mut body = answer.json();
    let id = body.as_object_mut().unwrap().remove("RequestId").unwrap();
    assert_eq!(answer.header("x-acs-request-id"), id.as_str());
    body
}

#[tokio::test]
async fn the_demo_account_has_the_documented_balance_however_it_is_asked() {
    let sandbox = sandbox(Options::default()).await;
    let mut documented: Value =
        serde_json::from_str(include_str!("../../../tests/examples/aliyun_query_account_balance.json"))
            .unwrap();
    documented.as_object_mut().unwrap().remove("RequestId");
    let key = &demo("aliyun", "cn").unwrap();
    let secret = secret_of(key);
    let in_query = |method: &str, nonce| {
        let query =
            rpc(method, key, &secret, &[("SignatureNonce", nonce), ("SignatureType", ""), ("RegionId", "r")]);
        let older_sdk =
            [("Host", LOOPBACK), ("x-acs-action", "QueryAccountBalance"), ("x-acs-version", "2017-12-14")];
        http(&format!("{method} /?{query}"), &older_sdk, "")
    };
    for request in [
        rpc_post(LOOPBACK, key, &[]),
        in_query("POST", "2"),
        in_query("GET", "3"),
        acs3(key, &secret, &[("x-acs-signature-nonce", "4")]),
    ] {
        let answer = exchange(&sandbox, request).await;
        assert_eq!((answer.status(), without_id(&answer)), ("200", documented.clone()));
    }
}

#[tokio::test]
async fn other_accounts_have_other_balances() {
    let sandbox = sandbox(Options::default()).await;
    for (key, amount, currency) in [
        ("LTAIsandboxintldemo", "1,828.72", "USD"),
        ("LTAIsandboxintl-owing", "-1,234.56", "USD"),
        ("LTAIsandboxcn-owing", "-1234.56", "CNY"),
        ("LTAIsandboxcn-yen", "120000", "JPY"),
    ] {
        let data = post(&sandbox, key, &[]).await.json()["Data"].take();
        assert_eq!(
            (data["AvailableAmount"].as_str(), data["Currency"].as_str()),
            (Some(amount), Some(currency))
        );
    }
    let mut documented: Value = serde_json::from_str(include_str!(
        "../../../tests/examples/aliyun_query_account_balance_quota_limit.json"
    ))
    .unwrap();
    documented.as_object_mut().unwrap().remove("RequestId");
    assert_eq!(without_id(&post(&sandbox, "LTAIsandboxcn-quota", &[]).await), documented);
    let unsuccessful = post(&sandbox, "LTAIsandboxcn-unsuccessful", &[]).await;
    let message = "This API is not applicable for caller.";
    let expected = json!({ "Code": "NotApplicable", "Message": message, "Success": false });
    assert_eq!((unsuccessful.status(), without_id(&unsuccessful)), ("200", expected));
}

#[tokio::test]
async fn only_a_right_rpc_request_is_accepted() {
    let sandbox = sandbox(Options { rate: Some(0), ..Options::default() }).await;
    for (changes, expected) in [
        (&[("Timestamp", "2023-11-14T21:58:19Z")][..], "400 InvalidTimeStamp.Expired"),
        (&[("Timestamp", "1700000000")], "400 InvalidTimeStamp.Format"),
        (&[("Timestamp", "")], "400 MissingParameter"),
        (&[("SignatureNonce", "")], "400 MissingParameter"),
        (&[("SignatureMethod", "HMAC-SHA256")], "400 InvalidSignatureMethod"),
        (&[("SignatureVersion", "2.0")], "400 InvalidParameter"),
        (&[("SecurityToken", "stale")], "400 InvalidSecurityToken.Malformed"),
        (&[("AccessKeyId", "LTAIother")], "404 InvalidAccessKeyId.NotFound"),
        (&[("Action", "QueryBalance")], "404 InvalidAction.NotFound"),
        (&[("Version", "2017-12-15")], "404 InvalidVersion"),
    ] {
        assert_eq!(post(&sandbox, KEY, changes).await.status_and_code(), expected, "{changes:?}");
    }
    for (key, expected) in [
        ("LTAIsandboxcn-denied", "400 NotAuthorized"),
        ("LTAIsandboxcn-inactive", "400 InvalidAccessKeyId.Inactive"),
    ] {
        assert_eq!(post(&sandbox, key, &[]).await.status_and_code(), expected);
    }
    let good = rpc_post(LOOPBACK, KEY, &[("SignatureNonce", "once")]);
    for (from, to) in
        [("POST /", "GET /"), ("Format=JSON", "Format=json"), ("SignatureNonce=once", "SignatureNonce=0nce")]
    {
        let answer = exchange(&sandbox, good.replace(from, to)).await;
        assert_eq!(answer.status_and_code(), "400 SignatureDoesNotMatch", "{from} -> {to}");
    }
    assert_eq!(exchange(&sandbox, good.clone()).await.status(), "200");
    assert_eq!(exchange(&sandbox, good).await.status_and_code(), "400 SignatureNonceUsed");
}

#[tokio::test]
async fn a_wrong_secret_is_told_what_the_server_signed() {
    let sandbox = sandbox(Options::default()).await;
    let query = rpc("GET", KEY, "wrong", &[]);
    let answer = exchange(&sandbox, http(&format!("GET /?{query}"), &[("Host", "127.0.0.1:80")], "")).await;
    let expected = json!({
        "Code": "SignatureDoesNotMatch",
        "HostId": "127.0.0.1:80",
        "Message": "Specified signature is not matched with our calculation. server string to sign is:GET&%2F&\
            AccessKeyId%3DLTAIsandboxcndemo%26Action%3DQueryAccountBalance%26Format%3DJSON%26SignatureMethod%3DHMAC-SHA1\
            %26SignatureNonce%3Dnonce%26SignatureVersion%3D1.0%26Timestamp%3D2023-11-14T22%253A13%253A20Z\
            %26Version%3D2017-12-14",
        "Recommend": answer.json()["Recommend"],
    });
    assert_eq!((answer.status(), without_id(&answer)), ("400", expected));
    assert_eq!(sandbox.statistics().refused_signatures, 1);
}

#[tokio::test]
async fn without_a_format_the_answer_is_xml() {
    let sandbox = sandbox(Options::default()).await;
    let answer = post(&sandbox, KEY, &[("Format", "")]).await;
    assert_eq!(answer.header("content-type"), Some("text/xml;charset=utf-8"));
    let (_, data) = answer.body.split_once("<Data>").unwrap();
    let (data, _) = data.split_once("</Data>").unwrap();
    assert_eq!(
        data,
        "<AvailableAmount>10000.00</AvailableAmount><AvailableCashAmount>10000.00</AvailableCashAmount>\
         <CreditAmount>0.00</CreditAmount><Currency>CNY</Currency><MybankCreditAmount>0.00</MybankCreditAmount>"
    );
    let refused = post(&sandbox, KEY, &[("Format", "XML"), ("Version", "1")]).await;
    assert!(refused.body.contains("<Error><Code>InvalidVersion</Code>"), "{}", refused.body);
}

#[tokio::test]
async fn only_a_right_acs3_request_is_accepted() {
    let sandbox = sandbox(Options { rate: Some(0), ..Options::default() }).await;
    let secret = secret_of(KEY);
    for (changes, expected) in [
        (&[("x-acs-date", "2023-11-14T22:28:21Z")][..], "400 InvalidTimeStamp.Expired"),
        (&[("x-acs-date", "20231114T221320Z")], "400 InvalidTimeStamp.Format"),
        (&[("x-acs-date", "")], "400 MissingParameter"),
        (&[("x-acs-signature-nonce", "")], "400 MissingParameter"),
        (&[("x-acs-content-sha256", "00")], "400 SignatureDoesNotMatch"),
        (&[("x-acs-security-token", "stale")], "400 InvalidSecurityToken.Malformed"),
        (&[("x-acs-action", "QueryBalance")], "404 InvalidAction.NotFound"),
        (&[("x-acs-version", "2015-04-01")], "404 InvalidAction.NotFound"),
        (&[("x-acs-version", "1")], "404 InvalidVersion"),
    ] {
        let answer = exchange(&sandbox, acs3(KEY, &secret, changes)).await;
        assert_eq!(answer.status_and_code(), expected, "{changes:?}");
    }
    let good = acs3(KEY, &secret, &[]);
    for (from, to, expected) in [
        ("host: 127.0.0.1", "host: 127.0.0.2", "400 SignatureDoesNotMatch"),
        ("POST / ", "POST /?a=b ", "400 SignatureDoesNotMatch"),
        ("Signature=", "Signature=0", "400 SignatureDoesNotMatch"),
        (
            "x-acs-version: 2017-12-14",
            "x-acs-extra: 1\r\nx-acs-version: 2017-12-14",
            "400 IncompleteSignature",
        ),
        (
            "x-acs-version: 2017-12-14",
            "content-type: a\r\nx-acs-version: 2017-12-14",
            "400 IncompleteSignature",
        ),
        ("host;", "", "400 IncompleteSignature"),
        ("SignedHeaders=accept", "SignedHeaders=accept;absent", "400 IncompleteSignature"),
        ("Credential=LTAIsandboxcndemo", "Credential=LTAI", "404 InvalidAccessKeyId.NotFound"),
    ] {
        let answer = exchange(&sandbox, good.replacen(from, to, 1)).await;
        assert_eq!(answer.status_and_code(), expected, "{from} -> {to}");
    }
    assert_eq!(exchange(&sandbox, good.clone()).await.status(), "200");
    assert_eq!(exchange(&sandbox, good).await.status_and_code(), "400 SignatureNonceUsed");
    let wrong = exchange(&sandbox, acs3(KEY, "wrong", &[])).await;
    assert_eq!(wrong.status_and_code(), "400 SignatureDoesNotMatch");
}

#[tokio::test]
async fn a_key_of_the_other_site_is_not_applicable() {
    let sandbox = sandbox(Options { rate: Some(0), ..Options::default() }).await;
    let intl = &demo("aliyun", "intl").unwrap();
    for (host, key, expected) in [
        ("business.aliyuncs.com", KEY, "200 200"),
        ("business.ap-southeast-1.aliyuncs.com", intl, "200 200"),
        ("business.aliyuncs.com", intl, "400 NotApplicable"),
        ("business.ap-southeast-1.aliyuncs.com", KEY, "400 NotApplicable"),
        ("sts.aliyuncs.com", KEY, "404 InvalidVersion"),
    ] {
        let nonce = format!("{host}{key}");
        let request = rpc_post(host, key, &[("SignatureNonce", &nonce)]);
        assert_eq!(exchange(&sandbox, request).await.status_and_code(), expected, "{host} {key}");
    }
}

#[tokio::test]
async fn a_role_gives_a_key_that_works_with_its_token_until_it_expires() {
    let sandbox = sandbox(Options::default()).await;
    let role = [
        ("Action", "AssumeRole"),
        ("Version", "2015-04-01"),
        ("RoleArn", "acs:ram::123:role/billing"),
        ("RoleSessionName", "s1"),
    ];
    let id = "STS.sandboxcn-1700003600-123-billing";
    let expected = json!({
        "AssumedRoleUser": { "Arn": "acs:sts::123:assumed-role/billing/s1", "AssumedRoleId": "123:s1" },
        "Credentials": {
            "AccessKeyId": id, "AccessKeySecret": secret_of(id), "SecurityToken": token_of(id),
            "Expiration": "2023-11-14T23:13:20Z",
        },
    });
    assert_eq!(without_id(&post(&sandbox, KEY, &role).await), expected);
    let unsigned = "Action=AssumeRoleWithOIDC&Version=2015-04-01&Format=JSON&OIDCProviderArn=p&OIDCToken=t\
                    &RoleArn=acs%3Aram%3A%3A123%3Arole%2Fbilling&RoleSessionName=s1";
    let headers = [("Host", "sts.aliyuncs.com"), ("Content-Type", "application/x-www-form-urlencoded")];
    assert_eq!(without_id(&exchange(&sandbox, http("POST /", &headers, unsigned)).await), expected);

    let token = token_of(id);
    let token = token.as_str();
    let past_token = token_of("STS.sandboxcn-1700000000");
    let with = |token, nonce| [("SecurityToken", token), ("SignatureNonce", nonce)];
    assert_eq!(post(&sandbox, id, &with(token, "1")).await.status(), "200");
    assert_eq!(
        post(&sandbox, id, &with("x", "2")).await.status_and_code(),
        "400 InvalidSecurityToken.Malformed"
    );
    assert_eq!(post(&sandbox, id, &[]).await.status_and_code(), "400 InvalidSecurityToken.Malformed");
    let over_acs3 = [("x-acs-security-token", token), ("x-acs-signature-nonce", "3")];
    assert_eq!(exchange(&sandbox, acs3(id, &secret_of(id), &over_acs3)).await.status(), "200");
    let past = "STS.sandboxcn-1700000000";
    let expired = post(&sandbox, past, &with(&past_token, "4")).await;
    assert_eq!(expired.status_and_code(), "400 InvalidSecurityToken.Expired");
}

#[tokio::test]
async fn identity_names_the_account_and_roles_are_checked() {
    let sandbox = sandbox(Options::default()).await;
    let identity = [("Action", "GetCallerIdentity"), ("Version", "2015-04-01")];
    let expected = json!({
        "AccountId": "1012345678900003", "Arn": "acs:ram::1012345678900003:root", "IdentityType": "Account",
        "PrincipalId": "1012345678900003", "UserId": "1012345678900003",
    });
    assert_eq!(without_id(&post(&sandbox, "LTAIsandboxcn3", &identity).await), expected);
    for (role, session, seconds, expected) in [
        ("x", "s1", "900", "400 InvalidParameter.RoleArn"),
        ("acs:ram::1:role/r", "s", "900", "400 InvalidParameter.RoleSessionName"),
        ("acs:ram::1:role/r", "s1", "899", "400 InvalidParameter.DurationSeconds"),
        ("", "s1", "900", "400 MissingParameter"),
    ] {
        let nonce = format!("{role}{session}{seconds}");
        let changes = [
            ("Action", "AssumeRole"),
            ("Version", "2015-04-01"),
            ("RoleArn", role),
            ("RoleSessionName", session),
            ("DurationSeconds", seconds),
            ("SignatureNonce", &nonce),
        ];
        assert_eq!(post(&sandbox, KEY, &changes).await.status_and_code(), expected, "{nonce}");
    }
}
