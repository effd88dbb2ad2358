//! The fields of a JSON object, each kept as the text it was written with, so that no digit is lost.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::model::{Detail, InvalidAmount, amount_from_number, amount_from_text};
use rust_decimal::Decimal;

/// The fields of one JSON object, in the order in which they came. A duplicate name is an error: which of the
/// two is meant is not guessed.
#[derive(Debug)]
pub struct Fields<'a> {
    all: Vec<(String, &'a RawValue)>,
    hides_values: bool,
}

/// A field that does not hold what it should: which, and what it holds instead.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidField(pub String);

type Result<T> = std::result::Result<T, InvalidField>;

/// An element of a list: its JSON, and the object it holds.
pub type Entry<'a> = (&'a RawValue, Result<Fields<'a>>);

impl<'a> Fields<'a> {
    /// Reads an object. The error says where the text is wrong and shows nothing of it.
    pub fn parse(text: &'a str) -> Result<Self> {
        serde_json::from_str(text).map_err(|error| InvalidField(describe(text, &error)))
    }

    /// Whether errors leave out what a field holds, because it may be a secret. It goes for the objects inside too.
    #[must_use]
    pub fn hiding_values(self, hides_values: bool) -> Self {
        Self { hides_values, ..self }
    }

    /// Reads the object that a field holds; `None` when it is absent or null.
    pub fn object(&self, name: &str) -> Result<Option<Self>> {
        self.get(name).map(|raw| self.read_object(name, raw)).transpose()
    }

    /// The objects in the list that a field holds; `None` when it is absent or null. An element that cannot be read has
    /// its own error, beside its JSON.
    pub fn objects(&self, name: &str) -> Result<Option<Vec<Entry<'a>>>> {
        self.get(name)
            .map(|raw| {
                let list = serde_json::from_str::<Vec<&RawValue>>(raw.get())
                    .map_err(|_| self.invalid(name, raw, "a list of objects"))?;
                Ok(list.into_iter().map(|raw| (raw, self.read_object(name, raw))).collect())
            })
            .transpose()
    }

    fn read_object(&self, name: &str, raw: &'a RawValue) -> Result<Self> {
        let object = Self::parse(raw.get()).map_err(|InvalidField(error)| {
            // An object it is, but one that cannot be read: it has a duplicate field, for instance.
            if raw.get().starts_with('{') {
                InvalidField(format!("`{name}`: {error}"))
            } else {
                self.invalid(name, raw, "an object")
            }
        })?;
        Ok(object.hiding_values(self.hides_values))
    }

    /// A text, or a number as the text it was written with; `None` when it is absent or null.
    pub fn text(&self, name: &str) -> Result<Option<String>> {
        let Some(raw) = self.get(name) else { return Ok(None) };
        match raw.get().as_bytes().first() {
            Some(b'"') => serde_json::from_str(raw.get())
                .map(Some)
                .map_err(|_| self.invalid(name, raw, "a readable text")),
            Some(b'0'..=b'9' | b'-') => Ok(Some(raw.get().to_owned())),
            _ => Err(self.invalid(name, raw, "a text")),
        }
    }

    /// A whole number that is not negative; `None` when it is absent or null.
    pub fn count(&self, name: &str) -> Result<Option<u64>> {
        self.get(name)
            .map(|raw| raw.get().parse().map_err(|_| self.invalid(name, raw, "a count")))
            .transpose()
    }

    /// `true` or `false`; `None` when it is absent or null.
    pub fn flag(&self, name: &str) -> Result<Option<bool>> {
        self.get(name)
            .map(|raw| raw.get().parse().map_err(|_| self.invalid(name, raw, "true or false")))
            .transpose()
    }

    /// An amount, written as a number or as a text; `None` when it is absent or null.
    pub fn amount(&self, name: &str) -> Result<Option<Decimal>> {
        self.get(name).map(|raw| self.read_amount(name, raw)).transpose()
    }

    /// Every field with its value that is not null, in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.all.iter().filter(|(_, raw)| raw.get() != "null").map(|(name, raw)| (name.as_str(), *raw))
    }

    fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.iter().find(|(key, _)| *key == name).map(|(_, raw)| raw)
    }

    fn read_amount(&self, name: &str, raw: &RawValue) -> Result<Decimal> {
        let read = if raw.get().starts_with('"') {
            serde_json::from_str::<String>(raw.get())
                .map_err(|_| InvalidAmount::NotANumber)
                .and_then(|text| amount_from_text(&text))
        } else {
            amount_from_number(raw.get())
        };
        read.map_err(|error| InvalidField(format!("`{name}` is {}: {error}", self.shown(raw))))
    }

    fn invalid(&self, name: &str, raw: &RawValue, wanted: &str) -> InvalidField {
        InvalidField(format!("`{name}` is {}, not {wanted}", self.shown(raw)))
    }

    /// Returns the beginning of a value, enough to identify it.
    fn shown(&self, raw: &RawValue) -> String {
        const ENOUGH: usize = 40;
        match raw.get().char_indices().nth(ENOUGH) {
            _ if self.hides_values => "something else".to_owned(),
            Some((end, _)) => format!("`{}…`", &raw.get()[..end]),
            None => format!("`{}`", raw.get()),
        }
    }
}

/// The optional fields of a balance: one that is empty is absent, and one that is unreadable is absent with a warning.
/// Neither is zero, and neither is a reason to lose the balance.
#[derive(Debug)]
pub struct Optional<'f, 'a> {
    fields: &'f Fields<'a>,
    /// The fields that could not be read, each with what it holds.
    pub warnings: Vec<Box<str>>,
}

impl<'f, 'a> Optional<'f, 'a> {
    /// The optional fields of an object.
    pub fn new(fields: &'f Fields<'a>) -> Self {
        Self { fields, warnings: Vec::new() }
    }

    /// Reads a field as `read` does.
    pub fn read<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&Fields<'a>, &str) -> Result<Option<T>>,
    ) -> Option<T> {
        if self.is_blank(name) {
            return None;
        }
        read(self.fields, name).unwrap_or_else(|InvalidField(why)| {
            let is_known = self.warnings.iter().any(|known| **known == *why);
            if !is_known {
                self.warnings.push(why.into());
            }
            None
        })
    }

    /// Everything that no common field was read from; `amounts` names the fields that hold amounts.
    pub fn details(
        &mut self,
        read: &[&str],
        amounts: &[&str],
        amount: impl Fn(&Fields<'a>, &str) -> Result<Option<Decimal>>,
    ) -> Vec<(Arc<str>, Detail)> {
        let fields = self.fields;
        let rest = fields.iter().filter(|(name, _)| !read.contains(name));
        let details = rest.map(|(name, raw)| {
            let detail = if amounts.contains(&name) {
                self.read(name, &amount).map_or(Detail::Unknown, Detail::Amount)
            } else {
                Detail::Verbatim(raw.to_owned())
            };
            (Arc::from(name), detail)
        });
        details.collect()
    }

    fn is_blank(&self, name: &str) -> bool {
        let text = self.fields.get(name).map(|raw| serde_json::from_str::<Cow<'_, str>>(raw.get()));
        text.is_some_and(|text| text.is_ok_and(|text| text.trim().is_empty()))
    }
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> std::result::Result<Fields<'de>, M::Error> {
                let mut fields: Vec<(String, &'de RawValue)> = Vec::with_capacity(16);
                while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
                    if fields.iter().any(|(known, _)| *known == name) {
                        return Err(serde::de::Error::custom(DUPLICATE));
                    }
                    if fields.len() == MOST_FIELDS {
                        return Err(serde::de::Error::custom(TOO_MANY));
                    }
                    fields.push((name, value));
                }
                Ok(Fields { all: fields, hides_values: false })
            }
        }

        deserializer.deserialize_map(Reader)
    }
}

const DUPLICATE: &str = "duplicate field";
const TOO_MANY: &str = "too many fields";

/// Why a text is not an object: what it is instead, or where it is wrong. The parser's own words repeat the text.
fn describe(text: &str, error: &serde_json::Error) -> String {
    if error.classify() != serde_json::error::Category::Data {
        return describe_syntax(error);
    }
    let instead = match text.trim_start().as_bytes().first() {
        Some(b'{') => {
            let what = if error.to_string().starts_with(TOO_MANY) { TOO_MANY } else { DUPLICATE };
            return format!("{what} at line {} column {}", error.line(), error.column());
        }
        Some(b'"') => "a text",
        Some(b'[') => "a list",
        Some(b't' | b'f') => "true or false",
        Some(b'n') => "null",
        _ => "a number",
    };
    format!("{instead}, not an object")
}

/// Where a text that should be JSON is wrong, without anything of the text.
pub fn describe_syntax(error: &serde_json::Error) -> String {
    let what = if error.is_eof() { "it ends too early" } else { "error" };
    format!("not JSON: {what} at line {} column {}", error.line(), error.column())
}

/// Far more than any cloud's object has; limits the search for duplicate names.
const MOST_FIELDS: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_optional_field_is_absent_when_empty_and_told_when_unreadable() {
        let text =
            r#"{"a":"","b":" \t","c":"N/A","d":"0E-8","e":{},"f":"1.5","g":"\ud800","h":null,"i":true}"#;
        let fields = Fields::parse(text).unwrap();
        let mut optional = Optional::new(&fields);
        for name in ["a", "b", "c", "d", "e", "g", "h", "i", "missing", "c"] {
            assert_eq!(optional.read(name, Fields::amount), None, "{name}");
        }
        assert_eq!(optional.read("f", Fields::amount).unwrap().to_string(), "1.5");
        assert_eq!(optional.read("a", Fields::text), None);
        assert_eq!(
            optional.warnings.iter().map(|warning| &**warning).collect::<Vec<_>>(),
            [
                r#"`c` is `"N/A"`: not an amount"#,
                r#"`d` is `"0E-8"`: not an amount"#,
                "`e` is `{}`: not an amount",
                r#"`g` is `"\ud800"`: not an amount"#,
                "`i` is `true`: not an amount",
            ]
        );
    }

    #[test]
    fn fields_are_read_exactly_and_by_name() {
        let fields =
            Fields::parse(r#"{"a":0.30000000000000004,"b":"1,828.72","c":null,"d":90961,"e":"x","f":true}"#)
                .unwrap();
        assert_eq!(fields.amount("a").unwrap().unwrap().to_string(), "0.30000000000000004");
        assert_eq!(fields.amount("b").unwrap().unwrap().to_string(), "1828.72");
        assert_eq!(fields.amount("c"), Ok(None));
        assert_eq!(fields.amount("missing"), Ok(None));
        assert_eq!(fields.text("d"), Ok(Some("90961".to_owned())));
        assert_eq!(fields.count("d"), Ok(Some(90961)));
        assert_eq!(fields.flag("f"), Ok(Some(true)));
        assert_eq!(fields.amount("e"), Err(InvalidField(r#"`e` is `"x"`: not an amount"#.to_owned())));
        assert_eq!(fields.amount("f"), Err(InvalidField("`f` is `true`: not an amount".to_owned())));
        assert_eq!(
            fields.count("a"),
            Err(InvalidField("`a` is `0.30000000000000004`, not a count".to_owned()))
        );
        assert_eq!(fields.text("f"), Err(InvalidField("`f` is `true`, not a text".to_owned())));
    }

    #[test]
    fn what_is_not_an_object_is_described_without_its_text() {
        for (text, why) in [
            (r#"{"hush":1,"hush":2}"#, "duplicate field at line 1 column 19"),
            (r#""{\"TmpSecretKey\":\"hush\"}""#, "a text, not an object"),
            ("\n [\"hush\"]", "a list, not an object"),
            ("123456", "a number, not an object"),
            ("true", "true or false, not an object"),
            ("null", "null, not an object"),
            ("hush", "not JSON: error at line 1 column 1"),
            ("", "not JSON: it ends too early at line 1 column 0"),
            (r#"{"a":"hush"#, "not JSON: it ends too early at line 1 column 10"),
            (r#"{"a":1} hush"#, "not JSON: error at line 1 column 9"),
            (r#"{"a":hush}"#, "not JSON: error at line 1 column 6"),
            (r#"{"hush\x":1}"#, "not JSON: error at line 1 column 8"),
        ] {
            assert_eq!(Fields::parse(text).unwrap_err().0, why, "{text}");
        }
        let many: Vec<String> = (0..300).map(|number| format!("\"hush{number}\":1")).collect();
        let error = Fields::parse(&format!("{{{}}}", many.join(","))).unwrap_err();
        assert!(error.0.starts_with("too many fields at line 1 column "), "{}", error.0);
    }

    #[test]
    fn deep_nesting_is_an_error_or_kept_and_never_a_crash() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        let fields = Fields::parse(&deep).unwrap();
        assert!(fields.amount("a").is_err());
        assert!(fields.objects("a").unwrap().unwrap().iter().all(|(_, object)| object.is_err()));
    }
}
