//! Credentials that people already have: each folder in `tests/credentials` is a machine with an environment and
//! files, a question, and what must come of it.
//!
//! - `ask`: `chain CLOUD`, `passed CLOUD`, `profile CLOUD NAME`, `prefix CLOUD PREFIX`, `file CLOUD PATH` or `everything`
//! - `env`: variables, one `NAME=VALUE` a line; `home/` and `root/`: files
//! - `expect`: what must be found, or the error and its hint; written by hand
//!
//! The time is 2026-11-22T05:00:00Z, which is 1795323600 seconds after 1970.

#![allow(clippy::unwrap_used)] // these are tests, helpers included

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

use chrono::{DateTime, Utc};
use cloudbal::cloud::keys::{Around, File};
use cloudbal::cloud::{self, CLOUDS};
use cloudbal::credentials::{self, Found, Role, Source, Surroundings};
use cloudbal::model::{Credentials, Error, Result};
use proptest::prelude::*;
use serde_json::Value;

fn now() -> DateTime<Utc> {
    "2026-11-22T05:00:00Z".parse().unwrap()
}

#[test]
fn every_machine_gives_what_is_expected_of_it() {
    let mut cases: Vec<_> = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/credentials"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    assert!(cases.len() >= 60, "only {} cases were found", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let expected = fs::read_to_string(case.join("expect")).expect("each case says what is expected");
        let found = answer(case);
        if found != expected {
            let name = case.file_name().unwrap().to_string_lossy();
            wrong.push(format!("--- {name}\nexpected:\n{expected}found:\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// What the library says about a machine.
fn answer(case: &Path) -> String {
    // Not every machine has variables.
    let env = fs::read_to_string(case.join("env")).unwrap_or_default();
    let env: HashMap<&str, &str> = env.lines().map(|line| line.split_once('=').unwrap()).collect();
    let variable = |name: &str| env.get(name).map(OsString::from);
    let home = case.join("home");
    let around =
        Surroundings { variable: &variable, home: Some(home.clone()), root: case.join("root"), now: now() };
    let ask = fs::read_to_string(case.join("ask")).unwrap();
    let words: Vec<&str> = ask.split_whitespace().collect();
    let cloud = |name: &str| cloud::named(name).unwrap();
    let text = match words[..] {
        ["chain", name] => one(credentials::chain(cloud(name), &around)),
        ["profile", name, profile] => one(credentials::profile(cloud(name), profile, &around)),
        ["prefix", name, prefix] => one(credentials::from_prefix(cloud(name), prefix, &around)),
        ["file", name, path] => one(credentials::from_file(cloud(name), &home.join(path), &around)),
        ["passed", name] => {
            let found = credentials::chain(cloud(name), &around).unwrap();
            let others = credentials::passed_over(cloud(name), &found, &around);
            let others = others.into_iter().map(|other| format!("passed over: {}", one(Ok(other))));
            format!("chosen: {}", one(Ok(found))) + &others.collect::<String>()
        }
        ["everything"] => credentials::everything(&around)
            .into_iter()
            .map(|listed| {
                let origins = listed.origins.join(" + ");
                format!("{} {} from {origins}\n{}", listed.cloud.name(), listed.label, one(listed.found))
            })
            .collect(),
        _ => panic!("{}: what is `{ask}`?", case.display()),
    };
    text.replace(case.to_str().unwrap(), "")
}

fn one(result: Result<Found>) -> String {
    match result {
        Ok(found) => {
            let site = found.site.map(|site| format!(", site {site}")).unwrap_or_default();
            format!("{} in {}{site}\n{}", found.label, found.origin, source(&found.source))
        }
        Err(error) => failed(&error),
    }
}

fn failed(error: &Error) -> String {
    format!("{}: {}\nhint: {}\n", error.kind.name(), error.message, error.hint.as_deref().unwrap())
}

fn source(source: &Source) -> String {
    match source {
        Source::Static(credentials) => key(credentials),
        Source::AssumeRole { by, role } => format!("{}by {}", shown(role), self::source(by)),
        Source::WebIdentity { role, provider, token_file } => {
            format!("{}identity {provider} {}\n", shown(role), token_file.display())
        }
        Source::Instance { role } => format!("instance {}\n", role.as_deref().unwrap_or("-")),
        Source::Uri(uri) => format!("uri {}\n", uri.expose()),
        Source::Command(words) => format!("command {words:?}\n"),
        Source::Keyring(name) => format!("keyring {name}\n"),
    }
}

/// The keys in the cases are invented.
fn key(credentials: &Credentials) -> String {
    let token =
        credentials.token.as_ref().map(|token| format!(" token {}", token.expose())).unwrap_or_default();
    let end =
        credentials.expires_at.map(|end| format!(" until {}", end.format("%FT%TZ"))).unwrap_or_default();
    format!("key {} {}{token}{end}\n", credentials.key_id, credentials.secret.expose())
}

fn shown(role: &Role) -> String {
    let optional =
        |name: &str, value: Option<&str>| value.map(|value| format!(" {name} {value}")).unwrap_or_default();
    let duration = role.duration.map(|seconds| seconds.to_string());
    let duration = optional("for", duration.as_deref());
    let external_id = optional("external id", role.external_id.as_deref());
    let region = optional("region", role.region.as_deref());
    let policy = optional("policy", role.policy.as_deref());
    let endpoint = optional("at", role.endpoint.as_deref());
    let vpc = if role.vpc { " vpc" } else { "" };
    let rest = [duration, external_id, policy, region, endpoint, vpc.to_owned()].concat();
    format!("role {} as {}{rest}\n", role.arn, role.session_name)
}

#[test]
fn without_a_home_directory_nothing_is_read_there() {
    let around = Surroundings { variable: &|_| None, home: None, root: "/nonexistent".into(), now: now() };
    let error = credentials::chain(cloud::named("tencent").unwrap(), &around).unwrap_err();
    assert_eq!(
        &*error.message,
        "no credentials for Tencent Cloud: looked at `TENCENTCLOUD_SECRET_ID` and `TENCENTCLOUD_SECRET_KEY`, \
         an identity token (`TKE_ROLE_ARN` is not set), `~/.tccli`, `~/.tencentcloud/credentials`, \
         `/nonexistent/etc/tencentcloud/credentials`, the home directory is not known"
    );
    assert_eq!(error.provider, Some("tencent"));
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_utf8_is_named() {
    use std::os::unix::ffi::OsStringExt as _;
    let variable = |name: &str| name.ends_with("_ID").then(|| OsString::from_vec(vec![b'A', 0xff]));
    let around = Surroundings { variable: &variable, home: None, root: "/nonexistent".into(), now: now() };
    let error = credentials::chain(cloud::named("tencent").unwrap(), &around).unwrap_err();
    assert_eq!(
        failed(&error),
        "credentials: `TENCENTCLOUD_SECRET_ID` holds bytes that are not UTF-8\nhint: set it again\n"
    );
}

#[test]
fn what_metadata_services_answer_is_read() {
    let read = |name: &str, text: &str| {
        credentials::read_document(cloud::named(name).unwrap(), "the metadata service", text, now())
            .map_or_else(|error| failed(&error), |credentials| key(&credentials))
    };
    let tencent = r#"{"Code":"Success","TmpSecretId":"AKIDtmp","TmpSecretKey":"one","Token":"t","ExpiredTime":1795327200,"Expiration":"2026-11-22T06:00:00Z"}"#;
    assert_eq!(read("tencent", tencent), "key AKIDtmp one token t until 2026-11-22T06:00:00Z\n");
    let aliyun = r#"{"Code":"Success","AccessKeyId":"STS.x","AccessKeySecret":"one","SecurityToken":"t","Expiration":"2026-11-22T06:00:00Z","LastUpdated":"x"}"#;
    assert_eq!(read("aliyun", aliyun), "key STS.x one token t until 2026-11-22T06:00:00Z\n");
    for (name, text, what) in [
        ("aliyun", r#"{"Code":"Failed"}"#, "`Code` is not `Success`"),
        ("aliyun", "<html>", "not JSON: error at line 1 column 1"),
        ("aliyun", r#"{"Code":"Success"}"#, "`AccessKeyId` is not set"),
        ("tencent", "{}", "`Code` is not `Success`"),
        ("tencent", "", "is empty"),
        (
            "tencent",
            r#"{"Code":"Success","TmpSecretId":"AKIDtmp","TmpSecretKey":"one"}"#,
            "`Token` is not set but `TmpSecretId` is set",
        ),
    ] {
        let expected = format!("credentials: the metadata service: {what}\nhint: try it with `curl`\n");
        assert_eq!(read(name, text), expected);
    }
}

#[test]
fn no_debug_output_shows_a_secret() {
    let variable = |name: &str| {
        let value = match name {
            "ALIBABA_CLOUD_ACCESS_KEY_ID" => "LTAIexample",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET" | "ALIBABA_CLOUD_SECURITY_TOKEN" => "hush",
            "ALIBABA_CLOUD_CREDENTIALS_URI" => "http://127.0.0.1/?password=hush",
            _ => return None,
        };
        Some(OsString::from(value))
    };
    let around = Surroundings { variable: &variable, home: None, root: "/nonexistent".into(), now: now() };
    let listed = format!("{:?}", credentials::everything(&around));
    assert!(listed.contains("LTAIexample") && listed.contains("CREDENTIALS_URI"), "{listed}");
    assert!(!listed.contains("hush"), "{listed}");
}

/// Texts that look more or less like the files of the clouds' tools.
fn content() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "name",
        "mode",
        "type",
        "profiles",
        "current",
        "secretId",
        "secretKey",
        "token",
        "expiresAt",
        "role-arn",
        "access_key_id",
        "access_key_secret",
        "sts_token",
        "source_profile",
        "ram_role_arn",
        "process_command",
        "sts_expiration",
        "expired_seconds",
        "Code",
        "billing",
        "endpoint",
        "TmpSecretId",
        "Expiration",
        "x",
    ]);
    let word = prop::sample::select(vec![
        "default",
        "AK",
        "StsToken",
        "RamRoleArn",
        "ChainableRamRoleArn",
        "External",
        "OAuth",
        "oauth",
        "sso",
        "a b'",
        "",
        "Success",
        "9223372036854775807",
        "-1",
        "2026-11-22T05:00:00Z",
        "元\u{0}",
    ]);
    let leaf = prop_oneof![
        word.prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
    ];
    let object = leaf.prop_recursive(4, 40, 6, move |inner| {
        let entries = prop::collection::vec((name.clone(), inner.clone()), 0..8);
        let object = entries.prop_map(|entries| {
            Value::Object(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
        });
        prop_oneof![3 => object, 1 => prop::collection::vec(inner, 0..4).prop_map(Value::Array)]
    });
    prop_oneof![object.prop_map(|value| value.to_string()), "([\\[\\]{}\"=:#;,\n a-c]|\\PC){0,80}"]
}

proptest! {
    #[test]
    fn no_file_makes_a_reader_panic(texts in prop::collection::vec(content(), 0..3)) {
        let file = |(name, text): (&str, &String)| File {
            name: name.to_owned(),
            shown: format!("~/{name}"),
            text: Ok(text.clone()),
        };
        let files: Vec<File> = ["a.credential", "a.configure"].into_iter().zip(&texts).map(file).collect();
        let around = &Around { now: now(), variable: &|name| Ok(texts.first().filter(|_| name.len() % 2 == 0).cloned()) };
        for cloud in CLOUDS {
            for store in cloud.keys().stores {
                let _ = (store.read)(&files, around);
            }
            let _ = (cloud.keys().read_file)(&files[..files.len().min(1)], around);
        }
        for text in &texts {
            let _ = credentials::read_command_output(text.as_bytes(), now());
            let _ = credentials::from_command(text, Path::new("/etc"), Some(Path::new("/home")));
            for cloud in CLOUDS {
                let _ = credentials::read_document(*cloud, "x", text, now());
            }
        }
    }

    #[test]
    fn no_variable_makes_the_chain_panic(values in prop::collection::vec(".{0,20}", 4)) {
        // Which variable has which value follows from its name; a quarter of them is not set.
        let variable = |name: &str| {
            let index = name.bytes().map(usize::from).sum::<usize>() % 4;
            (index > 0).then(|| OsString::from(&values[index]))
        };
        let around = Surroundings { variable: &variable, home: None, root: "/nonexistent".into(), now: now() };
        for cloud in CLOUDS {
            let _ = credentials::chain(*cloud, &around);
            let _ = credentials::from_prefix(*cloud, &values[0], &around);
        }
        let _ = credentials::everything(&around);
    }
}
