//! Credentials from the output of a program.

use std::io;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use crate::cloud::Record;
use crate::file;
use crate::model::{Credentials, Error, ErrorKind, Result};

/// The longest a program may take.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// The most it may print: one mebibyte.
const LARGEST: u64 = 1 << 20;

/// How often a program that is waited for is looked after.
const PAUSE: Duration = Duration::from_millis(10);

/// How long the end of a run waits for the programs that it stops.
const LONGEST_STOP: Duration = Duration::from_millis(100);

/// The programs of this process.
static PROGRAMS: Programs = Programs::new();

/// Runs a program without a shell, for 60 seconds at most, and reads the credentials that it prints. What it writes to
/// stderr is passed through: it may ask for a password there.
///
/// The thread waits for it.
pub fn run_command(words: &[String], now: DateTime<Utc>) -> Result<Credentials> {
    read_command_output(&output(words, TIME_LIMIT, &PROGRAMS)?, now)
}

/// Stops every program that is still running, and waits until it has ended, a tenth of a second at most. From then on
/// none is started.
///
/// To be called when a run ends before it is done: a program that goes on would keep the terminal, and hold open the
/// pipe that stderr may be. What a program has itself started is not stopped.
pub fn stop_commands() {
    PROGRAMS.stop();
}

/// Programs that can be stopped together.
struct Programs {
    stopping: AtomicBool,
    running: AtomicUsize,
}

impl Programs {
    const fn new() -> Self {
        Self { stopping: AtomicBool::new(false), running: AtomicUsize::new(0) }
    }

    fn stop(&self) {
        self.stopping.store(true, SeqCst);
        let start = Instant::now();
        while self.running.load(SeqCst) > 0 && start.elapsed() < LONGEST_STOP {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(SeqCst)
    }

    /// Counts one more as long as what is returned lives.
    fn enter(&self) -> Running<'_> {
        self.running.fetch_add(1, SeqCst);
        Running(&self.running)
    }
}

struct Running<'a>(&'a AtomicUsize);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

/// Reads what a program has printed: the form of aliyun-cli's mode External, or that of `credential_process` of AWS.
pub fn read_command_output(output: &[u8], now: DateTime<Utc>) -> Result<Credentials> {
    const PLACE: &str = "the output of the command for credentials";
    let remedy = "it must print `{\"mode\":\"AK\",\"access_key_id\":…,\"access_key_secret\":…}` or \
                  `{\"Version\":1,\"AccessKeyId\":…,\"SecretAccessKey\":…}`";
    let text = std::str::from_utf8(output)
        .map_err(|_| Error::new(ErrorKind::Credentials, format!("{PLACE}: not UTF-8 text")).hint(remedy))?;
    read_external(text.trim_start_matches('\u{feff}'), PLACE, remedy, now)
}

/// Reads either of these forms. Errors begin with the place and end with the remedy as their hint.
pub(super) fn read_external(
    text: &str,
    place: &str,
    remedy: &str,
    now: DateTime<Utc>,
) -> Result<Credentials> {
    let record = Record::parse(text, place, remedy)?;
    let mode = record.text("mode")?.map(str::to_ascii_lowercase);
    let (names, ends) = match mode.as_deref() {
        Some("ststoken") => {
            let names = ["access_key_id", "access_key_secret", "sts_token"];
            return record.temporary(names, "expiration", now);
        }
        Some("ak") => (["access_key_id", "access_key_secret", "sts_token"], "expiration"),
        // Its value is not shown: a program may print a secret in the wrong place.
        Some(_) => return Err(record.wrong("`mode` is neither `AK` nor `StsToken`")),
        None if record.seconds("Version")? == Some(1) => {
            (["AccessKeyId", "SecretAccessKey", "SessionToken"], "Expiration")
        }
        // aliyun-cli recognizes the mode from the fields.
        None if record.text("access_key_id")?.is_some() || record.text("access_key_secret")?.is_some() => {
            (["access_key_id", "access_key_secret", "sts_token"], "expiration")
        }
        None => return Err(record.wrong("it has neither a `mode` nor `Version` 1")),
    };
    let [key_id, secret, token] = names;
    let mut credentials = record.key(key_id, secret, &[token])?.ok_or_else(|| record.missing(key_id))?;
    credentials.expires_at = record.time(ends)?;
    record.unexpired(credentials, now)
}

fn output(words: &[String], limit: Duration, programs: &Programs) -> Result<Zeroizing<Vec<u8>>> {
    let deadline = Instant::now() + limit;
    let (program, arguments) = words.split_first().expect("a command has at least one word");
    let failed = |what: &str| {
        Error::new(ErrorKind::Credentials, format!("the command for credentials, `{program}`, {what}"))
    };
    let stopped = || failed("was stopped, because the run has ended");
    // It is counted before it starts, so that stopping all commands misses none.
    let _running = programs.enter();
    if programs.is_stopping() {
        return Err(stopped());
    }
    let mut child =
        Command::new(program).args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(
            |error| match error.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => {
                    failed(&format!("cannot be started: {}", error.kind()))
                        .hint("check that it is installed and on the `PATH`")
                }
                _ => lacking(failed(&format!("cannot be started: {error}"))),
            },
        )?;
    let mut stdout = child.stdout.take().expect("its output was asked for");
    let (sender, receiver) = mpsc::channel();
    // A thread of its own, because nothing else can stop waiting for output when time is up.
    let reading = std::thread::Builder::new().spawn(move || {
        // The receiver is gone after a timeout.
        let _ = sender.send(file::up_to(LARGEST, &mut stdout));
    });
    if let Err(error) = reading {
        stop(&mut child);
        return Err(lacking(failed(&format!("cannot be read from: no thread available: {error}"))));
    }
    let late = || {
        failed(&format!("has not ended after {} seconds", limit.as_secs()))
            .hint("run it yourself and see what it waits for")
    };
    let output = loop {
        match receiver.recv_timeout(PAUSE.min(deadline.saturating_duration_since(Instant::now()))) {
            Ok(output) => break output,
            Err(RecvTimeoutError::Timeout) if programs.is_stopping() => {
                stop(&mut child);
                return Err(stopped());
            }
            Err(RecvTimeoutError::Timeout) if Instant::now() < deadline => {}
            Err(_) => {
                stop(&mut child);
                return Err(late());
            }
        }
    };
    let output = output.map_err(|error| failed(&format!("cannot be read from: {}", error.kind())))?;
    if output.len() as u64 > LARGEST {
        stop(&mut child);
        return Err(failed(&format!("has printed more than {LARGEST} bytes")));
    }
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(output),
            Ok(Some(status)) => {
                return Err(failed(&format!("has failed: {status}")).hint("run it yourself to see why"));
            }
            Ok(None) if programs.is_stopping() => {
                stop(&mut child);
                return Err(stopped());
            }
            Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(2)),
            Ok(None) => {
                stop(&mut child);
                return Err(late());
            }
            Err(error) => return Err(failed(&format!("cannot be waited for: {}", error.kind()))),
        }
    }
}

/// Marks an error as local: a lack of processes, threads or files is not a fault of the credentials.
fn lacking(mut error: Error) -> Error {
    error.kind = ErrorKind::File;
    error.hint("raise the limits of processes and open files (`ulimit -u`, `ulimit -n`)")
}

/// Ends a program. It may have ended by itself meanwhile, which is not an error.
fn stop(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-22T05:00:00Z".parse().unwrap()
    }

    fn read(output: &str) -> String {
        shown(read_command_output(output.as_bytes(), now()))
    }

    fn shown(result: Result<Credentials>) -> String {
        match result {
            Ok(key) => {
                let token = key.token.as_ref().map_or("-", |token| token.expose());
                let end = key.expires_at.map_or("-".to_owned(), |end| end.to_rfc3339());
                format!("{} {} {token} {end}", key.key_id, key.secret.expose())
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn both_forms_of_output_are_read() {
        for (output, expected) in [
            (r#"{"mode":"AK","access_key_id":"id","access_key_secret":"one"}"#, "id one - -"),
            (
                r#"{"mode":"ststoken","access_key_id":"id","access_key_secret":"one","sts_token":"t"}"#,
                "id one t -",
            ),
            (
                r#"{"mode":"StsToken","access_key_id":"id","access_key_secret":"one","sts_token":"t","expiration":"2026-11-22T06:00:00Z"}"#,
                "id one t 2026-11-22T06:00:00+00:00",
            ),
            (r#"{"access_key_id":"id","access_key_secret":"one"}"#, "id one - -"),
            (
                r#"{"mode":"","access_key_id":"id","access_key_secret":"one","sts_token":"t","expiration":1795327200}"#,
                "id one t 2026-11-22T06:00:00+00:00",
            ),
            ("\u{feff}{\"Version\":1,\"AccessKeyId\":\"id\",\"SecretAccessKey\":\"one\"}\r\n", "id one - -"),
            (
                r#"{"Version":1,"AccessKeyId":"id","SecretAccessKey":"one","SessionToken":"t","Expiration":"2026-11-22T14:00:00+08:00"}"#,
                "id one t 2026-11-22T06:00:00+00:00",
            ),
        ] {
            assert_eq!(read(output), expected, "{output}");
        }
    }

    #[test]
    fn other_output_is_an_error_that_does_not_show_it() {
        let place = "the output of the command for credentials";
        for (output, expected) in [
            ("", "is empty"),
            ("hush", "not JSON: error at line 1 column 1"),
            (r#""hush""#, "holds a text, not an object"),
            (r#"{"AccessKeyId":"id","SecretAccessKey":"hush"}"#, "it has neither a `mode` nor `Version` 1"),
            (r#"{"Version":2,"AccessKeyId":"id"}"#, "it has neither a `mode` nor `Version` 1"),
            (r#"{"Version":1,"AccessKeyId":"id"}"#, "`SecretAccessKey` is not set but `AccessKeyId` is set"),
            (r#"{"Version":1,"SecretAccessKey":["hush"]}"#, "`SecretAccessKey` holds a list, not a text"),
            (r#"{"mode":"AK"}"#, "`access_key_id` is not set"),
            (
                r#"{"access_key_id":"id","sts_token":"hush"}"#,
                "`access_key_secret` is not set but `access_key_id` is set",
            ),
            (r#"{"mode":"RamRoleArn"}"#, "`mode` is neither `AK` nor `StsToken`"),
            (
                r#"{"mode":"StsToken","access_key_id":"id","access_key_secret":"hush"}"#,
                "`sts_token` is not set but `access_key_id` is set",
            ),
            (
                r#"{"Version":1,"AccessKeyId":"id","SecretAccessKey":"hush","Expiration":"2026-11-22T05:00:00Z"}"#,
                "the temporary key expired at 2026-11-22T05:00:00Z",
            ),
            (
                r#"{"Version":1,"AccessKeyId":"id","SecretAccessKey":"hush","Expiration":"soon"}"#,
                "`Expiration` is not a time",
            ),
        ] {
            assert_eq!(read(output), format!("{place}: {expected}"), "{output}");
        }
        assert_eq!(shown(read_command_output(b"\xff", now())), format!("{place}: not UTF-8 text"));
    }

    #[cfg(unix)]
    mod running {
        use super::*;

        fn run(script: &str, limit: Duration) -> std::result::Result<String, String> {
            let words = ["sh", "-c", script].map(str::to_owned);
            match output(&words, limit, &Programs::new()) {
                Ok(output) => Ok(String::from_utf8(output.to_vec()).unwrap()),
                Err(error) => Err(error.to_string()),
            }
        }

        #[test]
        fn a_program_is_run_with_its_arguments_and_no_shell() {
            let words =
                ["printf", "%s", r#"{"mode":"AK","access_key_id":"$HOME","access_key_secret":"`id`"}"#];
            assert_eq!(shown(run_command(&words.map(str::to_owned), now())), "$HOME `id` - -");
        }

        #[test]
        fn a_program_that_fails_says_so() {
            let minute = Duration::from_secs(60);
            let failed = |what: &str| Err(format!("the command for credentials, `sh`, {what}"));
            assert_eq!(run("exit 3", minute), failed("has failed: exit status: 3"));
            assert_eq!(
                run("head -c 1048577 /dev/zero", minute),
                failed("has printed more than 1048576 bytes")
            );
            let absent = run_command(&["/nonexistent/program".to_owned()], now());
            let expected =
                "the command for credentials, `/nonexistent/program`, cannot be started: entity not found";
            assert_eq!(shown(absent), expected);
        }

        #[test]
        fn a_program_that_does_not_end_is_ended() {
            let late = Err("the command for credentials, `sh`, has not ended after 0 seconds".to_owned());
            let start = Instant::now();
            assert_eq!(run("sleep 20", Duration::from_millis(100)), late);
            assert_eq!(run("exec >&-; sleep 20", Duration::from_millis(100)), late);
            // One that has left its output to a child is not waited for either.
            assert_eq!(run("sleep 20 & exit 0", Duration::from_millis(100)), late);
            assert!(start.elapsed() < Duration::from_secs(10));
        }

        #[test]
        fn programs_that_are_stopped_end_at_once_and_no_other_is_started() {
            let programs = Programs::new();
            let run = |script: &str| {
                let words = ["sh", "-c", script].map(str::to_owned);
                output(&words, Duration::from_secs(60), &programs).unwrap_err().to_string()
            };
            let stopped = "the command for credentials, `sh`, was stopped, because the run has ended";
            let start = Instant::now();
            std::thread::scope(|scope| {
                let waiting = ["exec sleep 20", "exec >&-; exec sleep 20"];
                let ends = waiting.map(|script| scope.spawn(move || run(script)));
                while programs.running.load(SeqCst) < 2 {
                    std::thread::sleep(Duration::from_millis(1));
                }
                std::thread::sleep(Duration::from_millis(50));
                programs.stop();
                for end in ends {
                    assert_eq!(end.join().unwrap(), stopped);
                }
            });
            assert_eq!(programs.running.load(SeqCst), 0);
            assert_eq!(run("exit 3"), stopped);
            assert!(start.elapsed() < Duration::from_secs(10));
        }
    }
}
