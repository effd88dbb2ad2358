//! The progress line, at a terminal and elsewhere.

use std::time::Duration;

use cloudbal::sandbox::Options;

use crate::support::Cloud;

/// Two pages more than may be asked for in one second.
fn slow() -> Cloud {
    Cloud::start(Options { members: 220, latency: Duration::from_millis(300), ..Options::default() })
}

fn late() -> Cloud {
    Cloud::start(Options { latency: Duration::from_millis(900), ..Options::default() })
}

/// What a terminal shows in the end of what it was sent.
fn screen(sent: &str) -> Vec<String> {
    let (mut lines, mut row, mut column) = (vec![Vec::new()], 0, 0);
    let mut rest = sent;
    while let Some(character) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("\x1b[2K") {
            lines[row].clear();
            rest = after;
            continue;
        }
        rest = &rest[character.len_utf8()..];
        match character {
            '\r' => column = 0,
            '\n' => {
                row += 1;
                lines.resize(lines.len().max(row + 1), Vec::new());
            }
            character => {
                let length = lines[row].len().max(column + 1);
                lines[row].resize(length, ' ');
                lines[row][column] = character;
                column += 1;
            }
        }
    }
    lines.iter().map(|line| line.iter().collect()).collect()
}

fn shows(sent: &str, pattern: &str) -> bool {
    regex::Regex::new(pattern).unwrap().is_match(sent)
}

#[test]
fn members_are_counted_while_they_are_read_and_the_line_goes_before_the_table_comes() {
    let cloud = slow();
    let said = cloud.cloudbal(&["tencent", "members", "--color", "never"]).at_a_terminal().run();
    assert!(shows(&said.stdout, r"\d+/220 members"), "{}", said.stdout);
    let lines = screen(&said.stdout);
    assert!(lines[0].starts_with("SUB-ACCOUNT "), "{lines:?}");
    assert_eq!(
        lines.len(),
        1 + 220 + 4 + 1,
        "heading, rows, rule and total, when, what is too narrow, and nothing"
    );
    assert!(!lines.iter().any(|line| line.contains("/220")), "{lines:?}");
}

#[test]
fn the_line_keeps_out_of_the_way_of_what_is_streamed() {
    let cloud = slow();
    let said = cloud.cloudbal(&["tencent", "members", "-o", "ndjson"]).at_a_terminal().run();
    assert!(shows(&said.stdout, r"\d+/220 members"), "{}", said.stdout);
    let lines = screen(&said.stdout);
    assert_eq!((lines.len(), lines[221].as_str()), (222, ""));
    for line in &lines[..221] {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line:?}");
    }
}

#[test]
fn accounts_are_counted_and_an_error_stands_on_its_own_line() {
    let cloud = late();
    let said = cloud.cloudbal(&["all", "-o", "ndjson", "--deadline", "700ms"]).at_a_terminal().run();
    assert!(said.stdout.contains("0/2 accounts"), "{}", said.stdout);
    let lines = screen(&said.stdout);
    let [first @ .., last] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!((first.len(), last.as_str()), (6, ""), "{lines:?}");
    for (account, lines) in ["tencent", "aliyun"].into_iter().zip(first.chunks(3)) {
        assert!(lines[0].starts_with(&format!(r#"{{"type":"error","provider":"{account}","#)), "{lines:?}");
        assert_eq!(
            lines[1..],
            [
                format!(
                    "\u{1b}[1;31merror:\u{1b}[0m {account}/environment: the deadline came before everything was read"
                ),
                "\u{1b}[1;36mhint:\u{1b}[0m what was read is shown; give it longer with `--deadline`"
                    .to_owned(),
            ]
        );
    }
}

#[test]
fn nobody_is_shown_a_line_who_does_not_want_it_or_is_no_terminal() {
    let late = late();
    let arguments = &["all", "-o", "csv"];
    let quiet = late.cloudbal(arguments).at_a_terminal().env("CLOUDBAL_QUIET", "true").run();
    let verbose = late.cloudbal(arguments).at_a_terminal().env("CLOUDBAL_VERBOSE", "1").run();
    let dumb = late.cloudbal(arguments).at_a_terminal().env("TERM", "dumb").run();
    let piped = late.cloudbal(arguments).run();
    for said in [quiet, verbose, dumb, piped] {
        assert!(!said.stdout.contains("accounts") && !said.stdout.contains('\x1b'), "{}", said.stdout);
        assert_eq!(said.stderr, "");
    }
}

#[test]
fn an_examination_shows_its_progress_between_its_steps() {
    let cloud = late();
    let said = cloud.cloudbal(&["doctor", "--color", "never"]).at_a_terminal().run();
    assert!(shows(&said.stdout, r"examining · 0/2 accounts"), "{}", said.stdout);
    let lines = screen(&said.stdout);
    assert_eq!(lines[0], "tencent/environment", "{lines:?}");
    assert_eq!(lines.iter().filter(|line| line.starts_with("  ok ")).count(), 16, "{lines:?}");
    assert!(!lines.iter().any(|line| line.contains("examining")), "{lines:?}");
}
