//! NDJSON and CSV, which are written row by row.

use cloudbal::model::{Balance, Report};
use cloudbal::render::{Format, Stream};

use crate::fixtures::{
    aliyun, balance, denied, error, in_usd, kleinerwang, member, not_returned, report, text,
};

fn mixed() -> Report {
    in_usd(report(vec![balance(kleinerwang()), error(denied()), balance(aliyun()), error(not_returned())]))
}

#[test]
fn ndjson_is_one_object_a_line_and_says_first_what_it_is() {
    insta::assert_snapshot!(text(&mixed(), Format::Ndjson), @r#"
    {"type":"balance","provider":"tencent","site":"intl","account":"default","billing_account_id":null,"sub_account_id":"700001941608","sub_account_name":"kleinerwang_test","currency":"USD","available":"363659.11","cash":"363659.11","credit_limit":"0.00","temporary_credit":"0.00","frozen":null,"owed":"0.00","details":{"BasicCreditAmount":"0.00","IsCreditAccount":false},"fetched_at":"2026-11-22T05:00:01Z","request_id":"241b92ef-b68e-4827-ae15-5ef7f3bd4009"}
    {"type":"error","provider":"tencent","account":"prod","sub_account_id":null,"kind":"permission","code":"AuthFailure.UnauthorizedOperation","message":"the key may not read balances","request_id":"ea0a9d1b-9ac0-4ff1-b2f2-d7f0a7d2f0a1","hint":"grant `finance:DescribeAccountBalance` in CAM"}
    {"type":"balance","provider":"aliyun","site":"cn","account":"shop","billing_account_id":null,"sub_account_id":null,"sub_account_name":null,"currency":"CNY","available":"10000.00","cash":"10000.00","credit_limit":"0.00","temporary_credit":null,"frozen":null,"owed":null,"details":{"MybankCreditAmount":"0.00"},"fetched_at":"2026-11-22T05:00:01Z","request_id":"16176743-6DC7-4CB3-BB25-A13982D8DFAD"}
    {"type":"error","provider":"tencent","account":"default","sub_account_id":"700000000001","kind":"not_returned","code":null,"message":"the answer has no such member","request_id":null,"hint":null}
    {"type":"total","currency":"USD","available":"363659.11","accounts":1}
    {"type":"total","currency":"CNY","available":"10000.00","accounts":1}
    {"type":"converted","currency":"USD","available":"365063.60","base":"CNY","rates":[{"currency":"USD","rate":"7.12"}],"date":"2026-11-20","missing":[]}
    "#);
}

#[test]
fn csv_has_a_header_and_a_line_for_each_balance_and_error() {
    let shown = text(&mixed(), Format::Csv);
    assert_eq!(shown.matches("\r\n").count(), 5);
    assert_eq!(shown.matches('\n').count(), 5);
    insta::assert_snapshot!(shown.replace("\r\n", "\n"), @"
    type,provider,site,account,billing_account_id,sub_account_id,sub_account_name,currency,available,cash,credit_limit,temporary_credit,frozen,owed,fetched_at,request_id,kind,code,message,hint
    balance,tencent,intl,default,,700001941608,kleinerwang_test,USD,363659.11,363659.11,0.00,0.00,,0.00,2026-11-22T05:00:01Z,241b92ef-b68e-4827-ae15-5ef7f3bd4009,,,,
    error,tencent,,prod,,,,,,,,,,,,ea0a9d1b-9ac0-4ff1-b2f2-d7f0a7d2f0a1,permission,AuthFailure.UnauthorizedOperation,the key may not read balances,grant `finance:DescribeAccountBalance` in CAM
    balance,aliyun,cn,shop,,,,CNY,10000.00,10000.00,0.00,,,,2026-11-22T05:00:01Z,16176743-6DC7-4CB3-BB25-A13982D8DFAD,,,,
    error,tencent,,default,,700000000001,,,,,,,,,,,not_returned,,the answer has no such member,
    ");
}

#[test]
fn no_spreadsheet_runs_a_cell_of_csv() {
    let name_of = |name: &str| {
        let shown = text(&report(vec![balance(member("1", name, "-5.00"))]), Format::Csv);
        let record = csv::Reader::from_reader(shown.as_bytes()).records().next().unwrap().unwrap();
        assert_eq!(&record[8], "-5.00");
        record[6].to_owned()
    };
    assert_eq!(name_of("=1+1"), "'=1+1");
    assert_eq!(name_of("@SUM(A1)"), "'@SUM(A1)");
    assert_eq!(name_of("+cmd|' /C calc'!A0"), "'+cmd|' /C calc'!A0");
    assert_eq!(name_of("-2+3"), "'-2+3");
    assert_eq!(name_of("\t=1"), "'\t=1");
    assert_eq!(name_of("\r=1"), "'\r=1");
    assert_eq!(name_of("＝1"), "'＝1");
    assert_eq!(name_of("-5.00"), "-5.00");
    assert_eq!(name_of("+5"), "+5");
    assert_eq!(name_of("-."), "'-.");
    assert_eq!(name_of("-"), "'-");
    assert_eq!(name_of("a=b, \"c\"\nd"), "a=b, \"c\"\nd");
    assert_eq!(name_of("\u{1b}[2J\0"), "\\u{1b}[2J\\u{0}");
}

#[test]
fn rows_come_out_as_they_go_in() {
    for format in [Format::Ndjson, Format::Csv] {
        let mut out = Vec::new();
        let mut stream = Stream::begin(format, None, &mut out).unwrap().unwrap();
        for row in &mixed().rows {
            stream.row(row).unwrap();
            stream.flush().unwrap();
        }
        stream.finish(&mixed().totals, mixed().converted.as_ref()).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), text(&mixed(), format));
    }
}

#[test]
fn whole_documents_are_no_streams() {
    for format in [Format::Table, Format::Json, Format::Yaml] {
        let mut out = Vec::new();
        assert!(Stream::begin(format, None, &mut out).unwrap().is_none());
        assert!(out.is_empty());
    }
}

#[test]
fn an_empty_report_has_a_header_and_no_line() {
    assert_eq!(text(&report(vec![]), Format::Ndjson), "");
    assert_eq!(text(&report(vec![]), Format::Csv).lines().count(), 1);
    let unlabelled = Balance { account: "".into(), ..aliyun() };
    assert_eq!(text(&report(vec![balance(unlabelled)]), Format::Csv).lines().count(), 2);
}
