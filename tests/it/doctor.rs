//! An examination says which step fails, and what to do.

use cloudbal::sandbox::Options;
use insta::assert_snapshot;

use crate::support::{Cloud, Home, cloudbal};

/// A time of this moment and some seconds, as Unix has it.
fn unix_time(seconds: i64) -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap() + seconds
}

#[test]
fn a_working_account_is_well_in_every_step() {
    let cloud = Cloud::start(Options::default());
    assert_snapshot!(cloud.cloudbal(&["doctor"]).run().whole(), @"
    tencent/environment
      ok       source      environment (TENCENTCLOUD_SECRET_ID)
      ok       key         AKID****demo
      ok       network     https://billing.intl.tencentcloudapi.com answers in [N] ms, connected in [N] ms
      ok       clock       in sync with the cloud's
      ok       signature   accepted
      ok       identity    account 600000561284, qcs::cam::uin/600000561284:uin/600000561284
      ok       permission  100,000,000.00 USD available
      ok       site        intl, detected

    aliyun/environment
      ok       source      environment (ALIBABA_CLOUD_ACCESS_KEY_ID)
      ok       key         LTAI****demo
      ok       network     https://business.aliyuncs.com answers in [N] ms, connected in [N] ms
      ok       clock       in sync with the cloud's
      ok       signature   accepted
      ok       identity    account 1012345678900000, acs:ram::1012345678900000:root
      ok       permission  10,000.00 CNY available
      ok       site        cn, detected
    --- exit status 0
    ");
    assert_eq!(cloud.statistics().requests, 4, "each account is asked who it is and what it has");
}

#[test]
fn the_sandbox_can_be_examined() {
    let said = cloudbal(&["doctor", "--sandbox", "aliyun/sandbox-intl"]).run();
    assert_snapshot!(said.whole(), @"
    aliyun/sandbox-intl
      ok       source      the sandbox
      ok       key         LTAI****demo
      ok       network     https://business.aliyuncs.com answers in [N] ms, connected in [N] ms
      ok       clock       in sync with the cloud's
      ok       signature   accepted
      ok       identity    account 5012345678900000, acs:ram::5012345678900000:root
      ok       permission  1,828.72 USD available
      ok       site        intl, detected
    --- exit status 0
    ");
}

#[test]
fn missing_credentials_are_explained() {
    let nothing = cloudbal(&["doctor"]).run();
    assert_eq!((nothing.status, nothing.stdout.as_str()), (Some(2), ""));
    assert!(nothing.stderr.contains("no credentials for Tencent Cloud: looked at"), "{nothing:?}");
    assert!(nothing.stderr.contains("cloudbal: no account is known on this machine"), "{nothing:?}");
    let home = Home::new().config(
        r#"
        [accounts.prod]
        provider = "tencent"
        credentials = { profile = "prod" }
        "#,
    );
    assert_snapshot!(home.whole(&cloudbal(&["doctor"]).home(&home).run()), @"
    tencent/prod
      failed   source      no profile `prod` in `~/.tccli`
                           hint: there are no profiles; run `tccli configure`
      skipped  key         an earlier step failed
      skipped  network     an earlier step failed
      skipped  clock       an earlier step failed
      skipped  signature   an earlier step failed
      skipped  identity    an earlier step failed
      skipped  permission  an earlier step failed
      skipped  site        an earlier step failed
    --- exit status 1
    ");
    assert_snapshot!(home.whole(&cloudbal(&["doctor", "prot"]).home(&home).run()), @"
    --- stderr
    error: no account `prot`
    hint: did you mean `prod`? `cloudbal accounts` shows all
    --- exit status 2
    ");
}

#[test]
fn half_filled_credentials_are_explained() {
    let run = cloudbal(&["doctor"]).env("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAIsandboxcndemo");
    assert_snapshot!(run.run().whole(), @"
    aliyun/environment
      failed   source      `ALIBABA_CLOUD_ACCESS_KEY_SECRET` is not set but `ALIBABA_CLOUD_ACCESS_KEY_ID` is set
                           hint: correct the variables, or unset them to use another source
      skipped  key         an earlier step failed
      skipped  network     an earlier step failed
      skipped  clock       an earlier step failed
      skipped  signature   an earlier step failed
      skipped  identity    an earlier step failed
      skipped  permission  an earlier step failed
      skipped  site        an earlier step failed
    --- exit status 1
    ");
}

#[test]
fn expired_credentials_are_explained() {
    let home = Home::new().file(
        ".tccli/default.credential",
        r#"{"type": "sso", "secretId": "AKIDsandboxintltemp", "secretKey": "hush", "token": "hush", "expiresAt": 1700000000}"#,
    );
    assert_snapshot!(home.whole(&cloudbal(&["doctor"]).home(&home).run()), @"
    tencent/default
      failed   source      profile `default` in `~/.tccli/default.credential`: the temporary key expired at [TIME]Z
                           hint: run `tccli sso login`
      skipped  key         an earlier step failed
      skipped  network     an earlier step failed
      skipped  clock       an earlier step failed
      skipped  signature   an earlier step failed
      skipped  identity    an earlier step failed
      skipped  permission  an earlier step failed
      skipped  site        an earlier step failed
    --- exit status 1
    ");
    // Nothing here says when the key in the environment ends: the cloud does.
    let cloud = Cloud::start(Options::default());
    let key = "STS.sandboxcn-1700000000-1234567890";
    let run = cloud.keyless(&["doctor"]).aliyun_key(key);
    let run = run.env("ALIBABA_CLOUD_SECURITY_TOKEN", &cloudbal::sandbox::token_of(key));
    assert_snapshot!(run.run().whole(), @"
    aliyun/environment
      ok       source      environment (ALIBABA_CLOUD_ACCESS_KEY_ID)
      ok       key         STS.****7890, temporary
      ok       network     https://business.aliyuncs.com answers in [N] ms, connected in [N] ms
      ok       clock       in sync with the cloud's
      failed   signature   Alibaba Cloud refused: Specified SecurityToken is expired. (code InvalidSecurityToken.Expired)
                           hint: get new temporary credentials: the security token is invalid or has expired
      skipped  identity    the signature was rejected
      skipped  permission  the signature was rejected
      skipped  site        an earlier step failed
    --- exit status 1
    ");
}

#[test]
fn a_wrong_secret_is_explained() {
    let cloud = Cloud::start(Options::default());
    let run = cloud
        .cloudbal(&["doctor"])
        .env("TENCENTCLOUD_SECRET_KEY", "wrong-secret")
        .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "wrong-secret");
    assert_snapshot!(run.run().whole(), @"
    tencent/environment
      ok       source      environment (TENCENTCLOUD_SECRET_ID)
      ok       key         AKID****demo
      ok       network     https://billing.intl.tencentcloudapi.com answers in [N] ms, connected in [N] ms
      ok       clock       in sync with the cloud's
      failed   signature   Tencent Cloud refused: The provided credentials could not be validated. Please ensure your signature is correct. (code AuthFailure.SignatureFailure)
                           hint: check the SecretKey: it does not match the SecretId
      skipped  identity    the signature was rejected
      skipped  permission  the signature was rejected
      skipped  site        an earlier step failed

    aliyun/environment
      ok       source      environment (ALIBABA_CLOUD_ACCESS_KEY_ID)
      ok       key         LTAI****demo
      ok       network     https://business.aliyuncs.com answers in [N] ms, connected in [N] ms
      ok       clock       in sync with the cloud's
      failed   signature   Alibaba Cloud refused: (it repeats what was signed and is not shown) (code SignatureDoesNotMatch)
                           hint: check the AccessKeySecret: it does not match the AccessKeyId
      skipped  identity    the signature was rejected
      skipped  permission  the signature was rejected
      skipped  site        an earlier step failed
    --- exit status 1
    ");
}

#[test]
fn a_missing_permission_is_explained() {
    let cloud = Cloud::start(Options::default());
    let run =
        cloud.keyless(&["doctor"]).tencent_key("AKIDsandboxintl-denied").aliyun_key("LTAIsandboxcn-denied");
    assert_snapshot!(run.run().whole(), @"
    tencent/environment
      ok       source      environment (TENCENTCLOUD_SECRET_ID)
      ok       key         AKID****nied
      ok       network     https://billing.intl.tencentcloudapi.com answers in [N] ms, connected in [N] ms
      ok       clock       in sync with the cloud's
      ok       signature   accepted
      ok       identity    account 600000561284, qcs::cam::uin/600000561284:uin/600000561284
      failed   permission  Tencent Cloud refused: you are not authorized to perform operation (finance:DescribeAccountBalance) (code UnauthorizedOperation.CamNoAuth)
                           hint: grant the CAM action `finance:DescribeAccountBalance` to the user of this key
      skipped  site        an earlier step failed

    aliyun/environment
      ok       source      environment (ALIBABA_CLOUD_ACCESS_KEY_ID)
      ok       key         LTAI****nied
      ok       network     https://business.aliyuncs.com answers in [N] ms, connected in [N] ms
      ok       clock       in sync with the cloud's
      ok       signature   accepted
      ok       identity    account 1012345678900000, acs:ram::1012345678900000:root
      failed   permission  Alibaba Cloud refused: This API is not authorized for caller. (code NotAuthorized)
                           hint: grant the RAM action `bss:DescribeAcccount` (three c's), or the policy AliyunBSSReadOnlyAccess, to the user of this key
      skipped  site        an earlier step failed
    --- exit status 1
    ");
}

#[test]
fn a_wrong_site_is_explained_with_the_right_one() {
    let cloud = Cloud::start(Options::default());
    let run = |site: &str| cloud.cloudbal(&["doctor", "--site", site]).run();
    assert_snapshot!(run("cn").whole(), @r#"
    tencent/environment
      ok       source      environment (TENCENTCLOUD_SECRET_ID)
      ok       key         AKID****demo
      ok       network     https://billing.tencentcloudapi.com answers in [N] ms, connected in [N] ms
      ok       clock       in sync with the cloud's
      skipped  signature   the site does not know the key
      skipped  identity    the site does not know the account
      skipped  permission  the site does not know the account
      failed   site        Tencent Cloud refused: The SecretId is not found. (code AuthFailure.SecretIdNotFound)
                           hint: the account belongs to site `intl`: use `--site intl`, or `site = "intl"` in the configuration

    aliyun/environment
      ok       source      environment (ALIBABA_CLOUD_ACCESS_KEY_ID)
      ok       key         LTAI****demo
      ok       network     https://business.aliyuncs.com answers in [N] ms, connected in [N] ms
      ok       clock       in sync with the cloud's
      ok       signature   accepted
      ok       identity    account 1012345678900000, acs:ram::1012345678900000:root
      ok       permission  10,000.00 CNY available
      ok       site        cn, chosen
    --- exit status 1
    "#);
    assert_snapshot!(run("intl").whole().split("aliyun/").last().unwrap(), @r#"
    environment
      ok       source      environment (ALIBABA_CLOUD_ACCESS_KEY_ID)
      ok       key         LTAI****demo
      ok       network     https://business.ap-southeast-1.aliyuncs.com answers in [N] ms, connected in [N] ms
      ok       clock       in sync with the cloud's
      ok       signature   accepted
      ok       identity    account 1012345678900000, acs:ram::1012345678900000:root
      skipped  permission  the site does not know the account
      failed   site        Alibaba Cloud refused: This API is not applicable for caller. (code NotApplicable)
                           hint: the account belongs to site `cn`: use `--site cn`, or `site = "cn"` in the configuration
    --- exit status 1
    "#);
}

#[test]
fn a_key_that_no_site_knows_is_explained() {
    let cloud = Cloud::start(Options::default());
    let run = cloud.keyless(&["doctor"]).tencent_key("AKIDunknownkey").aliyun_key("LTAIunknownkey");
    assert_snapshot!(run.run().whole(), @"
    tencent/environment
      ok       source      environment (TENCENTCLOUD_SECRET_ID)
      ok       key         AKID****nkey
      ok       network     https://billing.intl.tencentcloudapi.com answers in [N] ms, connected in [N] ms
      ok       clock       in sync with the cloud's
      skipped  signature   the site does not know the key
      skipped  identity    the site does not know the account
      skipped  permission  the site does not know the account
      failed   site        no site knows this account (intl: AuthFailure.SecretIdNotFound, cn: AuthFailure.SecretIdNotFound): Tencent Cloud refused: The SecretId is not found. (code AuthFailure.SecretIdNotFound)
                           hint: check the SecretId; a key of the other site needs `--site cn` or `--site intl`

    aliyun/environment
      ok       source      environment (ALIBABA_CLOUD_ACCESS_KEY_ID)
      ok       key         LTAI****nkey
      ok       network     https://business.aliyuncs.com answers in [N] ms, connected in [N] ms
      ok       clock       in sync with the cloud's
      failed   signature   Alibaba Cloud refused: Specified access key is not found. (code InvalidAccessKeyId.NotFound)
                           hint: check the AccessKeyId
      skipped  identity    the signature was rejected
      skipped  permission  the signature was rejected
      skipped  site        an earlier step failed
    --- exit status 1
    ");
}

#[test]
fn a_clock_that_is_off_by_twenty_minutes_is_explained() {
    let cloud = Cloud::faulty(&["skew"]);
    let whole = cloud.cloudbal(&["doctor"]).run().whole();
    assert_snapshot!(whole.replace("19 min 59 s", "20 min 0 s"), @"
    tencent/environment
      ok       source      environment (TENCENTCLOUD_SECRET_ID)
      ok       key         AKID****demo
      ok       network     https://billing.intl.tencentcloudapi.com answers in [N] ms, connected in [N] ms
      failed   clock       this machine's clock is 20 min 0 s behind the cloud's: the cloud rejected the signature
                           hint: set the clock; cloudbal uses the cloud's time instead, other programs do not
      ok       signature   accepted
      ok       identity    account 600000561284, qcs::cam::uin/600000561284:uin/600000561284
      ok       permission  100,000,000.00 USD available
      ok       site        intl, detected

    aliyun/environment
      ok       source      environment (ALIBABA_CLOUD_ACCESS_KEY_ID)
      ok       key         LTAI****demo
      ok       network     https://business.aliyuncs.com answers in [N] ms, connected in [N] ms
      failed   clock       this machine's clock is 20 min 0 s behind the cloud's: the cloud rejected the signature
                           hint: set the clock; cloudbal uses the cloud's time instead, other programs do not
      ok       signature   accepted
      ok       identity    account 1012345678900000, acs:ram::1012345678900000:root
      ok       permission  10,000.00 CNY available
      ok       site        cn, detected
    --- exit status 1
    ");
}

#[test]
fn no_network_is_explained() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let run = |arguments: &[&str]| {
        let all = [&["doctor", "--retries", "0"], arguments].concat();
        cloudbal(&all).tencent_key("AKIDsandboxintldemo").run()
    };
    assert_snapshot!(run(&["--endpoint", &format!("http://127.0.0.1:{port}")]).whole(), @"
    tencent/environment
      ok       source      environment (TENCENTCLOUD_SECRET_ID)
      ok       key         AKID****demo
      failed   network     cannot connect to [ADDRESS]: Connection refused (os error 111)
                           hint: check the network, the firewall and the proxy
      skipped  clock       an earlier step failed
      skipped  signature   an earlier step failed
      skipped  identity    an earlier step failed
      skipped  permission  an earlier step failed
      skipped  site        an earlier step failed
    --- exit status 1
    ");
    assert_snapshot!(run(&["--connect-to", &format!("127.0.0.1:{port}")]).whole(), @"
    tencent/environment
      ok       source      environment (TENCENTCLOUD_SECRET_ID)
      ok       key         AKID****demo
      failed   network     cannot connect to billing.intl.tencentcloudapi.com: Connection refused (os error 111)
                           hint: check the network, the firewall and the proxy
      skipped  clock       an earlier step failed
      skipped  signature   an earlier step failed
      skipped  identity    an earlier step failed
      skipped  permission  an earlier step failed
      skipped  site        an earlier step failed
    --- exit status 1
    ");
    let other = run(&["--endpoint", "https://nowhere.invalid"]);
    assert!(other.stdout.contains("cannot resolve nowhere.invalid: "), "{other:?}");
    assert_eq!(other.status, Some(1));
}

#[test]
fn a_stranger_in_between_is_explained() {
    let (cloud, stranger) = (Cloud::start(Options::default()), Cloud::start(Options::default()));
    let run = cloud.cloudbal(&["doctor", "aliyun/environment"]);
    let run = run.env("CLOUDBAL_CA_FILE", stranger.certificate.path().to_str().unwrap());
    assert_snapshot!(run.run().whole(), @"
    aliyun/environment
      ok       source      environment (ALIBABA_CLOUD_ACCESS_KEY_ID)
      ok       key         LTAI****demo
      failed   network     no TLS connection to business.aliyuncs.com: certificate issued by an untrusted authority
                           hint: behind a TLS-inspecting proxy, pass its certificate with `--ca-file`
      skipped  clock       an earlier step failed
      skipped  signature   an earlier step failed
      skipped  identity    an earlier step failed
      skipped  permission  an earlier step failed
      skipped  site        an earlier step failed
    --- exit status 1
    ");
    let portal = Cloud::faulty(&["html"]);
    assert_snapshot!(portal.cloudbal(&["doctor", "aliyun/environment"]).run().whole(), @"
    aliyun/environment
      ok       source      environment (ALIBABA_CLOUD_ACCESS_KEY_ID)
      ok       key         LTAI****demo
      ok       network     https://business.aliyuncs.com answers in [N] ms, connected in [N] ms
      ok       clock       in sync with the cloud's
      skipped  signature   not verified by the cloud
      failed   identity    unreadable reply: HTTP 200, text/html; charset=utf-8, 144 bytes: not JSON: error at line 1 column 1
                           hint: a web page came instead of an answer: a proxy or a login page may stand in between
      failed   permission  unreadable reply: HTTP 200, text/html; charset=utf-8, 144 bytes: not JSON: error at line 1 column 1
                           hint: a web page came instead of an answer: a proxy or a login page may stand in between
      skipped  site        an earlier step failed
    --- exit status 1
    ");
}

#[test]
fn credentials_that_are_exchanged_are_examined_too() {
    let cloud = Cloud::start(Options::default());
    let home = Home::new().file(
        ".aliyun/config.json",
        &format!(
            r#"{{"current": "billing", "profiles": [
                {{"name": "billing", "mode": "RamRoleArn", "access_key_id": "LTAIsandboxcndemo", "access_key_secret": "{}", "ram_role_arn": "acs:ram::1234567890:role/billing"}},
                {{"name": "denied", "mode": "RamRoleArn", "access_key_id": "LTAIsandboxcn-denied", "access_key_secret": "{}", "ram_role_arn": "acs:ram::1234567890:role/billing"}},
                {{"name": "program", "mode": "External", "process_command": "/nonexistent/program"}}
            ]}}"#,
            cloudbal::sandbox::secret_of("LTAIsandboxcndemo"),
            cloudbal::sandbox::secret_of("LTAIsandboxcn-denied"),
        ),
    );
    assert_snapshot!(home.whole(&cloud.keyless(&["doctor"]).home(&home).run()), @"
    aliyun/billing
      ok       source      ~/.aliyun/config.json
      ok       key         STS.****ling, temporary until [TIME] UTC
      ok       network     https://business.aliyuncs.com answers in [N] ms, connected in [N] ms
      ok       clock       in sync with the cloud's
      ok       signature   accepted
      ok       identity    account 1234567890, acs:sts::1234567890:assumed-role/sandbox/sandbox
      ok       permission  10,000.00 CNY available
      ok       site        cn, detected

    aliyun/denied
      ok       source      ~/.aliyun/config.json
      failed   key         no temporary credentials: Alibaba Cloud refused: You are not authorized to do this action. You should be authorized by RAM. (code NoPermission)
                           hint: grant the RAM action `sts:AssumeRole` to the user of this key, and let the role trust it
      ok       network     https://business.aliyuncs.com answers in [N] ms, connected in [N] ms
      ok       clock       in sync with the cloud's
      skipped  signature   an earlier step failed
      skipped  identity    an earlier step failed
      skipped  permission  an earlier step failed
      skipped  site        an earlier step failed

    aliyun/program
      ok       source      ~/.aliyun/config.json
      failed   key         the command for credentials, `/nonexistent/program`, cannot be started: entity not found
                           hint: check that it is installed and on the `PATH`
      ok       network     https://business.aliyuncs.com answers in [N] ms, connected in [N] ms
      ok       clock       in sync with the cloud's
      skipped  signature   an earlier step failed
      skipped  identity    an earlier step failed
      skipped  permission  an earlier step failed
      skipped  site        an earlier step failed
    --- exit status 1
    ");
}

#[test]
fn members_are_examined_where_they_are_to_be_read() {
    let cloud = Cloud::start(Options::default());
    let home = Home::new().config(&format!(
        r#"
        [defaults]
        members = true
        [accounts.head]
        provider = "tencent"
        credentials = {{ secret_id = "AKIDsandboxintldemo", secret_key = "{}" }}
        [accounts.alone]
        provider = "tencent"
        credentials = {{ secret_id = "AKIDsandboxintl-alone", secret_key = "{}" }}
        "#,
        cloudbal::sandbox::secret_of("AKIDsandboxintldemo"),
        cloudbal::sandbox::secret_of("AKIDsandboxintl-alone"),
    ));
    assert_snapshot!(home.whole(&cloud.keyless(&["doctor"]).home(&home).run()), @"
    tencent/head
      ok       source      the configuration
      ok       key         AKID****demo
      ok       network     https://billing.intl.tencentcloudapi.com answers in [N] ms, connected in [N] ms
      ok       clock       in sync with the cloud's
      ok       signature   accepted
      ok       identity    account 600000561284, qcs::cam::uin/600000561284:uin/600000561284
      ok       permission  100,000,000.00 USD available
      ok       members     12 members can be read
      ok       site        intl, detected

    tencent/alone
      ok       source      the configuration
      ok       key         AKID****lone
      ok       network     https://billing.intl.tencentcloudapi.com answers in [N] ms, connected in [N] ms
      ok       clock       in sync with the cloud's
      ok       signature   accepted
      ok       identity    account 600000561284, qcs::cam::uin/600000561284:uin/600000561284
      ok       permission  100,000,000.00 USD available
      failed   members     Tencent Cloud refused: The account is not the administrator of an organization. (code UnsupportedOperation)
                           hint: only an account that administers an organization can read its members' balances; `cloudbal tencent balance` reads this account's own
      ok       site        intl, detected
    --- exit status 1
    ");
}

#[test]
fn as_json_it_is_what_the_schema_says() {
    let cloud = Cloud::start(Options::default());
    let run = |format: &str| {
        let run = cloud.keyless(&["doctor", "-o", format]);
        run.tencent_key("AKIDsandboxintl-denied").aliyun_key("LTAIsandboxcndemo").run()
    };
    let schema = cloudbal(&["schema"]).run().json();
    let valid = |name: &str, document: &serde_json::Value| {
        let schema = serde_json::json!({ "$ref": format!("#/$defs/{name}"), "$defs": schema["$defs"] });
        let validator = jsonschema::validator_for(&schema).unwrap();
        let wrong: Vec<String> = validator.iter_errors(document).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{wrong:?}\n{document}");
    };
    let said = run("json");
    valid("checkups", &said.json());
    assert_eq!(said.status, Some(1));
    for line in run("ndjson").stdout.lines() {
        valid("checkup", &serde_json::from_str(line).unwrap());
    }
    let failed = said.json()["checkups"][0]["steps"][6].clone();
    assert_eq!(failed["error"]["kind"], "permission", "{failed}");
    assert_snapshot!(run("csv").whole().replace('\r', ""), @r#"
    provider,account,step,outcome,found,message,hint
    tencent,environment,source,ok,environment (TENCENTCLOUD_SECRET_ID),,
    tencent,environment,key,ok,AKID****nied,,
    tencent,environment,network,ok,"https://billing.intl.tencentcloudapi.com answers in [N] ms, connected in [N] ms",,
    tencent,environment,clock,ok,in sync with the cloud's,,
    tencent,environment,signature,ok,accepted,,
    tencent,environment,identity,ok,"account 600000561284, qcs::cam::uin/600000561284:uin/600000561284",,
    tencent,environment,permission,failed,,Tencent Cloud refused: you are not authorized to perform operation (finance:DescribeAccountBalance) (code UnauthorizedOperation.CamNoAuth),grant the CAM action `finance:DescribeAccountBalance` to the user of this key
    tencent,environment,site,skipped,an earlier step failed,,
    aliyun,environment,source,ok,environment (ALIBABA_CLOUD_ACCESS_KEY_ID),,
    aliyun,environment,key,ok,LTAI****demo,,
    aliyun,environment,network,ok,"https://business.aliyuncs.com answers in [N] ms, connected in [N] ms",,
    aliyun,environment,clock,ok,in sync with the cloud's,,
    aliyun,environment,signature,ok,accepted,,
    aliyun,environment,identity,ok,"account 1012345678900000, acs:ram::1012345678900000:root",,
    aliyun,environment,permission,ok,"10,000.00 CNY available",,
    aliyun,environment,site,ok,"cn, detected",,
    --- exit status 1
    "#);
}

#[test]
fn the_deadline_ends_it_and_what_was_found_is_shown() {
    let cloud = Cloud::faulty(&["slow"]);
    let run = cloud.keyless(&["doctor", "--deadline", "1"]).aliyun_key("LTAIsandboxcndemo");
    let said = run.env("TENCENTCLOUD_SECRET_ID", "AKIDsandboxintldemo").run();
    assert_snapshot!(said.whole(), @"
    tencent/environment
      failed   source      `TENCENTCLOUD_SECRET_KEY` is not set but `TENCENTCLOUD_SECRET_ID` is set
                           hint: correct the variables, or unset them to use another source
      skipped  key         an earlier step failed
      skipped  network     an earlier step failed
      skipped  clock       an earlier step failed
      skipped  signature   an earlier step failed
      skipped  identity    an earlier step failed
      skipped  permission  an earlier step failed
      skipped  site        an earlier step failed

    aliyun/environment
      ok       source      environment (ALIBABA_CLOUD_ACCESS_KEY_ID)
      ok       key         LTAI****demo
      ok       network     https://business.aliyuncs.com answers in [N] ms, connected in [N] ms
    --- stderr
    error: the deadline came before everything was examined
    hint: give it longer with `--deadline`
    --- exit status 1
    ");
}

#[test]
fn no_secret_is_told() {
    let cloud = Cloud::faulty(&["skew"]);
    let key = format!("STS.sandboxcn-{}-1234567890", unix_time(7200));
    let token = cloudbal::sandbox::token_of(&key);
    let run = cloud.cloudbal(&["doctor", "-vvv"]).aliyun_key(&key);
    let whole = run.env("ALIBABA_CLOUD_SECURITY_TOKEN", &token).run().whole();
    for secret in [&token, "sandbox-secret-of", &key, "AKIDsandboxintldemo", "Signature="] {
        assert!(!whole.contains(secret), "{secret}: {whole}");
    }
}
