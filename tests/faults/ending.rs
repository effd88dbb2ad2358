//! Signals: whenever they come, the run ends, and what was read until then is shown.

use std::time::{Duration, Instant};

use insta::{allow_duplicates, assert_snapshot};

use crate::paging::{page_asked, page_of};
use crate::run::{Ended, Run, Running, balance_of, cloudbal, members_of, through_shell};
use crate::server::{Server, Step, json, reply};

/// Sends a signal once the server has seen that many requests.
fn interrupted(run: Run, signal: &str, server: &Server, after: usize) -> Ended {
    let running = run.start();
    let start = Instant::now();
    while server.seen().len() < after {
        assert!(start.elapsed() < Duration::from_secs(5), "{} requests", server.seen().len());
        std::thread::sleep(Duration::from_millis(5));
    }
    // What was sent before the request gets time to be read.
    std::thread::sleep(Duration::from_millis(100));
    let sent = Instant::now();
    running.signal(signal);
    let ended = running.end();
    assert!(sent.elapsed() < Duration::from_secs(2), "{signal}: {:?}", sent.elapsed());
    ended
}

/// Pages one and two come at once, the third never.
fn stuck_at_page_three() -> Server {
    Server::start(|seen, _| match page_asked(seen) {
        page @ 1..=2 => json(&page_of(page, 50)),
        _ => vec![Step::Hang],
    })
}

#[test]
fn before_the_first_reply() {
    for signal in ["INT", "TERM"] {
        let server = Server::always(vec![Step::Hang]);
        let ended = interrupted(balance_of(&server), signal, &server, 1);
        allow_duplicates! {
            assert_snapshot!(ended.told(&server), @"
            error: aliyun/environment: interrupted before everything was read
            --- exit status 130
            1 requests
            ");
        }
    }
}

#[test]
fn between_pages_what_was_read_is_shown_in_every_format() {
    for (format, signal) in
        [("table", "INT"), ("json", "TERM"), ("ndjson", "INT"), ("csv", "TERM"), ("yaml", "INT")]
    {
        let server = stuck_at_page_three();
        let run = members_of(&server).env("CLOUDBAL_OUTPUT", format);
        let ended = interrupted(run, signal, &server, 5);
        allow_duplicates! {
            assert_snapshot!(ended.told(&server), @"
            error: tencent/environment: interrupted before everything was read
            --- exit status 130
            5 requests
            ");
        }
        let shown = ended.stdout.matches("1.00").count();
        assert!(shown >= 20, "{format}: {}", ended.stdout);
    }
}

#[test]
fn an_interrupted_json_document_is_whole_and_holds_the_interruption() {
    let server = stuck_at_page_three();
    let ended = interrupted(members_of(&server).env("CLOUDBAL_OUTPUT", "json"), "INT", &server, 5);
    let document: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(document["balances"].as_array().unwrap().len(), 20);
    assert_eq!(document["totals"][0]["available"], "20.00");
    assert_eq!(document["errors"][0]["kind"], "interrupted");
}

#[test]
fn while_waiting_for_what_the_server_asked_to_wait() {
    let server = Server::always(reply("503 Service Unavailable", "Retry-After: 50\r\n", b""));
    let ended = interrupted(balance_of(&server), "TERM", &server, 1);
    assert_snapshot!(ended.told(&server), @"
    error: aliyun/environment: interrupted before everything was read
    --- exit status 130
    1 requests
    ");
}

#[test]
fn while_a_reply_drips() {
    let drip = Step::Drip(vec![b' '; 10_000], Duration::from_millis(5));
    let server = Server::always(vec![Step::Send(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()), drip]);
    let ended = interrupted(balance_of(&server), "INT", &server, 1);
    assert_snapshot!(ended.told(&server), @"
    error: aliyun/environment: interrupted before everything was read
    --- exit status 130
    1 requests
    ");
}

/// Whether this process, and so what it starts, ignores INT, as the background jobs of a shell script do.
fn ignores_interrupts() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.is_some_and(|mask| u64::from_str_radix(mask.trim(), 16).unwrap() & 0b10 > 0)
}

/// While handlers are being installed a signal would be lost: it must be waiting then.
#[cfg(target_os = "linux")]
#[test]
fn signals_wait_until_somebody_listens() {
    let server = Server::always(vec![Step::Hang]);
    let running = balance_of(&server).start();
    while server.seen().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(200));
    let blocked = |thread: std::path::PathBuf| {
        let status = std::fs::read_to_string(thread.join("status")).unwrap();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigBlk:")).unwrap();
        // Bit 1 is INT, bit 14 TERM.
        u64::from_str_radix(mask.trim(), 16).unwrap() & 0x4002
    };
    let threads = std::fs::read_dir(format!("/proc/{}/task", running.id())).unwrap();
    let mut blocked: Vec<u64> = threads.map(|thread| blocked(thread.unwrap().path())).collect();
    blocked.sort_unstable();
    running.signal("TERM");
    assert_eq!(running.end().status, Some(130));
    assert_eq!(blocked[0], 0, "one thread listens");
    assert!(blocked.len() > 1 && blocked[1..].iter().all(|mask| *mask == 0x4002), "{blocked:x?}");
}

#[test]
fn at_any_time_a_run_ends_and_tells_no_lie() {
    for milliseconds in (0..200).step_by(8) {
        let server = Server::start(|seen, _| json(&page_of(page_asked(seen), 50_000)));
        let running = members_of(&server).args(&["--rate", "100"]).start();
        std::thread::sleep(Duration::from_millis(milliseconds));
        let interrupts = milliseconds % 16 == 0 && !ignores_interrupts();
        running.signal(if interrupts { "INT" } else { "TERM" });
        let ended = running.end();
        // Before the program has got as far as listening, the signal ends it without a word.
        let is_early = ended.status.is_none() && ended.stdout.is_empty();
        assert!(
            is_early || ended.status == Some(130),
            "{milliseconds} ms: {:?} {}",
            ended.status,
            ended.stderr
        );
        assert!(ended.stdout.is_empty() || ended.stdout.ends_with("}\n"), "{milliseconds}: whole lines");
    }
}

/// More than a pipe holds.
fn many() -> Server {
    Server::start(|seen, _| json(&page_of(page_asked(seen), 2000)))
}

/// A run of the format whose output nobody reads, once it is held up by that.
fn held_up(server: &Server, format: &str, options: &[&str]) -> Running {
    let run = members_of(server).env("CLOUDBAL_OUTPUT", format).args(&["--rate", "0"]).args(options);
    let running = run.unread().start();
    let mut seen = 0;
    // A stream is held up with few pages asked, anything else when all were.
    while server.seen().len() > seen || seen < 10 {
        seen = server.seen().len();
        std::thread::sleep(Duration::from_millis(300));
    }
    running
}

/// What was said in the end: a stream that was being read says before that it was not read to its end.
fn last_words(ended: &Ended) -> String {
    let told = ended.told_alone();
    let at = told.rfind("error: ").expect("something is said");
    told[at..].to_owned()
}

#[test]
fn while_nobody_reads_the_output() {
    for (format, signal) in [("ndjson", "TERM"), ("json", "INT"), ("table", "TERM")] {
        let server = many();
        let running = held_up(&server, format, &[]);
        running.signal(signal);
        let ended = running.end();
        assert!(ended.stdout.len() >= 60_000, "{format}: what fits into the pipe");
        allow_duplicates! {
            assert_snapshot!(last_words(&ended), @"
            error: interrupted while the output was not being read
            hint: the reader of the pipe stalled; the output is truncated
            --- exit status 130
            ");
        }
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let server = many();
    let running = held_up(&server, "csv", &[]);
    running.signal("INT");
    std::thread::sleep(Duration::from_millis(300));
    let sent = Instant::now();
    running.signal("INT");
    let ended = running.end();
    assert_snapshot!(ended.told_alone(), @"--- exit status 130");
    assert!(sent.elapsed() < Duration::from_secs(1), "{:?}", sent.elapsed());
}

#[test]
fn the_deadline_comes_while_nobody_reads_the_output() {
    for format in ["ndjson", "yaml"] {
        let server = many();
        let ended = held_up(&server, format, &["--deadline", "2s"]).end();
        allow_duplicates! {
            assert_snapshot!(last_words(&ended), @"
            error: the deadline came while the output was not being read
            hint: the reader of the pipe stalled; the output is truncated
            --- exit status 1
            ");
        }
    }
}

#[test]
fn nobody_reads_stderr_either() {
    let server = many();
    let url = server.url();
    let arguments =
        ["tencent", "members", "-vv", "-o", "ndjson", "--rate", "0", "--deadline", "1s", "--endpoint", &url];
    let script = r#"{ "$0" "$@" 2>&1; echo "status $?" >&3; } 3>&2 | sleep 5"#;
    let ended = through_shell(script, &arguments).within(Duration::from_secs(12)).end();
    assert_snapshot!(ended.stderr, @"status 1");
}

#[test]
fn a_reader_that_comes_late_gets_the_whole_document() {
    let server = many();
    let arguments =
        ["tencent", "members", "-o", "json", "--rate", "0", "--deadline", "1s", "--endpoint", &server.url()];
    let ended = through_shell(r#""$0" "$@" | { sleep 2; cat; }"#, &arguments).end();
    let document: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(document["balances"].as_array().unwrap().len(), 2000);
    assert_eq!(ended.stderr, "", "all was read before the deadline came");
}

#[test]
fn a_reader_that_reads_slowly_is_not_taken_for_one_that_does_not() {
    let server = Server::start(|seen, _| json(&page_of(page_asked(seen), 400)));
    let arguments =
        ["tencent", "members", "-o", "json", "--rate", "0", "--deadline", "1s", "--endpoint", &server.url()];
    let script = r#"{ "$0" "$@"; echo "status $?" >&2; } | {
        while IFS= read -r line; do
            printf '%s\n' "$line"
            lines=$((lines + 1))
            [ $((lines % 600)) = 0 ] && sleep 0.3
        done
    }"#;
    let ended = through_shell(script, &arguments).within(Duration::from_secs(20)).end();
    assert!(ended.took > Duration::from_secs(3), "it was held up for longer than it is waited for");
    assert_snapshot!(ended.stderr, @"status 0");
    let document: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(document["balances"].as_array().unwrap().len(), 400);
}

#[test]
fn a_reader_that_pauses_for_longer_than_a_time_out_loses_nothing() {
    for format in ["ndjson", "csv"] {
        let server = many();
        let arguments = [
            "tencent",
            "members",
            "-o",
            format,
            "--rate",
            "0",
            "--timeout",
            "1s",
            "--endpoint",
            &server.url(),
        ];
        let script = r#"{ "$0" "$@"; echo "status $?" >&2; } | { sleep 3; cat; }"#;
        let ended = through_shell(script, &arguments).end();
        allow_duplicates! {
            assert_snapshot!(ended.stderr, @"status 0");
        }
        assert_eq!(ended.stdout.matches("1.00").count(), 2000, "{format}");
    }
}

#[test]
fn accounts_that_fail_at_once_are_an_output_too_that_nobody_may_read() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("config.toml");
    let account = |number| {
        format!("[accounts.a{number}]\nprovider = 'tencent'\ncredentials = {{ profile = 'none' }}\n")
    };
    std::fs::write(&file, (0..1000).map(account).collect::<String>()).unwrap();
    for arguments in
        [&["all", "-o", "json"][..], &["all", "-o", "ndjson"], &["accounts", "-o", "json"], &["doctor"]]
    {
        let run = cloudbal(arguments).env("CLOUDBAL_CONFIG", file.to_str().unwrap()).args(&["-q"]);
        let running = run.unread().start();
        std::thread::sleep(Duration::from_millis(1500));
        running.signal("TERM");
        let ended = running.end();
        assert_eq!(ended.status, Some(130), "{arguments:?}: {ended:?}");
    }
}

#[test]
fn a_program_that_is_asked_for_credentials_ends_with_the_run() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("config.toml");
    let account = "[accounts.slow]\nprovider = 'tencent'\ncredentials = { command = 'sleep 40' }\n";
    std::fs::write(&file, account).unwrap();
    let arguments = ["check", "--deadline", "1s", "--config", file.to_str().unwrap()];
    // The program holds stderr, which the shell reads to its end.
    let ended = through_shell(r#"out=$("$0" "$@" 2>&1); echo "status $?"; echo "$out""#, &arguments).end();
    assert!(ended.stdout.starts_with("status 1\n"), "{}", ended.stdout);
    assert!(ended.stdout.contains("tencent/slow: the deadline came"), "{}", ended.stdout);
}
