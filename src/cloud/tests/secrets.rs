//! Errors about replies with temporary credentials must never contain the secret.

use super::*;

const REPLIES: [&str; 2] = [
    r#"{"Response":{"Credentials":{"TmpSecretKey":"Gu5t9xGARNpq","Token":"Gu5t9xGARNpq","TmpSecretId":"AKID"},"ExpiredTime":1795327200}}"#,
    r#"{"Credentials":{"AccessKeySecret":"Gu5t9xGARNpq","SecurityToken":"Gu5t9xGARNpq","AccessKeyId":"STS.1","Expiration":"2026-11-22T06:00:00Z"}}"#,
];

/// What one slip can make of a reply: up to two characters give way to these.
const SLIPS: [&str; 12] = ["", "\"", "{", "}", "[", "]", ",", ":", "\\", "[\"", "\"x\":1,", "1"];

/// Whether credentials are read of a body. An error must not contain the secret, nor most of it.
fn is_read(cloud: &dyn Cloud, body: &str) -> bool {
    let question = Question::AssumeRole(Role::default());
    let account = Arc::from("prod");
    let context = Context { account: &account, site: Site::INTL, currency: None, fetched_at: stamp().time };
    let result = with_call(cloud, &question, "rpc", |call| cloud.answer(call, &context, &reply(200, body)));
    let told = format!("{result:?}");
    assert!(!told.contains("u5t9x") && !told.contains("GARNp"), "{told}\n{body}");
    result.is_ok()
}

#[test]
fn no_slip_in_a_reply_makes_an_error_repeat_the_secret_in_it() {
    let mut read = [0, 0];
    for (cloud, whole) in CLOUDS.iter().zip(REPLIES) {
        for at in 0..whole.len() - 2 {
            for (cut, put) in (0..3).flat_map(|cut| SLIPS.map(|put| (cut, put))) {
                let mut body = whole.to_owned();
                body.replace_range(at..at + cut, put);
                read[usize::from(is_read(*cloud, &body))] += 1;
            }
        }
    }
    assert!(read[0] > 1000 && read[1] > 1000, "some slips matter and some do not: {read:?}");
}

#[test]
fn no_other_shape_of_a_reply_makes_an_error_repeat_the_secret_in_it() {
    for (cloud, whole) in CLOUDS.iter().zip(REPLIES) {
        assert!(is_read(*cloud, whole));
        for (from, to) in [
            (r#""Gu5t9xGARNpq""#, r#"["Gu5t9xGARNpq"]"#),
            (r#""Gu5t9xGARNpq""#, r#"{"x":"Gu5t9xGARNpq"}"#),
            (r#""Gu5t9xGARNpq""#, r#""Gu5t9xGARNpq\ud800""#),
            (r#""Credentials":{"#, r#""Credentials":{"x":0,"x":0,"#),
            (r#""Credentials":{"#, r#""Credentials":["Gu5t9xGARNpq"],"Other":{"#),
            (r#""Credentials":{"#, r#""Credentials":"Gu5t9xGARNpq","Other":{"#),
            (r#""Response":{"Credentials""#, r#""Response":{"Token":"Gu5t9xGARNpq","Token":1,"Credentials""#),
            (r#""Expiration":""#, r#""Expiration":"Gu5t9xGARNpq"#),
            (r#""ExpiredTime":"#, r#""ExpiredTime":"Gu5t9xGARNpq","x":"#),
        ] {
            let body = whole.replace(from, to);
            assert!(body == whole || !is_read(*cloud, &body), "{body}");
        }
    }
}
