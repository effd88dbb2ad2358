//! No output of any run holds a secret, a token, a signature or what was signed.

use cloudbal::sandbox::{Options, secret_of, token_of};
use insta::assert_snapshot;

use crate::support::{Cloud, Cloudbal, cloudbal};

const TENCENT: &str = "AKIDsandboxintltemp-x";
const ALIYUN: &str = "STS.sandboxcn-x";

fn run(cloud: &Cloud, arguments: &[&str], token: &str) -> String {
    let with_keys: Cloudbal = cloud.keyless(arguments).tencent_key(TENCENT).aliyun_key(ALIYUN);
    let said = with_keys.env("TENCENTCLOUD_TOKEN", token).env("ALIBABA_CLOUD_SECURITY_TOKEN", token).run();
    format!("{}{}", said.stdout, said.stderr)
}

#[test]
fn not_even_when_everything_is_told() {
    let (tencent_token, aliyun_token) = (token_of(TENCENT), token_of(ALIYUN));
    let secrets = [
        secret_of(TENCENT),
        secret_of(ALIYUN),
        tencent_token.clone(),
        aliyun_token.clone(),
        "Signature=".to_owned(),
        "TC3-HMAC".to_owned(),
        "HMAC-SHA".to_owned(),
        "SignatureNonce".to_owned(),
        "hush".to_owned(),
        TENCENT.to_owned(),
        ALIYUN.to_owned(),
    ];
    let clouds = ["throttle", "error500", "reset", "html", "truncated", "skew", "slow"]
        .map(|fault| Cloud::faulty(&[fault]))
        .into_iter()
        .chain([Cloud::start(Options::default())]);
    std::thread::scope(|scope| {
        for cloud in clouds {
            let (secrets, tokens) = (&secrets, [tencent_token.as_str(), &aliyun_token, "wrong-token"]);
            scope.spawn(move || tell_everything(&cloud, &tokens, secrets));
        }
    });
}

/// Runs every command in every way that tells much.
fn tell_everything(cloud: &Cloud, tokens: &[&str], secrets: &[String]) {
    for token in tokens {
        for command in [["tencent", "members"], ["tencent", "balance"], ["aliyun", "balance"]] {
            let proxy = "http://user:hush@127.0.0.1:9";
            for more in [&["-o", "json"][..], &["--signature", "acs3"], &["--proxy", proxy]] {
                let much = ["-vvv", "--retries", "1", "--timeout", "200ms", "--deadline", "700ms"];
                let arguments = [&command[..], &much, more].concat();
                let text = run(cloud, &arguments, token);
                for secret in secrets {
                    assert!(!text.contains(secret.as_str()), "{arguments:?} says `{secret}`:\n{text}");
                }
            }
        }
    }
}

#[test]
fn no_option_takes_a_secret_and_help_shows_no_values() {
    let said = crate::support::cloudbal(&["tencent", "members", "--help"])
        .env("CLOUDBAL_PROXY", "http://user:hush@127.0.0.1:9")
        .run();
    assert!(said.stdout.contains("CLOUDBAL_PROXY"), "{}", said.stdout);
    assert!(!said.stdout.contains("hush"));
    for word in ["secret", "token", "password"] {
        assert!(!said.stdout.to_lowercase().contains(&format!("--{word}")), "{word}");
    }
}

#[test]
fn not_even_when_the_command_line_cannot_be_read() {
    let endpoint = "https://u:hush@host/";
    let said = |arguments: &[&str]| cloudbal(arguments).run().whole();
    assert_snapshot!(said(&["tencent", "balance", "--endpoint", endpoint]), @"
    --- stderr
    error: invalid value 'https://****@host/' for '--endpoint <URL>': `host/` is not a valid endpoint: it contains a user

    For more information, try '--help'.
    --- exit status 2
    ");
    let by_variable = cloudbal(&["tencent", "balance"]).env("CLOUDBAL_ENDPOINT", endpoint).run();
    assert_snapshot!(by_variable.whole(), @"
    --- stderr
    error: invalid value 'https://****@host/' for '--endpoint <URL>': `host/` is not a valid endpoint: it contains a user

      tip: it comes from the variable CLOUDBAL_ENDPOINT

    For more information, try '--help'.
    --- exit status 2
    ");
    for wrong in [
        &["--timeout", endpoint][..],
        &["--output", endpoint],
        &["--endpont", endpoint],
        &["--endpont=https://u:hush@host/"],
        &[endpoint],
        &["all", "--provider", endpoint],
        &["tencent", endpoint],
        &["tencent", "balance", endpoint],
    ] {
        let said = cloudbal(wrong).run();
        assert!(said.status == Some(2) && !said.whole().contains("hush"), "{wrong:?}: {said:?}");
    }
}
