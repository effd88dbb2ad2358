//! Optional fields of a balance that cannot be read: null with a warning, never 0, and never the loss of the balance.

use insta::assert_snapshot;

use crate::run::{Run, balance_of, cloudbal, members_of};
use crate::server::{Server, json};

const ALIYUN: &str = r#"{"Code":"200","Success":true,"RequestId":"r-1","Data":{"AvailableAmount":"1,828.72","Currency":"CNY","AvailableCashAmount":"","CreditAmount":"N/A","MybankCreditAmount":"0E-8"}}"#;

const MEMBERS: &str = r#"{"Response":{"RequestId":"r-2","TotalCount":2,"Data":[{"MemberUin":"1","MemberName":"a","RealBalance":100,"OweAmount":"N/A","TempCredit":""},{"MemberUin":"2","RealBalance":"N/A"}]}}"#;

fn of_aliyun(server: &Server, arguments: &[&str]) -> Run {
    balance_of(server).args(arguments)
}

#[test]
fn the_balance_stays_and_people_are_warned() {
    let server = Server::always(json(ALIYUN));
    let ended = of_aliyun(&server, &[]).end();
    assert_eq!(ended.status, Some(0));
    assert_snapshot!(ended.stderr, @r#"
    warning: aliyun/environment: `CreditAmount` is `"N/A"`: not an amount
    warning: aliyun/environment: `MybankCreditAmount` is `"0E-8"`: not an amount
    "#);
    let row = ended.stdout.lines().nth(1).unwrap();
    assert_snapshot!(row, @"aliyun/environment  CNY        1,828.72");
    assert_eq!(of_aliyun(&server, &["-q"]).end().stderr, "");
}

#[test]
fn every_document_has_null_and_the_warnings() {
    let server = Server::always(json(ALIYUN));
    let query =
        "[balances[0].[available, cash, credit_limit, details], warnings, errors, totals[0].available]";
    let document = of_aliyun(&server, &["-q", "-o", "ndjson", "--query", query]).end();
    assert_snapshot!(document.stdout, @r#"
    ["1828.72",null,null,{"MybankCreditAmount":null}]
    [{"account":"environment","message":"`CreditAmount` is `\"N/A\"`: not an amount","provider":"aliyun","request_id":"r-1","sub_account_id":null},{"account":"environment","message":"`MybankCreditAmount` is `\"0E-8\"`: not an amount","provider":"aliyun","request_id":"r-1","sub_account_id":null}]
    []
    "1828.72"
    "#);
    let json = of_aliyun(&server, &["-q", "-o", "json"]).end().stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["warnings"].as_array().unwrap().len(), 2);
    let yaml = of_aliyun(&server, &["-q", "-o", "yaml"]).end().stdout;
    assert!(yaml.contains("credit_limit: null\n") && yaml.contains("MybankCreditAmount: null\n"), "{yaml}");
    let lines = of_aliyun(&server, &["-q", "-o", "ndjson"]).end();
    let warnings: Vec<&str> =
        lines.stdout.lines().filter(|line| line.contains(r#""type":"warning""#)).collect();
    assert_snapshot!(warnings.join("\n"), @r#"
    {"type":"warning","provider":"aliyun","account":"environment","sub_account_id":null,"message":"`CreditAmount` is `\"N/A\"`: not an amount","request_id":"r-1"}
    {"type":"warning","provider":"aliyun","account":"environment","sub_account_id":null,"message":"`MybankCreditAmount` is `\"0E-8\"`: not an amount","request_id":"r-1"}
    "#);
    // A sheet has empty cells, which no program takes for 0.
    let csv = of_aliyun(&server, &["-o", "csv"]).end();
    assert!(csv.stdout.lines().nth(1).unwrap().contains(",CNY,1828.72,,,,,,"), "{}", csv.stdout);
    assert!(csv.stderr.starts_with("warning: aliyun/environment: "), "{}", csv.stderr);
}

#[test]
fn a_balance_that_is_not_shown_is_warned_about_all_the_same() {
    let server = Server::always(json(ALIYUN));
    for arguments in [["-o", "json", "--below", "1"], ["-o", "ndjson", "--below", "1"]] {
        let ended = of_aliyun(&server, &arguments).end();
        assert_eq!(ended.status, Some(0), "{arguments:?}");
        assert_eq!(ended.stdout.matches("MybankCreditAmount").count(), 1, "{}", ended.stdout);
        assert_eq!(ended.stderr.lines().count(), 2, "{}", ended.stderr);
    }
}

#[test]
fn a_member_stays_and_its_warning_names_it() {
    let server = Server::always(json(MEMBERS));
    let ended = members_of(&server).end();
    assert_snapshot!(ended.stderr, @r#"
    warning: tencent/environment member 1: `OweAmount` is `"N/A"`: not an amount
    error: tencent/environment member 2: unreadable member: `RealBalance` is `"N/A"`: not an amount (request id r-2)
    "#);
    assert_eq!(ended.status, Some(1), "what can be spent has to be readable");
    let lines: Vec<&str> = ended.stdout.lines().collect();
    assert!(
        lines[0].contains(r#""temporary_credit":null"#) && lines[0].contains(r#""owed":null"#),
        "{}",
        lines[0]
    );
    assert!(
        lines[1].starts_with(
            r#"{"type":"warning","provider":"tencent","account":"environment","sub_account_id":"1""#
        ),
        "{}",
        lines[1]
    );
}

#[test]
fn the_balance_of_tencent_cloud_stays_too() {
    let body = r#"{"Response":{"RequestId":"r-3","Uin":1,"RealBalance":100,"CreditAmount":"","OweAmount":"-","PresentAccountBalance":"N/A"}}"#;
    let server = Server::always(json(body));
    let ended = cloudbal(&["tencent", "balance"]).env("CLOUDBAL_ENDPOINT", &server.url()).end();
    assert_snapshot!(ended.stderr, @r#"
    warning: tencent/environment: `OweAmount` is `"-"`: not an amount
    warning: tencent/environment: `PresentAccountBalance` is `"N/A"`: not an amount
    "#);
    assert_eq!(ended.status, Some(0));
}
