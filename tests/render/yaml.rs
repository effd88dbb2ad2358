//! YAML that readers of YAML 1.1 and 1.2 take for the same texts.

use std::sync::LazyLock;

use cloudbal::render::{Format, Query};
use proptest::prelude::*;
use regex::Regex;
use serde_json::{Value, json};

use crate::fixtures::report;

/// A value, written as YAML by way of a query that yields it.
fn yaml(value: &Value) -> String {
    let expression = format!("`{}`", value.to_string().replace('`', "\\`"));
    Query::parse(&expression, Format::Yaml).unwrap().answer(&report(Vec::new())).unwrap()
}

/// What YAML 1.1 takes a plain text for, other than text: its own list of types, and what PyYAML, Ruby and Go add.
static NOT_TEXT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^(?:(?i)y|yes|n|no|true|false|on|off|~|null|nan|inf|\.nan|[-+]?\.inf|=|<<|",
        r"[-+]?0b[01_]+|[-+]?0o?[0-7_]+|[-+]?[0-9][0-9_,]*|[-+]?0x[0-9a-f_]+|",
        r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|",
        r"[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*(?:e[-+]?[0-9]+)?|[-+]?[0-9][0-9_]*e[-+]?[0-9]+|",
        r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:t|[ \t]+)[0-9]{1,2}:.*)?)?$"
    ))
    .unwrap()
});

#[test]
fn texts_that_yaml_1_1_takes_for_something_else_are_quoted() {
    for text in [
        "",
        " ",
        "NO",
        "no",
        "No",
        "yes",
        "Y",
        "n",
        "on",
        "OFF",
        "True",
        "FALSE",
        "~",
        "null",
        "Null",
        "NULL",
        ".inf",
        "-.Inf",
        ".nan",
        ".NaN",
        "nan",
        "=",
        "<<",
        "0",
        "-1",
        "+1",
        "1_000",
        "1,000",
        "0b101",
        "0o17",
        "017",
        "08",
        "0x1F",
        "1e3",
        "1.5",
        ".5",
        "1.",
        "12:30:00",
        "12:30",
        "190:20:30.15",
        "2026-11-22",
        "2026-11-22 05:00:00",
        "2026-11-22T05:00:00Z",
        "- a",
        "-",
        "?",
        "? a",
        "a: b",
        "a:",
        ": a",
        "a #b",
        "#a",
        "&a",
        "*a",
        "!a",
        "!!int 1",
        "|",
        ">",
        "%a",
        "@a",
        "`a",
        "'a",
        "\"a",
        "[a]",
        "{a}",
        "a ",
        " a",
        "---",
        "...",
        ":sym",
        "e5",
        "12e03",
        "1e5-44",
        "241b92ef-b68e-4827-ae15-5ef7f3bd4009",
        "ea0a9d1b-9ac0-4ff1-b2f2-d7f0a7d2f0a1",
    ] {
        assert_eq!(yaml(&json!([text])), format!("- '{}'\n", text.replace('\'', "''")));
        let key = if text.is_empty() { "''".to_owned() } else { format!("'{}'", text.replace('\'', "''")) };
        assert_eq!(yaml(&json!({ text: 1 })), format!("{key}: 1\n"));
    }
}

#[test]
fn ordinary_texts_are_plain() {
    for text in [
        "tencent",
        "kleinerwang_test",
        "上海分公司",
        "深圳 Studio 2",
        "the key may not read balances",
        "grant `x:Y` in CAM",
        "it's \"=<>!?&%$*|~^\\",
        "a-b/c.d@e+f(g),h;i",
        "https://example.com:443/x",
        "notes",
        "offer",
        "nullable",
        "Köln",
    ] {
        assert_eq!(yaml(&json!([text])), format!("- {text}\n"));
    }
}

#[test]
fn what_acts_or_hides_is_escaped_in_double_quotes() {
    let text = "\u{1b}[2J\0\u{7f}\u{85}\u{9b}31m\u{202e}x\u{200b}\u{3164}\u{feff}\u{ffff}\u{2028}\u{e0041}\n\t\r\"\\🙂";
    assert_eq!(
        yaml(&json!([text])),
        concat!(
            r#"- "\u001b[2J\u0000\u007f\u0085\u009b31m\u202ex\u200b\u3164\ufeff\uffff\u2028"#,
            r#"\U000e0041\n\t\r\"\\🙂""#,
            "\n"
        )
    );
}

#[test]
fn lists_and_maps_are_laid_out_in_blocks() {
    let value = json!({
        "a": [], "b": {}, "c": [1, [2, [3, []]], {"x": {"y": [true, null]}, "z": 0.5}],
        "d": {"e": {"f": "g"}}, "h": [{}, [{"i": -1}]],
    });
    let shown = yaml(&value);
    insta::assert_snapshot!(shown, @"
    a: []
    b: {}
    c:
    - 1
    - - 2
      - - 3
        - []
    - x:
        'y':
        - true
        - null
      z: 0.5
    d:
      e:
        f: g
    h:
    - {}
    - - i: -1
    ");
    assert_eq!(yaml_serde::from_str::<Value>(&shown).unwrap(), value);
    assert_eq!(yaml(&json!([])), "[]\n");
    assert_eq!(yaml(&json!("no")), "'no'\n");
    assert_eq!(yaml(&Value::Null), "null\n");
    assert_eq!(yaml(&json!([1e40, 1.5e-7, 1e16])), "- 1.0e+40\n- 1.5e-7\n- 1.0e+16\n");
}

#[test]
fn a_key_of_any_length_can_be_read_back() {
    let long = "k".repeat(5000);
    let value = json!({ "short": {(&*long): [1, 2], "next": {(&*long): {"a": "b"}} } });
    assert_eq!(yaml_serde::from_str::<Value>(&yaml(&value)).unwrap(), value);
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "[-+.]?[0-9_:.,eExXob+-]{0,8}",
        "[yYnNtToOfF~=<.][a-zA-Z]{0,4}",
        "[-?:,\\[\\]{}#&*!|>'\"%@`a \n\t]{0,6}",
        "\\PC{0,12}",
        any::<String>(),
    ]
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        texts().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(texts(), inner, 0..4)
                .prop_map(|map| Value::from(map.into_iter().collect::<serde_json::Map<_, _>>())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_value_is_read_back_as_it_was(value in values()) {
        let shown = yaml(&value);
        prop_assert_eq!(yaml_serde::from_str::<Value>(&shown).unwrap(), value, "{}", shown);
    }

    #[test]
    fn no_text_is_plain_that_could_be_something_else(text in texts()) {
        let shown = yaml(&json!([text]));
        let shown = shown.strip_prefix("- ").unwrap().strip_suffix('\n').unwrap();
        let is_quoted = shown.starts_with(['\'', '"']);
        prop_assert!(is_quoted || !NOT_TEXT.is_match(shown), "{:?}", shown);
        prop_assert!(is_quoted || shown == text);
    }
}
