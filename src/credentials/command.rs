//! Credentials from the output of a program.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use crate::cloud::Record;
use crate::model::{Credentials, Error, Kind, Result};

/// The longest a program may take.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// The most it may print: one mebibyte.
const LARGEST: u64 = 1 << 20;

/// Runs a program without a shell, for 60 seconds at most, and reads the credentials that it prints. What it writes to
/// stderr is passed through: it may ask for a password there.
///
/// The thread waits for it.
pub fn run_command(words: &[String], now: DateTime<Utc>) -> Result<Credentials> {
    read_command_output(&output(words, TIME_LIMIT)?, now)
}

/// Reads what a program has printed: the form of aliyun-cli's mode External, or that of `credential_process` of AWS.
pub fn read_command_output(output: &[u8], now: DateTime<Utc>) -> Result<Credentials> {
    const PLACE: &str = "the output of the command for credentials";
    let remedy = "it must print `{\"mode\":\"AK\",\"access_key_id\":…,\"access_key_secret\":…}` or \
                  `{\"Version\":1,\"AccessKeyId\":…,\"SecretAccessKey\":…}`";
    let text = std::str::from_utf8(output)
        .map_err(|_| Error::new(Kind::Credentials, format!("{PLACE}: not UTF-8 text")).hint(remedy))?;
    let record = Record::parse(text.trim_start_matches('\u{feff}'), PLACE, remedy)?;
    let mode = record.text("mode")?.map(str::to_ascii_lowercase);
    let (names, ends) = match mode.as_deref() {
        Some("ststoken") => {
            let names = ["access_key_id", "access_key_secret", "sts_token"];
            return record.temporary(names, "expiration", now);
        }
        Some("ak") => (["access_key_id", "access_key_secret", "sts_token"], "expiration"),
        Some(other) => return Err(record.wrong(format!("mode `{other}` is neither `AK` nor `StsToken`"))),
        None if record.seconds("Version")? == Some(1) => {
            (["AccessKeyId", "SecretAccessKey", "SessionToken"], "Expiration")
        }
        None => return Err(record.wrong("it has neither a `mode` nor `Version` 1")),
    };
    let [key_id, secret, token] = names;
    let mut credentials = record.key(key_id, secret, &[token])?.ok_or_else(|| record.missing(key_id))?;
    credentials.expires_at = record.time(ends)?;
    record.unexpired(credentials, now)
}

fn output(words: &[String], limit: Duration) -> Result<Vec<u8>> {
    let deadline = Instant::now() + limit;
    let (program, arguments) = words.split_first().expect("a command has at least one word");
    let failed = |what: &str| {
        Error::new(Kind::Credentials, format!("the command for credentials, `{program}`, {what}"))
    };
    let mut child =
        Command::new(program).args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(
            |error| {
                failed(&format!("cannot be started: {}", error.kind()))
                    .hint("check that it is installed and on the `PATH`")
            },
        )?;
    let mut stdout = child.stdout.take().expect("its output was asked for").take(LARGEST + 1);
    let (sender, receiver) = mpsc::channel();
    // A thread of its own, because nothing else can stop waiting for output when time is up.
    std::thread::spawn(move || {
        let mut output = Vec::new();
        let read = stdout.read_to_end(&mut output).map(|_| output);
        // Nobody listens any more when time was up.
        let _ = sender.send(read);
    });
    let late = || {
        failed(&format!("has not ended after {} seconds", limit.as_secs()))
            .hint("run it yourself and see what it waits for")
    };
    let Ok(output) = receiver.recv_timeout(limit) else {
        stop(&mut child);
        return Err(late());
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
            Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(2)),
            Ok(None) => {
                stop(&mut child);
                return Err(late());
            }
            Err(error) => return Err(failed(&format!("cannot be waited for: {}", error.kind()))),
        }
    }
}

/// Ends a program. That it may have ended by itself meanwhile is no fault.
fn stop(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}
