//! Replies that give temporary credentials: whatever is wrong with one, no error holds a part of its secrets.

use cloudbal::cloud::{CLOUDS, Call, Cloud, Context, Endpoint, Question, Reply, Role};
use cloudbal::credentials::{read_command_output, read_document};
use cloudbal::model::{Credentials, Error, Secret, Site, Stamp};
use serde_json::Value;

use super::now;

/// What a reply gives, and nothing else holds.
const SECRETS: [&str; 2] = ["qZ7vKx2LmWpR9sTbYn4c", "H3gJfD8aXeU6oCiQ5rVk"];

/// No secret can be guessed from a shorter part.
const PART: usize = 6;

/// The replies of both clouds, of a metadata service and of a program.
const REPLIES: [&str; 4] = [
    r#"{"Response":{"Credentials":{"TmpSecretId":"AKIDtemp","TmpSecretKey":"SECRET","Token":"TOKEN"},"ExpiredTime":1795327200,"RequestId":"r"}}"#,
    r#"{"Credentials":{"AccessKeyId":"STS.temp","AccessKeySecret":"SECRET","SecurityToken":"TOKEN","Expiration":"2026-11-22T06:00:00Z"},"RequestId":"r"}"#,
    r#"{"Code":"Success","AccessKeyId":"STS.temp","AccessKeySecret":"SECRET","SecurityToken":"TOKEN","TmpSecretId":"AKIDtemp","TmpSecretKey":"SECRET","Token":"TOKEN","Expiration":"2026-11-22T06:00:00Z"}"#,
    r#"{"mode":"StsToken","access_key_id":"STS.temp","access_key_secret":"SECRET","sts_token":"TOKEN"}"#,
];

/// The first two bytes choose where a reply is cut open, the third what becomes of it; the rest takes the place of a
/// few characters there.
pub fn temporary(bytes: &[u8]) {
    let [first, second, how, noise @ ..] = bytes else { return };
    let noise = String::from_utf8_lossy(noise);
    for reply in REPLIES {
        let body = reply.replace("SECRET", SECRETS[0]).replace("TOKEN", SECRETS[1]);
        let at = (usize::from(*first) << 8 | usize::from(*second)) % body.len();
        let rest = (at + usize::from(how >> 4)).min(body.len());
        let body = format!("{}{noise}{}", &body[..at], &body[rest..]);
        let body = match how % 4 {
            0 => body,
            1 => Value::String(body).to_string(),
            2 => Value::String(Value::String(body).to_string()).to_string(),
            _ => format!("[{body}]"),
        };
        if !tells_by_itself(&body) {
            let status = if how & 4 == 0 { 200 } else { 400 };
            read_by_all(&body, status);
        }
    }
}

/// A text for people, in which the server itself has put a part of a secret, cannot be told from any other.
fn tells_by_itself(body: &str) -> bool {
    const FOR_PEOPLE: [&str; 4] = ["Code", "Message", "RequestId", "mode"];
    fn tells(value: &Value) -> bool {
        match value {
            Value::Object(values) => values.iter().any(|(name, value)| {
                is_part_in(name)
                    || tells(value)
                    || FOR_PEOPLE.contains(&&**name) && is_part_in(&value.to_string())
            }),
            Value::Array(values) => values.iter().any(tells),
            _ => false,
        }
    }
    serde_json::from_str(body).is_ok_and(|value| tells(&value))
}

fn is_part_in(text: &str) -> bool {
    SECRETS.iter().any(|secret| (0..=secret.len() - PART).any(|at| text.contains(&secret[at..at + PART])))
}

fn read_by_all(body: &str, status: u16) {
    is_kept(body, read_command_output(body.as_bytes(), now()).err().as_ref());
    let role = Role { arn: "qcs::cam::uin/1:roleName/r".to_owned(), ..Role::default() };
    let token = Secret::new("an-identity-token".to_owned());
    for cloud in CLOUDS {
        is_kept(body, read_document(*cloud, "the address", body, now()).err().as_ref());
        for question in [
            Question::Identity,
            Question::AssumeRole(role.clone()),
            Question::WebIdentity { role: role.clone(), provider: "p".to_owned(), token: token.clone() },
        ] {
            is_kept(body, read(*cloud, &question, body, status).as_ref());
        }
    }
}

fn read(cloud: &dyn Cloud, question: &Question, body: &str, status: u16) -> Option<Error> {
    let mut reply = Reply::default();
    reply.status = status;
    reply.headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    reply.body = body.as_bytes().to_vec();
    let call = Call {
        question,
        endpoint: &Endpoint::https("example.com"),
        credentials: &Credentials::none(),
        stamp: &Stamp { time: now(), nonce: "0123456789abcdef0123456789abcdef".to_owned() },
        signature: cloud.signatures().first().map_or("", |signature| signature.name),
    };
    let context = Context { account: &"prod".into(), site: Site::INTL, currency: None, fetched_at: now() };
    let request = cloud.request(&call).expect("every cloud gives temporary credentials");
    cloud.read(&call, &request, &context, reply).err().map(|failure| *failure.error)
}

fn is_kept(body: &str, error: Option<&Error>) {
    let Some(error) = error else { return };
    assert!(!is_part_in(&format!("{error:?} {error}")), "{body}: {error:?}");
}
