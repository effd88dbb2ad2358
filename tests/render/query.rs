//! `--query`.

use cloudbal::model::{Error, Kind};
use cloudbal::render::{Format, Query};

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
    assert_eq!(error.kind, Kind::Usage);
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
        Error::new(Kind::Usage, "the result of a query has no form in CSV")
            .hint("use `--output json`, `ndjson` or `yaml` with `--query`")
    );
}

#[test]
fn a_mistake_is_pointed_at_before_anything_is_asked() {
    insta::assert_snapshot!(refused("balances[?available"), @"
    cannot use the query: Expected ']' -- found Eof
    balances[?available
                       ^
    ");
    insta::assert_snapshot!(refused("balances[?sub_account_name=='上海'] | [}"), @"
    cannot use the query: Unexpected nud token -- found Rbrace
    balances[?sub_account_name=='上海'] | [}
                                           ^
    ");
    insta::assert_snapshot!(refused("balances[].lenght(@)"), @"
    cannot use the query: there is no function `lenght`
    balances[].lenght(@)
               ^
    ");
    insta::assert_snapshot!(refused("totals[0].\n  available ="), @"
    cannot use the query: '=' is not valid. Did you mean '=='?
      available =
                ^
    ");
    insta::assert_snapshot!(refused(""), @"
    cannot use the query: Unexpected nud token -- found Eof

    ^
    ");
    insta::assert_snapshot!(refused("balances[1::2147483647]"), @"
    cannot use the query: the number is too large
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
    assert_eq!(error.kind, Kind::Usage);
    insta::assert_snapshot!(error, @"
    cannot use the query: Argument 0 expects type array[number], given array
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
    cannot use the query: it has more than 100 brackets and operators
    (((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((
                                                                                                        ^
    ");
}
