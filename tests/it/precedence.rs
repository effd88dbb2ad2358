//! Which source of credentials is used, told where several name different keys.

use cloudbal::sandbox::{Options, demo, secret_of};
use insta::assert_snapshot;

use crate::support::{Cloud, Home, Said};

fn profile(key: &str) -> String {
    let secret = secret_of(key);
    format!(
        r#"{{"current": "work", "profiles": [{{"name": "work", "mode": "AK", "access_key_id": "{key}", "access_key_secret": "{secret}"}}]}}"#
    )
}

/// A run with a key in the environment and another in a profile.
fn run(arguments: &[&str], variables: &[(&str, &str)], config: Option<&str>) -> Said {
    let cloud = Cloud::start(Options::default());
    let home = Home::new().file(".aliyun/config.json", &profile(&demo("aliyun", "cn").unwrap()));
    let home = match config {
        Some(config) => home.config(config),
        None => home,
    };
    let mut run = cloud.keyless(arguments).home(&home);
    for (name, value) in variables {
        run = run.env(name, value);
    }
    run.run()
}

fn variables(prefix: &str) -> [(String, String); 2] {
    let key = "LTAIsandboxcn7-other";
    [(format!("{prefix}_ID"), key.to_owned()), (format!("{prefix}_SECRET"), secret_of(key))]
}

fn with_key(arguments: &[&str], prefix: &str, config: Option<&str>) -> Said {
    let variables = variables(prefix);
    let variables = variables.each_ref().map(|(name, value)| (name.as_str(), value.as_str()));
    run(arguments, &variables, config)
}

const FIRST: &str = "ALIBABA_CLOUD_ACCESS_KEY";
const FURTHER: &str = "ALICLOUD_ACCESS_KEY";

#[test]
fn verbose_runs_say_which_source_is_used_and_which_are_passed_over() {
    let first = with_key(&["aliyun", "balance", "-v"], FIRST, None);
    assert_snapshot!(first.stderr, @"
    note: aliyun: using LTAI****ther from environment (ALIBABA_CLOUD_ACCESS_KEY_ID); passed over: LTAI****demo from profile `work` in ~/.aliyun/config.json
    [environment] asking https://business.aliyuncs.com for balance
    ");
    let further = with_key(&["aliyun", "balance", "-v"], FURTHER, None);
    assert_snapshot!(further.stderr, @"
    note: aliyun: using LTAI****demo from profile `work` in ~/.aliyun/config.json; passed over: LTAI****ther from environment (ALICLOUD_ACCESS_KEY_ID)
    [work] asking https://business.aliyuncs.com for balance
    ");
    // An account of the configuration that names no source takes the first there is.
    let config = "[accounts.shop]\nprovider = \"aliyun\"\n";
    assert_snapshot!(with_key(&["-v"], FIRST, Some(config)).stderr, @"
    note: aliyun: using LTAI****ther from environment (ALIBABA_CLOUD_ACCESS_KEY_ID); passed over: LTAI****demo from profile `work` in ~/.aliyun/config.json
    [shop] asking https://business.aliyuncs.com for balance
    ");
}

#[test]
fn accounts_and_doctor_say_so_unasked() {
    assert_snapshot!(with_key(&["accounts"], FIRST, None).whole(), @"
    ACCOUNT             SITE  CREDENTIALS   FOUND IN                                   READABLE
    aliyun/environment  auto  LTAI****ther  environment (ALIBABA_CLOUD_ACCESS_KEY_ID)  yes
    aliyun/work         auto  LTAI****demo  ~/.aliyun/config.json                      yes
    --- stderr
    note: aliyun: using LTAI****ther from environment (ALIBABA_CLOUD_ACCESS_KEY_ID); passed over: LTAI****demo from profile `work` in ~/.aliyun/config.json
    --- exit status 0
    ");
    assert_snapshot!(with_key(&["doctor", "work"], FIRST, None).stderr, @"note: aliyun: using LTAI****ther from environment (ALIBABA_CLOUD_ACCESS_KEY_ID); passed over: LTAI****demo from profile `work` in ~/.aliyun/config.json");
}

#[test]
fn nothing_is_said_where_nothing_is_passed_over() {
    let same = demo("aliyun", "cn").unwrap();
    let secret = secret_of(&same);
    let same = [("ALIBABA_CLOUD_ACCESS_KEY_ID", same.as_str()), ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", &secret)];
    let chosen = "[accounts.shop]\nprovider = \"aliyun\"\ncredentials = { profile = \"work\" }\n";
    for said in [
        run(&["accounts"], &same, None),
        run(&["aliyun", "balance", "-v"], &[], None),
        with_key(&["aliyun", "balance"], FIRST, None),
        with_key(&["aliyun", "balance", "-v", "--profile", "work"], FIRST, None),
        with_key(&["-v"], FIRST, Some(chosen)),
        with_key(&["accounts"], FIRST, Some(chosen)),
        with_key(&["accounts", "-q"], FIRST, None),
    ] {
        assert!(!said.stderr.contains("passed over"), "{said:?}");
    }
}
