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
    aliyun (error: network)
    read [TIME] UTC
    --- exit status 1
    ");
    assert_snapshot!(failed("account"), @"
    ACCOUNT
    aliyun/environment (error: network)
    read [TIME] UTC
    --- exit status 1
    ");
    assert_snapshot!(failed("sub_account,account"), @"
    SUB-ACCOUNT  ACCOUNT
                 aliyun/environment (error: network)
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
fn what_cannot_be_written_to_is_said_before_anything_is_sent() {
    let home = Home::new()
        .file("locked", "kept")
        .file("rates.toml", "date = 2026-11-20\nbase = 'CNY'\nUSD = '7.12'\n");
    let path = |name: &str| home.path(name).to_str().unwrap().to_owned();
    let mut permissions = home.path("locked").metadata().unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(home.path("locked"), permissions).unwrap();
    let refused = |arguments: &[&str]| {
        let said = cloudbal(&[&["--sandbox"][..], arguments].concat()).home(&home).run();
        assert_eq!((said.status, &*said.stdout), (Some(2), ""), "{said:?}");
        said.stderr.replace(home.path("").to_str().unwrap(), "[HOME]/").replace("//", "/")
    };
    assert_snapshot!(refused(&["--file", &path("locked")]), @"
    error: cannot write `[HOME]/locked`: it is read-only
    hint: name another file with `--file`
    ");
    assert_snapshot!(refused(&["--file", "-"]), @"
    error: cannot write `-`: output goes to stdout without `--file`
    hint: leave out `--file`, or name a file as `./-`
    ");
    assert_snapshot!(refused(&["--file", &path("gone/x")]), @"
    error: cannot write `[HOME]/gone/x`: its folder does not exist
    hint: create the folder, or name another file
    ");
    assert_snapshot!(refused(&["--in", "USD", "--rates", &path("rates.toml"), "--file", &path("./rates.toml")]), @"
    error: cannot write `[HOME]/./rates.toml`: it is the file of `--rates`
    hint: name another file with `--file`
    ");
    assert_snapshot!(refused(&["tencent", "members", "--resume", &path("journal"), "--file", &path("journal")]), @"
    error: cannot write `[HOME]/journal`: it is the file of `--resume`
    hint: name another file with `--file`
    ");
    assert_snapshot!(refused(&["tencent", "members", "--uin-file", &path("locked"), "--file", &path("locked")]), @"
    error: cannot write `[HOME]/locked`: it is the file of `--uin-file`
    hint: name another file with `--file`
    ");
    assert_snapshot!(refused(&["--ca-file", &path("rates.toml"), "--file", &path("rates.toml")]), @"
    error: cannot write `[HOME]/rates.toml`: it is the file of `--ca-file`
    hint: name another file with `--file`
    ");
    assert!(!home.path("journal").exists(), "nothing is begun");
    assert_eq!(std::fs::read_to_string(home.path("locked")).unwrap(), "kept");
}

#[test]
fn output_never_replaces_the_configuration() {
    let home = Home::new().config("[accounts.a]\nprovider = 'aliyun'\n").file("other.toml", "");
    let other = home.path("other.toml");
    let other = other.to_str().unwrap();
    let said = cloudbal(&["--sandbox", "--config", other, "--file", other]).home(&home).run();
    assert_eq!((said.status, &*std::fs::read_to_string(other).unwrap()), (Some(2), ""), "{said:?}");
    let path = cloudbal(&["config", "path"]).home(&home).run().stdout.trim().to_owned();
    let said = cloudbal(&["--sandbox", "--file", &path]).home(&home).run();
    assert_eq!(said.status, Some(2), "{said:?}");
    assert!(std::fs::read_to_string(path).unwrap().starts_with("[accounts.a]"));
}

#[test]
fn a_file_holds_the_same_bytes_as_stdout_in_every_format() {
    let home = Home::new();
    for format in ["table", "json", "ndjson", "csv", "yaml"] {
        let path = home.path(format);
        let arguments = ["all", "aliyun/*", "-o", format];
        let said = sandbox(&[&arguments[..], &["--file", path.to_str().unwrap()]].concat());
        assert_eq!((said.status, &*said.stdout), (Some(0), ""), "{said:?}");
        let file = crate::support::normalised(&std::fs::read_to_string(&path).unwrap());
        assert_eq!(file, crate::support::normalised(&sandbox(&arguments).stdout), "{format}");
    }
    let path = home.path("marked");
    sandbox(&["-o", "csv", "--bom", "--file", path.to_str().unwrap()]);
    assert!(std::fs::read_to_string(path).unwrap().starts_with("\u{feff}type,provider,"));
}

#[test]
fn a_file_is_written_with_errors_in_it_and_the_status_stays() {
    let home = Home::new();
    let path = home.path("balances");
    let path = path.to_str().unwrap();
    let run = |arguments: &[&str]| {
        let said = cloudbal(&[arguments, &["-q", "--file", path]].concat())
            .aliyun_key("LTAInowhere")
            .env("CLOUDBAL_ENDPOINT", "http://127.0.0.1:9")
            .env("CLOUDBAL_RETRIES", "0")
            .run();
        assert_eq!((said.status, &*said.stdout), (Some(1), ""), "{said:?}");
    };
    run(&["aliyun", "balance", "-o", "csv", "--columns", "type,kind"]);
    assert_eq!(std::fs::read_to_string(path).unwrap(), "type,kind\r\nerror,network\r\n");
    run(&["aliyun", "balance", "-o", "xlsx"]);
    let mut workbook: calamine::Xlsx<_> = calamine::open_workbook(path).unwrap();
    let errors = calamine::Reader::worksheet_range(&mut workbook, "Errors").unwrap();
    assert_eq!(errors.get_value((1, 3)), Some(&calamine::Data::String("network".to_owned())));
    let said =
        sandbox(&["check", "--threshold", "5000", "-o", "csv", "--columns", "account", "--file", path]);
    assert_eq!((said.status, &*said.stdout), (Some(3), ""), "{said:?}");
    assert!(std::fs::read_to_string(path).unwrap().contains("sandbox-intl\r\n"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_journal_stays_until_the_file_is_in_its_place() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    let (journal, folder) = (home.path("journal"), home.path("folder"));
    std::fs::create_dir(&folder).unwrap();
    let out = folder.join("out.csv");
    let arguments = ["tencent", "members", "-o", "csv", "--resume", journal.to_str().unwrap(), "--file"];
    let said = sandbox(&[&arguments[..], &[out.to_str().unwrap()]].concat());
    assert_eq!((said.status, said.stdout.as_str(), journal.exists()), (Some(0), "", false), "{said:?}");
    assert_eq!(std::fs::read_to_string(&out).unwrap().lines().count(), 13);
    // New files are for everybody that the mask admits, as a shell's are.
    assert_ne!(out.metadata().unwrap().permissions().mode() & 0o600, 0);
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
