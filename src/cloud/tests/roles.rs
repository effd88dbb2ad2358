//! Requests for a role's temporary credentials: the host they go to, and what they carry.

use super::*;

fn role() -> Role {
    Role { arn: "acs:ram::1:role/x".to_owned(), session_name: "s".to_owned(), ..Role::default() }
}

#[test]
fn a_role_is_assumed_at_the_token_service_that_it_names() {
    let text = |text: &str| Some(text.to_owned());
    let beijing = || Role { region: text("cn-beijing"), ..role() };
    let own = text("sts.example.com");
    for (role, host) in [
        (role(), "sts.aliyuncs.com"),
        (Role { vpc: true, ..role() }, "sts.aliyuncs.com"),
        (beijing(), "sts.cn-beijing.aliyuncs.com"),
        (Role { vpc: true, ..beijing() }, "sts-vpc.cn-beijing.aliyuncs.com"),
        (Role { endpoint: own.clone(), vpc: true, ..beijing() }, "sts.example.com"),
        (Role { endpoint: own, ..role() }, "sts.example.com"),
    ] {
        let identity = Question::WebIdentity {
            role: role.clone(),
            provider: "p".to_owned(),
            token: Secret::new("t".to_owned()),
        };
        for question in [Question::AssumeRole(role.clone()), identity] {
            assert_eq!(aliyun::Aliyun.host(&question, Site::CN), host, "{question:?}");
        }
    }
}

#[test]
fn a_policy_is_passed_on() {
    let question = Question::AssumeRole(Role { policy: Some("{\"Version\": \"1\"}".to_owned()), ..role() });
    let body = |cloud: &dyn Cloud| {
        with_call(cloud, &question, ways(cloud)[0], |call| cloud.request(call).unwrap().body.clone())
    };
    assert!(body(&aliyun::Aliyun).contains("&Policy=%7B%22Version%22%3A%20%221%22%7D&"));
    // Percent-encoded inside of the JSON.
    assert!(body(&tencent::Tencent).contains(r#""Policy":"%7B%22Version%22%3A%20%221%22%7D""#));
}
