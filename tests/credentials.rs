//! Credentials that people already have: each folder in `tests/credentials` is a machine with an environment and
//! files, a question, and what must come of it.
//!
//! - `ask`: `chain CLOUD`, `profile CLOUD NAME`, `prefix CLOUD PREFIX`, `file CLOUD PATH` or `everything`
//! - `env`: variables, one `NAME=VALUE` a line; `home/` and `root/`: files
//! - `expect`: what must be found, or the error and its hint; written by hand
//!
//! The time is 2026-11-22T05:00:00Z, which is 1795323600 seconds after 1970.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

use chrono::{DateTime, Utc};
use cloudbal::cloud;
use cloudbal::credentials::{self, Found, Role, Source, Surroundings};
use cloudbal::model::{Credentials, Error, Result};

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
    let mut text = format!("role {} as {}", role.arn, role.session_name);
    let duration = role.duration.map(|seconds| seconds.to_string());
    for (name, value) in [("for", &duration), ("external id", &role.external_id), ("region", &role.region)] {
        if let Some(value) = value {
            text += &format!(" {name} {value}");
        }
    }
    text + "\n"
}
