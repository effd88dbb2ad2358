//! The layers import one way, and the pure ones touch nothing outside.

use std::fs;
use std::path::{Path, PathBuf};

/// The layers in the order in which they may use those before them. Layers with the same number do not know each other.
const LAYERS: &[(&str, u8)] = &[
    ("model", 0),
    ("file", 1),
    ("crypto", 1),
    ("cloud", 2),
    ("client", 3),
    ("credentials", 3),
    ("config", 3),
    ("journal", 3),
    ("sites", 3),
    ("app", 4),
    ("render", 5),
    ("sandbox", 5),
    ("cli", 6),
];

/// What else a layer may not import, though the order would allow it.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("cloud", &["file"]),
    ("render", &["file", "crypto", "cloud", "client", "credentials", "app"]),
    ("sandbox", &["model", "file", "crypto", "cloud", "client", "credentials", "app"]),
];

/// What a layer may not even name.
const PURE: &[(&str, &[&str])] = &[
    ("model", &["std::env", "std::fs", "tokio", "reqwest", "::now()"]),
    ("crypto", &["std::env", "std::fs", "tokio", "reqwest", "::now()"]),
    ("cloud", &["std::env", "std::fs", "tokio", "reqwest", "::now()"]),
    ("render", &["std::env", "std::fs", "tokio", "reqwest", "::now()"]),
    ("client", &["std::env"]),
    ("app", &["std::env", "std::fs", "reqwest", "::now()"]),
];

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn rank(layer: &str) -> u8 {
    LAYERS.iter().find(|(name, _)| *name == layer).unwrap_or_else(|| panic!("`{layer}` is no layer")).1
}

/// The layers that a text imports: `use crate::model::…` and plain `crate::model::…`.
fn imports(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("crate::").filter_map(|(at, _)| {
        let rest = &text[at + "crate::".len()..];
        let end = rest.find(|character: char| !character.is_ascii_lowercase() && character != '_')?;
        Some(&rest[..end])
    })
}

#[test]
fn every_import_points_the_right_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 40, "the sources were found");
    let mut wrong = Vec::new();
    for file in files {
        let path = file.strip_prefix(&root).unwrap().with_extension("");
        let layer = path.iter().next().unwrap().to_str().unwrap().to_owned();
        if layer == "lib" || layer == "main" {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for import in imports(code).filter(|import| *import != layer) {
            let forbidden = FORBIDDEN.iter().any(|(name, list)| *name == layer && list.contains(&import));
            if rank(import) >= rank(&layer) || forbidden {
                wrong.push(format!("{}: `{layer}` imports `{import}`", file.display()));
            }
        }
        for (name, words) in PURE.iter().filter(|(name, _)| *name == layer) {
            for word in words.iter().filter(|word| code.contains(**word)) {
                // The client's clock is said once, where it says so.
                wrong.push(format!("{}: `{name}` names `{word}`", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
