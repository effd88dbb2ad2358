//! Bare literals of `JMESPath`: `` `USD` `` means `` `"USD"` ``, as in the clouds' official tools.

use serde::de::IgnoredAny;

/// An expression whose literals are all JSON, and the positions of added quotes.
pub(super) struct Literals {
    text: String,
    /// The position and length of each addition; the length of a removal is negative.
    changes: Vec<(usize, isize)>,
}

impl Literals {
    /// Adds quotes to each literal that is JSON only with them.
    pub(super) fn read(expression: &str) -> Self {
        let mut literals = Self { text: String::with_capacity(expression.len()), changes: Vec::new() };
        let mut rest = expression;
        while let Some(start) = rest.find(['\'', '"', '`']) {
            let quote = &rest[start..=start];
            let inside = &rest[start + 1..];
            let Some(length) = end(inside, quote) else { break };
            literals.text.push_str(&rest[..=start]);
            literals.inside(&inside[..length], quote == "`");
            literals.text.push_str(quote);
            rest = &inside[length + 1..];
        }
        literals.text.push_str(rest);
        literals
    }

    fn inside(&mut self, text: &str, is_literal: bool) {
        let json = text.replace("\\`", "`");
        let is_json = |json: &str| serde_json::from_str::<IgnoredAny>(json).is_ok();
        let bare = text.trim_start();
        let is_bare = is_literal && !is_json(&json) && is_json(&format!("\"{}\"", json.trim_start()));
        if !is_bare {
            return self.text.push_str(text);
        }
        let left_out = isize::try_from(text.len() - bare.len()).unwrap_or_default();
        self.changes.push((self.text.len(), 1 - left_out));
        self.text.push('"');
        self.text.push_str(bare);
        self.changes.push((self.text.len(), 1));
        self.text.push('"');
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Converts an offset in the text to an offset in the original expression.
    pub(super) fn original(&self, at: usize) -> usize {
        let before = self.changes.iter().take_while(|(place, _)| *place < at);
        let added: isize = before.map(|(_, length)| length).sum();
        at.saturating_add_signed(-added)
    }
}

/// Returns the position of the closing quote; a backslash escapes a quote.
fn end(text: &str, quote: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.char_indices().find_map(|(at, character)| {
        let ends = !is_escaped && quote.starts_with(character);
        is_escaped = character == '\\' && !is_escaped;
        ends.then_some(at)
    })
}
