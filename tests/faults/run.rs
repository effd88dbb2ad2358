//! Runs of the real command that end in time, or are ended.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::server::Server;

/// What no output may hold.
pub const SECRETS: [&str; 3] = ["faults-secret", "faults-token", "hush"];

/// No run that has nothing to wait for takes longer.
const LONGEST: Duration = Duration::from_secs(8);

/// A run in the making.
pub struct Run {
    command: Command,
    longest: Duration,
    unread: bool,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    pub stdout: String,
    pub stderr: String,
    pub status: Option<i32>,
    pub took: Duration,
}

/// The command with keys of both clouds, and patience for one retry only.
pub fn cloudbal(arguments: &[&str]) -> Run {
    run_of(Command::new(assert_cmd::cargo::cargo_bin!("cloudbal"))).args(arguments)
}

/// The command without any key.
pub fn keyless(arguments: &[&str]) -> Run {
    let mut run = cloudbal(arguments);
    for name in ["SECRET_ID", "SECRET_KEY", "TOKEN"] {
        run.command.env_remove(format!("TENCENTCLOUD_{name}"));
    }
    for name in ["ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SECURITY_TOKEN"] {
        run.command.env_remove(format!("ALIBABA_CLOUD_{name}"));
    }
    run
}

/// The same through a shell, whose script gets the command and its arguments as `"$0" "$@"`.
pub fn through_shell(script: &str, arguments: &[&str]) -> Run {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", script]).arg(assert_cmd::cargo::cargo_bin!("cloudbal"));
    run_of(shell).args(arguments)
}

fn run_of(mut command: Command) -> Run {
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let run = Run { command, longest: LONGEST, unread: false };
    run.env("TENCENTCLOUD_SECRET_ID", "AKIDfaults")
        .env("TENCENTCLOUD_SECRET_KEY", "faults-secret")
        .env("TENCENTCLOUD_TOKEN", "faults-token")
        .env("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAIfaults")
        .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "faults-secret")
        .env("ALIBABA_CLOUD_SECURITY_TOKEN", "faults-token")
        .env("CLOUDBAL_RETRIES", "1")
        .env("RUST_BACKTRACE", "0")
}

/// `aliyun balance` of a server, without encryption.
pub fn balance_of(server: &Server) -> Run {
    cloudbal(&["aliyun", "balance"]).env("CLOUDBAL_ENDPOINT", &server.url())
}

/// `tencent members` of a server, without encryption.
pub fn members_of(server: &Server) -> Run {
    cloudbal(&["tencent", "members"]).env("CLOUDBAL_OUTPUT", "ndjson").env("CLOUDBAL_ENDPOINT", &server.url())
}

impl Run {
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn args(mut self, arguments: &[&str]) -> Self {
        self.command.args(arguments);
        self
    }

    /// Fails when the run takes longer than this.
    pub fn within(mut self, longest: Duration) -> Self {
        self.longest = longest;
        self
    }

    /// Nobody reads stdout before the run has ended.
    pub fn unread(mut self) -> Self {
        self.unread = true;
        self
    }

    /// Somebody could still write to stdin, and never does.
    pub fn open_stdin(mut self) -> Self {
        self.command.stdin(Stdio::piped());
        self
    }

    pub fn start(mut self) -> Running {
        let child = self.command.spawn().unwrap();
        Running { child, start: Instant::now(), longest: self.longest, unread: self.unread }
    }

    pub fn end(self) -> Ended {
        self.start().end()
    }
}

/// A run that has begun.
pub struct Running {
    child: Child,
    start: Instant,
    longest: Duration,
    unread: bool,
}

impl Running {
    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, by its name.
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    }

    /// The end; a run that takes too long is killed, and the test fails.
    pub fn end(mut self) -> Ended {
        let stderr = reading(self.child.stderr.take().unwrap());
        let mut unread = self.child.stdout.take_if(|_| self.unread);
        let stdout = self.child.stdout.take().map(reading);
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if self.start.elapsed() > self.longest {
                self.child.kill().unwrap();
                panic!("still running after {:?}", self.longest);
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let ended = Ended {
            took: self.start.elapsed(),
            stdout: unread
                .take()
                .map(reading)
                .or(stdout)
                .map(|stdout| stdout.join().unwrap())
                .unwrap_or_default(),
            stderr: stderr.join().unwrap(),
            status: status.code(),
        };
        for secret in SECRETS {
            let said = format!("{}{}", ended.stdout, ended.stderr);
            assert!(!said.contains(secret), "`{secret}` was said: {said}");
        }
        ended
    }
}

fn reading(mut from: impl Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    })
}

impl Ended {
    /// What was said on stderr, how the run ended, and how many requests the server got.
    pub fn told(&self, server: &Server) -> String {
        let requests = server.seen().len();
        format!("{}{} requests\n", self.told_alone(), requests)
    }

    /// The same without requests. What differs between runs and systems is put in brackets.
    pub fn told_alone(&self) -> String {
        let status = self.status.map_or("killed".to_owned(), |status| status.to_string());
        let mut text = format!("{}--- exit status {status}\n", self.stderr);
        for (pattern, name) in [
            (r"(127\.0\.0\.1|localhost|\[::1\]):\d+", "$1:[PORT]"),
            (r"\(os error \d+\)", "(os error [N])"),
            (r"\b\d+ ms", "[N] ms"),
        ] {
            text = regex::Regex::new(pattern).unwrap().replace_all(&text, name).into_owned();
        }
        text
    }

    /// The balances on stdout that was ndjson, by their uins.
    pub fn uins(&self) -> Vec<String> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .filter(|row| row["type"] == "balance")
            .map(|row| row["sub_account_id"].as_str().unwrap().to_owned())
            .collect()
    }
}
