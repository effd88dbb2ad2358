//! `--query`.

use cloudbal::model::{Error, ErrorKind};
use cloudbal::render::{Format, Query, query_warning_for_people};

use crate::fixtures::{aliyun, balance, denied, error, kleinerwang, member, report};

fn answer(expression: &str, format: Format) -> String {
    let rows = vec![
        balance(kleinerwang()),
        balance(aliyun()),
        balance(member("700000000002", "上海分公司", "-1.5")),
        error(denied()),
    ];
    Query::parse(expression, format).unwrap().answer(&report(rows)).unwrap()
}

fn refused(expression: &str) -> Error {
    let error = Query::parse(expression, Format::Json).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Usage);
    error
}

#[test]
fn a_query_picks_from_the_document() {
    assert_eq!(answer("totals[?currency=='USD'].available | [0]", Format::Json), "\"363657.61\"\n");
    assert_eq!(answer("length(balances)", Format::Table), "3\n");
    assert_eq!(answer("balances[0].frozen", Format::Json), "null\n");
    assert_eq!(answer("nothing", Format::Json), "null\n");
    assert_eq!(answer("errors[].kind", Format::Json), "[\n  \"permission\"\n]\n");
    assert_eq!(
        answer("balances[?to_number(available) < `0`].sub_account_name | [0]", Format::Json),
        "\"上海分公司\"\n"
    );
}

#[test]
fn the_answer_follows_the_format() {
    let expression = "balances[].{id: sub_account_id, left: available}";
    insta::assert_snapshot!(answer(expression, Format::Json), @r#"
    [
      {
        "id": "700001941608",
        "left": "363659.11"
      },
      {
        "id": null,
        "left": "10000.00"
      },
      {
        "id": "700000000002",
        "left": "-1.50"
      }
    ]
    "#);
    insta::assert_snapshot!(answer(expression, Format::Ndjson), @r#"
    {"id":"700001941608","left":"363659.11"}
    {"id":null,"left":"10000.00"}
    {"id":"700000000002","left":"-1.50"}
    "#);
    insta::assert_snapshot!(answer(expression, Format::Yaml), @"
    - id: '700001941608'
      left: '363659.11'
    - id: null
      left: '10000.00'
    - id: '700000000002'
      left: '-1.50'
    ");
    assert_eq!(answer(expression, Format::Table), answer(expression, Format::Json));
}

#[test]
fn csv_is_refused_before_anything_is_asked() {
    let error = Query::parse("totals", Format::Csv).unwrap_err();
    assert_eq!(
        error,
        Error::new(ErrorKind::Usage, "`--query` does not support CSV")
            .hint("use `--output json`, `ndjson` or `yaml` with `--query`")
    );
}

#[test]
fn a_mistake_is_pointed_at_before_anything_is_asked() {
    insta::assert_snapshot!(refused("balances[?available"), @"
    invalid query: Expected ']' -- found Eof
    balances[?available
                       ^
    ");
    insta::assert_snapshot!(refused("balances[?sub_account_name=='上海'] | [}"), @"
    invalid query: Unexpected nud token -- found Rbrace
    balances[?sub_account_name=='上海'] | [}
                                           ^
    ");
    insta::assert_snapshot!(refused("balances[].lenght(@)"), @"
    invalid query: unknown function `lenght`
    balances[].lenght(@)
               ^
    ");
    insta::assert_snapshot!(refused("totals[0].\n  available ="), @"
    invalid query: '=' is not valid. Did you mean '=='?
      available =
                ^
    ");
    insta::assert_snapshot!(refused(""), @"
    invalid query: Unexpected nud token -- found Eof

    ^
    ");
    insta::assert_snapshot!(refused("balances[1::2147483647]"), @"
    invalid query: the number is too large
    balances[1::2147483647]
                ^
    ");
}

#[test]
fn digits_and_brackets_in_quotes_are_text() {
    let found = answer("balances[?sub_account_id=='700001941608'].available", Format::Ndjson);
    assert_eq!(found, "\"363659.11\"\n");
    assert_eq!(answer("`\"none(\\\\\"` || 'it\\'s(' || \"x(\"", Format::Json), "\"none(\\\\\"\n");
}

#[test]
fn a_mistake_that_only_the_data_shows_is_pointed_at_too() {
    let error = Query::parse("sum(totals[].available)", Format::Json).unwrap();
    let error = error.answer(&report(vec![balance(aliyun())])).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Usage);
    insta::assert_snapshot!(error, @"
    invalid query: Argument 0 expects type array[number], given array
    sum(totals[].available)
       ^
    ");
}

#[test]
fn no_expression_exhausts_the_stack() {
    for part in [
        "(", "[", "!", "a.", "@[", "a[*]", "a||", "a|", "{a:", "&", "a[?", "abs(", "[]", "a==", "a,", "`[`",
        "*", "-1", "@",
    ] {
        for end in ["", "a", "@"] {
            for times in [30, 50, 100, 100_000] {
                let expression = format!("{}{end}", part.repeat(times));
                if let Ok(query) = Query::parse(&expression, Format::Json) {
                    query.answer(&report(vec![balance(aliyun())])).ok();
                }
            }
        }
    }
    insta::assert_snapshot!(refused(&"(".repeat(101)), @"
    invalid query: more than 100 brackets and operators
    (((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((
                                                                                                        ^
    ");
}

/// The warnings of a query over two amounts in dollars and one in yuan.
fn warnings(expression: &str) -> String {
    let rows = vec![balance(kleinerwang()), balance(aliyun()), balance(member("7", "a", "-1.5"))];
    let answer = Query::parse(expression, Format::Json).unwrap().find(&report(rows)).unwrap();
    answer.warnings.iter().map(|warning| query_warning_for_people(warning, false)).collect()
}

#[test]
fn a_text_that_is_compared_with_a_number_is_warned_of_with_the_working_form() {
    insta::assert_snapshot!(warnings("balances[?available<`0`]"), @"
    warning: a text cannot be ordered with a number, so `<` is never true
      balances[?available<`0`]
                          ^
    hint: compare numbers: to_number(available) < `0`
    ");
    insta::assert_snapshot!(warnings("balances[?`100` >= available].sub_account_id"), @"
    warning: a text cannot be ordered with a number, so `>=` is never true
      balances[?`100` >= available].sub_account_id
                         ^
    hint: compare numbers: `100` >= to_number(available)
    ");
    insta::assert_snapshot!(warnings("totals[?available == `363657.61`]"), @"
    warning: a text never equals a number, so `==` is never true
      totals[?available == `363657.61`]
                           ^
    hint: compare numbers: to_number(available) == `363657.61`
    ");
    insta::assert_snapshot!(warnings("totals[?available != `0`] | [?accounts > `1`]"), @"
    warning: a text never equals a number, so `!=` is always true
      totals[?available != `0`] | [?accounts > `1`]
                           ^
    hint: compare numbers: to_number(available) != `0`
    ");
    insta::assert_snapshot!(warnings("balances[].[owed, cash][] | [?@ <= `0`]"), @"
    warning: a text cannot be ordered with a number, so `<=` is never true
      balances[].[owed, cash][] | [?@ <= `0`]
                                         ^
    hint: compare numbers: to_number(@) <= `0`
    ");
    insta::assert_snapshot!(warnings("max_by(balances[?!(frozen < `5`)], &(available > `5`) && `1` || `2`)"), @"
    warning: a text cannot be ordered with a number, so `<` is never true
      max_by(balances[?!(frozen < `5`)], &(available > `5`) && `1` || `2`)
                                  ^
    hint: compare numbers: to_number(frozen) < `5`
    warning: a text cannot be ordered with a number, so `>` is never true
      max_by(balances[?!(frozen < `5`)], &(available > `5`) && `1` || `2`)
                                                       ^
    hint: compare numbers: to_number(available) > `5`
    ");
    insta::assert_snapshot!(warnings("balances[?available < '0']"), @"
    warning: only numbers can be ordered, so `<` is never true for texts
      balances[?available < '0']
                            ^
    hint: compare numbers: to_number(available) < `0`
    ");
    insta::assert_snapshot!(warnings("totals[?'10000.0' == available]"), @"
    warning: `10000.0` and `10000.00` are different texts for `==`
      totals[?'10000.0' == available]
                           ^
    hint: compare numbers: `10000.0` == to_number(available)
    ");
    insta::assert_snapshot!(warnings("balances[?cash < available]"), @"
    warning: only numbers can be ordered, so `<` is never true for texts
      balances[?cash < available]
                       ^
    hint: compare numbers: to_number(cash) < to_number(available)
    ");
    insta::assert_snapshot!(warnings("balances[?fetched_at > '2026-01-01']"), @"
    warning: only numbers can be ordered, so `>` is never true for texts
      balances[?fetched_at > '2026-01-01']
                             ^
    hint: order numbers only; texts can be sorted with `sort_by`
    ");
    insta::assert_snapshot!(warnings("balances[?account == `5`]"), @"
    warning: a text never equals a number, so `==` is never true
      balances[?account == `5`]
                           ^
    hint: write the number as text, in single quotes
    ");
    insta::assert_snapshot!(warnings("balances[?sub_account_id == `700001941608`]"), @"
    warning: a text never equals a number, so `==` is never true
      balances[?sub_account_id == `700001941608`]
                                  ^
    hint: compare numbers: to_number(sub_account_id) == `700001941608`
    ");
    insta::assert_snapshot!(warnings("balances[?details.BasicCreditAmount < `5`]"), @"
    warning: a text cannot be ordered with a number, so `<` is never true
      balances[?details.BasicCreditAmount < `5`]
                                            ^
    hint: compare numbers: to_number(details.BasicCreditAmount) < `5`
    ");
    insta::assert_snapshot!(warnings("contains(balances[].available, `10000`)"), @"
    warning: the list contains texts, and a text never equals a number
      contains(balances[].available, `10000`)
              ^
    hint: write the number as text, in single quotes
    ");
}

#[test]
fn amounts_that_are_ordered_as_texts_are_warned_of() {
    insta::assert_snapshot!(warnings("sort_by(balances, &available)[0].account"), @"
    warning: `sort_by` compares amounts as texts, so `9.00` comes after `10.00`
      sort_by(balances, &available)[0].account
             ^
    hint: compare numbers: sort_by(…, &to_number(available))
    ");
    insta::assert_snapshot!(warnings("max(totals[].available)"), @"
    warning: `max` compares amounts as texts, so `9.00` comes after `10.00`
      max(totals[].available)
         ^
    hint: compare numbers: max(map(&to_number(@), …))
    ");
    insta::assert_snapshot!(warnings("min_by(totals, &available)"), @"
    warning: `min_by` compares amounts as texts, so `9.00` comes after `10.00`
      min_by(totals, &available)
            ^
    hint: compare numbers: min_by(…, &to_number(available))
    ");
    insta::assert_snapshot!(warnings("sort(balances[*].cash)"), @"
    warning: `sort` compares amounts as texts, so `9.00` comes after `10.00`
      sort(balances[*].cash)
          ^
    hint: compare numbers: sort(map(&to_number(@), …))
    ");
}

#[test]
fn what_is_not_reached_in_these_balances_is_warned_of_all_the_same() {
    insta::assert_snapshot!(warnings("balances[?currency == 'EUR' && available < `100`]"), @"
    warning: a text cannot be ordered with a number, so `<` is never true
      balances[?currency == 'EUR' && available < `100`]
                                                 ^
    hint: compare numbers: to_number(available) < `100`
    ");
}

#[test]
fn comparisons_that_work_are_not_warned_of() {
    for expression in [
        "balances[?to_number(available) < `0`]",
        "balances[].{available: to_number(available)} | [?available < `0`]",
        "totals[?accounts >= `1` && currency == 'USD'].available",
        "totals[?available == '363657.61']",
        "balances[?frozen == null]",
        "sort_by(balances, &account)",
        "sort_by(balances, &to_number(available))[0]",
        "contains(balances[].sub_account_id, '7')",
        "balances[?sub_account_name == 'a' || sub_account_name != `null`]",
    ] {
        assert_eq!(warnings(expression), "", "{expression}");
    }
}

#[test]
fn bare_literals_are_texts_as_in_the_official_tools() {
    assert_eq!(answer("totals[?currency==`USD`].available | [0]", Format::Json), "\"363657.61\"\n");
    assert_eq!(
        answer("[`USD`, ` a b`, `\"q\"`, `5`, `true`, `007`, `a\\`b`, ``, `上`, '`x`']", Format::Ndjson),
        "\"USD\"\n\"a b\"\n\"q\"\n5\ntrue\n\"007\"\n\"a`b\"\n\"\"\n\"上\"\n\"`x`\"\n"
    );
    insta::assert_snapshot!(refused("`USD` == ` CNY` | [}"), @"
    invalid query: Unexpected nud token -- found Rbrace
    `USD` == ` CNY` | [}
                       ^
    ");
    insta::assert_snapshot!(refused("`\"USD`"), @r#"
    invalid query: Unable to parse literal JSON "USD: EOF while parsing a string at line 1 column 4
    `"USD`
    ^
    "#);
    assert_eq!(warnings("balances[?currency==`USD`]"), "");
}

#[test]
fn the_average_of_nothing_is_null() {
    assert_eq!(answer("avg(`[]`)", Format::Json), "null\n");
    assert_eq!(answer("avg(balances[?currency=='EUR'].to_number(available))", Format::Json), "null\n");
    assert_eq!(answer("avg(`[1, 2]`)", Format::Json), "1.5\n");
}

#[test]
fn balances_that_are_read_one_by_one_give_the_same_answer() {
    for (streamed, whole) in [
        ("balances[?currency=='USD'].available", "(balances)[?currency=='USD'].available"),
        ("balances[]", "balances"),
        ("balances[*].[account, details]", "(@.balances)[*].[account, details]"),
        ("balances[].details.*", "(@.balances)[].details.*"),
        ("length(balances[?available])", "length(balances)"),
        ("{a: balances[?owed].owed, b: totals[0]}", "{a: (@.balances)[?owed].owed, b: totals[0]}"),
        ("balances[:2].account", "(@.balances)[:2].account"),
        ("balances[].account | [0]", "balances[0].account"),
        ("nothing || balances[].account", "(@.balances)[].account"),
        ("balances[*].nothing", "`[]`"),
        ("@ | balances[].account", "(@.balances)[].account"),
        ("[balances[?frozen == null].account][]", "(@.balances)[].account"),
        ("contains(keys(@), 'balances')", "`true`"),
    ] {
        assert_eq!(answer(streamed, Format::Json), answer(whole, Format::Json), "{streamed}");
    }
    assert_eq!(answer("length(*[] | [?site])", Format::Json), "3\n");
}
