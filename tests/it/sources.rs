//! Every way to come by credentials works through the real command.

use cloudbal::sandbox::{Options, secret_of, token_of};
use insta::assert_snapshot;

use crate::support::{Cloud, Cloudbal, Home, Said};

const TENCENT: &str = "AKIDsandboxintldemo";
const ALIYUN: &str = "LTAIsandboxcndemo";

/// Each balance on a line of its own, then the errors and the exit status.
fn summary(said: &Said) -> String {
    let document = said.json();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    let mut lines = Vec::new();
    for balance in document["balances"].as_array().unwrap() {
        let names = ["provider", "account", "site", "currency", "available"];
        lines.push(names.map(|name| text(&balance[name])).join(" "));
    }
    for error in document["errors"].as_array().unwrap() {
        lines.push(["provider", "account", "kind", "message"].map(|name| text(&error[name])).join(" "));
    }
    lines.push(format!("exit status {}", said.status.unwrap()));
    lines.join("\n")
}

/// The profiles of `~/.aliyun/config.json`, each by what stands in it besides its name.
fn aliyun_profiles(profiles: &[(&str, &str)]) -> String {
    let profiles: Vec<String> =
        profiles.iter().map(|(name, rest)| format!(r#"{{"name": "{name}", {rest}}}"#)).collect();
    format!(r#"{{"current": "base", "profiles": [{}]}}"#, profiles.join(", "))
}

fn pair(key: &str) -> String {
    format!(r#""access_key_id": "{key}", "access_key_secret": "{}""#, secret_of(key))
}

/// All balances of a home directory.
fn all(cloud: &Cloud, home: &Home) -> Cloudbal {
    cloud.keyless(&["-o", "json", "-q"]).home(home)
}

#[test]
fn roles_are_assumed_on_both_clouds() {
    let cloud = Cloud::start(Options::default());
    let chained = r#""mode": "ChainableRamRoleArn", "source_profile": "role", "ram_role_arn": "acs:ram::1012345678900007:role/second""#;
    let role = format!(
        r#""mode": "RamRoleArn", {}, "ram_role_arn": "acs:ram::1012345678900009:role/first", "ram_session_name": "reader", "expired_seconds": 900, "external_id": "abc", "sts_region": "cn-hangzhou""#,
        pair(ALIYUN)
    );
    let home = Home::new()
        .file(
            ".tccli/default.credential",
            &format!(
                r#"{{"secretId": "{TENCENT}", "secretKey": "{}", "role-arn": "qcs::cam::uin/600000561299:roleName/billing", "role-session-name": "reader"}}"#,
                secret_of(TENCENT)
            ),
        )
        .file(".aliyun/config.json", &aliyun_profiles(&[("role", &role), ("chained", chained), ("base", r#""mode": """#)]));
    assert_snapshot!(summary(&all(&cloud, &home).run()), @"
    tencent default intl USD 100000000.00
    aliyun role cn CNY 10000.00
    aliyun chained cn CNY 10000.00
    exit status 0
    ");
    let counts = cloud.statistics().by_action;
    assert_eq!(counts["AssumeRole"], 4, "once for each role: {counts:?}");
    let own = cloud.keyless(&["tencent", "balance", "-o", "json"]).home(&home).run();
    assert_eq!(
        own.json()["balances"][0]["billing_account_id"],
        "600000561299",
        "the role's account is billed"
    );
}

#[test]
fn temporary_credentials_are_asked_for_once() {
    let cloud = Cloud::start(Options { members: 60, ..Options::default() });
    let home = Home::new().file(
        ".tccli/default.credential",
        &format!(
            r#"{{"secretId": "{TENCENT}", "secretKey": "{}", "role-arn": "qcs::cam::uin/600000561284:roleName/billing", "role-session-name": "s1"}}"#,
            secret_of(TENCENT)
        ),
    );
    let said = cloud.keyless(&["tencent", "members", "-o", "csv"]).home(&home).run();
    assert_eq!((said.stdout.lines().count(), said.status), (61, Some(0)), "{said:?}");
    assert_eq!(cloud.statistics().by_action["AssumeRole"], 1);
}

#[test]
fn a_role_that_may_not_be_assumed_says_so() {
    let cloud = Cloud::start(Options::default());
    let key = "LTAIsandboxcn-denied";
    let role = format!(r#""mode": "RamRoleArn", {}, "ram_role_arn": "acs:ram::1:role/first""#, pair(key));
    let home = Home::new().file(".aliyun/config.json", &aliyun_profiles(&[("base", &role)]));
    assert_snapshot!(home.whole(&cloud.keyless(&["aliyun", "balance"]).home(&home).run()), @"
    ACCOUNT              AVAILABLE
    aliyun/base  error: permission
    read [TIME] UTC
    --- stderr
    error: aliyun/base: no temporary credentials: Alibaba Cloud refused: You are not authorized to do this action. You should be authorized by RAM. (code NoPermission, request id [ID])
    hint: grant the RAM action `sts:AssumeRole` to the user of this key, and let the role trust it
    --- exit status 1
    ");
}

#[test]
fn the_environment_names_a_role_as_terraform_does() {
    let cloud = Cloud::start(Options::default());
    let said = cloud
        .cloudbal(&["-o", "json", "-q"])
        .env("TENCENTCLOUD_ASSUME_ROLE_ARN", "qcs::cam::uin/600000561285:roleName/billing")
        .env("TENCENTCLOUD_ASSUME_ROLE_SESSION_NAME", "reader")
        .env("TENCENTCLOUD_ASSUME_ROLE_SESSION_DURATION", "3600")
        .env("ALICLOUD_ASSUME_ROLE_ARN", "acs:ram::1234567890:role/billing")
        .run();
    assert_snapshot!(summary(&said), @"
    tencent environment intl USD 100000000.00
    aliyun environment cn CNY 10000.00
    exit status 0
    ");
    assert_eq!(cloud.statistics().by_action["AssumeRole"], 2);
}

#[test]
fn identity_tokens_are_exchanged_on_both_clouds() {
    let cloud = Cloud::start(Options::default());
    let home = Home::new().file("token", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln\n");
    let token = home.path("token").to_str().unwrap().to_owned();
    let run = |arguments: &[&str]| {
        cloud
            .keyless(arguments)
            .home(&home)
            .env("TKE_ROLE_ARN", "qcs::cam::uin/600000561286:roleName/tke")
            .env("TKE_PROVIDER_ID", "cls-12345")
            .env("TKE_WEB_IDENTITY_TOKEN_FILE", &token)
            .env("TKE_REGION", "ap-singapore")
            .env("ALIBABA_CLOUD_ROLE_ARN", "acs:ram::1234567890:role/ack")
            .env("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:ram::1234567890:oidc-provider/ack")
            .env("ALIBABA_CLOUD_OIDC_TOKEN_FILE", &token)
    };
    assert_snapshot!(summary(&run(&["-o", "json", "-q"]).run()), @"
    tencent environment cn CNY 155551.90
    aliyun environment cn CNY 10000.00
    exit status 0
    ");
    let counts = cloud.statistics().by_action;
    assert_eq!((counts["AssumeRoleWithWebIdentity"], counts["AssumeRoleWithOIDC"]), (1, 1));
    let verbose = run(&["tencent", "balance", "-vvv"]).run().whole();
    assert!(!verbose.contains("eyJhbGci"), "{verbose}");
    let lost = run(&["tencent", "balance"]).env("TKE_WEB_IDENTITY_TOKEN_FILE", "/nonexistent/token").run();
    assert_snapshot!(home.whole(&lost), @"
    ACCOUNT                       AVAILABLE
    tencent/environment  error: credentials
    read [TIME] UTC
    --- stderr
    error: tencent/environment: cannot read the identity token in `/nonexistent/token`: no such file or directory
    hint: check the variable or the configuration that names the file, and who renews it
    --- exit status 2
    ");
}

#[test]
fn an_instance_is_told_its_roles_credentials() {
    let (cloud, metadata) = (Cloud::start(Options::default()), Cloud::plain());
    let home = Home::new().file(".tccli/default.credential", r#"{"type": "cvm-role"}"#).file(
        ".aliyun/config.json",
        &aliyun_profiles(&[
            ("base", r#""mode": "EcsRamRole""#),
            ("named", r#""mode": "EcsRamRole", "ram_role_name": "cloudbal-sandbox""#),
            ("wrong", r#""mode": "EcsRamRole", "ram_role_name": "another""#),
        ]),
    );
    let run = |metadata: &str| {
        all(&cloud, &home)
            .env("CLOUDBAL_METADATA_ENDPOINT", metadata)
            // The metadata service is never asked through a proxy.
            .env("HTTP_PROXY", "http://127.0.0.1:9")
            .run()
    };
    let said = run(&format!("http://{}", metadata.address));
    assert_snapshot!(summary(&said), @"
    tencent default intl USD 100000000.00
    aliyun base cn CNY 10000.00
    aliyun named cn CNY 10000.00
    aliyun wrong credentials no instance role `another`: this instance has `cloudbal-sandbox`
    exit status 1
    ");
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let lost = summary(&run(&format!("http://127.0.0.1:{port}")));
    assert_snapshot!(lost, @"
    tencent default credentials the metadata service: cannot connect to 127.0.0.1: Connection refused (os error 111)
    aliyun base credentials the metadata service: cannot connect to 127.0.0.1: Connection refused (os error 111)
    aliyun named credentials the metadata service: cannot connect to 127.0.0.1: Connection refused (os error 111)
    aliyun wrong credentials the metadata service: cannot connect to 127.0.0.1: Connection refused (os error 111)
    exit status 2
    ");
}

#[test]
fn an_address_answers_with_credentials() {
    let (cloud, server) = (Cloud::start(Options::default()), Cloud::plain());
    let address = format!("http://{}/credentials-uri", server.address);
    let mode = format!(r#""mode": "CredentialsURI", "credentials_uri": "{address}""#);
    let home = Home::new().file(".aliyun/config.json", &aliyun_profiles(&[("base", &mode)]));
    assert_snapshot!(summary(&all(&cloud, &home).run()), @"
    aliyun base cn CNY 10000.00
    exit status 0
    ");
    let environment =
        cloud.keyless(&["-o", "json", "-q"]).env("ALIBABA_CLOUD_CREDENTIALS_URI", &address).run();
    assert_snapshot!(summary(&environment), @"
    aliyun environment cn CNY 10000.00
    exit status 0
    ");
    let open = cloud.keyless(&["aliyun", "balance"]);
    let open = open.env("ALIBABA_CLOUD_CREDENTIALS_URI", "http://user:hush@192.0.2.1/").run();
    assert_snapshot!(open.whole(), @"
    ACCOUNT                      AVAILABLE
    aliyun/environment  error: credentials
    read [TIME] UTC
    --- stderr
    error: aliyun/environment: the credentials URL: refusing to send requests to 192.0.2.1 without encryption
    hint: use https, or a loopback address
    --- exit status 2
    ");
}

#[cfg(unix)]
#[test]
fn a_program_prints_credentials() {
    let cloud = Cloud::start(Options::default());
    let home = Home::new().file(
        "printed.json",
        &format!(
            r#"{{"mode": "AK", "access_key_id": "{ALIYUN}", "access_key_secret": "{}"}}"#,
            secret_of(ALIYUN)
        ),
    );
    let printed = home.path("printed.json");
    let mode = format!(r#""mode": "External", "process_command": "cat '{}'""#, printed.display());
    let home = home.file(".aliyun/config.json", &aliyun_profiles(&[("base", &mode)])).config(&format!(
        r#"
        [accounts.external]
        provider = "aliyun"
        credentials = {{ profile = "base" }}
        [accounts.command]
        provider = "aliyun"
        credentials = {{ command = "cat {}" }}
        [accounts.broken]
        provider = "tencent"
        credentials = {{ command = "false" }}
        "#,
        printed.display()
    ));
    let run = all(&cloud, &home).env("PATH", "/usr/bin:/bin");
    assert_snapshot!(summary(&run.run()), @"
    aliyun external cn CNY 10000.00
    aliyun command cn CNY 10000.00
    tencent broken credentials the command for credentials, `false`, has failed: exit status: 1
    exit status 1
    ");
}

#[test]
fn nothing_need_be_configured_beyond_the_official_tools() {
    let cloud = Cloud::start(Options::default());
    let file = |key: &str| format!(r#"{{"secretId": "{key}", "secretKey": "{}"}}"#, secret_of(key));
    let ak = |key: &str| format!(r#""mode": "AK", {}"#, pair(key));
    let home = Home::new()
        .file(".tccli/default.credential", &file(TENCENT))
        .file(".tccli/default.configure", r#"{"billing": {"endpoint": "billing.intl.tencentcloudapi.com"}}"#)
        .file(".tccli/china.credential", &file("AKIDsandboxcn7"))
        .file(".tccli/copy.credential", &file(TENCENT))
        .file(
            ".aliyun/config.json",
            &aliyun_profiles(&[
                ("base", &ak(ALIYUN)),
                ("world", &ak("LTAIsandboxintl3")),
                ("copy", &ak(ALIYUN)),
            ]),
        )
        .file(
            ".alibabacloud/credentials",
            &format!("[default]\naccess_key_id = {ALIYUN}\naccess_key_secret = {}\n", secret_of(ALIYUN)),
        );
    let run = cloud.keyless(&[]).home(&home).tencent_key("AKIDsandboxintl8");
    assert_snapshot!(home.whole(&run.run()), @"
    ACCOUNT              ACCOUNT ID    CURRENCY       AVAILABLE        CASH    CREDIT LIMIT  TEMPORARY     FROZEN  OWED
    tencent/environment  600000561292  USD       100,000,000.00              100,000,000.00       0.00       0.00  0.00
    tencent/default      600000561284  USD       100,000,000.00              100,000,000.00       0.00       0.00  0.00
    tencent/china        100012345007  CNY           155,551.90  123,456.78       50,000.00       0.00  20,000.00  0.00
    aliyun/base                        CNY            10,000.00   10,000.00            0.00
    aliyun/world                       USD             1,828.72    1,828.72            0.00
    ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    total of 3                         USD       200,001,828.72
    total of 2                         CNY           165,551.90
    read [TIME] UTC
    --- exit status 0
    ");
    let counts = cloud.statistics().by_action;
    assert_eq!(counts["DescribeAccountBalance"], 4, "each key once, and one whose site is not known twice");
    let only = cloud.keyless(&["all", "--provider", "aliyun", "world"]).home(&home).run();
    assert_snapshot!(home.whole(&only), @"
    ACCOUNT       CURRENCY  AVAILABLE      CASH  CREDIT LIMIT
    aliyun/world  USD        1,828.72  1,828.72          0.00
    ─────────────────────────────────────────────────────────
    total of 1    USD        1,828.72
    read [TIME] UTC
    --- exit status 0
    ");
}

#[test]
fn a_half_filled_profile_is_an_error_and_the_others_are_shown() {
    let cloud = Cloud::start(Options::default());
    let home = Home::new().file(".tccli/default.credential", r#"{"secretId": "AKIDsandboxintldemo"}"#).file(
        ".aliyun/config.json",
        &aliyun_profiles(&[("base", &format!(r#""mode": "AK", {}"#, pair(ALIYUN)))]),
    );
    assert_snapshot!(home.whole(&cloud.keyless(&[]).home(&home).run()), @"
    ACCOUNT          CURRENCY           AVAILABLE       CASH  CREDIT LIMIT
    tencent/default            error: credentials
    aliyun/base      CNY                10,000.00  10,000.00          0.00
    ──────────────────────────────────────────────────────────────────────
    total of 1       CNY                10,000.00
    read [TIME] UTC
    --- stderr
    error: tencent/default: profile `default` in `~/.tccli/default.credential`: `secretKey` is not set but `secretId` is set
    hint: run `tccli configure`
    --- exit status 1
    ");
    // The one account of a cloud that is broken is not replaced by another one.
    let single = cloud.keyless(&["tencent", "balance"]).home(&home).run();
    assert_eq!(single.status, Some(2), "{single:?}");
}

/// Five accounts in an order of their own, the third of which fails.
fn configured() -> Home {
    Home::new()
        .file(
            ".aliyun/config.json",
            &aliyun_profiles(&[("base", &format!(r#""mode": "AK", {}"#, pair(ALIYUN)))]),
        )
        .file(
            "sdk.ini",
            &format!("[default]\nsecret_id = AKIDsandboxcn5\nsecret_key = {}\n", secret_of("AKIDsandboxcn5")),
        )
        .config(&format!(
            r#"
            [accounts.zebra]
            provider = "tencent"
            credentials = {{ env = "PROD_" }}

            [accounts.shop]
            provider = "aliyun"
            credentials = {{ profile = "base" }}
            role_arn = "acs:ram::1234567890:role/billing"

            [accounts.denied]
            provider = "tencent"
            credentials = {{ secret_id = "AKIDsandboxintl-denied", secret_key = "{}" }}

            [accounts.file]
            provider = "tencent"
            site = "cn"
            credentials = {{ file = "../../sdk.ini" }}

            [accounts.head]
            provider = "tencent"
            members = true
            credentials = {{ env = true }}
            "#,
            secret_of("AKIDsandboxintl-denied")
        ))
}

fn run_configured(cloud: &Cloud, home: &Home, arguments: &[&str]) -> Said {
    let prod = "AKIDsandboxintl2-owing";
    let run = cloud.keyless(arguments).home(home).tencent_key(TENCENT);
    run.env("PROD_TENCENTCLOUD_SECRET_ID", prod).env("PROD_TENCENTCLOUD_SECRET_KEY", &secret_of(prod)).run()
}

#[test]
fn rows_come_in_the_configurations_order_with_failures_in_their_place() {
    let cloud = Cloud::start(Options { members: 2, ..Options::default() });
    let home = configured();
    assert_snapshot!(home.whole(&run_configured(&cloud, &home, &[])), @"
    ACCOUNT         ACCOUNT ID    SUB-ACCOUNT   NAME               CURRENCY          AVAILABLE        CASH    CREDIT LIMIT  TEMPORARY     FROZEN      OWED
    tencent/zebra   600000561286                                   USD               -1,234.56                        0.00       0.00       0.00  1,234.56
    aliyun/shop                                                    CNY               10,000.00   10,000.00            0.00
    tencent/denied                                                           error: permission
    tencent/file    100012345005                                   CNY              155,551.90  123,456.78       50,000.00       0.00  20,000.00      0.00
    tencent/head    600000561284                                   USD          100,000,000.00              100,000,000.00       0.00       0.00      0.00
    tencent/head                  700001941608  kleinerwang_test   USD              363,659.11  363,659.11            0.00       0.00                 0.00
    tencent/head                  700100007919  Harbour Trading 1  USD              414,755.58  414,755.58      125,000.00  25,000.00                 0.00
    ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    total of 4                                                     USD          100,777,180.13
    total of 2                                                     CNY              165,551.90
    read [TIME] UTC
    --- stderr
    error: tencent/denied: Tencent Cloud refused: you are not authorized to perform operation (finance:DescribeAccountBalance) (code UnauthorizedOperation.CamNoAuth, request id [ID])
    hint: grant the CAM action `finance:DescribeAccountBalance` to the user of this key
    --- exit status 1
    ");
    let streamed = run_configured(&cloud, &home, &["-o", "ndjson", "-q"]).stdout;
    let order: Vec<String> = streamed
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|line| format!("{} {} {}", line["type"], line["account"], line["currency"]).replace('"', ""))
        .collect();
    assert_snapshot!(order.join("\n"), @"
    balance zebra USD
    balance shop CNY
    error denied null
    balance file CNY
    balance head USD
    balance head USD
    balance head USD
    total null USD
    total null CNY
    ");
}

#[test]
fn accounts_are_chosen_by_their_names() {
    let cloud = Cloud::start(Options { members: 2, ..Options::default() });
    let home = configured();
    let run = |arguments: &[&str]| home.whole(&run_configured(&cloud, &home, arguments));
    assert_snapshot!(run(&["all", "file", "aliyun/shop"]), @"
    ACCOUNT       ACCOUNT ID    CURRENCY   AVAILABLE        CASH  CREDIT LIMIT  TEMPORARY     FROZEN  OWED
    aliyun/shop                 CNY        10,000.00   10,000.00          0.00
    tencent/file  100012345005  CNY       155,551.90  123,456.78     50,000.00       0.00  20,000.00  0.00
    ──────────────────────────────────────────────────────────────────────────────────────────────────────
    total of 2                  CNY       165,551.90
    read [TIME] UTC
    --- exit status 0
    ");
    assert_snapshot!(run(&["tencent", "balance", "--account", "file"]), @"
    ACCOUNT       ACCOUNT ID    CURRENCY   AVAILABLE        CASH  CREDIT LIMIT  TEMPORARY     FROZEN  OWED
    tencent/file  100012345005  CNY       155,551.90  123,456.78     50,000.00       0.00  20,000.00  0.00
    ──────────────────────────────────────────────────────────────────────────────────────────────────────
    total of 1                  CNY       155,551.90
    read [TIME] UTC
    --- exit status 0
    ");
    assert_snapshot!(run(&["aliyun", "balance", "--profile", "base"]), @"
    ACCOUNT      CURRENCY  AVAILABLE       CASH  CREDIT LIMIT
    aliyun/base  CNY       10,000.00  10,000.00          0.00
    ─────────────────────────────────────────────────────────
    total of 1   CNY       10,000.00
    read [TIME] UTC
    --- exit status 0
    ");
    assert_snapshot!(run(&["all", "zebar"]), @"
    --- stderr
    error: no account `zebar`
    hint: did you mean `zebra`? `cloudbal accounts` shows all
    --- exit status 2
    ");
    assert_snapshot!(run(&["tencent", "balance", "--account", "deneid"]), @"
    --- stderr
    error: no account `deneid`
    hint: did you mean `denied`? `cloudbal accounts` shows all
    --- exit status 2
    ");
    assert_snapshot!(run(&["tencent", "balance"]), @"
    --- stderr
    error: the configuration has 4 accounts of Tencent Cloud
    hint: choose one with `--account`: zebra, denied, file, head
    --- exit status 2
    ");
    assert_snapshot!(run(&["aliyun", "balance", "--profile", "bass"]), @"
    ACCOUNT               AVAILABLE
    aliyun/bass  error: credentials
    read [TIME] UTC
    --- stderr
    error: aliyun/bass: no profile `bass` in `~/.aliyun/config.json`
    hint: its profiles: `base`
    --- exit status 2
    ");
}

#[test]
fn a_temporary_key_in_a_profile_brings_its_token() {
    let cloud = Cloud::start(Options::default());
    let (tencent, aliyun) = ("AKIDsandboxcntemp", "STS.sandboxintl");
    let sts = format!(r#""mode": "StsToken", {}, "sts_token": "{}""#, pair(aliyun), token_of(aliyun));
    let home = Home::new()
        .file(
            ".tccli/default.credential",
            &format!(
                r#"{{"type": "oauth", "secretId": "{tencent}", "secretKey": "{}", "token": "{}", "expiresAt": 4102444800}}"#,
                secret_of(tencent),
                token_of(tencent)
            ),
        )
        .file(".aliyun/config.json", &aliyun_profiles(&[("base", &sts)]));
    assert_snapshot!(summary(&all(&cloud, &home).run()), @"
    tencent default cn CNY 155551.90
    aliyun base intl USD 1828.72
    exit status 0
    ");
}
