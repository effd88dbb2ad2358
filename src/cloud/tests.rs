//! What every cloud must do, looped over the registry, and how each reads the documents' own replies.

mod roles;
mod secrets;

use std::collections::HashSet;
use std::sync::Arc;

use super::*;
use crate::model::{Balance, Currency, Detail, ErrorKind, Secret};

fn credentials() -> Credentials {
    Credentials {
        key_id: "key-id-of-tests".to_owned(),
        secret: Secret::new("the-secret-of-tests".to_owned()),
        token: Some(Secret::new("the-token-of-tests".to_owned())),
        expires_at: None,
    }
}

fn stamp() -> Stamp {
    Stamp {
        time: DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
        nonce: "3156853299f313e23d1673dc12e1703d".to_owned(),
    }
}

/// Hands a call to the function.
fn with_call<T>(
    cloud: &dyn Cloud,
    question: &Question,
    signature: &'static str,
    use_it: impl FnOnce(&Call) -> T,
) -> T {
    let endpoint = Endpoint::https(&cloud.host(question, cloud.first_site()));
    let (credentials, stamp) = (credentials(), stamp());
    use_it(&Call { question, endpoint: &endpoint, credentials: &credentials, stamp: &stamp, signature })
}

fn read(
    cloud: &dyn Cloud,
    question: &Question,
    site: Site,
    reply: &Reply,
) -> std::result::Result<Page, Failure> {
    let account = Arc::from("prod");
    let context = Context { account: &account, site, currency: None, fetched_at: stamp().time };
    let answer = with_call(cloud, question, ways(cloud)[0], |call| cloud.answer(call, &context, reply))?;
    let Answer::Page(page) = answer else { panic!("{answer:?} is not a page") };
    Ok(page)
}

fn reply(status: u16, body: &str) -> Reply {
    let headers = vec![
        ("content-type".to_owned(), "application/json".to_owned()),
        ("date".to_owned(), "Sun, 28 Jan 2024 01:53:08 GMT".to_owned()),
    ];
    Reply { status, headers, body: body.as_bytes().to_vec() }
}

fn all_members() -> Question {
    Question::Members { page: 1, uins: Vec::new() }
}

/// One row of a page in a few words.
fn row(row: &Row) -> String {
    match row {
        Row::Error(error) => format!("{}: {}", error.sub_account_id.as_deref().unwrap_or("?"), error.message),
        Row::Balance(balance) => {
            let Balance { provider, site, currency, available, cash, credit_limit, .. } = &**balance;
            let id = balance.sub_account_id.as_ref().or(balance.billing_account_id.as_ref());
            let amount =
                |amount: &Option<rust_decimal::Decimal>| amount.map_or("-".to_owned(), |a| a.to_string());
            let details: Vec<String> = balance
                .details
                .iter()
                .map(|(name, detail)| match detail {
                    Detail::Amount(amount) => format!("{name}={amount}"),
                    Detail::Unknown => format!("{name}=?"),
                    Detail::Verbatim(raw) => format!("{name}:{}", raw.get().len()),
                })
                .collect();
            format!(
                "{provider} {site} {} {currency} {available} cash {} limit {} temporary {} frozen {} owed {} [{}]",
                id.map_or("-", String::as_str),
                amount(cash),
                amount(credit_limit),
                amount(&balance.temporary_credit),
                amount(&balance.frozen),
                amount(&balance.owed),
                details.join(" "),
            )
        }
    }
}

fn rows(cloud: &dyn Cloud, question: &Question, site: Site, body: &str) -> Vec<String> {
    read(cloud, question, site, &reply(200, body)).unwrap().rows.iter().map(row).collect()
}

fn failure(cloud: &dyn Cloud, status: u16, body: &str) -> (ErrorKind, String, Advice) {
    let failure = read(cloud, &Question::Balance, cloud.first_site(), &reply(status, body)).unwrap_err();
    (failure.error.kind, failure.error.message.to_string(), failure.advice)
}

/// Every way in which a cloud accepts signatures, the default first.
fn ways(cloud: &dyn Cloud) -> Vec<&'static str> {
    let names: Vec<_> = cloud.signatures().iter().map(|signature| signature.name).collect();
    if names.is_empty() { vec![""] } else { names }
}

#[test]
fn names_are_unique_and_found() {
    let names: HashSet<&str> = CLOUDS.iter().map(|cloud| cloud.name()).collect();
    assert_eq!(names.len(), CLOUDS.len());
    for cloud in CLOUDS {
        assert_eq!(named(cloud.name()).map(Cloud::title), Some(cloud.title()));
    }
    assert!(named("nimbus").is_none());
}

#[test]
fn requests_are_https_repeatable_and_hold_no_secret() {
    for cloud in CLOUDS {
        for signature in ways(*cloud) {
            for question in [Question::Balance, all_members()] {
                let requests = || with_call(*cloud, &question, signature, |call| cloud.request(call));
                let (first, second) = match (requests(), requests()) {
                    (Ok(first), Ok(second)) => (first, second),
                    (Err(error), _) | (_, Err(error)) => {
                        assert_eq!(error.kind, ErrorKind::Unsupported);
                        continue;
                    }
                };
                assert!(first == second, "{cloud:?}: the same call gives the same bytes");
                assert!(first.endpoint.is_encrypted());
                assert_eq!(first.target, "/", "{cloud:?}: key id, token and signature stay out of URLs");
                let whole = format!("{:?}{}", first.headers, first.body);
                assert!(!whole.contains("the-secret-of-tests"), "{cloud:?}");
                assert!(whole.contains("the-token-of-tests"), "{cloud:?}: the token is sent");
                assert!(!format!("{first:?}").contains("of-tests"), "{cloud:?}: Debug shows no credentials");
            }
        }
    }
}

#[test]
fn another_nonce_or_time_gives_another_request() {
    for cloud in CLOUDS {
        let endpoint = Endpoint::https("example.com");
        let credentials = credentials();
        let request = |seconds: i64, nonce: &str| {
            let time = DateTime::from_timestamp(seconds, 0).unwrap();
            let stamp = Stamp { time, nonce: nonce.to_owned() };
            let call = Call {
                question: &Question::Balance,
                endpoint: &endpoint,
                credentials: &credentials,
                stamp: &stamp,
                signature: ways(*cloud)[0],
            };
            cloud.request(&call).unwrap()
        };
        assert!(request(1, "a") != request(2, "a"), "{cloud:?}");
    }
}

#[test]
fn nonsense_is_an_error_and_never_a_balance() {
    let nonsense = [
        "",
        " ",
        "{}",
        "[]",
        "null",
        "0",
        "\"\"",
        "{",
        "<!DOCTYPE html><html><body>Sign in</body></html>",
        r#"{"Response":{}}"#,
        r#"{"Response":null}"#,
        r#"{"Response":[]}"#,
        r#"{"Success":true}"#,
        r#"{"Success":true,"Code":"200","Data":{}}"#,
        r#"{"Success":true,"Data":null}"#,
        "\u{feff}{}",
        "\u{0}",
    ];
    for cloud in CLOUDS {
        for question in [Question::Balance, all_members()] {
            for body in nonsense {
                for status in [200, 302, 404, 500, 502] {
                    let result = read(*cloud, &question, cloud.first_site(), &reply(status, body));
                    let failure = result.map(|answer| answer.rows.len()).unwrap_err();
                    assert!(
                        matches!(failure.error.kind, ErrorKind::UnreadableReply | ErrorKind::Server),
                        "{cloud:?} {status} {body:?}: {:?}",
                        failure.error
                    );
                    assert_eq!(
                        status >= 500,
                        matches!(failure.advice, Advice::Retry { .. }),
                        "{status} {body:?}"
                    );
                }
            }
        }
        let not_utf8 = Reply { status: 200, headers: Vec::new(), body: vec![b'{', 0xff, b'}'] };
        let failure = read(*cloud, &Question::Balance, Site::CN, &not_utf8).unwrap_err();
        assert_eq!(
            &*failure.error.message,
            "unreadable reply: HTTP 200, no content type, 3 bytes: byte 2 is not UTF-8"
        );
    }
}

#[test]
fn the_documents_balances_are_read_exactly() {
    let tencent = include_str!("../../tests/examples/tencent_describe_account_balance.json");
    assert_eq!(
        rows(&tencent::Tencent, &Question::Balance, Site::INTL, tencent),
        ["tencent intl 600000561284 USD 100000000 cash - limit 100000000 temporary 0 frozen 0 owed 0 \
          [Balance=0 CashAccountBalance=0 CreditBalance=100000000 IncomeIntoAccountBalance=0 IsAllowArrears:4 \
          IsCreditLimited:4 PresentAccountBalance=0 RealBalance=0 TempAmountInfoList:217]"]
    );
    let china = rows(&tencent::Tencent, &Question::Balance, Site::CN, tencent);
    assert!(china[0].starts_with("tencent cn 600000561284 CNY 100000000 cash 0 limit"), "{china:?}");
    let members = include_str!("../../tests/examples/tencent_describe_org_member_account_balance.json");
    assert_eq!(
        rows(&tencent::Tencent, &all_members(), Site::INTL, members),
        ["tencent intl 700001941608 USD 363659.11 cash 363659.11 limit 0 temporary 0 frozen - owed 0 \
          [BasicCreditAmount=0 IsCreditAccount:5]"]
    );
    let aliyun = include_str!("../../tests/examples/aliyun_query_account_balance_quota_limit.json");
    assert_eq!(
        rows(&aliyun::Aliyun, &Question::Balance, Site::CN, aliyun),
        ["aliyun cn - CNY 10000 cash 10000 limit 0 temporary - frozen - owed - \
          [MybankCreditAmount=0 QuotaLimit=10000]"]
    );
}

#[test]
fn amounts_keep_every_digit_and_the_order_of_fields_does_not_matter() {
    let body = r#"{"Response":{"RequestId":"r","Uin":"90961","RealBalance":1.23456789E8,"OweAmount":-12.5}}"#;
    assert_eq!(
        rows(&tencent::Tencent, &Question::Balance, Site::INTL, body),
        ["tencent intl 90961 USD 1234567.89 cash - limit - temporary - frozen - owed -0.125 []"]
    );
    let body = r#"{"Success":true,"Data":{"Currency":"JPY","AvailableAmount":" -1,828.72\n","AvailableCashAmount":null}}"#;
    assert_eq!(
        rows(&aliyun::Aliyun, &Question::Balance, Site::CN, body),
        ["aliyun cn - JPY -1828.72 cash - limit - temporary - frozen - owed - []"]
    );
}

#[test]
fn a_wrong_amount_is_an_error_that_names_the_field() {
    let of_tencent =
        |fields: &str| failure(&tencent::Tencent, 200, &format!(r#"{{"Response":{{{fields}}}}}"#)).1;
    let of_aliyun = |data: &str| {
        failure(&aliyun::Aliyun, 200, &format!(r#"{{"Success":true,"Code":"200","Data":{{{data}}}}}"#)).1
    };
    let ends_with = |message: String, end: &str| assert!(message.ends_with(end), "{message}");
    ends_with(of_tencent(r#""Uin":1"#), "`RealCreditBalance` and `RealBalance` are both missing");
    ends_with(of_tencent(r#""RealBalance":null"#), "`RealCreditBalance` and `RealBalance` are both missing");
    ends_with(
        of_tencent(r#""RealCreditBalance":"N/A","RealBalance":1"#),
        "`RealCreditBalance` is `\"N/A\"`: not an amount",
    );
    ends_with(
        of_tencent(r#""RealBalance":1,"RealBalance":2"#),
        "`Response`: duplicate field at line 1 column 33",
    );
    ends_with(of_tencent(r#""RealBalance":1e40"#), "an amount with more digits than can be kept exactly");
    ends_with(
        of_aliyun(r#""Currency":"CNY","AvailableAmount":"1,23.00""#),
        "`AvailableAmount` is `\"1,23.00\"`: not an amount",
    );
    ends_with(
        of_aliyun(r#""Currency":"CNY","AvailableAmount":"""#),
        "`AvailableAmount` is `\"\"`: not an amount",
    );
    ends_with(of_aliyun(r#""Currency":"CNY""#), "`AvailableAmount` is missing");
    ends_with(of_aliyun(r#""AvailableAmount":"1""#), "`Currency` is missing");
    ends_with(of_aliyun(r#""AvailableAmount":"1","Currency":"¥""#), "`Currency` is `¥`, not a currency code");
}

/// A balance that was read, and what could not be read of it.
fn with_warnings(
    cloud: &dyn Cloud,
    question: &Question,
    site: Site,
    body: &str,
) -> Vec<(String, Vec<String>)> {
    let page = read(cloud, question, site, &reply(200, body)).unwrap();
    let warnings = |row: &Row| match row {
        Row::Balance(balance) => balance.warnings.iter().map(ToString::to_string).collect(),
        Row::Error(_) => Vec::new(),
    };
    page.rows.iter().map(|found| (row(found), warnings(found))).collect()
}

#[test]
fn an_optional_field_that_cannot_be_read_does_not_take_its_balance_along() {
    let told = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let body = r#"{"Success":true,"Code":"200","RequestId":{},"Data":{"Currency":"CNY","AvailableAmount":"1","CreditAmount":"N/A","AvailableCashAmount":" ","MybankCreditAmount":"","QuotaLimit":"0E-8"}}"#;
    assert_eq!(
        with_warnings(&aliyun::Aliyun, &Question::Balance, Site::CN, body),
        [(
            "aliyun cn - CNY 1 cash - limit - temporary - frozen - owed - [MybankCreditAmount=? QuotaLimit=?]"
                .to_owned(),
            told(&[
                "`RequestId` is `{}`, not a text",
                r#"`CreditAmount` is `"N/A"`: not an amount"#,
                r#"`QuotaLimit` is `"0E-8"`: not an amount"#,
            ])
        )]
    );
    let body = r#"{"Response":{"Uin":true,"RealBalance":100,"CashAccountBalance":"?","CreditAmount":1e40,"TempCredit":[],"FreezeAmount":"","OweAmount":"-","PresentAccountBalance":"x"}}"#;
    assert_eq!(
        with_warnings(&tencent::Tencent, &Question::Balance, Site::INTL, body),
        [(
            "tencent intl - USD 1 cash - limit - temporary - frozen - owed - [CashAccountBalance=? PresentAccountBalance=?]"
                .to_owned(),
            told(&[
                r#"`CashAccountBalance` is `"?"`: not an amount"#,
                "`Uin` is `true`, not a text",
                "`CreditAmount` is `1e40`: an amount with more digits than can be kept exactly",
                "`TempCredit` is `[]`: not an amount",
                r#"`OweAmount` is `"-"`: not an amount"#,
                r#"`PresentAccountBalance` is `"x"`: not an amount"#,
            ])
        )]
    );
    let body = r#"{"Response":{"TotalCount":1,"RequestId":[],"Data":[{"MemberUin":"1","MemberName":{},"RealBalance":100,"OweAmount":"N/A","BasicCreditAmount":""}]}}"#;
    assert_eq!(
        with_warnings(&tencent::Tencent, &all_members(), Site::CN, body),
        [(
            "tencent cn 1 CNY 1 cash - limit - temporary - frozen - owed - [BasicCreditAmount=?]".to_owned(),
            told(&["`MemberName` is `{}`, not a text", r#"`OweAmount` is `"N/A"`: not an amount"#])
        )]
    );
}

#[test]
fn a_currency_that_is_set_fills_in_what_a_reply_leaves_out_and_relabels_nothing() {
    let account = Arc::from("prod");
    let currency = |cloud: &dyn Cloud, wanted: Option<Currency>, body: &str| {
        let context =
            Context { account: &account, site: Site::CN, currency: wanted, fetched_at: stamp().time };
        let read = with_call(cloud, &Question::Balance, ways(cloud)[0], |call| {
            cloud.answer(call, &context, &reply(200, body))
        });
        match read {
            Ok(Answer::Page(page)) => page.rows.iter().map(row).collect(),
            Ok(other) => panic!("{other:?} is not a page"),
            Err(failure) => vec![failure.error.to_string()],
        }
    };
    let aliyun = |wanted, named: &str| {
        let body = format!(r#"{{"Success":true,"Data":{{"AvailableAmount":"1"{named}}}}}"#);
        currency(&aliyun::Aliyun, wanted, &body).concat()
    };
    let balance = |code| format!("aliyun cn - {code} 1 cash - limit - temporary - frozen - owed - []");
    assert_eq!(aliyun(Some(Currency::USD), ""), balance("USD"));
    assert_eq!(aliyun(Some(Currency::USD), r#","Currency":"""#), balance("USD"));
    assert_eq!(aliyun(Some(Currency::CNY), r#","Currency":"cny""#), balance("CNY"));
    assert_eq!(
        aliyun(Some(Currency::USD), r#","Currency":"CNY""#),
        "the currency is set to USD, but the reply is in CNY"
    );
    let tencent = r#"{"Response":{"RealBalance":100}}"#;
    assert_eq!(
        currency(&tencent::Tencent, Some(Currency::JPY), tencent),
        ["tencent cn - JPY 1 cash - limit - temporary - frozen - owed - []"]
    );
}

#[test]
fn members_that_cannot_be_read_are_rows_of_their_own() {
    let body = r#"{"Response":{"TotalCount":25,"Data":[
        {"MemberUin":"1","RealBalance":100,"Level":[1,2]},
        {"MemberUin":2,"RealBalance":"x"},
        {"RealBalance":100}]}}"#;
    let question = Question::Members { page: 1, uins: ["1", "2", "3"].map(str::to_owned).to_vec() };
    assert_eq!(
        rows(&tencent::Tencent, &question, Site::INTL, body),
        [
            "tencent intl 1 USD 1 cash - limit - temporary - frozen - owed - [Level:5]",
            "2: unreadable member: `RealBalance` is `\"x\"`: not an amount",
            "?: unreadable member: `MemberUin` is missing",
            "3: asked for and not returned",
        ]
    );
    let answer = read(&tencent::Tencent, &all_members(), Site::INTL, &reply(200, body)).unwrap();
    assert_eq!((answer.total, answer.next_pages.pages), (Some(25), 2..4));
}

#[test]
fn one_unreadable_member_does_not_take_its_page_along() {
    let body = r#"{"Response":{"TotalCount":4,"Data":[
        null,
        {"MemberUin":"2","RealBalance":1,"RealBalance":2},
        {"MemberUin":"3","MemberUin":"4","RealBalance":1},
        "x",
        {"MemberUin":5,"RealBalance":100}]}}"#;
    assert_eq!(
        rows(&tencent::Tencent, &all_members(), Site::INTL, body),
        [
            "?: unreadable member: `Data` is `null`, not an object",
            "2: unreadable member: `Data`: duplicate field at line 1 column 49",
            "?: unreadable member: `Data`: duplicate field at line 1 column 32",
            "?: unreadable member: `Data` is `\"x\"`, not an object",
            "tencent intl 5 USD 1 cash - limit - temporary - frozen - owed - []",
        ]
    );
}

#[test]
fn a_member_that_was_asked_for_and_comes_twice_counts_once() {
    let body = r#"{"Response":{"TotalCount":2,"Data":[
        {"MemberUin":"1","RealBalance":100},
        {"MemberUin":1,"RealBalance":300},
        {"MemberUin":"2","RealBalance":"x"},
        {"MemberUin":"2","RealBalance":100}]}}"#;
    let question = Question::Members { page: 1, uins: ["1", "2"].map(str::to_owned).to_vec() };
    assert_eq!(
        rows(&tencent::Tencent, &question, Site::INTL, body),
        [
            "tencent intl 1 USD 1 cash - limit - temporary - frozen - owed - []",
            "2: unreadable member: `RealBalance` is `\"x\"`: not an amount",
        ]
    );
}

#[test]
fn totals_that_cannot_be_are_refused_and_an_empty_list_is_not() {
    let page = |fields: &str| {
        let body = format!(r#"{{"Response":{{{fields}}}}}"#);
        match read(&tencent::Tencent, &all_members(), Site::INTL, &reply(200, &body)) {
            Ok(answer) => format!("{} rows, pages {:?}", answer.rows.len(), answer.next_pages.pages),
            Err(failure) => failure.error.message.to_string(),
        }
    };
    assert_eq!(page(r#""TotalCount":0,"Data":[]"#), "0 rows, pages 2..2");
    assert_eq!(page(r#""TotalCount":0,"Data":null"#), "0 rows, pages 2..2");
    for (fields, why) in [
        (r#""TotalCount":-1,"Data":[]"#, "`TotalCount` is `-1`, not a count"),
        (
            r#""TotalCount":18446744073709551616,"Data":[]"#,
            "`TotalCount` is `18446744073709551616`, not a count",
        ),
        (r#""TotalCount":10000001,"Data":[]"#, "`TotalCount` is more than 10000000"),
        (r#""TotalCount":5"#, "`Data` is missing"),
        (r#""Data":{}"#, "`Data` is `{}`, not a list of objects"),
    ] {
        assert!(page(fields).ends_with(why), "{}", page(fields));
    }
}

#[test]
fn errors_are_found_whatever_the_status_and_advise_what_to_do() {
    let tencent = |code: &str| {
        let body = format!(
            r#"{{"Response":{{"Error":{{"Code":"{code}","Message":"m 1706406788."}},"RequestId":"r"}}}}"#
        );
        let (kind, message, advice) = failure(&tencent::Tencent, 200, &body);
        assert_eq!(failure(&tencent::Tencent, 403, &body), (kind, message, advice));
        (kind, advice)
    };
    let aliyun = |status, code: &str| {
        let (kind, _, advice) =
            failure(&aliyun::Aliyun, status, &format!(r#"{{"Code":"{code}","Message":"m"}}"#));
        (kind, advice)
    };
    let again = Advice::Retry { after: None };
    let clock = Advice::CorrectClock { server_time: DateTime::from_timestamp(1_706_406_788, 0) };
    for (code, kind, advice) in [
        ("AuthFailure.SecretIdNotFound", ErrorKind::WrongSite, Advice::OtherSite),
        ("AuthFailure.SignatureExpire", ErrorKind::Clock, clock),
        ("AuthFailure.SignatureFailure", ErrorKind::Authentication, Advice::GiveUp),
        ("AuthFailure.TokenFailure", ErrorKind::Authentication, Advice::GiveUp),
        ("UnauthorizedOperation.CamNoAuth", ErrorKind::Permission, Advice::GiveUp),
        ("RequestLimitExceeded", ErrorKind::Throttled, again),
        ("RequestLimitExceeded.UinLimitExceeded", ErrorKind::Throttled, again),
        ("InternalError.GatewayError", ErrorKind::Server, again),
        ("InvalidParameterValue", ErrorKind::Refused, Advice::GiveUp),
        ("", ErrorKind::Refused, Advice::GiveUp),
    ] {
        assert_eq!(tencent(code), (kind, advice), "{code}");
    }
    for (status, code, kind, advice) in [
        (400, "NotApplicable", ErrorKind::WrongSite, Advice::OtherSite),
        (400, "NotAuthorized", ErrorKind::Permission, Advice::GiveUp),
        (400, "InvalidTimeStamp.Expired", ErrorKind::Clock, clock),
        (400, "SignatureNonceUsed", ErrorKind::Refused, again),
        (400, "SignatureDoesNotMatch", ErrorKind::Authentication, Advice::GiveUp),
        (404, "InvalidAccessKeyId.NotFound", ErrorKind::Authentication, Advice::GiveUp),
        (400, "Throttling.User", ErrorKind::Throttled, again),
        (400, "InternalError", ErrorKind::Server, again),
        (503, "Whatever", ErrorKind::Server, again),
        (400, "MissingParameter", ErrorKind::Refused, Advice::GiveUp),
    ] {
        assert_eq!(aliyun(status, code), (kind, advice), "{code}");
    }
    for example in [
        include_str!("../../tests/examples/aliyun_error_success_false.json"),
        include_str!("../../tests/examples/aliyun_error_not_applicable.json"),
    ] {
        assert_eq!(failure(&aliyun::Aliyun, 200, example).2, Advice::OtherSite);
    }
}

#[test]
fn waits_that_a_server_asks_for_are_heard() {
    let wait = |name: &str, value: &str| {
        let mut reply = reply(400, r#"{"Code":"Throttling.User"}"#);
        reply.headers.push((name.to_owned(), value.to_owned()));
        let Advice::Retry { after } =
            read(&aliyun::Aliyun, &Question::Balance, Site::CN, &reply).unwrap_err().advice
        else {
            panic!("throttling is asked again")
        };
        after.map(|after| after.as_millis())
    };
    assert_eq!(wait("x-acs-retry-after", "1500"), Some(1500));
    assert_eq!(wait("retry-after", "2"), Some(2000));
    assert_eq!(wait("retry-after", "Sun, 28 Jan 2024 01:53:38 GMT"), Some(30_000));
    assert_eq!(wait("retry-after", "soon"), None);
}

#[test]
fn a_message_that_repeats_what_was_signed_is_not_shown() {
    let echo = r#"{"Code":"SignatureDoesNotMatch","Message":"server string to sign is:POST&%2F&AccessKeyId%3Dtestid%26SecurityToken%3Dhush"}"#;
    let (kind, message, _) = failure(&aliyun::Aliyun, 400, echo);
    assert_eq!(kind, ErrorKind::Authentication);
    assert_eq!(message, "Alibaba Cloud refused: (it repeats what was signed and is not shown)");
    let long = format!(r#"{{"Response":{{"Error":{{"Code":"X","Message":"{}"}}}}}}"#, "é".repeat(1000));
    assert_eq!(
        failure(&tencent::Tencent, 200, &long).1.chars().count(),
        "Tencent Cloud refused: ".len() + 401
    );
}
