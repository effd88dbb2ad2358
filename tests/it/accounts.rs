//! Which accounts are known, without asking anybody.

use cloudbal::sandbox::Options;
use insta::assert_snapshot;

use crate::support::{Cloud, Home, cloudbal};

/// Accounts of every sort, some of which are not usable.
fn home() -> Home {
    Home::new()
        .file(
            ".tccli/default.credential",
            r#"{"secretId": "AKIDsandboxintldemo", "secretKey": "hush"}"#,
        )
        .file(".tccli/default.configure", r#"{"billing": {"endpoint": "billing.intl.tencentcloudapi.com"}}"#)
        .file(".tccli/half.credential", r#"{"secretId": "AKIDsandboxintlhalf"}"#)
        .file(
            ".tccli/old.credential",
            r#"{"type": "oauth", "secretId": "AKIDsandboxintltemp", "secretKey": "hush", "token": "hush", "expiresAt": 1700000000}"#,
        )
        .file(".tccli/machine.credential", r#"{"type": "cvm-role"}"#)
        .file(
            ".aliyun/config.json",
            r#"{"current": "shop", "profiles": [
                {"name": "shop", "mode": "AK", "access_key_id": "LTAIsandboxcndemo", "access_key_secret": "hush"},
                {"name": "billing", "mode": "ChainableRamRoleArn", "source_profile": "shop", "ram_role_arn": "acs:ram::1234567890:role/billing"},
                {"name": "pass", "mode": "External", "process_command": "/nonexistent/never-run hush"},
                {"name": "address", "mode": "CredentialsURI", "credentials_uri": "http://user:hush@127.0.0.1:9/"},
                {"name": "cluster", "mode": "OIDC", "ram_role_arn": "acs:ram::1234567890:role/ack", "oidc_provider_arn": "acs:ram::1234567890:oidc-provider/ack", "oidc_token_file": "/nonexistent"},
                {"name": "again", "mode": "AK", "access_key_id": "LTAIsandboxcndemo", "access_key_secret": "hush"}
            ]}"#,
        )
}

#[test]
fn every_account_is_shown_and_what_is_wrong_with_it() {
    let home = home();
    let said = cloudbal(&["accounts"]).home(&home).run();
    assert!(!said.whole().contains("hush"), "{said:?}");
    assert_snapshot!(home.whole(&said), @"
    ACCOUNT          SITE  CREDENTIALS                                           FOUND IN                                                READABLE
    tencent/default  intl  AKID****demo                                          ~/.tccli/default.credential                             yes
    tencent/half     auto                                                        ~/.tccli/half.credential                                no
    tencent/machine  auto  the instance's role                                   ~/.tccli/machine.credential                             yes
    tencent/old      auto                                                        ~/.tccli/old.credential                                 no
    aliyun/shop      auto  LTAI****demo                                          ~/.aliyun/config.json, ~/.aliyun/config.json (`again`)  yes
    aliyun/billing   auto  LTAI****demo, role acs:ram::1234567890:role/billing   ~/.aliyun/config.json                                   yes
    aliyun/pass      auto  a command                                             ~/.aliyun/config.json                                   yes
    aliyun/address   auto  an address                                            ~/.aliyun/config.json                                   yes
    aliyun/cluster   auto  an identity token, role acs:ram::1234567890:role/ack  ~/.aliyun/config.json                                   yes
    --- stderr
    error: tencent/half: profile `half` in `~/.tccli/half.credential`: `secretKey` is not set but `secretId` is set
    hint: run `tccli configure --profile half`
    error: tencent/old: profile `old` in `~/.tccli/old.credential`: the temporary key expired at [TIME]Z
    hint: run `tccli auth login --profile old`
    --- exit status 1
    ");
}

#[test]
fn nobody_is_asked() {
    let (cloud, home) = (Cloud::start(Options::default()), home());
    let said = cloud.keyless(&["accounts"]).home(&home).run();
    assert_eq!(said.status, Some(1));
    assert_eq!(cloud.statistics().requests, 0);
}

#[test]
fn all_usable_is_success() {
    let run = cloudbal(&["accounts"]).aliyun_key("LTAIsandboxintldemo").env("CLOUDBAL_SITE", "intl");
    assert_snapshot!(run.run().whole(), @"
    ACCOUNT             SITE  CREDENTIALS   FOUND IN                                   READABLE
    aliyun/environment  intl  LTAI****demo  environment (ALIBABA_CLOUD_ACCESS_KEY_ID)  yes
    --- exit status 0
    ");
}

#[test]
fn the_configurations_accounts_are_shown_in_its_order() {
    let home = home().config(
        r#"
        [accounts.prod]
        provider = "aliyun"
        site = "intl"
        credentials = { profile = "shop" }
        role_arn = "acs:ram::1234567890:role/prod"

        [accounts.lost]
        provider = "tencent"
        credentials = { profile = "gone" }

        [accounts.pass]
        provider = "tencent"
        credentials = { command = "pass show hush" }

        [accounts.here]
        provider = "tencent"
        credentials = { secret_id = "AKIDsandboxcndemo", secret_key = "hush" }
        "#,
    );
    let said = cloudbal(&["accounts"]).home(&home).run();
    assert_snapshot!(home.whole(&said), @"
    ACCOUNT       SITE  CREDENTIALS                                       FOUND IN               READABLE
    aliyun/prod   intl  LTAI****demo, role acs:ram::1234567890:role/prod  ~/.aliyun/config.json  yes
    tencent/lost  auto                                                    profile `gone`         no
    tencent/pass  auto  a command                                         a command              yes
    tencent/here  auto  AKID****demo                                      the configuration      yes
    --- stderr
    error: tencent/lost: no profile `gone` in `~/.tccli`
    hint: its profiles: `default`, `half`, `machine`, `old`
    --- exit status 1
    ");
}

#[test]
fn without_any_account_it_is_told_where_they_were_looked_for() {
    assert_snapshot!(cloudbal(&["accounts"]).run().whole(), @"
    no accounts
    --- stderr
    error: tencent: no credentials for Tencent Cloud: looked at `TENCENTCLOUD_SECRET_ID` and `TENCENTCLOUD_SECRET_KEY`, an identity token (`TKE_ROLE_ARN` is not set), `~/.tccli`, `~/.tencentcloud/credentials`, `/etc/tencentcloud/credentials`
    hint: set the variables, or run `tccli configure`; to try cloudbal without keys add `--sandbox`
    error: aliyun: no credentials for Alibaba Cloud: looked at `ALIBABA_CLOUD_ACCESS_KEY_ID` and `ALIBABA_CLOUD_ACCESS_KEY_SECRET`, `~/.aliyun/config.json`, an identity token (`ALIBABA_CLOUD_ROLE_ARN` is not set), `~/.alibabacloud/credentials.ini`, `~/.alibabacloud/credentials`, `ALIBABACLOUD_ACCESS_KEY_ID` and `ALIBABACLOUD_ACCESS_KEY_SECRET`, `ALICLOUD_ACCESS_KEY_ID` and `ALICLOUD_ACCESS_KEY_SECRET`, `ALICLOUD_ACCESS_KEY` and `ALICLOUD_SECRET_KEY`, `ALIYUN_ACCESS_KEY_ID` and `ALIYUN_ACCESS_KEY_SECRET`, `ALIBABA_CLOUD_CREDENTIALS_URI`
    hint: set the variables, or run `aliyun configure`; to try cloudbal without keys add `--sandbox`
    cloudbal: no account is known on this machine

    To see it without keys:         cloudbal --sandbox
    With a key in the environment:  TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, or
                                    ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET
    With the official tools:        `tccli configure` or `aliyun configure`, then `cloudbal`
    With a configuration:           cloudbal init
    What was looked at:             cloudbal accounts
    Everything else:                cloudbal --help
    --- exit status 2
    ");
    let said = cloudbal(&["accounts", "-q", "-o", "json"]).run();
    assert_eq!(said.json(), serde_json::json!({ "schema_version": 1, "accounts": [] }));
    assert_eq!(said.status, Some(2));
}

#[test]
fn as_json_it_is_what_the_schema_says() {
    let home = home();
    let run = |format: &str| cloudbal(&["accounts", "-q", "-o", format]).home(&home).run();
    let schema = cloudbal(&["schema"]).run().json();
    let valid = |name: &str, document: &serde_json::Value| {
        let schema = serde_json::json!({ "$ref": format!("#/$defs/{name}"), "$defs": schema["$defs"] });
        let validator = jsonschema::validator_for(&schema).unwrap();
        let wrong: Vec<String> = validator.iter_errors(document).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{wrong:?}\n{document}");
    };
    let document = run("json").json();
    valid("accounts", &document);
    let lines = run("ndjson").stdout;
    let lines: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for line in &lines {
        valid("account", line);
    }
    assert_eq!(document["accounts"], serde_json::Value::Array(lines));
    assert_snapshot!(serde_json::to_string_pretty(&document["accounts"][1]).unwrap(), @r#"
    {
      "account": "half",
      "credentials": "",
      "error": {
        "account": "half",
        "code": null,
        "hint": "run `tccli configure --profile half`",
        "kind": "credentials",
        "message": "profile `half` in `~/.tccli/half.credential`: `secretKey` is not set but `secretId` is set",
        "provider": "tencent",
        "request_id": null,
        "sub_account_id": null
      },
      "key_id": null,
      "origin": "~/.tccli/half.credential",
      "provider": "tencent",
      "site": null,
      "usable": false
    }
    "#);
}

#[test]
fn csv_and_queries_are_understood() {
    let home = home();
    let run = |arguments: &[&str]| cloudbal(&[&["accounts", "-q"], arguments].concat()).home(&home).run();
    assert_snapshot!(run(&["-o", "csv"]).stdout.replace('\r', ""), @r#"
    provider,account,site,credentials,origin,usable,message,hint
    tencent,default,intl,AKID****demo,~/.tccli/default.credential,true,,
    tencent,half,,,~/.tccli/half.credential,false,profile `half` in `~/.tccli/half.credential`: `secretKey` is not set but `secretId` is set,run `tccli configure --profile half`
    tencent,machine,,the instance's role,~/.tccli/machine.credential,true,,
    tencent,old,,,~/.tccli/old.credential,false,profile `old` in `~/.tccli/old.credential`: the temporary key expired at 2023-11-14T22:13:20Z,run `tccli auth login --profile old`
    aliyun,shop,,LTAI****demo,"~/.aliyun/config.json, ~/.aliyun/config.json (`again`)",true,,
    aliyun,billing,,"LTAI****demo, role acs:ram::1234567890:role/billing",~/.aliyun/config.json,true,,
    aliyun,pass,,a command,~/.aliyun/config.json,true,,
    aliyun,address,,an address,~/.aliyun/config.json,true,,
    aliyun,cluster,,"an identity token, role acs:ram::1234567890:role/ack",~/.aliyun/config.json,true,,
    "#);
    let names = run(&["--query", "accounts[?usable].account", "-o", "ndjson"]).stdout;
    assert_snapshot!(names, @r#"
    "default"
    "machine"
    "shop"
    "billing"
    "pass"
    "address"
    "cluster"
    "#);
}
