//! The table.

use cloudbal::model::{Balance, Error, ErrorKind, Report, Row};
use cloudbal::render::{Format, Style};

use crate::fixtures::{
    aliyun, amount, balance, denied, error, in_usd, kleinerwang, member, not_returned, report, styled,
};

fn table(rows: Vec<Row>) -> String {
    table_of(&report(rows))
}

fn table_of(report: &Report) -> String {
    styled(report, Format::Table, Style::default())
}

fn narrow(rows: Vec<Row>, width: u16) -> String {
    styled(&report(rows), Format::Table, Style { color: false, width: Some(width) })
}

fn in_currency(code: &str, available: &str) -> Row {
    let currency = code.parse().unwrap();
    let available = amount(available);
    balance(Balance { currency, available, cash: None, credit_limit: None, account: code.into(), ..aliyun() })
}

#[test]
fn the_documents_member_is_exact_to_the_cent() {
    insta::assert_snapshot!(table(vec![balance(kleinerwang())]), @"
    SUB-ACCOUNT   NAME              CURRENCY   AVAILABLE        CASH  CREDIT LIMIT  TEMPORARY  OWED
    700001941608  kleinerwang_test  USD       363,659.11  363,659.11          0.00       0.00  0.00
    ───────────────────────────────────────────────────────────────────────────────────────────────
    total of 1                      USD       363,659.11
    read 2026-11-22 05:00:01 UTC
    ");
}

#[test]
fn an_account_of_its_own_is_named() {
    insta::assert_snapshot!(table(vec![balance(aliyun())]), @"
    ACCOUNT      CURRENCY  AVAILABLE       CASH  CREDIT LIMIT
    aliyun/shop  CNY       10,000.00  10,000.00          0.00
    ─────────────────────────────────────────────────────────
    total of 1   CNY       10,000.00
    read 2026-11-22 05:00:01 UTC
    ");
}

#[test]
fn clouds_stand_side_by_side_and_totals_never_cross_currencies() {
    let own = Balance {
        account: "prod".into(),
        billing_account_id: Some("100000000001".to_owned()),
        sub_account_id: None,
        sub_account_name: None,
        frozen: Some(amount("1.5")),
        ..kleinerwang()
    };
    insta::assert_snapshot!(table(vec![balance(own), balance(aliyun()), balance(kleinerwang())]), @"
    ACCOUNT          ACCOUNT ID    SUB-ACCOUNT   NAME              CURRENCY   AVAILABLE        CASH  CREDIT LIMIT  TEMPORARY  FROZEN  OWED
    tencent/prod     100000000001                                  USD       363,659.11  363,659.11          0.00       0.00    1.50  0.00
    aliyun/shop                                                    CNY        10,000.00   10,000.00          0.00
    tencent/default                700001941608  kleinerwang_test  USD       363,659.11  363,659.11          0.00       0.00          0.00
    ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    total of 2                                                     USD       727,318.22
    total of 1                                                     CNY        10,000.00
    read 2026-11-22 05:00:01 UTC
    ");
}

#[test]
fn every_currency_has_its_own_digits_and_no_further_digit_is_lost() {
    let rows = vec![
        in_currency("JPY", "1234567"),
        in_currency("KWD", "1234.5"),
        in_currency("USD", "0.12345"),
        in_currency("CNY", "79228162514264337593543950335"),
    ];
    insta::assert_snapshot!(table(rows), @"
    ACCOUNT     CURRENCY                                  AVAILABLE
    aliyun/JPY  JPY                                       1,234,567
    aliyun/KWD  KWD                                       1,234.500
    aliyun/USD  USD                                         0.12345
    aliyun/CNY  CNY       79,228,162,514,264,337,593,543,950,335.00
    ───────────────────────────────────────────────────────────────
    total of 1  JPY                                       1,234,567
    total of 1  KWD                                       1,234.500
    total of 1  USD                                         0.12345
    total of 1  CNY       79,228,162,514,264,337,593,543,950,335.00
    read 2026-11-22 05:00:01 UTC
    ");
}

#[test]
fn totals_that_cannot_be_exact_say_so() {
    let huge = || in_currency("CNY", "79228162514264337593543950335");
    insta::assert_snapshot!(table(vec![huge(), huge()]), @"
    ACCOUNT     CURRENCY                                  AVAILABLE
    aliyun/CNY  CNY       79,228,162,514,264,337,593,543,950,335.00
    aliyun/CNY  CNY       79,228,162,514,264,337,593,543,950,335.00
    ───────────────────────────────────────────────────────────────
    total of 2  CNY                             too large to add up
    read 2026-11-22 05:00:01 UTC
    ");
}

#[test]
fn totals_of_more_than_the_rows_that_are_shown_are_shown() {
    let shown = |rows: Vec<Row>| {
        let all = vec![balance(kleinerwang()), balance(aliyun())];
        table_of(&Report { rows, ..report(all) })
    };
    insta::assert_snapshot!(shown(vec![error(not_returned())]), @"
    SUB-ACCOUNT   CURRENCY            AVAILABLE
    700000000001            error: not returned
    ───────────────────────────────────────────
    total of 1    USD                363,659.11
    total of 1    CNY                 10,000.00
    read 2026-11-22 05:00:01 UTC
    ");
    insta::assert_snapshot!(shown(vec![error(Error::new(ErrorKind::Timeout, "too late"))]), @"
    ACCOUNT     CURRENCY       AVAILABLE
                          error: timeout
    ────────────────────────────────────
    total of 1  USD           363,659.11
    total of 1  CNY            10,000.00
    read 2026-11-22 05:00:01 UTC
    ");
    insta::assert_snapshot!(shown(vec![]), @"
    nothing to show
    ────────────────────────────────
    total of 1  USD       363,659.11
    total of 1  CNY        10,000.00
    read 2026-11-22 05:00:01 UTC
    ");
}

#[test]
fn totals_in_one_currency_stand_under_the_totals_with_their_rates() {
    let shown = |rows: Vec<Row>| table_of(&in_usd(report(rows)));
    let usd = |available| in_currency("USD", available);
    insta::assert_snapshot!(shown(vec![usd("363659.11"), in_currency("CNY", "10000")]), @"
    ACCOUNT     CURRENCY   AVAILABLE
    aliyun/USD  USD       363,659.11
    aliyun/CNY  CNY        10,000.00
    ────────────────────────────────
    total of 1  USD       363,659.11
    total of 1  CNY        10,000.00
    converted   USD       365,063.60
    converted by the rates of 2026-11-20: 1 USD = 7.12 CNY
    read 2026-11-22 05:00:01 UTC
    ");
    insta::assert_snapshot!(shown(vec![usd("1"), in_currency("JPY", "5"), in_currency("EUR", "5")]), @r#"
    ACCOUNT     CURRENCY  AVAILABLE
    aliyun/USD  USD            1.00
    aliyun/JPY  JPY               5
    aliyun/EUR  EUR            5.00
    ───────────────────────────────
    total of 1  USD            1.00
    total of 1  JPY               5
    total of 1  EUR            5.00
    no total in USD: the rates of 2026-11-20 have none for JPY, EUR; add `JPY = "…"`, what 1 JPY is in CNY
    read 2026-11-22 05:00:01 UTC
    "#);
    insta::assert_snapshot!(shown(vec![usd("0.00005")]), @"
    ACCOUNT     CURRENCY  AVAILABLE
    aliyun/USD  USD         0.00005
    ───────────────────────────────
    total of 1  USD         0.00005
    converted   USD         0.00005
    read 2026-11-22 05:00:01 UTC
    ");
    insta::assert_snapshot!(shown(vec![usd("79228162514264337593543950335"), in_currency("CNY", "1")]), @"
    ACCOUNT     CURRENCY                                  AVAILABLE
    aliyun/USD  USD       79,228,162,514,264,337,593,543,950,335.00
    aliyun/CNY  CNY                                            1.00
    ───────────────────────────────────────────────────────────────
    total of 1  USD       79,228,162,514,264,337,593,543,950,335.00
    total of 1  CNY                                            1.00
    converted   USD                             too large to add up
    converted by the rates of 2026-11-20: 1 USD = 7.12 CNY
    read 2026-11-22 05:00:01 UTC
    ");
    insta::assert_snapshot!(shown(vec![error(denied())]), @"
    ACCOUNT               AVAILABLE
    tencent/prod  error: permission
    read 2026-11-22 05:00:02 UTC
    ");
}

#[test]
fn negative_and_zero_are_red_only_when_colours_are_asked_for() {
    let rows = || {
        vec![
            balance(member("700000000002", "owing", "-12.34")),
            balance(member("700000000003", "empty", "0")),
            balance(member("700000000004", "fine", "0.01")),
            error(not_returned()),
        ]
    };
    insta::assert_snapshot!(table(rows()), @"
    SUB-ACCOUNT   NAME   CURRENCY            AVAILABLE    CASH  CREDIT LIMIT  TEMPORARY  OWED
    700000000002  owing  USD                    -12.34  -12.34          0.00       0.00  0.00
    700000000003  empty  USD                      0.00    0.00          0.00       0.00  0.00
    700000000004  fine   USD                      0.01    0.01          0.00       0.00  0.00
    700000000001                   error: not returned
    ─────────────────────────────────────────────────────────────────────────────────────────
    total of 3           USD                    -12.33
    read 2026-11-22 05:00:01 UTC
    ");
    let colored = styled(&report(rows()), Format::Table, Style { color: true, width: Some(200) });
    insta::assert_snapshot!(colored.replace('\u{1b}', "ESC"), @"
    SUB-ACCOUNT   NAME   CURRENCY            AVAILABLE    CASH  CREDIT LIMIT  TEMPORARY  OWED
    700000000002  owing  USD                    ESC[31m-12.34ESC[0m  -12.34          0.00       0.00  0.00
    700000000003  empty  USD                      ESC[31m0.00ESC[0m    0.00          0.00       0.00  0.00
    700000000004  fine   USD                      0.01    0.01          0.00       0.00  0.00
    700000000001                   ESC[31merror: not returnedESC[0m
    ─────────────────────────────────────────────────────────────────────────────────────────
    total of 3           USD                    ESC[31m-12.33ESC[0m
    read 2026-11-22 05:00:01 UTC
    ");
    assert_eq!(colored.replace("\u{1b}[31m", "").replace("\u{1b}[0m", ""), table(rows()));
}

#[test]
fn errors_stand_where_the_amount_would() {
    insta::assert_snapshot!(table(vec![balance(aliyun()), error(denied()), error(not_returned())]), @"
    ACCOUNT          SUB-ACCOUNT   CURRENCY            AVAILABLE       CASH  CREDIT LIMIT
    aliyun/shop                    CNY                 10,000.00  10,000.00          0.00
    tencent/prod                               error: permission
    tencent/default  700000000001            error: not returned
    ─────────────────────────────────────────────────────────────────────────────────────
    total of 1                     CNY                 10,000.00
    read 2026-11-22 05:00:01 UTC
    ");
}

#[test]
fn a_report_of_errors_alone_has_no_totals() {
    insta::assert_snapshot!(table(vec![error(denied())]), @"
    ACCOUNT               AVAILABLE
    tencent/prod  error: permission
    read 2026-11-22 05:00:02 UTC
    ");
}

#[test]
fn an_empty_report_says_so() {
    insta::assert_snapshot!(table(vec![]), @"
    no balances
    read 2026-11-22 05:00:02 UTC
    ");
}

#[test]
fn wide_characters_align() {
    let rows = vec![
        balance(member("700000000002", "上海分公司", "1828.72")),
        balance(member("700000000003", "branch", "12.5")),
        balance(member("700000000004", "ｶﾌﾞｼｷ 東京 🙂", "-3")),
    ];
    insta::assert_snapshot!(table(rows), @"
    SUB-ACCOUNT   NAME           CURRENCY  AVAILABLE      CASH  CREDIT LIMIT  TEMPORARY  OWED
    700000000002  上海分公司     USD        1,828.72  1,828.72          0.00       0.00  0.00
    700000000003  branch         USD           12.50     12.50          0.00       0.00  0.00
    700000000004  ｶﾌﾞｼｷ 東京 🙂  USD           -3.00     -3.00          0.00       0.00  0.00
    ─────────────────────────────────────────────────────────────────────────────────────────
    total of 3                   USD        1,838.22
    read 2026-11-22 05:00:01 UTC
    ");
}

#[test]
fn escape_sequences_in_names_are_shown_and_not_sent() {
    let name = "\u{1b}[2J\u{1b}]0;owned\u{7}\r\nerror: \u{202e}gnp.exe\u{200b}\u{9b}31m\u{2061}";
    let rows = vec![balance(member("7\u{8}", name, "1")), balance(kleinerwang())];
    insta::assert_snapshot!(table(rows), @r"
    SUB-ACCOUNT   NAME                                                                             CURRENCY   AVAILABLE        CASH  CREDIT LIMIT  TEMPORARY  OWED
    7\u{8}        \u{1b}[2J\u{1b}]0;owned\u{7}\r\nerror: \u{202e}gnp.exe\u{200b}\u{9b}31m\u{2061}  USD             1.00        1.00          0.00       0.00  0.00
    700001941608  kleinerwang_test                                                                 USD       363,659.11  363,659.11          0.00       0.00  0.00
    ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    total of 2                                                                                     USD       363,660.11
    read 2026-11-22 05:00:01 UTC
    ");
}

#[test]
fn a_narrow_terminal_shortens_names_first() {
    let rows = || {
        vec![
            balance(member("700000000002", "Example Trading Company (Shanghai) Limited", "1828.72")),
            balance(member("700000000003", "上海示例贸易有限公司第一分公司", "12.5")),
        ]
    };
    insta::assert_snapshot!(narrow(rows(), 112), @"
    SUB-ACCOUNT   NAME                                        CURRENCY  AVAILABLE      CASH  CREDIT LIMIT  OWED
    700000000002  Example Trading Company (Shanghai) Limited  USD        1,828.72  1,828.72          0.00  0.00
    700000000003  上海示例贸易有限公司第一分公司              USD           12.50     12.50          0.00  0.00
    ───────────────────────────────────────────────────────────────────────────────────────────────────────────
    total of 2                                                USD        1,841.22
    read 2026-11-22 05:00:01 UTC
    hidden columns (narrow terminal): TEMPORARY
    ");
    insta::assert_snapshot!(narrow(rows(), 100), @"
    SUB-ACCOUNT   NAME                                        CURRENCY  AVAILABLE      CASH  OWED
    700000000002  Example Trading Company (Shanghai) Limited  USD        1,828.72  1,828.72  0.00
    700000000003  上海示例贸易有限公司第一分公司              USD           12.50     12.50  0.00
    ─────────────────────────────────────────────────────────────────────────────────────────────
    total of 2                                                USD        1,841.22
    read 2026-11-22 05:00:01 UTC
    hidden columns (narrow terminal): TEMPORARY, CREDIT LIMIT
    ");
}

#[test]
fn a_narrower_terminal_goes_without_columns_and_says_which() {
    let rows = || vec![balance(kleinerwang()), balance(member("700000000002", "上海分公司", "1828.72"))];
    insta::assert_snapshot!(narrow(rows(), 80), @"
    SUB-ACCOUNT   NAME              CURRENCY   AVAILABLE        CASH  OWED
    700001941608  kleinerwang_test  USD       363,659.11  363,659.11  0.00
    700000000002  上海分公司        USD         1,828.72    1,828.72  0.00
    ──────────────────────────────────────────────────────────────────────
    total of 2                      USD       365,487.83
    read 2026-11-22 05:00:01 UTC
    hidden columns (narrow terminal): TEMPORARY, CREDIT LIMIT
    ");
    insta::assert_snapshot!(narrow(rows(), 64), @"
    SUB-ACCOUNT   NAME              CURRENCY   AVAILABLE  OWED
    700001941608  kleinerwang_test  USD       363,659.11  0.00
    700000000002  上海分公司        USD         1,828.72  0.00
    ──────────────────────────────────────────────────────────
    total of 2                      USD       365,487.83
    read 2026-11-22 05:00:01 UTC
    hidden columns (narrow terminal): TEMPORARY, CREDIT LIMIT, CASH
    ");
}

#[test]
fn an_amount_is_never_cut_however_narrow_the_terminal() {
    insta::assert_snapshot!(narrow(vec![balance(kleinerwang())], 10), @"
    SUB-ACCOUNT   NAME              CURRENCY   AVAILABLE
    700001941608  kleinerwang_test  USD       363,659.11
    ────────────────────────────────────────────────────
    total of 1                      USD       363,659.11
    read 2026-11-22 05:00:01 UTC
    hidden columns (narrow terminal): TEMPORARY, CREDIT LIMIT, CASH, OWED
    ");
}

#[test]
fn without_a_terminal_nothing_is_shortened() {
    let name = "long ".repeat(100);
    assert!(table(vec![balance(member("700000000002", &name, "1"))]).contains(&name));
}

#[test]
fn rows_beyond_the_first_thousand_keep_the_columns() {
    let mut rows: Vec<Row> = (0..2500).map(|_| balance(kleinerwang())).collect();
    rows.push(balance(member("700000000002", "the widest name of all", "123456789.01")));
    let shown = table(rows);
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines.len(), 1 + 2501 + 1 + 1 + 1);
    let widest = "700000000002   the widest name of all  USD         123,456,789.01  123,456,789.01          0.00       0.00  0.00";
    let others = "700001941608   kleinerwang_test        USD             363,659.11      363,659.11          0.00       0.00  0.00";
    assert!(lines[1..2501].iter().all(|line| *line == others), "{}", lines[1]);
    assert_eq!(lines[2501], widest);
}
