//! The program as help, completion and manual pages describe it: each command with those global options that it uses.

use clap::builder::Resettable;
use clap::{Arg, Args as _, Command, CommandFactory as _};

use super::args::{Arguments, Options};
use super::choices;
use crate::cloud::{self, CLOUDS, Cloud};

/// Options that change how anything is printed, usage errors included.
const COLOR: &[&str] = &["color"];

/// Options of commands that report problems on stderr while they work.
const MESSAGES: &[&str] = &["verbose", "quiet"];

/// Options of commands that print a document.
const DOCUMENT: &[&str] = &["output", "query"];

/// Options of commands that choose among accounts.
const ACCOUNTS: &[&str] = &["config", "site", "sandbox", "deadline"];

/// Options of commands that send requests.
const REQUESTS: &[&str] = &[
    "currency",
    "endpoint",
    "connect_to",
    "metadata_endpoint",
    "signature",
    "timeout",
    "connect_timeout",
    "retries",
    "rate",
    "concurrency",
    "ca_file",
    "system_certs",
    "proxy",
    "no_cache",
];

/// Options that `check` reads only to refuse them, with a word on what to use instead.
const REFUSED_BY_CHECK: &[&str] = &["below", "only_failed"];

/// The global options that `cloudbal -h` shows; the others are in `cloudbal help options`.
const COMMON: &[&str] = &["output", "verbose", "quiet", "sandbox"];

/// Whether a command uses a global option. The command is given by the names that lead to it; a command that has
/// commands of its own accepts what any of them uses.
pub fn uses(path: &[&str], option: &str) -> bool {
    if let Some(cloud) = cloud_of(path) {
        return option != "signature" || choices::has_signatures(cloud);
    }
    let groups: &[&[&str]] = match path {
        [] | ["all" | "check"] => return true,
        ["accounts"] => &[COLOR, MESSAGES, DOCUMENT, ACCOUNTS],
        ["doctor"] => &[COLOR, MESSAGES, DOCUMENT, ACCOUNTS, REQUESTS],
        ["config"] | ["config", "check"] => &[COLOR, &["config", "deadline", "convert_to", "rates", "quiet"]],
        ["init"] | ["config", "path" | "show"] => &[COLOR, &["config", "deadline"]],
        // The rate of the sandbox is an option of its own that has the same name.
        ["sandbox"] => &[COLOR, &["rate"]],
        _ => &[COLOR],
    };
    groups.iter().any(|group| group.contains(&option))
}

/// The cloud whose command this is, or one below it.
fn cloud_of(path: &[&str]) -> Option<&'static dyn Cloud> {
    path.first().and_then(|name| cloud::named(name))
}

/// Lists the examples in a command's help.
pub fn examples(path: &[&str]) -> Vec<String> {
    let with_members = || CLOUDS.iter().find(|cloud| cloud.members().is_some()).map(|cloud| cloud.name());
    let mut examples: Vec<String> = match cloud_of(path) {
        Some(cloud) => examples_of_cloud(cloud, &path[1..]),
        None => fixed_examples(path).iter().map(ToString::to_string).collect(),
    };
    match (path, with_members()) {
        ([], Some(cloud)) => {
            let example = format!("cloudbal {cloud} members --name 'dev-*'");
            examples.push(format!("{example:<42}# members of an organization"));
        }
        (["all"], Some(cloud)) => {
            examples.insert(1, format!("cloudbal all --provider {cloud} --members"));
        }
        _ => {}
    }
    examples
}

fn examples_of_cloud(cloud: &dyn Cloud, path: &[&str]) -> Vec<String> {
    let arguments: &[&str] = match path {
        [] if cloud.members().is_some() => &["balance", "members -o csv"],
        [] => &["balance"],
        ["balance"] => &["balance --account prod"],
        _ => &[
            "members --name 'dev-*' --below 100",
            "members --uin 700001941608,700100015838",
            "members -o ndjson --resume members.journal",
        ],
    };
    let mut examples: Vec<String> =
        arguments.iter().map(|arguments| format!("cloudbal {} {arguments}", cloud.name())).collect();
    if path == ["balance"] {
        let site = cloud.sites().iter().find(|site| **site != cloud.first_site());
        let site = site.map_or(String::new(), |site| format!(" --site {site}"));
        examples.push(format!("cloudbal {} balance{site} -o json", cloud.name()));
    }
    examples
}

fn fixed_examples(path: &[&str]) -> &'static [&'static str] {
    match path {
        [] => &[
            "cloudbal --sandbox                        # try it without keys",
            "cloudbal                                  # every account on this machine",
            "cloudbal prod 'test-*' -o json            # some accounts, for scripts",
            "cloudbal check --threshold USD=100        # exit status 3 when a balance is low",
        ],
        ["all"] => &["cloudbal all prod 'test-*'", "cloudbal all --in USD --rates rates.toml"],
        ["check"] => &[
            "cloudbal check --threshold USD=100,CNY=700",
            "cloudbal check 'prod-*' --members --deadline 1m -o json",
        ],
        ["accounts"] => &["cloudbal accounts", "cloudbal accounts -o json"],
        ["accounts", "login"] => {
            &["cloudbal accounts login prod", "cloudbal accounts login prod --key-id AKIDEXAMPLE"]
        }
        ["accounts", "logout"] => &["cloudbal accounts logout prod"],
        ["doctor"] => &["cloudbal doctor", "cloudbal doctor prod"],
        ["init"] => &["cloudbal init", "cloudbal init --yes --config cloudbal.toml"],
        ["config"] => &["cloudbal config check", "cloudbal config show"],
        ["config", "path"] => &["cloudbal config path"],
        ["config", "show"] => &["cloudbal config show"],
        ["config", "check"] => &["cloudbal config check", "cloudbal config check --config cloudbal.toml"],
        ["config", "schema"] => &["cloudbal config schema > config.schema.json"],
        ["sandbox"] => &[
            "cloudbal sandbox > sandbox.env & sleep 1; . ./sandbox.env; cloudbal",
            "cloudbal sandbox --members 1000 --latency 30ms --fault throttle:0.1",
        ],
        ["completions"] => &[
            "source <(cloudbal completions bash)   # in ~/.bashrc",
            "source <(cloudbal completions zsh)    # in ~/.zshrc",
            "cloudbal completions fish > ~/.config/fish/completions/cloudbal.fish",
        ],
        ["man"] => &["cloudbal man > cloudbal.1", "cloudbal man ~/.local/share/man/man1"],
        ["schema"] => &["cloudbal schema > cloudbal.schema.json"],
        _ => &[],
    }
}

/// The whole program. No option of it is global for clap: each command has what it uses, and nothing else. Hidden
/// options are left out on demand.
pub fn program(with_hidden: bool) -> Command {
    let derived = Arguments::command();
    let is_wanted = |option: &&Arg| with_hidden || !option.is_hide_set();
    let root = Command::new("cloudbal")
        .version(env!("CARGO_PKG_VERSION"))
        .max_term_width(100)
        .about(derived.get_about().cloned().unwrap_or_default())
        .long_about(derived.get_long_about().cloned().unwrap_or_default())
        .args(derived.get_arguments().filter(is_wanted).cloned().map(|option| {
            let is_common = COMMON.contains(&option.get_id().as_str());
            option.global(false).hide_short_help(!is_common)
        }))
        .subcommands(derived.get_subcommands().cloned());
    let global: Vec<Arg> = global_options().filter(|option| is_wanted(&option)).collect();
    describe(root, &[], &global)
}

/// The names of all commands, as a word on the command line can name them.
pub fn commands() -> Vec<String> {
    let program = Arguments::command();
    let names = program.get_subcommands().flat_map(|command| {
        std::iter::once(command.get_name()).chain(command.get_visible_aliases()).map(str::to_owned)
    });
    names.chain(["help".to_owned()]).collect()
}

/// The options that several commands share. Which of two excludes the other is decided after all are read.
fn global_options() -> impl Iterator<Item = Arg> {
    let options = Options::augment_args(Command::default());
    let options: Vec<Arg> = options.get_arguments().cloned().collect();
    options
        .into_iter()
        .map(|option| option.global(false).hide_short_help(true).conflicts_with(Resettable::Reset))
}

/// Adds to a command, and to those below it, the global options that it uses, and its examples.
fn describe(command: Command, path: &[&str], global: &[Arg]) -> Command {
    let has = |option: &Arg| command.get_arguments().any(|own| own.get_id() == option.get_id());
    let used = |option: &&Arg| uses(path, option.get_id().as_str()) && !has(option);
    let hidden = |option: &Arg| path == ["check"] && REFUSED_BY_CHECK.contains(&option.get_id().as_str());
    let shown = |option: &Arg| {
        let option = option.clone().hide(option.is_hide_set() || hidden(option));
        match cloud_of(path) {
            Some(cloud) if option.get_id() == "site" => option.value_parser(choices::site_of(cloud.sites())),
            _ => option,
        }
    };
    let used: Vec<Arg> = global.iter().filter(used).map(shown).collect();
    let mut footer = String::from("Examples:\n");
    for example in examples(path) {
        footer += &format!("  {example}\n");
    }
    footer += "\nGlobal options: cloudbal help options";
    if path.is_empty() {
        footer += "\nExit status: 0 complete, 1 something could not be read, 2 usage or configuration, 3 low (`check`)";
    }
    let footer = match command.get_after_long_help() {
        Some(text) => (footer.clone(), Some(format!("{text}\n\n{footer}"))),
        None => (footer, None),
    };
    let mut command = command.args(used).after_help(footer.0);
    if let Some(long) = footer.1 {
        command = command.after_long_help(long);
    }
    command.mut_subcommands(|below| {
        let name = below.get_name().to_owned();
        let path: Vec<&str> = path.iter().copied().chain([name.as_str()]).collect();
        describe(below, &path, global)
    })
}

/// The help that lists the global options, as the error that clap makes of a wish for help.
pub fn options_help() -> clap::Error {
    let visible = global_options().filter(|option| !option.is_hide_set());
    let mut listing = Command::new("cloudbal")
        .max_term_width(100)
        .about(
            "Options are accepted before and after the command; a command rejects those that it does not use.\n\
             An option overrides its variable, and a variable overrides the configuration.",
        )
        .help_template("{about}\n\n{options}")
        .args(visible.map(|option| option.hide_short_help(false)));
    listing
        .try_get_matches_from_mut(["cloudbal", "-h"])
        .expect_err("a wish for help is an error to clap, and no option is required")
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    /// Calls a check with every command and the names that lead to it.
    fn each(command: &Command, path: &[&str], check: &mut dyn FnMut(&Command, &[&str])) {
        check(command, path);
        for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
            let path: Vec<&str> = path.iter().copied().chain([below.get_name()]).collect();
            each(below, &path, check);
        }
    }

    fn is_imperative(help: &str) -> bool {
        const VERBS: &[&str] = &[
            "Add", "Adjust", "Ask", "Assume", "Choose", "Color", "Connect", "Convert", "Delay", "Examine",
            "Export", "Fill", "Filter", "Give", "Hide", "Ignore", "Inject", "Inspect", "Keep", "Limit",
            "List", "Listen", "Log", "Name", "Order", "Print", "Read", "Remove", "Retry", "Reuse", "Save",
            "Select", "Send", "Serve", "Set", "Show", "Sign", "Silence", "Sort", "Stop", "Store", "Suppress",
            "Trust", "Use", "Wait", "Write",
        ];
        help.split([' ', ',']).next().is_some_and(|first| VERBS.contains(&first))
    }

    #[test]
    fn short_help_has_at_most_40_lines_and_shows_examples() {
        let mut program = program(true);
        program.build();
        each(&program, &[], &mut |command, path| {
            let words = std::iter::once("cloudbal").chain(path.iter().copied()).chain(["-h"]);
            let help = parse::arguments(&words.map(Into::into).collect::<Vec<_>>()).unwrap_err().to_string();
            assert_eq!(help.lines().next(), command.get_about().map(ToString::to_string).as_deref());
            assert!(help.lines().count() <= 40, "{path:?} has {} lines:\n{help}", help.lines().count());
            assert!(help.lines().all(|line| line.chars().count() <= 100), "{path:?}:\n{help}");
            assert!(help.contains("Examples:\n  ") && !examples(path).is_empty(), "{path:?}:\n{help}");
            assert!(help.contains("cloudbal help options"), "{path:?}:\n{help}");
        });
    }

    #[test]
    fn every_line_of_help_is_imperative_and_short() {
        let mut program = program(true);
        program.build();
        each(&program, &[], &mut |command, path| {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            let options = command.get_arguments().filter(|option| {
                !option.is_hide_set() && !["help", "version"].contains(&option.get_id().as_str())
            });
            let options =
                options.map(|option| option.get_help().map(ToString::to_string).unwrap_or_default());
            for help in options.chain([about]) {
                assert!(is_imperative(&help), "{path:?}: {help}");
                assert!(!help.ends_with('.') && help.chars().count() <= 100, "{path:?}: {help}");
            }
        });
    }

    #[test]
    fn global_options_are_under_one_heading_and_only_where_they_are_used() {
        let mut program = program(true);
        program.build();
        let global: Vec<String> = global_options().map(|option| option.get_id().to_string()).collect();
        assert!(global.len() > 20);
        each(&program, &[], &mut |command, path| {
            for option in
                command.get_arguments().filter(|option| global.contains(&option.get_id().to_string()))
            {
                assert!(uses(path, option.get_id().as_str()), "{path:?} {option}");
                let is_own = path == ["sandbox"] && option.get_id() == "rate";
                assert_eq!(option.get_help_heading() == Some("Global options"), !is_own, "{path:?} {option}");
            }
        });
        let of =
            |path: &[&str]| global.iter().filter(|option| uses(path, option)).cloned().collect::<Vec<_>>();
        assert_eq!(of(&["completions"]), ["color"]);
        assert_eq!(of(&["schema"]), ["color"]);
        assert_eq!(of(&["man"]), ["color"]);
        assert_eq!(of(&["accounts", "login"]), ["color"]);
        assert_eq!(of(&["config", "show"]), ["config", "deadline", "color"]);
        assert_eq!(of(&["init"]), ["config", "deadline", "color"]);
    }

    #[test]
    fn the_list_of_options_names_each_once_with_its_variable() {
        let listing = options_help().to_string();
        let listing = listing.split_whitespace().collect::<Vec<_>>().join(" ") + " ";
        for option in global_options().filter(|option| !option.is_hide_set()) {
            let value = if option.get_action().takes_values() { " <" } else { "" };
            let long = format!("--{}{value}", option.get_long().unwrap());
            assert_eq!(listing.matches(&format!(" {long}")).count(), 1, "{long}\n{listing}");
            let Some(variable) = option.get_env().map(|variable| variable.to_str().unwrap()) else {
                continue;
            };
            assert!(listing.contains(&format!("[env: {variable}]")), "{variable}\n{listing}");
        }
    }
}
