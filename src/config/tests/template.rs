//! The file that is written for a beginner, the schema, and the files they are about.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::{accounts, read};
use super::*;
use crate::cloud::{CLOUDS, Origin, named};

/// Whether a line of the template is an example: nothing but a key and a value after the `#`.
fn is_example(line: &str) -> bool {
    line.strip_prefix('#').is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_alphabetic()))
}

/// The template with the examples uncommented that are chosen.
fn uncommented(text: &str, is_chosen: impl Fn(&str) -> bool) -> String {
    let line = |line| if is_example(line) && is_chosen(line) { &line[1..] } else { line };
    text.lines().map(|text| line(text).to_owned() + "\n").collect()
}

fn everything_set(text: &str) -> String {
    uncommented(text, |_| true)
}

#[test]
fn each_example_can_be_uncommented_without_changing_anything_else() {
    let found = template(&suggestions()[..3]);
    let examples: Vec<&str> = found.lines().filter(|line| is_example(line)).collect();
    assert!(examples.len() > 25, "{examples:?}");
    let plain = parse(&found, place()).unwrap();
    for example in examples {
        let config = parse(&uncommented(&found, |line| line == example), place())
            .unwrap_or_else(|error| panic!("{example}: {error}"));
        // What was found stays as it is, after the account of the example, if it is one.
        let more = usize::from(example.starts_with("#example"));
        assert_eq!(config.accounts.len(), plain.accounts.len() + more, "{example}");
        assert_eq!(config.rates.is_some(), example.starts_with("#rates"), "{example}");
        for (one, other) in config.accounts[more..].iter().zip(&plain.accounts) {
            assert_eq!(one.name, other.name, "{example}");
        }
    }
}

/// The examples of `credentials` that the template lists.
fn listed_credentials() -> Vec<String> {
    let text = template(&[]);
    let listed = text.lines().filter_map(|line| line.strip_prefix("#   {"));
    listed.map(|rest| format!("{{{}}}", &rest[..rest.rfind('}').expect("the example ends")])).collect()
}

fn as_json(text: &str) -> Value {
    toml::from_str(text).unwrap_or_else(|error| panic!("{error}"))
}

fn suggestion(name: &str, cloud: &str, site: Option<Site>, origin: Origin) -> Suggestion {
    Suggestion { name: name.to_owned(), cloud: named(cloud).unwrap(), site, origin }
}

fn suggestions() -> Vec<Suggestion> {
    vec![
        suggestion("default", "tencent", Some(Site::INTL), Origin::Profile("default".to_owned())),
        suggestion("default", "aliyun", None, Origin::Profile("default".to_owned())),
        suggestion("default", "aliyun", None, Origin::File("/home/ann/.alibabacloud/credentials".into())),
        suggestion("a\n[x]", "aliyun", Some(Site::CN), Origin::Profile("a\"]'\\ ".to_owned())),
        suggestion("lost", "aliyun", None, Origin::Profile("a\nb".to_owned())),
        suggestion("my shop", "tencent", None, Origin::Environment),
        suggestion("cluster", "aliyun", None, Origin::IdentityToken),
    ]
}

#[test]
fn accounts_that_were_found_are_named_each_once() {
    let text = template(&suggestions()[..3]);
    let accounts = text.split_once("\n[accounts.").expect("there are accounts").1;
    let accounts = accounts.trim_end();
    assert_eq!(
        accounts,
        r#"default]
provider = "tencent"
site = "intl"
credentials = { profile = "default" }

[accounts.aliyun-default]
provider = "aliyun"
credentials = { profile = "default" }

[accounts.aliyun-default-2]
provider = "aliyun"
credentials = { file = "/home/ann/.alibabacloud/credentials" }"#
    );
}

#[test]
fn what_is_written_can_be_read() {
    assert!(parse(&template(&[]), place()).unwrap().accounts.is_empty());
    let config = parse(&template(&suggestions()), Place { private: false, ..place() }).unwrap();
    let names: Vec<&str> = config.accounts.iter().map(|account| &*account.name).collect();
    assert_eq!(names, ["default", "aliyun-default", "aliyun-default-2", "aliyun", "my shop", "cluster"]);
}

#[test]
fn an_odd_name_cannot_break_out_of_its_place() {
    let config = parse(&template(&suggestions()), place()).unwrap();
    let odd = &config.accounts[3];
    assert!(matches!(&odd.credentials, CredentialsEntry::Profile(name) if name == "a\"]'\\ "), "{odd:?}");
}

#[test]
fn every_key_that_the_template_explains_is_one_that_is_understood() {
    let text = everything_set(&template(&[]));
    parse(&text, place()).unwrap_or_else(|error| panic!("{error}"));
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let known = |lists: &[&[&str]]| lists.concat().into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
    let json = as_json(&text);
    assert_eq!(keys(&json), known(&[read::KEYS]));
    assert_eq!(keys(&json["defaults"]), known(&[read::DEFAULTS]));
    let examples = json["accounts"].as_object().unwrap().values();
    assert_eq!(examples.flat_map(keys).collect::<BTreeSet<_>>(), known(&[accounts::ACCOUNT]));
    assert_eq!(keys(&json["rates"]), known(&[read::RATES, &["USD", "JPY"]]));
    let mut listed = BTreeSet::new();
    let mut oidc = BTreeSet::new();
    for example in listed_credentials() {
        let credentials = &as_json(&format!("credentials = {example}"))["credentials"];
        listed.extend(keys(credentials));
        oidc.extend(credentials["oidc"].as_object().into_iter().flat_map(|oidc| oidc.keys().cloned()));
        let understood = CLOUDS.iter().any(|cloud| {
            let text = format!("[accounts.a]\nprovider = \"{}\"\ncredentials = {example}", cloud.name());
            parse(&text, place()).is_ok()
        });
        assert!(understood, "{example}");
    }
    let pairs: Vec<&str> = CLOUDS.iter().flat_map(|cloud| cloud.pair()).collect();
    assert_eq!(listed, known(&[accounts::SOURCES, &pairs, &[accounts::TOKEN]]));
    assert_eq!(oidc, known(&[accounts::OIDC]));
}

#[test]
fn the_schema_knows_the_same_keys() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let keys = |pointer: &str| {
        let properties = schema.pointer(pointer).unwrap_or_else(|| panic!("{pointer} is missing"));
        properties.as_object().unwrap().keys().map(String::as_str).collect::<BTreeSet<_>>()
    };
    let known = |lists: &[&[&'static str]]| lists.concat().into_iter().collect::<BTreeSet<_>>();
    assert_eq!(keys("/properties"), known(&[read::KEYS]));
    assert_eq!(keys("/properties/defaults/properties"), known(&[read::DEFAULTS]));
    assert_eq!(keys("/properties/rates/properties"), known(&[read::RATES]));
    assert_eq!(keys("/definitions/account/properties"), known(&[accounts::ACCOUNT]));
    assert_eq!(keys("/definitions/oidc/properties"), known(&[accounts::OIDC]));
    let pairs: Vec<&str> = CLOUDS.iter().flat_map(|cloud| cloud.pair()).collect();
    assert_eq!(
        keys("/definitions/credentials/properties"),
        known(&[accounts::SOURCES, &pairs, &[accounts::TOKEN]])
    );
    let clouds: Vec<&str> =
        CLOUDS.iter().flat_map(|cloud| std::iter::once(cloud.name()).chain(cloud.alias())).collect();
    assert_eq!(schema["definitions"]["account"]["properties"]["provider"]["enum"], serde_json::json!(clouds));
}

#[test]
fn the_schema_agrees_with_the_reader() {
    let schema = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    let mut right = vec![
        String::new(),
        template(&suggestions()[..3]),
        everything_set(&template(&[])),
        "[accounts.\"生 产\"]\nprovider = 'tencent'".to_owned(),
        "[defaults]\nthreshold = '-1,000.50'\nmember_threshold = {}".to_owned(),
    ];
    let with = |credentials: &str| format!("[accounts.a]\nprovider = 'tencent'\ncredentials = {credentials}");
    right.extend(listed_credentials().iter().map(|example| with(example)));
    for text in right {
        let errors: Vec<String> =
            schema.iter_errors(&as_json(&text)).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}\n{text}");
    }
    let mut wrong: Vec<String> =
        ["{}", "{ env = 'A', profile = 'b' }", "{ secret_id = 'a' }", "{ env = false }"].map(with).into();
    wrong.extend(["{ oidc = {} }", "{ token = 'a' }", "'a'", "{ env = 'A-' }"].map(with));
    wrong.extend(
        [
            "[acounts]",
            "[defaults]\ntimeout = 0",
            "[defaults]\noutput = 'xml'",
            "[defaults]\nproxy = ''",
            "[accounts.a]",
            "[accounts.-a]\nprovider = 'tencent'",
            "[accounts.\" a\"]\nprovider = 'tencent'",
            "[accounts.\"\"]\nprovider = 'tencent'",
            "[accounts.a]\nprovider = 'tencent'\nexternal_id = 'x'",
            "[defaults]\nthreshold = 1000",
            "[defaults]\nthreshold = '1,00'",
            "[defaults]\nmember_threshold = { dollar = '1' }",
            "[rates]\nUSD = '7.12'",
            "[rates]\ndate = '2026-11-20'\nUSD = 7.12",
            "[rates]\ndate = '2026-11-20'\ndollar = '7.12'",
        ]
        .map(str::to_owned),
    );
    for text in wrong {
        assert!(!schema.is_valid(&as_json(&text)), "the schema accepts\n{text}");
        assert!(parse(&text, place()).is_err(), "the reader accepts\n{text}");
    }
}
