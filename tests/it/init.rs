//! The first configuration is written from what is found, and what is written works.

use cloudbal::sandbox::{Options, secret_of};
use insta::assert_snapshot;

use crate::support::{Cloud, Cloudbal, Home, cloudbal};

/// What a file says without its comments.
fn settings(text: &str) -> String {
    let says = |line: &&str| !line.is_empty() && !line.starts_with('#');
    text.lines().filter(says).map(|line| format!("{line}\n")).collect()
}

/// Profiles of both tools, an SDK's file, and one profile that has expired.
fn home() -> Home {
    let [tencent, aliyun, sdk] =
        ["AKIDsandboxintldemo", "LTAIsandboxcndemo", "LTAIsandboxintl7"].map(|key| (key, secret_of(key)));
    Home::new()
        .file(
            ".tccli/default.credential",
            &format!(r#"{{"secretId": "{}", "secretKey": "{}"}}"#, tencent.0, tencent.1),
        )
        .file(".tccli/default.configure", r#"{"billing": {"endpoint": "billing.intl.tencentcloudapi.com"}}"#)
        .file(
            ".tccli/old.credential",
            r#"{"type": "sso", "secretId": "AKID", "secretKey": "hush", "token": "hush", "expiresAt": 1700000000}"#,
        )
        .file(
            ".aliyun/config.json",
            &format!(
                r#"{{"current": "default", "profiles": [{{"name": "default", "mode": "AK", "access_key_id": "{}", "access_key_secret": "{}"}}]}}"#,
                aliyun.0, aliyun.1
            ),
        )
        .file(
            ".alibabacloud/credentials",
            &format!(
                "[default]\naccess_key_id = {}\naccess_key_secret = {}\n[second]\naccess_key_id = LTAIsecond\naccess_key_secret = hush\n",
                sdk.0, sdk.1
            ),
        )
}

/// `cloudbal init`, to a place that is the same on every system.
fn init(home: &Home, arguments: &[&str]) -> Cloudbal {
    let path = home.path(".config/cloudbal/config.toml");
    cloudbal(&[&["init"], arguments].concat()).home(home).env("CLOUDBAL_CONFIG", path.to_str().unwrap())
}

#[test]
fn what_is_found_is_named_and_the_next_commands_work() {
    let (cloud, home) = (Cloud::start(Options::default()), home());
    assert_snapshot!(home.whole(&init(&home, &["--yes"]).run()), @"
    wrote [HOME]/.config/cloudbal/config.toml
    3 accounts: default, aliyun-default, default-2
    left out, because they are not usable or a file cannot refer to them: tencent/old, aliyun/second
    next: `cloudbal doctor` examines the accounts, `cloudbal` shows their balances
    --- exit status 0
    ");
    let path = home.path(".config/cloudbal/config.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let here = home.path("").to_str().unwrap().trim_end_matches('/').to_owned();
    assert_snapshot!(settings(&text).replace(&here, "[HOME]"), @r#"
    [defaults]
    [accounts]
    [accounts.default]
    provider = "tencent"
    site = "intl"
    credentials = { profile = "default" }
    [accounts.aliyun-default]
    provider = "aliyun"
    credentials = { profile = "default" }
    [accounts.default-2]
    provider = "aliyun"
    credentials = { file = "[HOME]/.alibabacloud/credentials" }
    "#);
    assert!(!text.contains("sandbox-secret-of") && !text.contains("hush") && !text.contains("LTAIsandbox"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_snapshot!(home.whole(&cloudbal(&["config", "path"]).home(&home).run()), @"
    [HOME]/.config/cloudbal/config.toml
    --- exit status 0
    ");
    assert_snapshot!(home.whole(&cloudbal(&["config", "check"]).home(&home).run()), @"
    ok: 3 accounts
    --- exit status 0
    ");
    assert_snapshot!(home.whole(&cloudbal(&["config", "show"]).home(&home).run()), @r#"
    [accounts.default]
    provider = "tencent"
    site = "intl"
    members = false
    credentials = { profile = "default" }

    [accounts.aliyun-default]
    provider = "aliyun"
    site = "auto"
    members = false
    credentials = { profile = "default" }

    [accounts.default-2]
    provider = "aliyun"
    site = "auto"
    members = false
    credentials = { file = "[HOME]/.alibabacloud/credentials" }
    --- exit status 0
    "#);
    let all = cloud.keyless(&["--query", "balances[].[account, site, available]", "-o", "ndjson"]);
    assert_snapshot!(home.whole(&all.home(&home).run()), @r#"
    ["default","intl","100000000.00"]
    ["aliyun-default","cn","10000.00"]
    ["default-2","intl","1828.72"]
    --- exit status 0
    "#);
}

#[test]
fn a_file_that_is_there_is_never_overwritten() {
    let home = Home::new().config("# mine\n");
    let run = |arguments: &[&str]| home.whole(&cloudbal(arguments).home(&home).run());
    let yes = run(&["init", "--yes"]);
    assert_snapshot!(yes, @"
    --- stderr
    error: there is a configuration already: `[HOME]/.config/cloudbal/config.toml`
    hint: edit it; `cloudbal config check` finds mistakes, `cloudbal config schema` helps editors
    --- exit status 2
    ");
    assert_eq!(run(&["init"]), yes, "there is nothing to ask");
    assert_eq!(std::fs::read_to_string(home.path(".config/cloudbal/config.toml")).unwrap(), "# mine\n");
}

#[cfg(target_os = "linux")]
#[test]
fn the_place_is_the_systems_own() {
    let home = Home::new();
    let run = || cloudbal(&["config", "path"]).home(&home);
    assert_eq!(run().run().stdout, format!("{}\n", home.path(".config/cloudbal/config.toml").display()));
    let elsewhere = run().env("XDG_CONFIG_HOME", "/nonexistent").run();
    assert_eq!(elsewhere.stdout, "/nonexistent/cloudbal/config.toml\n");
}

#[cfg(unix)]
#[test]
fn not_even_through_a_link_to_nowhere() {
    let home = Home::new().file("mine/keep", "");
    std::os::unix::fs::symlink(home.path("mine/new"), home.path("link.toml")).unwrap();
    let path = home.path("link.toml");
    let said = cloudbal(&["init", "--yes", "--config", path.to_str().unwrap()]).home(&home).run();
    assert_eq!(said.status, Some(2), "{said:?}");
    assert!(!home.path("mine/new").exists());
}

#[test]
fn nobody_to_ask_is_an_error_that_says_so() {
    let home = home();
    assert_snapshot!(home.whole(&init(&home, &[]).stdin("y\n").run()), @"
    --- stderr
    error: cannot ask for confirmation: not a terminal
    hint: add `--yes` to write `[HOME]/.config/cloudbal/config.toml`
    --- exit status 2
    ");
    assert!(!home.path(".config").exists());
    assert_snapshot!(home.whole(&init(&home, &["--yes", "--sandbox"]).run()), @"
    --- stderr
    error: unexpected argument '--sandbox' found

    Usage: cloudbal init --yes

    For more information, try '--help'.
    --- exit status 2
    ");
    assert!(!home.path(".config").exists());
}

#[test]
fn another_place_can_be_named_and_nothing_found_is_no_error() {
    let home = Home::new();
    let path = home.path("deep/in/here.toml");
    let run = |arguments: &[&str]| {
        cloudbal(arguments).home(&home).env("CLOUDBAL_CONFIG", path.to_str().unwrap()).run()
    };
    assert_snapshot!(home.whole(&run(&["config", "path"])), @"
    [HOME]/deep/in/here.toml
    --- exit status 0
    ");
    assert_snapshot!(home.whole(&run(&["config", "check"])), @"
    --- stderr
    error: no configuration file `[HOME]/deep/in/here.toml`
    hint: write one with `cloudbal init`; without it cloudbal uses what the clouds' own tools keep
    --- exit status 2
    ");
    assert_snapshot!(home.whole(&run(&["init", "--yes"])), @"
    wrote [HOME]/deep/in/here.toml
    0 accounts
    next: `cloudbal doctor` examines the accounts, `cloudbal` shows their balances
    --- exit status 0
    ");
    assert_eq!(run(&["config", "check"]).stdout, "ok: 0 accounts\n");
    assert_snapshot!(home.whole(&run(&["init", "--yes"])), @"
    --- stderr
    error: there is a configuration already: `[HOME]/deep/in/here.toml`
    hint: edit it; `cloudbal config check` finds mistakes, `cloudbal config schema` helps editors
    --- exit status 2
    ");
}

#[test]
fn mistakes_are_shown_and_do_not_stand_in_the_way_of_asking_where_the_file_is() {
    let home = Home::new().config("[defaults]\noutptu = \"json\"\n");
    assert_snapshot!(home.whole(&cloudbal(&["config", "check"]).home(&home).run()), @"
    --- stderr
    error: [HOME]/.config/cloudbal/config.toml:2:1: unknown key `outptu` in `defaults`
    hint: did you mean `output`?
    --- exit status 2
    ");
    assert_eq!(cloudbal(&["config", "path"]).home(&home).run().status, Some(0));
    assert_eq!(cloudbal(&["config", "show"]).home(&home).run().status, Some(2));
    assert!(cloudbal(&["config", "schema"]).home(&home).run().json()["$schema"].is_string());
}

#[test]
fn what_is_shown_holds_no_secret() {
    let home = Home::new().config(
        "[defaults]\nproxy = \"http://user:hush@127.0.0.1:9\"\n[accounts.a]\nprovider = \"tencent\"\n\
         credentials = { secret_id = \"AKIDsandboxintldemo\", secret_key = \"hush\" }\n",
    );
    let said = cloudbal(&["config", "show"]).home(&home).run();
    assert!(!said.stdout.contains("hush") && !said.stdout.contains("AKIDsandboxintldemo"), "{said:?}");
    assert_eq!(said.status, Some(0));
}
