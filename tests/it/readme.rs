//! The README's examples are run, and must print what it says.

use std::process::Command;

use cloudbal::sandbox::{self, Options, demo};

use crate::support::{Cloud, executable, normalised};

/// The commands of the README's `console` blocks, each with what is printed below it.
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

#[test]
fn every_example_prints_what_the_readme_says() {
    let cloud = Cloud::start(Options::default());
    let examples = examples(include_str!("../../README.md"));
    assert!(examples.len() > 10, "the examples were found");
    let commands: Vec<&str> = examples.iter().map(|(command, _)| command.as_str()).collect();
    let printed = printed(&cloud, &commands);
    assert_eq!(printed.len(), examples.len());
    let mut wrong = String::new();
    for ((command, said), printed) in examples.iter().zip(printed) {
        if printed != normalised(said) {
            wrong += &format!("$ {command}\nthe README says:\n{said}and it prints:\n{printed}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
