//! Which columns are shown, and output that goes to a file.

use insta::assert_snapshot;

use crate::support::{Home, cloudbal};

fn sandbox(arguments: &[&str]) -> crate::support::Said {
    cloudbal(&[&["--sandbox", "-q"][..], arguments].concat()).run()
}

#[test]
fn columns_are_chosen_and_ordered_in_tables_and_csv() {
    assert_snapshot!(sandbox(&["all", "aliyun/*", "--columns", "available,account"]).whole(), @"
    AVAILABLE  ACCOUNT
     1,828.72  aliyun/sandbox-intl
    10,000.00  aliyun/sandbox-cn
    ──────────────────────────────
     1,828.72  total of 1 USD
    10,000.00  total of 1 CNY
    read [TIME] UTC
    --- exit status 0
    ");
    assert_snapshot!(sandbox(&["all", "aliyun/*", "--columns", "name,currency"]).whole(), @"
    NAME  CURRENCY
          USD
          CNY
    read [TIME] UTC
    --- exit status 0
    ");
    assert_snapshot!(sandbox(&["all", "aliyun/*", "--columns", "Account, Available", "-o", "csv"]).whole(), @"
    account,available
    sandbox-intl,1828.72
    sandbox-cn,10000.00
    --- exit status 0
    ");
}

#[test]
fn a_failure_shows_whichever_columns_are_chosen() {
    let failed = |columns: &str| {
        cloudbal(&["aliyun", "balance", "-q", "--columns", columns])
            .aliyun_key("LTAInowhere")
            .env("CLOUDBAL_ENDPOINT", "http://127.0.0.1:9")
            .env("CLOUDBAL_RETRIES", "0")
            .run()
            .whole()
    };
    assert_snapshot!(failed("account,cash"), @"
    ACCOUNT                       CASH
    aliyun/environment  error: network
    read [TIME] UTC
    --- exit status 1
    ");
    assert_snapshot!(failed("account,kind"), @"
    ACCOUNT             KIND
    aliyun/environment  network
    read [TIME] UTC
    --- exit status 1
    ");
    assert_snapshot!(failed("provider"), @"
    PROVIDER
    error: network
    read [TIME] UTC
    --- exit status 1
    ");
}

#[test]
fn columns_that_do_not_exist_or_have_no_place_are_refused() {
    let refused = |arguments: &[&str]| {
        let said = sandbox(arguments);
        assert_eq!((said.status, &*said.stdout), (Some(2), ""), "{said:?}");
        said.stderr
    };
    assert_snapshot!(refused(&["--columns", "acount"]), @"
    error: invalid value 'acount' for '--columns <COLUMN,…>': unknown column `acount`; did you mean `account`? the columns are type, provider, site, account, billing_account_id, sub_account_id, sub_account_name, currency, available, cash, credit_limit, temporary_credit, frozen, owed, fetched_at, request_id, kind, code, message, hint, account_id, sub_account, name, temporary

    For more information, try '--help'.
    ");
    assert_snapshot!(refused(&["--columns", "cash,cash"]), @"
    error: invalid value 'cash,cash' for '--columns <COLUMN,…>': duplicate column `cash`

    For more information, try '--help'.
    ");
    assert_snapshot!(refused(&["--columns", "cash", "-o", "json"]), @"
    error: `--columns` applies to the table, CSV and workbooks only
    hint: leave it out; `--query` selects fields of documents
    ");
    assert_snapshot!(refused(&["--columns", "cash", "--query", "totals"]), @"
    error: `--columns` cannot be used with `--query`
    hint: let the query select the fields
    ");
    assert_snapshot!(refused(&["--bom", "-o", "json"]), @"
    error: `--bom` applies to CSV only
    hint: add `--output csv`, or leave out `--bom`
    ");
    assert_snapshot!(refused(&["-o", "xlsx"]), @"
    error: `--output xlsx` needs a file
    hint: name it, as in `--file balances.xlsx`
    ");
    assert_snapshot!(refused(&["accounts", "--columns", "cash"]), @"
    error: unexpected argument '--columns' found

    Usage: cloudbal accounts [OPTIONS] [COMMAND]

    For more information, try '--help'.
    ");
    assert_snapshot!(refused(&["doctor", "-o", "xlsx"]), @"
    error: only balances can be written as a workbook
    hint: use `--output csv`
    ");
}

#[test]
fn csv_for_spreadsheets_begins_with_a_byte_order_mark() {
    let (with, without) = (sandbox(&["-o", "csv", "--bom"]), sandbox(&["-o", "csv"]));
    let first = |text: &str| text.lines().next().unwrap().to_owned();
    assert!(without.stdout.starts_with("type,provider,"));
    assert_eq!(first(&with.stdout), format!("\u{feff}{}", first(&without.stdout)));
}

#[test]
fn a_file_is_replaced_when_the_output_is_complete() {
    let home = Home::new().file("out.json", "old");
    let path = home.path("out.json");
    let said = sandbox(&["-o", "json", "--file", path.to_str().unwrap()]);
    assert_eq!((said.status, &*said.stdout), (Some(0), ""), "{said:?}");
    let document: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(document["balances"].as_array().unwrap().len(), 4);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600, "it keeps its mode");
    }
    let said = sandbox(&["-o", "json", "--query", "nonsense(", "--file", path.to_str().unwrap()]);
    assert_eq!(said.status, Some(2));
    let said =
        sandbox(&["--query", "max(totals[].available, `1`)", "--file", path.to_str().unwrap(), "-o", "json"]);
    assert_ne!(said.status, Some(0), "{said:?}");
    let again: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(again, document, "a run that wrote nothing leaves the file unchanged");
    assert_eq!(std::fs::read_dir(home.path("")).unwrap().count(), 1, "nothing else is left");
}

#[test]
fn what_is_not_a_regular_file_is_not_replaced() {
    let home = Home::new().file("target", "kept");
    #[cfg(unix)]
    std::os::unix::fs::symlink(home.path("target"), home.path("link")).unwrap();
    for path in [home.path("link"), home.path(""), "/dev/null".into(), home.path("no/such/folder/x")] {
        let said = sandbox(&["--file", path.to_str().unwrap()]);
        assert_eq!((said.status, &*said.stdout), (Some(2), ""), "{}: {said:?}", path.display());
    }
    assert_eq!(std::fs::read_to_string(home.path("target")).unwrap(), "kept");
}

#[test]
fn a_workbook_has_a_sheet_of_balances_one_of_totals_and_one_of_errors() {
    let home = Home::new();
    let path = home.path("balances.xlsx");
    let said = sandbox(&["-o", "xlsx", "--file", path.to_str().unwrap()]);
    assert_eq!((said.status, &*said.stdout), (Some(0), ""), "{said:?}");
    let mut workbook: calamine::Xlsx<_> = calamine::open_workbook(&path).unwrap();
    let mut sheets = String::new();
    for (name, range) in calamine::Reader::worksheets(&mut workbook) {
        sheets += &format!("{name}\n");
        for row in range.rows() {
            let cells: Vec<String> = row.iter().map(|cell| format!("{cell:?}")).collect();
            sheets += &format!("{}\n", cells.join(" "));
        }
    }
    assert_snapshot!(crate::support::normalised(&sheets), @r#"
    Balances
    String("provider") String("site") String("account") String("billing_account_id") String("sub_account_id") String("sub_account_name") String("currency") String("available") String("cash") String("credit_limit") String("temporary_credit") String("frozen") String("owed") String("fetched_at") String("request_id")
    String("tencent") String("intl") String("sandbox-intl") String("600000561284") Empty Empty String("USD") Float(100000000.0) Empty Float(100000000.0) Float(0.0) Float(0.0) Float(0.0) String("[TIME]Z") String("[ID]")
    String("tencent") String("cn") String("sandbox-cn") String("100012345000") Empty Empty String("CNY") Float(155551.9) Float(123456.78) Float(50000.0) Float(0.0) Float(20000.0) Float(0.0) String("[TIME]Z") String("[ID]")
    String("aliyun") String("intl") String("sandbox-intl") Empty Empty Empty String("USD") Float(1828.72) Float(1828.72) Float(0.0) Empty Empty Empty String("[TIME]Z") String("[ID]")
    String("aliyun") String("cn") String("sandbox-cn") Empty Empty Empty String("CNY") Float(10000.0) Float(10000.0) Float(0.0) Empty Empty Empty String("[TIME]Z") String("[ID]")
    Totals
    String("type") String("currency") String("available") String("accounts") String("rates") String("rates_date") String("missing_rates")
    String("total") String("USD") Float(100001828.72) Float(2.0) Empty Empty Empty
    String("total") String("CNY") Float(165551.9) Float(2.0) Empty Empty Empty
    Errors
    String("provider") String("account") String("sub_account_id") String("kind") String("code") String("message") String("hint") String("request_id")
    "#);
}
