//! Tencent Cloud's calls.

use serde_json::json;

use super::*;
use crate::sandbox::{demo, token_of};

const KEY: &str = "AKIDsandboxintldemo";
const BALANCE: &str = "DescribeAccountBalance";
const MEMBERS: &str = "DescribeOrgMemberAccountBalance";

fn example(text: &str) -> Value {
    let mut example: Value = serde_json::from_str(text).unwrap();
    example["Response"].as_object_mut().unwrap().remove("RequestId");
    example["Response"].take()
}

#[tokio::test]
async fn the_demo_account_has_the_documented_balance() {
    let sandbox = sandbox(Options::default()).await;
    let mut documented =
        example(include_str!("../../../tests/examples/tencent_describe_account_balance.json"));
    let answer =
        Tc3::new(&demo("tencent", "intl").unwrap(), BALANCE, r#"{"TempCredit": true}"#).send(&sandbox).await;
    assert_eq!(answer.response(), documented);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("date"), Some("Tue, 14 Nov 2023 22:13:20 GMT"));
    for field in ["TempCredit", "TempAmountInfoList"] {
        documented.as_object_mut().unwrap().remove(field);
    }
    assert_eq!(Tc3::new(KEY, BALANCE, "{}").send(&sandbox).await.response(), documented);
}

#[tokio::test]
async fn the_china_site_keeps_to_its_documented_formulas() {
    let sandbox = sandbox(Options::default()).await;
    let expected = json!({
        "Balance": 10_555_190, "CashAccountBalance": 12_345_678, "CreditAmount": 5_000_000,
        "CreditBalance": 17_555_190, "FreezeAmount": 2_000_000, "IncomeIntoAccountBalance": 0,
        "IsAllowArrears": true, "IsCreditLimited": true, "OweAmount": 0, "PresentAccountBalance": 209_512,
        "RealBalance": 10_555_190, "RealCreditBalance": 15_555_190, "Uin": 100_012_345_000_u64,
    });
    assert_eq!(
        Tc3::new(&demo("tencent", "cn").unwrap(), BALANCE, "{}").send(&sandbox).await.response(),
        expected
    );
    let owing = Tc3::new("AKIDsandboxcn7-owing", BALANCE, "{}").send(&sandbox).await.response();
    assert_eq!((&owing["RealCreditBalance"], &owing["OweAmount"]), (&json!(-123_456), &json!(123_456)));
    assert_eq!(owing["Uin"], 100_012_345_007_u64);
}

#[tokio::test]
async fn an_organization_of_one_is_the_documented_example() {
    let sandbox = sandbox(Options { members: 1, ..Options::default() }).await;
    let documented =
        example(include_str!("../../../tests/examples/tencent_describe_org_member_account_balance.json"));
    assert_eq!(Tc3::new(KEY, MEMBERS, "{}").send(&sandbox).await.response(), documented);
}

#[tokio::test]
async fn pages_cover_every_member_once_and_end_in_an_empty_page() {
    let sandbox = sandbox(Options { members: 25, rate: Some(0), ..Options::default() }).await;
    let mut uins = Vec::new();
    for (page, rows) in [(1, 10), (2, 10), (3, 5), (4, 0), (9_223_372_036_854_775_807_i64, 0)] {
        let body = format!(r#"{{"PageNumber": {page}, "PageSize": 10}}"#);
        let mut response = Tc3::new(KEY, MEMBERS, &body).send(&sandbox).await.response();
        let data = response["Data"].take();
        assert_eq!(response, json!({ "Data": null, "PageNumber": page, "PageSize": rows, "TotalCount": 25 }));
        uins.extend(data.as_array().unwrap().iter().map(|row| row["MemberUin"].as_str().unwrap().to_owned()));
    }
    uins.sort();
    uins.dedup();
    assert_eq!((uins.len(), uins.iter().all(|uin| uin.len() == 12)), (25, true));
}

#[tokio::test]
async fn the_last_member_of_a_million_is_found_by_page_and_by_uin() {
    let sandbox = sandbox(Options { members: 1_000_000, ..Options::default() }).await;
    let by_page =
        Tc3::new(KEY, MEMBERS, r#"{"PageNumber": 1000000, "PageSize": 1}"#).send(&sandbox).await.response();
    assert_eq!(by_page["Data"][0]["MemberUin"], "708018992081");
    let body = r#"{"MemberUins": ["708018992081", "708018992082", "0708018992081", "1", "708018992081"]}"#;
    let by_uin = Tc3::new(KEY, MEMBERS, body).send(&sandbox).await.response();
    assert_eq!(by_uin, json!({ "Data": by_page["Data"], "PageNumber": 1, "PageSize": 1, "TotalCount": 1 }));
}

#[tokio::test]
async fn members_are_of_every_kind() {
    let sandbox = sandbox(Options::default()).await;
    let response = Tc3::new(KEY, MEMBERS, "{}").send(&sandbox).await.response();
    let rows = response["Data"].as_array().unwrap();
    let has = |wanted: fn(&Value) -> bool| rows.iter().any(wanted);
    assert!(has(|row| row["IsCreditAccount"] == true && row["TempCredit"] == 2_500_000));
    assert!(has(|row| row["RealBalance"].as_i64().is_some_and(|cents| cents < 0)));
    assert!(has(|row| row["RealBalance"].is_f64()));
    assert!(has(|row| row["RealBalance"] == 0));
    assert!(has(|row| row["MemberName"].as_str().unwrap().starts_with("华东")));
}

#[tokio::test]
async fn what_the_schema_does_not_allow_is_refused() {
    let sandbox = sandbox(Options { rate: Some(0), ..Options::default() }).await;
    let eleven = format!(r#"{{"MemberUins": [{}"1"]}}"#, r#""1","#.repeat(10));
    for (body, code) in [
        (r#"{"PageSize": 0}"#, "InvalidParameterValue"),
        (r#"{"PageSize": 11}"#, "InvalidParameterValue"),
        (r#"{"PageNumber": 0}"#, "InvalidParameterValue"),
        (r#"{"PageNumber": 18446744073709551615}"#, "InvalidParameterValue"),
        (r#"{"PageNumber": "1"}"#, "InvalidParameter"),
        (r#"{"MemberUins": ["70000194160x"]}"#, "InvalidParameterValue"),
        (r#"{"MemberUins": [""]}"#, "InvalidParameterValue"),
        (r#"{"MemberUins": [700001941608]}"#, "InvalidParameter"),
        (&eleven, "InvalidParameterValue"),
        (r#"{"TempCredit": true}"#, "UnknownParameter"),
        ("nonsense", "InvalidParameter"),
    ] {
        assert_eq!(Tc3::new(KEY, MEMBERS, body).send(&sandbox).await.refusal(), code, "{body}");
    }
}

#[tokio::test]
async fn keys_that_may_not_are_told_so() {
    let sandbox = sandbox(Options::default()).await;
    let denied = Tc3::new("AKIDsandboxintl-denied", BALANCE, "{}").send(&sandbox).await.response();
    let message = "you are not authorized to perform operation (finance:DescribeAccountBalance)";
    assert_eq!(denied, json!({ "Error": { "Code": "UnauthorizedOperation.CamNoAuth", "Message": message } }));
    let alone = Tc3::new("AKIDsandboxintl-alone", MEMBERS, "{}").send(&sandbox).await;
    assert_eq!(alone.refusal(), "UnsupportedOperation");
}

#[tokio::test]
async fn only_the_right_signature_at_the_right_time_is_accepted() {
    let sandbox = sandbox(Options { rate: Some(0), ..Options::default() }).await;
    let good = Tc3::new(KEY, BALANCE, r#"{"TempCredit": true}"#);
    good.send(&sandbox).await.response();
    let refused = |change: fn(&mut Tc3)| {
        let mut request = good.clone();
        change(&mut request);
        let sent = request.http();
        let sandbox = &sandbox;
        async move { exchange(sandbox, sent).await.refusal() }
    };
    assert_eq!(refused(|request| request.secret.push('x')).await, "AuthFailure.SignatureFailure");
    assert_eq!(refused(|request| request.date = "2023-11-15").await, "AuthFailure.SignatureFailure");
    assert_eq!(refused(|request| request.service = "sts").await, "AuthFailure.SignatureFailure");
    assert_eq!(
        refused(|request| request.key = "AKIDEXAMPLE".to_owned()).await,
        "AuthFailure.SecretIdNotFound"
    );
    assert_eq!(refused(|request| request.timestamp -= 301).await, "AuthFailure.SignatureExpire");
    assert_eq!(refused(|request| request.timestamp += 301).await, "AuthFailure.SignatureExpire");
    assert_eq!(refused(|request| request.token = Some("stale".to_owned())).await, "AuthFailure.TokenFailure");
    assert_eq!(refused(|request| request.action = "DescribeBalance").await, "InvalidAction");
    assert_eq!(refused(|request| request.version = "2018-07-08").await, "NoSuchVersion");
    assert_eq!(refused(|request| request.version = "2018-08-13").await, "NoSuchVersion");
    for (from, to, code) in [
        ("{\"TempCredit\": true}", "{\"TempCredit\": null}", "AuthFailure.SignatureFailure"),
        ("Host: 127.0.0.1", "Host: 127.0.0.2", "AuthFailure.SignatureFailure"),
        ("application/json", "application/json; charset=utf-8", "AuthFailure.SignatureFailure"),
        ("Timestamp: 1700000000", "Timestamp: 1700000001", "AuthFailure.SignatureFailure"),
        ("Timestamp: 1700000000", "Timestamp: now", "InvalidParameterValue"),
        ("X-TC-Timestamp", "X-TC-Time", "MissingParameter"),
        ("X-TC-Version", "X-TC-Edition", "MissingParameter"),
        ("Authorization", "Authority", "MissingParameter"),
        ("SignedHeaders=content-type;host", "SignedHeaders=host", "AuthFailure.InvalidAuthorization"),
        ("POST /", "PATCH /", "UnsupportedProtocol"),
    ] {
        let changed = good.http().replace(from, to);
        let length = changed.split_once("\r\n\r\n").unwrap().1.len();
        let sent = changed.replace("content-length: 20", &format!("content-length: {length}"));
        assert_eq!(exchange(&sandbox, sent).await.refusal(), code, "{from} -> {to}");
    }
    assert_eq!(sandbox.statistics().refused_signatures, 7);
}

#[tokio::test]
async fn the_host_may_be_signed_without_its_port_as_the_nodejs_client_does_and_not_otherwise() {
    let sandbox = sandbox(Options { rate: Some(0), ..Options::default() }).await;
    let signed = |host, signed| Tc3 { host, signed_host: Some(signed), ..Tc3::new(KEY, BALANCE, "{}") };
    for (host, without_port) in
        [("127.0.0.1:8080", "127.0.0.1"), ("LocalHost:8080", "localhost"), ("[::1]:80", "[::1]")]
    {
        assert!(signed(host, without_port).send(&sandbox).await.response()["Uin"].is_u64(), "{host}");
    }
    for (host, other) in [
        ("127.0.0.1:8080", "127.0.0.1:8081"),
        ("127.0.0.1:8080", "127.0.0.2"),
        ("127.0.0.1", "127.0.0.1:80"),
        ("127.0.0.1:8080", ""),
        ("[::1]", "[:"),
    ] {
        assert_eq!(
            signed(host, other).send(&sandbox).await.refusal(),
            "AuthFailure.SignatureFailure",
            "{host}"
        );
    }
}

#[tokio::test]
async fn the_older_signature_gets_this_clouds_own_error() {
    let sandbox = sandbox(Options::default()).await;
    let parameters = "Action=DescribeAccountBalance&Nonce=1&SecretId=AKIDsandboxintldemo&Timestamp=1700000000&Version=2018-07-09&Signature=c2ln";
    for (method, named) in [
        ("HmacSHA1", "&SignatureMethod=HmacSHA1"),
        ("HmacSHA256", "&SignatureMethod=HmacSHA256"),
        ("HmacSHA1", ""),
    ] {
        let parameters = format!("{parameters}{named}");
        let form = [("Host", "127.0.0.1"), ("Content-Type", "application/x-www-form-urlencoded")];
        let requests = [
            http(&format!("GET /?{parameters}"), &[("Host", "127.0.0.1")], ""),
            http("POST /", &form, &parameters),
        ];
        for request in requests {
            let message = format!("The sandbox verifies TC3-HMAC-SHA256 only, not {method}.");
            let error = json!({ "Code": "AuthFailure.InvalidAuthorization", "Message": message });
            assert_eq!(exchange(&sandbox, request).await.response(), json!({ "Error": error }));
        }
    }
    let bare = http("POST /", &[("Host", "billing.tencentcloudapi.com")], "");
    assert_eq!(exchange(&sandbox, bare).await.refusal(), "MissingParameter");
}

#[tokio::test]
async fn an_expired_signature_is_told_the_servers_time() {
    let sandbox = sandbox(Options::default()).await;
    let late = Tc3 { timestamp: NOW - 1000, ..Tc3::new(KEY, BALANCE, "{}") }.send(&sandbox).await.response();
    let message = late["Error"]["Message"].as_str().unwrap();
    assert!(message.ends_with(" the server time 1700000000."), "{message}");
}

#[tokio::test]
async fn a_key_belongs_to_one_site() {
    let sandbox = sandbox(Options::default()).await;
    let at = |host, key: &str| Tc3 { host, ..Tc3::new(key, BALANCE, "{}") };
    for (host, key) in [
        ("billing.intl.tencentcloudapi.com", KEY),
        ("billing.tencentcloudapi.com", "AKIDsandboxcndemo"),
        ("billing.ap-guangzhou.tencentcloudapi.com", "AKIDsandboxcndemo"),
        ("http://127.0.0.1:8080", "AKIDsandboxcndemo"),
        ("localhost:8080", KEY),
    ] {
        assert!(at(host, key).send(&sandbox).await.response()["Uin"].is_u64(), "{host}");
    }
    for (host, key) in
        [("billing.intl.tencentcloudapi.com", "AKIDsandboxcndemo"), ("billing.tencentcloudapi.com", KEY)]
    {
        assert_eq!(at(host, key).send(&sandbox).await.refusal(), "AuthFailure.SecretIdNotFound", "{host}");
    }
    assert_eq!(at("sts.intl.tencentcloudapi.com", KEY).send(&sandbox).await.refusal(), "NoSuchVersion");
}

fn sts(key: &str, action: &'static str, body: &str) -> Tc3 {
    Tc3 { service: "sts", version: "2018-08-13", ..Tc3::new(key, action, body) }
}

#[tokio::test]
async fn a_role_gives_a_key_that_works_with_its_token_until_it_expires() {
    let sandbox = sandbox(Options::default()).await;
    let body = r#"{"RoleArn": "qcs::cam::uin/12345678:roleName/billing", "RoleSessionName": "s1", "DurationSeconds": 60}"#;
    let response = sts(KEY, "AssumeRole", body).send(&sandbox).await.response();
    let id = "AKIDsandboxintltemp-1700000060-12345678-billing";
    let expected = json!({
        "Credentials": { "TmpSecretId": id, "TmpSecretKey": secret_of(id), "Token": token_of(id) },
        "ExpiredTime": 1_700_000_060, "Expiration": "2023-11-14T22:14:20Z",
    });
    assert_eq!(response, expected);
    let mut balance = Tc3::new(id, BALANCE, "{}");
    assert_eq!(balance.send(&sandbox).await.refusal(), "AuthFailure.TokenFailure");
    balance.token = Some(token_of(id));
    assert_eq!(balance.send(&sandbox).await.response()["Uin"], 12_345_678);
    let past = "AKIDsandboxintltemp-1700000000";
    let expired = Tc3 { token: Some(token_of(past)), ..Tc3::new(past, BALANCE, "{}") };
    assert_eq!(expired.send(&sandbox).await.refusal(), "AuthFailure.TokenFailure");
    for body in ["{}", r#"{"RoleArn": "x", "RoleSessionName": "s1"}"#] {
        assert_ne!(sts(KEY, "AssumeRole", body).send(&sandbox).await.refusal(), "");
    }
}

#[tokio::test]
async fn every_documented_parameter_of_assume_role_is_known() {
    let sandbox = sandbox(Options { rate: Some(0), ..Options::default() }).await;
    let role = r#""RoleArn": "qcs::cam::uin/12345678:roleName/billing", "RoleSessionName": "s1""#;
    let all = r#""Policy": "p", "ExternalId": "e", "SourceIdentity": "me", "SerialNumber": "qcs::cam:uin/1::mfa/softToken",
        "TokenCode": "123456", "Tags": [{"Key": "team", "Value": "billing"}]"#;
    let body = format!("{{{role}, {all}}}");
    let response = sts(KEY, "AssumeRole", &body).send(&sandbox).await.response();
    assert_eq!(response["ExpiredTime"], 1_700_007_200);
    for (extra, code) in [
        (r#""Tag": []"#, "UnknownParameter"),
        (r#""Tags": {"Key": "team"}"#, "InvalidParameter"),
        (r#""Tags": [{"Name": "team"}]"#, "InvalidParameter"),
        (r#""TokenCode": 123456"#, "InvalidParameter"),
    ] {
        let body = format!("{{{role}, {extra}}}");
        assert_eq!(sts(KEY, "AssumeRole", &body).send(&sandbox).await.refusal(), code, "{extra}");
    }
}

#[tokio::test]
async fn a_web_identity_needs_no_signature_and_identity_names_the_account() {
    let sandbox = sandbox(Options::default()).await;
    let body = r#"{"ProviderId": "p", "WebIdentityToken": "t", "RoleArn": "qcs::cam::uin/9:role/1", "RoleSessionName": "s1"}"#;
    let headers = [
        ("Host", "sts.tencentcloudapi.com"),
        ("Content-Type", "application/json"),
        ("X-TC-Action", "AssumeRoleWithWebIdentity"),
        ("X-TC-Version", "2018-08-13"),
        ("Authorization", "SKIP"),
    ];
    let response = exchange(&sandbox, http("POST /", &headers, body)).await.response();
    assert_eq!(response["Credentials"]["TmpSecretId"], "AKIDsandboxcntemp-1700007200-9-1");
    let identity = sts(KEY, "GetCallerIdentity", "{}").send(&sandbox).await.response();
    let expected = json!({
        "AccountId": "600000561284", "Arn": "qcs::cam::uin/600000561284:uin/600000561284",
        "PrincipalId": "600000561284", "Type": "RootAccount", "UserId": "600000561284",
    });
    assert_eq!(identity, expected);
}
