//! Fresh credentials in replies and outputs that cannot be read: no error shows any of them.

use base64::Engine as _;

use crate::run::{Ended, Run, cloudbal};
use crate::server::{Server, Step, reply};

/// Every run looks for `hush` in what it says.
const TENCENT: &str = r#"{"Response":{"ExpiredTime":4102444800,"Credentials":{"TmpSecretId":"AKIDfresh","TmpSecretKey":"hush0123456789abcdef","Token":"hush+token/0123456789abcdef=="},"RequestId":"r-1"}}"#;

const ALIBABA: &str = r#"{"RequestId":"r-1","Credentials":{"AccessKeyId":"STS.fresh","AccessKeySecret":"hush0123456789abcdef","SecurityToken":"hush+token/0123456789abcdef==","Expiration":"2099-01-01T00:00:00Z"}}"#;

/// What the metadata service and an address for credentials answer.
const DOCUMENT: &str = r#"{"Code":"Success","AccessKeyId":"STS.fresh","AccessKeySecret":"hush0123456789abcdef","SecurityToken":"hush+token/0123456789abcdef==","Expiration":"2099-01-01T00:00:00Z"}"#;

const PROGRAM: &str = r#"{"mode":"StsToken","access_key_id":"STS.fresh","access_key_secret":"hush0123456789abcdef","sts_token":"hush+token/0123456789abcdef=="}"#;

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// A reply in forms that gateways and proxies give it, none of which can be read.
fn spoiled(good: &str) -> Vec<String> {
    let middle = good.find("0123").unwrap();
    vec![
        quoted(good),
        quoted(&quoted(good)),
        quoted(&quoted(&quoted(good))),
        format!("[{good}]"),
        format!("[{}]", quoted(good)),
        base64::engine::general_purpose::STANDARD.encode(good),
        quoted(&base64::engine::general_purpose::STANDARD.encode(good)),
        good[..middle].to_owned(),
        good[middle..].to_owned(),
        format!("{good}{good}"),
        format!("callback({good})"),
        format!("<html><body>{good}</body></html>"),
        format!("<xml><a b='{good}'/></xml>"),
        format!("{{{0}:1,{0}:2}}", quoted(good)),
        r#"{"hush0123456789abcdef":1,"hush0123456789abcdef":2}"#.to_owned(),
        r#""hush0123456789abcdef""#.to_owned(),
        "hush0123456789abcdef".to_owned(),
        format!("{{\"Response\":{},\"Credentials\":{}}}", quoted(good), quoted(good)),
        format!("{{\"Response\":[{0}],\"Credentials\":[{0}]}}", quoted(good)),
        format!("{{\"Response\":{{\"Credentials\":{0},\"ExpiredTime\":{0}}}}}", quoted(good)),
        good.replace("4102444800", "\"hush\"").replace("2099-01-01T00:00:00Z", "hush"),
        good.replace("\"hush0123456789abcdef\"", "[\"hush\"]"),
        format!("{{\"data\":{good}}}"),
    ]
}

/// The same inside errors of the cloud.
fn in_errors(good: &str) -> Vec<String> {
    let text = quoted(good);
    vec![
        format!(r#"{{"Response":{{"Error":{{"Code":"Odd","Message":{text}}},"RequestId":"r-1"}}}}"#),
        format!(r#"{{"Response":{{"Error":{{"Code":{text},"Message":"m"}},"RequestId":{text}}}}}"#),
        format!(r#"{{"Code":"Odd","Message":{text},"RequestId":"r-1"}}"#),
        format!(r#"{{"Code":{text},"Message":"m","RequestId":{text}}}"#),
    ]
}

/// Neither the credentials nor what they are encoded in was said. (The run itself looks for them as they are.)
fn silent(ended: &Ended, what: &str) {
    let said = format!("{}{}", ended.stdout, ended.stderr);
    assert!(matches!(ended.status, Some(1 | 2)), "{what}: {said}");
    for part in ["aHVzaD", "h1c2gw", "odXNoM", "0123456789abcdef"] {
        assert!(!said.contains(part), "`{part}` was said of {what}: {said}");
    }
}

/// The commands and formats that could show a reply, one of them for each reply by turns.
fn ways() -> impl Iterator<Item = &'static [&'static str]> {
    let ways: [&[&str]; 6] = [
        &["balance", "-vv"],
        &["balance", "-o", "json"],
        &["balance", "-o", "csv"],
        &["balance", "-o", "ndjson"],
        &["balance", "-o", "yaml"],
        &["doctor", "-vv"],
    ];
    ways.into_iter().cycle()
}

fn asking(cloud: &str, way: &[&str], server: &Server) -> Run {
    let run = if way[0] == "doctor" { cloudbal(way) } else { cloudbal(&[cloud]).args(way) };
    run.env("CLOUDBAL_ENDPOINT", &server.url())
}

fn body(text: &str) -> Vec<Step> {
    reply("200 OK", "Content-Type: application/json\r\n", text.as_bytes())
}

#[test]
fn the_reply_of_a_token_service_is_never_shown() {
    for (cloud, good) in [("tencent", TENCENT), ("aliyun", ALIBABA)] {
        let texts = spoiled(good).into_iter().chain(in_errors(good));
        for (text, way) in texts.zip(ways()) {
            let server = Server::always(body(&text));
            let run = asking(cloud, way, &server);
            let run = run
                .env("TENCENTCLOUD_ASSUME_ROLE_ARN", "qcs::cam::uin/1:roleName/r")
                .env("TENCENTCLOUD_ASSUME_ROLE_SESSION_NAME", "s")
                .env("ALICLOUD_ASSUME_ROLE_ARN", "acs:ram::1:role/r")
                .env("CLOUDBAL_RETRIES", "0");
            silent(&run.end(), &text);
            assert!(!server.seen().is_empty());
        }
    }
}

#[test]
fn the_answer_of_an_address_for_credentials_is_never_shown() {
    for (text, way) in spoiled(DOCUMENT).into_iter().zip(ways()) {
        let answer = text.clone();
        let server = Server::start(move |_, _| body(&answer));
        let run = asking("aliyun", way, &server)
            .env("TENCENTCLOUD_SECRET_ID", "")
            .env("TENCENTCLOUD_SECRET_KEY", "")
            .env("TENCENTCLOUD_TOKEN", "")
            .env("ALIBABA_CLOUD_ACCESS_KEY_ID", "")
            .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "")
            .env("ALIBABA_CLOUD_SECURITY_TOKEN", "")
            .env("ALIBABA_CLOUD_CREDENTIALS_URI", &format!("{}/hush?token=hush", server.url()));
        silent(&run.end(), &text);
        assert!(!server.seen().is_empty());
    }
}

#[test]
fn the_answer_of_a_metadata_service_is_never_shown() {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("config.toml");
    std::fs::write(&config, "[accounts.a]\nprovider = \"aliyun\"\ncredentials = { instance = true }\n")
        .unwrap();
    // As the answer to everything it is in the place of the list of roles too. (A bare word there is a role's name.)
    let texts = spoiled(DOCUMENT).into_iter().filter(|text| text != "hush0123456789abcdef");
    for (text, way) in texts.chain([DOCUMENT.to_owned()]).zip(ways()) {
        let answer = text.clone();
        let server = Server::start(move |_, _| body(&answer));
        let run = if way[0] == "doctor" {
            cloudbal(way)
        } else {
            cloudbal(&["aliyun"]).args(way).args(&["--account", "a"])
        };
        let run = run
            .env("CLOUDBAL_CONFIG", config.to_str().unwrap())
            .env("CLOUDBAL_ENDPOINT", &server.url())
            .env("CLOUDBAL_METADATA_ENDPOINT", &server.url());
        let ended = run.end();
        if text != DOCUMENT {
            silent(&ended, &text);
        }
        assert!(!server.seen().is_empty());
    }
}

#[cfg(unix)]
#[test]
fn the_output_of_a_program_is_never_shown() {
    let dir = tempfile::tempdir().unwrap();
    let (config, output) = (dir.path().join("config.toml"), dir.path().join("output"));
    let command = format!("cat {}", output.display());
    let text = format!("[accounts.a]\nprovider = \"aliyun\"\ncredentials = {{ command = {command:?} }}\n");
    std::fs::write(&config, text).unwrap();
    let server = Server::start(|_, _| body("{}"));
    let odd = [
        PROGRAM.replace("StsToken", "hush0123456789abcdef"),
        PROGRAM.replace("\"StsToken\"", "[\"hush\"]"),
        r#"{"Version":"hush0123456789abcdef"}"#.to_owned(),
        r#"{"Version":1,"AccessKeyId":"a","SecretAccessKey":"hush","Expiration":"hush"}"#.to_owned(),
    ];
    for (text, way) in spoiled(PROGRAM).into_iter().chain(odd).zip(ways()) {
        std::fs::write(&output, &text).unwrap();
        let run = asking("aliyun", way, &server).env("CLOUDBAL_CONFIG", config.to_str().unwrap());
        let run = if way[0] == "doctor" { run } else { run.args(&["--account", "a"]) };
        silent(&run.end(), &text);
    }
}
