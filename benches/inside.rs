//! What happens inside the process: signing a request, reading a page, writing a report.

use std::hint::black_box;
use std::sync::Arc;

use chrono::DateTime;
use cloudbal::cloud::{self, Answer, Call, Cloud, Context, Endpoint, Question, Reply};
use cloudbal::model::{Credentials, Report, Row, Secret, Stamp};
use cloudbal::render::{self, Format, Style};
use divan::Bencher;
use divan::counter::ItemsCount;

const MEMBERS: u64 = 10_000;

fn main() {
    divan::main();
}

#[divan::bench(args = [("tencent", ""), ("aliyun", "rpc"), ("aliyun", "acs3")])]
fn sign(bencher: Bencher, (name, signature): (&str, &'static str)) {
    with_call(name, &Question::Balance, signature, |cloud, call| {
        bencher.bench_local(|| cloud.request(black_box(call)));
    });
}

#[divan::bench]
fn read_a_page(bencher: Bencher) {
    let reply = page(1);
    with_call("tencent", &members(1), "", |cloud, call| {
        bencher.bench_local(|| rows(cloud, call, black_box(&reply)));
    });
}

#[divan::bench(args = [Format::Table, Format::Json, Format::Ndjson, Format::Csv])]
fn write_10_000_rows(bencher: Bencher, format: Format) {
    let mut all = Vec::new();
    for number in 1..=MEMBERS / 10 {
        with_call("tencent", &members(number), "", |cloud, call| {
            all.extend(rows(cloud, call, &page(number)));
        });
    }
    let report = Report::new(DateTime::UNIX_EPOCH, all);
    assert_eq!(report.balances().count() as u64, MEMBERS);
    let mut out = Vec::new();
    bencher.counter(ItemsCount::new(MEMBERS)).bench_local(|| {
        out.clear();
        render::write(&report, format, Style::default(), &mut out).expect("memory can be written to");
        out.len()
    });
}

fn members(page: u64) -> Question {
    Question::Members { page, uins: Vec::new() }
}

fn with_call(name: &str, question: &Question, signature: &'static str, work: impl FnOnce(&dyn Cloud, &Call)) {
    let cloud = cloud::named(name).expect("the cloud is registered");
    let endpoint = Endpoint::https(&cloud.host(question, cloud.first_site()));
    let credentials = Credentials {
        key_id: "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE".to_owned(),
        secret: Secret::new("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE".to_owned()),
        token: None,
        expires_at: None,
    };
    let stamp = Stamp { time: DateTime::UNIX_EPOCH, nonce: "3156853299f313e23d1673dc12e1703d".to_owned() };
    work(cloud, &Call { question, endpoint: &endpoint, credentials: &credentials, stamp: &stamp, signature });
}

fn rows(cloud: &dyn Cloud, call: &Call, reply: &Reply) -> Vec<Row> {
    let account = Arc::from("prod");
    let site = cloud.first_site();
    let context = Context { account: &account, site, currency: None, fetched_at: DateTime::UNIX_EPOCH };
    let answer = cloud.answer(call, &context, reply).expect("the page is well formed");
    let Answer::Page(page) = answer else { unreachable!("a cloud answers what it was asked") };
    page.rows
}

/// A page of ten members, each with amounts of its own.
fn page(number: u64) -> Reply {
    let members: Vec<String> = (number * 10 - 10..number * 10)
        .map(|member| {
            let (uin, cents) = (700_100_000_000 + member * 7919, 36_365_911 + member * 1009);
            format!(
                r#"{{"BasicCreditAmount":0,"CashAccountBalance":{cents},"CreditAmount":0,"IsCreditAccount":false,"MemberName":"测试 member {member}","MemberUin":"{uin}","OweAmount":0,"RealBalance":{cents},"TempCredit":0}}"#
            )
        })
        .collect();
    let body = format!(
        r#"{{"Response":{{"Data":[{}],"PageNumber":{number},"PageSize":10,"TotalCount":{MEMBERS},"RequestId":"241b92ef-b68e-4827-ae15-5ef7f3bd4009"}}}}"#,
        members.join(",")
    );
    Reply {
        status: 200,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.into_bytes(),
    }
}
