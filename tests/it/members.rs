//! Members: which are asked for, in which requests, and that none is lost.

use cloudbal::sandbox::Options;
use insta::assert_snapshot;

use crate::support::{Cloud, Said};

fn uins(said: &Said) -> Vec<String> {
    let document = said.json();
    let list = |name: &str| document[name].as_array().unwrap().clone();
    let id = |row: serde_json::Value| row["sub_account_id"].as_str().unwrap().to_owned();
    list("balances").into_iter().chain(list("errors")).map(id).collect()
}

#[test]
fn many_uins_are_split_into_requests_of_ten_and_each_is_answered() {
    let cloud = Cloud::start(Options { members: 40, ..Options::default() });
    let everybody = uins(&cloud.cloudbal(&["tencent", "members", "-o", "json"]).run());
    assert_eq!(everybody.len(), 40);
    let before = cloud.statistics().requests;
    let wanted: Vec<String> = everybody[5..30].iter().rev().cloned().collect();
    let said = cloud.cloudbal(&["tencent", "members", "-o", "json", "--uin", &wanted.join(",")]).run();
    let mut answered = uins(&said);
    answered.sort();
    assert_eq!(answered, everybody[5..30]);
    assert_eq!(cloud.statistics().requests - before, 3);
}

#[test]
fn fifty_thousand_uins_are_asked_for_by_ten_and_answered_in_their_order() {
    let cloud = Cloud::start(Options { members: 60_000, rate: Some(0), ..Options::default() });
    let everybody = cloud.cloudbal(&["tencent", "members", "-o", "csv", "--rate", "0"]).run();
    let everybody: Vec<&str> =
        everybody.stdout.lines().skip(1).map(|line| line.split(',').nth(5).unwrap()).collect();
    assert_eq!(everybody.len(), 60_000);
    let before = cloud.statistics().requests;
    let wanted: Vec<&str> = everybody.into_iter().rev().take(50_000).collect();
    let said = cloud
        .cloudbal(&["tencent", "members", "-o", "csv", "--rate", "0", "--uin-file", "-"])
        .stdin(&wanted.join("\n"))
        .run();
    assert_eq!((said.status, &*said.stderr), (Some(0), ""));
    let answered = said.stdout.lines().skip(1).map(|line| line.split(',').nth(5).unwrap());
    assert!(answered.eq(wanted), "one row for each, in the order in which they were named");
    assert_eq!(cloud.statistics().requests - before, 5_000);
}

#[test]
fn a_member_that_is_not_returned_is_an_error_row() {
    let cloud = Cloud::start(Options::default());
    let said = cloud.cloudbal(&["tencent", "members", "--uin", "99,700001941608", "--uin", "99"]).run();
    assert_snapshot!(said.whole(), @"
    SUB-ACCOUNT   NAME              CURRENCY            AVAILABLE        CASH  CREDIT LIMIT  TEMPORARY  OWED
    700001941608  kleinerwang_test  USD                363,659.11  363,659.11          0.00       0.00  0.00
    99                                        error: not returned
    ────────────────────────────────────────────────────────────────────────────────────────────────────────
    total of 1                      USD                363,659.11
    read [TIME] UTC
    --- stderr
    error: tencent/environment member 99: asked for and not returned (request id [ID])
    hint: check the uin, and that it belongs to the organization this account administers
    --- exit status 1
    ");
    assert_eq!(cloud.statistics().requests, 1);
}

#[test]
fn uins_come_from_files_and_standard_input() {
    let cloud = Cloud::start(Options::default());
    let run = |text: &str| {
        cloud.cloudbal(&["tencent", "members", "--uin-file", "-", "-o", "json"]).stdin(text).run()
    };
    assert_eq!(uins(&run("\u{feff}# ours\r\n700001941608 # the first\r\n\r\n")), ["700001941608"]);
    assert_snapshot!(run("700001941608\nabc\n").whole(), @"
    --- stderr
    error: standard input:2: `abc` is not a valid uin
    hint: a uin is digits only, such as 700001941608
    --- exit status 2
    ");
    assert_snapshot!(run("# nobody\n").whole(), @"
    --- stderr
    error: `standard input` names no member
    hint: write one uin a line; without `--uin-file` all members are read
    --- exit status 2
    ");
    assert_snapshot!(cloud.cloudbal(&["tencent", "members", "--uin-file", "/no/such"]).run().whole(), @"
    --- stderr
    error: cannot read `/no/such`: no such file or directory
    hint: check `--uin-file`
    --- exit status 2
    ");
}

#[test]
fn an_account_without_an_organization_gets_told() {
    let cloud = Cloud::start(Options::default());
    assert_snapshot!(cloud.keyless(&["tencent", "members"]).tencent_key("AKIDsandboxintl-alone").run().whole(), @"
    ACCOUNT                   AVAILABLE
    tencent/environment  error: refused
    read [TIME] UTC
    --- stderr
    error: tencent/environment: Tencent Cloud refused: The account is not the administrator of an organization. (code UnsupportedOperation, request id [ID])
    hint: only an account that administers an organization can read its members' balances; `cloudbal tencent balance` reads this account's own
    --- exit status 1
    ");
}

#[test]
fn an_organization_without_members_is_empty_and_no_error() {
    let cloud = Cloud::start(Options { members: 0, ..Options::default() });
    assert_snapshot!(cloud.cloudbal(&["tencent", "members"]).run().whole(), @"
    no balances
    read [TIME] UTC
    --- exit status 0
    ");
}
