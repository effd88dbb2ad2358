//! Reads an action's parameters and refuses what its schema does not name.

use serde_json::{Map, Value};

use super::Refusal;
use crate::sandbox::digest::form_pairs;
use crate::sandbox::request::Request;

/// The type of a parameter.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A text.
    Text,
    /// A list of texts.
    Texts,
    /// A list of objects with the texts `Key` and `Value`.
    Tags,
}

impl Kind {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Integer => value.is_i64() || value.is_u64(),
            Self::Boolean => value.is_boolean(),
            Self::Text => value.is_string(),
            Self::Texts => value.as_array().is_some_and(|values| values.iter().all(Value::is_string)),
            Self::Tags => value.as_array().is_some_and(|values| values.iter().all(is_tag)),
        }
    }
}

fn is_tag(value: &Value) -> bool {
    value.as_object().is_some_and(|tag| {
        tag.iter().all(|(name, text)| ["Key", "Value"].contains(&name.as_str()) && text.is_string())
    })
}

/// The parameters a request was made with; null counts as absent.
pub fn read(request: &Request, schema: &[(&str, Kind)]) -> Result<Map<String, Value>, Refusal> {
    let mut parameters =
        if request.method == "GET" { from_query(request, schema) } else { from_body(request)? };
    parameters.retain(|_, value| !value.is_null());
    for (name, value) in &parameters {
        let Some((_, kind)) = schema.iter().find(|(known, _)| known == name) else {
            return Err(Refusal::new(
                "UnknownParameter",
                format!("The parameter `{name}` is not recognized."),
            ));
        };
        if !kind.fits(value) {
            return Err(Refusal::new(
                "InvalidParameter",
                format!("The type of the parameter `{name}` is not valid."),
            ));
        }
    }
    Ok(parameters)
}

fn from_body(request: &Request) -> Result<Map<String, Value>, Refusal> {
    if !request
        .header("content-type")
        .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("application/json"))
    {
        return Err(Refusal::new(
            "UnsupportedProtocol",
            "The Content-Type of a POST must be application/json.",
        ));
    }
    if request.body.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_slice(&request.body)
        .map_err(|_| Refusal::new("InvalidParameter", "The body of the request is not a JSON object."))
}

/// No list of objects in a query has more entries.
const LONGEST_LIST: usize = 100;

/// In a query a list is written `Name.0=…&Name.1=…`, one of objects `Name.0.Key=…`, and what cannot be read as its type stays a text.
fn from_query(request: &Request, schema: &[(&str, Kind)]) -> Map<String, Value> {
    let mut parameters = Map::new();
    for (name, value) in form_pairs(&request.query) {
        let kind_of = |name: &str| schema.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind);
        if let Some((list, rest)) = name.split_once('.')
            && matches!(kind_of(list), Some(Kind::Tags))
            && let Some((number, field)) = rest.split_once('.')
            && let Ok(number) = number.parse::<usize>()
            && number < LONGEST_LIST
        {
            let tags = parameters.entry(list).or_insert_with(|| Value::Array(Vec::new()));
            let tags = tags.as_array_mut().expect("only lists are put under a list's name");
            tags.resize(tags.len().max(number + 1), Value::Object(Map::new()));
            tags[number][field] = value.into();
            continue;
        }
        let list = name.split_once('.').filter(|(list, _)| matches!(kind_of(list), Some(Kind::Texts)));
        if let Some((list, _)) = list {
            let values = parameters.entry(list).or_insert_with(|| Value::Array(Vec::new()));
            values.as_array_mut().expect("only lists are put under a list's name").push(value.into());
            continue;
        }
        let typed = match kind_of(&name) {
            Some(Kind::Integer) => value.parse::<i64>().ok().map(Value::from),
            // The official Python client writes `True` here.
            Some(Kind::Boolean) => value.to_ascii_lowercase().parse::<bool>().ok().map(Value::from),
            _ => None,
        };
        parameters.insert(name, typed.unwrap_or_else(|| value.into()));
    }
    parameters
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SCHEMA: &[(&str, Kind)] = &[
        ("Page", Kind::Integer),
        ("Full", Kind::Boolean),
        ("Name", Kind::Text),
        ("Uins", Kind::Texts),
        ("Tags", Kind::Tags),
    ];

    fn read_body(body: &str) -> Result<Value, (&'static str, String)> {
        let headers = json!({ "content-type": "application/json" });
        let vector = json!({ "method": "POST", "path": "/", "headers": headers, "body": body });
        let read = read(&Request::from_vector(&vector, ""), SCHEMA);
        read.map(Value::from).map_err(|refusal| (refusal.code, refusal.message))
    }

    #[test]
    fn what_fits_the_schema_is_read_and_null_is_absent() {
        let body = r#"{"Page": 2, "Full": true, "Name": "余", "Uins": ["1"]}"#;
        assert_eq!(read_body(body).unwrap(), json!({ "Page": 2, "Full": true, "Name": "余", "Uins": ["1"] }));
        assert_eq!(read_body(r#"{"Page": null}"#), Ok(json!({})));
        assert_eq!(read_body(""), Ok(json!({})));
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name() {
        let refused = |code, message: &str| Err((code, message.to_owned()));
        assert_eq!(
            read_body(r#"{"page":1}"#),
            refused("UnknownParameter", "The parameter `page` is not recognized.")
        );
        for (name, value) in [
            ("Tags", "{}"),
            ("Tags", "[\"a\"]"),
            ("Tags", r#"[{"Key":1}]"#),
            ("Tags", r#"[{"Name":"a"}]"#),
            ("Page", "\"1\""),
            ("Page", "1.5"),
            ("Full", "1"),
            ("Name", "1"),
            ("Uins", "[1]"),
            ("Uins", "\"1\""),
        ] {
            let message = format!("The type of the parameter `{name}` is not valid.");
            assert_eq!(read_body(&format!("{{\"{name}\":{value}}}")), refused("InvalidParameter", &message));
        }
        for body in ["[]", "{", "1", "\u{feff}{}"] {
            assert_eq!(
                read_body(body),
                refused("InvalidParameter", "The body of the request is not a JSON object.")
            );
        }
    }

    #[test]
    fn a_query_is_read_by_the_types_of_the_schema() {
        let vector = json!({ "method": "GET", "path": "/", "headers": {}, "body": "" });
        let request = Request::from_vector(
            &vector,
            "Page=2&Full=True&Name=a+b&Uins.0=1&Uins.1=2&Tags.0.Key=k&Tags.0.Value=v",
        );
        assert_eq!(
            Value::from(read(&request, SCHEMA).unwrap()),
            json!({
                "Page": 2, "Full": true, "Name": "a b", "Uins": ["1", "2"], "Tags": [{ "Key": "k", "Value": "v" }],
            })
        );
    }
}
