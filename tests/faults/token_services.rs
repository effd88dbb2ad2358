//! Identity tokens of a cluster: which token service they are sent to, and which one when it fails.

use insta::assert_snapshot;

use crate::certificates::Authority;
use crate::run::{Run, cloudbal};
use crate::server::{Seen, Server, Step, json, reply};

const CN: &str = "sts.tencentcloudapi.com";
const INTL: &str = "sts.intl.tencentcloudapi.com";
const BILLING: &str = "billing.intl.tencentcloudapi.com";

const GIVEN: &str = r#"{"Response":{"Credentials":{"Token":"t","TmpSecretId":"AKIDtemporary01","TmpSecretKey":"hush"},"ExpiredTime":4102444800,"RequestId":"r-1"}}"#;
const BALANCE: &str = r#"{"Response":{"Uin":1,"RealBalance":100,"RequestId":"r-2"}}"#;

fn refused(code: &str, message: &str) -> Vec<Step> {
    json(&format!(
        r#"{{"Response":{{"Error":{{"Code":"{code}","Message":"{message}"}},"RequestId":"r-3"}}}}"#
    ))
}

/// A cluster whose clouds' hosts answer with these, and what was said when its balance was asked for.
fn cluster(
    answer: impl Fn(&str) -> Vec<Step> + Send + Sync + 'static,
    configure: impl Fn(Run) -> Run,
) -> (String, Vec<String>) {
    let authority = Authority::new("ours");
    let server = Server::with_tls(authority.issue_for_hosts(&[CN, INTL, BILLING]), move |seen: &Seen, _| {
        match seen.header("host").unwrap() {
            BILLING => json(BALANCE),
            host => answer(host),
        }
    });
    let token = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(token.path(), "eyJhbGciOiJSUzI1NiJ9.e30.c2ln").unwrap();
    let run = cloudbal(&["tencent", "balance", "--ca-file", authority.path()])
        .args(&["--connect-to", &server.address.to_string()])
        .env("TENCENTCLOUD_SECRET_ID", "")
        .env("TENCENTCLOUD_SECRET_KEY", "")
        .env("TENCENTCLOUD_TOKEN", "")
        .env("TKE_ROLE_ARN", "qcs::cam::uin/600000561286:roleName/tke")
        .env("TKE_PROVIDER_ID", "cls-12345")
        .env("TKE_WEB_IDENTITY_TOKEN_FILE", token.path().to_str().unwrap())
        .env("TKE_REGION", "ap-singapore")
        .env("CLOUDBAL_RETRIES", "0");
    let told = configure(run).end().told_alone();
    let hosts = server.seen().iter().map(|seen| seen.header("host").unwrap().to_owned()).collect();
    (told, hosts)
}

#[test]
fn the_host_that_the_official_sdks_ask_is_asked_first() {
    let (told, hosts) = cluster(|_| json(GIVEN), |run| run);
    assert_eq!(hosts, [CN, BILLING], "{told}");
    assert_snapshot!(told, @"--- exit status 0");
}

#[test]
fn the_international_host_is_asked_whatever_is_wrong_with_the_first() {
    for failure in [
        refused("AuthFailure.SecretIdNotFound", "The SecretId is not found."),
        refused("InvalidParameter.WebIdentityTokenError", "The token is not valid."),
        refused("InternalError.GetRoleError", "The role cannot be read."),
        reply("502 Bad Gateway", "", b"<html>"),
        vec![Step::Reset],
    ] {
        let answer = move |host: &str| if host == CN { failure.clone() } else { json(GIVEN) };
        let (told, hosts) = cluster(answer, |run| run);
        assert_eq!(
            (told.as_str(), hosts),
            ("--- exit status 0\n", vec![CN.to_owned(), INTL.to_owned(), BILLING.to_owned()])
        );
    }
}

#[test]
fn a_site_that_was_chosen_is_the_only_one_asked() {
    let refuse = |_: &str| refused("ResourceNotFound.RoleNotFound", "The role does not exist.");
    assert_eq!(cluster(refuse, |run| run.args(&["--site", "intl"])).1, [INTL]);
    assert_eq!(cluster(refuse, |run| run.args(&["--site", "cn"])).1, [CN]);
    assert_eq!(
        cluster(refuse, |run| run.args(&["--endpoint", "https://billing.intl.tencentcloudapi.com"])).1,
        [INTL]
    );
}

#[test]
fn what_both_hosts_have_said_is_told() {
    let both = |host: &str| {
        if host == CN {
            refused("ResourceNotFound.RoleNotFound", "The role does not exist.")
        } else {
            refused("AuthFailure.TokenFailure", "The token has expired.")
        }
    };
    assert_snapshot!(cluster(both, |run| run).0, @"
    error: tencent/environment: no temporary credentials: sts.tencentcloudapi.com: Tencent Cloud refused: The role does not exist. (code ResourceNotFound.RoleNotFound); sts.intl.tencentcloudapi.com: Tencent Cloud refused: The token has expired. (code AuthFailure.TokenFailure, request id r-3)
    hint: get new temporary credentials: the token is invalid or has expired
    --- exit status 1
    ");
    let one = |host: &str| {
        if host == CN {
            refused("ResourceNotFound.RoleNotFound", "The role does not exist.")
        } else {
            vec![Step::Reset]
        }
    };
    assert_snapshot!(cluster(one, |run| run).0, @"
    error: tencent/environment: no temporary credentials: sts.intl.tencentcloudapi.com: the connection to sts.intl.tencentcloudapi.com failed before the reply was complete: Connection reset by peer (os error [N]); sts.tencentcloudapi.com: Tencent Cloud refused: The role does not exist. (code ResourceNotFound.RoleNotFound, request id r-3)
    hint: check the role: its ARN, session name and duration
    --- exit status 1
    ");
}
