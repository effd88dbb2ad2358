//! What a crash, or another process, could learn from the memory of a run.
#![cfg(target_os = "linux")]

use std::os::unix::fs::{MetadataExt as _, PermissionsExt};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::server::{Server, Step};

/// The user `nobody`, where the tests run as root.
const NOBODY: u32 = 65534;

/// A run that waits for a reply which never comes, in a folder of its own that everybody may enter and write.
struct Waiting {
    child: Child,
    folder: tempfile::TempDir,
    _server: Server,
}

impl Waiting {
    /// With core dumps allowed, as far as the shell may allow them.
    fn start() -> Self {
        let server = Server::always(vec![Step::Hang]);
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o777)).unwrap();
        let program = folder.path().join("cloudbal");
        std::fs::copy(assert_cmd::cargo::cargo_bin!("cloudbal"), &program).unwrap();
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", r#"ulimit -S -c "$(ulimit -H -c)"; exec ./cloudbal aliyun balance --endpoint "$0""#])
            .arg(server.url())
            .current_dir(folder.path())
            .env_clear()
            .env("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAIfaults")
            .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "faults-secret")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if std::fs::metadata("/proc/self").unwrap().uid() == 0 {
            command.uid(NOBODY);
        }
        let child = command.spawn().unwrap();
        let start = Instant::now();
        while server.seen().is_empty() {
            assert!(start.elapsed() < Duration::from_secs(8), "a request is sent");
            std::thread::sleep(Duration::from_millis(5));
        }
        Self { child, folder, _server: server }
    }

    fn of_the_process(&self, name: &str) -> String {
        format!("/proc/{}/{name}", self.child.id())
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

#[test]
fn a_crash_leaves_no_core_dump() {
    let mut waiting = Waiting::start();
    let limits = std::fs::read_to_string(waiting.of_the_process("limits")).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(
        core.split_whitespace().collect::<Vec<_>>(),
        ["Max", "core", "file", "size", "0", "0", "bytes"]
    );
    let pid = waiting.child.id().to_string();
    assert!(Command::new("kill").args(["-ABRT", &pid]).status().unwrap().success());
    let status = waiting.child.wait().unwrap();
    let how = std::os::unix::process::ExitStatusExt::core_dumped(&status);
    assert!(!how, "{status}");
    let left: Vec<_> =
        std::fs::read_dir(waiting.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["cloudbal"]);
}

#[test]
fn other_processes_of_the_user_cannot_read_its_memory() {
    let waiting = Waiting::start();
    // The files of a process that is not dumpable belong to root, whoever runs it.
    assert_eq!(std::fs::metadata(waiting.of_the_process("mem")).unwrap().uid(), 0);
    assert_eq!(std::fs::metadata(waiting.of_the_process("environ")).unwrap().uid(), 0);
}
