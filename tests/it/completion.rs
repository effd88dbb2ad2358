//! Shells are offered what is there, and nothing else happens.

use crate::support::{Home, cloudbal};

/// What a shell is offered for the last word of a line.
fn offered_by(shell: &str, home: &Home, line: &[&str]) -> Vec<String> {
    let index = (line.len() - 1).to_string();
    let run = cloudbal(&[&["--"], line].concat()).home(home);
    let said = run.env("COMPLETE", shell).env("_CLAP_COMPLETE_INDEX", &index).env("_CLAP_IFS", "\n").run();
    assert_eq!((said.status, said.stderr.as_str()), (Some(0), ""), "{line:?}");
    said.stdout.lines().map(str::to_owned).collect()
}

fn offered(home: &Home, line: &[&str]) -> Vec<String> {
    offered_by("bash", home, line)
}

fn home() -> Home {
    Home::new()
        .config(
            "[accounts.prod]\nprovider = 'tencent'\n[accounts.prod-2]\nprovider = 'aliyun'\n\
             [accounts.'my shop']\nprovider = 'aliyun'\ncredentials = { command = 'touch ran' }\n\
             [accounts.test]\nprovider = 'tencent'\ncredentials = { profile = 'gone' }\n",
        )
        .file(".tccli/default.credential", r#"{"secretId": "AKIDa", "secretKey": "hush"}"#)
        .file(".tccli/ops.credential", r#"{"secretId": "AKIDb", "secretKey": "hush"}"#)
        .file(".aliyun/config.json", r#"{"current": "shop", "profiles": [{"name": "shop", "mode": "AK", "access_key_id": "LTAI", "access_key_secret": "hush"}]}"#)
}

#[test]
fn accounts_profiles_providers_and_values_are_offered() {
    let home = home();
    assert_eq!(offered(&home, &["cloudbal", "all", "pr"]), ["prod", "prod-2"]);
    assert_eq!(offered(&home, &["cloudbal", "check", "my"]), ["'my shop'"]);
    assert_eq!(offered_by("fish", &home, &["cloudbal", "doctor", "my"]), ["my shop"]);
    assert_eq!(offered(&home, &["cloudbal", "tencent", "balance", "--account", ""]), ["prod", "test"]);
    assert_eq!(offered(&home, &["cloudbal", "aliyun", "balance", "--account=pr"]), ["--account=prod-2"]);
    assert_eq!(offered(&home, &["cloudbal", "tencent", "members", "--profile", ""]), ["default", "ops"]);
    assert_eq!(offered(&home, &["cloudbal", "alibaba", "balance", "--profile", ""]), ["shop"]);
    assert_eq!(offered(&home, &["cloudbal", "all", "--provider", ""]), ["tencent", "aliyun"]);
    let formats = offered(&home, &["cloudbal", "-o", ""]);
    assert!(
        ["table", "json", "ndjson", "csv", "yaml", "xlsx"]
            .iter()
            .all(|name| formats.contains(&(*name).to_owned())),
        "{formats:?}"
    );
    assert_eq!(offered(&home, &["cloudbal", "tencent", "members", "-o", "nd"]), ["ndjson"]);
    assert_eq!(offered(&home, &["cloudbal", "aliyun", "balance", "--signature", ""]), ["rpc", "acs3"]);
    assert_eq!(offered(&home, &["cloudbal", "te"]), ["tencent", "test"]);
    assert!(!home.path("ran").exists() && !std::path::Path::new("ran").exists());
}

#[test]
fn columns_are_offered_one_after_the_other_and_none_twice() {
    let home = home();
    let columns = |begun: &str| offered(&home, &["cloudbal", "all", "--columns", begun]);
    assert_eq!(columns("").len(), 24);
    assert_eq!(columns("ava"), ["available"]);
    assert_eq!(columns("account,ava"), ["account,available"]);
    assert_eq!(
        columns("sub_account_name,c"),
        ["currency", "cash", "credit_limit", "code"].map(|name| format!("sub_account_name,{name}"))
    );
    assert_eq!(columns("name,na"), [""; 0], "it is chosen already");
    assert_eq!(columns("sub_account_name,na"), [""; 0], "it is chosen already, by its other name");
    assert_eq!(columns("nonsense,"), [""; 0]);
    assert_eq!(
        offered(&home, &["cloudbal", "tencent", "members", "--columns=name,ow"]),
        ["--columns=name,owed"]
    );
    assert_eq!(offered(&home, &["cloudbal", "doctor", "--col"]), ["--color"]);
}

#[test]
fn the_accounts_are_those_that_the_line_is_about() {
    let home = home().file("other.toml", "[accounts.else]\nprovider = 'tencent'\n");
    let other = home.path("other.toml");
    let other = other.to_str().unwrap();
    assert_eq!(offered(&home, &["cloudbal", "--config", other, "all", ""])[0], "else");
    assert_eq!(
        offered(&home, &["cloudbal", "all", "--sandbox", "tencent/"]),
        ["tencent/sandbox-intl", "tencent/sandbox-cn"]
    );
}

#[test]
fn options_are_offered_where_they_are_used_and_hidden_ones_nowhere() {
    let home = home();
    assert_eq!(offered(&home, &["cloudbal", "all", "--connect-"]), ["--connect-to", "--connect-timeout"]);
    assert_eq!(offered(&home, &["cloudbal", "schema", "--"]), ["--color", "--help"]);
    for command in [&["cloudbal"][..], &["cloudbal", "tencent", "members"], &["cloudbal", "doctor"]] {
        let all = offered(&home, &[command, &["--"]].concat());
        assert!(all.contains(&"--timeout".to_owned()), "{all:?}");
        assert!(!all.iter().any(|option| option.contains("metadata")), "{all:?}");
        let hidden = offered(&home, &[command, &["--metadata"]].concat());
        assert!(hidden.is_empty(), "{hidden:?}");
    }
}

#[test]
fn a_broken_configuration_offers_nothing_and_says_nothing() {
    let home = Home::new().config("[accounts.a\nprovider =");
    assert_eq!(offered(&home, &["cloudbal", "all", "a"]), [] as [String; 0]);
    assert_eq!(offered(&home, &["cloudbal", "all", "--provider", "t"]), ["tencent"]);
}

#[test]
#[cfg(unix)]
fn a_configuration_that_never_ends_is_not_waited_for() {
    let home = Home::new();
    let pipe = home.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let line = ["cloudbal", "--config", pipe.to_str().unwrap(), "all", "x"];
    assert_eq!(offered(&home, &line), [] as [String; 0]);
}

#[test]
fn a_run_is_never_mistaken_for_completion() {
    let run = |shell: &str, arguments: &[&str]| cloudbal(arguments).env("COMPLETE", shell).run();
    assert!(run("bash", &["--version"]).stdout.starts_with("cloudbal "));
    assert_eq!(run("bash", &["check"]).status, Some(2));
    assert_eq!(run("1", &[]).status, Some(2));
    assert_eq!(run("bash", &[]).stdout, cloudbal(&["completions", "bash"]).run().stdout);
}
