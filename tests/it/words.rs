//! Everything a person reads is in plain English: none of the phrases in `tests/words.txt` appears in it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::cloudbal;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Where people read: folders and files of the repository.
const READ: [&str; 9] = [
    "src",
    "docs",
    "benches",
    ".ci",
    "fuzz/checks",
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "Cargo.toml",
];

/// Files with these names hold text.
const TEXT: [&str; 10] = ["rs", "md", "toml", "json", "py", "sh", "yml", "yaml", "txt", "rc"];

/// A phrase in lower case, what to write instead, and the longer phrases in which it is allowed.
struct Phrase {
    text: String,
    instead: String,
    exceptions: Vec<String>,
}

fn phrases() -> Vec<Phrase> {
    let list = fs::read_to_string(Path::new(ROOT).join("tests/words.txt")).unwrap();
    let lines = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (exceptions, lines): (Vec<_>, Vec<_>) = lines.partition(|line| line.starts_with('!'));
    let phrases = lines.into_iter().map(|line| {
        let (text, instead) = line.split_once(" => ").unwrap_or_else(|| panic!("no ` => ` in `{line}`"));
        let text = text.to_lowercase();
        let exceptions = exceptions.iter().map(|line| line[1..].trim().to_lowercase());
        let exceptions = exceptions.filter(|longer| longer.contains(&text)).collect();
        Phrase { text, instead: instead.to_owned(), exceptions }
    });
    phrases.collect()
}

fn files(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        let entries = fs::read_dir(path).unwrap();
        entries.for_each(|entry| files(&entry.unwrap().path(), found));
    } else if path.extension().is_none_or(|extension| TEXT.iter().any(|text| extension == *text)) {
        found.push(path.to_owned());
    }
}

/// The words of a text with one space between them, and where each line begins in that. Marks of comments are left
/// out, so that a phrase is found across the lines of a comment.
fn words(text: &str) -> (String, Vec<usize>) {
    const MARKS: [&str; 6] = ["///", "//!", "//", "#", "*", ">"];
    let (mut joined, mut starts) = (" ".to_owned(), Vec::new());
    for line in text.to_lowercase().lines() {
        starts.push(joined.len());
        for word in line.split_whitespace().filter(|word| !MARKS.contains(word)) {
            joined.push_str(word.trim_end_matches('\\'));
            joined.push(' ');
        }
    }
    (joined, starts)
}

/// Where a phrase begins as whole words.
fn places<'t>(phrase: &'t str, joined: &'t str) -> impl Iterator<Item = usize> + 't {
    let is_letter = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    let places = joined.match_indices(phrase).map(|(at, _)| at);
    places.filter(move |at| {
        let end = at + phrase.len();
        !is_letter(joined[..*at].chars().next_back()) && !is_letter(joined[end..].chars().next())
    })
}

/// The lines in which a phrase begins that is not part of an exception.
fn lines_with(phrase: &Phrase, joined: &str, starts: &[usize]) -> Vec<usize> {
    let is_allowed = |at: usize| {
        phrase.exceptions.iter().any(|longer| {
            let offset = longer.find(&phrase.text).unwrap_or_default();
            at.checked_sub(offset).is_some_and(|start| places(longer, joined).any(|place| place == start))
        })
    };
    let places = places(&phrase.text, joined).filter(|at| !is_allowed(*at));
    places.map(|at| starts.partition_point(|start| *start <= at)).collect()
}

/// What to change in a text.
fn found(name: &str, text: &str, phrases: &[Phrase]) -> Vec<String> {
    let (joined, starts) = words(text);
    let hits = phrases.iter().flat_map(|phrase| {
        let lines = lines_with(phrase, &joined, &starts);
        lines.into_iter().map(move |line| (line, phrase))
    });
    let message = |(line, Phrase { text, instead, .. }): (usize, &Phrase)| {
        format!("{name}:{line}: `{text}`, better: {instead}")
    };
    hits.map(message).collect()
}

#[test]
fn a_phrase_is_found_as_whole_words_in_any_letter_case_and_across_lines() {
    let phrase = |text: &str, exceptions: &[&str]| Phrase {
        text: text.to_owned(),
        instead: "better".to_owned(),
        exceptions: exceptions.iter().map(|text| (*text).to_owned()).collect(),
    };
    let phrases = [phrase("walk on", &[]), phrase("has two", &["who has two"])];
    let text = "/// How they\n/// Walk\n/// on.\nsidewalk on, walk onto\n# Walk on\nwho has two? it has two";
    assert_eq!(
        found("x", text, &phrases),
        [
            "x:2: `walk on`, better: better",
            "x:5: `walk on`, better: better",
            "x:6: `has two`, better: better"
        ]
    );
}

#[test]
fn sources_and_documentation_are_in_plain_english() {
    let phrases = phrases();
    let mut paths = Vec::new();
    for name in READ {
        files(&Path::new(ROOT).join(name), &mut paths);
    }
    assert!(paths.len() > 150, "the files were found");
    paths.sort();
    let mut wrong = Vec::new();
    for path in paths {
        let name = path.strip_prefix(ROOT).unwrap().display().to_string();
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        wrong.extend(found(&name, &text, &phrases));
    }
    assert!(wrong.is_empty(), "{} phrases of tests/words.txt:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn help_and_manual_are_in_plain_english() {
    let phrases = phrases();
    let mut wrong = Vec::new();
    for arguments in
        [&["--help"][..], &["man"], &["schema"], &["check", "--help"], &["tencent", "members", "--help"]]
    {
        let said = cloudbal(arguments).run();
        assert!(said.status == Some(0) && !said.stdout.is_empty(), "{said:?}");
        wrong.extend(found(&format!("cloudbal {}", arguments.join(" ")), &said.stdout, &phrases));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
