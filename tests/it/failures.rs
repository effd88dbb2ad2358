//! What goes wrong is told in words that say what to do, and what may pass is tried again.

use std::time::Instant;

use cloudbal::sandbox::Options;
use insta::assert_snapshot;

use crate::support::Cloud;

#[test]
fn a_wrong_secret_is_refused_and_the_string_to_sign_is_not_repeated() {
    let cloud = Cloud::start(Options::default());
    let tencent =
        cloud.cloudbal(&["tencent", "balance"]).env("TENCENTCLOUD_SECRET_KEY", "wrong-secret").run();
    assert_snapshot!(tencent.whole(), @"
    ACCOUNT                          AVAILABLE
    tencent/environment  error: authentication
    read [TIME] UTC
    --- stderr
    error: tencent/environment: Tencent Cloud refused: The provided credentials could not be validated. Please ensure your signature is correct. (code AuthFailure.SignatureFailure, request id [ID])
    hint: check the SecretKey: it does not match the SecretId
    --- exit status 1
    ");
    let aliyun =
        cloud.cloudbal(&["aliyun", "balance"]).env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "wrong-secret").run();
    assert_snapshot!(aliyun.whole(), @"
    ACCOUNT                         AVAILABLE
    aliyun/environment  error: authentication
    read [TIME] UTC
    --- stderr
    error: aliyun/environment: Alibaba Cloud refused: (it repeats what was signed and is not shown) (code SignatureDoesNotMatch, request id [ID])
    hint: check the AccessKeySecret: it does not match the AccessKeyId
    --- exit status 1
    ");
    assert_eq!(cloud.statistics().requests, 2, "asking again would not help");
}

#[test]
fn a_missing_permission_names_the_action_to_grant() {
    let cloud = Cloud::start(Options::default());
    let run = |arguments: &[&str]| {
        cloud
            .keyless(arguments)
            .tencent_key("AKIDsandboxintl-denied")
            .aliyun_key("LTAIsandboxcn-denied")
            .run()
    };
    assert_snapshot!(run(&["tencent", "members"]).whole(), @"
    ACCOUNT                      AVAILABLE
    tencent/environment  error: permission
    read [TIME] UTC
    --- stderr
    error: tencent/environment: Tencent Cloud refused: you are not authorized to perform operation (finance:DescribeOrgMemberAccountBalance) (code UnauthorizedOperation.CamNoAuth, request id [ID])
    hint: grant the CAM action `finance:DescribeOrgMemberAccountBalance` to the user of this key
    --- exit status 1
    ");
    assert_snapshot!(run(&["aliyun", "balance"]).whole(), @"
    ACCOUNT                     AVAILABLE
    aliyun/environment  error: permission
    read [TIME] UTC
    --- stderr
    error: aliyun/environment: Alibaba Cloud refused: This API is not authorized for caller. (code NotAuthorized, request id [ID])
    hint: grant the RAM action `bss:DescribeAcccount` (three c's), or the policy AliyunBSSReadOnlyAccess, to the user of this key
    --- exit status 1
    ");
}

#[test]
fn failures_that_may_pass_are_asked_again() {
    for fault in ["throttle:0.5", "error500:0.5", "reset:0.5", "truncated:0.5"] {
        let cloud = Cloud::faulty(&[fault]);
        for arguments in [["tencent", "balance"], ["aliyun", "balance"]] {
            let said = cloud.cloudbal(&arguments).run();
            assert_eq!(said.status, Some(0), "{fault}: {said:?}");
        }
        assert!(cloud.statistics().requests > 2, "{fault}: some were asked twice");
    }
}

#[test]
fn after_the_last_retry_the_error_says_what_and_how_often() {
    for (fault, kind) in [("error500", "server"), ("reset", "network"), ("truncated", "network")] {
        let cloud = Cloud::faulty(&[fault]);
        let said = cloud.cloudbal(&["aliyun", "balance", "-o", "json", "--retries", "1"]).run();
        let error = &said.json()["errors"][0];
        assert_eq!(error["kind"], kind, "{fault}: {error}");
        assert!(error["message"].as_str().unwrap().ends_with("(after 2 attempts)"), "{fault}: {error}");
        assert_eq!(said.status, Some(1));
    }
}

#[test]
fn a_web_page_is_no_balance() {
    let cloud = Cloud::faulty(&["html"]);
    assert_snapshot!(cloud.cloudbal(&["aliyun", "balance"]).run().whole(), @"
    ACCOUNT                           AVAILABLE
    aliyun/environment  error: unreadable reply
    read [TIME] UTC
    --- stderr
    error: aliyun/environment: unreadable reply: HTTP 200, text/html; charset=utf-8, 144 bytes: not JSON: error at line 1 column 1
    hint: a web page came instead of an answer: a proxy or a login page may stand in between
    --- exit status 1
    ");
}

#[test]
fn a_slow_reply_ends_at_the_time_out() {
    let cloud = Cloud::faulty(&["slow"]);
    let start = Instant::now();
    let said = cloud.cloudbal(&["tencent", "balance", "--timeout", "300ms", "--retries", "0"]).run();
    assert_snapshot!(said.whole(), @"
    ACCOUNT                   AVAILABLE
    tencent/environment  error: timeout
    read [TIME] UTC
    --- stderr
    error: tencent/environment: no complete reply from billing.intl.tencentcloudapi.com within 0.3 s
    hint: try again, or raise `--timeout`
    --- exit status 1
    ");
    assert!(start.elapsed().as_secs() < 5);
}

#[test]
fn a_clock_that_is_off_is_corrected_and_told() {
    let cloud = Cloud::faulty(&["skew"]);
    for arguments in [["tencent", "balance", "-q"], ["aliyun", "balance", "-q"]] {
        assert_eq!(cloud.cloudbal(&arguments).run().status, Some(0));
    }
    assert_eq!(cloud.statistics().requests, 4);
    let said = cloud.cloudbal(&["aliyun", "balance"]).run();
    let minutes = said.stderr.strip_prefix("warning: this machine's clock is ").unwrap();
    assert!(minutes.starts_with("20 min ") || minutes.starts_with("19 min 59 s"), "{}", said.stderr);
}

#[test]
fn nobody_listening_is_told_with_the_host() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let endpoint = format!("http://127.0.0.1:{port}");
    let said = crate::support::cloudbal(&["aliyun", "balance", "--retries", "0", "--endpoint", &endpoint]);
    assert_snapshot!(said.aliyun_key("LTAIsandboxcndemo").run().whole(), @"
    ACCOUNT                  AVAILABLE
    aliyun/environment  error: network
    read [TIME] UTC
    --- stderr
    error: aliyun/environment: cannot connect to [ADDRESS]: Connection refused (os error 111)
    hint: check the network, the firewall and the proxy
    --- exit status 1
    ");
}

#[test]
fn a_certificate_of_an_unknown_issuer_is_not_accepted() {
    let cloud = Cloud::start(Options::default());
    let said = cloud.cloudbal(&["aliyun", "balance"]).env("CLOUDBAL_CA_FILE", "").run();
    assert_eq!(said.status, Some(1), "an empty variable counts as not set: {said:?}");
    let other = Cloud::start(Options::default());
    let foreign = other.certificate.path().to_str().unwrap();
    let said =
        cloud.cloudbal(&["aliyun", "balance", "--retries", "0"]).env("CLOUDBAL_CA_FILE", foreign).run();
    assert_snapshot!(said.whole(), @"
    ACCOUNT                  AVAILABLE
    aliyun/environment  error: network
    read [TIME] UTC
    --- stderr
    error: aliyun/environment: no TLS connection to business.aliyuncs.com: certificate issued by an untrusted authority
    hint: behind a TLS-inspecting proxy, pass its certificate with `--ca-file`
    --- exit status 1
    ");
    assert_eq!(cloud.statistics().requests, 0);
}

#[test]
fn the_deadline_ends_the_run_and_what_was_read_is_shown() {
    let cloud = Cloud::start(Options { members: 1000, ..Options::default() });
    let said = cloud.cloudbal(&["tencent", "members", "-o", "ndjson", "--deadline", "500ms"]).run();
    assert_eq!(said.status, Some(1));
    let lines: Vec<&str> = said.stdout.lines().collect();
    assert!(lines.len() > 100, "the first second's pages were read: {}", lines.len());
    assert!(lines[lines.len() - 2].contains("the deadline came before everything was read"));
    assert!(lines[lines.len() - 1].starts_with(r#"{"type":"total""#));
}
