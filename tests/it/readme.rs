//! The examples of the README and of `docs/` are run, and must print what the pages show.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cloudbal::cloud::CLOUDS;
use cloudbal::sandbox::{self, Options, demo};

use crate::support::{Cloud, executable, normalised};

/// The commands of a page's `console` blocks, each with the output shown below it.
fn examples(text: &str) -> Vec<(String, String)> {
    let mut examples: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        match line {
            "```console" => inside = true,
            "```" => inside = false,
            _ if !inside => {}
            _ => match (line.strip_prefix("$ "), examples.last_mut()) {
                (Some(command), _) => examples.push((command.to_owned(), String::new())),
                (None, Some((_, output))) => {
                    output.push_str(line);
                    output.push('\n');
                }
                (None, None) => panic!("a block begins with a command, not with `{line}`"),
            },
        }
    }
    examples
}

/// Runs the commands in one shell, as a reader would paste them, and gives what each has printed.
fn printed(cloud: &Cloud, commands: &[&str]) -> Vec<String> {
    const SEPARATOR: &str = "=== next ===";
    // The separator must not change what `$?` says to the next command.
    let script: String =
        commands.iter().map(|command| format!("{command}\n(s=$?; echo '{SEPARATOR}'; exit $s)\n")).collect();
    let bin = executable().parent().unwrap().to_owned();
    let (tencent, aliyun) = (&demo("tencent", "intl").unwrap(), &demo("aliyun", "cn").unwrap());
    let home = tempfile::tempdir().unwrap();
    let output = Command::new("bash")
        .args(["-c", &script])
        .env_clear()
        .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display()))
        .env("HOME", home.path())
        .env("LANG", "C.UTF-8")
        .envs([
            ("TENCENTCLOUD_SECRET_ID", tencent.to_owned()),
            ("TENCENTCLOUD_SECRET_KEY", sandbox::secret_of(tencent)),
            ("ALIBABA_CLOUD_ACCESS_KEY_ID", aliyun.to_owned()),
            ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", sandbox::secret_of(aliyun)),
            ("CLOUDBAL_CA_FILE", cloud.certificate.path().display().to_string()),
        ])
        .env("CLOUDBAL_CONNECT_TO", cloud.address.to_string())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut outputs: Vec<String> = text.split(&format!("{SEPARATOR}\n")).map(normalised).collect();
    assert_eq!(outputs.pop().as_deref(), Some(""), "{}", String::from_utf8_lossy(&output.stderr));
    outputs
}

/// The README and every page of `docs/`, by path.
fn pages() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = vec![root.join("README.md")];
    paths.extend(fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path()));
    paths.sort();
    let page = |path: PathBuf| (path.display().to_string(), fs::read_to_string(&path).unwrap());
    paths.into_iter().map(page).collect()
}

#[test]
fn every_example_prints_what_its_page_shows() {
    let cloud = Cloud::start(Options::default());
    let (mut count, mut wrong) = (0, String::new());
    for (path, text) in pages() {
        let examples = examples(&text);
        let commands: Vec<&str> = examples.iter().map(|(command, _)| command.as_str()).collect();
        let printed = printed(&cloud, &commands);
        assert_eq!(printed.len(), examples.len());
        count += examples.len();
        for ((command, shown), printed) in examples.iter().zip(printed) {
            if printed != normalised(shown) {
                wrong += &format!("{path}: $ {command}\nthe page shows:\n{shown}and it prints:\n{printed}\n");
            }
        }
    }
    assert!(count > 15, "the examples were found");
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_readme_is_short_and_its_links_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (path, text) in pages() {
        let folder = Path::new(&path).parent().unwrap().to_owned();
        let links = text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap());
        for link in links.filter(|link| !link.contains("://")) {
            let file = link.split('#').next().unwrap();
            assert!(file.is_empty() || folder.join(file).exists(), "{path}: `{link}` does not exist");
        }
    }
    let lines = fs::read_to_string(root.join("README.md")).unwrap().lines().count();
    assert!(lines <= 220, "README.md has {lines} lines");
}

#[test]
fn every_place_that_contributing_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("CONTRIBUTING.md")).unwrap();
    let quoted = text.split('`').skip(1).step_by(2);
    let paths: Vec<&str> = quoted.filter(|text| text.contains('/') && !text.contains([' ', '{'])).collect();
    assert!(paths.len() > 25, "the paths were found");
    for path in paths {
        let names = if path.contains("<name>") { CLOUDS } else { &CLOUDS[..1] };
        for cloud in names {
            let path = root.join(path.replace("<name>", cloud.name()));
            let inside = root.join("src").join(path.strip_prefix(root).unwrap());
            assert!(path.exists() || inside.exists(), "{} does not exist", path.display());
        }
    }
}
