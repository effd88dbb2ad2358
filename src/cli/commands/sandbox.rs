//! `cloudbal sandbox`: the sandbox as a server of its own.

use std::borrow::Cow;
use std::fs::OpenOptions;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::Path;

use crate::cli::args::Sandbox as Arguments;
use crate::cli::demo::{self, unable};
use crate::cli::runtime::runtime;
use crate::cli::{Outcome, ending, print};
use crate::cloud::CLOUDS;
use crate::model::{Error, ErrorKind, Result};
use crate::sandbox::{self, Options, Sandbox};

/// Serves until it is interrupted.
pub fn serve(arguments: &Arguments) -> Result<Outcome> {
    runtime()?.block_on(async {
        let options = Options {
            listen: arguments.listen,
            tls: arguments.tls.is_some(),
            members: arguments.members,
            latency: arguments.latency,
            faults: arguments.fault.clone(),
            rate: arguments.rate,
        };
        let mut sandbox = sandbox::start(options).await.map_err(|error| unable(&error))?;
        let announcement = announcement(&sandbox, arguments)?;
        if let (Some(file), Some(pem)) = (&arguments.tls, sandbox.ca_pem()) {
            write_certificate(file, pem)?;
        }
        print::to_stdout(&announcement)?;
        tokio::select! {
            () = sandbox.wait() => {}
            () = ending::interrupted() => {}
        }
        let counted = sandbox.statistics();
        print::to_stderr(&format!(
            "{} requests; {} above the rate, at most {} in one second; {} with a wrong signature\n",
            counted.requests, counted.throttled, counted.most_in_one_second, counted.refused_signatures,
        ));
        Ok(Outcome::Interrupted)
    })
}

/// The first line of every certificate file, which PEM readers skip: a file with it may be replaced.
const MARK: &str = "# certificate of `cloudbal sandbox --tls`, replaced at every start\n";

/// Writes the certificate to a new file, or over one of an earlier start. Any other file is left unchanged.
fn write_certificate(path: &Path, pem: &str) -> Result<()> {
    let shown = path.display();
    let failed = |error: io::Error| {
        Error::new(ErrorKind::Usage, format!("cannot write `{shown}`: {error}"))
            .hint("name a file for the certificate with `--tls`")
    };
    let refused = |why: &str| {
        Error::new(ErrorKind::Usage, format!("`{shown}` {why}: left unchanged"))
            .hint("name a new file for the certificate with `--tls`")
    };
    if path.is_symlink() {
        return Err(refused("is a symbolic link"));
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    crate::journal::refuse_symlinks(&mut options);
    let mut file = options.open(path).map_err(failed)?;
    if !file.metadata().map_err(failed)?.is_file() {
        return Err(refused("is not a regular file"));
    }
    let mut head = Vec::new();
    (&file).take(MARK.len() as u64).read_to_end(&mut head).map_err(failed)?;
    // An empty file has nothing to lose: `mktemp` makes them.
    if !head.is_empty() && head != MARK.as_bytes() {
        return Err(refused("exists and is not a certificate of an earlier sandbox"));
    }
    file.rewind().and_then(|()| file.set_len(0)).map_err(failed)?;
    file.write_all(format!("{MARK}{pem}").as_bytes()).map_err(failed)
}

/// What a shell can evaluate as it is: the address in a comment on the first line, then exports.
fn announcement(sandbox: &Sandbox, arguments: &Arguments) -> Result<String> {
    let reach = match &arguments.tls {
        Some(file) => {
            format!("export CLOUDBAL_CONNECT_TO={} CLOUDBAL_CA_FILE={}", sandbox.address(), in_shell(file)?)
        }
        None => format!("export CLOUDBAL_ENDPOINT={}", sandbox.url()),
    };
    let mut text = format!(
        "# {}\n# demo keys, valid in this sandbox only (`cloudbal sandbox --help` lists all):\n{reach}\n",
        sandbox.url()
    );
    for cloud in CLOUDS {
        let key_id = demo::key(*cloud, cloud.first_site());
        if let Some(variables) = cloud.keys().variables.first() {
            let secret = sandbox::secret_of(&key_id);
            text += &format!("export {}={key_id} {}={secret}\n", variables.key_id, variables.secret);
        }
    }
    Ok(text)
}

/// A path as a shell takes it, from whatever folder it is used.
fn in_shell(file: &Path) -> Result<String> {
    let path = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let quoted = path.to_str().and_then(|path| shlex::try_quote(path).ok().map(Cow::into_owned));
    // A line break within the quotes would be a line that is neither an export nor a comment.
    quoted.filter(|path| !path.contains(['\n', '\r'])).ok_or_else(|| {
        Error::new(
            ErrorKind::Usage,
            format!("`--tls {}` cannot be exported", file.display().to_string().escape_debug()),
        )
        .hint("name a file without line breaks, in UTF-8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_certificate_of_an_earlier_start_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ca.pem");
        let read = |path: &Path| std::fs::read_to_string(path).unwrap();
        let message = |path: &Path| {
            let message = write_certificate(path, "new").unwrap_err().message.into_string();
            message.replace(dir.path().to_str().unwrap(), "DIR")
        };
        write_certificate(&path, "first and longer").unwrap();
        write_certificate(&path, "second").unwrap();
        assert_eq!(read(&path), format!("{MARK}second"));

        let empty = dir.path().join("empty");
        std::fs::write(&empty, "").unwrap();
        write_certificate(&empty, "new").unwrap();
        assert_eq!(read(&empty), format!("{MARK}new"));

        let foreign = dir.path().join("notes");
        for text in ["mine", "\n", &MARK[1..], "-----BEGIN CERTIFICATE-----\n"] {
            std::fs::write(&foreign, text).unwrap();
            assert_eq!(
                message(&foreign),
                "`DIR/notes` exists and is not a certificate of an earlier sandbox: left unchanged"
            );
            assert_eq!(read(&foreign), text);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_certificate_is_not_written_through_a_link_or_to_a_device() {
        let dir = tempfile::tempdir().unwrap();
        let [link, target] = ["link", "target"].map(|name| dir.path().join(name));
        std::os::unix::fs::symlink(&target, &link).unwrap();
        for text in [None, Some("mine"), Some(MARK)] {
            if let Some(text) = text {
                std::fs::write(&target, text).unwrap();
            }
            let message = write_certificate(&link, "new").unwrap_err().message;
            assert!(message.ends_with("/link` is a symbolic link: left unchanged"), "{message}");
            assert_eq!(std::fs::read_to_string(&target).ok().as_deref(), text);
        }
        let message = write_certificate(Path::new("/dev/null"), "new").unwrap_err().message;
        assert_eq!(*message, *"`/dev/null` is not a regular file: left unchanged");
    }
}
