//! Redaction: what a reply repeats of its request, or holds of credentials, is never shown.

use std::iter::successors;

use base64::Engine as _;
use zeroize::Zeroizing;

use super::reply::{LONGEST_MESSAGE, LONGEST_NAME, beginning};
use super::{Call, Question, Reply, Request};
use crate::crypto::percent_encode;
use crate::model::Secret;

/// No secret of a cloud is as short, and something shorter may stand anywhere by chance.
const SHORTEST: usize = 8;

/// A run of letters and digits as long as this is enough to know a secret by, whatever is around it.
const ENOUGH: usize = 16;

/// How often a text is unescaped: JSON in a string of JSON in a string, and so on.
const DEEPEST: usize = 8;

/// Replaces a text that repeats what was signed.
const NOT_SHOWN: &str = "(it repeats what was signed and is not shown)";

/// Replaces a text of a token service that may hold the credentials it gives.
const MAY_BE_SECRET: &str = "(it may hold credentials and is not shown)";

/// The names under which any token service returns secrets and tokens. All of them are checked for every cloud, because
/// the server at an endpoint need not be the cloud's own.
const SECRETS: [&str; 6] =
    ["TmpSecretKey", "AccessKeySecret", "SecretAccessKey", "SecurityToken", "SessionToken", "\"Token"];

/// What gives away that a cloud's text repeats what was signed.
#[derive(Debug)]
pub struct Marks {
    /// Texts that occur in what is signed, and in no message that explains anything.
    pub signed: &'static [&'static str],
}

impl Marks {
    /// A message of a reply as it may be shown: not when it repeats what was signed, and not endless.
    pub fn message(&self, message: &str, question: &Question) -> String {
        if self.signed.iter().any(|mark| message.contains(mark)) {
            return NOT_SHOWN.to_owned();
        }
        if !question.is_about_balances() && names_a_secret(message) {
            return MAY_BE_SECRET.to_owned();
        }
        beginning(message.trim(), LONGEST_MESSAGE)
    }

    /// A code or an id of a reply as it may be shown.
    pub fn name(name: &str, question: &Question) -> String {
        if !question.is_about_balances() && names_a_secret(name) {
            return MAY_BE_SECRET.to_owned();
        }
        beginning(name, LONGEST_NAME)
    }
}

/// Returns whether a text looks like credentials: a value beside one of their names.
fn names_a_secret(text: &str) -> bool {
    let has_value = text.contains(['"', '=', ':', '\\']);
    has_value && SECRETS.iter().any(|name| text.contains(name))
}

/// Returns the reply with words in place of each header and each JSON string that repeats a secret, a token or the
/// signature of its request.
pub fn redact(reply: Reply, call: &Call, request: &Request) -> Reply {
    reply.without(&secrets(call, request)).unwrap_or(reply)
}

/// The secret, the tokens and the signature of a call, in the forms in which they may come back: as they are,
/// percent-encoded, escaped in some other way, in Base64 and in hexadecimal.
fn secrets(call: &Call, request: &Request) -> Vec<Zeroizing<String>> {
    let copy = |secret: &Secret| Zeroizing::new(secret.expose().to_owned());
    let mut texts = vec![copy(&call.credentials.secret)];
    texts.extend(call.credentials.token.as_ref().map(copy));
    if let Question::WebIdentity { token, .. } = call.question {
        texts.push(copy(token));
    }
    texts.push(Zeroizing::new(request.signature.clone()));
    texts.retain(|text| text.len() >= SHORTEST);
    texts.iter().flat_map(|text| forms(text)).collect()
}

fn forms(text: &str) -> Vec<Zeroizing<String>> {
    let run = text.split(|character: char| !character.is_ascii_alphanumeric()).max_by_key(|run| run.len());
    // No encoding of text changes letters and digits.
    let Some(run) = run.filter(|run| run.len() >= ENOUGH) else {
        let encoded = |text: &Zeroizing<String>| {
            Some(Zeroizing::new(percent_encode(text))).filter(|encoded| encoded != text)
        };
        let text = Zeroizing::new(text.to_owned());
        let binary = binary_forms(&text);
        return successors(Some(text), encoded).take(3).chain(binary).collect();
    };
    [Zeroizing::new(run.to_owned())].into_iter().chain(binary_forms(run)).collect()
}

/// Base64 in each of the three ways in which the bytes before may shift it, and hexadecimal.
fn binary_forms(text: &str) -> Vec<Zeroizing<String>> {
    let base64 = (0..3).map(|shift| {
        let bytes = Zeroizing::new([&b"\0\0"[..shift], text.as_bytes()].concat());
        let encoded = Zeroizing::new(base64::engine::general_purpose::STANDARD_NO_PAD.encode(&*bytes));
        // Characters that are made of other bytes too are not known.
        let first = [0, 2, 3][shift];
        let last = encoded.len() - usize::from(bytes.len() % 3 != 0);
        Zeroizing::new(encoded[first..last].to_owned())
    });
    base64.chain([Zeroizing::new(hex::encode(text))]).collect()
}

impl Reply {
    /// The reply with words in place of each header and each JSON string that holds one of these texts; `None` when
    /// there is none.
    fn without(&self, secrets: &[Zeroizing<String>]) -> Option<Self> {
        let text = std::str::from_utf8(&self.body).unwrap_or_default();
        let may_hold = |text: &str| text.contains('\\') || holds(text, secrets);
        if !may_hold(text) && !self.headers.iter().any(|(_, value)| holds(value, secrets)) {
            return None;
        }
        let mut found = false;
        let mut hide = |holds: bool| {
            found |= holds;
            holds
        };
        let headers = self.headers.iter().map(|(name, value)| {
            let shown = if hide(holds(value, secrets)) { NOT_SHOWN } else { value };
            (name.clone(), shown.to_owned())
        });
        let headers = headers.collect();
        let mut body = Vec::with_capacity(self.body.len());
        // Of anything but text nothing is shown.
        let mut rest = text;
        while let Some((before, literal, after)) = next_literal(rest) {
            body.extend_from_slice(before.as_bytes());
            if hide(holds_literally(literal, secrets)) {
                body.extend_from_slice(format!("\"{NOT_SHOWN}\"").as_bytes());
            } else {
                body.extend_from_slice(literal.as_bytes());
            }
            rest = after;
        }
        body.extend_from_slice(rest.as_bytes());
        found.then_some(Self { status: self.status, headers, body })
    }
}

fn holds(text: &str, secrets: &[Zeroizing<String>]) -> bool {
    secrets.iter().any(|secret| text.contains(&**secret))
}

/// Whether a JSON string holds one of these, however often it is escaped.
fn holds_literally(literal: &str, secrets: &[Zeroizing<String>]) -> bool {
    let unescaped = |text: &Zeroizing<String>| text.contains('\\').then(|| unescape(text));
    successors(Some(Zeroizing::new(literal.to_owned())), unescaped)
        .take(DEEPEST)
        .any(|text| holds(&text, secrets))
}

/// A text without one layer of JSON's escapes. What is not an escape stays.
fn unescape(text: &str) -> Zeroizing<String> {
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let code = after.strip_prefix('u').and_then(|digits| digits.get(..4));
        let character = code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
        rest = if let Some(character) = character {
            plain.push(character);
            &after[5..]
        } else {
            plain.extend(after.chars().next());
            after.get(after.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default()
        };
    }
    plain.push_str(rest);
    plain
}

/// Returns the text before the next JSON string, the string with its quotes, and the text after it.
fn next_literal(text: &str) -> Option<(&str, &str, &str)> {
    let start = text.find('"')?;
    let mut escaped = false;
    let end = text[start + 1..].find(|character| {
        let ends = character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        ends
    })?;
    let end = start + 1 + end + 1;
    Some((&text[..start], &text[start..end], &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(body: &str) -> Option<String> {
        let reply = Reply { status: 200, headers: Vec::new(), body: body.as_bytes().to_vec() };
        let reply =
            reply.without(&["se/cret+1", "quo\"ted"].map(|secret| Zeroizing::new(secret.to_owned())))?;
        Some(String::from_utf8(reply.body.clone()).unwrap())
    }

    #[test]
    fn only_strings_that_hold_a_secret_are_replaced() {
        let words = "(it repeats what was signed and is not shown)";
        let body = r#"{"a":"x","b\"":"","c":"(se/cret+1)","se\/cret\u002b1":[1.50,"\\"],"e":"quo\"ted"}"#;
        assert_eq!(
            without(body),
            Some(format!(r#"{{"a":"x","b\"":"","c":"{words}","{words}":[1.50,"\\"],"e":"{words}"}}"#))
        );
    }

    #[test]
    fn a_secret_is_known_in_every_form() {
        let secret = "Zm9vYmFyYmF6cXV4MTIz/x+y";
        let forms = forms(secret);
        let mut shifted = String::new();
        for before in ["", "a", "ab"] {
            let bytes = format!("{before}{secret} and more");
            shifted += &base64::engine::general_purpose::URL_SAFE.encode(bytes);
            shifted.push('\n');
        }
        for line in shifted.lines() {
            assert!(holds(line, &forms), "{line}");
        }
        for text in [
            "x Zm9vYmFyYmF6cXV4MTIz/x+y",
            "Zm9vYmFyYmF6cXV4MTIz&#x2F;x&#43;y",
            "Zm9vYmFyYmF6cXV4MTIz%252Fx%252By",
            r"Zm9vYmFyYmF6cXV4MTIz\\\/x+y",
        ] {
            assert!(holds(text, &forms), "{text}");
        }
        assert!(holds(&hex::encode(secret), &forms));
        assert!(!holds("Zm9vYmFy", &forms));
    }

    #[test]
    fn escapes_are_removed_however_many_there_are() {
        let mut nested = "(se/cret+1)".replace('/', r"\/").replace('+', r"\u002b");
        for _ in 0..3 {
            nested = serde_json::to_string(&serde_json::json!({ "a": nested })).unwrap();
        }
        let body = serde_json::to_string(&nested).unwrap();
        assert_eq!(without(&body).unwrap(), "\"(it repeats what was signed and is not shown)\"");
        assert_eq!(*unescape(r"a\"), *"a");
        assert_eq!(*unescape(r"\u12"), *"u12");
        assert_eq!(*unescape(r"\u元元"), *"u元元");
        assert_eq!(*unescape(r"\ud800x\元"), *"ud800x元");
    }

    #[test]
    fn a_reply_without_a_secret_stays_as_it_is() {
        for body in
            ["", "{}", r#"{"a":"se/cret"}"#, "\"", r#""\"#, r#"{"open":"se/cret+1"#, "<a href=\"元\">"]
        {
            assert_eq!(without(body), None, "{body}");
        }
    }
}
