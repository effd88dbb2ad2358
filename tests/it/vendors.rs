//! A provider is named in its own folders only: a further one touches no other code.

use std::fs;
use std::path::{Path, PathBuf};

use cloudbal::cloud::CLOUDS;

/// Where providers may be named, and why.
const ALLOWED: &[(&str, &str)] = &[
    ("cloud/mod.rs", "the registry"),
    ("sandbox/mod.rs", "the sandbox's modules"),
    ("sandbox/registry.rs", "the sandbox's registry"),
    ("cli/args/mod.rs", "the demo keys in the help of `sandbox`"),
    ("config/template.toml", "the documentation of the configuration"),
    ("config/schema.json", "the documentation of the configuration, and its keys"),
];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// The words by which people and programs know a provider.
fn names() -> Vec<String> {
    let mut names = Vec::new();
    for cloud in CLOUDS {
        names.push(cloud.name().to_owned());
        names.extend(cloud.alias().map(str::to_owned));
        names.push(cloud.title().split(' ').next().unwrap().to_lowercase());
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// The code of a file: without its tests, and without comments, which may give a provider as an example.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let is_comment = |line: &str| line.trim_start().starts_with("//");
    (1..).zip(code.lines()).filter(move |(_, line)| !is_comment(line))
}

#[test]
fn a_provider_is_named_in_its_own_folders_only() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut paths, mut used, mut wrong) = (Vec::new(), Vec::new(), String::new());
    files(&source, &mut paths);
    let names = names();
    assert!(names.len() >= CLOUDS.len() && paths.len() > 100, "providers and sources were found");
    for path in paths {
        let name = path.strip_prefix(&source).unwrap().to_str().unwrap().replace('\\', "/");
        let own =
            |layer: &str| CLOUDS.iter().any(|cloud| name.starts_with(&format!("{layer}/{}/", cloud.name())));
        let is_test = name.contains("/tests/") || name.ends_with("tests.rs");
        if own("cloud") || own("sandbox") || is_test {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in code(&text) {
            let lower = line.to_lowercase();
            if !names.iter().any(|name| lower.contains(name.as_str())) {
                continue;
            }
            match ALLOWED.iter().find(|(allowed, _)| *allowed == name) {
                Some((allowed, _)) => used.push(*allowed),
                None => wrong += &format!("src/{name}:{number}: {}\n", line.trim()),
            }
        }
    }
    assert!(wrong.is_empty(), "providers are named outside their folders:\n{wrong}");
    for (allowed, why) in ALLOWED {
        assert!(used.contains(allowed), "`{allowed}` ({why}) names no provider: remove it from the list");
    }
}
