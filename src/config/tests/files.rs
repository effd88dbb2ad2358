//! Files on a disk: absent, unreadable, and open to others.

use std::path::PathBuf;

use super::*;

const PAIR: &str = "[accounts.prod]\nprovider = \"tencent\"\n\
                    credentials = { secret_id = \"AKIDEXAMPLE\", secret_key = \"hush\" }\n";

/// A file in a folder of its own; both are removed at the end.
struct File {
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl File {
    fn new(text: impl AsRef<[u8]>) -> Self {
        let folder = tempfile::Builder::new().prefix("cloudbal's ").tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        Self { path, _folder: folder }
    }

    #[cfg(unix)]
    fn with_mode(self, mode: u32) -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&self.path, std::fs::Permissions::from_mode(mode)).unwrap();
        self
    }
}

#[test]
fn an_absent_file_is_none_and_absent_rates_are_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let absent = folder.path().join("cloudbal").join("config.toml");
    assert!(load(&absent, None).unwrap().is_none());
    let expected = format!("there is no file of rates `{}`", absent.display());
    assert_eq!(load_rates(&absent).unwrap_err().to_string(), expected);
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let error = load(folder.path(), None).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Configuration);
    let message = error.to_string();
    assert_eq!(message, format!("cannot read `{}`: is a directory", folder.path().display()));
    let file = File::new(b"# caf\xe9\n");
    assert_eq!(
        load(&file.path, None).unwrap_err().to_string(),
        format!("cannot read `{}`: byte 6 is not UTF-8", file.path.display())
    );
}

#[test]
fn rates_can_be_in_a_file_of_their_own() {
    let file = File::new("date = 2026-11-20\nUSD = \"7.12\"\n");
    let rates = load_rates(&file.path).unwrap();
    assert_eq!(rates.of(Currency::USD).map(|rate| rate.to_string()), Some("7.12".to_owned()));
}

#[cfg(unix)]
#[test]
fn a_plain_secret_is_accepted_only_in_a_file_that_only_its_owner_can_read() {
    for mode in [0o600, 0o400, 0o700] {
        let file = File::new(PAIR).with_mode(mode);
        let config = load(&file.path, None).unwrap().expect("the file is there");
        assert!(matches!(config.accounts[0].credentials, CredentialsEntry::Pair(_)), "{mode:o}");
    }
    for mode in [0o644, 0o640, 0o604, 0o620, 0o602, 0o611] {
        let file = File::new(PAIR).with_mode(mode);
        let error = load(&file.path, None).unwrap_err();
        let path = file.path.display();
        assert_eq!(
            error.to_string(),
            format!(
                "{path}:3:1: `accounts.prod.credentials` holds a secret, and others have access to this file"
            )
        );
        let quoted = path.to_string().replace('\'', "'\\''");
        let hint = error.hint.expect("it says what to do");
        assert_eq!(*hint, *format!("run `chmod 600 '{quoted}'`, or keep the secret elsewhere"));
    }
}

#[cfg(unix)]
#[test]
fn a_file_without_secrets_may_be_open_to_every_user() {
    let file = File::new("[accounts.a]\nprovider = 'aliyun'\n").with_mode(0o666);
    assert_eq!(load(&file.path, None).unwrap().expect("the file is there").accounts.len(), 1);
}
