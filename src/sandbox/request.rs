//! One request as it came over the wire, whole.

use hyper::HeaderMap;
use hyper::body::Bytes;

/// Method, target, headers and body, as received.
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path of the target.
    pub path: String,
    /// The query of the target as sent, without the question mark.
    pub query: String,
    /// All headers; names are lower-case.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Request {
    /// A header's value without surrounding blanks, when it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.headers.get(name)?.as_bytes()).ok().map(str::trim)
    }

    /// The host as clients name it: lower-case, without the scheme some of them put before it and without port.
    pub fn host_name(&self) -> String {
        let host = self.header("host").unwrap_or_default().to_ascii_lowercase();
        let host = host.strip_prefix("http://").or_else(|| host.strip_prefix("https://")).unwrap_or(&host);
        let host = host.trim_end_matches('/');
        match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name.to_owned(),
            _ => host.to_owned(),
        }
    }

    /// The body as a form, when it says it is one.
    pub fn form(&self) -> Option<&str> {
        let kind = self.header("content-type")?;
        kind.starts_with("application/x-www-form-urlencoded")
            .then(|| std::str::from_utf8(&self.body).ok())
            .flatten()
    }
}

#[cfg(test)]
impl Request {
    /// A request from a signature vector.
    pub fn from_vector(vector: &serde_json::Value, query: &str) -> Self {
        let text = |name: &str| vector[name].as_str().unwrap().to_owned();
        let headers = vector["headers"].as_object().unwrap();
        let headers = headers.iter().map(|(name, value)| {
            (name.parse::<hyper::header::HeaderName>().unwrap(), value.as_str().unwrap().parse().unwrap())
        });
        Self {
            method: text("method"),
            path: text("path"),
            query: query.to_owned(),
            headers: headers.collect(),
            body: text("body").into(),
        }
    }
}
