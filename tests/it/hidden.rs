//! Names that act on a terminal, or hide: every command shows them and sends none of them.

use cloudbal::sandbox::{Options, secret_of};
use insta::assert_snapshot;

use crate::support::{Cloud, Home, Said, cloudbal};

const HOSTILE: &str = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}x\u{3164}\u{2800}";

/// Profiles of one tool: one of an ordinary name, one whose name acts and hides, one with a line break in its name.
fn home() -> Home {
    let profile = |name: &str, key: &str| {
        serde_json::json!({
            "name": name, "mode": "AK", "access_key_id": key, "access_key_secret": secret_of(key),
        })
    };
    let profiles = [
        profile("default", "LTAIsandboxcndemo"),
        profile(HOSTILE, "LTAIsandboxintldemo"),
        profile("a\nerror: b\u{200b}", "LTAIsandboxcn3"),
        profile("invisible\u{200b}\u{202e}name", "LTAIsandboxcn4"),
    ];
    let config = serde_json::json!({ "current": "default", "profiles": profiles });
    Home::new().file(".aliyun/config.json", &config.to_string())
}

fn assert_harmless(said: &Said) {
    let acts = |character: char| {
        character != '\n'
            && (character.is_control() || "\u{202e}\u{200b}\u{3164}\u{2800}".contains(character))
    };
    for text in [&said.stdout, &said.stderr] {
        assert!(!text.contains(acts), "{text:?}");
    }
}

#[test]
fn with_verbose_a_name_is_written_out() {
    let cloud = Cloud::start(Options::default());
    let said = cloud.keyless(&["-vv", "aliyun", "--profile", HOSTILE, "-o", "json"]).home(&home()).run();
    assert_harmless(&said);
    let said = cloud.keyless(&["-vv"]).home(&home()).run();
    assert_harmless(&said);
    assert!(
        said.stderr.contains(r"[\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}x\u{3164}\u{2800}] "),
        "{said:?}"
    );
}

#[test]
fn init_writes_names_out_and_says_which_profile_it_leaves_out() {
    let home = home();
    let path = home.path(".config/cloudbal/config.toml");
    let run = |arguments: &[&str]| {
        let said = cloudbal(arguments).home(&home).env("CLOUDBAL_CONFIG", path.to_str().unwrap()).run();
        assert_harmless(&said);
        home.whole(&said)
    };
    assert_snapshot!(run(&["init", "--yes"]), @r"
    wrote [HOME]/.config/cloudbal/config.toml
    2 accounts: default, invisible\u{200b}\u{202e}name
    left out, because they are not usable or a file cannot refer to them: aliyun/\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}x\u{3164}\u{2800}, aliyun/a\nerror: b\u{200b}
    next: `cloudbal doctor` examines the accounts, `cloudbal` shows their balances
    --- exit status 0
    ");
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written.contains(r#"credentials = { profile = "invisible\u200B\u202Ename" }"#), "{written}");
    assert!(!written.contains(['\u{200b}', '\u{202e}', '\u{1b}']));
    assert_snapshot!(run(&["config", "show"]), @r#"
    [accounts.default]
    provider = "aliyun"
    site = "auto"
    members = false
    credentials = { profile = "default" }

    [accounts."invisible\u200B\u202Ename"]
    provider = "aliyun"
    site = "auto"
    members = false
    credentials = { profile = "invisible\u200B\u202Ename" }
    --- exit status 0
    "#);
    run(&["config", "check"]);
    run(&["accounts"]);
}

#[test]
fn every_format_writes_a_hidden_character_out() {
    for format in ["table", "json", "yaml", "csv", "ndjson"] {
        let said = cloudbal(&["accounts", "-o", format]).home(&home()).run();
        let said = Said { stdout: said.stdout.replace('\r', ""), ..said };
        // A line break within a cell of CSV stays, in quotes.
        assert_harmless(&said);
    }
}
