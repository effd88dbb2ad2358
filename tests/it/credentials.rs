//! Credentials from the environment: whole pairs, tokens, and errors that say which half is missing.

use cloudbal::sandbox::{Options, secret_of, token_of};
use insta::assert_snapshot;

use crate::support::{Cloud, cloudbal};

#[test]
fn without_credentials_nothing_is_asked_and_the_error_says_what_to_set() {
    assert_snapshot!(cloudbal(&["tencent", "balance"]).run().whole(), @"
    ACCOUNT           AVAILABLE
    tencent  error: credentials
    read [TIME] UTC
    --- stderr
    error: tencent: no credentials for Tencent Cloud: looked at `TENCENTCLOUD_SECRET_ID` and `TENCENTCLOUD_SECRET_KEY`, an identity token (`TKE_ROLE_ARN` is not set), `~/.tccli`, `~/.tencentcloud/credentials`, `/etc/tencentcloud/credentials`
    hint: set the variables, or run `tccli configure`; to try cloudbal without keys add `--sandbox`
    --- exit status 2
    ");
    assert_snapshot!(cloudbal(&["aliyun", "balance", "-o", "ndjson"]).run().whole(), @r#"
    {"type":"error","provider":"aliyun","account":null,"sub_account_id":null,"kind":"credentials","code":null,"message":"no credentials for Alibaba Cloud: looked at `ALIBABA_CLOUD_ACCESS_KEY_ID` and `ALIBABA_CLOUD_ACCESS_KEY_SECRET`, `~/.aliyun/config.json`, an identity token (`ALIBABA_CLOUD_ROLE_ARN` is not set), `~/.alibabacloud/credentials.ini`, `~/.alibabacloud/credentials`, `ALIBABACLOUD_ACCESS_KEY_ID` and `ALIBABACLOUD_ACCESS_KEY_SECRET`, `ALICLOUD_ACCESS_KEY_ID` and `ALICLOUD_ACCESS_KEY_SECRET`, `ALICLOUD_ACCESS_KEY` and `ALICLOUD_SECRET_KEY`, `ALIYUN_ACCESS_KEY_ID` and `ALIYUN_ACCESS_KEY_SECRET`, `ALIBABA_CLOUD_CREDENTIALS_URI`","request_id":null,"hint":"set the variables, or run `aliyun configure`; to try cloudbal without keys add `--sandbox`"}
    --- stderr
    error: aliyun: no credentials for Alibaba Cloud: looked at `ALIBABA_CLOUD_ACCESS_KEY_ID` and `ALIBABA_CLOUD_ACCESS_KEY_SECRET`, `~/.aliyun/config.json`, an identity token (`ALIBABA_CLOUD_ROLE_ARN` is not set), `~/.alibabacloud/credentials.ini`, `~/.alibabacloud/credentials`, `ALIBABACLOUD_ACCESS_KEY_ID` and `ALIBABACLOUD_ACCESS_KEY_SECRET`, `ALICLOUD_ACCESS_KEY_ID` and `ALICLOUD_ACCESS_KEY_SECRET`, `ALICLOUD_ACCESS_KEY` and `ALICLOUD_SECRET_KEY`, `ALIYUN_ACCESS_KEY_ID` and `ALIYUN_ACCESS_KEY_SECRET`, `ALIBABA_CLOUD_CREDENTIALS_URI`
    hint: set the variables, or run `aliyun configure`; to try cloudbal without keys add `--sandbox`
    --- exit status 2
    "#);
}

#[test]
fn half_a_pair_is_an_error_that_names_the_other_half() {
    let said = |name: &str, cloud: &str| cloudbal(&[cloud, "balance"]).env(name, "half-a-pair").run();
    for (name, cloud, missing) in [
        ("TENCENTCLOUD_SECRET_ID", "tencent", "TENCENTCLOUD_SECRET_KEY"),
        ("TENCENTCLOUD_SECRET_KEY", "tencent", "TENCENTCLOUD_SECRET_ID"),
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "aliyun", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
        ("ALICLOUD_SECRET_KEY", "aliyun", "ALICLOUD_ACCESS_KEY"),
    ] {
        let said = said(name, cloud);
        assert!(said.stderr.contains(missing) && said.stderr.contains(name), "{}", said.stderr);
        assert!(!said.whole().contains("half-a-pair"));
        assert_eq!(said.status, Some(2));
    }
}

#[test]
fn temporary_credentials_send_their_token() {
    let cloud = Cloud::start(Options::default());
    let tencent = "AKIDsandboxintltemp";
    let aliyun = "STS.sandboxcn";
    for variable in ["TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN"] {
        let run =
            cloud.keyless(&["tencent", "balance"]).tencent_key(tencent).env(variable, &token_of(tencent));
        assert_eq!(run.run().status, Some(0), "{variable}");
    }
    for signature in ["rpc", "acs3"] {
        let run = |token: &str| {
            let run = cloud.keyless(&["aliyun", "balance", "--signature", signature]).aliyun_key(aliyun);
            run.env("ALIBABA_CLOUD_SECURITY_TOKEN", token).run()
        };
        assert_eq!(run(&token_of(aliyun)).status, Some(0), "{signature}");
        assert_eq!(run("another-token").status, Some(1), "{signature}");
    }
    let wrong = cloud
        .keyless(&["tencent", "balance"])
        .tencent_key(tencent)
        .env("TENCENTCLOUD_TOKEN", "another-token");
    assert_snapshot!(wrong.run().whole(), @"
    ACCOUNT                          AVAILABLE
    tencent/environment  error: authentication
    read [TIME] UTC
    --- stderr
    error: tencent/environment: Tencent Cloud refused: The token does not belong to the key, or has expired. (code AuthFailure.TokenFailure, request id [ID])
    hint: get new temporary credentials: the token is invalid or has expired
    --- exit status 1
    ");
}

#[test]
fn every_official_prefix_is_read() {
    let cloud = Cloud::start(Options::default());
    let key = "LTAIsandboxcndemo";
    for (id, secret) in [
        ("ALIBABACLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_SECRET"),
        ("ALICLOUD_ACCESS_KEY_ID", "ALICLOUD_ACCESS_KEY_SECRET"),
        ("ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY"),
    ] {
        let said = cloud.keyless(&["aliyun", "balance"]).env(id, key).env(secret, &secret_of(key)).run();
        assert_eq!(said.status, Some(0), "{id}: {said:?}");
    }
}
