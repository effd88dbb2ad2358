//! Replies: read exactly as far as they are an answer, whatever else a server, a proxy or a thief may send.

use std::collections::HashMap;
use std::sync::Arc;

use cloudbal::cloud::{
    Advice, Answer, CLOUDS, Call, Cloud, Context, Endpoint, Failure, Page, Question, Reply, Role,
};
use cloudbal::model::{Balance, Credentials, Detail, ErrorKind, Report, Row, Secret, Site, Stamp};
use cloudbal::render::{Format, Style, write};
use rust_decimal::Decimal;
use serde_json::value::RawValue;

use super::exact::Exact;
use super::{is_told, now};

type Raw = HashMap<String, Box<RawValue>>;

/// The bytes are a reply: a status, headers, an empty line and a body, or a body alone, with status 200.
pub fn replies(bytes: &[u8]) {
    let reply = reply(bytes);
    let account = Arc::from("prod");
    for cloud in CLOUDS {
        for question in questions() {
            for site in [Site::INTL, Site::CN] {
                let context = Context { account: &account, site, currency: None, fetched_at: now() };
                let (read, cleaned) = read(*cloud, &question, &context, &reply);
                match read {
                    Ok(Answer::Page(page)) => {
                        is_exact(*cloud, &question, page, cleaned.as_ref().unwrap_or(&reply));
                    }
                    Ok(Answer::Identity(_) | Answer::Credentials(_)) => {
                        assert!(!question.is_about_balances() && reply.status == 200, "{question:?}");
                    }
                    Err(failure) => is_advised(&failure),
                }
            }
        }
    }
}

fn reply(bytes: &[u8]) -> Reply {
    let mut reply = Reply { status: 200, headers: Vec::new(), body: bytes.to_vec() };
    let Some(end) = bytes.windows(2).position(|pair| pair == b"\n\n") else { return reply };
    let head = String::from_utf8_lossy(&bytes[..end]);
    let mut lines = head.lines();
    if let Some(status) = lines.next().and_then(|line| line.parse().ok()) {
        let header =
            |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
        reply.status = status;
        reply.headers = lines.filter_map(header).collect();
        reply.body.drain(..end + 2);
    }
    reply
}

fn questions() -> Vec<Question> {
    let uins = ["700001941608", "1", "2"].map(str::to_owned).to_vec();
    let role = Role { arn: "qcs::cam::uin/1:roleName/r".to_owned(), ..Role::default() };
    let token = Secret::new("token".to_owned());
    vec![
        Question::Balance,
        Question::Members { page: 1, uins: Vec::new() },
        Question::Members { page: 7, uins: Vec::new() },
        Question::Members { page: 1, uins },
        Question::Identity,
        Question::AssumeRole(role.clone()),
        Question::WebIdentity { role, provider: "p".to_owned(), token },
    ]
}

/// What a reply is read as, and the reply that it is read from, without texts that repeat what was signed.
fn read(
    cloud: &dyn Cloud,
    question: &Question,
    context: &Context,
    reply: &Reply,
) -> (Result<Answer, Failure>, Option<Reply>) {
    let credentials = Credentials {
        key_id: "id".to_owned(),
        secret: Secret::new("the-secret-of-the-key".to_owned()),
        token: None,
        expires_at: None,
    };
    let call = Call {
        question,
        endpoint: &Endpoint::https("example.com"),
        credentials: &credentials,
        stamp: &Stamp { time: now(), nonce: "0123456789abcdef0123456789abcdef".to_owned() },
        signature: cloud.signatures().first().map_or("", |signature| signature.name),
    };
    let copy = Reply { status: reply.status, headers: reply.headers.clone(), body: reply.body.clone() };
    match cloud.request(&call) {
        Ok(request) => match cloud.read(&call, &request, context, copy) {
            Ok((answer, cleaned)) => (Ok(answer), Some(cleaned)),
            Err(failure) => (Err(failure), None),
        },
        Err(_) => (cloud.answer(&call, context, reply), None),
    }
}

/// A failure says what and what to do, in so many words, and is asked again only where that may help.
fn is_advised(failure: &Failure) {
    const ENOUGH: usize = 1000;
    let Failure { error, advice } = failure;
    is_told(error);
    let told = [Some(&error.message), error.code.as_ref(), error.request_id.as_ref()];
    assert!(told.into_iter().flatten().map(|text| text.chars().count()).sum::<usize>() < ENOUGH, "{error:?}");
    let passes = matches!(error.kind, ErrorKind::Throttled | ErrorKind::Server);
    assert!(!passes || matches!(advice, Advice::Retry { .. }), "{error:?} {advice:?}");
}

/// A page has a row for each member and nothing else, every amount is what the reply says, and all of it can be shown.
fn is_exact(cloud: &dyn Cloud, question: &Question, page: Page, reply: &Reply) {
    assert_eq!(reply.status, 200);
    let said = said(cloud, question, &reply.body);
    for (row, raw) in page.rows.iter().zip(&said) {
        match row {
            Row::Balance(balance) => amounts_are(cloud, balance, raw),
            Row::Error(error) => is_told(error),
        }
    }
    let asked = if let Question::Members { uins, .. } = question { uins.len() } else { 0 };
    assert!((said.len()..=said.len() + asked).contains(&page.rows.len()), "{} rows", page.rows.len());
    let rest = page.rows.iter().skip(said.len());
    assert!(
        rest.into_iter().all(|row| matches!(row, Row::Error(error) if error.kind == ErrorKind::NotReturned))
    );
    let pages = page.next_pages.pages;
    assert!(pages.end <= 1_000_001, "{pages:?}");
    is_shown(&Report::new(now(), page.rows));
}

/// The objects that rows are read from, found without the code that reads them.
fn said(cloud: &dyn Cloud, question: &Question, body: &[u8]) -> Vec<Raw> {
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    let whole: Raw = serde_json::from_slice(body).expect("an object was read");
    let object = |raw: &RawValue| serde_json::from_str(raw.get()).expect("an object was read");
    match (cloud.name(), question) {
        ("tencent", Question::Balance) => vec![object(&whole["Response"])],
        ("tencent", _) => {
            let response: Raw = object(&whole["Response"]);
            let list = response.get("Data").filter(|raw| raw.get() != "null");
            list.map(|raw| serde_json::from_str(raw.get()).expect("a list was read")).unwrap_or_default()
        }
        _ => vec![object(&whole["Data"])],
    }
}

fn amounts_are(cloud: &dyn Cloud, balance: &Balance, raw: &Raw) {
    let names: &[(&str, Option<Decimal>)] = match (cloud.name(), balance.sub_account_id.is_some()) {
        ("tencent", true) => &[
            ("RealBalance", Some(balance.available)),
            ("CashAccountBalance", balance.cash),
            ("CreditAmount", balance.credit_limit),
            ("TempCredit", balance.temporary_credit),
            ("OweAmount", balance.owed),
        ],
        ("tencent", false) => &[
            (
                if exact(raw, "RealCreditBalance").is_some() { "RealCreditBalance" } else { "RealBalance" },
                Some(balance.available),
            ),
            ("CreditAmount", balance.credit_limit),
            ("TempCredit", balance.temporary_credit),
            ("FreezeAmount", balance.frozen),
            ("OweAmount", balance.owed),
        ],
        _ => &[
            ("AvailableAmount", Some(balance.available)),
            ("AvailableCashAmount", balance.cash),
            ("CreditAmount", balance.credit_limit),
        ],
    };
    let is_cents = cloud.name() == "tencent";
    let agree = |name: &str, amount: Option<Decimal>| {
        if amount.is_none() && balance.warnings.iter().any(|why| why.starts_with(&format!("`{name}`"))) {
            return;
        }
        let said = exact(raw, name).map(|said| if is_cents { said.hundredth() } else { said });
        assert_eq!(amount.map(Exact::of_decimal), said, "{name}: {:?}", raw.get(name));
    };
    for (name, amount) in names {
        agree(name, *amount);
    }
    for (name, detail) in &balance.details {
        match detail {
            Detail::Amount(amount) => agree(name, Some(*amount)),
            Detail::Unknown => agree(name, None),
            Detail::Verbatim(json) => assert_eq!(json.get(), raw[&**name].get()),
        }
    }
}

/// The amount that a field holds, as a number or as a text.
fn exact(raw: &Raw, name: &str) -> Option<Exact> {
    let json = raw.get(name)?.get();
    match json.strip_prefix('"') {
        Some(_) => Exact::of_text(&serde_json::from_str::<String>(json).ok()?),
        None => Exact::of_number(json),
    }
}

/// A report has a form in every format, and each has a line or an entry for every row.
fn is_shown(report: &Report) {
    let shown = |format, style| {
        let mut out = Vec::new();
        write(report, format, style, &mut out).expect("memory can be written to");
        let text = String::from_utf8(out).expect("output is text");
        let acts = |character: char| character.is_control() && !matches!(character, '\n' | '\r' | '\t');
        assert!(!text.contains(acts), "{format:?}: {text:?}");
        text
    };
    let plain = |format| shown(format, Style::default());
    let is_json = |text: &str| assert!(serde_json::from_str::<&RawValue>(text).is_ok(), "{text}");
    is_json(&plain(Format::Json));
    let lines = plain(Format::Ndjson);
    lines.lines().for_each(is_json);
    assert_eq!(
        lines.lines().count(),
        report.rows.len() + report.totals.len() + report.warnings.len(),
        "{lines}"
    );
    let cells = plain(Format::Csv);
    assert_eq!(
        csv::Reader::from_reader(cells.as_bytes()).records().map(Result::unwrap).count(),
        report.rows.len()
    );
    assert!(plain(Format::Yaml).starts_with("schema_version: 1\n"));
    for width in [Some(0), Some(80), None] {
        let table = shown(Format::Table, Style { color: false, width });
        assert!(table.lines().count() > report.rows.len(), "{table}");
    }
}
