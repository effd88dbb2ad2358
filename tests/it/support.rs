//! Running the real command, with a blank environment, against a stand-in of the clouds.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread::JoinHandle;

use cloudbal::sandbox::{self, Options, Statistics};

/// A stand-in of the clouds, on a thread of its own.
pub struct Cloud {
    pub address: SocketAddr,
    pub certificate: tempfile::NamedTempFile,
    statistics: mpsc::Sender<mpsc::Sender<Statistics>>,
    _thread: JoinHandle<()>,
}

impl Cloud {
    /// One that speaks TLS in the clouds' names.
    pub fn start(options: Options) -> Self {
        Self::listen(Options { tls: true, ..options })
    }

    /// One that speaks plain HTTP, as the metadata services do.
    pub fn plain() -> Self {
        Self::listen(Options::default())
    }

    fn listen(options: Options) -> Self {
        let (started, starting) = mpsc::channel();
        let (statistics, asked) = mpsc::channel::<mpsc::Sender<Statistics>>();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let sandbox = sandbox::start(options).await.unwrap();
                started.send((sandbox.address(), sandbox.ca_pem().unwrap_or_default().to_owned())).unwrap();
                loop {
                    match asked.try_recv() {
                        Ok(to) => to.send(sandbox.statistics()).unwrap(),
                        Err(mpsc::TryRecvError::Disconnected) => return,
                        Err(mpsc::TryRecvError::Empty) => {
                            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                        }
                    }
                }
            });
        });
        let (address, pem) = starting.recv().unwrap();
        let mut certificate = tempfile::NamedTempFile::new().unwrap();
        certificate.write_all(pem.as_bytes()).unwrap();
        Self { address, certificate, statistics, _thread: thread }
    }

    /// With faults, as they are written on the command line.
    pub fn faulty(faults: &[&str]) -> Self {
        let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
        Self::start(Options { faults, ..Options::default() })
    }

    pub fn statistics(&self) -> Statistics {
        let (to, answer) = mpsc::channel();
        self.statistics.send(to).unwrap();
        answer.recv().unwrap()
    }

    /// The command, pointed at this stand-in, with the demo keys.
    pub fn cloudbal(&self, arguments: &[&str]) -> Cloudbal {
        use sandbox::demo;
        self.keyless(arguments)
            .tencent_key(&demo("tencent", "intl").unwrap())
            .aliyun_key(&demo("aliyun", "cn").unwrap())
    }

    /// The command, pointed at this stand-in, without keys.
    pub fn keyless(&self, arguments: &[&str]) -> Cloudbal {
        cloudbal(arguments)
            .env("CLOUDBAL_CONNECT_TO", &self.address.to_string())
            .env("CLOUDBAL_CA_FILE", self.certificate.path().to_str().unwrap())
    }
}

/// Where a home directory's configuration is.
const CONFIG: &str = ".config/cloudbal/config.toml";

/// A home directory of somebody who uses the clouds' own tools.
pub struct Home(tempfile::TempDir);

impl Home {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With a file, that only its owner can read, and the folders that lead to it.
    pub fn file(self, path: &str, text: &str) -> Self {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        self
    }

    /// With a configuration file.
    pub fn config(self, text: &str) -> Self {
        self.file(CONFIG, text)
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// Everything that was said, with this directory's name put in brackets.
    pub fn whole(&self, said: &Said) -> String {
        said.whole().replace(self.0.path().to_str().unwrap(), "[HOME]")
    }
}

/// A run of the command in the making.
pub struct Cloudbal {
    command: Command,
    stdin: Vec<u8>,
}

/// What a run said.
#[derive(Debug)]
pub struct Said {
    pub stdout: String,
    pub stderr: String,
    pub status: Option<i32>,
}

pub fn executable() -> PathBuf {
    assert_cmd::cargo::cargo_bin!("cloudbal").to_path_buf()
}

/// The command with a blank environment, and without the files of whoever runs this.
pub fn cloudbal(arguments: &[&str]) -> Cloudbal {
    let mut command = Command::new(executable());
    command.env_clear().env("HOME", "/nonexistent").args(arguments);
    Cloudbal { command, stdin: Vec::new() }
}

impl Cloudbal {
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn arg(mut self, argument: &str) -> Self {
        self.command.arg(argument);
        self
    }

    pub fn home(self, home: &Home) -> Self {
        let path = home.0.path().to_str().unwrap();
        let run = self.env("HOME", path).env("USERPROFILE", path);
        let config = home.path(CONFIG);
        // Where cloudbal looks by itself differs from system to system.
        if config.exists() { run.env("CLOUDBAL_CONFIG", config.to_str().unwrap()) } else { run }
    }

    pub fn tencent_key(self, key_id: &str) -> Self {
        self.env("TENCENTCLOUD_SECRET_ID", key_id).env("TENCENTCLOUD_SECRET_KEY", &sandbox::secret_of(key_id))
    }

    pub fn aliyun_key(self, key_id: &str) -> Self {
        self.env("ALIBABA_CLOUD_ACCESS_KEY_ID", key_id)
            .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", &sandbox::secret_of(key_id))
    }

    pub fn arguments(mut self, arguments: &[&str]) -> Self {
        self.command.args(arguments);
        self
    }

    pub fn stdin(mut self, text: &str) -> Self {
        self.stdin = text.as_bytes().to_vec();
        self
    }

    /// With stdout and stderr at one terminal; all that it is sent is then what the run says on stdout.
    pub fn at_a_terminal(self) -> Self {
        let mut command = Command::new("python3");
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("TERM", "xterm");
        command.envs(self.command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/terminal.py"));
        command.arg(self.command.get_program()).args(self.command.get_args());
        Self { command, ..self }
    }

    pub fn run(mut self) -> Said {
        let mut child =
            self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A command that does not read closes its end: that is its right.
        _ = child.stdin.take().unwrap().write_all(&self.stdin);
        let output = child.wait_with_output().unwrap();
        Said {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            status: output.status.code(),
        }
    }
}

impl Said {
    /// Everything that was said, as one text, with what differs between runs put in brackets.
    pub fn whole(&self) -> String {
        let mut text = self.stdout.clone();
        if !self.stderr.is_empty() {
            text.push_str("--- stderr\n");
            text.push_str(&self.stderr);
        }
        let status = self.status.map_or("killed".to_owned(), |status| status.to_string());
        text = format!("{text}--- exit status {status}\n");
        normalised(&text)
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// A text with what differs between runs put in brackets.
pub fn normalised(text: &str) -> String {
    let mut text = text.to_owned();
    for (pattern, name) in [
        (r"(?i)\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "[ID]"),
        (r"\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d", "[TIME]"),
        (r"127\.0\.0\.1:\d+", "[ADDRESS]"),
        (r"\bin \d+ ms", "in [N] ms"),
    ] {
        text = regex::Regex::new(pattern).unwrap().replace_all(&text, name).into_owned();
    }
    text
}
