//! A reply as XML, for requests that do not ask for JSON.

use std::fmt::Write;

use serde_json::Value;

const INTO_MEMORY: &str = "writing to a string cannot fail";

/// A document with one element per field.
pub fn document(root: &str, body: &Value) -> String {
    let mut text = "<?xml version='1.0' encoding='UTF-8'?>".to_owned();
    element(&mut text, root, body);
    text
}

fn element(text: &mut String, name: &str, value: &Value) {
    write!(text, "<{name}>").expect(INTO_MEMORY);
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| element(text, name, value)),
        Value::String(value) => {
            text.push_str(&value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
        }
        other => text.push_str(&other.to_string()),
    }
    write!(text, "</{name}>").expect(INTO_MEMORY);
}

#[cfg(test)]
mod tests {
    #[test]
    fn fields_become_elements_and_markup_is_escaped() {
        let body = serde_json::json!({ "Code": "a&b", "Data": { "Currency": "<CNY>" }, "Success": true });
        assert_eq!(
            super::document("Response", &body),
            "<?xml version='1.0' encoding='UTF-8'?><Response><Code>a&amp;b</Code>\
             <Data><Currency>&lt;CNY&gt;</Currency></Data><Success>true</Success></Response>"
        );
    }
}
