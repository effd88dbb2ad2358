//! `--resume`: what was read is saved until somebody has read it, and nothing old is shown as new.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use insta::{allow_duplicates, assert_snapshot};

use crate::paging::{numbers, page_asked, page_of};
use crate::run::{Ended, Run, cloudbal, members_of, through_shell};
use crate::server::{Seen, Server, json};

const FAILURE: &str =
    r#"{"Response":{"Error":{"Code":"FailedOperation","Message":"Odd."},"RequestId":"r-1"}}"#;

/// A folder with the name of a journal that is not there yet.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn journal(&self) -> PathBuf {
        self.0.path().join("journal")
    }

    fn name(&self) -> String {
        self.journal().to_str().unwrap().to_owned()
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.journal()).unwrap()
    }

    /// Makes saved pages look older.
    fn age(&self, by: chrono::TimeDelta) {
        let aged = |line: &str| {
            let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
            for name in ["saved_at", "fetched_at"] {
                if let Some(time) = line[name].as_str() {
                    let time: chrono::DateTime<chrono::Utc> = time.parse().unwrap();
                    line[name] = serde_json::json!(time - by);
                }
            }
            format!("{line}\n")
        };
        let text: String = self.text().lines().map(aged).collect();
        std::fs::write(self.journal(), text).unwrap();
    }
}

/// A server of so many members, of which those after the thirtieth cannot be read until it is mended.
struct Failing {
    server: Server,
    is_mended: Arc<AtomicBool>,
}

impl Failing {
    fn with(total: u64) -> Self {
        let is_mended = Arc::new(AtomicBool::new(false));
        let mended = Arc::clone(&is_mended);
        let script = move |seen: &Seen, _| {
            let page = page_asked(seen);
            json(&if page <= 3 || mended.load(Ordering::Relaxed) {
                page_of(page, total)
            } else {
                FAILURE.to_owned()
            })
        };
        Self { server: Server::start(script), is_mended }
    }

    fn mend(&self) {
        self.is_mended.store(true, Ordering::Relaxed);
    }

    fn run(&self, place: &Place) -> Run {
        members_of(&self.server).args(&["--resume", &place.name()])
    }

    /// How many requests that run sends.
    fn asked(&self, run: Run) -> (Ended, usize) {
        let before = self.server.seen().len();
        let ended = run.end();
        (ended, self.server.seen().len() - before)
    }
}

/// After a run that could read thirty of sixty members.
fn interrupted() -> (Place, Failing) {
    let (place, server) = (Place::new(), Failing::with(60));
    let ended = server.run(&place).end();
    assert_eq!((ended.status, ended.uins()), (Some(1), numbers(1..=30)), "{ended:?}");
    assert!(
        ended.stderr.ends_with("resumable: 3 saved pages; run the same command again to go on\n"),
        "{ended:?}"
    );
    server.mend();
    (place, server)
}

#[test]
fn the_same_command_reuses_what_was_saved_and_removes_the_journal_in_the_end() {
    let (place, server) = interrupted();
    let (ended, asked) = server.asked(server.run(&place));
    assert_eq!((ended.status, ended.uins()), (Some(0), numbers(1..=60)), "{ended:?}");
    assert_snapshot!(ended.stderr, @"resuming: reusing 3 saved pages, the oldest 0 s old");
    assert_eq!(asked, 4, "the first page tells how long the list is now, and three were missing");
    assert!(!place.journal().exists());
}

#[test]
fn without_credentials_there_is_no_journal_and_the_right_key_finds_none_in_its_way() {
    let (place, server) = (Place::new(), Failing::with(20));
    let without = || server.run(&place).env("TENCENTCLOUD_SECRET_ID", "").env("TENCENTCLOUD_SECRET_KEY", "");
    let ended = without().env("TENCENTCLOUD_TOKEN", "").env("HOME", "/nonexistent").end();
    assert_eq!((ended.status, server.server.seen().len()), (Some(2), 0), "{ended:?}");
    assert!(!place.journal().exists());
    let ended = server.run(&place).end();
    assert_eq!((ended.status, &*ended.stderr), (Some(0), ""), "{ended:?}");
}

#[test]
fn a_key_that_is_wrong_leaves_no_journal_to_the_right_one() {
    let server = Server::start(|seen, _| {
        let is_right = seen.header("Authorization").unwrap().contains("Credential=AKIDfaults/");
        let wrong = FAILURE.replace("FailedOperation", "AuthFailure.SecretIdNotFound");
        json(&if is_right { page_of(page_asked(seen), 20) } else { wrong })
    });
    let place = Place::new();
    let run = || members_of(&server).args(&["--resume", &place.name()]);
    let ended = run().env("TENCENTCLOUD_SECRET_ID", "AKIDwrong").end();
    assert_eq!((ended.status, ended.uins().len()), (Some(1), 0), "{ended:?}");
    assert!(!ended.stderr.contains("resumable"), "{ended:?}");
    assert!(!place.journal().exists());
    let ended = run().end();
    assert_eq!((ended.status, &*ended.stderr), (Some(0), ""), "{ended:?}");
}

#[test]
fn credentials_that_cannot_be_obtained_leave_no_journal() {
    let (place, server) = (Place::new(), Failing::with(20));
    let configuration = place.0.path().join("config.toml");
    let text = "[accounts.prod]\nprovider = 'tencent'\ncredentials = { command = 'false' }\n\
                role_arn = 'qcs::cam::uin/1:roleName/r'\nrole_session_name = 's'\n";
    std::fs::write(&configuration, text).unwrap();
    let ended = server.run(&place).args(&["--config", configuration.to_str().unwrap()]).end();
    assert_ne!(ended.status, Some(0), "{ended:?}");
    assert_eq!(server.server.seen().len(), 0);
    assert!(!place.journal().exists());
}

/// The same program may give another account's key in the next run, whose members would be shown as this one's.
#[test]
fn credentials_that_do_not_tell_their_account_beforehand_are_refused() {
    let (place, server) = (Place::new(), Failing::with(20));
    let configuration = place.0.path().join("config.toml");
    for credentials in ["command = 'true'", "instance = true", "instance = 'billing'"] {
        let text = format!("[accounts.prod]\nprovider = 'tencent'\ncredentials = {{ {credentials} }}\n");
        std::fs::write(&configuration, text).unwrap();
        let ended = server.run(&place).args(&["--config", configuration.to_str().unwrap()]).end();
        allow_duplicates! { assert_snapshot!(ended.told(&server.server), @"
        error: tencent/prod: cannot resume: the source of its credentials may give another account's key next time
        hint: leave out `--resume`, or assume a role with these credentials (`role_arn`)
        --- exit status 2
        0 requests
        ") };
        assert!(!place.journal().exists());
    }
}

#[test]
fn pages_that_are_too_old_are_read_again() {
    let (place, server) = interrupted();
    place.age(chrono::TimeDelta::minutes(61));
    let (ended, asked) = server.asked(server.run(&place));
    assert_eq!((ended.status, ended.uins()), (Some(0), numbers(1..=60)), "{ended:?}");
    assert_snapshot!(ended.stderr, @"resuming: reading 3 saved pages again, older than `--resume-max-age`");
    assert_eq!(asked, 6);
    let (place, server) = interrupted();
    place.age(chrono::TimeDelta::minutes(61));
    let (ended, asked) = server.asked(server.run(&place).args(&["--resume-max-age", "90m"]));
    assert_eq!((ended.status, asked), (Some(0), 4));
    assert_snapshot!(ended.stderr, @"resuming: reusing 3 saved pages, the oldest 1 h 1 min old");
    let (place, server) = interrupted();
    let (ended, asked) = server.asked(server.run(&place).env("CLOUDBAL_RESUME_MAX_AGE", "0"));
    assert_eq!((ended.status, asked), (Some(0), 6));
    assert_snapshot!(ended.stderr, @"resuming: reading 3 saved pages again, older than `--resume-max-age`");
}

#[test]
fn what_is_too_old_is_not_shown_either_when_nothing_can_be_read() {
    let (place, server) = interrupted();
    place.age(chrono::TimeDelta::minutes(61));
    let failing = Server::always(json(FAILURE));
    let run = || members_of(&failing).args(&["--resume", &place.name(), "-o", "ndjson"]);
    // Another server's pages are not reused, whatever their age.
    assert_eq!(run().end().status, Some(2));
    drop(server);
    let (place, server) = interrupted();
    server.is_mended.store(false, Ordering::Relaxed);
    place.age(chrono::TimeDelta::minutes(61));
    let ended = server.run(&place).end();
    assert_eq!((ended.status, ended.uins()), (Some(1), numbers(1..=30)), "read anew: {ended:?}");
}

#[test]
fn the_oldest_reading_is_stated() {
    let read_of = |ended: &Ended| {
        let line =
            ended.stdout.lines().find_map(|line| line.strip_prefix("read ")).expect("a line says when");
        format!("{}Z", line.strip_suffix(" UTC").unwrap().replace(' ', "T"))
    };
    let oldest_of = |place: &Place| {
        let times = |line: &str| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            Some(format!("{}Z", &line["fetched_at"].as_str()?[..19]))
        };
        place.text().lines().filter_map(times).min().unwrap()
    };
    let (place, server) = interrupted();
    place.age(chrono::TimeDelta::minutes(50));
    let oldest = oldest_of(&place);
    let ended = server.run(&place).args(&["-o", "table", "--below", "0"]).end();
    assert_eq!(
        (ended.status, read_of(&ended)),
        (Some(0), oldest),
        "also of rows that are not shown: {ended:?}"
    );

    let (place, server) = interrupted();
    place.age(chrono::TimeDelta::minutes(50));
    let oldest = oldest_of(&place);
    let ended = server.run(&place).args(&["-o", "json"]).end();
    let document: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(document["oldest_fetched_at"], *oldest);
    let balances = document["balances"].as_array().unwrap();
    assert!(balances.iter().any(|balance| balance["fetched_at"] == *oldest), "each states its own");
    assert!(document["generated_at"].as_str().unwrap() > &*oldest);
}

#[test]
fn output_that_is_not_read_leaves_the_journal() {
    for (format, reader) in [
        ("json", "false"),
        ("json", "head -n 1"),
        ("json", "sleep 0.5"),
        ("yaml", "head -n 1"),
        ("table", "false"),
        ("table", "sleep 0.5"),
        ("csv", "sleep 0.5"),
        ("ndjson", "head -n 1"),
    ] {
        // Sixty fit into a pipe in some formats, a thousand in none.
        for total in [60, 1000] {
            let (place, server) = (Place::new(), Failing::with(total));
            server.mend();
            let name = place.name();
            let url = server.server.url();
            let arguments =
                ["tencent", "members", "-o", format, "--rate", "0", "--endpoint", &url, "--resume", &name];
            let ended =
                through_shell(&format!(r#"{{ "$0" "$@"; echo "status $?" >&2; }} | {reader}"#), &arguments)
                    .end();
            assert!(ended.stderr.contains("run the same command again"), "{format} | {reader}: {ended:?}");
            assert!(ended.stderr.ends_with("status 0\n"), "{format} | {reader}: {ended:?}");
            let ended = server.run(&place).args(&["--rate", "0"]).end();
            assert_eq!((ended.status, ended.uins().len() as u64), (Some(0), total), "{ended:?}");
            assert!(ended.stderr.starts_with("resuming: reusing "), "{format} | {reader}: {ended:?}");
            assert!(!place.journal().exists());
        }
    }
}

#[test]
fn output_that_cannot_be_written_leaves_the_journal() {
    for format in ["json", "csv"] {
        let (place, server) = (Place::new(), Failing::with(20));
        let (name, url) = (place.name(), server.server.url());
        let arguments = ["tencent", "members", "-o", format, "--endpoint", &url, "--resume", &name];
        let ended = through_shell(r#"exec "$0" "$@" >/dev/full"#, &arguments).end();
        assert_eq!(ended.status, Some(1), "{ended:?}");
        assert!(place.journal().exists());
    }
}

#[test]
fn a_reader_that_comes_late_reads_it_all_and_the_journal_goes() {
    let (place, server) = (Place::new(), Failing::with(20));
    let (name, url) = (place.name(), server.server.url());
    let arguments = ["tencent", "members", "-o", "json", "--endpoint", &url, "--resume", &name];
    let ended = through_shell(r#""$0" "$@" | { sleep 1; cat; }"#, &arguments).end();
    assert_eq!(ended.stderr, "");
    assert!(serde_json::from_str::<serde_json::Value>(&ended.stdout).is_ok());
    assert!(!place.journal().exists());
}

/// Accounts of one server: `prod` and `test` with keys of their own.
fn two_accounts(server: &Failing, place: &Place, names: &[&str]) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for name in names {
        writeln!(
            text,
            "[accounts.{name}]\nprovider = 'tencent'\nendpoint = '{}'\ncredentials = {{ secret_id = 'AKID{name}', \
             secret_key = 'hush' }}",
            server.server.url()
        )
        .unwrap();
    }
    let path = place.0.path().join("config.toml");
    std::fs::write(&path, text).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A server that answers for balances too.
fn organizations() -> Failing {
    let is_mended = Arc::new(AtomicBool::new(false));
    let mended = Arc::clone(&is_mended);
    let server = Server::start(move |seen: &Seen, _| {
        if seen.header("X-TC-Action") == Some("DescribeAccountBalance") {
            return json(r#"{"Response":{"Balance":100,"RealBalance":100,"RequestId":"r-1"}}"#);
        }
        let page = page_asked(seen);
        json(&if page <= 3 || mended.load(Ordering::Relaxed) {
            page_of(page, 60)
        } else {
            FAILURE.to_owned()
        })
    });
    Failing { server, is_mended }
}

/// How many members are on stdout that was ndjson.
fn members_in(ended: &Ended) -> usize {
    ended.stdout.matches(r#""sub_account_id":""#).count()
}

#[test]
fn one_journal_serves_all_accounts() {
    for command in ["all", "check"] {
        let (place, server) = (Place::new(), organizations());
        let config = two_accounts(&server, &place, &["prod", "test"]);
        let run = |arguments: &[&str]| {
            cloudbal(arguments).args(&["-o", "ndjson", "--config", &config, "--resume", &place.name()])
        };
        let ended = run(&[command, "--members"]).end();
        assert_eq!(ended.status, Some(1), "{ended:?}");
        assert!(
            ended.stderr.ends_with("resumable: 6 saved pages; run the same command again to go on\n"),
            "{ended:?}"
        );
        server.mend();
        let other = run(&[command, "--members", "test"]).end();
        allow_duplicates! {
            assert_snapshot!(other.stderr.replace(&place.name(), "JOURNAL"), @"
            error: `JOURNAL` holds members of tencent/prod, which this run does not read: left unchanged
            hint: use the arguments of the run that created it, or choose another file with `--resume`
            ");
        }
        assert_eq!(other.status, Some(2));
        let (ended, asked) = server.asked(run(&[command, "--members"]));
        assert_eq!(ended.status, Some(0), "{ended:?}");
        assert!(ended.stderr.contains("resuming: reusing 6 saved pages, "), "{ended:?}");
        assert_eq!(asked, 2 * (1 + 4), "a balance, the first page and three that were missing of each");
        if command == "all" {
            assert_eq!(members_in(&ended), 120);
        }
        assert!(!place.journal().exists());
    }
}

#[test]
fn an_account_that_gets_its_credentials_later_joins_the_journal() {
    let (place, server) = (Place::new(), organizations());
    let config = two_accounts(&server, &place, &["prod", "test"]);
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text.replace("secret_id = 'AKIDtest', secret_key = 'hush'", "env = 'NONE_'"))
        .unwrap();
    let run = || {
        cloudbal(&["all", "--members", "-o", "ndjson"]).args(&[
            "--config",
            &config,
            "--resume",
            &place.name(),
        ])
    };
    let ended = run().end();
    assert!(ended.stderr.contains("resumable: 3 saved pages"), "{ended:?}");
    std::fs::write(&config, text).unwrap();
    server.mend();
    let ended = run().end();
    assert_eq!((ended.status, members_in(&ended)), (Some(0), 120), "{ended:?}");
    assert!(ended.stderr.contains("reusing 3 saved pages"), "{ended:?}");
}

#[test]
fn a_journal_that_nothing_would_be_saved_in_is_refused_and_a_variable_is_not_in_the_way() {
    let (place, server) = (Place::new(), organizations());
    let config = two_accounts(&server, &place, &["prod"]);
    let run = |arguments: &[&str]| cloudbal(arguments).args(&["-o", "csv", "--config", &config]);
    let ended = run(&["all", "--resume", &place.name()]).end();
    assert_snapshot!(ended.told(&server.server), @"
    error: `--resume` saves members, and this run reads none
    hint: read them with `--members`
    --- exit status 2
    0 requests
    ");
    let ended = run(&["all", "--resume-max-age", "5"]).end();
    assert_snapshot!(ended.told(&server.server), @"
    error: `--resume-max-age` has no effect without `--resume`
    hint: name a file with `--resume`
    --- exit status 2
    0 requests
    ");
    let ended = run(&["check", "--threshold", "0"])
        .env("CLOUDBAL_RESUME", &place.name())
        .env("CLOUDBAL_RESUME_MAX_AGE", "5")
        .end();
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert!(!place.journal().exists());
}

#[test]
fn what_is_not_a_journal_of_ones_own_is_left_as_it_is() {
    use std::os::unix::fs::PermissionsExt as _;
    let (place, server) = interrupted();
    let refused = |name: &Path| {
        let before = std::fs::read(name).unwrap();
        let (ended, asked) =
            server.asked(members_of(&server.server).args(&["--resume", name.to_str().unwrap()]));
        assert_eq!((ended.status, asked, std::fs::read(name).unwrap()), (Some(2), 0, before), "{ended:?}");
        ended.stderr.lines().next().unwrap().replace(name.to_str().unwrap(), "FILE")
    };
    let link = place.0.path().join("link");
    std::os::unix::fs::symlink(place.journal(), &link).unwrap();
    assert_snapshot!(refused(&link), @"error: `FILE` is a symbolic link: left unchanged");
    std::fs::set_permissions(place.journal(), std::fs::Permissions::from_mode(0o666)).unwrap();
    assert_snapshot!(refused(&place.journal()), @"error: `FILE` can be written by other users: left unchanged");
    let notes = place.0.path().join("notes");
    std::fs::write(&notes, "mine\n").unwrap();
    std::fs::set_permissions(&notes, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert_snapshot!(refused(&notes), @"error: `FILE` is not a journal of this version of cloudbal: left unchanged");
}
