//! What a reply repeats of the request it answers: secrets and signatures, which are taken out before it is shown.

use std::iter::successors;

use zeroize::Zeroizing;

use super::reply::NOT_SHOWN;
use super::{Call, Question, Reply, Request};
use crate::crypto::{percent_decode, percent_encode};
use crate::model::Secret;

/// No secret of a cloud is as short, and something shorter may stand anywhere by chance.
const SHORTEST: usize = 8;

/// What no reply may make cloudbal show: the secret, the tokens and the signature of a call, as they are and as they
/// stand in a form and in what is signed of a form.
pub fn secrets(call: &Call, request: Option<&Request>) -> Vec<Zeroizing<String>> {
    let copy = |secret: &Secret| Zeroizing::new(secret.expose().to_owned());
    let mut texts = vec![copy(&call.credentials.secret)];
    texts.extend(call.credentials.token.as_ref().map(copy));
    if let Question::WebIdentity { token, .. } = call.question {
        texts.push(copy(token));
    }
    texts.extend(request.and_then(signature));
    texts.retain(|text| text.len() >= SHORTEST);
    let encoded = |text: &Zeroizing<String>| {
        Some(Zeroizing::new(percent_encode(text))).filter(|encoded| encoded != text)
    };
    texts.into_iter().flat_map(|text| successors(Some(text), encoded).take(3)).collect()
}

/// Every cloud calls it the same, and writes it last.
fn signature(request: &Request) -> Option<Zeroizing<String>> {
    let mut texts = request.headers.iter().map(|(_, value)| value).chain([&request.body]);
    let (_, signature) = texts.find_map(|text| text.rsplit_once("Signature="))?;
    Some(Zeroizing::new(percent_decode(signature)))
}

impl Reply {
    /// The reply with words in place of each header and each JSON string that holds one of these texts; `None` when
    /// there is none.
    pub fn without(&self, secrets: &[Zeroizing<String>]) -> Option<Self> {
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

/// Whether a JSON string holds one of these, some characters of which may be escaped.
fn holds_literally(literal: &str, secrets: &[Zeroizing<String>]) -> bool {
    holds(literal, secrets)
        || literal.contains('\\')
            && serde_json::from_str::<String>(literal).is_ok_and(|text| holds(&Zeroizing::new(text), secrets))
}

/// The next JSON string with its quotes, and what stands before and after it.
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
    fn a_reply_without_a_secret_stays_as_it_is() {
        for body in
            ["", "{}", r#"{"a":"se/cret"}"#, "\"", r#""\"#, r#"{"open":"se/cret+1"#, "<a href=\"元\">"]
        {
            assert_eq!(without(body), None, "{body}");
        }
    }
}
