//! Which site an account belongs to is detected, and only when need be.

use cloudbal::sandbox::Options;
use insta::assert_snapshot;

use crate::support::{Cloud, cloudbal};

/// Currency and available amount, or the error.
fn amount(said: &crate::support::Said) -> String {
    let document = said.json();
    document["balances"].as_array().unwrap().first().map_or_else(
        || document["errors"][0]["message"].as_str().unwrap().to_owned(),
        |balance| {
            format!("{} {} {}", balance["site"], balance["currency"], balance["available"]).replace('"', "")
        },
    )
}

#[test]
fn the_other_site_is_asked_once_and_its_currency_is_used() {
    let cloud = Cloud::start(Options::default());
    let tencent = cloud.keyless(&["tencent", "balance", "-o", "json"]).tencent_key("AKIDsandboxcndemo").run();
    assert!(amount(&tencent).starts_with("cn CNY "), "{}", amount(&tencent));
    assert_eq!(cloud.statistics().requests, 2);
    let aliyun = cloud.keyless(&["aliyun", "balance", "-o", "json"]).aliyun_key("LTAIsandboxintldemo").run();
    assert_eq!(amount(&aliyun), "intl USD 1828.72");
    assert_eq!(cloud.statistics().requests, 4);
}

#[test]
fn a_chosen_site_is_the_only_one_asked() {
    let cloud = Cloud::start(Options::default());
    let run = |arguments: &[&str]| cloud.cloudbal(arguments).run();
    assert_snapshot!(run(&["tencent", "balance", "--site", "cn"]).whole(), @"
    ACCOUNT                      AVAILABLE
    tencent/environment  error: wrong site
    read [TIME] UTC
    --- stderr
    error: tencent/environment: Tencent Cloud refused: The SecretId is not found. (code AuthFailure.SecretIdNotFound, request id [ID])
    hint: check the SecretId; a key of the other site needs `--site cn` or `--site intl`
    --- exit status 1
    ");
    assert_snapshot!(run(&["aliyun", "balance", "--site", "intl"]).whole(), @"
    ACCOUNT                     AVAILABLE
    aliyun/environment  error: wrong site
    read [TIME] UTC
    --- stderr
    error: aliyun/environment: Alibaba Cloud refused: This API is not applicable for caller. (code NotApplicable, request id [ID])
    hint: check the site (`--site cn` or `--site intl`); an account that a reseller manages cannot read its balance
    --- exit status 1
    ");
    assert_eq!(cloud.statistics().requests, 2);
}

#[test]
fn when_neither_site_knows_the_key_both_are_named() {
    let cloud = Cloud::start(Options::default());
    let run = |arguments: &[&str]| {
        cloud.keyless(arguments).tencent_key("AKIDunknown").aliyun_key("LTAIunknown").run()
    };
    assert_snapshot!(run(&["tencent", "balance"]).whole(), @"
    ACCOUNT                      AVAILABLE
    tencent/environment  error: wrong site
    read [TIME] UTC
    --- stderr
    error: tencent/environment: no site knows this account (intl: AuthFailure.SecretIdNotFound, cn: AuthFailure.SecretIdNotFound): Tencent Cloud refused: The SecretId is not found. (code AuthFailure.SecretIdNotFound, request id [ID])
    hint: check the SecretId; a key of the other site needs `--site cn` or `--site intl`
    --- exit status 1
    ");
    assert_snapshot!(run(&["aliyun", "balance"]).whole(), @"
    ACCOUNT                         AVAILABLE
    aliyun/environment  error: authentication
    read [TIME] UTC
    --- stderr
    error: aliyun/environment: Alibaba Cloud refused: Specified access key is not found. (code InvalidAccessKeyId.NotFound, request id [ID])
    hint: check the AccessKeyId
    --- exit status 1
    ");
}

#[test]
fn the_currency_can_be_overruled() {
    let cloud = Cloud::start(Options::default());
    let said = cloud
        .cloudbal(&["tencent", "members", "--uin", "700001941608", "-o", "json", "--currency", "eur"])
        .run();
    assert_eq!(amount(&said), "intl EUR 363659.11");
}

#[test]
fn with_an_endpoint_the_site_is_its_or_assumed() {
    let cloud = Cloud::start(Options::default());
    let site = |arguments: &[&str]| {
        let said = cloud.cloudbal(&[&["doctor", "tencent/environment"], arguments].concat()).run();
        said.stdout.lines().last().unwrap_or_default().trim().to_owned()
    };
    let official = "https://billing.intl.tencentcloudapi.com";
    assert_eq!(site(&["--endpoint", official]), "ok       site        intl, determined by the endpoint");
    assert_eq!(site(&["--endpoint", official, "--site", "intl"]), "ok       site        intl, chosen");
    let plain = Cloud::plain();
    let url = format!("http://{}", plain.address);
    let said =
        cloudbal(&["doctor", "aliyun/environment", "--endpoint", &url]).aliyun_key("LTAIsandboxcndemo").run();
    assert_snapshot!(said.whole(), @"
    aliyun/environment
      ok       source      environment (ALIBABA_CLOUD_ACCESS_KEY_ID)
      ok       key         LTAI****demo
      ok       network     http://[ADDRESS] answers in [N] ms, connected in [N] ms
      ok       clock       in sync with the cloud's
      ok       signature   accepted
      ok       identity    account 1012345678900000, acs:ram::1012345678900000:root
      ok       permission  10,000.00 CNY available
      ok       site        cn, assumed: the endpoint belongs to no known site
    --- exit status 0
    ");
}
