//! Servers that repeat what they were sent: secrets, tokens and signatures are not shown, wherever they come back.

use insta::assert_snapshot;

use crate::paging::{page_asked, page_of};
use crate::run::{Ended, Run, cloudbal, members_of};
use crate::server::{Seen, Server, Step, json, reply};

const FORMATS: [&str; 5] = ["table", "json", "ndjson", "csv", "yaml"];

/// What a server may repeat of a request, as JSON would write it.
const ECHOES: [fn(&Seen) -> String; 5] = [
    |_| "faults-secret".to_owned(),
    |_| r"the token faults\u002dtoken came".to_owned(),
    |seen| signature(seen),
    |seen| signature(seen).replace("%2B", "+").replace("%2F", r"\/").replace("%3D", "="),
    |seen| seen.header("authorization").map_or_else(|| seen.body.clone(), str::to_owned),
];

/// The reply that is made of what is repeated.
type Echoed = fn(&str) -> Vec<Step>;

/// The signature as it was sent.
fn signature(seen: &Seen) -> String {
    let sent = seen.header("authorization").unwrap_or(&seen.body);
    sent.rsplit_once("Signature=").unwrap().1.to_owned()
}

/// A server that puts what it repeats into a reply.
fn repeating(echo: usize, steps: impl Fn(&str) -> Vec<Step> + Send + Sync + 'static) -> Server {
    Server::start(move |seen, _| steps(&ECHOES[echo](seen)))
}

fn asking(server: &Server, question: &[&str]) -> Run {
    cloudbal(question).env("CLOUDBAL_ENDPOINT", &server.url())
}

/// Nothing of what was signed was said. (The run itself looks for the secret and the token.)
fn silent(ended: &Ended, server: &Server) {
    for seen in server.seen() {
        let sent = signature(&seen);
        let decoded = sent.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");
        let said = format!("{}{}", ended.stdout, ended.stderr);
        assert!(!said.contains(&sent) && !said.contains(&decoded), "`{sent}` was said: {said}");
    }
}

#[test]
fn no_place_in_a_reply_makes_a_run_show_what_it_repeats() {
    let places: [(&[&str], Echoed); 9] = [
        (&["tencent", "balance"], |echo| {
            json(&format!(
                r#"{{"Response":{{"Error":{{"Code":"{echo}","Message":"m"}},"RequestId":"{echo}"}}}}"#
            ))
        }),
        (&["aliyun", "balance"], |echo| {
            json(&format!(r#"{{"Code":"Odd","Message":"{echo}","RequestId":"{echo}"}}"#))
        }),
        (&["aliyun", "balance"], |echo| json(&format!(r#"{{"Success":true,"Code":"{echo}"}}"#))),
        (&["aliyun", "balance"], |echo| {
            let data = format!(r#"{{"AvailableAmount":"1","Currency":"CNY","{echo}":1,"Note":"{echo}"}}"#);
            json(&format!(r#"{{"Success":true,"RequestId":"{echo}","Data":{data}}}"#))
        }),
        (&["aliyun", "balance"], |echo| json(&format!(r#"{{"{echo}":1,"{echo}":2}}"#))),
        (&["aliyun", "balance"], |echo| json(&format!("\"{echo}\""))),
        (&["tencent", "members"], |echo| {
            let member = format!(r#"{{"MemberUin":"1","MemberName":"{echo}","RealBalance":"{echo}"}}"#);
            json(&format!(r#"{{"Response":{{"TotalCount":1,"RequestId":"{echo}","Data":[{member}]}}}}"#))
        }),
        (&["tencent", "balance"], |echo| {
            reply("200 OK", &format!("Content-Type: {}\r\n", echo.replace('\\', "")), b"?")
        }),
        (&["tencent", "balance"], |echo| {
            reply("200 OK", &format!("Content-Encoding: {}\r\n", echo.replace('\\', "")), b"?")
        }),
    ];
    for (question, steps) in places {
        for (echo, format) in (0..ECHOES.len()).zip(FORMATS) {
            let server = repeating(echo, steps);
            silent(&asking(&server, question).args(&["-vv", "-o", format]).end(), &server);
        }
    }
}

#[test]
fn words_stand_in_place_of_what_is_repeated() {
    let server = repeating(2, |echo| {
        json(&format!(r#"{{"Code":"Odd.{echo}","Message":"you sent {echo}","RequestId":"r-{echo}"}}"#))
    });
    assert_snapshot!(asking(&server, &["aliyun", "balance"]).end().told(&server), @"
    error: aliyun/environment: Alibaba Cloud refused: (it repeats what was signed and is not shown) (code (it repeats what was signed and is not shown), request id (it repeats what was signed and is not shown))
    --- exit status 1
    1 requests
    ");
    let server = repeating(4, |echo| {
        reply("200 OK", &format!("Content-Type: text/plain; you={echo}\r\n"), br#"{"Response":1}"#)
    });
    assert_snapshot!(asking(&server, &["tencent", "balance"]).end().told(&server), @"
    error: tencent/environment: unreadable reply: HTTP 200, (it repeats what was signed and is not shown), 14 bytes: `Response` is `1`, not an object
    hint: try again; with `-vv` every attempt is shown
    --- exit status 1
    1 requests
    ");
}

#[test]
fn a_balance_beside_what_is_repeated_is_read() {
    let server = repeating(0, |echo| {
        json(&format!(
            r#"{{"Success":true,"RequestId":"{echo}","Data":{{"AvailableAmount":"1,828.72","Currency":"CNY","Note":"{echo}"}}}}"#
        ))
    });
    let ended = asking(&server, &["aliyun", "balance", "-o", "ndjson"]).end();
    let row: serde_json::Value = serde_json::from_str(ended.stdout.lines().next().unwrap()).unwrap();
    assert_snapshot!(format!("{}\n{}\n{}", row["available"], row["request_id"], row["details"]), @r#"
    "1828.72"
    "(it repeats what was signed and is not shown)"
    {"Note":"(it repeats what was signed and is not shown)"}
    "#);
}

#[test]
fn what_is_kept_to_resume_from_holds_no_echo() {
    let server = Server::start(|seen, _| {
        let page = page_of(page_asked(seen), 30).replace("r-1", "faults-token");
        if page_asked(seen) == 3 { reply("500 Internal Server Error", "", b"") } else { json(&page) }
    });
    let dir = tempfile::tempdir().unwrap();
    let journal = dir.path().join("journal");
    let ended = members_of(&server).args(&["--resume", journal.to_str().unwrap()]).end();
    assert_eq!((ended.status, ended.uins().len()), (Some(1), 20), "{}", ended.stderr);
    let kept = std::fs::read_to_string(&journal).unwrap();
    assert!(kept.contains("\\\"MemberUin\\\":20"), "{kept}");
    assert!(!kept.contains("faults-token") && !kept.contains("faults-secret"), "{kept}");
}
